/* check.c -- exh_check(): an object, its ledger, and the report on both. */
#include <string.h>

#include "seal/armor_source.h"
#include "seal/ledger_object.h"
#include "seal/ledger_report.h"

/*
 * Is this the body that the open entry was made for? A file cut off before its nonce has none. That of a body in
 * clear stands in no header; but X.led may be of an age file, as of any other.
 */
static bool is_other_body(const struct ledger_check *c, const struct ledger_object *o)
{
    if (!c->sealed)
        return o->in_header;
    return !o->header || (o->has_nonce && memcmp(o->nonce, c->entry.nonce, sizeof o->nonce) != 0);
}

void ledger_note_object(struct ledger_check *c, const struct ledger_object *o)
{
    if (o->differs)
        ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_OPEN_DIFFERS });
    if (o->missing)
        ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_OPEN_MISSING });
    if (is_other_body(c, o))
        ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_OTHER_BODY });
}

static enum exh_status check(const struct exh_source *object, const struct ledger_object *o,
                             const struct exh_check_options *options, struct ledger_check *c,
                             struct exh_ledger_report **out, struct exh_error *err)
{
    const struct ledger_files files = { .ledger = &o->ledger,
                                        .ticks_at = o->ticks_at,
                                        .body = object,
                                        .body_at = o->body_at,
                                        .progress = options->progress,
                                        .progress_ctx = options->progress_ctx };
    const struct ledger_ends ends = {
        .one_file = o->one_file,
        .has_ledger = o->has_ledger,
        .ledger_n = o->has_ledger ? o->ledger.size - o->ticks_at : 0,
        .body_n = object->size > o->body_at ? object->size - o->body_at : 0,
    };
    enum exh_status status = ledger_check_init(c, options->crypto, o->open, err);

    if (status != EXH_OK)
        return status;
    ledger_note_object(c, o);
    if (o->has_ledger)
        status = ledger_check_follow(c, &files, false, err);
    if (status == EXH_OK)
        status = ledger_report_new(c, &ends, options, out, err);
    ledger_check_free(c);
    return status;
}

static enum exh_status check_object(const struct exh_source *object,
                                    const struct exh_check_options *options,
                                    struct exh_ledger_report **out, struct exh_error *err)
{
    struct ledger_object o = { 0 };
    struct ledger_check c = { 0 };

    enum exh_status status = ledger_object_read(object, options->ledger, &o, err);
    if (status == EXH_OK && o.open.n)
        status = check(object, &o, options, &c, out, err);
    else if (status == EXH_OK)
        status = ledger_report_none(out, err);
    ledger_object_free(&o);
    return status;
}

/* Only the one-file form is ever armored; a plain recording may begin with any bytes. */
static enum exh_status take_off_armor(const struct exh_source *object,
                                      const struct exh_check_options *options,
                                      struct armor_source **out, struct exh_error *err)
{
    bool armored = false;
    enum exh_status status = EXH_OK;

    if (!options->ledger)
        status = armor_source_is(object, &armored, err);
    return status == EXH_OK && armored ? armor_source_new(object, out, err) : status;
}

enum exh_status exh_check(const struct exh_source *object, const struct exh_check_options *options,
                          struct exh_ledger_report **out, struct exh_error *err)
{
    struct armor_source *armor = NULL;
    struct exh_source binary = *object;
    struct exh_error local;

    err = err ? err : &local;
    enum exh_status status = take_off_armor(object, options, &armor, err);
    if (armor)
        binary = armor_source_binary(armor);
    if (status == EXH_OK)
        status = check_object(&binary, options, out, err);
    armor_source_free(armor);
    return status;
}

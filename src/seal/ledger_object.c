#include "seal/ledger_object.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/source.h"
#include "base/text.h"
#include "formats/age_armor.h"
#include "seal/tick.h"

#define PEEK_MAX    (ARMOR_SPACE_MAX + 64) // bytes that tell what a file is
#define STANZA_FORM "1"                    // the one argument of our stanzas: their version

enum exh_status ledger_stanza(const struct age_header *h, const char *name, struct exh_bytes *body,
                              struct exh_error *err)
{
    *body = (struct exh_bytes){ 0 };
    for (size_t i = 0; i < h->stanzas_n; i++) {
        const struct age_stanza *s = &h->stanzas[i];
        if (!bytes_are(s->type, name))
            continue;
        if (s->args_n != 1 || !bytes_are(age_stanza_arg(s, 0), STANZA_FORM))
            return fail(err, EXH_UNSUPPORTED, "stanza %s: expected version 1", name);
        if (body->p)
            return fail(err, EXH_MALFORMED, "stanza %s stands twice in the header", name);
        if (!s->body.n)
            return fail(err, EXH_MALFORMED, "stanza %s is empty", name);
        *body = s->body;
    }
    return EXH_OK;
}

/* The header of an age file; none of another file. */
static enum exh_status read_header(const struct exh_source *object, bool has_ledger,
                                   struct ledger_object *o, struct exh_error *err)
{
    uint8_t begin[PEEK_MAX];
    const size_t n = object->size < sizeof begin ? (size_t)object->size : sizeof begin;
    enum exh_status status = source_read(object, 0, begin, n, err);

    if (status != EXH_OK)
        return status;
    if (bytes_start((struct exh_bytes){ begin, n }, "age-encryption.org/"))
        return age_header_read_source(object, &o->header, err);
    if (!has_ledger && armor_starts((struct exh_bytes){ begin, n }))
        return fail(err, EXH_UNSUPPORTED,
                    "an armored file: its ledger is checked when the armor is off");
    return EXH_OK;
}

/* The open entry at the beginning of X.led; empty when there is no whole one. */
static enum exh_status read_led(const struct exh_source *ledger, struct ledger_object *o,
                                struct exh_bytes *open, struct exh_error *err)
{
    const size_t n = ledger->size < OPEN_ENTRY_MAX ? (size_t)ledger->size : OPEN_ENTRY_MAX;

    o->led_open = malloc(n + 1);
    if (!o->led_open)
        return fail_no_memory(err);
    enum exh_status status = source_read(ledger, 0, o->led_open, n, err);
    if (status != EXH_OK)
        return status;
    *open =
        (struct exh_bytes){ o->led_open, open_entry_size((struct exh_bytes){ o->led_open, n }) };
    return EXH_OK;
}

/*
 * X.led is no more than a part of the header's open entry, perhaps with sectors that were never written: power was
 * cut when the recording began. As good as empty.
 */
static bool is_torn(const struct ledger_object *o, const struct exh_source *ledger,
                    struct exh_bytes in_header, struct exh_bytes led)
{
    if (!ledger || ledger->size > in_header.n || bytes_equal(in_header, led))
        return false;
    for (size_t i = 0; i < ledger->size; i++)
        if (o->led_open[i] && o->led_open[i] != in_header.p[i])
            return false;
    return true;
}

/* Which open entry to go by, and whether the two agree. */
static void choose_open(struct ledger_object *o, struct exh_bytes in_header, struct exh_bytes led,
                        bool torn, bool led_plain)
{
    o->open = in_header.n ? in_header : led;
    o->in_header = in_header.n;
    o->differs = in_header.n && o->led_open && !torn && !bytes_equal(in_header, led);
    o->missing = o->header && !in_header.n && led.n && !led_plain;
}

static bool is_plain(struct exh_bytes open)
{
    struct open_entry entry;
    struct cose_ours cose;
    struct exh_error err;

    return open_entry_read(open, &entry, &cose, &err) == EXH_OK && !open_entry_sealed(&entry);
}

/* Ticks of the one-file form. */
static enum exh_status take_final(struct ledger_object *o, struct exh_bytes final,
                                  struct exh_error *err)
{
    if (!o->open.n)
        return fail(err, EXH_MALFORMED, "the header has a final entry, but no open entry");
    if (final.n != TICK_SIZE)
        return fail(err, EXH_MALFORMED, "the final entry has %zu bytes, expected %d", final.n,
                    TICK_SIZE);
    if (o->led_open)
        return fail(err, EXH_INVALID, "this object has its ledger in its header: give no other");
    o->one_file = o->has_ledger = true;
    return EXH_OK;
}

static enum exh_status place_body(const struct exh_source *object, bool plain,
                                  struct ledger_object *o, struct exh_error *err)
{
    if (!o->header || plain)
        return EXH_OK;
    o->body_at = o->header->text.n + OPEN_NONCE;
    if (object->size < o->body_at)
        return EXH_OK;
    o->has_nonce = true;
    return source_read(object, o->header->text.n, o->nonce, sizeof o->nonce, err);
}

static enum exh_status read_object(const struct exh_source *object, const struct exh_source *ledger,
                                   struct ledger_object *o, struct exh_bytes *final,
                                   struct exh_error *err)
{
    struct exh_bytes in_header = { 0 }, led = { 0 };
    bool torn = false;
    enum exh_status status = read_header(object, ledger != NULL, o, err);

    if (status == EXH_OK && o->header)
        status = ledger_stanza(o->header, NAME_STANZA_OPEN, &in_header, err);
    if (status == EXH_OK && o->header)
        status = ledger_stanza(o->header, NAME_STANZA_FINAL, final, err);
    if (status == EXH_OK && ledger)
        status = read_led(ledger, o, &led, err);
    if (status != EXH_OK)
        return status;
    torn = is_torn(o, ledger, in_header, led);
    choose_open(o, in_header, led, torn, is_plain(led));
    if (ledger && !o->open.n)
        return fail(err, EXH_MALFORMED, "the ledger does not begin with an open entry");
    if (ledger) {
        o->has_ledger = true;
        o->ledger = *ledger;
        o->ticks_at = torn ? 0 : led.n;
    }
    if (final->n)
        status = take_final(o, *final, err);
    return status == EXH_OK ? place_body(object, is_plain(o->open), o, err) : status;
}

enum exh_status ledger_object_read(const struct exh_source *object, const struct exh_source *ledger,
                                   struct ledger_object *out, struct exh_error *err)
{
    struct ledger_object o = { 0 };
    struct exh_bytes final = { 0 };
    enum exh_status status = read_object(object, ledger, &o, &final, err);

    if (status != EXH_OK) {
        ledger_object_free(&o);
        return status;
    }
    *out = o;
    if (final.n) // a view of the header, which is on the heap
        out->ledger = exh_source_memory(final.p, final.n);
    return EXH_OK;
}

void ledger_object_free(struct ledger_object *o)
{
    age_header_free(o->header);
    free(o->led_open);
    o->header = NULL;
    o->led_open = NULL;
}

#include "seal/open.h"

#include <stdlib.h>

#include "seal/age_open.h"
#include "seal/commit.h"

/* --- What it is, and whether we may. */

static enum exh_status read_object(struct opening *o, const struct exh_source *body,
                                   struct exh_error *err)
{
    bool armored = false;

    o->body = body;
    enum exh_status status = armor_source_is(body, &armored, err);
    // Recordings are never armored; and a ledger that makes us go back and forth would make us decode it each time.
    if (status == EXH_OK && armored && o->options->check.ledger)
        return fail(err, EXH_INVALID,
                    "an armored file has its ledger in its header: give no other");
    if (status == EXH_OK && armored) {
        status = armor_source_new(body, &o->armor, err);
        if (status == EXH_OK) {
            o->binary = armor_source_binary(o->armor);
            o->body = &o->binary;
        }
    }
    if (status == EXH_OK)
        status = ledger_object_read(o->body, o->options->check.ledger, &o->object, err);
    if (status != EXH_OK)
        return status;
    o->files = (struct ledger_files){ .ledger = &o->object.ledger,
                                      .ticks_at = o->object.ticks_at,
                                      .body = o->body,
                                      .body_at = o->object.body_at };
    o->body_n = o->body->size > o->object.body_at ? o->body->size - o->object.body_at : 0;
    return EXH_OK;
}

static enum exh_status read_open_entry(struct opening *o, struct exh_error *err)
{
    if (!o->object.open.n)
        return EXH_OK;
    enum exh_status status = ledger_check_init(&o->check, o->crypto, o->object.open, err);
    if (status != EXH_OK)
        return status;
    o->has_check = true;
    ledger_note_object(&o->check, &o->object);
    if (o->object.header && !o->check.sealed)
        return fail(err, EXH_MALFORMED,
                    "the open entry is of a recording in clear, and this one is sealed");
    return EXH_OK;
}

/* The key and the sealer's certificate belong together: else somebody signed what is not his. */
static enum exh_status check_commit(struct opening *o, struct exh_error *err)
{
    bool holds = false;

    if (!o->has_check)
        return EXH_OK;
    enum exh_status status =
        commit_check(o->crypto, o->key, o->object.nonce, o->check.cose.chain[0],
                     o->check.entry.commit, &holds, err);
    if (status != EXH_OK)
        return status;
    o->out.commit = holds ? EXH_COMMIT_HOLDS : EXH_COMMIT_MISMATCH;
    if (!holds)
        return fail(err, EXH_INVALID,
                    "the signature on this file is not by who sealed it: the key and the sealer's "
                    "certificate do not belong together");
    return EXH_OK;
}

static enum exh_status check_ledger_is_there(struct opening *o, struct exh_error *err)
{
    if (!o->has_check || o->object.has_ledger || !(o->check.entry.policy & OPEN_LEDGER_REQUIRED))
        return EXH_OK;
    o->out.ledger_missing = true;
    if (o->options->without_ledger)
        return EXH_OK;
    return fail(err, EXH_INVALID,
                "the ledger is missing: who sealed this file signed that it has one");
}

/* --- The two kinds of body. */

static enum exh_status open_sealed(struct opening *o, struct exh_error *err)
{
    uint64_t head = 0;

    if (!o->options->identities)
        return fail(err, EXH_INVALID, "no identity was given to open it with");
    enum exh_status status = age_open(o->object.header, o->options->identities, &o->key, err);
    if (status == EXH_OK && o->object.has_nonce)
        status = check_commit(o, err);
    if (status == EXH_OK)
        status = check_ledger_is_there(o, err);
    if (status != EXH_OK)
        return status;
    o->chunks = o->body_n / AGE_SEALED_N + (o->body_n % AGE_SEALED_N != 0);
    status = open_find_range(o, err);
    if (status == EXH_OK && o->ranged)
        status = open_find_head(o, &head, err);
    return status == EXH_OK ? open_chunks(o, err) : status;
}

static enum exh_status open_clear(struct opening *o, struct exh_error *err)
{
    if (!o->has_check || o->check.sealed)
        return fail(err, EXH_MALFORMED, "no age file%s",
                    o->has_check ? ", and the ledger is of a sealed one" : "");
    enum exh_status status = open_find_range(o, err);
    return status == EXH_OK ? open_plain(o, err) : status;
}

static enum exh_status run(struct opening *o, const struct exh_source *body, struct exh_error *err)
{
    if (!o->crypto)
        return fail(err, EXH_INVALID, "no cryptography was given");
    enum exh_status status = read_object(o, body, err);

    if (status == EXH_OK)
        status = read_open_entry(o, err);
    if (status == EXH_OK)
        status = o->object.header ? open_sealed(o, err) : open_clear(o, err);
    return status == EXH_OK ? watch_end(o, err) : status;
}

enum exh_status exh_open(const struct exh_source *body, const struct exh_sink *sink,
                         const struct exh_open_options *options, struct exh_opened *out,
                         struct exh_error *err)
{
    struct exh_error local;
    struct opening *o = calloc(1, sizeof *o);

    err = err ? err : &local;
    *out = (struct exh_opened){ 0 };
    if (!o)
        return fail_no_memory(err);
    o->options = options;
    o->crypto = options->check.crypto;
    o->sink = sink;
    enum exh_status status = run(o, body, err);
    *out = o->out;
    leaves_free(&o->watch.leaves);
    ledger_check_free(&o->check);
    ledger_object_free(&o->object);
    armor_source_free(o->armor);
    file_key_free(o->key);
    free(o);
    return status;
}

void exh_opened_free(struct exh_opened *out)
{
    exh_ledger_report_free(out->report);
    *out = (struct exh_opened){ 0 };
}

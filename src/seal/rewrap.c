/*
 * rewrap.c -- a new header over the same payload.
 *
 * Whoever holds the file key makes a complete header, MAC included. Only the header is ever made anew: this
 * file has no cipher of the payload, so nothing can be sealed under an old key and nonce.
 */
#include <exhibit/seal.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/source.h"
#include "base/text.h"
#include "seal/age_open.h"
#include "seal/armor_source.h"
#include "seal/commit.h"
#include "seal/ledger_object.h"
#include "seal/recipient.h"
#include "seal/stanza.h"

struct rewrap {
    const struct exh_rewrap_options *options;
    const struct exh_source *source;
    struct armor_source *armor; // owned
    struct exh_source binary;
    struct age_header *old; // owned, here and below
    struct file_key *key;
    struct buf stanzas; // a header of the recipients' stanzas, not yet in their order
    struct buf header;
    struct exh_rewrapped done;
};

/* Stanzas of ours stay, whoever the recipients are: they are the object's. */
static bool is_ledger(const struct age_stanza *s)
{
    return bytes_are(s->type, NAME_STANZA_OPEN) || bytes_are(s->type, NAME_STANZA_FINAL);
}

static enum exh_status read_old(struct rewrap *r, struct exh_error *err)
{
    bool armored = false;
    enum exh_status status = armor_source_is(r->source, &armored, err);

    if (status == EXH_OK && armored) {
        status = armor_source_new(r->source, &r->armor, err);
        if (status == EXH_OK) {
            r->binary = armor_source_binary(r->armor);
            r->source = &r->binary;
        }
    }
    if (status == EXH_OK)
        status = age_header_read_source(r->source, &r->old, err);
    if (status == EXH_OK && r->source->size < r->old->text.n + AGE_NONCE_N)
        status = fail(err, EXH_MALFORMED, "the file was cut behind its header");
    if (status == EXH_OK)
        status = age_open(r->old, r->options->identities, &r->key, err);
    if (status == EXH_OK)
        status = source_read(r->source, r->old->text.n, r->key->nonce, AGE_NONCE_N, err);
    if (status == EXH_OK)
        r->done.old_header_n = r->old->text.n;
    return status;
}

/* Nobody passes on what a thief signed. */
static enum exh_status check_commit(const struct rewrap *r, struct exh_error *err)
{
    struct exh_bytes open, final;
    struct open_entry entry;
    struct cose_ours cose;
    bool holds = false;

    enum exh_status status = ledger_stanza(r->old, NAME_STANZA_OPEN, &open, err);
    if (status == EXH_OK)
        status = ledger_stanza(r->old, NAME_STANZA_FINAL, &final, err);
    if (status != EXH_OK || !open.n)
        return status;
    status = open_entry_read(open, &entry, &cose, err);
    if (status == EXH_OK)
        status = commit_check(r->options->crypto, r->key, r->key->nonce, cose.chain[0],
                              entry.commit, &holds, err);
    if (status == EXH_OK && !holds)
        status = fail(err, EXH_INVALID, "the signature on this file is not by who sealed it");
    return status;
}

/* Is this stanza one of a list's? Whose, is noted in seen. */
static enum exh_status is_of(const struct rewrap *r, const struct exh_recipients *list,
                             const struct age_stanza *s, bool seen[EXH_RECIPIENTS_MAX], bool *is,
                             struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    *is = false;
    for (size_t i = 0; list && i < exh_recipients_count(list) && status == EXH_OK; i++) {
        bool one = false;
        status = recipients_is_for(list, i, s, r->key, &one, err);
        seen[i] |= one;
        *is |= one;
    }
    return status;
}

/* Keep the stanzas of all who stay, but those that are made anew. */
static enum exh_status keep(struct rewrap *r, struct exh_error *err)
{
    const struct exh_rewrap_options *o = r->options;
    bool removed[EXH_RECIPIENTS_MAX] = { false }, again[EXH_RECIPIENTS_MAX] = { false };
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < r->old->stanzas_n && status == EXH_OK; i++) {
        const struct age_stanza *s = &r->old->stanzas[i];
        bool gone = o->only, anew = false;
        if (is_ledger(s))
            continue;
        status = is_of(r, o->remove, s, removed, &gone, err);
        if (status == EXH_OK)
            status = is_of(r, o->add, s, again, &anew, err);
        gone |= o->only;
        // An OpenPGP key has a message beside its stanza, and is one recipient all the same.
        r->done.removed += gone && !anew && !bytes_are(s->type, NAME_STANZA_OPENPGP);
        if (status == EXH_OK && !gone && !anew)
            buf_put_bytes(&r->stanzas, s->text);
    }
    for (size_t i = 0; o->remove && i < exh_recipients_count(o->remove) && status == EXH_OK; i++)
        if (!removed[i])
            status = fail(
                err, EXH_NOT_FOUND,
                "no stanza is known to be of number %zu of those to be removed: it was made by "
                "another program, or he is no recipient",
                i + 1);
    if (status != EXH_OK || !o->add)
        return status;
    for (size_t i = 0; i < exh_recipients_count(o->add); i++)
        r->done.added += !again[i];
    return EXH_OK;
}

static enum exh_status add(struct rewrap *r, struct exh_error *err)
{
    const struct exh_recipients *list = r->options->add;
    struct exh_recipients *made = NULL;

    if (!list || !exh_recipients_count(list))
        return EXH_OK;
    enum exh_status status = recipients_for_file(list, r->key, &made, err);
    if (status == EXH_OK)
        status = recipients_wrap(made, r->key, r->options->crypto, &r->stanzas, err);
    exh_recipients_free(made);
    return status;
}

/* Who can open it then: somebody; nobody else beside a passphrase; not too many. */
static enum exh_status check_stanzas(const struct rewrap *r, const struct age_header *h,
                                     struct exh_error *err)
{
    size_t ledger = 0;

    for (size_t i = 0; i < r->old->stanzas_n; i++)
        ledger += is_ledger(&r->old->stanzas[i]);
    for (size_t i = 0; i < h->stanzas_n; i++)
        if (stanza_is(&h->stanzas[i], STANZA_SCRYPT) && h->stanzas_n + ledger > 1)
            return fail(
                err, EXH_INVALID,
                "a passphrase stands alone in a header: give it, or all the others, with `only`%s",
                ledger ? "; and a file with a ledger has no room for it" : "");
    if (h->stanzas_n > EXH_RECIPIENTS_MAX)
        return fail(err, EXH_LIMIT, "%zu recipients; %d are allowed", h->stanzas_n,
                    EXH_RECIPIENTS_MAX);
    return EXH_OK;
}

/* Recipients in random order, messages to OpenPGP keys, then what is the object's. */
static enum exh_status put_stanzas(struct rewrap *r, const struct age_header *h,
                                   struct exh_error *err)
{
    uint8_t order[AGE_STANZAS_MAX];
    enum exh_status status = recipients_shuffle(order, h->stanzas_n, r->options->crypto, err);

    if (status != EXH_OK)
        return status;
    age_header_put_start(&r->header);
    for (int messages = 0; messages <= 1; messages++)
        for (size_t i = 0; i < h->stanzas_n; i++)
            if (bytes_are(h->stanzas[order[i]].type, NAME_STANZA_OPENPGP) == messages)
                buf_put_bytes(&r->header, h->stanzas[order[i]].text);
    for (size_t i = 0; i < r->old->stanzas_n; i++)
        if (is_ledger(&r->old->stanzas[i]))
            buf_put_bytes(&r->header, r->old->stanzas[i].text);
    return file_key_end_header(r->key, &r->header, err);
}

static enum exh_status make_header(struct rewrap *r, struct exh_error *err)
{
    static const uint8_t no_mac[AGE_MAC_N];
    struct age_header *h = NULL;

    age_header_put_start(&r->stanzas);
    enum exh_status status = keep(r, err);
    if (status == EXH_OK)
        status = add(r, err);
    if (status == EXH_OK && r->stanzas.n == sizeof AGE_VERSION_LINE - 1)
        status = fail(err, EXH_INVALID, "nobody would be left who can open it");
    if (status != EXH_OK)
        return status;
    age_header_put_mark(&r->stanzas);
    age_header_put_mac(&r->stanzas, no_mac);
    status = buf_finish(&r->stanzas, err);
    if (status == EXH_OK)
        status = age_header_read(buf_view(&r->stanzas), &h, err);
    if (status == EXH_OK)
        status = check_stanzas(r, h, err);
    if (status == EXH_OK)
        status = put_stanzas(r, h, err);
    age_header_free(h);
    r->done.new_header_n = r->header.n;
    return status;
}

static enum exh_status put_piece(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    const struct exh_sink *sink = *(const struct exh_sink *const *)ctx;

    return sink->write(sink->ctx, p, n, err);
}

static enum exh_status write_all(struct rewrap *r, const struct exh_sink *sink,
                                 struct exh_error *err)
{
    const uint64_t at = r->old->text.n;
    enum exh_status status = sink->write(sink->ctx, r->header.p, r->header.n, err);

    r->done.payload_n = r->source->size - at;
    if (status != EXH_OK || r->options->header)
        return status;
    return source_visit(r->source, at, r->done.payload_n, put_piece, &sink, err);
}

static enum exh_status check_options(const struct exh_rewrap_options *o, struct exh_error *err)
{
    const size_t added = o->add ? exh_recipients_count(o->add) : 0;

    if (!o->crypto || !o->identities)
        return fail(err, EXH_INVALID, "no %s given",
                    o->crypto ? "identity was" : "cryptography was");
    if (o->only && !added)
        return fail(err, EXH_INVALID, "nobody would be left who can open it");
    return EXH_OK;
}

enum exh_status exh_rewrap(const struct exh_source *source, const struct exh_sink *sink,
                           const struct exh_rewrap_options *options, struct exh_rewrapped *out,
                           struct exh_error *err)
{
    struct exh_error local;
    struct rewrap r = { .options = options,
                        .source = source,
                        .stanzas = buf_with_limit(AGE_HEADER_MAX),
                        .header = buf_with_limit(AGE_HEADER_MAX) };

    err = err ? err : &local;
    enum exh_status status = check_options(options, err);
    if (status == EXH_OK)
        status = read_old(&r, err);
    if (status == EXH_OK)
        status = check_commit(&r, err);
    if (status == EXH_OK)
        status = make_header(&r, err);
    if (status == EXH_OK)
        status = write_all(&r, sink, err);
    if (status == EXH_OK && out)
        *out = r.done;
    buf_free(&r.stanzas);
    buf_free(&r.header);
    file_key_free(r.key);
    age_header_free(r.old);
    armor_source_free(r.armor);
    return status;
}

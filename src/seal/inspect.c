#include <exhibit/seal.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "seal/age_stream.h"
#include "seal/armor_source.h"
#include "seal/leaf.h"
#include "seal/ledger_object.h"

static_assert(EXH_STANZAS_MAX == AGE_STANZAS_MAX, "room for all stanzas of a header");

/* Copy printable ASCII; what does not fit or print is left out. */
static void copy_text(char *to, size_t size, struct exh_bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n + 1 < size; i++)
        if (text.p[i] > ' ' && text.p[i] < 0x7F)
            to[n++] = (char)text.p[i];
    to[n] = 0;
}

/* Kinds that tell a little of whom they are for. */
static bool has_tag(const struct age_stanza *s)
{
    static const char *const kinds[] = { "p256tag", "ssh-rsa", "ssh-ed25519", "mlkem768p256tag" };

    for (size_t i = 0; i < ARRAY_N(kinds); i++)
        if (bytes_are(s->type, kinds[i]))
            return s->args_n > 0;
    return false;
}

static void note_stanza(const struct age_stanza *s, struct exh_stanza_facts *to)
{
    copy_text(to->type, sizeof to->type, s->type);
    if (has_tag(s))
        copy_text(to->tag, sizeof to->tag, age_stanza_arg(s, 0));
    to->body_n = s->body.n;
}

/* A name, for people: control characters become question marks. */
static void copy_name(char *to, size_t size, struct exh_bytes text)
{
    const size_t n = text.n < size - 1 ? text.n : size - 1;

    memcpy(to, text.p, n);
    to[n] = 0;
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)to[i] < ' ' || to[i] == 0x7F)
            to[i] = '?';
}

static enum exh_status note_open(struct exh_bytes body, const struct exh_crypto *crypto,
                                 struct exh_open_facts *to, struct exh_error *err)
{
    struct open_entry e;
    struct cose_ours cose;
    enum exh_status status = open_entry_read(body, &e, &cose, err);

    if (status == EXH_OK)
        status = ledger_hash(crypto, body, to->oid, err);
    if (status != EXH_OK)
        return within(err, "open entry");
    memcpy(to->stream_id, e.stream_id, sizeof to->stream_id);
    copy_name(to->sealer, sizeof to->sealer, e.camera_id);
    copy_name(to->media_type, sizeof to->media_type, e.media_type);
    to->has_frames = e.captured;
    to->has_last_frame = e.has_frame_last;
    to->frame_first = e.frame_first;
    to->frame_last = e.frame_last;
    to->t0_us = (uint64_t)e.t0_us;
    to->segment = e.segment;
    to->ledger_required = e.policy & OPEN_LEDGER_REQUIRED;
    to->sync_record = e.policy & OPEN_SYNC_RECORD;
    to->sealed = open_entry_sealed(&e);
    return EXH_OK;
}

static enum exh_status note_header(const struct age_header *h, const struct exh_crypto *crypto,
                                   struct exh_inspection *out, struct exh_error *err)
{
    struct exh_bytes open, final;

    out->header_n = h->text.n;
    for (size_t i = 0; i < h->stanzas_n; i++)
        note_stanza(&h->stanzas[i], &out->stanzas[out->stanzas_n++]);
    enum exh_status status = ledger_stanza(h, NAME_STANZA_OPEN, &open, err);
    if (status == EXH_OK)
        status = ledger_stanza(h, NAME_STANZA_FINAL, &final, err);
    if (status != EXH_OK)
        return status;
    out->has_open = open.n;
    out->has_final = final.n;
    return open.n ? note_open(open, crypto, &out->open, err) : EXH_OK;
}

static void note_payload(uint64_t size, struct exh_inspection *out)
{
    const uint64_t at = out->header_n + AGE_NONCE_N;
    struct age_extent extent;
    struct exh_error cut;

    if (size <= at)
        return;
    out->whole = age_extent_of(size - at, &extent, &cut) == EXH_OK;
    out->chunks = (size - at) / AGE_SEALED_N + ((size - at) % AGE_SEALED_N != 0);
    if (out->whole)
        out->plain_n = extent.plain;
}

static enum exh_status inspect(const struct exh_source *binary, const struct exh_crypto *crypto,
                               struct exh_inspection *out, struct exh_error *err)
{
    struct age_header *h = NULL;
    enum exh_status status = age_header_read_source(binary, &h, err);

    if (status == EXH_OK)
        status = note_header(h, crypto, out, err);
    if (status == EXH_OK)
        note_payload(binary->size, out);
    age_header_free(h);
    return status;
}

enum exh_status exh_inspect(const struct exh_source *source, const struct exh_crypto *crypto,
                            struct exh_inspection *out, struct exh_error *err)
{
    struct exh_error local;
    struct armor_source *armor = NULL;
    struct exh_source binary = *source;
    struct exh_inspection *i = calloc(1, sizeof *i);

    err = err ? err : &local;
    if (!i)
        return fail_no_memory(err);
    i->size = source->size;
    enum exh_status status = armor_source_is(source, &i->armored, err);
    if (status == EXH_OK && i->armored) {
        status = armor_source_new(source, &armor, err);
        if (status == EXH_OK)
            binary = armor_source_binary(armor);
    }
    if (status == EXH_OK)
        status = inspect(&binary, crypto, i, err);
    if (status == EXH_OK)
        *out = *i;
    armor_source_free(armor);
    free(i);
    return status;
}

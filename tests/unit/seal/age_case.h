/*
 * age_case.h -- whole age files in memory, sealed and opened in pieces: what tests and test programs share.
 */
#ifndef TESTS_AGE_CASE_H
#define TESTS_AGE_CASE_H

#include <stdlib.h>
#include <string.h>

#include "formats/age_armor.h"
#include "seal/age_open.h"
#include "seal/age_stream.h"
#include "seal/recipient.h"

/* How far opening came. */
enum age_stage { STAGE_ARMOR, STAGE_HEADER, STAGE_KEY, STAGE_MAC, STAGE_PAYLOAD, STAGE_DONE };

struct age_opening {
    enum age_stage failed_at; // STAGE_DONE: it did not
    enum exh_status status;
    enum age_state state;         // of the payload
    struct age_header *header;    // owned; may be NULL
    struct file_key *key;         // owned; may be NULL
    struct exh_memory_sink plain; // owned; what came out, also before a failure
    struct exh_error err;
};

static inline void age_opening_free(struct age_opening *o)
{
    age_header_free(o->header);
    file_key_free(o->key);
    free(o->plain.p);
    memset(o, 0, sizeof *o);
}

static inline enum exh_status write_in_pieces(const struct exh_sink *to, struct exh_bytes in,
                                              size_t step, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t at = 0; !status && at < in.n; at += step)
        status = to->write(to->ctx, in.p + at, in.n - at < step ? in.n - at : step, err);
    return status;
}

/* The bytes inside armor: at most in.n; free() them. */
static inline enum exh_status unarmored(struct exh_bytes in, size_t step,
                                        struct exh_memory_sink *out, struct exh_error *err)
{
    *out = (struct exh_memory_sink){ .p = malloc(in.n + 1), .size = in.n };
    struct exh_sink to = exh_sink_memory(out);
    struct armor_reader r;

    armor_reader_init(&r, &to);
    struct exh_sink text = armor_reader_sink(&r);
    enum exh_status status = write_in_pieces(&text, in, step, err);
    return status ? status : armor_reader_end(&r, err);
}

static inline void open_payload(struct age_opening *o, struct exh_bytes in, size_t step)
{
    struct exh_sink to = exh_sink_memory(&o->plain);
    struct age_reader *r = NULL;

    o->failed_at = STAGE_PAYLOAD;
    o->plain = (struct exh_memory_sink){ .p = malloc(in.n + 1), .size = in.n };
    o->status = age_reader_new(o->key, &to, &r, &o->err);
    if (o->status)
        return;
    struct exh_sink sealed = age_reader_sink(r);
    o->status = write_in_pieces(&sealed, in, step, &o->err);
    if (!o->status)
        o->status = age_reader_end(r, &o->err);
    o->state = age_reader_state(r);
    age_reader_free(r);
    if (!o->status)
        o->failed_at = STAGE_DONE;
}

static inline void open_binary(struct age_opening *o, struct exh_bytes in,
                               const struct exh_identities *ids, size_t step)
{
    o->failed_at = STAGE_HEADER;
    o->status = age_header_read(in, &o->header, &o->err);
    if (o->status)
        return;
    o->failed_at = STAGE_KEY;
    o->status = age_open(o->header, ids, &o->key, &o->err);
    if (o->status == EXH_CRYPTO)
        o->failed_at = STAGE_MAC;
    if (o->status)
        return;
    const size_t at = o->header->text.n;
    open_payload(o, (struct exh_bytes){ in.p + at, in.n - at }, step);
}

/* Open a whole file, in pieces of `step` bytes. age_opening_free() the result. */
static inline struct age_opening age_opening_of(struct exh_bytes in, bool armored,
                                                const struct exh_identities *ids, size_t step)
{
    struct age_opening o = { 0 };

    if (!armored) {
        open_binary(&o, in, ids, step);
        return o;
    }
    struct exh_memory_sink binary;
    const enum exh_status status = unarmored(in, step, &binary, &o.err);
    if (status)
        o.status = status;
    else
        open_binary(&o, (struct exh_bytes){ binary.p, binary.n }, ids, step);
    free(binary.p);
    return o;
}

/* Seal plain into a sink: header, nonce, chunks. */
static inline enum exh_status seal_to(const struct exh_recipients *to,
                                      const struct exh_crypto *crypto, struct exh_bytes plain,
                                      size_t step, const struct exh_sink *out,
                                      struct exh_error *err)
{
    struct buf header = buf_with_limit(AGE_HEADER_MAX);
    struct file_key *key = NULL;
    struct age_writer *w = NULL;
    uint8_t nonce[AGE_NONCE_N];
    enum exh_status status = file_key_new(crypto, &key, err);

    age_header_put_start(&header);
    if (!status)
        status = recipients_wrap(to, key, crypto, &header, err);
    if (!status)
        status = file_key_end_header(key, &header, err);
    if (!status)
        status = crypto->random(nonce, sizeof nonce, err);
    if (!status)
        status = out->write(out->ctx, header.p, header.n, err);
    if (!status)
        status = age_writer_new(key, nonce, out, &w, err);
    if (!status) {
        struct exh_sink in = age_writer_sink(w);
        status = write_in_pieces(&in, plain, step, err);
    }
    if (!status)
        status = age_writer_end(w, err);
    age_writer_free(w);
    file_key_free(key);
    buf_free(&header);
    return status;
}

#endif

/*
 * ledger_recording.h -- recordings as a camera leaves them, sealed and plain, to be attacked.
 *
 * The sealed body is noise: who checks without a key cannot tell it from ciphertext.
 */
#ifndef TESTS_LEDGER_RECORDING_H
#define TESTS_LEDGER_RECORDING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/names.h"
#include "base/text.h"
#include "check.h"
#include "formats/age_header.h"
#include "seal/leaf.h"
#include "seal/ledger.h"

#include <exhibit/ledger.h>

#define RECORDS    20 // 0 to 18, and the close entry
#define RECORD_US  INT64_C(2000000)
#define TEST_T0_US INT64_C(1750000000000000) // us: 2025-06-15, when every certificate is valid
#define TEST_NOW   INT64_C(1750100000)

/* Cameras and cryptography of a test: on paper, or real. Everything is borrowed. */
struct cast {
    const struct exh_crypto *crypto;
    struct exh_signer camera, other; // camera:dome1, camera:dome2
    struct exh_signer person;        // person:alice
    const struct exh_trust *trust;
};

/* One recording: what lies on the disk, and where its records are. Owned by the test. */
struct recording {
    bool sealed;
    struct open_entry entry;
    struct buf open;             // as in the header
    struct buf body;             // chunks, or the plain file
    struct buf led;              // ticks only
    struct buf led_open;         // as in X.led
    bool no_header_open, no_led; // an attack took them away
    uint8_t nonce[OPEN_NONCE];
    size_t at[RECORDS + 1]; // where records begin in the body
    struct ledger ledger;
};

/* Noise, the same for the same seed. */
static inline void put_noise(struct buf *b, size_t n, uint64_t seed)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;
    uint8_t *p = buf_room(b, n);

    if (!p)
        abort();
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        p[i] = (uint8_t)(x >> 32);
    }
}

static inline void digest_of(const struct exh_crypto *crypto, bool sealed, struct exh_bytes bytes,
                             uint8_t digest[32])
{
    const size_t chunk_n = sealed ? LEAF_SEALED : LEAF_PLAIN;
    struct exh_error err;
    struct leaves leaves;

    if (leaves_begin(&leaves, crypto, &err) != EXH_OK)
        abort();
    while (bytes.n) {
        const struct exh_bytes chunk = { bytes.p, bytes.n < chunk_n ? bytes.n : chunk_n };
        uint8_t leaf[1][32];
        if (leaf_digests(crypto, &chunk, 1, leaf, &err) != EXH_OK)
            abort();
        leaves_add(&leaves, leaf, 1);
        bytes.p += chunk.n;
        bytes.n -= chunk.n;
    }
    leaves_end(&leaves, digest);
}

static inline struct open_entry entry_of(bool sealed, uint64_t seed)
{
    struct open_entry e = {
        .stream_id = { (uint8_t)seed, 1, 2, 3 },
        .camera_id = bytes_of("dome1"),
        .captured = true,
        .frame_first = 1041,
        .media_type = bytes_of("video/mp4"),
        .t0_us = TEST_T0_US,
        .policy = OPEN_LEDGER_REQUIRED | (sealed ? 0 : OPEN_PLAIN),
    };

    if (sealed) {
        memset(e.nonce, 0xA0 + (int)seed, sizeof e.nonce);
        memset(e.commit, 0xC0, sizeof e.commit);
    }
    return e;
}

/* What the clocks say when record i is signed. */
static inline struct ledger_clock clock_at(uint64_t i)
{
    const int64_t t0 = TEST_T0_US + (int64_t)i * RECORD_US;

    return (struct ledger_clock){ .t0_us = t0,
                                  .t1_us = t0 + RECORD_US,
                                  .mono_us = (i + 1) * (uint64_t)RECORD_US,
                                  .uncertainty_cs = 5 };
}

/* Sign an entry and append it to the ledger. */
static inline void put_entry(struct recording *r, const struct ledger_entry *e)
{
    struct exh_error err;
    uint8_t tick[TICK_SIZE];

    if (ledger_put(&r->ledger, e, tick, &err) != EXH_OK) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    buf_put(&r->led, tick, sizeof tick);
}

/* Append the bytes of record i and its entry. */
static inline void put_record(struct recording *r, uint64_t i, enum tick_type type, uint64_t seed)
{
    const size_t chunks = 1 + (size_t)i % 3, at = r->body.n;
    const size_t n = !r->sealed           ? 40000 + 1000 * (size_t)i
                     : type == TICK_CLOSE ? (chunks - 1) * LEAF_SEALED + 24
                                          : chunks * LEAF_SEALED;
    struct ledger_entry e = { .type = type, .clock = clock_at(i), .plain_at = at };

    r->at[i] = at;
    put_noise(&r->body, n, seed * 100 + i);
    e.end = r->body.n;
    digest_of(r->ledger.crypto, r->sealed, (struct exh_bytes){ r->body.p + at, n }, e.digest);
    put_entry(r, &e);
}

static inline void recording_begin(struct recording *r, const struct cast *cast,
                                   const struct exh_signer *signer, const struct open_entry *entry)
{
    struct exh_error err;

    *r = (struct recording){ .sealed = open_entry_sealed(entry),
                             .entry = *entry,
                             .open = buf_with_limit(OPEN_ENTRY_MAX),
                             .led_open = buf_with_limit(OPEN_ENTRY_MAX),
                             .body = buf_with_limit((size_t)64 << 20),
                             .led = buf_with_limit((size_t)1 << 20) };
    memcpy(r->nonce, entry->nonce, sizeof r->nonce);
    if (ledger_open(&r->ledger, cast->crypto, signer, entry, &r->open, &err) != EXH_OK) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    buf_put_bytes(&r->led_open, buf_view(&r->open));
}

/* Twenty records, closed. Another seed is another recording of the same camera. */
static inline void recording_make(struct recording *r, const struct cast *cast, bool sealed,
                                  uint64_t seed)
{
    const struct open_entry entry = entry_of(sealed, seed);

    recording_begin(r, cast, &cast->camera, &entry);
    for (uint64_t i = 0; i < RECORDS; i++)
        put_record(r, i, i == RECORDS - 1 ? TICK_CLOSE : TICK_RECORD, seed);
    r->at[RECORDS] = r->body.n;
}

static inline void recording_free(struct recording *r)
{
    buf_free(&r->open);
    buf_free(&r->led_open);
    buf_free(&r->body);
    buf_free(&r->led);
}

/* The object: an age file with the open entry in its header, or the plain file. Owned by the caller. */
static inline struct buf object_of(const struct recording *r, const struct buf *final)
{
    static const uint8_t share[32] = { 9 }, body[32] = { 7 };
    static const char share_text[] = "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    struct buf b = buf_with_limit((size_t)65 << 20);

    (void)share;
    if (r->sealed) {
        age_header_put_start(&b);
        age_header_put_stanza(&b, (const char *const[]){ "X25519", share_text }, 2,
                              (struct exh_bytes){ body, sizeof body });
        if (!r->no_header_open)
            age_header_put_stanza(&b, (const char *const[]){ NAME_STANZA_OPEN, "1" }, 2,
                                  buf_view(&r->open));
        if (final)
            age_header_put_stanza(&b, (const char *const[]){ NAME_STANZA_FINAL, "1" }, 2,
                                  buf_view(final));
        age_header_put_mark(&b);
        age_header_put_mac(&b, body);
        buf_put(&b, r->nonce, sizeof r->nonce);
    }
    buf_put_bytes(&b, buf_view(&r->body));
    return b;
}

/* The file X.led. */
static inline struct buf led_of(const struct recording *r)
{
    struct buf b = buf_with_limit((size_t)2 << 20);

    buf_put_bytes(&b, buf_view(&r->led_open));
    buf_put_bytes(&b, buf_view(&r->led));
    return b;
}

/* Put n bytes in at a place, take n bytes out. */
static inline void splice_in(struct buf *b, size_t at, const uint8_t *p, size_t n)
{
    struct buf out = buf_with_limit(b->limit);

    buf_put(&out, b->p, at);
    buf_put(&out, p, n);
    buf_put(&out, b->p + at, b->n - at);
    buf_free(b);
    *b = out;
}

static inline void take_out(struct buf *b, size_t at, size_t n)
{
    memmove(b->p + at, b->p + at + n, b->n - at - n);
    b->n -= n;
}

static inline uint8_t *tick_at(struct recording *r, size_t i)
{
    return r->led.p + i * TICK_SIZE;
}

#endif

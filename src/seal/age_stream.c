#include "seal/age_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

/* Spec: age, "Payload": eleven bytes of counter, of which ours uses eight, and the flag. */
static void chunk_nonce(uint64_t i, bool last, uint8_t nonce[AEAD_NONCE])
{
    memset(nonce, 0, AEAD_NONCE);
    for (size_t b = 0; b < 8; b++)
        nonce[10 - b] = (uint8_t)(i >> 8 * b);
    nonce[11] = last;
}

bool age_chunk_seal(struct aead *a, uint64_t i, bool last, const uint8_t *in, size_t n,
                    uint8_t *out)
{
    uint8_t nonce[AEAD_NONCE];

    chunk_nonce(i, last, nonce);
    return aead_seal(a, nonce, in, n, out);
}

bool age_chunk_open(struct aead *a, uint64_t i, bool last, const uint8_t *in, size_t n,
                    uint8_t *out)
{
    uint8_t nonce[AEAD_NONCE];

    chunk_nonce(i, last, nonce);
    return aead_open(a, nonce, in, n + AEAD_TAG, out);
}

uint64_t age_sealed_size(uint64_t n)
{
    const uint64_t chunks = n / AGE_CHUNK_N + (n % AGE_CHUNK_N != 0);

    return n + AEAD_TAG * (chunks ? chunks : 1);
}

enum exh_status age_extent_of(uint64_t sealed, struct age_extent *out, struct exh_error *err)
{
    const uint64_t rest = sealed % AGE_SEALED_N;
    const uint64_t chunks = sealed / AGE_SEALED_N + (rest != 0);
    const bool empty = sealed == AEAD_TAG;

    if (sealed > age_sealed_size(AGE_PLAIN_MAX))
        return fail(err, EXH_MALFORMED, "a payload of %" PRIu64 " bytes is larger than any",
                    sealed);
    if (!sealed || (rest && rest <= AEAD_TAG && !empty))
        return fail(err, EXH_MALFORMED,
                    "a payload of %" PRIu64 " bytes ends within a tag: it was cut", sealed);
    *out = (struct age_extent){ .plain = sealed - AEAD_TAG * chunks, .chunks = chunks };
    return EXH_OK;
}

struct age_place age_place_of(uint64_t at)
{
    const uint64_t chunk = at / AGE_CHUNK_N;

    return (struct age_place){ .chunk = chunk,
                               .chunk_at = chunk * AGE_SEALED_N,
                               .skip = (size_t)(at % AGE_CHUNK_N) };
}

struct age_writer {
    struct aead *aead;         // owned
    const struct exh_sink *to; // borrowed
    uint8_t nonce[AGE_NONCE_N];
    bool begun; // the nonce was passed on
    bool ended;
    uint64_t chunk; // number of the next
    size_t n;       // bytes of it in clear, which wait
    uint8_t bytes[AGE_SEALED_N];
};

enum exh_status age_writer_new(const struct file_key *key, const uint8_t nonce[AGE_NONCE_N],
                               const struct exh_sink *to, struct age_writer **out,
                               struct exh_error *err)
{
    struct age_writer *w = calloc(1, sizeof *w);

    if (!w)
        return fail_no_memory(err);
    enum exh_status status = file_key_aead(key, nonce, &w->aead, err);
    if (status) {
        age_writer_free(w);
        return status;
    }
    memcpy(w->nonce, nonce, AGE_NONCE_N);
    w->to = to;
    *out = w;
    return EXH_OK;
}

void age_writer_free(struct age_writer *w)
{
    if (!w)
        return;
    aead_free(w->aead);
    wipe(w, sizeof *w);
    free(w);
}

/* Seal n bytes, which may be those that wait, and pass them on. */
static enum exh_status put_chunk(struct age_writer *w, bool last, const uint8_t *p, size_t n,
                                 struct exh_error *err)
{
    if (!w->begun) {
        enum exh_status status = w->to->write(w->to->ctx, w->nonce, AGE_NONCE_N, err);
        if (status)
            return status;
        w->begun = true;
    }
    if (w->chunk == AGE_PLAIN_MAX / AGE_CHUNK_N)
        return fail(err, EXH_LIMIT, "a payload of over %" PRIu64 " bytes", AGE_PLAIN_MAX);
    if (!age_chunk_seal(w->aead, w->chunk, last, p, n, w->bytes))
        return fail(err, EXH_CRYPTO, "sealing chunk %" PRIu64 " failed", w->chunk);
    w->chunk++;
    w->n = 0;
    return w->to->write(w->to->ctx, w->bytes, n + AEAD_TAG, err);
}

/* A full chunk is sealed when more follows: until then it may be the last one. */
static enum exh_status writer_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct age_writer *w = ctx;
    enum exh_status status = EXH_OK;

    while (!status && n) {
        if (!w->n && n > AGE_CHUNK_N) { // sealed from where it lies
            status = put_chunk(w, false, p, AGE_CHUNK_N, err);
            p += AGE_CHUNK_N;
            n -= AGE_CHUNK_N;
            continue;
        }
        if (w->n == AGE_CHUNK_N) {
            status = put_chunk(w, false, w->bytes, AGE_CHUNK_N, err);
            continue;
        }
        const size_t room = AGE_CHUNK_N - w->n;
        const size_t part = n < room ? n : room;
        memcpy(w->bytes + w->n, p, part);
        w->n += part;
        p += part;
        n -= part;
    }
    return status;
}

struct exh_sink age_writer_sink(struct age_writer *w)
{
    return (struct exh_sink){ .write = writer_write, .ctx = w };
}

enum exh_status age_writer_end(struct age_writer *w, struct exh_error *err)
{
    if (w->ended)
        return fail(err, EXH_INVALID, "the payload has ended already");
    w->ended = true;
    return put_chunk(w, true, w->bytes, w->n, err);
}

struct age_reader {
    struct file_key *key;      // owned, until the nonce is there
    struct aead *aead;         // owned, from then on
    const struct exh_sink *to; // borrowed
    enum age_state state;
    uint64_t chunk; // number of the next
    size_t n;       // bytes that wait: of the nonce, then of the chunk
    uint8_t bytes[AGE_SEALED_N];
    uint8_t plain[AGE_CHUNK_N];
};

enum exh_status age_reader_new(const struct file_key *key, const struct exh_sink *to,
                               struct age_reader **out, struct exh_error *err)
{
    struct age_reader *r = calloc(1, sizeof *r);

    if (!r)
        return fail_no_memory(err);
    enum exh_status status = file_key_empty(&r->key, err);
    if (status) {
        age_reader_free(r);
        return status;
    }
    *r->key = *key;
    r->to = to;
    *out = r;
    return EXH_OK;
}

void age_reader_free(struct age_reader *r)
{
    if (!r)
        return;
    file_key_free(r->key);
    aead_free(r->aead);
    wipe(r, sizeof *r);
    free(r);
}

static bool has_ended(const struct age_reader *r)
{
    return r->state == AGE_CLOSED || r->state == AGE_ALTERED;
}

static enum exh_status fail_altered(struct age_reader *r, struct exh_error *err)
{
    r->state = AGE_ALTERED;
    return fail(err, EXH_MALFORMED, "chunk %" PRIu64 " of the payload was altered", r->chunk);
}

static enum exh_status fail_cut(struct age_reader *r, struct exh_error *err)
{
    r->state = AGE_CUT;
    if (!r->aead)
        return fail(err, EXH_MALFORMED, "the file was cut behind its header: %zu bytes of a nonce",
                    r->n);
    return fail(err, EXH_MALFORMED,
                "the payload has no end: it was cut behind chunk %" PRIu64 ", or is still growing",
                r->chunk);
}

static bool open_chunk(struct age_reader *r, bool last, const uint8_t *p, size_t n)
{
    return age_chunk_open(r->aead, r->chunk, last, p, n - AEAD_TAG, r->plain);
}

static enum exh_status pass_on(struct age_reader *r, size_t n, struct exh_error *err)
{
    r->chunk++;
    return n ? r->to->write(r->to->ctx, r->plain, n, err) : EXH_OK;
}

/* A full chunk that more bytes follow. */
static enum exh_status take_chunk(struct age_reader *r, const uint8_t *p, struct exh_error *err)
{
    r->n = 0;
    if (open_chunk(r, false, p, AGE_SEALED_N))
        return pass_on(r, AGE_CHUNK_N, err);
    if (!open_chunk(r, true, p, AGE_SEALED_N))
        return fail_altered(r, err);

    enum exh_status status = pass_on(r, AGE_CHUNK_N, err);
    if (status)
        return status;
    r->state = AGE_ALTERED;
    return fail(err, EXH_MALFORMED, "something follows the last chunk of the payload");
}

/* The nonce makes the cipher; the key is of no more use then. */
static enum exh_status take_nonce(struct age_reader *r, struct exh_error *err)
{
    enum exh_status status = file_key_aead(r->key, r->bytes, &r->aead, err);

    file_key_free(r->key);
    r->key = NULL;
    r->n = 0;
    return status;
}

static enum exh_status reader_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct age_reader *r = ctx;
    enum exh_status status = EXH_OK;

    if (has_ended(r))
        return fail(err, EXH_INVALID, "the payload has ended already");
    r->state = AGE_OPEN;
    while (!status && n) {
        const size_t full = r->aead ? AGE_SEALED_N : AGE_NONCE_N;
        if (r->aead && !r->n && n > AGE_SEALED_N) { // opened from where it lies
            status = take_chunk(r, p, err);
            p += AGE_SEALED_N;
            n -= AGE_SEALED_N;
            continue;
        }
        if (r->n == full) {
            status = take_chunk(r, r->bytes, err);
            continue;
        }
        const size_t part = n < full - r->n ? n : full - r->n;
        memcpy(r->bytes + r->n, p, part);
        r->n += part;
        p += part;
        n -= part;
        if (!r->aead && r->n == AGE_NONCE_N)
            status = take_nonce(r, err);
    }
    return status;
}

struct exh_sink age_reader_sink(struct age_reader *r)
{
    return (struct exh_sink){ .write = reader_write, .ctx = r };
}

enum exh_status age_reader_end(struct age_reader *r, struct exh_error *err)
{
    enum exh_status status;

    if (has_ended(r))
        return fail(err, EXH_INVALID, "the payload has ended already");
    if (!r->aead || r->n < AEAD_TAG)
        return fail_cut(r, err);
    if (open_chunk(r, true, r->bytes, r->n)) {
        if (r->n == AEAD_TAG && r->chunk) {
            r->state = AGE_ALTERED;
            return fail(err, EXH_MALFORMED, "the last chunk of the payload is empty");
        }
        status = pass_on(r, r->n - AEAD_TAG, err);
        if (!status)
            r->state = AGE_CLOSED;
        return status;
    }
    if (r->n < AGE_SEALED_N)
        return fail_cut(r, err); // or altered in there: nobody can tell
    if (!open_chunk(r, false, r->bytes, r->n))
        return fail_altered(r, err);
    r->n = 0;
    status = pass_on(r, AGE_CHUNK_N, err);
    return status ? status : fail_cut(r, err);
}

enum age_state age_reader_state(const struct age_reader *r)
{
    return r->state;
}

uint64_t age_reader_chunks(const struct age_reader *r)
{
    return r->chunk;
}

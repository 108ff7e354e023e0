/*
 * Payloads: sizes, both ways in pieces of every size, and what comes out of one that was cut or altered: whole
 * chunks, in order, and never a byte more.
 */
#include "seal/age_stream.h"

#include "base/text.h"
#include "check.h"

#include <exhibit/crypto.h>

#define CHUNKS  5
#define PLAIN_N ((CHUNKS - 1) * AGE_CHUNK_N + 1000) // four full chunks, and a short one
#define FILE_N  (AGE_NONCE_N + PLAIN_N + CHUNKS * AEAD_TAG)

static const uint8_t nonce[AGE_NONCE_N] = "0123456789abcde";
static struct file_key *key;

/* What a reader made of a payload. */
struct outcome {
    enum exh_status status;
    enum age_state state;
    uint64_t chunks;
    size_t n; // bytes that came out; they are in `out`
    struct exh_error err;
};

static uint8_t plain[FILE_N], sealed[FILE_N], out[FILE_N];

static void fill(void)
{
    uint32_t x = 1;

    for (size_t i = 0; i < sizeof plain; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = (uint8_t)(x >> 24);
    }
}

/* Seal n bytes of `plain` in pieces of `step` into `sealed`; how many bytes that are. */
static size_t seal(size_t n, size_t step)
{
    struct exh_memory_sink m = { .p = sealed, .size = sizeof sealed };
    struct exh_sink to = exh_sink_memory(&m);
    struct exh_error err = { 0 };
    struct age_writer *w = NULL;

    if (!CHECK(age_writer_new(key, nonce, &to, &w, &err) == EXH_OK, "%s", err.text))
        return 0;
    struct exh_sink in = age_writer_sink(w);
    for (size_t at = 0; at < n; at += step)
        CHECK(in.write(in.ctx, plain + at, n - at < step ? n - at : step, &err) == EXH_OK, "%s",
              err.text);
    CHECK(age_writer_end(w, &err) == EXH_OK, "%s", err.text);
    CHECK(age_writer_end(w, &err) == EXH_INVALID, "a second end");
    age_writer_free(w);
    return m.n;
}

static struct outcome open_bytes(const uint8_t *p, size_t n, size_t step)
{
    struct exh_memory_sink m = { .p = out, .size = sizeof out };
    struct exh_sink to = exh_sink_memory(&m);
    struct outcome o = { 0 };
    struct age_reader *r = NULL;

    if (!CHECK(age_reader_new(key, &to, &r, &o.err) == EXH_OK, "%s", o.err.text))
        return o;
    struct exh_sink in = age_reader_sink(r);
    for (size_t at = 0; !o.status && at < n; at += step)
        o.status = in.write(in.ctx, p + at, n - at < step ? n - at : step, &o.err);
    if (!o.status)
        o.status = age_reader_end(r, &o.err);
    o.state = age_reader_state(r);
    o.chunks = age_reader_chunks(r);
    o.n = m.n;
    age_reader_free(r);
    return o;
}

static void check_sizes(void)
{
    static const struct {
        uint64_t sealed, plain, chunks; // chunks 0: no payload has that size
    } rows[] = {
        { 0, 0, 0 },
        { 15, 0, 0 },
        { 16, 0, 1 },
        { 17, 1, 1 },
        { 65551, 65535, 1 },
        { 65552, 65536, 1 },
        { 65553, 0, 0 },
        { 65552 + 16, 0, 0 },
        { 65552 + 17, 65537, 2 },
        { 2 * 65552, 131072, 2 },
        { 2 * 65552 + 16, 0, 0 },
        { UINT64_MAX, 0, 0 },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct age_extent e = { 0 };
        struct exh_error err;
        const enum exh_status got = age_extent_of(rows[i].sealed, &e, &err);
        CHECK(got == (rows[i].chunks ? EXH_OK : EXH_MALFORMED), "%zu: %u", i, got);
        CHECK(e.plain == rows[i].plain && e.chunks == rows[i].chunks, "row %zu: %u chunks", i,
              (unsigned)e.chunks);
        if (rows[i].chunks)
            CHECK(age_sealed_size(rows[i].plain) == rows[i].sealed, "row %zu: sealed", i);
    }
    struct age_extent e;
    struct exh_error err;
    const uint64_t most = age_sealed_size(AGE_PLAIN_MAX);
    CHECK(!age_extent_of(most, &e, &err) && e.plain == AGE_PLAIN_MAX, "the largest");
    CHECK(age_extent_of(most + 1, &e, &err) == EXH_MALFORMED, "over the largest");
}

static void check_places(void)
{
    static const uint64_t ats[] = { 0, 1, 65535, 65536, 65537, 131072, 10000000000 };

    for (size_t i = 0; i < ARRAY_N(ats); i++) {
        struct age_place place = age_place_of(ats[i]);
        CHECK(place.chunk * AGE_CHUNK_N + place.skip == ats[i], "place %zu", i);
        CHECK(place.skip < AGE_CHUNK_N && place.chunk_at == place.chunk * 65552, "chunk of %zu", i);
    }
}

static void check_both_ways(void)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131071, 131072, 131073, PLAIN_N };
    static const size_t steps[] = { 1, 1000, 65535, 65536, 65537, 65552, 65568, FILE_N };

    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        for (size_t s = sizes[i] > 140000; s < ARRAY_N(steps); s++) {
            const size_t n = seal(sizes[i], steps[s]);
            CHECK(n == AGE_NONCE_N + age_sealed_size(sizes[i]), "%zu bytes take %zu", sizes[i], n);
            CHECK(memcmp(sealed, nonce, AGE_NONCE_N) == 0, "the nonce comes first");
            struct outcome o = open_bytes(sealed, n, steps[s]);
            CHECK(!o.status && o.state == AGE_CLOSED, "%zu by %zu: %s", sizes[i], steps[s],
                  o.err.text);
            CHECK(o.n == sizes[i] && memcmp(out, plain, o.n) == 0, "%zu by %zu: %zu bytes",
                  sizes[i], steps[s], o.n);
        }
    }
}

/* The chunks that a pipeline makes are the writer's. */
static void check_pieces(void)
{
    const size_t n = seal(PLAIN_N, FILE_N);
    struct exh_error err;
    struct aead *a = NULL;
    uint8_t *chunk = malloc(AGE_SEALED_N);

    if (!CHECK(!file_key_aead(key, nonce, &a, &err), "%s", err.text) || !chunk)
        return;
    for (uint64_t i = 0; i < CHUNKS; i++) {
        const struct age_place place = age_place_of(i * AGE_CHUNK_N);
        const size_t size = i + 1 < CHUNKS ? AGE_CHUNK_N : PLAIN_N % AGE_CHUNK_N;
        const uint8_t *at = sealed + AGE_NONCE_N + place.chunk_at;
        CHECK(age_chunk_seal(a, i, i + 1 == CHUNKS, plain + i * AGE_CHUNK_N, size, chunk), "seal");
        CHECK(memcmp(chunk, at, size + AEAD_TAG) == 0, "chunk %u differs", (unsigned)i);
        CHECK(age_chunk_open(a, i, i + 1 == CHUNKS, at, size, chunk), "open");
        CHECK(memcmp(chunk, plain + i * AGE_CHUNK_N, size) == 0, "chunk %u opened", (unsigned)i);
        CHECK(!age_chunk_open(a, i, i + 1 != CHUNKS, at, size, chunk), "the other flag");
        CHECK(!age_chunk_open(a, i + 1, i + 1 == CHUNKS, at, size, chunk), "another number");
    }
    CHECK(n == FILE_N, "%zu bytes", n);
    aead_free(a);
    free(chunk);
}

/* How many whole chunks are in the first n bytes. */
static size_t whole_chunks(size_t n)
{
    return n < AGE_NONCE_N ? 0 : (n - AGE_NONCE_N) / AGE_SEALED_N;
}

/* Cut at byte n: all whole chunks came out as they were, nothing else did, and it was no success. */
static bool cut_holds(const struct outcome *o, size_t n)
{
    const size_t whole = whole_chunks(n);

    return o->status == EXH_MALFORMED && o->state == AGE_CUT && o->chunks == whole &&
           o->n == whole * AGE_CHUNK_N;
}

/* A file that grows byte by byte, asked at every byte how it stands: a cut at every byte, without reading anew. */
static void check_every_cut(size_t n)
{
    struct exh_memory_sink m = { .p = out, .size = sizeof out };
    struct exh_sink to = exh_sink_memory(&m);
    struct outcome o = { 0 };
    struct age_reader *r = NULL;
    size_t good = 0;

    if (!CHECK(age_reader_new(key, &to, &r, &o.err) == EXH_OK, "%s", o.err.text))
        return;
    struct exh_sink in = age_reader_sink(r);
    for (size_t cut = 0; cut < n; cut++) {
        o.status = age_reader_end(r, &o.err);
        o.state = age_reader_state(r);
        o.chunks = age_reader_chunks(r);
        o.n = m.n;
        good += cut_holds(&o, cut);
        if (in.write(in.ctx, sealed + cut, 1, &o.err))
            break;
    }
    CHECK(good == n, "%zu of %zu cuts hold", good, n);
    CHECK(memcmp(out, plain, m.n) == 0, "what came out before the end differs");
    CHECK(age_reader_end(r, &o.err) == EXH_OK && m.n == PLAIN_N, "the whole file: %s", o.err.text);
    CHECK(memcmp(out, plain, PLAIN_N) == 0, "what came out differs");
    CHECK(in.write(in.ctx, sealed, 1, &o.err) == EXH_INVALID, "a byte behind the end");
    age_reader_free(r);
}

/* The same with a reader of its own for each cut, around every border and here and there. */
static void check_cuts(void)
{
    const size_t n = seal(PLAIN_N, FILE_N);
    size_t cuts = 0;

    check_every_cut(n);
    for (size_t cut = 0; cut < n; cut++) {
        const size_t in_chunk = cut < AGE_NONCE_N ? 0 : (cut - AGE_NONCE_N) % AGE_SEALED_N;
        const bool near_border = in_chunk < 20 || in_chunk > AGE_SEALED_N - 20;
        if (!near_border && cut % 997)
            continue;
        struct outcome o = open_bytes(sealed, cut, cut % 2 ? FILE_N : 30000);
        CHECK(cut_holds(&o, cut) && memcmp(out, plain, o.n) == 0, "cut at %zu: %s", cut,
              o.err.text);
        cuts++;
    }
    CHECK(cuts > 400, "%zu cuts", cuts);
}

/* A bit of every chunk, tag and nonce; chunks swapped, doubled, dropped; something behind the end. */
static void check_altered(void)
{
    static uint8_t bad[2 * FILE_N];
    const size_t n = seal(PLAIN_N, FILE_N);

    for (size_t at = 0; at < n; at += at < 100 || at > n - 2000 ? 1 : 9973) {
        memcpy(bad, sealed, n);
        bad[at] ^= 0x10;
        struct outcome o = open_bytes(bad, n, FILE_N);
        const size_t whole = at < AGE_NONCE_N ? 0 : (at - AGE_NONCE_N) / AGE_SEALED_N;
        const enum age_state want = whole + 1 < CHUNKS ? AGE_ALTERED : AGE_CUT;
        CHECK(o.status == EXH_MALFORMED && o.state == want && o.n == whole * AGE_CHUNK_N &&
                  memcmp(out, plain, o.n) == 0,
              "byte %zu altered: state %u, %zu bytes (%s)", at, o.state, o.n, o.err.text);
    }
}

/* Move or copy chunk `from` to where chunk `to` is, in `bad`. */
static void put_chunk(uint8_t *bad, size_t to, size_t from)
{
    memcpy(bad + AGE_NONCE_N + to * AGE_SEALED_N, sealed + AGE_NONCE_N + from * AGE_SEALED_N,
           AGE_SEALED_N);
}

static void check_reordered(void)
{
    static uint8_t bad[2 * FILE_N];
    const size_t n = seal(PLAIN_N, FILE_N);
    const size_t last = n - AGE_NONCE_N - (CHUNKS - 1) * AGE_SEALED_N;

    memcpy(bad, sealed, n);
    put_chunk(bad, 1, 2);
    put_chunk(bad, 2, 1);
    struct outcome o = open_bytes(bad, n, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.chunks == 1, "chunks swapped: %s", o.err.text);

    memcpy(bad, sealed, n);
    put_chunk(bad, 1, 0);
    o = open_bytes(bad, n, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.chunks == 1, "a chunk twice: %s", o.err.text);

    memmove(bad + AGE_NONCE_N + AGE_SEALED_N, sealed + AGE_NONCE_N + 2 * AGE_SEALED_N,
            n - AGE_NONCE_N - 2 * AGE_SEALED_N);
    memcpy(bad, sealed, AGE_NONCE_N + AGE_SEALED_N);
    o = open_bytes(bad, n - AGE_SEALED_N, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.chunks == 1, "a chunk dropped: %s", o.err.text);

    memcpy(bad, sealed, n);
    memset(bad + n, 7, AGE_SEALED_N);
    o = open_bytes(bad, n + 1, FILE_N);
    CHECK(o.status == EXH_MALFORMED && o.n == PLAIN_N / AGE_CHUNK_N * AGE_CHUNK_N, "a byte behind");
    o = open_bytes(bad, n + AGE_SEALED_N, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.chunks == CHUNKS - 1, "a chunk behind: %s", o.err.text);
    CHECK(last == PLAIN_N % AGE_CHUNK_N + AEAD_TAG, "the last chunk");
}

/* What no writer of ours makes: full last chunks in odd places, and an empty one. */
static void check_foreign_ends(void)
{
    static uint8_t bad[3 * AGE_SEALED_N];
    struct exh_error err;
    struct aead *a = NULL;

    memcpy(bad, nonce, AGE_NONCE_N);
    uint8_t *first = bad + AGE_NONCE_N, *second = first + AGE_SEALED_N;
    if (!CHECK(!file_key_aead(key, nonce, &a, &err), "%s", err.text))
        return;
    bool sealed_all = age_chunk_seal(a, 0, true, plain, AGE_CHUNK_N, first) &&
                      age_chunk_seal(a, 1, true, plain, 1, second);
    struct outcome o = open_bytes(bad, (size_t)(second - bad) + 17, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.n == AGE_CHUNK_N, "two last chunks: %s", o.err.text);

    sealed_all &= age_chunk_seal(a, 0, false, plain, AGE_CHUNK_N, first) &&
                  age_chunk_seal(a, 1, true, plain, 0, second);
    o = open_bytes(bad, (size_t)(second - bad) + 16, FILE_N);
    CHECK(o.status == EXH_MALFORMED && o.state == AGE_ALTERED && o.n == AGE_CHUNK_N,
          "an empty last chunk: %s", o.err.text);

    sealed_all &= age_chunk_seal(a, 1, false, plain, AGE_CHUNK_N, second);
    o = open_bytes(bad, (size_t)(second - bad) + AGE_SEALED_N, FILE_N);
    CHECK(o.state == AGE_CUT && o.n == 2 * AGE_CHUNK_N, "no last chunk: %s", o.err.text);

    sealed_all &= age_chunk_seal(a, 0, false, plain, 100, first);
    o = open_bytes(bad, AGE_NONCE_N + 116, FILE_N);
    CHECK(o.state == AGE_CUT && o.n == 0, "a short chunk that is not the last: %s", o.err.text);
    CHECK(sealed_all, "sealing");
    aead_free(a);
}

static enum exh_status full(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    size_t *room = ctx;

    (void)p;
    err->text[0] = 0;
    if (n > *room)
        return EXH_IO;
    *room -= n;
    return EXH_OK;
}

/* What the other sink says comes back, wherever it fails. */
static void check_full_sink(void)
{
    static const size_t rooms[] = { 0, AGE_NONCE_N, AGE_NONCE_N + AGE_SEALED_N };

    for (size_t i = 0; i < ARRAY_N(rooms); i++) {
        size_t room = rooms[i];
        struct exh_sink to = { .write = full, .ctx = &room };
        struct age_writer *w = NULL;
        struct exh_error err;
        CHECK(!age_writer_new(key, nonce, &to, &w, &err), "%s", err.text);
        struct exh_sink in = age_writer_sink(w);
        enum exh_status status = in.write(in.ctx, plain, AGE_CHUNK_N + 1, &err);
        if (!status)
            status = age_writer_end(w, &err);
        CHECK(status == EXH_IO, "room for %zu: %u", rooms[i], status);
        age_writer_free(w);
    }
}

/* Another key opens nothing, and so does another nonce. */
static void check_other_key(void)
{
    const size_t n = seal(AGE_CHUNK_N + 1, FILE_N);
    struct exh_error err;

    key->bytes[3] ^= 1;
    struct outcome o = open_bytes(sealed, n, FILE_N);
    key->bytes[3] ^= 1;
    CHECK(o.state == AGE_ALTERED && o.n == 0, "another key: %s", o.err.text);
    sealed[0] ^= 1;
    o = open_bytes(sealed, n, FILE_N);
    CHECK(o.state == AGE_ALTERED && o.n == 0, "another nonce: %s", o.err.text);

    struct file_key *other = NULL;
    CHECK(!file_key_new(exh_crypto_openssl(), &other, &err), "%s", err.text);
    CHECK(memcmp(other, key, sizeof *key) != 0, "two keys are the same");
    file_key_free(other);
}

int main(void)
{
    struct exh_error err;

    fill();
    if (file_key_new(exh_crypto_openssl(), &key, &err) != EXH_OK)
        return 1;
    check_sizes();
    check_places();
    check_both_ways();
    check_pieces();
    check_cuts();
    check_altered();
    check_reordered();
    check_foreign_ends();
    check_full_sink();
    check_other_key();
    file_key_free(key);
    return check_done();
}

/* The one-file form: what is sealed opens again, and its header tells the truth. */
#include "age_case.h"
#include "base/names.h"
#include "base/text.h"
#include "seal/commit.h"
#include "seal/leaf.h"
#include "seal/tick.h"
#include "seal_world.h"

#define ROOM ((size_t)1 << 21)

static struct world w;
static struct exh_error err;
static uint8_t *plain;

static struct exh_bytes body_of(const struct age_header *h, const char *type)
{
    for (size_t i = 0; i < h->stanzas_n; i++)
        if (bytes_are(h->stanzas[i].type, type))
            return h->stanzas[i].body;
    return (struct exh_bytes){ 0 };
}

/* The digest that the closing tick must have. */
static void digest_of(struct exh_bytes payload, uint8_t digest[32])
{
    struct leaves leaves = { 0 };

    must(leaves_begin(&leaves, w.crypto, &err), &err);
    for (size_t at = 0; at < payload.n; at += LEAF_SEALED) {
        const size_t n = payload.n - at < LEAF_SEALED ? payload.n - at : LEAF_SEALED;
        const struct exh_bytes chunk = { payload.p + at, n };
        uint8_t leaf[1][32];
        must(leaf_digests(w.crypto, &chunk, 1, leaf, &err), &err);
        leaves_add(&leaves, leaf, 1);
    }
    leaves_end(&leaves, digest);
}

/* Open entry and closing tick of a file that w.camera sealed at WORLD_UTC. */
static void check_ledger(const struct age_opening *o, struct exh_bytes file, const char *name)
{
    const struct exh_bytes open = body_of(o->header, NAME_STANZA_OPEN);
    const struct exh_bytes final = body_of(o->header, NAME_STANZA_FINAL);
    const size_t payload_at = o->header->text.n + AGE_NONCE_N;
    const struct exh_bytes payload = { file.p + payload_at, file.n - payload_at };
    struct open_entry e;
    struct cose_ours cose;
    struct tick t;
    uint8_t want[32];
    bool holds = false;

    CHECK(open_entry_read(open, &e, &cose, &err) == EXH_OK, "%s: %s", name, err.text);
    CHECK(bytes_are(e.camera_id, "dome1") && bytes_are(e.media_type, "image/jpeg"), "%s: facts",
          name);
    CHECK(e.policy == OPEN_LEDGER_REQUIRED && e.t0_us == (int64_t)WORLD_UTC, "%s: policy", name);
    CHECK(memcmp(e.nonce, file.p + o->header->text.n, AGE_NONCE_N) == 0, "%s: nonce", name);
    must(commit_check(w.crypto, o->key, e.nonce, cose.chain[0], e.commit, &holds, &err), &err);
    CHECK(holds, "%s: the commitment does not hold", name);
    CHECK(final.n == TICK_SIZE && tick_read(final.p, EXH_ES256, &t, &err) == EXH_OK, "%s: %s", name,
          err.text);
    CHECK(t.type == TICK_CLOSE && t.seq == 0 && t.first == 0 && t.end == payload.n,
          "%s: covers to %d of %zu", name, (int)t.end, payload.n);
    CHECK(t.uncertainty_cs == 2 && t.flags == 0, "%s: %d, flags %u", name, t.uncertainty_cs,
          t.flags);
    must(ledger_hash(w.crypto, open, want, &err), &err);
    CHECK(memcmp(t.prev, want, 32) == 0, "%s: not tied to the open entry", name);
    digest_of(payload, want);
    CHECK(memcmp(t.digest, want, 32) == 0, "%s: digest", name);
}

static void check_file(const struct exh_memory_sink *m, struct exh_bytes want, bool armored,
                       bool ledger, const char *name)
{
    const struct exh_bytes file = { m->p, m->n };
    struct age_opening o = age_opening_of(file, armored, w.alice.ids, 70001);

    CHECK(o.failed_at == STAGE_DONE, "%s: stage %d: %s", name, (int)o.failed_at, o.err.text);
    CHECK(o.plain.n == want.n && memcmp(o.plain.p, want.p, want.n) == 0,
          "%s: %zu of %zu bytes, or other ones", name, o.plain.n, want.n);
    if (ledger && !armored && o.failed_at == STAGE_DONE)
        check_ledger(&o, file, name);
    if (!ledger && o.header)
        CHECK(!body_of(o.header, NAME_STANZA_OPEN).n, "%s: a ledger", name);
    age_opening_free(&o);
}

/* --- From a source, in every way. */

static enum exh_status read_plain(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                  struct exh_error *e)
{
    (void)ctx, (void)e;
    memcpy(to, plain + at, n);
    return EXH_OK;
}

static uint64_t told;

static void tell(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    CHECK(done <= total && done >= told, "progress runs backwards");
    told = done;
}

struct way {
    const char *name;
    bool memory, ledger, threads, pipe, armor;
};

static const struct way ways[] = {
    { "read", .ledger = true },
    { "memory", .memory = true, .ledger = true },
    { "threads", .ledger = true, .threads = true },
    { "memory and threads", .memory = true, .ledger = true, .threads = true },
    { "into a pipe", .ledger = true, .pipe = true },
    { "armored", .ledger = true, .armor = true },
    { "no ledger", .ledger = false },
    { "no ledger, threads", .threads = true },
    { "no ledger, into a pipe", .pipe = true, .memory = true },
    { "no ledger, armored", .armor = true },
};

static void seal_one(const struct way *way, size_t n)
{
    const struct exh_source source = way->memory
                                         ? exh_source_memory(plain, n)
                                         : (struct exh_source){ .size = n, .read = read_plain };
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    struct exh_sink sink = exh_sink_memory(&m);
    struct exh_seal_options o = world_options(&w);
    struct exh_sealed done;
    char name[80];

    snprintf(name, sizeof name, "%s, %zu bytes", way->name, n);
    if (!way->ledger)
        o = (struct exh_seal_options){ .crypto = w.crypto, .recipients = w.to_alice };
    if (way->pipe)
        sink.patch = NULL;
    o.armor = way->armor;
    o.workers = way->threads ? exh_pool_workers(w.pool) : NULL;
    o.progress = tell;
    told = 0;
    CHECK(exh_seal(&source, &sink, &o, &done, &err) == EXH_OK, "%s: %s", name, err.text);
    CHECK(done.plain_n == n && done.has_ledger == way->ledger, "%s: %d bytes", name,
          (int)done.plain_n);
    CHECK(way->armor || done.header_n + AGE_NONCE_N + done.payload_n == m.n, "%s: sizes", name);
    CHECK(told == n, "%s: told of %d bytes", name, (int)told);
    check_file(&m, (struct exh_bytes){ plain, n }, way->armor, way->ledger, name);
    free(m.p);
}

/* --- By and by, with a hole. */

static const struct hole {
    const char *name;
    size_t at, n, after;
} holes[] = {
    { "a small file", 20, 1000, 500 },
    { "nothing behind it", 20, 1000, 0 },
    { "nothing at all beside it", 0, 1000, 0 },
    { "over a border", 65000, 2000, 3000 },
    { "one whole chunk", 65536, 65536, 65536 },
    { "one whole chunk at the end", 65536, 65536, 0 },
    { "ends at a border", 65000, 536, 1 },
    { "ends at a border, at the end", 65000, 536, 0 },
    { "far inside", 200000, 10000, 400000 },
    { "far inside a pair", 131072 + 70000, 4000, 131072 * 3 },
    { "many chunks", 10, 400000, 300001 },
    { "the tail ends where held chunks end", 1000, 1000, 65536 - 2000 },
    { "the tail ends one byte behind", 1000, 1000, 65536 - 1999 },
};

static enum exh_status put_with_hole(const struct hole *h, struct exh_sealer *s)
{
    const struct exh_sink *in = exh_sealer_sink(s);
    const size_t behind = h->at + h->n;
    struct exh_bytes before = { plain, h->at }, after = { plain + behind, h->after };
    enum exh_status status = write_in_pieces(in, before, 7001, &err);

    if (status == EXH_OK)
        status = in->hole(in->ctx, h->n, &err);
    if (status == EXH_OK)
        status = write_in_pieces(in, after, 50001, &err);
    return status == EXH_OK ? in->patch(in->ctx, h->at, plain + h->at, h->n, &err) : status;
}

static void test_hole(const struct hole *h, bool threads, bool ledger, bool pipe)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    struct exh_sink sink = exh_sink_memory(&m);
    struct exh_seal_options o = world_options(&w);
    struct exh_sealer *s = NULL;
    struct exh_sealed done;

    o.workers = threads ? exh_pool_workers(w.pool) : NULL;
    if (pipe)
        sink.patch = NULL;
    if (!ledger)
        o.signer = NULL;
    must(exh_sealer_new(&sink, &o, &s, &err), &err);
    CHECK(put_with_hole(h, s) == EXH_OK, "%s: %s", h->name, err.text);
    CHECK(exh_sealer_finish(s, &done, &err) == EXH_OK, "%s: %s", h->name, err.text);
    exh_sealer_free(s);
    check_file(&m, (struct exh_bytes){ plain, h->at + h->n + h->after }, false, ledger, h->name);
    free(m.p);
}

static void test_holes(void)
{
    for (size_t i = 0; i < ARRAY_N(holes); i++) {
        test_hole(&holes[i], false, true, false);
        test_hole(&holes[i], true, true, false);
        test_hole(&holes[i], true, false, false);
        test_hole(&holes[i], false, true, true);
    }
}

/* What a sealer's sink does not take. */
static void test_hole_refused(void)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    struct exh_sink sink = exh_sink_memory(&m);
    struct exh_seal_options o = world_options(&w);
    struct exh_sealer *s = NULL;

    must(exh_sealer_new(&sink, &o, &s, &err), &err);
    const struct exh_sink *in = exh_sealer_sink(s);
    must(in->write(in->ctx, plain, 10, &err), &err);
    CHECK(in->hole(in->ctx, 0, &err) == EXH_OK, "an empty hole is none");
    CHECK(in->patch(in->ctx, 0, plain, 5, &err) == EXH_INVALID, "patch without a hole");
    must(in->hole(in->ctx, 100, &err), &err);
    CHECK(in->patch(in->ctx, 9, plain, 100, &err) == EXH_INVALID, "patch beside the hole");
    CHECK(in->patch(in->ctx, 10, plain, 99, &err) == EXH_INVALID, "patch of a part");
    CHECK(exh_sealer_finish(s, NULL, &err) == EXH_INVALID, "finished with an open hole");
    CHECK(strcmp(err.text, "the hole at 10 was never filled") == 0, "%s", err.text);
    CHECK(in->write(in->ctx, plain, 1, &err) == EXH_INVALID, "written after the end");
    exh_sealer_free(s);

    must(exh_sealer_new(&sink, &o, &s, &err), &err);
    in = exh_sealer_sink(s);
    CHECK(in->hole(in->ctx, EXH_HOLE_MAX + 1, &err) == EXH_LIMIT, "a hole over the limit");
    CHECK(exh_sealer_finish(s, NULL, NULL) == EXH_INVALID, "went on after a failure");
    exh_sealer_free(s);

    must(exh_sealer_new(&sink, &o, &s, &err), &err);
    in = exh_sealer_sink(s);
    must(in->hole(in->ctx, 10, &err), &err);
    CHECK(in->hole(in->ctx, 10, &err) == EXH_INVALID, "a second hole");
    exh_sealer_free(s);

    sink.patch = NULL;
    o.signer = NULL;
    must(exh_sealer_new(&sink, &o, &s, &err), &err);
    CHECK(!exh_sealer_sink(s)->patch && !exh_sealer_sink(s)->hole,
          "a hole where nothing can be filled in afterwards");
    exh_sealer_free(s);
    exh_sealer_free(NULL);
    free(m.p);
}

/* --- Options. */

static struct exh_recipients *nobody_at_all, *by_passphrase;
static const struct exh_frames frames = { 7, 7, NULL };
static const uint8_t beacon[32] = { 1 };
static struct exh_signer ps256;

enum wrong {
    NO_CRYPTO,
    NO_RECIPIENTS,
    EMPTY_RECIPIENTS,
    NO_CLOCK,
    NO_MEDIA_TYPE,
    LONG_MEDIA_TYPE,
    FRAMES_WITHOUT_SIGNER,
    BEACON_WITHOUT_SIGNER,
    FRAMES_OF_A_PERSON,
    NO_NAME,
    OTHER_ALGORITHM,
    PASSPHRASE_AND_LEDGER,
};

static void make_wrong(struct exh_seal_options *o, enum wrong wrong)
{
    static char longest[200];

    memset(longest, 'x', sizeof longest - 1);
    switch (wrong) {
    case NO_CRYPTO: o->crypto = NULL; break;
    case NO_RECIPIENTS: o->recipients = NULL; break;
    case EMPTY_RECIPIENTS: o->recipients = nobody_at_all; break;
    case NO_CLOCK: o->clock = NULL; break;
    case NO_MEDIA_TYPE: o->media_type = NULL; break;
    case LONG_MEDIA_TYPE: o->media_type = longest; break;
    case FRAMES_WITHOUT_SIGNER: o->signer = NULL, o->frames = &frames; break;
    case BEACON_WITHOUT_SIGNER: o->signer = NULL, o->beacon = beacon; break;
    case FRAMES_OF_A_PERSON: o->signer = &w.person.signer, o->frames = &frames; break;
    case NO_NAME: o->signer = &w.nobody.signer; break;
    case OTHER_ALGORITHM: o->signer = &ps256; break;
    case PASSPHRASE_AND_LEDGER: o->recipients = by_passphrase; break;
    }
}

static const struct {
    enum wrong wrong;
    enum exh_status want;
    const char *says;
} refusals[] = {
    { NO_CRYPTO, EXH_INVALID, "no cryptography was given" },
    { NO_RECIPIENTS, EXH_INVALID, "nobody could open it: no recipient was given" },
    { EMPTY_RECIPIENTS, EXH_INVALID, "nobody could open it: no recipient was given" },
    { NO_CLOCK, EXH_INVALID, "a ledger needs a clock" },
    { NO_MEDIA_TYPE, EXH_INVALID, "a ledger needs a media type" },
    { LONG_MEDIA_TYPE, EXH_INVALID, "" },
    { FRAMES_WITHOUT_SIGNER, EXH_INVALID,
      "frame numbers and beacons stand in a ledger, which needs a signer" },
    { BEACON_WITHOUT_SIGNER, EXH_INVALID,
      "frame numbers and beacons stand in a ledger, which needs a signer" },
    { FRAMES_OF_A_PERSON, EXH_INVALID,
      "frame numbers are a camera's, and the certificate is of ann" },
    { NO_NAME, EXH_INVALID,
      "the certificate names neither a camera nor a person (urn:exhibit:camera:… or "
      "urn:exhibit:person:…)" },
    { OTHER_ALGORITHM, EXH_UNSUPPORTED,
      "a ledger is signed with ES256 or Ed25519, not with algorithm -37" },
    { PASSPHRASE_AND_LEDGER, EXH_INVALID,
      "beside a passphrase the header has no room for a ledger: seal to a key, or without a "
      "signer" },
};

static void test_refusals(void)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_source source = exh_source_memory(plain, 100);

    nobody_at_all = exh_recipients_new();
    by_passphrase = exh_recipients_new();
    must(exh_recipients_add_passphrase(by_passphrase, "secret", 6, 10, &err), &err);
    ps256 = w.camera.signer;
    ps256.alg = EXH_PS256;
    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        struct exh_seal_options o = world_options(&w);
        make_wrong(&o, refusals[i].wrong);
        enum exh_status got = exh_seal(&source, &sink, &o, NULL, &err);
        CHECK(got == refusals[i].want, "refusal %zu: status %d (%s)", i, (int)got, err.text);
        CHECK(!*refusals[i].says || strcmp(err.text, refusals[i].says) == 0, "says: %s", err.text);
    }
    CHECK(m.n == 0, "a refusal wrote %zu bytes", m.n);
    exh_recipients_free(nobody_at_all);
    exh_recipients_free(by_passphrase);
    free(m.p);
}

/* Frames, a previous capture and a beacon stand in the open entry. */
static void test_facts(void)
{
    const uint8_t before[32] = { 9 };
    const struct exh_frames numbered = { 41, 43, before };
    const struct exh_source source = exh_source_memory(plain, 100);
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    struct exh_seal_options o = world_options(&w);
    struct age_header *h = NULL;
    struct open_entry e;
    struct cose_ours cose;

    o.frames = &numbered;
    o.beacon = beacon;
    w.now.synchronised = false;
    w.now.uncertainty_us = UINT64_MAX;
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    w.now.synchronised = true;
    w.now.uncertainty_us = 12345;
    must(age_header_read((struct exh_bytes){ m.p, m.n }, &h, &err), &err);
    must(open_entry_read(body_of(h, NAME_STANZA_OPEN), &e, &cose, &err), &err);
    CHECK(e.captured && e.frame_first == 41 && e.has_frame_last && e.frame_last == 43, "frames");
    CHECK(e.has_prev_capture && e.prev_capture[0] == 9 && e.has_beacon && e.beacon[0] == 1,
          "links");
    struct tick t;
    must(tick_read(body_of(h, NAME_STANZA_FINAL).p, EXH_ES256, &t, &err), &err);
    CHECK(t.flags == TICK_UNSYNCHRONISED && t.uncertainty_cs == UINT16_MAX, "an unset clock");
    age_header_free(h);

    m.n = 0;
    o = world_options(&w);
    o.signer = &w.person.signer;
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    must(age_header_read((struct exh_bytes){ m.p, m.n }, &h, &err), &err);
    must(open_entry_read(body_of(h, NAME_STANZA_OPEN), &e, &cose, &err), &err);
    CHECK(bytes_are(e.camera_id, "ann") && !e.captured && cose.alg == EXH_EDDSA, "a person");
    age_header_free(h);
    free(m.p);
}

/* --- Failures of others. */

struct failing {
    struct exh_sink inner;
    int left;
};

static enum exh_status failing_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    struct failing *f = ctx;

    if (f->left-- <= 0)
        return fail(e, EXH_IO, "the disk is full");
    return f->inner.write(f->inner.ctx, p, n, e);
}

static enum exh_status failing_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                     struct exh_error *e)
{
    struct failing *f = ctx;

    if (f->left-- <= 0)
        return fail(e, EXH_IO, "the disk is full");
    return f->inner.patch(f->inner.ctx, at, p, n, e);
}

static void test_failing_sink(bool threads)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    enum exh_status status = EXH_IO;
    int calls = 0;

    for (; status != EXH_OK && calls < 100; calls++) {
        struct failing f = { .inner = exh_sink_memory(&m), .left = calls };
        const struct exh_sink sink = { .write = failing_write, .patch = failing_patch, .ctx = &f };
        struct exh_seal_options o = world_options(&w);
        struct exh_sealer *s = NULL;
        o.workers = threads ? exh_pool_workers(w.pool) : NULL;
        m.n = 0;
        status = exh_sealer_new(&sink, &o, &s, &err);
        if (status == EXH_OK)
            status = put_with_hole(&holes[8], s);
        if (status == EXH_OK)
            status = exh_sealer_finish(s, NULL, &err);
        exh_sealer_free(s);
        CHECK(status == EXH_OK || (status == EXH_IO && strcmp(err.text, "the disk is full") == 0),
              "%d calls: %s", calls, err.text);
    }
    CHECK(status == EXH_OK && calls > 8, "%d calls are enough", calls);
    free(m.p);
}

static enum exh_status no_bytes(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *e)
{
    (void)to, (void)ctx;
    return at + n <= 100000 ? EXH_OK : fail(e, EXH_IO, "the disk is broken");
}

static enum exh_status no_signature(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                    struct exh_error *e)
{
    int *left = ctx;

    (void)tbs;
    memset(signature, 1, 64);
    return (*left)-- > 0 ? EXH_OK : fail(e, EXH_CRYPTO, "the key is gone");
}

static void test_failing_others(void)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    struct exh_source source = { .size = 500000, .read = no_bytes };
    struct exh_seal_options o = world_options(&w);
    struct exh_signer signer = w.camera.signer;
    int left = 0;

    CHECK(exh_seal(&source, &sink, &o, NULL, &err) == EXH_IO, "%s", err.text);
    source.read = read_plain;
    signer.sign = no_signature;
    signer.ctx = &left;
    o.signer = &signer;
    CHECK(exh_seal(&source, &sink, &o, NULL, &err) == EXH_CRYPTO, "the open entry: %s", err.text);
    m.n = 0;
    left = 1;
    CHECK(exh_seal(&source, &sink, &o, NULL, &err) == EXH_CRYPTO, "the close entry: %s", err.text);
    source.size = UINT64_MAX;
    CHECK(exh_seal(&source, &sink, &o, NULL, NULL) == EXH_LIMIT, "2^64 bytes");
    free(m.p);
}

/* A pipe whose header comes last makes us keep everything: up to a limit. */
static enum exh_status forget(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    (void)ctx, (void)p, (void)n, (void)e;
    return EXH_OK;
}

static enum exh_status read_nothing(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    (void)ctx, (void)at, (void)e;
    memset(to, 0, n);
    return EXH_OK;
}

static void test_pipe_limit(void)
{
    const struct exh_sink pipe = { .write = forget };
    const struct exh_source big = { .size = EXH_HELD_MAX + 1, .read = read_nothing };
    struct exh_seal_options o = world_options(&w);

    o.workers = exh_pool_workers(w.pool);
    CHECK(exh_seal(&big, &pipe, &o, NULL, &err) == EXH_LIMIT, "over the limit: %s", err.text);
    CHECK(strstr(err.text, "give a file"), "says: %s", err.text);
    o.signer = NULL;
    CHECK(exh_seal(&big, &pipe, &o, NULL, &err) == EXH_OK, "without a ledger: %s", err.text);
}

int main(void)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 131073, 262145, 1000000 };

    world_begin(&w);
    plain = world_bytes(ROOM);
    for (size_t i = 0; i < ARRAY_N(ways); i++)
        for (size_t k = 0; k < ARRAY_N(sizes); k++)
            seal_one(&ways[i], sizes[k]);
    test_holes();
    test_hole_refused();
    test_refusals();
    test_facts();
    test_failing_sink(false);
    test_failing_sink(true);
    test_failing_others();
    test_pipe_limit();
    free(plain);
    world_end(&w);
    return check_done();
}

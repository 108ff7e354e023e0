/* New headers over old payloads, and what is seen of a file without a key. */
#include "age_case.h"
#include "base/names.h"
#include "base/text.h"
#include "seal_world.h"

#define ROOM    ((size_t)1 << 20)
#define PLAIN_N 200000

static struct world w;
static struct exh_error err;
static uint8_t *plain;
static struct exh_recipients *to_bob, *to_camera, *by_passphrase;
static struct exh_identities *camera_ids, *passphrase_ids;

static struct exh_memory_sink sealed(const struct exh_recipients *to, bool ledger, bool armor)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_source source = exh_source_memory(plain, PLAIN_N);
    struct exh_seal_options o = world_options(&w);

    o.recipients = to;
    o.armor = armor;
    if (!ledger)
        o.signer = NULL;
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    return m;
}

static bool opens(const struct exh_memory_sink *file, const struct exh_identities *ids)
{
    struct age_opening o =
        age_opening_of((struct exh_bytes){ file->p, file->n }, false, ids, 77777);
    const bool whole =
        o.failed_at == STAGE_DONE && o.plain.n == PLAIN_N && memcmp(o.plain.p, plain, PLAIN_N) == 0;

    CHECK(whole || o.plain.n == 0, "something else came out");
    age_opening_free(&o);
    return whole;
}

struct result {
    enum exh_status status;
    struct exh_rewrapped done;
    struct exh_memory_sink file;
};

static struct result rewrap(const struct exh_memory_sink *from, const struct exh_rewrap_options *o)
{
    struct result r = { .file = { .p = malloc(ROOM), .size = ROOM } };
    const struct exh_source source = exh_source_memory(from->p, from->n);
    const struct exh_sink sink = exh_sink_memory(&r.file);

    err.text[0] = 0;
    r.status = exh_rewrap(&source, &sink, o, &r.done, &err);
    return r;
}

/* The bytes behind the header are the old ones, each of them. */
static void check_payload(const struct exh_memory_sink *old, const struct result *r,
                          const char *name)
{
    const size_t n = (size_t)r->done.payload_n;

    CHECK(r->done.old_header_n + n == old->n && r->done.new_header_n + n == r->file.n, "%s: sizes",
          name);
    CHECK(memcmp(old->p + r->done.old_header_n, r->file.p + r->done.new_header_n, n) == 0,
          "%s: the payload is not byte for byte the same", name);
}

enum { ALICE = 1, BOB = 2, CAMERA = 4, PASSPHRASE = 8 };

static const struct exh_recipients *list_of(int who)
{
    switch (who) {
    case ALICE: return w.to_alice;
    case BOB: return to_bob;
    case ALICE | BOB: return w.to_both;
    case CAMERA: return to_camera;
    case PASSPHRASE: return by_passphrase;
    default: return NULL;
    }
}

static const struct {
    const char *name;
    int before, add, remove;
    bool only, ledger;
    enum exh_status want;
    int after;
    size_t added, removed;
} rows[] = {
    { "add", ALICE, BOB, 0, false, true, EXH_OK, ALICE | BOB, 1, 0 },
    { "add, without a ledger", ALICE, BOB, 0, false, false, EXH_OK, ALICE | BOB, 1, 0 },
    { "add a P-256 key", ALICE, CAMERA, 0, false, true, EXH_OK, ALICE | CAMERA, 1, 0 },
    { "add who is there", ALICE | BOB, BOB, 0, false, true, EXH_OK, ALICE | BOB, 0, 0 },
    { "nothing", ALICE, 0, 0, false, true, EXH_OK, ALICE, 0, 0 },
    { "remove", ALICE | BOB, 0, BOB, false, true, EXH_OK, ALICE, 0, 1 },
    { "remove myself", ALICE | BOB, 0, ALICE, false, true, EXH_OK, BOB, 0, 1 },
    { "add and remove", ALICE, BOB, ALICE, false, true, EXH_OK, BOB, 1, 1 },
    { "add and remove the same", ALICE | BOB, BOB, BOB, false, true, EXH_OK, ALICE | BOB, 0, 0 },
    { "only", ALICE | BOB, CAMERA, 0, true, true, EXH_OK, CAMERA, 1, 2 },
    { "only who is there", ALICE | BOB, BOB, 0, true, true, EXH_OK, BOB, 0, 1 },
    { "only a passphrase", ALICE, PASSPHRASE, 0, true, false, EXH_OK, PASSPHRASE, 1, 1 },
    { "from a passphrase", PASSPHRASE, BOB, 0, true, false, EXH_OK, BOB, 1, 1 },
    { "remove a stranger", ALICE, 0, BOB, false, true, EXH_NOT_FOUND, 0, 0, 0 },
    { "remove a P-256 key that is not there", ALICE, 0, CAMERA, false, true, EXH_NOT_FOUND, 0, 0,
      0 },
    { "remove everybody", ALICE, 0, ALICE, false, true, EXH_INVALID, 0, 0, 0 },
    { "only nobody", ALICE, 0, 0, true, true, EXH_INVALID, 0, 0, 0 },
    { "a passphrase beside others", ALICE, PASSPHRASE, 0, false, false, EXH_INVALID, 0, 0, 0 },
    { "others beside a passphrase", PASSPHRASE, BOB, 0, false, false, EXH_INVALID, 0, 0, 0 },
    { "a passphrase beside a ledger", ALICE, PASSPHRASE, 0, true, true, EXH_INVALID, 0, 0, 0 },
};

static void test_row(size_t i)
{
    const char *name = rows[i].name;
    const struct exh_memory_sink old = sealed(list_of(rows[i].before), rows[i].ledger, false);
    const struct exh_identities *ids[] = { w.alice.ids, w.bob.ids, camera_ids, passphrase_ids };
    const struct exh_rewrap_options o = {
        .crypto = w.crypto,
        .identities = rows[i].before & PASSPHRASE ? passphrase_ids : w.alice.ids,
        .add = list_of(rows[i].add),
        .remove = list_of(rows[i].remove),
        .only = rows[i].only,
    };
    struct result r = rewrap(&old, &o);

    CHECK(r.status == rows[i].want, "%s: status %d (%s)", name, (int)r.status, err.text);
    if (r.status == EXH_OK) {
        check_payload(&old, &r, name);
        CHECK(r.done.added == rows[i].added && r.done.removed == rows[i].removed,
              "%s: %zu added, %zu removed", name, r.done.added, r.done.removed);
        for (size_t k = 0; k < ARRAY_N(ids); k++)
            CHECK(opens(&r.file, ids[k]) == (rows[i].after >> k & 1), "%s: person %zu", name, k);
        const struct exh_source file = exh_source_memory(r.file.p, r.file.n);
        struct exh_ledger_report *report = world_check(&w, &file, NULL);
        CHECK(report->integrity == (rows[i].ledger ? EXH_INTACT : EXH_NO_CREDENTIAL), "%s: %s",
              name, report->verdict);
        exh_ledger_report_free(report);
    } else {
        CHECK(r.file.n == 0, "%s: %zu bytes were written", name, r.file.n);
    }
    free(r.file.p);
    free(old.p);
}

/* A P-256 key can be removed by its tag; a header can be asked for alone; armor comes off. */
static void test_others(void)
{
    struct exh_memory_sink old = sealed(w.to_both, true, false);
    struct exh_rewrap_options o = {
        .crypto = w.crypto, .identities = w.alice.ids, .add = to_camera, .header = true
    };
    struct result r = rewrap(&old, &o);

    CHECK(r.status == EXH_OK && r.file.n == r.done.new_header_n, "a header alone: %zu bytes",
          r.file.n);
    memcpy(r.file.p + r.file.n, old.p + r.done.old_header_n, (size_t)r.done.payload_n);
    r.file.n += (size_t)r.done.payload_n;
    CHECK(opens(&r.file, camera_ids), "header and payload, put together");
    o = (struct exh_rewrap_options){ .crypto = w.crypto,
                                     .identities = camera_ids,
                                     .remove = to_camera };
    struct result back = rewrap(&r.file, &o);
    CHECK(back.status == EXH_OK && back.done.removed == 1 && !opens(&back.file, camera_ids) &&
              opens(&back.file, w.bob.ids),
          "removed by its tag: %s", err.text);
    free(back.file.p);
    free(r.file.p);
    free(old.p);

    old = sealed(w.to_alice, true, true);
    o = (struct exh_rewrap_options){ .crypto = w.crypto, .identities = w.alice.ids, .add = to_bob };
    r = rewrap(&old, &o);
    CHECK(r.status == EXH_OK && opens(&r.file, w.bob.ids), "armored: %s", err.text);
    free(r.file.p);
    free(old.p);
}

static void test_refused(void)
{
    struct exh_memory_sink old = sealed(w.to_alice, true, false);
    struct exh_rewrap_options o = { .crypto = w.crypto, .identities = w.bob.ids, .add = to_bob };
    struct result r = rewrap(&old, &o);

    CHECK(r.status == EXH_DENIED && !r.file.n, "not mine: %s", err.text);
    free(r.file.p);
    o.identities = NULL;
    r = rewrap(&old, &o);
    CHECK(r.status == EXH_INVALID, "no identity: %s", err.text);
    free(r.file.p);
    o.identities = w.alice.ids;
    old.p[30] ^= 1;
    r = rewrap(&old, &o);
    CHECK(r.status != EXH_OK && !r.file.n, "an altered header");
    old.p[30] ^= 1;
    free(r.file.p);
    const size_t n = old.n;
    for (size_t cut = 0; cut < 1800; cut++) { // every header that is cut
        struct age_header *h = NULL;
        struct exh_memory_sink part = { .p = exact_copy(old.p, cut), .n = cut };
        if (age_header_read((struct exh_bytes){ old.p, n }, &h, &err) == EXH_OK &&
            cut < h->text.n + AGE_NONCE_N) {
            r = rewrap(&part, &o);
            CHECK(r.status == EXH_MALFORMED && !r.file.n, "%zu bytes: %s", cut, err.text);
            free(r.file.p);
        }
        age_header_free(h);
        free(part.p);
    }
    free(old.p);
}

/* Whose a stanza is, tells the file key, and nothing else. */
static void test_whose(void)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    struct age_header *h = NULL;
    struct file_key *key = NULL, *other = NULL;
    bool is = true;

    must(seal_to(w.to_both, w.crypto, (struct exh_bytes){ plain, PLAIN_N }, 1000, &sink, &err),
         &err);
    must(age_header_read((struct exh_bytes){ m.p, m.n }, &h, &err), &err);
    must(age_open(h, w.alice.ids, &key, &err), &err);
    must(file_key_new(w.crypto, &other, &err), &err);
    for (size_t i = 0; i < h->stanzas_n; i++) {
        size_t of = 0;
        for (size_t k = 0; k < 2; k++) {
            must(recipients_is_for(w.to_both, k, &h->stanzas[i], key, &is, &err), &err);
            of += is;
            must(recipients_is_for(w.to_both, k, &h->stanzas[i], other, &is, &err), &err);
            CHECK(!is, "without the file key a stanza tells whose it is");
            key->nonce[3] ^= 1;
            must(recipients_is_for(w.to_both, k, &h->stanzas[i], key, &is, &err), &err);
            CHECK(!is, "the same key for another payload tells it");
            key->nonce[3] ^= 1;
        }
        CHECK(of == 1, "stanza %zu is of %zu recipients", i, of);
        must(recipients_is_for(to_camera, 0, &h->stanzas[i], key, &is, &err), &err);
        CHECK(!is, "stanza %zu is of somebody else", i);
    }
    file_key_free(other);
    file_key_free(key);
    age_header_free(h);
    free(m.p);
}

/* --- Without a key. */

static void test_inspect(bool ledger, bool armor)
{
    const struct exh_memory_sink file = sealed(w.to_both, ledger, armor);
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct exh_inspection seen;

    CHECK(exh_inspect(&source, w.crypto, &seen, &err) == EXH_OK, "%s", err.text);
    CHECK(seen.armored == armor && seen.size == file.n && seen.whole && seen.chunks == 4 &&
              seen.plain_n == PLAIN_N,
          "%d bytes in %d chunks", (int)seen.plain_n, (int)seen.chunks);
    CHECK(seen.stanzas_n == (ledger ? 4u : 2u) && seen.has_open == ledger &&
              seen.has_final == ledger,
          "%zu stanzas", seen.stanzas_n);
    CHECK(strcmp(seen.stanzas[0].type, "X25519") == 0 && !seen.stanzas[0].tag[0] &&
              seen.stanzas[0].body_n == 32,
          "%s", seen.stanzas[0].type);
    if (ledger) {
        CHECK(strcmp(seen.open.sealer, "dome1") == 0 && seen.open.sealed &&
                  seen.open.ledger_required && seen.open.t0_us == WORLD_UTC,
              "%s", seen.open.sealer);
        CHECK(strcmp(seen.open.media_type, "image/jpeg") == 0, "%s", seen.open.media_type);
    }
    free(file.p);
}

static void test_inspect_cut(void)
{
    const struct exh_memory_sink file = sealed(to_camera, true, false);
    struct exh_inspection seen;

    for (size_t n = 0; n < file.n; n += n < 2000 ? 1 : 3001) {
        uint8_t *exact = exact_copy(file.p, n);
        const struct exh_source source = exh_source_memory(exact, n);
        enum exh_status status = exh_inspect(&source, w.crypto, &seen, &err);
        CHECK(status == EXH_MALFORMED || (status == EXH_OK && seen.header_n <= n), "%zu bytes: %s",
              n, err.text);
        free(exact);
    }
    const struct exh_source source = exh_source_memory(file.p, file.n);
    must(exh_inspect(&source, w.crypto, &seen, &err), &err);
    CHECK(strcmp(seen.stanzas[0].type, "p256tag") == 0 && strlen(seen.stanzas[0].tag) == 6,
          "tag %s", seen.stanzas[0].tag);
    free(file.p);
}

int main(void)
{
    char *pem = NULL;

    world_begin(&w);
    plain = world_bytes(PLAIN_N);
    to_bob = exh_recipients_new();
    must(exh_recipients_add(to_bob, w.bob.recipient, strlen(w.bob.recipient), &err), &err);
    to_camera = exh_recipients_new();
    const struct made *chain[] = { &w.camera.leaf };
    pem = made_pem(chain, 1);
    must(exh_recipients_add(to_camera, pem, strlen(pem), &err), &err);
    free(pem);
    by_passphrase = exh_recipients_new();
    must(exh_recipients_add_passphrase(by_passphrase, "correct horse", 13, 8, &err), &err);
    camera_ids = exh_identities_new();
    must(exh_identities_add_key(camera_ids, w.camera.key, &err), &err);
    passphrase_ids = exh_identities_new();
    must(exh_identities_add_passphrase(passphrase_ids, "correct horse", 13, &err), &err);

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        test_row(i);
    test_others();
    test_refused();
    test_whose();
    for (int bits = 0; bits < 4; bits++)
        test_inspect(bits & 1, bits & 2);
    test_inspect_cut();

    exh_identities_free(camera_ids);
    exh_identities_free(passphrase_ids);
    exh_recipients_free(to_bob);
    exh_recipients_free(to_camera);
    exh_recipients_free(by_passphrase);
    free(plain);
    world_end(&w);
    return check_done();
}

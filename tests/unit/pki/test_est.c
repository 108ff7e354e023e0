/* EST's bodies: base64 in, certificates and attributes out. */
#include "check.h"
#include "pki_world.h"

#include "base/text.h"
#include "crypto/certs_only.h"
#include "pki/csr.h"
#include "pki/est.h"

static struct world *w;

static const struct {
    const char *name, *body;
    enum exh_status want;
    const char *der; // if OK
} rows[] = {
    { "plain", "aGVsbG8=", EXH_OK, "hello" },
    { "no padding needed", "aGVsbG8h", EXH_OK, "hello!" },
    { "lines", "aGVs\r\nbG8=\r\n", EXH_OK, "hello" },
    { "lines without CR", "aG\nVsb\nG8=\n", EXH_OK, "hello" },
    { "blanks and tabs", " aGVs\tbG8 = ", EXH_OK, "hello" },
    { "nothing", "", EXH_MALFORMED, NULL },
    { "only white space", "\r\n \t", EXH_MALFORMED, NULL },
    { "padding missing", "aGVsbG8", EXH_MALFORMED, NULL },
    { "too much padding", "aGVsbG8==", EXH_MALFORMED, NULL },
    { "only padding", "====", EXH_MALFORMED, NULL },
    { "padding in between", "aGVsbG8=aGVsbG8=", EXH_MALFORMED, NULL },
    { "not canonical", "aGVsbG9=", EXH_MALFORMED, NULL },
    { "base64url", "aGVs-_8=", EXH_MALFORMED, NULL },
    { "PEM", "-----BEGIN CERTIFICATE REQUEST-----\naGVsbG8=\n", EXH_MALFORMED, NULL },
    { "binary", "\x30\x82\x01\x01", EXH_MALFORMED, NULL },
};

static void test_read(void)
{
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const size_t n = strlen(rows[i].body);
        uint8_t *copy = exact_copy(rows[i].body, n);
        struct buf der = buf_with_limit(EST_BODY_MAX);
        enum exh_status status = est_read((struct exh_bytes){ copy, n }, &der, &err);
        CHECK(status == rows[i].want && bytes_are(buf_view(&der), status ? "" : rows[i].der),
              "%s: %u, %zu bytes", rows[i].name, status, der.n);
        buf_free(&der);
        free(copy);
    }
    struct buf der = buf_with_limit(EST_BODY_MAX);
    char *large = malloc(EST_BODY_MAX + 1);
    memset(large, 'A', EST_BODY_MAX + 1);
    CHECK(est_read((struct exh_bytes){ (uint8_t *)large, EST_BODY_MAX }, &der, &err) == EXH_OK &&
              der.n == EST_BODY_MAX / 4 * 3,
          "the largest");
    CHECK(est_read((struct exh_bytes){ (uint8_t *)large, EST_BODY_MAX + 1 }, &der, &err) ==
              EXH_LIMIT,
          "too large");
    free(large);
    buf_free(&der);
}

struct seen {
    const struct exh_bytes *want; // of them each once, in any order
    size_t want_n, n;
    struct exh_bytes last;
    bool foreign, unsorted;
};

static enum exh_status see(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct seen *seen = ctx;
    bool known = false;

    (void)err;
    for (size_t i = 0; i < seen->want_n; i++)
        known = known || bytes_equal(der, seen->want[i]);
    seen->foreign = seen->foreign || !known;
    if (seen->n++)
        seen->unsorted = seen->unsorted || memcmp(seen->last.p, der.p,
                                                  seen->last.n < der.n ? seen->last.n : der.n) >= 0;
    seen->last = der;
    return EXH_OK;
}

static enum exh_status refuse(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    (void)ctx;
    (void)der;
    return fail(err, EXH_DENIED, "no more");
}

static void test_certs(void)
{
    struct buf leaf = world_issue(w, CA_CAMERA, "dome-1", w->key);
    const struct exh_bytes certs[] = { buf_view(&leaf), ca_certificate(w->issuer),
                                       ca_certificate(w->root) };
    struct exh_error err = { .text = "" };

    for (size_t n = 1; n <= ARRAY_N(certs); n++) {
        struct buf body = buf_with_limit(EST_BODY_MAX), der = buf_with_limit(EST_BODY_MAX);
        struct seen seen = { .want = certs, .want_n = n };
        CHECK(est_write_certs(certs, n, &body, &err) == EXH_OK &&
                  est_read(buf_view(&body), &der, &err) == EXH_OK,
              "%zu: %s", n, err.text);
        CHECK(certs_only_visit(buf_view(&der), see, &seen, &err) == EXH_OK && seen.n == n &&
                  !seen.foreign && !seen.unsorted,
              "%zu certificates: %s", n, err.text);
        CHECK(certs_only_visit(buf_view(&der), refuse, NULL, &err) == EXH_DENIED, "a visitor");
        for (size_t k = 0; k < der.n; k++) { // a cut structure is none
            uint8_t *cut = exact_copy(der.p, k);
            CHECK(certs_only_visit((struct exh_bytes){ cut, k }, see, &seen, &err) == EXH_MALFORMED,
                  "prefix of %zu bytes", k);
            free(cut);
        }
        buf_free(&der);
        buf_free(&body);
    }
    struct exh_bytes many[CERTS_ONLY_N + 1];
    struct buf body = buf_with_limit(CERTS_ONLY_MAX);
    for (size_t i = 0; i < ARRAY_N(many); i++)
        many[i] = buf_view(&leaf);
    CHECK(est_write_certs(many, ARRAY_N(many), &body, &err) == EXH_LIMIT && body.n == 0,
          "too many certificates");
    buf_free(&leaf);
}

#define SIGNED "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"
#define DATA   "\x30\x0B\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"

static void test_structures(void)
{
    static const struct {
        const char *name, *der;
        size_t n;
        enum exh_status want;
        const char *why;
    } structures[] = {
        { "one", "\x30\x25" SIGNED "\xA0\x18\x30\x16\x02\x01\x01\x31\x00" DATA "\xA0\x02\x30\x00",
          39, EXH_OK, "" },
        { "none", "\x30\x23" SIGNED "\xA0\x16\x30\x14\x02\x01\x01\x31\x00" DATA "\xA0\x00", 37,
          EXH_MALFORMED, "without certificates" },
        { "no field for them", "\x30\x21" SIGNED "\xA0\x14\x30\x12\x02\x01\x01\x31\x00" DATA, 35,
          EXH_MALFORMED, "with certificates" },
        { "other content",
          "\x30\x25\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03\xA0\x18\x30\x16"
          "\x02\x01\x01\x31\x00" DATA "\xA0\x02\x30\x00",
          39, EXH_MALFORMED, "with certificates" },
        { "a byte behind",
          "\x30\x25" SIGNED "\xA0\x18\x30\x16\x02\x01\x01\x31\x00" DATA "\xA0\x02\x30\x00\x00", 40,
          EXH_MALFORMED, "with certificates" },
        { "not a certificate",
          "\x30\x25" SIGNED "\xA0\x18\x30\x16\x02\x01\x01\x31\x00" DATA "\xA0\x02\x04\x00", 39,
          EXH_MALFORMED, "cut short" },
    };
    const struct exh_bytes empty = { (const uint8_t *)"\x30\x00", 2 };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(structures); i++) {
        struct seen seen = { .want = &empty, .want_n = 1 };
        enum exh_status status = certs_only_visit(
            (struct exh_bytes){ (const uint8_t *)structures[i].der, structures[i].n }, see, &seen,
            &err);
        CHECK(status == structures[i].want &&
                  (status ? !!strstr(err.text, structures[i].why) : seen.n == 1 && !seen.foreign),
              "%s: %u %s", structures[i].name, status, status ? err.text : "");
    }
    uint8_t *large = calloc(1, CERTS_ONLY_MAX + 1);
    CHECK(certs_only_visit((struct exh_bytes){ large, CERTS_ONLY_MAX + 1 }, see, NULL, &err) ==
              EXH_LIMIT,
          "too large");
    free(large);
}

static void test_attrs(void)
{
    static const struct {
        unsigned kinds;
        const char *body;
    } sets[] = {
        { 0, "MAA=\n" },
        { CSR_P256, "MCEwFQYHKoZIzj0CATEKBggqhkjOPQMBBwYIKoZIzj0EAwI=\n" },
        { CSR_ED25519, "MAUGAytlcA==\n" },
    };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(sets); i++) {
        struct buf body = buf_with_limit(EST_BODY_MAX);
        CHECK(est_write_attrs(sets[i].kinds, &body, &err) == EXH_OK &&
                  bytes_are(buf_view(&body), sets[i].body),
              "kinds %u: %.*s", sets[i].kinds, (int)body.n, (const char *)body.p);
        buf_free(&body);
    }
}

int main(void)
{
    w = world_new();
    test_read();
    test_certs();
    test_structures();
    test_attrs();
    world_free(w);
    return check_done();
}

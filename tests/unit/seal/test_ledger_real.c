/*
 * The attack table on real signatures, ES256 and Ed25519; statements under real certificates; and that a
 * signature of one kind never counts as one of another.
 */
#include <openssl/pem.h>

#include "../crypto/made_cert.h"
#include "formats/bech32.h"
#include "ledger_attacks.h"
#include "seal/statement.h"

struct signer {
    struct made cert;
    struct exh_key *key;
    struct exh_certs *certs;
    struct exh_signer signer;
};

static struct signer signer_new(const struct made *root, const char *san, const char *kind)
{
    struct signer s = { 0 };
    struct exh_error err;
    char *key_pem = NULL;
    const struct recipe recipe = { .name = "leaf",
                                   .issuer = root,
                                   .key = kind,
                                   .ext = { { "keyUsage", "critical,digitalSignature" },
                                            { "extendedKeyUsage", "1.3.6.1.4.1.62558.2.1" },
                                            { "subjectAltName", san },
                                            { "authorityKeyIdentifier", "keyid:always" } } };

    s.cert = make_cert(&recipe);
    char *pem = made_pem((const struct made *const[]){ &s.cert }, 1);
    BIO *bio = BIO_new(BIO_s_mem());
    if (!PEM_write_bio_PKCS8PrivateKey(bio, s.cert.key, NULL, NULL, 0, NULL, NULL))
        abort();
    const long key_n = BIO_get_mem_data(bio, &key_pem);
    if (exh_key_read(key_pem, (size_t)key_n, NULL, NULL, &s.key, &err) != EXH_OK ||
        exh_certs_read(pem, strlen(pem), &s.certs, &err) != EXH_OK ||
        exh_key_signer(s.key, s.certs, 0, &s.signer, &err) != EXH_OK) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    BIO_free(bio);
    free(pem);
    return s;
}

static void signer_free(struct signer *s)
{
    exh_key_free(s->key);
    exh_certs_free(s->certs);
    made_free(&s->cert);
}

/* The unknown signer is told apart, and a certificate that has ended. */
static void test_trust(const struct cast *cast)
{
    struct exh_check_options options = { .crypto = cast->crypto, .now = TEST_NOW };
    struct recording r;

    recording_make(&r, cast, false, 1);
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (report)
        CHECK(report->signer == EXH_SIGNER_UNKNOWN && exh_ledger_exit_code(report) == 3, "%s",
              report->axes[1].sentence);
    exh_ledger_report_free(report);
    options.trust = cast->trust;
    options.now = MADE_UNTIL + 1;
    report = check_recording(&r, &options);
    if (report)
        CHECK(report->time == EXH_TIME_UNJUDGEABLE && exh_ledger_exit_code(report) == 5, "%s",
              report->axes[2].sentence);
    exh_ledger_report_free(report);
    recording_free(&r);
}

static void test_statements(const struct cast *cast)
{
    static const uint8_t point[32] = { 9 };
    static uint8_t bytes[EXH_STATEMENT_MAX];
    char recipient[EXH_RECIPIENT_MAX];
    struct exh_statement out;
    struct exh_error err;
    size_t n = 0;

    bech32_write(recipient, "age", point, sizeof point);
    if (!CHECK(exh_statement_make(&cast->person, cast->crypto, recipient, TEST_NOW, TEST_NOW + 100,
                                  bytes, sizeof bytes, &n, &err) == EXH_OK,
               "%s", err.text))
        return;
    CHECK(exh_statement_check((struct exh_bytes){ bytes, n }, cast->crypto, cast->trust, TEST_NOW,
                              NULL, 0, &out, &err) == EXH_OK &&
              out.holds && strcmp(out.user, "alice") == 0,
          "%s", out.reason);
    CHECK(exh_statement_check((struct exh_bytes){ bytes, n }, cast->crypto, NULL, TEST_NOW, NULL, 0,
                              &out, &err) == EXH_OK &&
              !out.holds && strstr(out.reason, "not trusted"),
          "nobody is trusted: %s", out.reason);
    bytes[n - 1] ^= 1;
    CHECK(exh_statement_check((struct exh_bytes){ bytes, n }, cast->crypto, cast->trust, TEST_NOW,
                              NULL, 0, &out, &err) == EXH_OK &&
              !out.holds,
          "the signature is checked");
    CHECK(exh_statement_make(&cast->camera, cast->crypto, recipient, TEST_NOW, TEST_NOW + 100,
                             bytes, sizeof bytes, &n, &err) == EXH_INVALID,
          "a camera states nothing: %s", err.text);
}

/* Sign an open entry's or a statement's payload with each external data; only its own holds. */
static void test_kinds(const struct cast *cast)
{
    static const char *const externals[] = {
        "", NAME_AAD_LEDGER, NAME_AAD_RECIPIENT, NAME_AAD_GRANT, NAME_AAD_REQUEST, NAME_AAD_TRANSFER
    };
    const struct open_entry entry = entry_of(false, 1);
    struct buf sound = buf_with_limit(OPEN_ENTRY_MAX);
    struct exh_chain *chain = NULL;
    struct open_entry out;
    struct cose_ours cose;
    struct exh_error err;

    if (open_entry_write(&sound, &entry, &cast->camera, &err) != EXH_OK ||
        open_entry_read(buf_view(&sound), &out, &cose, &err) != EXH_OK ||
        cast->crypto->chain_new(cose.chain, cose.chain_n, &chain, &err) != EXH_OK)
        abort();
    for (size_t i = 0; i < ARRAY_N(externals); i++) {
        struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
        struct exh_judgement j = { 0 };
        struct cose_ours other;
        if (cose_sign1_sign(&b, &cast->camera, NAME_TYPE_OPEN, bytes_of(externals[i]), cose.payload,
                            &err) != EXH_OK ||
            open_entry_read(buf_view(&b), &out, &other, &err) != EXH_OK ||
            open_entry_verify(cast->crypto, &other, chain, &j, &err) != EXH_OK)
            abort();
        CHECK(j.holds == (strcmp(externals[i], NAME_AAD_LEDGER) == 0), "external \"%s\"",
              externals[i]);
        buf_free(&b);
    }
    struct exh_statement statement;
    CHECK(exh_statement_check(buf_view(&sound), cast->crypto, cast->trust, TEST_NOW, NULL, 0,
                              &statement, &err) == EXH_MALFORMED,
          "an open entry is no statement");
    cast->crypto->chain_free(chain);
    buf_free(&sound);
}

int main(void)
{
    struct made root = make_cert(&(struct recipe){ .name = "Authority", .ext = CA_EXT });
    char *root_pem = made_pem((const struct made *const[]){ &root }, 1);
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err;

    if (exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, root_pem, strlen(root_pem), &err) != EXH_OK)
        abort();
    struct signer alice = signer_new(&root, "URI:urn:exhibit:person:alice", "P-256");
    for (int i = 0; i < 2; i++) {
        const char *kind = i ? "ED25519" : "P-256";
        struct signer dome1 = signer_new(&root, "URI:urn:exhibit:camera:dome1", kind);
        struct signer dome2 = signer_new(&root, "URI:urn:exhibit:camera:dome2", kind);
        const struct cast cast = { exh_crypto_openssl(), dome1.signer, dome2.signer, alice.signer,
                                   trust };
        run_attacks(&cast);
        test_trust(&cast);
        test_statements(&cast);
        test_kinds(&cast);
        signer_free(&dome1);
        signer_free(&dome2);
    }
    signer_free(&alice);
    exh_trust_free(trust);
    free(root_pem);
    made_free(&root);
    return check_done();
}

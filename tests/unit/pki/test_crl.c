/* Revocation lists, read again by OpenSSL. */
#include "check.h"
#include "pki_world.h"

#include "pki/crl.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

static struct world *w;
static const struct crl_frame frame = { 7, NOW, NOW + DAY };

static const struct revocation entries[] = {
    { { 0x40, 1 }, NOW - DAY, REVOKED_KEY_COMPROMISE },
    { { 0x7F, 0xFF, 2 }, NOW, REVOKED_UNSTATED },
    { { 0x40, 3 }, INT64_C(2540000000), REVOKED_PRIVILEGE_WITHDRAWN }, // 2050
};

static X509_CRL *parsed(struct exh_bytes der)
{
    const unsigned char *p = der.p;
    X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)der.n);

    CHECK(crl && p == der.p + der.n, "not a CRL");
    return crl;
}

static bool time_is(const ASN1_TIME *time, int64_t at)
{
    return ASN1_TIME_cmp_time_t(time, (time_t)at) == 0;
}

static void check_entry(X509_CRL *crl, const struct revocation *want)
{
    BIGNUM *number = BN_bin2bn(want->serial, CA_SERIAL, NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
    X509_REVOKED *entry = NULL;

    if (CHECK(X509_CRL_get0_by_serial(crl, &entry, serial) == 1, "entry %02x is not there",
              want->serial[0])) {
        ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
        CHECK(time_is(X509_REVOKED_get0_revocationDate(entry), want->at),
              "revoked at another time");
        CHECK(want->reason == REVOKED_UNSTATED
                  ? !reason
                  : reason && ASN1_ENUMERATED_get(reason) == (long)want->reason,
              "reason %d is not there", (int)want->reason);
        ASN1_ENUMERATED_free(reason);
    }
    ASN1_INTEGER_free(serial);
    BN_free(number);
}

static void test_list(size_t n)
{
    struct buf der = buf_with_limit(CRL_MAX);
    struct exh_error err = { .text = "" };
    struct exh_bytes issuer = ca_certificate(w->issuer);
    const unsigned char *p = issuer.p;
    X509 *x = d2i_X509(NULL, &p, (long)issuer.n);

    if (CHECK(crl_write(w->issuer, entries, n, &frame, &der, &err) == EXH_OK, "%zu entries: %s", n,
              err.text)) {
        X509_CRL *crl = parsed(buf_view(&der));
        ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
        AUTHORITY_KEYID *id = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
        CHECK(X509_CRL_verify(crl, X509_get0_pubkey(x)) == 1, "its signature does not hold");
        CHECK(X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(x)) == 0, "its issuer");
        CHECK(time_is(X509_CRL_get0_lastUpdate(crl), NOW) &&
                  time_is(X509_CRL_get0_nextUpdate(crl), NOW + DAY),
              "its times");
        CHECK(X509_CRL_get_version(crl) == 1 && number && ASN1_INTEGER_get(number) == 7 && id &&
                  ASN1_OCTET_STRING_cmp(id->keyid, X509_get0_subject_key_id(x)) == 0,
              "its extensions");
        CHECK(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) == (n ? (int)n : -1), "%zu entries",
              n);
        for (size_t i = 0; i < n; i++)
            check_entry(crl, &entries[i]);
        AUTHORITY_KEYID_free(id);
        ASN1_INTEGER_free(number);
        X509_CRL_free(crl);
    }
    X509_free(x);
    buf_free(&der);
}

static void test_refusals(void)
{
    static const struct revocation hold = { { 0x40 }, NOW, (enum revocation_reason)6 };
    static const struct revocation removed = { { 0x40 }, NOW, (enum revocation_reason)8 };
    const struct {
        const char *name;
        const struct revocation *entries;
        size_t n;
        struct crl_frame frame;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "hold", &hold, 1, frame, EXH_INVALID, "reason 6" },
        { "removed", &removed, 1, frame, EXH_INVALID, "reason 8" },
        { "backwards", entries, 1, { 1, NOW, NOW }, EXH_INVALID, "ends before" },
        { "too many", entries, CRL_ENTRIES_MAX + 1, frame, EXH_LIMIT, "100001" },
    };
    struct buf der = buf_with_limit(CRL_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        CHECK(crl_write(w->issuer, rows[i].entries, rows[i].n, &rows[i].frame, &der, &err) ==
                      rows[i].want &&
                  strstr(err.text, rows[i].why) && der.n == 0,
              "%s: %s", rows[i].name, err.text);
    buf_free(&der);
}

// As many as there may be have room.
static void test_many(void)
{
    struct revocation *all = calloc(CRL_ENTRIES_MAX, sizeof *all);
    struct buf der = buf_with_limit(CRL_MAX);
    struct exh_error err = { .text = "" };

    for (size_t i = 0; all && i < CRL_ENTRIES_MAX; i++)
        all[i] = (struct revocation){ { 0x40, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i },
                                      NOW,
                                      REVOKED_KEY_COMPROMISE };
    CHECK(crl_write(w->issuer, all, CRL_ENTRIES_MAX, &frame, &der, &err) == EXH_OK, "%s", err.text);
    X509_CRL *crl = parsed(buf_view(&der));
    CHECK(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) == CRL_ENTRIES_MAX, "some are missing");
    check_entry(crl, &all[CRL_ENTRIES_MAX - 1]);
    X509_CRL_free(crl);
    buf_free(&der);
    free(all);
}

int main(void)
{
    w = world_new();
    for (size_t n = 0; n <= ARRAY_N(entries); n++)
        test_list(n);
    test_refusals();
    test_many();
    world_free(w);
    return check_done();
}

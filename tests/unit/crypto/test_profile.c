/* One certificate for each rule of C2PA, "Certificate Profiles". */
#include "check.h"
#include "made_cert.h"

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

#define C2PA_EKU "1.3.6.1.4.1.62558.2.1"
#define KU                                      \
    {                                           \
        "keyUsage", "critical,digitalSignature" \
    }
#define AKI                                      \
    {                                            \
        "authorityKeyIdentifier", "keyid:always" \
    }
#define EKU                                             \
    {                                                   \
        "extendedKeyUsage", C2PA_EKU ",emailProtection" \
    }
#define TSA_EKU                                     \
    {                                               \
        "extendedKeyUsage", "critical,timeStamping" \
    }

// clang-format off
static const struct {
    const char *name;
    enum exh_purpose purpose;
    const char *why; // part of the reason; NULL: it is fine
    struct recipe recipe;
} cases[] = {
    { "ours", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, { "extendedKeyUsage", C2PA_EKU ",emailProtection,clientAuth" }, AKI } } },
    { "C2PA alone", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, { "extendedKeyUsage", C2PA_EKU }, AKI } } },
    { "e-mail alone", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, { "extendedKeyUsage", "emailProtection" }, AKI } } },
    { "documents alone", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, { "extendedKeyUsage", "1.3.6.1.5.5.7.3.36" }, AKI } } },
    { "key usage not critical", EXH_PURPOSE_CLAIM, NULL, { .ext = { { "keyUsage", "digitalSignature" }, EKU, AKI } } },
    { "cA false said", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, EKU, AKI, { "basicConstraints", "critical,CA:false" } } } },
    { "P-384", EXH_PURPOSE_CLAIM, NULL, { .key = "P-384", .ext = { KU, EKU, AKI } } },
    { "P-521", EXH_PURPOSE_CLAIM, NULL, { .key = "P-521", .ext = { KU, EKU, AKI } } },
    { "Ed25519", EXH_PURPOSE_CLAIM, NULL, { .key = "ED25519", .ext = { KU, EKU, AKI } } },
    { "RSA 2048", EXH_PURPOSE_CLAIM, NULL, { .key = "RSA:2048", .ext = { KU, EKU, AKI } } },
    { "SHA-512", EXH_PURPOSE_CLAIM, NULL, { .digest = "SHA512", .ext = { KU, EKU, AKI } } },
    { "version 1", EXH_PURPOSE_CLAIM, "not of version 3", { .first_version = true } },
    { "unique id", EXH_PURPOSE_CLAIM, "unique id", { .unique_id = true, .ext = { KU, EKU, AKI } } },
    { "SHA-1", EXH_PURPOSE_CLAIM, "signature algorithm", { .digest = "SHA1", .ext = { KU, EKU, AKI } } },
    { "SHA-224", EXH_PURPOSE_CLAIM, "signature algorithm", { .digest = "SHA224", .ext = { KU, EKU, AKI } } },
    { "SHA3", EXH_PURPOSE_CLAIM, "signature algorithm", { .digest = "SHA3-256", .ext = { KU, EKU, AKI } } },
    { "secp256k1", EXH_PURPOSE_CLAIM, "the curve is not", { .key = "secp256k1", .ext = { KU, EKU, AKI } } },
    { "P-224", EXH_PURPOSE_CLAIM, "the curve is not", { .key = "P-224", .ext = { KU, EKU, AKI } } },
    { "Ed448", EXH_PURPOSE_CLAIM, "not of a type", { .key = "ED448", .ext = { KU, EKU, AKI } } },
    { "RSA 1024", EXH_PURPOSE_CLAIM, "2048 to 16384 bits", { .key = "RSA:1024", .ext = { KU, EKU, AKI } } },
    { "cA", EXH_PURPOSE_CLAIM, "an authority (cA)", { .ext = { { "basicConstraints", "critical,CA:true" }, KU, EKU, AKI } } },
    { "keyCertSign without cA", EXH_PURPOSE_CLAIM, "sign certificates", { .ext = { { "keyUsage", "critical,digitalSignature,keyCertSign" }, EKU, AKI } } },
    { "no key usage", EXH_PURPOSE_CLAIM, "key usage is missing", { .ext = { EKU, AKI } } },
    { "no digitalSignature", EXH_PURPOSE_CLAIM, "lacks digitalSignature", { .ext = { { "keyUsage", "critical,nonRepudiation" }, EKU, AKI } } },
    { "no extended key usage", EXH_PURPOSE_CLAIM, "extended key usage is missing", { .ext = { KU, AKI } } },
    { "extended key usage empty", EXH_PURPOSE_CLAIM, "empty or malformed", { .ext = { KU, { "2.5.29.37", "DER:3000" }, AKI } } },
    { "extended key usage not DER", EXH_PURPOSE_CLAIM, "malformed", { .ext = { KU, { "2.5.29.37", "DER:0500" }, AKI } } },
    { "any extended key usage", EXH_PURPOSE_CLAIM, "any purpose", { .ext = { KU, { "extendedKeyUsage", C2PA_EKU ",anyExtendedKeyUsage" }, AKI } } },
    { "none for claims", EXH_PURPOSE_CLAIM, "for signing claims", { .ext = { KU, { "extendedKeyUsage", "serverAuth,clientAuth" }, AKI } } },
    { "claims and stamps", EXH_PURPOSE_CLAIM, "timeStamping", { .ext = { KU, { "extendedKeyUsage", C2PA_EKU ",timeStamping" }, AKI } } },
    { "stamps only", EXH_PURPOSE_CLAIM, "timeStamping", { .ext = { KU, TSA_EKU, AKI } } },
    { "claims and OCSP", EXH_PURPOSE_CLAIM, "OCSPSigning", { .ext = { KU, { "extendedKeyUsage", C2PA_EKU ",OCSPSigning" }, AKI } } },
    { "no authority key id", EXH_PURPOSE_CLAIM, "authority key identifier", { .ext = { KU, EKU } } },
    { "unknown critical extension", EXH_PURPOSE_CLAIM, "critical extension", { .ext = { KU, EKU, AKI, { "1.2.3.4.5", "critical,DER:0500" } } } },
    { "unknown extension", EXH_PURPOSE_CLAIM, NULL, { .ext = { KU, EKU, AKI, { "1.2.3.4.5", "DER:0500" } } } },
    { "an extension twice", EXH_PURPOSE_CLAIM, "there twice", { .ext = { KU, EKU, AKI, KU } } },
    { "time-stamps", EXH_PURPOSE_TSA, NULL, { .ext = { KU, TSA_EKU, AKI } } },
    { "time-stamps, nonRepudiation", EXH_PURPOSE_TSA, NULL, { .ext = { { "keyUsage", "critical,nonRepudiation" }, TSA_EKU, AKI } } },
    { "time-stamps, not critical", EXH_PURPOSE_TSA, "not critical", { .ext = { KU, { "extendedKeyUsage", "timeStamping" }, AKI } } },
    { "time-stamps and more", EXH_PURPOSE_TSA, "more than time-stamps", { .ext = { KU, { "extendedKeyUsage", "critical,timeStamping,emailProtection" }, AKI } } },
    { "no time-stamps", EXH_PURPOSE_TSA, "not for time-stamps", { .ext = { KU, EKU, AKI } } },
    { "time-stamps, wrong key usage", EXH_PURPOSE_TSA, "lacks digitalSignature and", { .ext = { { "keyUsage", "critical,keyAgreement" }, TSA_EKU, AKI } } },
    { "time-stamps, no key usage", EXH_PURPOSE_TSA, "key usage is missing", { .ext = { TSA_EKU, AKI } } },
    { "time-stamps, cA", EXH_PURPOSE_TSA, "an authority (cA)", { .ext = { { "basicConstraints", "critical,CA:true" }, KU, TSA_EKU, AKI } } },
    { "time-stamps, SHA-1", EXH_PURPOSE_TSA, "signature algorithm", { .digest = "SHA1", .ext = { KU, TSA_EKU, AKI } } },
};
// clang-format on

static struct exh_judgement judge(const struct made *leaf, enum exh_purpose purpose,
                                  const struct exh_trust *trust)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_judgement judgement = { .reason = "not parsed" };
    struct exh_chain *chain = NULL;
    struct exh_error err;

    if (crypto->chain_new(&leaf->der, 1, &chain, &err) == EXH_OK)
        judgement = crypto->chain_profile(chain, purpose, trust);
    crypto->chain_free(chain);
    return judgement;
}

static void check(const char *name, const char *why, const struct made *leaf,
                  enum exh_purpose purpose)
{
    struct exh_judgement got = judge(leaf, purpose, NULL);

    if (why)
        CHECK(!got.holds && strstr(got.reason, why), "%s: \"%s\", not \"%s\"", name, got.reason,
              why);
    else
        CHECK(got.holds && !got.reason[0], "%s: %s", name, got.reason);
}

static void test_rules(const struct made *root)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct recipe recipe = cases[i].recipe;
        recipe.name = cases[i].name;
        recipe.issuer = root;
        struct made leaf = make_cert(&recipe);
        check(cases[i].name, cases[i].why, &leaf, cases[i].purpose);
        made_free(&leaf);
    }
}

static void test_self_signed(void)
{
    struct made leaf = make_cert(&(struct recipe){ .name = "self", .ext = { KU, EKU } });

    check("self-signed", "self-signed", &leaf, EXH_PURPOSE_CLAIM);
    made_free(&leaf);
}

// The padding is the issuer's: its parameters are in the leaf's signature algorithm.
static void test_pss(void)
{
    static const struct {
        const char *name, *digest, *mask, *why;
    } rows[] = {
        { "PSS", "SHA256", "SHA256", NULL },
        { "PSS 384", "SHA384", "SHA384", NULL },
        { "PSS, other mask", "SHA256", "SHA384", "mask generation differ" },
        { "PSS SHA-1", "SHA1", "SHA1", "lack the hash" },
        { "PSS SHA-224", "SHA224", "SHA224", "SHA-256, SHA-384 or SHA-512" },
    };
    struct made root =
        make_cert(&(struct recipe){ .name = "RSA root", .key = "RSA:2048", .ext = CA_EXT });

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct made leaf = make_cert(&(struct recipe){ .name = rows[i].name,
                                                       .issuer = &root,
                                                       .digest = rows[i].digest,
                                                       .mask = rows[i].mask,
                                                       .ext = LEAF_EXT });
        check(rows[i].name, rows[i].why, &leaf, EXH_PURPOSE_CLAIM);
        made_free(&leaf);
    }
    made_free(&root);
}

// Own usages replace the usual ones; an allowed leaf needs no profile, only sound cryptography.
static void test_trust(const struct made *root)
{
    static const char ekus[] = "// ours alone\n# and another\n1.2.3.4.77\r\n\n  1.2.3.4.78  \n";
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err = { .text = "" };
    struct made own = make_cert(&(struct recipe){
        .name = "own", .issuer = root, .ext = { KU, { "extendedKeyUsage", "1.2.3.4.78" }, AKI } });
    struct made usual =
        make_cert(&(struct recipe){ .name = "usual", .issuer = root, .ext = LEAF_EXT });
    struct made bare = make_cert(&(struct recipe){ .name = "bare", .issuer = root });
    struct made weak =
        make_cert(&(struct recipe){ .name = "weak", .issuer = root, .digest = "SHA1" });

    CHECK(judge(&usual, EXH_PURPOSE_CLAIM, trust).holds, "an empty trust has the usual usages");
    CHECK(!judge(&own, EXH_PURPOSE_CLAIM, trust).holds, "not an own one");
    CHECK(exh_trust_set_ekus(trust, ekus, sizeof ekus - 1, &err) == EXH_OK, "%s", err.text);
    CHECK(judge(&own, EXH_PURPOSE_CLAIM, trust).holds, "own usage");
    CHECK(!judge(&usual, EXH_PURPOSE_CLAIM, trust).holds, "usual usages are replaced");

    const struct made *allowed[] = { &bare, &weak };
    char *pem = made_pem(allowed, 2);
    CHECK(exh_trust_add_allowed(trust, pem, strlen(pem), &err) == EXH_OK, "%s", err.text);
    CHECK(judge(&bare, EXH_PURPOSE_CLAIM, trust).holds, "allowed without any extension");
    CHECK(!judge(&bare, EXH_PURPOSE_TSA, trust).holds, "but not for time-stamps");
    CHECK(!judge(&weak, EXH_PURPOSE_CLAIM, trust).holds, "SHA-1 is never allowed");
    free(pem);
    made_free(&own);
    made_free(&usual);
    made_free(&bare);
    made_free(&weak);
    exh_trust_free(trust);
}

int main(void)
{
    struct made root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });

    test_rules(&root);
    test_self_signed();
    test_pss();
    test_trust(&root);
    made_free(&root);
    return check_done();
}

#include "crypto/profile.h"

#include "crypto/chain.h"
#include "crypto/openssl.h"
#include "crypto/sigalg.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

// The extended key usages of one certificate, sorted by what the profile asks.
struct ekus {
    bool present, malformed, critical;
    int n;
    bool any;
    bool stamps;   // timeStamping
    bool answers;  // OCSPSigning
    bool accepted; // one that claim signers may have
};

static struct ekus read_ekus(const struct cert *c, const struct exh_trust *trust)
{
    int critical = -1; // -1: absent, -2: twice
    EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(c->x, NID_ext_key_usage, &critical, NULL);
    struct ekus e = { .present = critical != -1,
                      .malformed = critical != -1 && !list,
                      .critical = critical == 1,
                      .n = list ? sk_ASN1_OBJECT_num(list) : 0 };

    for (int i = 0; i < e.n; i++) {
        const ASN1_OBJECT *eku = sk_ASN1_OBJECT_value(list, i);
        int nid = OBJ_obj2nid(eku);
        e.any = e.any || nid == NID_anyExtendedKeyUsage;
        e.stamps = e.stamps || nid == NID_time_stamp;
        e.answers = e.answers || nid == NID_OCSP_sign;
        e.accepted = e.accepted || trust_accepts_eku(trust, eku);
    }
    EXTENDED_KEY_USAGE_free(list);
    ERR_clear_error();
    return e;
}

const char *profile_algorithms(const struct cert *c)
{
    const X509_ALGOR *id;
    struct sig_alg alg;
    const char *why = "";

    X509_get0_signature(NULL, &id, c->x);
    if (!sig_alg_of_x509(id, &alg, &why))
        return why;
    return c->key ? NULL : c->key_fault;
}

// What holds for every end-entity certificate, whatever it signs.
static const char *general(const struct cert *leaf)
{
    const ASN1_BIT_STRING *issuer_id, *subject_id;
    uint32_t flags = X509_get_extension_flags(leaf->x);

    X509_get0_uids(leaf->x, &issuer_id, &subject_id);
    if (X509_get_version(leaf->x) != X509_VERSION_3)
        return "the certificate is not of version 3";
    if (issuer_id || subject_id)
        return "the certificate has an issuer or subject unique id";
    if (flags & EXFLAG_INVALID)
        return "an extension of the certificate is malformed or there twice";
    if (flags & EXFLAG_CRITICAL)
        return "the certificate has a critical extension that is not known here";
    if (flags & EXFLAG_CA)
        return "the certificate is one of an authority (cA), which must not sign this";
    if (cert_is_self_signed(leaf))
        return "the certificate is self-signed";
    if (!X509_get0_authority_key_id(leaf->x) && !X509_get0_authority_serial(leaf->x))
        return "the authority key identifier is missing";
    return NULL;
}

static const char *key_usage(const struct cert *leaf, uint32_t wanted, const char *missing)
{
    if (!(X509_get_extension_flags(leaf->x) & EXFLAG_KUSAGE))
        return "the key usage is missing";
    uint32_t usage = X509_get_key_usage(leaf->x);
    if (usage & KU_KEY_CERT_SIGN)
        return "the key usage allows to sign certificates, and the certificate is no authority's";
    return usage & wanted ? NULL : missing;
}

static const char *eku_common(const struct ekus *e)
{
    if (!e->present)
        return "the extended key usage is missing";
    if (e->malformed || e->n == 0)
        return "the extended key usage is empty or malformed";
    if (e->any)
        return "the extended key usage allows any purpose";
    return NULL;
}

const char *profile_claim(const struct cert *leaf, const struct exh_trust *trust)
{
    const struct ekus e = read_ekus(leaf, trust);
    const char *why = profile_algorithms(leaf);

    // Somebody vouches for this very certificate: only its cryptography has to be sound.
    if (why || trust_allows(trust, leaf))
        return why;
    if ((why = general(leaf)) || (why = eku_common(&e)))
        return why;
    if ((why = key_usage(leaf, KU_DIGITAL_SIGNATURE, "the key usage lacks digitalSignature")))
        return why;
    if (e.stamps)
        return "the certificate is for time-stamps (timeStamping), which excludes claims";
    if (e.answers)
        return "the certificate is for OCSP answers (OCSPSigning), which excludes claims";
    return e.accepted ? NULL : "no extended key usage of the certificate is for signing claims";
}

const char *profile_tsa(const struct cert *leaf)
{
    const struct ekus e = read_ekus(leaf, NULL);
    const char *why;

    if ((why = profile_algorithms(leaf)) || (why = general(leaf)) || (why = eku_common(&e)))
        return why;
    if ((why = key_usage(leaf, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
                         "the key usage lacks digitalSignature and nonRepudiation")))
        return why;
    if (!e.stamps)
        return "the certificate is not for time-stamps (timeStamping)";
    if (e.n != 1)
        return "the certificate is for more than time-stamps";
    return e.critical ? NULL : "the extended key usage of the time-stamp authority is not critical";
}

const char *profile_ocsp(const struct cert *leaf)
{
    const struct ekus e = read_ekus(leaf, NULL);
    const char *why;

    if ((why = profile_algorithms(leaf)) || (why = general(leaf)) || (why = eku_common(&e)))
        return why;
    if ((why = key_usage(leaf, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
                         "the key usage lacks digitalSignature and nonRepudiation")))
        return why;
    if (!e.answers)
        return "the certificate is not for OCSP answers (OCSPSigning)";
    return e.n == 1 ? NULL : "the certificate is for more than OCSP answers";
}

struct exh_judgement openssl_chain_profile(const struct exh_chain *chain, enum exh_purpose purpose,
                                           const struct exh_trust *trust)
{
    const struct cert *leaf = chain_cert(chain, 0);
    const char *why = NULL;
    struct exh_judgement judgement;

    switch (purpose) {
    case EXH_PURPOSE_CLAIM: why = profile_claim(leaf, trust); break;
    case EXH_PURPOSE_TSA: why = profile_tsa(leaf); break;
    }
    judgement = (struct exh_judgement){ .holds = !why };
    snprintf(judgement.reason, sizeof judgement.reason, "%s", why ? why : "");
    return judgement;
}

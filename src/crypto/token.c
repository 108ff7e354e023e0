#include "crypto/token.h"

#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

bool stamp_response_read(struct exh_bytes der, struct stamp_response *out)
{
    struct der response, status, token = { 0 };

    if (!der_take(&der, DER_SEQUENCE, &response) || der.n ||
        !der_take(&response.value, DER_SEQUENCE, &status))
        return false;
    if (response.value.n && (!der_take(&response.value, DER_SEQUENCE, &token) || response.value.n))
        return false;
    *out = (struct stamp_response){ status.whole, token.whole };
    return true;
}

static enum exh_hash hash_of_nid(int nid)
{
    switch (nid) {
    case NID_sha256: return EXH_SHA256;
    case NID_sha384: return EXH_SHA384;
    case NID_sha512: return EXH_SHA512;
    default: return EXH_HASH_NONE;
    }
}

static enum exh_hash hash_of_alg(const X509_ALGOR *id)
{
    const ASN1_OBJECT *oid;

    X509_ALGOR_get0(&oid, NULL, NULL, id);
    return hash_of_nid(OBJ_obj2nid(oid));
}

static struct exh_bytes string_view(const ASN1_STRING *s)
{
    return (struct exh_bytes){ ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s) };
}

// The envelope: signed data, over a TSTInfo that lies inside, by one signer.
static const char *read_envelope(struct exh_bytes der, struct token *t, struct exh_bytes *content)
{
    const unsigned char *p = der.p;

    t->cms = der.n <= EXH_STAMP_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.n) : NULL;
    if (!t->cms || p != der.p + der.n)
        return "the time-stamp is not a CMS structure, or too large";
    if (OBJ_obj2nid(CMS_get0_type(t->cms)) != NID_pkcs7_signed)
        return "the time-stamp is not signed data";
    ASN1_OCTET_STRING **inside = CMS_get0_content(t->cms);
    if (OBJ_obj2nid(CMS_get0_eContentType(t->cms)) != NID_id_smime_ct_TSTInfo || !inside ||
        !*inside)
        return "the signed data holds no time-stamp";
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(t->cms);
    if (sk_CMS_SignerInfo_num(signers) != 1)
        return "the time-stamp has not exactly one signer";
    t->signer = sk_CMS_SignerInfo_value(signers, 0);
    *content = string_view(*inside);
    return NULL;
}

static const char *read_info(struct exh_bytes content, struct token *t)
{
    const unsigned char *p = content.p;

    t->info = d2i_TS_TST_INFO(NULL, &p, (long)content.n);
    if (!t->info || p != content.p + content.n || TS_TST_INFO_get_version(t->info) != 1)
        return "the time-stamp's TSTInfo is malformed";
    if (!asn1_unix_time(TS_TST_INFO_get_time(t->info), &t->time))
        return "the time-stamp's genTime is not a time";
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(t->info);
    t->hash = hash_of_alg(TS_MSG_IMPRINT_get_algo(imprint));
    t->imprint = string_view(TS_MSG_IMPRINT_get_msg(imprint));
    if (t->hash && t->imprint.n != exh_hash_size(t->hash))
        return "the time-stamp's imprint has not the size of its hash";
    return NULL;
}

static void find_signer(struct token *t)
{
    t->certs = CMS_get1_certs(t->cms);
    for (int i = 0; i < sk_X509_num(t->certs) && !t->tsa; i++) {
        if (CMS_SignerInfo_cert_cmp(t->signer, sk_X509_value(t->certs, i)) == 0)
            t->tsa = sk_X509_value(t->certs, i);
    }
}

const char *token_read(struct exh_bytes der, struct token *out)
{
    struct token t = { 0 };
    struct exh_bytes content;
    const char *why = read_envelope(der, &t, &content);

    if (!why)
        why = read_info(content, &t);
    if (why) {
        token_free(&t);
    } else {
        find_signer(&t);
    }
    ERR_clear_error();
    *out = t;
    return why;
}

void token_free(struct token *t)
{
    sk_X509_pop_free(t->certs, X509_free);
    TS_TST_INFO_free(t->info);
    CMS_ContentInfo_free(t->cms);
    *t = (struct token){ 0 };
}

/* The only value of a signed attribute that is there exactly once; NULL else. Borrowed. */
static const ASN1_TYPE *signed_attribute(const struct token *t, int nid)
{
    int at = CMS_signed_get_attr_by_NID(t->signer, nid, -1);

    if (at < 0 || CMS_signed_get_attr_by_NID(t->signer, nid, at) >= 0)
        return NULL;
    X509_ATTRIBUTE *attribute = CMS_signed_get_attr(t->signer, at);
    return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
}

static bool is_digest_of(const struct token *t, const EVP_MD *md, struct exh_bytes digest)
{
    uint8_t actual[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    return X509_digest(t->tsa, md, actual, &n) && n == digest.n &&
           CRYPTO_memcmp(actual, digest.p, n) == 0;
}

// The hash of an ESSCertIDv2, which is SHA-256 if it says nothing. NULL: not one that C2PA allows.
static const EVP_MD *ess_hash(struct exh_bytes *id)
{
    struct der alg;
    const unsigned char *p;

    if (!der_take(id, DER_SEQUENCE, &alg))
        return crypto_library()->md[EXH_SHA256];
    p = alg.whole.p;
    X509_ALGOR *read = d2i_X509_ALGOR(NULL, &p, (long)alg.whole.n);
    enum exh_hash hash = read ? hash_of_alg(read) : EXH_HASH_NONE;
    X509_ALGOR_free(read);
    return crypto_library()->md[hash];
}

// The first certificate that a signing-certificate attribute names is the signer's (RFC 5035).
static bool names_signer(const struct token *t, const ASN1_TYPE *attribute, bool v2)
{
    struct der list, ids, id, digest;

    if (attribute->type != V_ASN1_SEQUENCE)
        return false;
    struct exh_bytes in = string_view(attribute->value.sequence);
    if (!der_take(&in, DER_SEQUENCE, &list) || !der_take(&list.value, DER_SEQUENCE, &ids) ||
        !der_take(&ids.value, DER_SEQUENCE, &id))
        return false;
    // The first version has SHA-1 and nothing else. It names one of the certificates that are here; that
    // the named one made the signature, and is trusted, does not hang on SHA-1.
    const EVP_MD *md = v2 ? ess_hash(&id.value) : EVP_sha1();
    return md && der_take(&id.value, DER_OCTETS, &digest) && is_digest_of(t, md, digest.value);
}

static const char *check_attributes(const struct token *t)
{
    const ASN1_TYPE *type = signed_attribute(t, NID_pkcs9_contentType);
    const ASN1_TYPE *v1 = signed_attribute(t, NID_id_smime_aa_signingCertificate);
    const ASN1_TYPE *v2 = signed_attribute(t, NID_id_smime_aa_signingCertificateV2);

    if (!type || type->type != V_ASN1_OBJECT ||
        OBJ_obj2nid(type->value.object) != NID_id_smime_ct_TSTInfo)
        return "the time-stamp's signed attributes name another type of content";
    if (!v1 && !v2)
        return "the time-stamp does not name its signer's certificate (signing-certificate)";
    if ((v1 && !names_signer(t, v1, false)) || (v2 && !names_signer(t, v2, true)))
        return "the time-stamp names another certificate than its signer's";
    return NULL;
}

// Digest and signature algorithms of the one signature; CMS writes RSA's without its hash.
static const char *check_algorithms(const struct token *t)
{
    X509_ALGOR *digest, *signature;
    const ASN1_OBJECT *oid;
    struct sig_alg alg;
    const char *why = NULL;

    CMS_SignerInfo_get0_algs(t->signer, NULL, NULL, &digest, &signature);
    if (!hash_of_alg(digest))
        return "the time-stamp is signed over a hash that C2PA does not allow";
    X509_ALGOR_get0(&oid, NULL, NULL, signature);
    if (OBJ_obj2nid(oid) == NID_rsaEncryption)
        return NULL;
    if (!sig_alg_of_x509(signature, &alg, &why))
        return why;
    // C2PA allows it, OpenSSL 3.0 has it in certificates and not in CMS; no authority is known to use it.
    return alg.kind == SIG_ED25519 ? "time-stamps signed with Ed25519 are not supported" : NULL;
}

enum exh_stamp_status token_judge(const struct token *t, const char **why)
{
    const unsigned flags = CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY;

    if (!t->tsa) {
        *why = "the authority's certificate is not in the time-stamp";
        return EXH_STAMP_UNCHECKED;
    }
    if (!t->hash) {
        *why = "the time-stamp's imprint is a hash that C2PA does not allow";
        return EXH_STAMP_UNCHECKED;
    }
    if ((*why = check_algorithms(t)))
        return EXH_STAMP_UNCHECKED;
    CMS_SignerInfo_set1_signer_cert(t->signer, t->tsa);
    bool holds = CMS_verify(t->cms, NULL, NULL, NULL, NULL, flags) == 1;
    *why = holds ? check_attributes(t) : "the time-stamp's signature does not hold";
    ERR_clear_error();
    return *why ? EXH_STAMP_MISMATCH : EXH_STAMP_OK;
}

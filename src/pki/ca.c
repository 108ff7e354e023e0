#include "pki/ca.h"

#include "base/names.h"
#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "pki/build.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#define DAY     (24 * 60 * 60)
#define SAN_MAX (CA_NAME_MAX + 32) // bytes of a SAN: kind, urn and a name

#define KU_SIGN                                    \
    {                                              \
        NID_key_usage, "critical,digitalSignature" \
    }
// C2PA claim signing; e-mail protection for verifiers that do not know it; TLS towards a server.
#define EKU_CLAIM                                                             \
    {                                                                         \
        NID_ext_key_usage, "1.3.6.1.4.1.62558.2.1,emailProtection,clientAuth" \
    }
#define EKU_TSA                                    \
    {                                              \
        NID_ext_key_usage, "critical,timeStamping" \
    }
#define EKU_OCSP                         \
    {                                    \
        NID_ext_key_usage, "OCSPSigning" \
    }
#define IDS                                          \
    { NID_subject_key_identifier, "hash" },          \
    {                                                \
        NID_authority_key_identifier, "keyid:always" \
    }

static const struct role {
    const char *common_name; // NULL: the name asked for
    const char *san;         // before the name; NULL: none
    int days;
    struct build_ext ext[BUILD_EXT_MAX];
} roles[] = {
    [CA_CAMERA] = { NULL, "URI:" NAME_URN_CAMERA, CA_LEAF_DAYS, { KU_SIGN, EKU_CLAIM, IDS } },
    [CA_PERSON] = { NULL, "URI:" NAME_URN_PERSON, CA_LEAF_DAYS, { KU_SIGN, EKU_CLAIM, IDS } },
    [CA_TSA] = { "Time-stamp authority", NULL, CA_RESPONDER_DAYS, { KU_SIGN, EKU_TSA, IDS } },
    [CA_OCSP] = { "OCSP responder",
                  NULL,
                  CA_RESPONDER_DAYS,
                  { KU_SIGN, EKU_OCSP, IDS, { NID_id_pkix_OCSP_noCheck, "ignored" } } },
};

static const struct build_ext root_ext[] = {
    { NID_basic_constraints, "critical,CA:true,pathlen:0" },
    { NID_key_usage, "critical,keyCertSign,cRLSign" },
    { NID_subject_key_identifier, "hash" },
};

static bool is_id(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strlen(name);

    return n >= 1 && n <= CA_NAME_MAX && strspn(name, allowed) == n;
}

// What put_text() would have to escape, nobody should read as an authority's name.
static bool is_title(const char *name)
{
    char shown[4 * CA_NAME_MAX + 1];
    size_t n = strlen(name), characters = 0;

    for (size_t i = 0; i < n; i++)
        characters += ((unsigned char)name[i] & 0xC0) != 0x80;
    return n >= 1 && characters <= CA_NAME_MAX && put_text(shown, sizeof shown, bytes_of(name)) &&
           strcmp(shown, name) == 0;
}

enum exh_status ca_init(const struct exh_key *key, const char *name, int64_t now, char **pem,
                        struct exh_error *err)
{
    struct build b = { .name = name,
                       .key = key->pkey,
                       .issuer_key = key->pkey,
                       .from = now - CA_SKEW,
                       .until = now + (int64_t)CA_ROOT_DAYS * DAY };
    X509 *root = NULL;

    if (!is_title(name))
        return fail(err, EXH_INVALID, "an authority's name has 1 to %d printable characters",
                    CA_NAME_MAX);
    memcpy(b.ext, root_ext, sizeof root_ext);
    enum exh_status status = build_certificate(&b, &root, err);
    if (!status)
        status = build_pem(root, pem, err);
    X509_free(root);
    return status;
}

struct root {
    struct cert cert; // to judge it
    X509 *x;          // to issue from it: with OpenSSL's own key decoded
    size_t seen;
};

static enum exh_status read_root(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct root *root = ctx;
    const unsigned char *p = der.p;

    if (root->seen++) // whatever follows is not ours to judge
        return EXH_OK;
    enum exh_status status = cert_read(der, &root->cert, err);
    if (status)
        return status;
    root->x = d2i_X509(NULL, &p, (long)der.n);
    return root->x ? EXH_OK : fail_openssl(err, EXH_MALFORMED, "not a certificate");
}

static enum exh_status check_root(const struct root *root, const struct exh_key *root_key,
                                  const struct exh_key *subject, int64_t now, struct exh_error *err)
{
    if (!cert_is_ca(&root->cert))
        return fail(err, EXH_INVALID, "the root certificate is not an authority's");
    if (!root->cert.key || EVP_PKEY_eq(root->cert.key, root_key->pkey) != 1)
        return fail_openssl(err, EXH_INVALID, "the root certificate is of another key");
    if (now < root->cert.not_before || now > root->cert.not_after)
        return fail(err, EXH_INVALID, "the root certificate is not valid now");
    if (EVP_PKEY_eq(root->cert.key, subject->pkey) == 1)
        return fail(err, EXH_INVALID, "the root's own key is for issuing only: give another");
    return EXH_OK;
}

static enum exh_status issue(const struct root *root, const struct exh_key *root_key,
                             const struct exh_key *subject, const struct role *role,
                             const char *name, int64_t now, char **pem, struct exh_error *err)
{
    char san[SAN_MAX];
    struct build b = { .name = role->common_name ? role->common_name : name,
                       .issuer = root->x,
                       .key = subject->pkey,
                       .issuer_key = root_key->pkey,
                       .from = now - CA_SKEW,
                       .until = now + (int64_t)role->days * DAY };
    X509 *leaf = NULL;

    if (b.from < root->cert.not_before) // a leaf never lives outside of its root
        b.from = root->cert.not_before;
    if (b.until > root->cert.not_after)
        b.until = root->cert.not_after;
    memcpy(b.ext, role->ext, sizeof b.ext);
    if (role->san) {
        size_t last = 0;
        while (b.ext[last].value)
            last++;
        snprintf(san, sizeof san, "%s%s", role->san, name);
        b.ext[last] = (struct build_ext){ NID_subject_alt_name, san };
    }
    enum exh_status status = build_certificate(&b, &leaf, err);
    if (!status)
        status = build_pem(leaf, pem, err);
    X509_free(leaf);
    return status;
}

enum exh_status ca_issue(const char *root_pem, size_t n, const struct exh_key *root_key,
                         const struct exh_key *subject, enum ca_role role, const char *name,
                         int64_t now, char **pem, struct exh_error *err)
{
    struct root root = { 0 };
    enum exh_status status;

    if (!roles[role].common_name && (!name || !is_id(name)))
        return fail(err, EXH_INVALID, "'%.64s' is no id: 1 to %d of A-Z a-z 0-9 . _ -",
                    name ? name : "", CA_NAME_MAX);
    status = pem_visit(root_pem, n, read_root, &root, err);
    if (!status)
        status = check_root(&root, root_key, subject, now, err);
    if (!status)
        status = issue(&root, root_key, subject, &roles[role], name, now, pem, err);
    cert_free(&root.cert);
    X509_free(root.x);
    ERR_clear_error();
    return status;
}

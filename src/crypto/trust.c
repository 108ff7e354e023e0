#include "crypto/trust.h"

#include "base/text.h"
#include "crypto/library.h"
#include "crypto/pem.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#define OID_TEXT_MAX  128 // bytes of one dotted OID
#define BASE64_SHA256 44  // characters

// Accepted of claim signers when nothing else is said.
static const char *const usual_ekus[] = {
    "1.3.6.1.4.1.62558.2.1",     // C2PA claim signing
    "1.3.6.1.5.5.7.3.4",         // e-mail protection: certificates from before there was one
    "1.3.6.1.5.5.7.3.36",        // document signing, likewise
    "1.3.6.1.4.1.311.76.59.1.9", // the usage that Microsoft's claim signers carry
};

struct exh_trust *exh_trust_new(void)
{
    struct exh_trust *trust = calloc(1, sizeof *trust);

    if (trust && !(trust->paths = path_cache_new())) {
        free(trust);
        return NULL;
    }
    return trust;
}

static void clear_ekus(struct exh_trust *trust)
{
    for (size_t i = 0; i < trust->ekus_n; i++)
        ASN1_OBJECT_free(trust->ekus[i]);
    trust->ekus_n = 0;
}

static void cut_anchors(struct anchors *anchors, size_t n)
{
    while (anchors->n > n) {
        struct cert *c = &anchors->items[--anchors->n].cert;
        free((void *)(uintptr_t)c->der.p); // ours, unlike in other certificates
        cert_free(c);
    }
}

void exh_trust_free(struct exh_trust *trust)
{
    if (!trust)
        return;
    for (size_t p = 0; p < PURPOSES_N; p++) {
        cut_anchors(&trust->anchors[p], 0);
        free(trust->anchors[p].items);
    }
    path_cache_free(trust->paths);
    free(trust->allowed);
    clear_ekus(trust);
    free(trust);
}

static int by_subject(const void *a, const void *b)
{
    const struct anchor *left = a, *right = b;

    return X509_NAME_cmp(X509_get_subject_name(left->cert.x), X509_get_subject_name(right->cert.x));
}

// What was read from PEM goes away; an anchor's DER is needed for every new path.
static enum exh_status own_der(struct cert *c, struct exh_error *err)
{
    uint8_t *copy = malloc(c->der.n);

    if (!copy)
        return fail_no_memory(err);
    memcpy(copy, c->der.p, c->der.n);
    c->der.p = copy;
    return EXH_OK;
}

static enum exh_status add_anchor(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct anchors *anchors = ctx;
    struct anchor a = { 0 };

    if (anchors->n == EXH_ANCHORS_MAX)
        return fail(err, EXH_LIMIT, "more than %d trust anchors", EXH_ANCHORS_MAX);
    struct anchor *items = realloc(anchors->items, (anchors->n + 1) * sizeof *items);
    if (!items)
        return fail_no_memory(err);
    anchors->items = items;
    enum exh_status status = cert_read(der, &a.cert, err);
    if (status)
        return status;
    status = cert_spki_digest(&a.cert, a.spki, err);
    if (!status)
        status = own_der(&a.cert, err);
    if (status) {
        cert_free(&a.cert);
        return status;
    }
    items[anchors->n++] = a;
    return EXH_OK;
}

enum exh_status exh_trust_add_anchors(struct exh_trust *trust, enum exh_purpose purpose,
                                      const char *pem, size_t n, struct exh_error *err)
{
    struct exh_error local;
    struct anchors *anchors = &trust->anchors[purpose];
    const size_t before = anchors->n;

    err = err ? err : &local;
    enum exh_status status = pem_visit(pem, n, add_anchor, anchors, err);
    if (status) { // all or nothing
        cut_anchors(anchors, before);
        return status;
    }
    path_cache_clear(trust->paths);
    qsort(anchors->items, anchors->n, sizeof *anchors->items, by_subject);
    return EXH_OK;
}

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct allowed));
}

static enum exh_status add_allowed(struct exh_trust *trust, const uint8_t sha256[32],
                                   struct exh_error *err)
{
    if (trust->allowed_n == ALLOWED_MAX)
        return fail(err, EXH_LIMIT, "more than %d allowed certificates", ALLOWED_MAX);
    struct allowed *items = realloc(trust->allowed, (trust->allowed_n + 1) * sizeof *items);
    if (!items)
        return fail_no_memory(err);
    memcpy(items[trust->allowed_n++].sha256, sha256, sizeof items->sha256);
    trust->allowed = items;
    return EXH_OK;
}

static enum exh_status allow_certificate(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct cert c;
    enum exh_status status = cert_read(der, &c, err);

    if (status)
        return status;
    status = add_allowed(ctx, c.sha256, err);
    cert_free(&c);
    return status;
}

// One line of a text, without its end and the blanks around it.
static struct exh_bytes take_line(const char **text, size_t *n)
{
    const char *end = memchr(*text, '\n', *n);
    const char *start = *text;
    size_t all = end ? (size_t)(end - start) + 1 : *n;
    size_t size = all;

    *text += all;
    *n -= all;
    for (; size && strchr(" \t\r\n", start[size - 1]); size--)
        ;
    for (; size && strchr(" \t", start[0]); size--)
        start++;
    return (struct exh_bytes){ (const uint8_t *)start, size };
}

// A line that is a digest in base64; certificates and comments are none.
static bool digest_line(struct exh_bytes line, uint8_t sha256[32])
{
    uint8_t raw[BASE64_SHA256 / 4 * 3];

    if (line.n != BASE64_SHA256 || line.p[BASE64_SHA256 - 1] != '=' ||
        line.p[BASE64_SHA256 - 2] == '=')
        return false;
    if (EVP_DecodeBlock(raw, line.p, BASE64_SHA256) != (int)sizeof raw)
        return false;
    memcpy(sha256, raw, 32);
    return true;
}

static enum exh_status allow_digests(struct exh_trust *trust, const char *text, size_t n,
                                     bool *certificates, struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    uint8_t sha256[32];
    bool inside = false;

    while (!status && n) {
        struct exh_bytes line = take_line(&text, &n);
        if (bytes_start(line, "-----BEGIN "))
            inside = *certificates = true;
        else if (bytes_start(line, "-----END "))
            inside = false;
        else if (!inside && digest_line(line, sha256))
            status = add_allowed(trust, sha256, err);
    }
    return status;
}

enum exh_status exh_trust_add_allowed(struct exh_trust *trust, const char *text, size_t n,
                                      struct exh_error *err)
{
    struct exh_error local;
    const size_t before = trust->allowed_n;
    bool certificates = false;

    err = err ? err : &local;
    enum exh_status status = allow_digests(trust, text, n, &certificates, err);
    if (!status && certificates)
        status = pem_visit(text, n, allow_certificate, trust, err);
    if (!status && trust->allowed_n == before)
        status = fail(err, EXH_MALFORMED, "neither a certificate nor a SHA-256 in base64");
    if (status) {
        trust->allowed_n = before;
        return status;
    }
    path_cache_clear(trust->paths);
    qsort(trust->allowed, trust->allowed_n, sizeof *trust->allowed, by_digest);
    return EXH_OK;
}

static bool is_comment(struct exh_bytes line)
{
    return line.n == 0 || line.p[0] == '#' || bytes_start(line, "//");
}

// Names that OpenSSL knows would do too, but the file says numbers.
static bool is_dotted(struct exh_bytes line)
{
    for (size_t i = 0; i < line.n; i++) {
        if (!strchr("0123456789.", line.p[i]) || !line.p[i])
            return false;
    }
    return true;
}

static enum exh_status read_eku(struct exh_bytes line, ASN1_OBJECT **out, struct exh_error *err)
{
    char oid[OID_TEXT_MAX];

    if (line.n >= sizeof oid || !is_dotted(line))
        return fail(err, EXH_MALFORMED, "\"%.*s\" is not a dotted OID",
                    (int)(line.n < 64 ? line.n : 64), (const char *)line.p);
    memcpy(oid, line.p, line.n);
    oid[line.n] = '\0';
    *out = OBJ_txt2obj(oid, 1);
    return *out ? EXH_OK : fail_openssl(err, EXH_MALFORMED, "\"%s\" is not a dotted OID", oid);
}

enum exh_status exh_trust_set_ekus(struct exh_trust *trust, const char *text, size_t n,
                                   struct exh_error *err)
{
    struct exh_error local;
    struct exh_trust fresh = { 0 };
    enum exh_status status = EXH_OK;

    err = err ? err : &local;
    while (!status && n) {
        struct exh_bytes line = take_line(&text, &n);
        if (is_comment(line))
            continue;
        if (fresh.ekus_n == EKUS_MAX)
            status = fail(err, EXH_LIMIT, "more than %d extended key usages", EKUS_MAX);
        else if (!(status = read_eku(line, &fresh.ekus[fresh.ekus_n], err)))
            fresh.ekus_n++;
    }
    if (!status && !fresh.ekus_n)
        status = fail(err, EXH_MALFORMED, "no extended key usage in the list");
    if (status) {
        clear_ekus(&fresh);
        return status;
    }
    path_cache_clear(trust->paths);
    clear_ekus(trust);
    memcpy(trust->ekus, fresh.ekus, sizeof trust->ekus);
    trust->ekus_n = fresh.ekus_n;
    return EXH_OK;
}

const struct anchor *anchors_named(const struct anchors *anchors, const X509_NAME *name, size_t *n)
{
    size_t low = 0, high = anchors->n;

    while (low < high) { // the first one not below the name
        size_t middle = low + (high - low) / 2;
        if (X509_NAME_cmp(X509_get_subject_name(anchors->items[middle].cert.x), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < anchors->n; high++) {
        if (X509_NAME_cmp(X509_get_subject_name(anchors->items[high].cert.x), name) != 0)
            break;
    }
    *n = high - low;
    return *n ? &anchors->items[low] : NULL;
}

bool trust_allows(const struct exh_trust *trust, const struct cert *leaf)
{
    return trust && trust->allowed_n &&
           bsearch(leaf->sha256, trust->allowed, trust->allowed_n, sizeof *trust->allowed,
                   by_digest);
}

bool trust_accepts_eku(const struct exh_trust *trust, const ASN1_OBJECT *eku)
{
    char oid[OID_TEXT_MAX];

    if (trust && trust->ekus_n) {
        for (size_t i = 0; i < trust->ekus_n; i++) {
            if (OBJ_cmp(trust->ekus[i], eku) == 0)
                return true;
        }
        return false;
    }
    OBJ_obj2txt(oid, sizeof oid, eku, 1);
    for (size_t i = 0; i < ARRAY_N(usual_ekus); i++) {
        if (strcmp(oid, usual_ekus[i]) == 0)
            return true;
    }
    return false;
}

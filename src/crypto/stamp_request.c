#include <exhibit/stamp.h>

#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/library.h"
#include "crypto/token.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#define OID_N 13 // bytes of an AlgorithmIdentifier's content: the OID and NULL

// Everything below is shorter than 128 bytes, so lengths have one byte.
static size_t put(uint8_t *to, size_t at, uint8_t tag, const void *content, size_t n)
{
    to[at] = tag;
    to[at + 1] = (uint8_t)n;
    memcpy(to + at + 2, content, n);
    return at + 2 + n;
}

static size_t put_imprint(uint8_t *to, const struct exh_stamp_request *r)
{
    // 2.16.840.1.101.3.4.2.x and NULL; x counts SHA-256, SHA-384, SHA-512 from 1, as enum exh_hash.
    const uint8_t id[OID_N] = {
        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, (uint8_t)r->alg, 0x05, 0x00
    };
    size_t n = put(to, 0, DER_SEQUENCE, id, sizeof id);

    return put(to, n, DER_OCTETS, r->digest, exh_hash_size(r->alg));
}

static void write_request(struct exh_stamp_request *r)
{
    uint8_t imprint[EXH_STAMP_REQUEST_MAX], body[EXH_STAMP_REQUEST_MAX];
    uint8_t number[1 + EXH_STAMP_NONCE];
    const uint8_t version = 1, yes = 0xFF;

    number[0] = 1; // keeps the number positive, and at its length, whatever the nonce is
    memcpy(number + 1, r->nonce, sizeof r->nonce);
    size_t imprint_n = put_imprint(imprint, r);
    size_t n = put(body, 0, DER_INTEGER, &version, 1);
    n = put(body, n, DER_SEQUENCE, imprint, imprint_n);
    n = put(body, n, DER_INTEGER, number, sizeof number);
    n = put(body, n, DER_BOOLEAN, &yes, 1); // certReq
    r->n = put(r->der, 0, DER_SEQUENCE, body, n);
}

enum exh_status exh_stamp_request_init(struct exh_stamp_request *out, enum exh_hash alg,
                                       struct exh_bytes digest, struct exh_error *err)
{
    struct exh_error local;
    struct exh_stamp_request r = { .alg = alg };

    err = err ? err : &local;
    if (alg == EXH_HASH_NONE || digest.n != exh_hash_size(alg))
        return fail(err, EXH_INVALID, "a time-stamp over %zu bytes, which are no %s", digest.n,
                    exh_hash_name(alg));
    if (RAND_bytes(r.nonce, sizeof r.nonce) != 1)
        return fail_openssl(err, EXH_CRYPTO, "no random numbers");
    memcpy(r.digest, digest.p, digest.n);
    write_request(&r);
    *out = r;
    return EXH_OK;
}

// Why an authority refuses (RFC 3161, "PKIFailureInfo"), by bit.
static const struct {
    int bit;
    const char *says;
} failures[] = {
    { 0, "it does not know this hash" },
    { 2, "it finds the request wrong" },
    { 5, "it finds the request's data wrong" },
    { 14, "its clock is not available" },
    { 15, "it does not support this policy" },
    { 16, "it does not support this extension" },
    { 17, "it has no such additional information" },
    { 25, "it has a fault of its own" },
};

static const char *failure_text(const TS_STATUS_INFO *info)
{
    const ASN1_BIT_STRING *bits = TS_STATUS_INFO_get0_failure_info(info);

    for (size_t i = 0; bits && i < ARRAY_N(failures); i++) {
        if (ASN1_BIT_STRING_get_bit(bits, failures[i].bit))
            return failures[i].says;
    }
    return "it does not say why";
}

static enum exh_status check_status(struct exh_bytes der, struct exh_error *err)
{
    const unsigned char *p = der.p;
    TS_STATUS_INFO *info = d2i_TS_STATUS_INFO(NULL, &p, (long)der.n);
    long status = info ? ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)) : -1;
    char words[200] = "";

    if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) {
        const STACK_OF(ASN1_UTF8STRING) *texts = info ? TS_STATUS_INFO_get0_text(info) : NULL;
        if (sk_ASN1_UTF8STRING_num(texts) > 0) {
            const ASN1_UTF8STRING *text = sk_ASN1_UTF8STRING_value(texts, 0);
            put_text(words, sizeof words,
                     (struct exh_bytes){ ASN1_STRING_get0_data(text),
                                         (size_t)ASN1_STRING_length(text) });
        }
        fail(err, EXH_NETWORK, "the time-stamp authority refused: %s (status %ld)%s%s",
             info ? failure_text(info) : "its status cannot be read", status, words[0] ? ": " : "",
             words);
    }
    TS_STATUS_INFO_free(info);
    return status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS ? EXH_OK
                                                                                : EXH_NETWORK;
}

static bool has_nonce(const struct token *t, const uint8_t nonce[EXH_STAMP_NONCE])
{
    const ASN1_INTEGER *number = TS_TST_INFO_get_nonce(t->info);

    return number && ASN1_STRING_type(number) == V_ASN1_INTEGER &&
           ASN1_STRING_length(number) == 1 + EXH_STAMP_NONCE &&
           ASN1_STRING_get0_data(number)[0] == 1 &&
           memcmp(ASN1_STRING_get0_data(number) + 1, nonce, EXH_STAMP_NONCE) == 0;
}

static enum exh_status check_token(const struct exh_stamp_request *r, const struct token *t,
                                   struct exh_error *err)
{
    const char *why;

    if (t->hash != r->alg || memcmp(t->imprint.p, r->digest, t->imprint.n) != 0 ||
        !has_nonce(t, r->nonce))
        return fail(err, EXH_NETWORK, "the time-stamp authority answered another request");
    if (token_judge(t, &why) != EXH_STAMP_OK)
        return fail(err, EXH_NETWORK, "the time-stamp authority's answer: %s", why);
    return EXH_OK;
}

enum exh_status exh_stamp_response_read(const struct exh_stamp_request *request,
                                        struct exh_bytes response, struct exh_bytes *token,
                                        struct exh_error *err)
{
    struct exh_error local;
    struct stamp_response parts;
    struct token t = { 0 };
    const char *why;

    err = err ? err : &local;
    if (response.n > EXH_STAMP_MAX)
        return fail(err, EXH_NETWORK,
                    "the time-stamp authority's answer has %zu bytes, at most %d "
                    "are allowed",
                    response.n, EXH_STAMP_MAX);
    if (!stamp_response_read(response, &parts))
        return fail(err, EXH_NETWORK, "the time-stamp authority's answer is not a TimeStampResp");
    enum exh_status status = check_status(parts.status, err);
    if (!status && (why = token_read(parts.token, &t)))
        status = fail(err, EXH_NETWORK, "the time-stamp authority's answer: %s", why);
    if (!status)
        status = check_token(request, &t, err);
    if (!status)
        *token = parts.token;
    token_free(&t);
    ERR_clear_error();
    return status;
}

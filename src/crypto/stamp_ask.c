#include "crypto/stamp_ask.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <string.h>

#include "base/error.h"
#include "base/macros.h"

#define DER_BOOLEAN  0x01
#define DER_INTEGER  0x02
#define DER_OCTETS   0x04
#define DER_SEQUENCE 0x30

#define ID_N 13 // bytes of an AlgorithmIdentifier's content: the OID and NULL

/* AlgorithmIdentifier content of each hash: OID 2.16.840.1.101.3.4.2.x, and NULL. */
static const struct {
    enum exh_hash alg;
    int nid;
    uint8_t last; // arc of the OID
} hashes[] = {
    { EXH_SHA256, NID_sha256, 1 },
    { EXH_SHA384, NID_sha384, 2 },
    { EXH_SHA512, NID_sha512, 3 },
};

static size_t find_hash(enum exh_hash alg)
{
    size_t i = 0;

    while (i < ARRAY_N(hashes) - 1 && hashes[i].alg != alg)
        i++;
    return i;
}

/* Everything below is shorter than 128 bytes, so lengths have one byte. */
static size_t put(uint8_t *to, size_t at, uint8_t tag, const void *content, size_t n)
{
    to[at] = tag;
    to[at + 1] = (uint8_t)n;
    memcpy(to + at + 2, content, n);
    return at + 2 + n;
}

size_t stamp_request(enum exh_hash alg, const uint8_t *digest, const uint8_t nonce[STAMP_NONCE_N],
                     uint8_t to[STAMP_REQUEST_MAX])
{
    uint8_t id[ID_N] = { 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0, 0x05, 0 };
    uint8_t imprint[96], body[STAMP_REQUEST_MAX], number[1 + STAMP_NONCE_N];
    const uint8_t one = 1, yes = 0xff;

    id[10] = hashes[find_hash(alg)].last;
    size_t imprint_n = put(imprint, 0, DER_SEQUENCE, id, sizeof id);
    imprint_n = put(imprint, imprint_n, DER_OCTETS, digest, exh_hash_size(alg));

    // A leading 1 keeps the number positive, and at its length whatever the nonce is.
    number[0] = 1;
    memcpy(number + 1, nonce, STAMP_NONCE_N);

    size_t n = put(body, 0, DER_INTEGER, &one, 1);
    n = put(body, n, DER_SEQUENCE, imprint, imprint_n);
    n = put(body, n, DER_INTEGER, number, sizeof number);
    n = put(body, n, DER_BOOLEAN, &yes, 1); // certReq
    return put(to, 0, DER_SEQUENCE, body, n);
}

// ASN1_get_object() sets these for what is broken, and for a length that is left open (not DER).
#define ASN1_UNUSABLE 0x81

/* One element at the front of *rest: cut off, whole. */
static bool take_element(struct exh_bytes *rest, struct exh_bytes *element)
{
    const unsigned char *p = rest->p;
    long length = 0;
    int tag, class;

    if (!rest->n || ASN1_get_object(&p, &length, &tag, &class, (long)rest->n) & ASN1_UNUSABLE)
        return false;
    const size_t n = (size_t)(p - rest->p) + (size_t)length;
    if (n > rest->n)
        return false;
    *element = (struct exh_bytes){ rest->p, n };
    rest->p += n;
    rest->n -= n;
    return true;
}

/* TimeStampResp ::= SEQUENCE { status, token OPTIONAL }: the token as it was encoded. */
static bool find_token(struct exh_bytes answer, struct exh_bytes *token)
{
    const unsigned char *p = answer.p;
    struct exh_bytes status;
    long length = 0;
    int tag, class;

    if (ASN1_get_object(&p, &length, &tag, &class, (long)answer.n) & ASN1_UNUSABLE)
        return false;
    struct exh_bytes inside = { p, (size_t)length };
    return take_element(&inside, &status) && take_element(&inside, token) && !inside.n;
}

static enum exh_status check_status(TS_RESP *response, struct exh_error *err)
{
    const TS_STATUS_INFO *info = TS_RESP_get_status_info(response);
    const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
    const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);

    if (status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS)
        return EXH_OK;
    if (!texts || sk_ASN1_UTF8STRING_num(texts) == 0)
        return fail(err, EXH_NETWORK, "the time-stamp authority refused: status %ld", status);
    const ASN1_UTF8STRING *text = sk_ASN1_UTF8STRING_value(texts, 0);
    return fail(err, EXH_NETWORK, "the time-stamp authority refused: %.*s",
                ASN1_STRING_length(text) > 200 ? 200 : ASN1_STRING_length(text),
                (const char *)ASN1_STRING_get0_data(text));
}

/* The token must be over this digest, and carry this nonce. */
static bool answers(TS_TST_INFO *info, enum exh_hash alg, const uint8_t *digest,
                    const uint8_t nonce[STAMP_NONCE_N])
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_INTEGER *number = TS_TST_INFO_get_nonce(info);
    const ASN1_OBJECT *oid;
    const int size = (int)exh_hash_size(alg);

    if (!imprint || !number)
        return false;
    const ASN1_OCTET_STRING *message = TS_MSG_IMPRINT_get_msg(imprint);
    X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    return OBJ_obj2nid(oid) == hashes[find_hash(alg)].nid && ASN1_STRING_length(message) == size &&
           memcmp(ASN1_STRING_get0_data(message), digest, (size_t)size) == 0 &&
           ASN1_STRING_type(number) == V_ASN1_INTEGER &&
           ASN1_STRING_length(number) == 1 + STAMP_NONCE_N &&
           ASN1_STRING_get0_data(number)[0] == 1 &&
           memcmp(ASN1_STRING_get0_data(number) + 1, nonce, STAMP_NONCE_N) == 0;
}

enum exh_status stamp_answer(struct exh_bytes answer, enum exh_hash alg, const uint8_t *digest,
                             const uint8_t nonce[STAMP_NONCE_N], struct exh_bytes *token,
                             struct exh_error *err)
{
    const unsigned char *p = answer.p;
    struct exh_bytes found = { 0 };
    enum exh_status status = EXH_OK;

    if (answer.n > STAMP_ANSWER_MAX)
        return fail(err, EXH_NETWORK,
                    "the time-stamp authority's answer has %zu bytes, at most "
                    "%zu are allowed",
                    answer.n, STAMP_ANSWER_MAX);
    TS_RESP *response = d2i_TS_RESP(NULL, &p, (long)answer.n);
    if (!response || p != answer.p + answer.n)
        status = fail(err, EXH_NETWORK, "the time-stamp authority's answer is not a TimeStampResp");
    if (status == EXH_OK)
        status = check_status(response, err);
    if (status == EXH_OK && (!TS_RESP_get_tst_info(response) || !find_token(answer, &found)))
        status = fail(err, EXH_NETWORK, "the time-stamp authority's answer holds no token");
    if (status == EXH_OK && !answers(TS_RESP_get_tst_info(response), alg, digest, nonce))
        status = fail(err, EXH_NETWORK, "the time-stamp authority answered another request");
    if (status == EXH_OK)
        *token = found;
    TS_RESP_free(response);
    ERR_clear_error();
    return status;
}

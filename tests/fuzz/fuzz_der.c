#include "fuzz_der.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"

struct exh_bytes cut_der(struct exh_bytes *rest)
{
    struct exh_bytes der = *rest;

    if (rest->n >= 4) {
        const uint8_t *p = rest->p;
        const size_t n = p[1] < 0x80    ? 2 + (size_t)p[1]
                         : p[1] == 0x81 ? 3 + (size_t)p[2]
                                        : 4 + (size_t)(p[2] << 8 | p[3]);
        der.n = n < rest->n ? n : rest->n;
    }
    rest->p += der.n;
    rest->n -= der.n;
    return der;
}

static struct exh_trust *trust_in(struct exh_bytes anchor)
{
    const size_t size = 4 * (anchor.n / 3 + 1) + 64;
    struct exh_trust *trust = exh_trust_new();
    char *pem = malloc(size);
    struct exh_error err;

    REQUIRE(trust && pem);
    strcpy(pem, "-----BEGIN CERTIFICATE-----\n");
    const size_t head = strlen(pem);
    const int n = EVP_EncodeBlock((unsigned char *)pem + head, anchor.p, (int)anchor.n);
    strcpy(pem + head + n, "\n-----END CERTIFICATE-----\n");
    for (int purpose = EXH_PURPOSE_CLAIM; purpose <= EXH_PURPOSE_TSA; purpose++)
        if (exh_trust_add_anchors(trust, (enum exh_purpose)purpose, pem, strlen(pem), &err) !=
            EXH_OK)
            break;
    free(pem);
    return trust;
}

const struct exh_trust *trust_for(struct exh_bytes anchor)
{
    static struct exh_trust *trust;
    static uint8_t *last;
    static size_t last_n;

    if (trust && last_n == anchor.n && memcmp(last, anchor.p, last_n) == 0)
        return trust;
    exh_trust_free(trust);
    free(last);
    last_n = anchor.n;
    last = malloc(last_n ? last_n : 1);
    REQUIRE(last);
    memcpy(last, anchor.p, last_n);
    trust = trust_in(anchor);
    return trust;
}

void check_text(const char *text, size_t size)
{
    REQUIRE(memchr(text, 0, size) && utf8_valid(bytes_of(text)));
    for (const char *c = text; *c; c++)
        REQUIRE((unsigned char)*c >= ' ' && *c != 0x7F);
}

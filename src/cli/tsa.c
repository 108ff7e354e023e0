#include "cli/tsa.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/module.h"
#include "crypto/stamp_ask.h"

/* One request and its answer, in a buffer of the caller's. */
static enum exh_status ask(struct tsa *tsa, enum exh_hash alg, const uint8_t *digest,
                           uint8_t *answer, struct exh_bytes *token, struct exh_error *err)
{
    uint8_t nonce[STAMP_NONCE_N], request[STAMP_REQUEST_MAX];
    size_t n = 0;
    enum exh_status status = exh_crypto_openssl()->random(nonce, sizeof nonce, err);

    if (status != EXH_OK)
        return status;
    const struct client_request out = {
        .kind = CLIENT_ASK_TSA,
        .url = tsa->url,
        .body = { request, stamp_request(alg, digest, nonce, request) },
        .reach = CLIENT_TYPED,
    };
    status = tsa->client->fetch(&out, answer, STAMP_ANSWER_MAX, &n, err);
    if (status != EXH_OK)
        return status;
    return stamp_answer((struct exh_bytes){ answer, n }, alg, digest, nonce, token, err);
}

enum exh_status tsa_stamp(void *ctx, enum exh_hash alg, struct exh_bytes digest, uint8_t *to,
                          size_t size, size_t *n, struct exh_error *err)
{
    struct tsa *tsa = ctx;
    struct exh_bytes token = { 0 };

    if (!tsa->client)
        tsa->client = module_client(err);
    if (!tsa->client)
        return err->status;
    uint8_t *answer = malloc(STAMP_ANSWER_MAX);
    if (!answer)
        return fail_no_memory(err);
    enum exh_status status = ask(tsa, alg, digest.p, answer, &token, err);
    if (status == EXH_OK && token.n > size)
        status = fail(err, EXH_LIMIT, "the token has %zu bytes, %zu were reserved", token.n, size);
    if (status == EXH_OK) {
        memcpy(to, token.p, token.n);
        *n = token.n;
    }
    free(answer);
    return status;
}

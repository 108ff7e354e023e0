#include "cli/tsa.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/stamp.h>

#include "base/error.h"
#include "cli/module.h"

/* One request and its answer, in a buffer of the caller's. */
static enum exh_status ask(struct tsa *tsa, enum exh_hash alg, struct exh_bytes digest,
                           uint8_t *answer, struct exh_bytes *token, struct exh_error *err)
{
    struct exh_stamp_request request;
    size_t n = 0;
    enum exh_status status = exh_stamp_request_init(&request, alg, digest, err);

    if (status != EXH_OK)
        return status;
    const struct client_request out = {
        .kind = CLIENT_ASK_TSA,
        .url = tsa->url,
        .body = { request.der, request.n },
        .reach = CLIENT_TYPED,
    };
    status = tsa->client->fetch(&out, answer, EXH_STAMP_MAX, &n, err);
    if (status != EXH_OK)
        return status;
    return exh_stamp_response_read(&request, (struct exh_bytes){ answer, n }, token, err);
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
    uint8_t *answer = malloc(EXH_STAMP_MAX);
    if (!answer)
        return fail_no_memory(err);
    enum exh_status status = ask(tsa, alg, digest, answer, &token, err);
    if (status == EXH_OK && token.n > size)
        status = fail(err, EXH_LIMIT, "the token has %zu bytes, %zu were reserved", token.n, size);
    if (status == EXH_OK) {
        memcpy(to, token.p, token.n);
        *n = token.n;
    }
    free(answer);
    return status;
}

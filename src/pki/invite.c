#include "pki/invite.h"

#include "base/names.h"
#include "base/when.h"
#include "crypto/kdf.h"

#include <string.h>

#define BODY_MAX 256 // bytes

static enum exh_status make_mac(const uint8_t key[INVITE_KEY], const struct invitation_token *token,
                                uint8_t mac[SHA256_SIZE], struct exh_error *err)
{
    struct buf body = buf_with_limit(BODY_MAX);

    invitation_put_body(&body, token);
    enum exh_status status = buf_finish(&body, err);
    if (!status) {
        const struct exh_bytes parts[] = {
            // the name with its NUL
            { (const uint8_t *)NAME_MAC_INVITATION, sizeof NAME_MAC_INVITATION },
            buf_view(&body)
        };
        status =
            hmac_sha256((struct exh_bytes){ key, INVITE_KEY }, parts, ARRAY_N(parts), mac, err);
    }
    buf_free(&body);
    return status;
}

enum exh_status invite_seal(const uint8_t key[INVITE_KEY], struct invitation_token *token,
                            struct exh_error *err)
{
    uint8_t mac[SHA256_SIZE];
    enum exh_status status = make_mac(key, token, mac, err);

    if (!status)
        memcpy(token->mac, mac, sizeof token->mac);
    return status;
}

enum exh_status invite_check(const uint8_t key[INVITE_KEY], const struct invitation_token *token,
                             int64_t now, struct exh_error *err)
{
    uint8_t mac[SHA256_SIZE];
    char when[WHEN_TEXT_MAX];
    enum exh_status status = make_mac(key, token, mac, err);

    if (status)
        return status;
    if (!equal_secret(mac, token->mac, sizeof token->mac))
        return fail(err, EXH_DENIED, "this invitation is not from here");
    if (now >= token->expires) {
        when_write(when, token->expires);
        return fail(err, EXH_DENIED, "this invitation expired at %s", when);
    }
    return EXH_OK;
}

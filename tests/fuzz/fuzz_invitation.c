/* Any address of an invitation, and any token alone: what is read is written again as the same. */
#include <string.h>

#include "base/text.h"
#include "formats/invitation.h"
#include "fuzz.h"
#include "pki/invite.h"

static void check_token(struct exh_bytes text)
{
    static const uint8_t key[INVITE_KEY] = { 1 };
    struct buf again = buf_with_limit(INVITATION_TOKEN_MAX);
    struct invitation_token token;
    struct exh_error err;

    if (invitation_token_read(text, &token, &err) == EXH_OK) {
        REQUIRE(invitation_token_write(&token, &again, &err) == EXH_OK);
        REQUIRE(bytes_equal(text, buf_view(&again)));
        REQUIRE(invite_check(key, &token, 0, &err) == EXH_DENIED); // nobody guesses a MAC
        REQUIRE(invite_seal(key, &token, &err) == EXH_OK);
        REQUIRE(invite_check(key, &token, token.expires - 1, &err) == EXH_OK);
    }
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes url = { p, n };
    struct buf text = buf_with_limit(2 * INVITATION_URL_MAX);
    struct invitation invitation, again;
    struct exh_error err;

    memset(&invitation, 0, sizeof invitation);
    memset(&again, 0, sizeof again);
    if (invitation_read(url, &invitation, &err) == EXH_OK) {
        REQUIRE(invitation_write(&invitation, &text, &err) == EXH_OK);
        // A port that was left out is written; then it is too long perhaps.
        if (text.n <= INVITATION_URL_MAX) {
            REQUIRE(invitation_read(buf_view(&text), &again, &err) == EXH_OK);
            REQUIRE(strcmp(invitation.host, again.host) == 0 && invitation.port == again.port &&
                    memcmp(invitation.pin, again.pin, sizeof again.pin) == 0 &&
                    memcmp(invitation.token.mac, again.token.mac, sizeof again.token.mac) == 0);
        }
    }
    check_token(url);
    buf_free(&text);
    return 0;
}

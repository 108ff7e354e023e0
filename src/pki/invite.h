/*
 * invite.h -- invitations are issued and recognised by whoever holds their key: signer and admin.
 *
 * A token is good for one certificate. That it was used is for the caller to remember, by its id, at
 * least until it expires.
 */
#ifndef PKI_INVITE_H
#define PKI_INVITE_H

#include "formats/invitation.h"

#define INVITE_KEY 32 // bytes, random

/* Make the MAC of a token whose other fields are filled in. EXH_CRYPTO */
enum exh_status invite_seal(const uint8_t key[INVITE_KEY], struct invitation_token *token,
                            struct exh_error *err);

/*
 * Whether a token is ours and not expired at `now`, Unix seconds.
 * EXH_DENIED  EXH_CRYPTO
 */
enum exh_status invite_check(const uint8_t key[INVITE_KEY], const struct invitation_token *token,
                             int64_t now, struct exh_error *err);

#endif

/*
 * stamp_ask.h -- asking a time-stamp authority: the request, and what of the answer is kept.
 *
 * Whether the token can be trusted is judged by exh_crypto.stamp_check, later and by everybody; here
 * only that it answers this request.
 *
 * Spec: RFC 3161, "Request Format", "Response Format"; C2PA, "Obtaining the time-stamp".
 */
#ifndef CRYPTO_STAMP_ASK_H
#define CRYPTO_STAMP_ASK_H

#include <exhibit/crypto.h>

#define STAMP_NONCE_N     8                  // bytes
#define STAMP_REQUEST_MAX 128                // bytes
#define STAMP_ANSWER_MAX  ((size_t)64 << 10) // bytes of a TimeStampResp

/* Write the TimeStampReq: with the nonce, and asking for the certificate. Returns its size. */
size_t stamp_request(enum exh_hash alg, const uint8_t *digest, const uint8_t nonce[STAMP_NONCE_N],
                     uint8_t to[STAMP_REQUEST_MAX]);

/*
 * View the TimeStampToken in a TimeStampResp that answers this very request.
 *
 * EXH_NETWORK: not an answer, a refusal (with the authority's words), or the answer to another.
 */
enum exh_status stamp_answer(struct exh_bytes answer, enum exh_hash alg, const uint8_t *digest,
                             const uint8_t nonce[STAMP_NONCE_N], struct exh_bytes *token,
                             struct exh_error *err);

#endif

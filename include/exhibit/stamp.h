/*
 * stamp.h -- ask a time-stamp authority (RFC 3161): what to send, and what of the answer to keep.
 *
 *     struct exh_stamp_request request;
 *     if (exh_stamp_request_init(&request, alg, digest, err) != EXH_OK)
 *         return err->status;
 *     // POST request.der as application/timestamp-query, receive at most EXH_STAMP_MAX bytes
 *     status = exh_stamp_response_read(&request, response, &token, err);
 *
 * So whoever has a network fills struct exh_stamper (exhibit/sign.h). Whether the token can be trusted
 * is judged by exh_crypto.stamp_check, later and by everybody; here only that it answers the request.
 *
 * Spec: RFC 3161, "Request Format", "Response Format"; C2PA, "Obtaining the time-stamp".
 */
#ifndef EXHIBIT_STAMP_H
#define EXHIBIT_STAMP_H

#include <exhibit/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_STAMP_NONCE       8   // bytes
#define EXH_STAMP_REQUEST_MAX 128 // bytes of a request

/* One question to an authority. Keep it for the answer. */
struct exh_stamp_request {
    enum exh_hash alg;
    uint8_t digest[EXH_HASH_MAX];
    uint8_t nonce[EXH_STAMP_NONCE];
    uint8_t der[EXH_STAMP_REQUEST_MAX]; // TimeStampReq
    size_t n;                           // bytes of der
};

/*
 * Make a request over a digest, with a random nonce, that asks for the authority's certificate.
 *
 * digest  of exh_hash_size(alg) bytes.
 * err     may be NULL, here and below.
 *
 * EXH_INVALID (a digest of another size)  EXH_CRYPTO (no random numbers)
 */
EXH_API enum exh_status exh_stamp_request_init(struct exh_stamp_request *out, enum exh_hash alg,
                                               struct exh_bytes digest, struct exh_error *err);

/*
 * Take the TimeStampToken out of a TimeStampResp that answers this very request.
 *
 * token  receives a view of the response.
 *
 * EXH_NETWORK: not an answer, a refusal (with the authority's words), the answer to another request, or
 * a token whose signature does not hold.
 */
EXH_API enum exh_status exh_stamp_response_read(const struct exh_stamp_request *request,
                                                struct exh_bytes response, struct exh_bytes *token,
                                                struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif

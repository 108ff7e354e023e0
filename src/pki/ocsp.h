/*
 * ocsp.h -- answers about the certificates of one authority.
 *
 * A responder has a key and a certificate of its own, which the authority gave it. What is known of a
 * certificate, the caller looks up: every answer is made when it is asked for.
 *
 *     good     issued and not revoked, whatever its lease says
 *     revoked  from a time on
 *     unknown  no such certificate: verifiers reject what it signed
 *
 * Spec: RFC 6960, "Detailed Protocol"; RFC 9654 (nonces).
 */
#ifndef PKI_OCSP_H
#define PKI_OCSP_H

#include "pki/revocation.h"

#define OCSP_REQUEST_MAX  4096       // bytes; a usual one has 80
#define OCSP_PATH_MAX     1024       // characters of a GET's path behind the address
#define OCSP_ASKED_MAX    16         // certificates in one request
#define OCSP_NONCE_MAX    128        // bytes
#define OCSP_RESPONSE_MAX (16 << 10) // bytes; a usual one has 900

enum ocsp_known { OCSP_IS_UNKNOWN, OCSP_IS_GOOD, OCSP_IS_REVOKED };

struct ocsp_fact {
    enum ocsp_known known;
    int64_t revoked_at; // Unix seconds, if revoked
    enum revocation_reason reason;
};

/* Where facts are. */
struct ocsp_records {
    // Look a serial number up; out is OCSP_IS_UNKNOWN. A status other than EXH_OK: try later.
    enum exh_status (*find)(void *ctx, const uint8_t serial[CA_SERIAL], struct ocsp_fact *out);
    void *ctx;
};

/* From when to when an answer holds, Unix seconds. */
struct ocsp_times {
    int64_t now;   // producedAt and thisUpdate
    int64_t until; // nextUpdate
};

/* What kind of answer it is (RFC 6960, "OCSPResponseStatus"). */
enum ocsp_code {
    OCSP_ANSWERED = 0,
    OCSP_BAD_REQUEST = 1,
    OCSP_TRY_LATER = 3,
    OCSP_NOT_OURS = 6, // a certificate of another issuer among them
};

/* What was answered, for a log and for HTTP. */
struct ocsp_outcome {
    enum ocsp_code code;
    size_t asked; // certificates
    bool nonce;   // the answer is to this very request: not to be cached
};

struct ocsp_responder; // owned; ocsp_close(). Used from one thread at a time

/*
 * Open a responder.
 *
 * issuer       certificate of the authority, DER.
 * certificate  the responder's, DER: of role CA_OCSP, from that authority.
 * key          its key. Borrowed for the responder's life.
 *
 * EXH_INVALID (they do not belong together)  EXH_MALFORMED  EXH_LIMIT  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ocsp_open(struct exh_bytes issuer, struct exh_bytes certificate,
                          const struct exh_key *key, struct ocsp_responder **out,
                          struct exh_error *err);
void ocsp_close(struct ocsp_responder *r); // NULL is allowed

/*
 * Answer a request (DER), whatever it is: a bad one gets a response that says so.
 *
 * response  receives it, DER, appended.
 * outcome   receives what it says.
 *
 * EXH_INVALID (times; the responder's certificate is not valid now)  EXH_CRYPTO  EXH_NO_MEMORY: there
 * is no response
 */
enum exh_status ocsp_answer(struct ocsp_responder *r, struct exh_bytes request,
                            const struct ocsp_times *times, const struct ocsp_records *records,
                            struct buf *response, struct ocsp_outcome *outcome,
                            struct exh_error *err);

/* The answer about one certificate that nobody asked for, to be stapled. Failures as above. */
enum exh_status ocsp_staple(struct ocsp_responder *r, const uint8_t serial[CA_SERIAL],
                            const struct ocsp_fact *fact, const struct ocsp_times *times,
                            struct buf *response, struct exh_error *err);

/*
 * The request in the path of a GET, behind the responder's address and '/': base64, of which + / = may
 * be escaped (RFC 6960, "Request"). der receives it, appended. EXH_LIMIT  EXH_MALFORMED  EXH_NO_MEMORY
 */
enum exh_status ocsp_read_path(struct exh_bytes path, struct buf *der, struct exh_error *err);

#endif

/*
 * tsa.h -- a time-stamp authority: what existed, and when.
 *
 * Time comes from the caller, with what it knows of its clock: nothing is stamped while the clock is not
 * synchronised, or behind a time that was given out before. So the caller keeps the latest genTime on
 * stable storage before a token leaves.
 *
 * Spec: RFC 3161, "Request Format", "Response Format"; RFC 5816 (SHA-2 in the signing certificate).
 */
#ifndef PKI_TSA_H
#define PKI_TSA_H

#include "base/buf.h"
#include "pki/ca.h"

#define TSA_REQUEST_MAX  1024        // bytes; a usual one has 70
#define TSA_RESPONSE_MAX (128 << 10) // bytes; a usual one has 1,400
#define TSA_NONCE_MAX    64          // bytes
#define TSA_POLICY_ANY   "2.5.29.32.0"

/* What an authority states in every token. */
struct tsa_terms {
    const char
        *policy; // dotted OID of its published policy; NULL: TSA_POLICY_ANY, none is published
    unsigned accuracy_s; // seconds that genTime may be off; 0: not stated
};

/* When a request came. */
struct tsa_moment {
    int64_t now;               // Unix seconds
    int64_t last;              // the latest genTime that was ever given out; INT64_MIN: none
    bool synchronised;         // the clock
    uint8_t serial[CA_SERIAL]; // of ca_serial(): of no other token
};

/* What is answered (RFC 3161, "PKIFailureInfo"). */
enum tsa_code {
    TSA_GRANTED,
    TSA_BAD_ALGORITHM, // the imprint's hash is not SHA-256, SHA-384 or SHA-512
    TSA_BAD_REQUEST,   // another version, or a nonce over TSA_NONCE_MAX
    TSA_BAD_DATA,      // not a request, or an imprint that has not the size of its hash
    TSA_NO_TIME,       // the clock is not good enough, or the certificate is not valid now
    TSA_BAD_POLICY,    // another policy than the authority's
    TSA_BAD_EXTENSION, // any: none is known
};

struct tsa_outcome {
    enum tsa_code code;
    const char *why; // in words; borrowed for ever; "" when granted
};

struct tsa; // owned; tsa_close(). Used from one thread at a time

/*
 * Open an authority.
 *
 * certs  its certificate (role CA_TSA), then those of its issuers up to the root's, which is left out:
 *        DER, n of them, 1 to EXH_CHAIN_MAX. Tokens carry them.
 * key    its key. Borrowed for its life.
 * terms  copied.
 *
 * EXH_INVALID (not for time-stamps, another key, no OID)  EXH_UNSUPPORTED (a key of Ed25519, with which
 * OpenSSL's CMS does not sign)  EXH_MALFORMED  EXH_LIMIT  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status tsa_open(const struct exh_bytes *certs, size_t n, const struct exh_key *key,
                         const struct tsa_terms *terms, struct tsa **out, struct exh_error *err);
void tsa_close(struct tsa *tsa); // NULL is allowed

/*
 * Answer a request (DER), whatever it is: a bad one gets a response that says why.
 *
 * response  receives it, DER, appended. When it is granted, genTime is moment->now.
 * outcome   receives what it says.
 *
 * EXH_CRYPTO  EXH_NO_MEMORY: there is no response
 */
enum exh_status tsa_answer(struct tsa *tsa, struct exh_bytes request,
                           const struct tsa_moment *moment, struct buf *response,
                           struct tsa_outcome *outcome, struct exh_error *err);

#endif

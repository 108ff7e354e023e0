/*
 * certificate.h -- every certificate that was issued or accepted, and whether it is revoked.
 *
 * Nothing here is parsed: whoever read the certificate fills the row.
 */
#ifndef STORE_CERTIFICATE_H
#define STORE_CERTIFICATE_H

#include "store/store.h"

#define STORE_SERIAL_MAX 20 // bytes, RFC 5280, "Serial Number"
#define STORE_SHA1       20 // RFC 4387 looks up by SHA-1; it protects nothing

enum store_certificate_kind {
    STORE_CERT_LEAF = 1, // of a camera or a person
    STORE_CERT_ROOT,
    STORE_CERT_ISSUING,
    STORE_CERT_TSA,
    STORE_CERT_OCSP,
    STORE_CERT_MANUFACTURER, // an intermediate of somebody else, in our trust list
};

struct store_certificate {
    int64_t id;      // given by store_add_certificate()
    int64_t account; // 0: an authority's
    enum store_certificate_kind kind;
    uint8_t serial[STORE_SERIAL_MAX];
    size_t serial_n;
    uint8_t sha256[STORE_HASH]; // of the DER
    uint8_t key[STORE_HASH];    // SHA-256 of the SubjectPublicKeyInfo
    uint8_t ski[STORE_SHA1];    // SHA-1 of the subject key identifier
    uint8_t issuer[STORE_SHA1]; // SHA-1 of the issuer's name
    int64_t not_before, not_after;
    int64_t issued_at;
    int64_t previous;    // the certificate that it succeeds; 0: none
    int64_t log_idx;     // -1: none
    int64_t revoked_at;  // from when on it is not believed; 0: not revoked
    int reason;          // of the revocation, RFC 5280, "Reason Code"
    int64_t recorded_at; // when the revocation was written down
};

/* EXH_INVALID when this certificate, or this serial of this issuer, is stored. */
NODISCARD enum exh_status store_add_certificate(struct store *s, const struct store_certificate *in,
                                                struct exh_bytes der, int64_t *id,
                                                struct exh_error *err);

NODISCARD enum exh_status store_get_certificate(struct store *s, int64_t id,
                                                struct store_certificate *out,
                                                struct exh_error *err);

/* Its DER, put behind what `out` holds. */
NODISCARD enum exh_status store_get_der(struct store *s, int64_t id, struct buf *out,
                                        struct exh_error *err);

NODISCARD enum exh_status store_find_serial(struct store *s, const uint8_t issuer[STORE_SHA1],
                                            struct exh_bytes serial, struct store_certificate *out,
                                            struct exh_error *err);
NODISCARD enum exh_status store_find_fingerprint(struct store *s, const uint8_t sha256[STORE_HASH],
                                                 struct store_certificate *out,
                                                 struct exh_error *err);

/* The newest certificate of a key. */
NODISCARD enum exh_status store_find_key(struct store *s, const uint8_t key[STORE_HASH],
                                         struct store_certificate *out, struct exh_error *err);

/* All certificates of an account, the oldest first. */
NODISCARD enum exh_status store_list_certificates(struct store *s, int64_t account,
                                                  struct store_certificate *out, size_t max,
                                                  size_t *n, struct exh_error *err);

/* Those of an account that are valid at a time, revoked or not, the newest first. */
NODISCARD enum exh_status store_list_valid(struct store *s, int64_t account, int64_t at,
                                           struct store_certificate *out, size_t max, size_t *n,
                                           struct exh_error *err);

/* RFC 4387: by the SHA-1 of the subject key identifier, or of the issuer's name above an id. */
NODISCARD enum exh_status store_list_by_ski(struct store *s, const uint8_t ski[STORE_SHA1],
                                            struct store_certificate *out, size_t max, size_t *n,
                                            struct exh_error *err);
NODISCARD enum exh_status store_list_by_issuer(struct store *s, const uint8_t issuer[STORE_SHA1],
                                               int64_t after, struct store_certificate *out,
                                               size_t max, size_t *n, struct exh_error *err);

/* Those of a kind other than STORE_CERT_LEAF: the trust list. */
NODISCARD enum exh_status store_list_authorities(struct store *s, enum store_certificate_kind kind,
                                                 struct store_certificate *out, size_t max,
                                                 size_t *n, struct exh_error *err);

/* Those that are revoked, by id, above `after`: the revocation list. */
NODISCARD enum exh_status store_list_revoked(struct store *s, int64_t after,
                                             struct store_certificate *out, size_t max, size_t *n,
                                             struct exh_error *err);

/* Revoke from a time on. EXH_DENIED when it is revoked from then or before. */
NODISCARD enum exh_status store_revoke_certificate(struct store *s, int64_t id, int64_t from,
                                                   int reason, int64_t now, struct exh_error *err);

/* Take a revocation back. EXH_DENIED when it is not revoked. */
NODISCARD enum exh_status store_restore_certificate(struct store *s, int64_t id, int64_t now,
                                                    struct exh_error *err);

#endif

/*
 * crypto.h -- what the core needs of cryptography and compression, as one table of functions.
 *
 * The core (base, formats, c2pa) calls no library. It gets this table: exh_crypto_openssl() in a
 * program, another one in a browser. Everything here judges; nothing here decides what a judgement
 * means for an asset: that is the verifier's work (exhibit/verify.h).
 *
 * Bytes passed in are borrowed for the call, unless a comment says longer.
 * A table may be used from several threads at once; one hash or chain, from one at a time.
 */
#ifndef EXHIBIT_CRYPTO_H
#define EXHIBIT_CRYPTO_H

#include <stdbool.h>

#include <exhibit/bytes.h>
#include <exhibit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Hash algorithms that C2PA allows ("Hashing"). */
enum exh_hash {
    EXH_HASH_NONE = 0,
    EXH_SHA256,
    EXH_SHA384,
    EXH_SHA512,
};
#define EXH_HASH_MAX 64 // bytes of the longest digest

/* COSE algorithm identifiers that C2PA allows ("Digital Signatures"). */
enum exh_cose_alg {
    EXH_ES256 = -7,
    EXH_ES384 = -35,
    EXH_ES512 = -36,
    EXH_PS256 = -37,
    EXH_PS384 = -38,
    EXH_PS512 = -39,
    EXH_EDDSA = -8, // Ed25519 only
};

/* What a certificate is used for; each purpose has its own anchors. */
enum exh_purpose {
    EXH_PURPOSE_CLAIM, // signs claims
    EXH_PURPOSE_TSA,   // signs time-stamps
};

#define EXH_NAME_MAX  128 // bytes of a name shown to people, with its NUL
#define EXH_CHAIN_MAX 10  // certificates in one x5chain

#define EXH_CERT_MAX  (32 << 10) // bytes of one certificate; real ones have 500 to 2,500
#define EXH_STAMP_MAX (64 << 10) // bytes of one time-stamp token; real ones have 1,000 to 7,000
#define EXH_OCSP_MAX  (64 << 10) // bytes of one OCSP response; real ones have 300 to 2,500

/* Facts of one certificate, as text for people and JSON. Strings are UTF-8, escaped, NUL-terminated. */
struct exh_certificate {
    char subject[EXH_NAME_MAX]; // common name, else organisation
    char issuer[EXH_NAME_MAX];  // organisation, else common name
    char serial[EXH_NAME_MAX];  // lower-case hexadecimal
    char camera[EXH_NAME_MAX];  // ID of SAN urn:exhibit:camera:ID, else ""
    char person[EXH_NAME_MAX];  // NAME of SAN urn:exhibit:person:NAME, else ""
    int64_t not_before;         // Unix seconds
    int64_t not_after;
    uint8_t sha256[32]; // of the DER
};

/* A judgement: either it holds, or the reason says in one sentence why not. */
struct exh_judgement {
    bool holds;
    char reason[160]; // "" when it holds
};

/* How a certificate chain stands with the anchors at a time. */
struct exh_path {
    bool trusted; // a path to an anchor of the purpose, every certificate valid at the time
    bool known;   // a path to an anchor exists, if validity times are left aside
    // When every certificate of the path is valid, the anchor's too; if there is no path, of the chain
    // given. Both ends are inclusive.
    int64_t valid_from;
    int64_t valid_until;
    uint8_t anchor
        [32]; // SHA-256 of the anchor's SubjectPublicKeyInfo; zeros: the leaf is allowed itself
    char anchor_name[EXH_NAME_MAX];
    char reason[160]; // why not trusted
};

/* What is left of a time-stamp token after it was checked (RFC 3161, CMS). */
enum exh_stamp_status {
    EXH_STAMP_MALFORMED, // not a token, or not exactly one signer, or no imprint
    EXH_STAMP_UNCHECKED, // an algorithm that C2PA does not allow, or the authority's certificate is absent
    EXH_STAMP_MISMATCH, // the imprint is of other bytes, or the CMS signature does not hold
    EXH_STAMP_OK,       // signature and imprint hold; path says whether to trust them
};
struct exh_stamp {
    enum exh_stamp_status status;
    int64_t time; // genTime, Unix seconds; 0 when malformed
    // If OK: of the authority's certificate at genTime, purpose TSA. Neither known nor trusted when that
    // certificate is not fit for time-stamps (RFC 3161, "TSA's certificate").
    struct exh_path path;
    char authority[EXH_NAME_MAX]; // if OK
    char reason[160];             // "" if OK
};

/* What is left of an OCSP response after it was checked (RFC 6960). */
enum exh_ocsp_status {
    EXH_OCSP_MALFORMED, // not a successful basic response
    EXH_OCSP_FOREIGN,   // it holds no answer for this certificate
    EXH_OCSP_UNSIGNED,  // the responder's signature or authority does not hold
    EXH_OCSP_GOOD,
    EXH_OCSP_REVOKED,
    EXH_OCSP_UNKNOWN,
};
struct exh_ocsp {
    enum exh_ocsp_status status;
    int64_t this_update;
    int64_t next_update; // INT64_MAX when absent
    int64_t produced_at;
    int64_t revoked_at;    // if revoked
    bool removed_from_crl; // the reason of a revocation that was taken back
    char reason[160];      // why not usable, or the revocation's reason
};

struct exh_hasher; // one running hash; the table's own
struct exh_chain;  // parsed certificates, leaf first; the table's own
struct exh_trust;  // anchors; exhibit/trust.h

struct exh_crypto {
    /* Hashing. hash_new: NULL when out of memory. hash_final writes the digest, frees, returns its size. */
    struct exh_hasher *(*hash_new)(enum exh_hash alg);
    void (*hash_update)(struct exh_hasher *h, const uint8_t *p, size_t n);
    size_t (*hash_final)(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX]); // frees h
    void (*hash_free)(struct exh_hasher *h);                                  // NULL is allowed

    /*
     * Parse n DER certificates, leaf first; n is 1 to EXH_CHAIN_MAX. Views are borrowed for the life
     * of the chain. EXH_MALFORMED when one is not a certificate; EXH_LIMIT over EXH_CHAIN_MAX or
     * EXH_CERT_MAX. A key that C2PA does not allow is no failure: nothing it should sign will hold.
     */
    enum exh_status (*chain_new)(const struct exh_bytes *certs, size_t n, struct exh_chain **out,
                                 struct exh_error *err);
    void (*chain_free)(struct exh_chain *chain); // NULL is allowed

    /* Facts of certificate i. */
    void (*chain_certificate)(const struct exh_chain *chain, size_t i, struct exh_certificate *out);

    /* Does the leaf follow the profile of its purpose (C2PA, "Certificate Profile")? */
    struct exh_judgement (*chain_profile)(const struct exh_chain *chain, enum exh_purpose purpose,
                                          const struct exh_trust *trust);

    /*
     * How the chain stands with the anchors at a time. trust may be NULL: nothing is trusted.
     * The order of the intermediates does not matter; an anchor need not be self-signed. Names, times,
     * authority, path length, name constraints, critical extensions, signatures and their strength are
     * checked (RFC 5280, "Certification Path Validation"), certificate policies are not.
     */
    struct exh_path (*chain_path)(const struct exh_chain *chain, const struct exh_trust *trust,
                                  enum exh_purpose purpose, int64_t at);

    /*
     * Does the leaf's key verify a COSE signature (raw r||s for ECDSA) over tbs? A wrong key type for
     * alg does not hold either. EXH_UNSUPPORTED for algorithms that C2PA does not allow.
     */
    enum exh_status (*chain_verify)(const struct exh_chain *chain, int64_t alg,
                                    struct exh_bytes tbs, struct exh_bytes signature,
                                    struct exh_judgement *out, struct exh_error *err);

    /*
     * Check a TimeStampToken (CMS ContentInfo), or a whole TimeStampResp, over the bytes stamped: CMS
     * signature, the certificate that its signing-certificate attribute names, imprint, and the path of
     * that certificate at genTime. Besides C2PA's algorithms RSA with PKCS#1 v1.5 and SHA-2 is accepted,
     * because most authorities sign so (and the list for certificates has it).
     */
    void (*stamp_check)(struct exh_bytes token, struct exh_bytes stamped,
                        const struct exh_trust *trust, struct exh_stamp *out);

    /*
     * Check an OCSP response about the chain's leaf. The responder must be the leaf's issuer or
     * delegated by it; the issuer is found in the chain, else among the anchors.
     */
    void (*ocsp_check)(struct exh_bytes response, const struct exh_chain *chain,
                       const struct exh_trust *trust, struct exh_ocsp *out);

    /*
     * The request that asks about the chain's leaf, and the first http URL of its AIA extension.
     * EXH_NOT_FOUND when the certificate names no responder, or its issuer is not at hand.
     */
    enum exh_status (*ocsp_request)(const struct exh_chain *chain, const struct exh_trust *trust,
                                    uint8_t *request, size_t size, size_t *n, char *url,
                                    size_t url_size, struct exh_error *err);

    /*
     * Decompress Brotli into to (exactly `size` bytes available); *n receives the size. EXH_LIMIT when
     * it would be more, EXH_MALFORMED when it is not Brotli. May be NULL: then compressed manifests
     * are unsupported.
     */
    enum exh_status (*unbrotli)(struct exh_bytes packed, uint8_t *to, size_t size, size_t *n,
                                struct exh_error *err);

    /* n unpredictable bytes. */
    enum exh_status (*random)(uint8_t *to, size_t n, struct exh_error *err);

    /*
     * The leaf digests of n chunks: SHA-256(00 || chunk) each. Two chunks of one size are hashed side by
     * side, which may be nearly twice as fast: so give it as many as there are. May be NULL: then
     * hash_new() does it. EXH_NO_MEMORY  EXH_CRYPTO
     */
    enum exh_status (*leaf_digests)(const struct exh_bytes *chunks, size_t n,
                                    uint8_t (*digests)[32], struct exh_error *err);

    /*
     * Does an Ed25519 signature (64 bytes) of a raw public key hold over a text (RFC 8032)? May be NULL:
     * then checkpoints of a log cannot be checked. EXH_NO_MEMORY
     */
    enum exh_status (*ed25519_check)(const uint8_t public_key[32], struct exh_bytes text,
                                     const uint8_t signature[64], struct exh_judgement *out,
                                     struct exh_error *err);
};

/* The table over OpenSSL 3 and libbrotli. Borrowed for ever. */
EXH_API const struct exh_crypto *exh_crypto_openssl(void);

/* Size of a digest in bytes; 0 for EXH_HASH_NONE. Name as in C2PA: "sha256". */
EXH_API size_t exh_hash_size(enum exh_hash alg);
EXH_API const char *exh_hash_name(enum exh_hash alg);

#ifdef __cplusplus
}
#endif

#endif

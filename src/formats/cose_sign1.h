/*
 * cose_sign1.h -- COSE_Sign1: one signer, a protected header, a payload inside or elsewhere.
 *
 * What is common to every signature of ours and of C2PA: the four members, what a signature is made
 * over, the chain of certificates. Received bytes are kept as they are: a protected header is verified
 * as received. Our own structures (open entries, statements) have one form only, which
 * cose_sign1_read_ours() demands and cose_sign1_sign() writes.
 *
 * Spec: RFC 9052, "COSE_Sign1"; RFC 9360, "X.509 COSE Header Parameters".
 */
#ifndef FORMATS_COSE_SIGN1_H
#define FORMATS_COSE_SIGN1_H

#include "formats/cbor.h"

#include <exhibit/crypto.h>
#include <exhibit/key.h>

#define COSE_HEADER_ALG     1
#define COSE_HEADER_TYPE    3 // content type
#define COSE_HEADER_X5CHAIN 33
#define COSE_TAG_SIGN1      18

#define COSE_NO_EXTERNAL ((struct exh_bytes){ 0 })

#define COSE_SIZE_MAX  ((size_t)1 << 20) // bytes of one COSE_Sign1
#define COSE_CHAIN_MAX EXH_CHAIN_MAX

/* One COSE_Sign1, taken apart. Views are borrowed from what was read. */
struct cose_sign1 {
    struct exh_bytes protected_; // content of the protected bstr, as received
    struct cbor headers;         // the protected map
    struct cbor unprotected;
    bool detached;                      // the payload is nil
    struct exh_bytes payload;           // content of the payload bstr; empty when detached
    struct exh_bytes signature;         // content of the signature bstr
    struct exh_bytes signature_encoded; // with its CBOR head
};

/*
 * Take a COSE_Sign1 apart, with its tag or without. pos is its offset in the asset, for messages.
 * EXH_MALFORMED  EXH_LIMIT (over COSE_SIZE_MAX)
 */
NODISCARD enum exh_status cose_sign1_read(struct exh_bytes content, uint64_t pos,
                                          struct cose_sign1 *out, struct exh_error *err);

/*
 * The certificates of an x5chain value: one byte string, or an array of them, leaf first.
 * EXH_MALFORMED (none, or something else than bytes)  EXH_LIMIT (over COSE_CHAIN_MAX)
 */
NODISCARD enum exh_status cose_read_chain(struct cbor value, uint64_t pos,
                                          struct exh_bytes chain[COSE_CHAIN_MAX], size_t *n,
                                          struct exh_error *err);

/*
 * Append a Sig_structure: what a signature ("Signature1") or a time-stamp ("CounterSignature") is
 * made over. external is the external_aad, which keeps kinds of signatures apart; C2PA's is empty.
 */
void cose_put_tbs(struct buf *b, const char *context, struct exh_bytes protected_,
                  struct exh_bytes external, struct exh_bytes payload);

/* Append the protected header: algorithm, content type (NULL: none), certificates. */
void cose_put_protected(struct buf *b, const struct exh_signer *signer, const char *type);

/* One of our own signed structures: attached payload, {alg, content type, x5chain} protected. */
struct cose_ours {
    int64_t alg;
    struct exh_bytes chain[COSE_CHAIN_MAX]; // DER, leaf first
    size_t chain_n;
    struct exh_bytes protected_;
    struct exh_bytes payload;
    struct exh_bytes signature;
};

/*
 * Read one of our own. There is one way to write it (deterministic CBOR, the tag, an empty unprotected
 * header), and no other is accepted: written again it gives the same bytes.
 *
 * type  the content type that it must have
 * what  "open entry": what to call it in messages
 *
 * EXH_MALFORMED  EXH_LIMIT
 */
NODISCARD enum exh_status cose_sign1_read_ours(struct exh_bytes content, const char *type,
                                               const char *what, struct cose_ours *out,
                                               struct exh_error *err);

/*
 * Does the key of the leaf hold the signature? `chain` is of the same certificates. EXH_NO_MEMORY, and
 * what chain_verify() says.
 */
NODISCARD enum exh_status cose_ours_verify(const struct exh_crypto *crypto,
                                           const struct cose_ours *cose,
                                           const struct exh_chain *chain, struct exh_bytes external,
                                           struct exh_judgement *out, struct exh_error *err);

/*
 * Sign a payload and append the COSE_Sign1: tagged, with the payload in it.
 *
 * type      content type
 * external  external_aad
 *
 * EXH_CRYPTO  EXH_DENIED  EXH_LIMIT  EXH_NO_MEMORY
 */
NODISCARD enum exh_status cose_sign1_sign(struct buf *b, const struct exh_signer *signer,
                                          const char *type, struct exh_bytes external,
                                          struct exh_bytes payload, struct exh_error *err);

#endif

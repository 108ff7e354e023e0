/*
 * cose_write.h -- a claim signature as bytes: COSE_Sign1 with a detached payload, padded to size.
 *
 * Space is reserved only for what comes after the signature: a time-stamp token and the OCSP
 * responses beside it. What is not used of it becomes `pad` (and `pad2`, where one alone cannot
 * have the size).
 *
 * Spec: C2PA, "Digital Signatures", "Time-stamps", "Going back and filling in"; RFC 9052.
 */
#ifndef C2PA_COSE_WRITE_H
#define C2PA_COSE_WRITE_H

#include "c2pa/cose.h"

#define COSE_WRITE_MAX COSE_SIZE_MAX // bytes of a signature that we write

struct cose_parts {
    struct exh_bytes protected_; // cose_put_protected()
    struct exh_bytes token;      // TimeStampToken; empty: none
    const struct exh_bytes *ocsp;
    size_t ocsp_n; // 0: no rVals
    struct exh_bytes signature;
};

/* Append the COSE_Sign1 of these parts; of exactly `target` bytes if that is not 0. */
void cose_put(struct buf *b, const struct cose_parts *parts, size_t target);

/*
 * Lengths of pad and pad2 whose two entries, keys and all, take `extra` bytes; pad2 < 0: none is
 * needed. False when that is impossible: under COSE_PAD_MIN bytes.
 */
#define COSE_PAD_MIN 5 // bytes of an empty pad
bool cose_pad_split(size_t extra, size_t *pad, ptrdiff_t *pad2);

/* The digest that a sigTst2 token attests: of the Sig_structure over the encoded signature. */
NODISCARD enum exh_status cose_imprint(const struct exh_crypto *crypto, enum exh_hash alg,
                                       struct exh_bytes protected_, struct exh_bytes signature,
                                       uint8_t digest[EXH_HASH_MAX], struct exh_error *err);

#endif

/*
 * cose.h -- the claim signature: a COSE_Sign1 with a detached payload.
 *
 * Received bytes are kept as they are: the protected header is verified as received.
 *
 * Spec: C2PA, "Digital Signatures"; RFC 9052, "COSE_Sign1".
 */
#ifndef C2PA_COSE_H
#define C2PA_COSE_H

#include "formats/cose_sign1.h"

#define COSE_OCSP_MAX 16 // stapled responses

struct cose {
    struct exh_bytes protected_; // content of the protected bstr, as received
    struct cbor headers;         // the protected map
    struct cbor unprotected;
    struct exh_bytes signature;         // content of the signature bstr
    struct exh_bytes signature_encoded; // with its CBOR head: what sigTst2 stamps
    bool has_alg;
    int64_t alg;
    struct exh_bytes chain[COSE_CHAIN_MAX]; // DER, leaf first
    size_t chain_n;
    bool has_iat;
    int64_t iat; // Unix seconds
    struct exh_bytes ocsp[COSE_OCSP_MAX];
    size_t ocsp_n;
    struct exh_bytes stamp; // value of the one tstToken; empty when there is none
    bool stamp_v1;          // sigTst: a whole TimeStampResp over the claim
    bool stamp_malformed;   // a stamp header is there, but not with exactly one token
};

/*
 * Take a claim signature apart: tagged COSE_Sign1, nil payload. EXH_MALFORMED with what is wrong,
 * EXH_LIMIT for too many certificates. Views are borrowed from `content`.
 */
NODISCARD enum exh_status cose_read(struct exh_bytes content, uint64_t pos, struct cose *out,
                                    struct exh_error *err);

#endif

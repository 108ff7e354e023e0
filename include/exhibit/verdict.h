/*
 * verdict.h -- the four axes of every answer: integrity, signer, time, revocation.
 *
 * They are judged apart, for assets with a C2PA credential (exhibit/verify.h) and for sealed or recorded
 * objects with a ledger (exhibit/ledger.h) alike. exhibit-verdict(5) describes every state.
 */
#ifndef EXHIBIT_VERDICT_H
#define EXHIBIT_VERDICT_H

#ifdef __cplusplus
extern "C" {
#endif

enum exh_integrity { EXH_INTACT, EXH_ALTERED, EXH_INCOMPLETE, EXH_NO_CREDENTIAL };
enum exh_signer_state {
    EXH_SIGNER_TRUSTED,
    EXH_SIGNER_UNKNOWN,
    EXH_SIGNER_WITHHELD,
    EXH_SIGNER_WRONG_USE,
    EXH_SIGNER_NOT_JUDGED, // nothing sound to judge: the credential is altered or absent
};
enum exh_time_state {
    EXH_TIME_STAMPED,
    EXH_TIME_CLAIMED,
    EXH_TIME_CONFLICT,
    EXH_TIME_UNJUDGEABLE,
    EXH_TIME_NOT_JUDGED,
};
enum exh_revocation {
    EXH_REVOCATION_GOOD,
    EXH_REVOCATION_AFTER, // revoked after the trusted stamp
    EXH_REVOCATION_REVOKED,
    EXH_REVOCATION_UNCHECKED,
    EXH_REVOCATION_NOT_JUDGED,
};

/* One axis as text: a stable name for programs and one sentence for people. Borrowed of the report. */
struct exh_axis {
    const char *state;    // "intact", "wrong use", …
    const char *sentence; // "Nothing in this file has changed since it was signed."
};

/* What a judgement asks of the network, if the caller lets it. */
enum exh_fetch_kind { EXH_FETCH_OCSP, EXH_FETCH_MANIFEST };

#ifdef __cplusplus
}
#endif

#endif

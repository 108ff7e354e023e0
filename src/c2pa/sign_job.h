/*
 * sign_job.h -- one signature in progress: what the files of the signer share.
 *
 * The steps, in order: the input and its history (sign.c), the assertions (sign_draft.c), the size of
 * everything (sign_size.c), the digest while copying (sign.c), and the signature with its time-stamp
 * (sign_finish.c).
 */
#ifndef C2PA_SIGN_JOB_H
#define C2PA_SIGN_JOB_H

#include "c2pa/claim_write.h"
#include "c2pa/ingredients.h"
#include "c2pa/sign_check.h"

#define TOKEN_MAX_DEFAULT 8000 // bytes reserved for a time-stamp token with its certificates
#define LATE_STAMPS_MAX   64   // manifests that one update attests
#define SIGN_RANDOM_MAX   DRAFT_RANDOM_N(EXH_INGREDIENTS_MAX + 1 + 5)

struct sign_job {
    const struct exh_source *source;
    const struct exh_sink *sink; // NULL: only a sidecar is wanted
    const struct exh_signer *signer;
    struct exh_sign_options options; // with defaults in place
    const struct exh_crypto *crypto;
    char source_type[SOURCE_TYPE_MAX];

    struct container container; // of the source
    bool known_format;          // else anything: only a sidecar can be written
    struct span original;       // BMFF update: where the JUMBF bytes lie that stay; n 0: not needed
    struct ingredients ingredients;
    struct late_stamp *stamps; // tokens for the manifests before, owned
    struct buf *tokens;        // their bytes, owned
    size_t stamps_n;

    uint8_t random[SIGN_RANDOM_MAX];
    struct draft draft;
    struct hash_data_facts binding; // but its digest
    struct claim_facts facts;
    struct buf protected_; // of the COSE signature
    size_t token_max;      // bytes reserved for a token; 0: no stamper
    size_t claim_n;        // bytes of the claim
    size_t cose_n;         // bytes of the signature
    size_t store_n;        // bytes of the whole store
    struct plan *plan;     // NULL: the input is copied as it is

    struct buf claim, cose;
    struct buf store; // the result
    struct exh_signed done;
};

/* Whether the hard binding is c2pa.hash.bmff. */
bool job_is_bmff(const struct sign_job *job);

/* Whether this update goes into a box of its own, behind manifests that stay where they are. */
bool job_is_apart(const struct sign_job *job);

/* Ask for a time-stamp of every manifest of the history that has none. */
NODISCARD enum exh_status job_stamp_history(struct sign_job *job, struct exh_error *err);

/* Write all assertions but the hard binding. */
NODISCARD enum exh_status job_draft(struct sign_job *job, struct exh_error *err);

/* Write the hard binding with a digest of zeros, plan the output, and fix all sizes. */
NODISCARD enum exh_status job_size(struct sign_job *job, struct exh_error *err);

/* Put the hard binding with the digest in; draft_drop() the old one first. */
void job_put_binding(struct sign_job *job, struct exh_bytes digest);

/* Claim, signature, time-stamp, store. */
NODISCARD enum exh_status job_finish(struct sign_job *job, struct exh_error *err);

/* Append the store around a claim and a signature; their bytes may be unknown yet. */
void job_put_store(struct sign_job *job, struct buf *b, struct exh_bytes claim,
                   struct exh_bytes cose);

#endif

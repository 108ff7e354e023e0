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

/* The segments of a stream, and the tree over them. */
struct sign_fragments {
    const struct exh_fragments *in;
    const struct exh_fragment_sinks *sinks;
    int64_t track;   // id of the track, the tree's local id
    unsigned level;  // of the row that goes into the manifest; 0: the leaves
    uint8_t **rows;  // digests of each level up to that, owned
    uint64_t *moofs; // where each segment's moof begins, owned
    uint64_t read;   // bytes of segments read so far, of `total`: for progress
    uint64_t total;
    uint64_t added; // bytes of all merkle boxes
};

struct sign_job {
    const struct exh_source *source;
    const struct exh_sink *sink; // NULL: only a sidecar is wanted
    const struct exh_signer *signer;
    struct exh_sign_options options; // with defaults in place
    const struct exh_crypto *crypto;
    char source_type[SOURCE_TYPE_MAX];

    struct sign_fragments *fragments; // NULL: one file. Borrowed
    struct container container;       // of the source
    bool known_format;                // else anything: only a sidecar can be written
    struct span original; // BMFF update: where the JUMBF bytes lie that stay; n 0: not needed
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

/*
 * Run the whole job: what exh_sign() and exh_sign_fragments() have in common. fragments is NULL for one
 * file, else source is the initialization segment.
 */
NODISCARD enum exh_status sign_run(const struct exh_source *source, const struct exh_sink *sink,
                                   const struct exh_signer *signer,
                                   const struct exh_sign_options *options,
                                   struct sign_fragments *fragments, struct exh_signed *out,
                                   struct exh_error *err);

/* Hash the segments into a tree; those whose boxes need no proof are written at once. */
NODISCARD enum exh_status job_hash_fragments(struct sign_job *job, struct exh_error *err);

/* Write the segments that wait for their proofs. */
NODISCARD enum exh_status job_write_fragments(struct sign_job *job, struct exh_error *err);

/* Append the hard binding of fragments, with the digest of the initialization segment. */
void job_put_fragments(struct sign_job *job, struct exh_bytes digest);

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

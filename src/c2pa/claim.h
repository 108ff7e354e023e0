/*
 * claim.h -- what a claim says: which assertions it lists with which hashes, and where its signature is.
 *
 * Spec: C2PA, "Claims".
 */
#ifndef C2PA_CLAIM_H
#define C2PA_CLAIM_H

#include "base/arena.h"
#include "formats/cbor.h"

#include <exhibit/crypto.h>

#define CLAIM_REFS_MAX       4096 // hashed URIs of one claim
#define CLAIM_REDACTIONS_MAX 1024

/* A hashed_uri. */
struct hashed_uri {
    struct exh_bytes url;
    struct exh_bytes hash; // empty when absent
    bool has_alg;
    struct exh_bytes alg_name; // as written
    enum exh_hash alg;         // EXH_HASH_NONE when absent or unknown
};

/* Read a hashed_uri map; false unless it has a url of text. */
bool hashed_uri_read(struct cbor map, struct hashed_uri *out);

struct claim_ref {
    struct hashed_uri uri;
    bool created; // in created_assertions, or in assertions of version 1
};

struct claim {
    int version; // 1 or 2
    struct cbor map;
    struct exh_bytes instance_id;
    struct exh_bytes signature; // URI
    struct exh_bytes title;
    struct exh_bytes format; // version 1 only
    struct cbor generator;   // the (first) claim_generator_info map; CBOR_NONE in old claims
    struct exh_bytes generator_text; // claim_generator of version 1
    bool has_alg;
    enum exh_hash alg; // EXH_HASH_NONE when absent or unknown
    struct exh_bytes alg_soft;
    struct claim_ref *refs;
    size_t refs_n;
    struct exh_bytes *redactions; // absolute JUMBF URIs
    size_t redactions_n;
};

/*
 * Read a claim of the label it was found under. EXH_MALFORMED with what is missing (the caller
 * reports claim.malformed), EXH_LIMIT, EXH_NO_MEMORY.
 */
NODISCARD enum exh_status claim_read(struct cbor item, struct exh_bytes label, struct arena *arena,
                                     struct claim *out, struct exh_error *err);

#endif

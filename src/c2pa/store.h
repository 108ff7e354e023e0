/*
 * store.h -- a manifest store as it lies in the file: manifests, their assertions, claim, signature.
 *
 * Reading checks the JUMBF structure and unpacks compressed manifests; it judges nothing. What is
 * odd but readable (two claims, no signature) is kept for the validator to report. All views are
 * borrowed from the input or the arena.
 *
 * Spec: C2PA, "Use of JUMBF", "Locating the Active Manifest".
 */
#ifndef C2PA_STORE_H
#define C2PA_STORE_H

#include "base/arena.h"
#include "formats/jumbf.h"

#include <exhibit/crypto.h>

#define STORE_MANIFESTS_MAX  512
#define STORE_ASSERTIONS_MAX 2048               // of one manifest
#define STORE_UNPACKED_MAX   ((size_t)16 << 20) // bytes of all compressed manifests of one store
#define STORE_ARENA_MAX      ((size_t)48 << 20) // bytes of everything that is derived from a store

/* Digests of one box, each computed at most once: a claim may name a box a thousand times. */
struct box_digests {
    bool have[4]; // by enum exh_hash
    uint8_t digest[4][EXH_HASH_MAX];
};

/* A superbox inside a manifest: an assertion, a data box, a credential. */
struct store_box {
    struct exh_bytes label;
    struct exh_bytes content;    // what its hash is taken over
    char type[5];                // 4cc of its first content box; "" when there is none
    struct exh_bytes data;       // payload of that box; of an embedded file, of its bidb
    struct exh_bytes media;      // media type of an embedded file
    bool blank;                  // its content boxes are zero bytes, or the redaction marker
    uint64_t pos;                // offset in the store
    uint32_t label_hash;         // to find it fast
    struct box_digests *digests; // NULL until one is needed
};

struct store_boxes {
    struct store_box *items;
    size_t n;
};

enum manifest_kind { MANIFEST_STANDARD, MANIFEST_UPDATE, MANIFEST_TIME_STAMP };

struct store_manifest {
    struct exh_bytes label;
    enum manifest_kind kind;
    bool compressed;
    bool unpack_failed;     // compressed, but it cannot be unpacked
    const char *unpack_why; // one sentence
    struct store_box box;   // the manifest's superbox as stored: what ingredients hash
    struct store_box inner; // of a compressed one: the superbox inside, which some hash instead
    struct store_boxes assertions;
    struct store_boxes databoxes;   // c2pa.databoxes of 1.x
    struct store_boxes credentials; // c2pa.credentials of 1.x
    struct store_box claim;
    size_t claims; // 1 in a sound manifest
    struct store_box signature;
    size_t signatures;
    uint64_t pos;
};

struct store {
    struct store_manifest *items; // as they lie in the store; the active one is last
    size_t n;
};

/*
 * Read a store, and, of BMFF, the store of the `update` box behind it (empty if there is none).
 * unpack is exh_crypto's unbrotli, or NULL. Everything is put into the arena.
 * EXH_MALFORMED, EXH_LIMIT, EXH_NO_MEMORY.
 */
NODISCARD enum exh_status store_read(struct exh_bytes jumbf, struct exh_bytes update,
                                     const struct exh_crypto *crypto, struct arena *arena,
                                     struct store *out, struct exh_error *err);

/* The manifest of this label; NULL when there is none, or more than one. */
struct store_manifest *store_find(const struct store *s, struct exh_bytes label);

/* The box of this label; NULL when there is none, or more than one (ambiguous: unresolved). */
struct store_box *store_find_box(const struct store_boxes *boxes, struct exh_bytes label);

/* The digest of a box's content; NULL out of memory. Borrowed from the arena. */
const uint8_t *store_digest(struct store_box *box, enum exh_hash alg,
                            const struct exh_crypto *crypto, struct arena *arena);

#endif

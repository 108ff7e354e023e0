/*
 * copy.h -- walk a plan: the asset's bytes go to a sink, and through a hash, piece by piece.
 *
 * Each piece is hashed and written while it is in the cache; nothing is read twice and nothing is
 * kept. The same walk serves all uses: hash only, write only, or both.
 *
 * Spec: C2PA, "Binding to Content".
 */
#ifndef C2PA_COPY_H
#define C2PA_COPY_H

#include <exhibit/crypto.h>

#include "formats/container.h"

#define COPY_PIECE ((size_t)128 << 10) // bytes hashed and written at a time: half a level-2 cache

/* What becomes of the hole. */
enum copy_hole {
    COPY_HOLE_ZEROS, // filled later, by sink.patch: sink.hole, or zeros
    COPY_HOLE_FRAME, // its bytes are known
    COPY_HOLE_LAST,  // nothing follows it: the caller writes it afterwards
};

struct copy {
    const struct exh_source *source;
    struct plan *plan;           // NULL: the whole source as it is, all of it hashed
    const struct exh_sink *sink; // NULL: only hash
    enum copy_hole hole;
    struct exh_bytes frame;         // for COPY_HOLE_FRAME: the hole's bytes
    struct span overlay;            // bytes of the source that are replaced; n 0: none
    struct exh_bytes overlay_bytes; // as many
    const struct exh_crypto *crypto;
    struct exh_hasher *hasher;                                  // NULL: only copy
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // may be NULL
    void *progress_ctx;
};

/* Walk the plan from its start to its end. */
NODISCARD enum exh_status copy_run(const struct copy *c, struct exh_error *err);

#endif

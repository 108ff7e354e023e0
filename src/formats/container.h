/*
 * container.h -- where a media format keeps a manifest store, and how it is put there.
 *
 * Reading: container_read() finds the store of an asset, or the place for one.
 * Writing: a plan says, piece by piece and in output order, how the asset's bytes become the bytes of
 * the signed asset, with a hole of known size for the store. A plan is walked with plan_next(), in
 * constant memory for any size of asset; walked twice, it yields the same pieces. The signer copies
 * and hashes what the plan says; container_frame() makes the bytes of the hole.
 *
 * Spec: C2PA, "Embedding manifests into various file formats".
 */
#ifndef FORMATS_CONTAINER_H
#define FORMATS_CONTAINER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/source.h"

#define STORE_MAX  ((size_t)32 << 20) // bytes of one manifest store; the public's largest: near 5 MB
#define STORES_MAX 8                  // manifest stores of one asset that are told apart
#define BOXES_MAX  ((size_t)4 << 20)  // boxes of one asset, when each is looked at
#define STORE_MIN  ((size_t)38)       // bytes: a superbox with nothing but its description

enum format {
    FORMAT_UNKNOWN,
    FORMAT_JPEG,
    FORMAT_PNG,
    FORMAT_RIFF,
    FORMAT_BMFF,
    FORMAT_STORE, // a bare manifest store: a sidecar
};

struct span { // bytes [at, at + n) of a file
    uint64_t at;
    uint64_t n;
};

struct container {
    enum format format;
    char mime[32]; // "image/jpeg"; BMFF by its brand
    struct span
        store; // container bytes that carry the store: the exact exclusion. n 0: none; at: its place
    // All that were found. EMBED and STRIP take all away; two and more count as none.
    struct span stores[STORES_MAX];
    size_t stores_n;
    struct buf jumbf; // the store's bytes, owned; empty when there is none
    // BMFF only: a second C2PA box of purpose `update` at the end of the file.
    struct span update;
    struct buf update_jumbf; // owned
    bool append_form;  // BMFF: purpose `reserve` after ftyp, manifest box last (recorder.md, 5)
    char warning[160]; // "" or what is odd: padding that is not zero, unknown C2PA boxes
};

/* Tell the format by its first bytes. Never fails: FORMAT_UNKNOWN. mime may be NULL. */
NODISCARD enum exh_status format_detect(const struct exh_source *s, enum format *format,
                                        struct exh_error *err);

/*
 * Find the store. No store is success with an empty jumbf. Two stores count as none, with a warning.
 * EXH_UNSUPPORTED: unknown format. EXH_MALFORMED, EXH_LIMIT, EXH_IO. Free with container_free().
 */
NODISCARD enum exh_status container_read(const struct exh_source *s, struct container *out,
                                         struct exh_error *err);
void container_free(struct container *c);

enum piece_kind {
    PIECE_COPY,    // n bytes of the source from `from`
    PIECE_LITERAL, // n bytes at `literal`: what changes, a box header, a table of file offsets
    PIECE_STORE,   // the hole: container bytes of the store, plan.store.n of them; never hashed
};

struct piece {
    enum piece_kind kind;
    uint64_t from;          // offset in the source
    uint64_t n;             // bytes in the output
    const uint8_t *literal; // borrowed until the next plan_next()
    bool hashed;            // counts in the hard binding
    bool marks_offset; // a hashed root box begins here: its output offset (u64) is hashed before it
};

enum plan_goal {
    PLAN_EMBED,  // leave a hole for a standard manifest's store, in place of any old store
    PLAN_ATTACH, // the same with a store that was taken out of such a file
    PLAN_UPDATE, // the same, the store keeps its start (BMFF: an `update` box at the end)
    PLAN_APPEND, // BMFF: reserve after ftyp, manifest box at the end
    PLAN_DELIVER, // BMFF: no hole: out of the append-only form, the manifest box goes into the reserve
    PLAN_STRIP, // no hole: drop the store
    PLAN_NONE,  // copy unchanged (sidecar): one piece, hashed; BMFF with offset marks
};

struct plan; // one walk over an asset; owned; plan_free()

/*
 * Plan how `source` becomes its signed form with a store of store_n bytes (0 for DELIVER, STRIP and NONE).
 * c comes from container_read() of the same source; both are borrowed for the life of the plan.
 */
NODISCARD enum exh_status plan_new(const struct exh_source *s, const struct container *c,
                                   enum plan_goal goal, size_t store_n, struct plan **out,
                                   struct exh_error *err);
void plan_free(struct plan *p); // NULL is allowed

/* Where the hole lies in the output, in container bytes. */
struct span plan_store(const struct plan *p);

/* Bytes of the whole output. */
uint64_t plan_size(const struct plan *p);

/* The next piece, or *more = false at the end. */
NODISCARD enum exh_status plan_next(struct plan *p, struct piece *piece, bool *more,
                                    struct exh_error *err);

/* Walk again from the start. */
void plan_rewind(struct plan *p);

/*
 * Container bytes of a store of exactly the planned size: plan_store(p).n bytes into out (cleared
 * first). JPEG: APP11 segments; PNG: chunk with CRC; RIFF: chunk; BMFF: uuid box.
 */
NODISCARD enum exh_status plan_frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                                     struct exh_error *err);

/*
 * Boxes of an asset by name, for c2pa.hash.boxes: in file order; only fill bytes before a JPEG marker
 * belong to none. `store` tells that the box is (all of) the manifest store, one entry named "C2PA".
 * What follows the last box is one more, "c2pa.after"; pictures that follow a JPEG immediately are
 * given box by box. Of other names, what is not printable is '?'. A visitor that fails ends the walk.
 * JPEG, PNG, RIFF; else EXH_UNSUPPORTED. EXH_MALFORMED, EXH_LIMIT, EXH_IO.
 */
struct named_box {
    char name[16]; // "SOI", "APP1", "PNGh", "IHDR", "C2PA"
    struct span span;
    bool store;
};
typedef enum exh_status box_visitor(void *ctx, const struct named_box *box, struct exh_error *err);
NODISCARD enum exh_status container_boxes(const struct exh_source *s, const struct container *c,
                                          box_visitor *visit, void *ctx, struct exh_error *err);

#endif

/*
 * history.h -- the manifests that come before ours: those of the ingredients, merged into one store.
 *
 * A manifest is kept as the bytes of its superbox; what is not changed is never re-encoded. The same
 * manifest of two ingredients is kept once; another one under the same label gets a new label;
 * versions that differ by redactions alone become one, with all the redactions.
 *
 * Spec: C2PA, "Copying existing manifests", "Versioning Manifests Due to Conflicts", "Redaction of
 * Assertions".
 */
#ifndef C2PA_HISTORY_H
#define C2PA_HISTORY_H

#include <exhibit/sign.h>

#include "formats/container.h"
#include "formats/jumbf.h"

#define HISTORY_MANIFESTS_MAX  2048
#define HISTORY_REDACTIONS_MAX 4096 // declared by all their claims

/* Where a manifest lies: BMFF keeps update manifests in a box of their own. */
enum history_part { HISTORY_MAIN, HISTORY_UPDATE };

struct held {
    struct exh_bytes content; // of its superbox: description and children; borrowed or of `own`
    struct exh_bytes label;   // of its description; borrowed or of `own`
    struct buf own;           // when it was changed
    enum history_part part;
    bool manifest;   // else a superbox that we do not know, kept because others may
    bool compressed; // c2cm
    bool update;     // c2um
    bool gone;       // nothing refers to it any more
};

struct history {
    const struct exh_crypto *crypto;
    struct held *items; // owned
    size_t n;
    size_t allocated;
    struct buf *sources; // stores that items borrow from, owned
    size_t sources_n;
    struct exh_bytes *declared; // URIs that their claims declare redacted; owned, views of sources
    size_t declared_n;
};

void history_free(struct history *h);

/*
 * Add every manifest of a store; *jumbf is emptied and owned by the history from now on.
 * active receives the index of the store's last manifest. EXH_NOT_FOUND when it has none.
 */
NODISCARD enum exh_status history_add(struct history *h, struct buf *jumbf, enum history_part part,
                                      size_t *active, struct exh_error *err);

/* What we must know of a manifest to refer to it. Views are borrowed from the item. */
struct held_parts {
    struct exh_bytes claim;         // CBOR
    struct exh_bytes signature;     // COSE
    struct exh_bytes signature_box; // content of the signature's superbox, for its hash
    enum exh_hash alg;              // of the claim; SHA-256 when it names none
};
NODISCARD enum exh_status history_parts(struct history *h, size_t i, struct held_parts *out,
                                        struct exh_error *err);

/* Replace a compressed item by what is inside. Others are left alone. */
NODISCARD enum exh_status history_expand(struct history *h, size_t i, struct exh_error *err);

/*
 * Remove an assertion. Manifests to which only it referred go too; roots are the active manifests of
 * the ingredients. EXH_INVALID for actions, hard bindings and the parent of an update manifest,
 * EXH_NOT_FOUND when there is no such assertion.
 */
NODISCARD enum exh_status history_redact(struct history *h, const char *url, const size_t *roots,
                                         size_t roots_n, struct exh_error *err);

/* Whether an item of the part was changed. */
bool history_changed(const struct history *h, enum history_part part);

/* Bytes that history_put() appends. */
size_t history_size(const struct history *h, enum history_part part);

/* Append the superboxes of one part, in order. */
void history_put(const struct history *h, enum history_part part, struct buf *b);

#endif

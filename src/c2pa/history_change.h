/* history_change.h -- how held manifests are changed: inside history*.c only. */
#ifndef C2PA_HISTORY_CHANGE_H
#define C2PA_HISTORY_CHANGE_H

#include "c2pa/history.h"
#include "c2pa/manifest_view.h"

/* The item of this label, or -1. */
ptrdiff_t history_find(const struct history *h, struct exh_bytes label);

/* The superbox inside a compressed manifest: bytes into unpacked, a view of its content out. */
NODISCARD enum exh_status history_unpack(const struct history *h, size_t i, struct buf *unpacked,
                                         struct exh_bytes *content, struct exh_error *err);

/* Give an item a label of its own: ":N_1" behind it, N as low as possible. */
NODISCARD enum exh_status history_relabel(struct history *h, size_t i, struct exh_error *err);

/*
 * Cut the assertions that `cut` chooses out of an item that is not compressed. EXH_NOT_FOUND when it
 * chooses none.
 */
typedef bool assertion_choice(void *ctx, const struct assertion_view *a);
NODISCARD enum exh_status history_cut(struct history *h, size_t i, assertion_choice *cut, void *ctx,
                                      struct exh_error *err);

/* Note what the claims of a store, whose boxes are `children`, declare redacted. */
NODISCARD enum exh_status history_collect_redactions(struct history *h, struct reader children,
                                                     struct exh_error *err);

/*
 * If an incoming manifest is the held one but for redactions that the claims of this history or of
 * the incoming store declare, make the held one carry all of them. *merged tells whether it was so.
 */
NODISCARD enum exh_status history_merge_redacted(struct history *h, size_t i,
                                                 const struct held *incoming, bool *merged,
                                                 struct exh_error *err);

#endif

/*
 * ingredients.h -- what an asset is made of: its parent and its components.
 *
 * Each is looked at once: its format, and, if it carries a credential, what a verifier finds. Its
 * manifests go into the history; its assertion is written when redactions are done.
 *
 * Spec: C2PA, "Ingredient", "Adding Ingredients".
 */
#ifndef C2PA_INGREDIENTS_H
#define C2PA_INGREDIENTS_H

#include <exhibit/verify.h>

#include "c2pa/assertion.h"
#include "c2pa/history.h"

struct taken {
    const char *relationship;
    const char *title; // borrowed of the options; may be NULL
    char format[32];
    bool has_manifest;
    size_t active;      // index into the history
    struct buf results; // encoded validationResults, owned
    size_t assertion;   // index in the draft, once it is written
};

struct ingredients {
    struct history history;
    struct taken *items; // EXH_INGREDIENTS_MAX + 1; the parent, if there is one, is first. Owned
    size_t n;
    size_t *roots; // actives, one for each item that has one; owned
    size_t roots_n;
    char warning[EXH_ERROR_MAX]; // "" or that one's credential does not hold
    enum exh_integrity parent_integrity;
};

NODISCARD enum exh_status ingredients_init(struct ingredients *in, const struct exh_crypto *crypto,
                                           struct exh_error *err);
void ingredients_free(struct ingredients *in);

/* One asset to take in. container is of source; its stores are moved out of it. */
struct ingredient_in {
    const struct exh_source *source;
    const struct exh_source *store; // a sidecar, or NULL
    struct container *container;
    const char *relationship;
    const char *title;
    bool keep_parts; // BMFF update: main and update manifests stay apart
};
NODISCARD enum exh_status ingredients_take(struct ingredients *in, const struct ingredient_in *one,
                                           const struct exh_sign_options *options,
                                           struct exh_error *err);

/* Open and take every one of options->ingredients. */
NODISCARD enum exh_status ingredients_take_all(struct ingredients *in,
                                               const struct exh_sign_options *options,
                                               struct exh_error *err);

/* Write the assertions of all of them into the draft. */
NODISCARD enum exh_status ingredients_put(struct ingredients *in, struct draft *d,
                                          struct exh_error *err);

#endif

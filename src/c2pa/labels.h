/*
 * labels.h -- names inside a manifest store: labels with version and instance, JUMBF URIs.
 *
 * Spec: C2PA, "Labels", "JUMBF URIs".
 */
#ifndef C2PA_LABELS_H
#define C2PA_LABELS_H

#include <stdbool.h>

#include <exhibit/bytes.h>
#include <exhibit/crypto.h>

/* "c2pa.ingredient.v3__2" is name "c2pa.ingredient", version 3, instance 2. */
struct label {
    struct exh_bytes name; // without version and instance; borrowed
    unsigned version;      // 1 when none is written
    unsigned instance;     // 0 when none is written
};
struct label label_read(struct exh_bytes text);

/* Whether a label's name is this one, whatever its version and instance. */
bool label_is(struct exh_bytes text, const char *name);

/* c2pa.hash.data, .boxes, .bmff, .collection.data: binds the content. Parts of others do not. */
bool label_is_hard_binding(struct exh_bytes text);

/* c2pa.thumbnail.claim, with any of the endings of 1.x. */
bool label_is_claim_thumbnail(struct exh_bytes text);

/* urn:c2pa:UUID, with nothing or ":generator…" behind it: what a manifest of version 2 is called. */
bool manifest_label_valid(struct exh_bytes label);

/*
 * A JUMBF URI taken apart: "self#jumbf=/c2pa/MANIFEST/STORE/BOX" or, relative to a manifest,
 * "self#jumbf=STORE/BOX". Absent parts are empty.
 */
struct jumbf_uri {
    struct exh_bytes manifest; // empty: the manifest that holds the URI
    struct exh_bytes store; // "c2pa.assertions", "c2pa.signature", …; empty: the manifest itself
    struct exh_bytes box;   // label inside the store
};

/* False unless text has one of the two forms, without "..", empty parts or more levels. */
bool jumbf_uri_read(struct exh_bytes text, struct jumbf_uri *out);

/* "sha256" and its kin; EXH_HASH_NONE for anything else. */
enum exh_hash hash_named(struct exh_bytes name);

#endif

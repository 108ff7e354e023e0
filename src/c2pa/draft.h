/*
 * draft.h -- a manifest while it is being made.
 *
 * Assertions are put one after another, each as the bytes of its superbox; then comes the claim,
 * which lists them with their hashes. Nothing here fails at once: buf_finish(&draft->boxes) tells.
 *
 *     struct draft_box box = draft_open(d, "c2pa.metadata", "json", DRAFT_SALTED);
 *     buf_put_text(&d->boxes, text);
 *     draft_close(d, box);
 *
 * Spec: C2PA, "Assertion Store", "Claims", "Multiple Instances".
 */
#ifndef C2PA_DRAFT_H
#define C2PA_DRAFT_H

#include <exhibit/sign.h>

#include "formats/cbor.h"
#include "formats/jumbf.h"

#define DRAFT_ASSERTIONS_MAX (EXH_INGREDIENTS_MAX + 16)
#define DRAFT_LABEL_MAX      48                 // bytes of an assertion's label, with its NUL
#define DRAFT_URN_MAX        48                 // "urn:c2pa:" and a UUID, with its NUL
#define DRAFT_SIZE_MAX       ((size_t)16 << 20) // bytes of all assertions: thumbnails are the largest
#define DRAFT_SALT_N         16

struct draft_assertion {
    char label[DRAFT_LABEL_MAX]; // with its instance: "c2pa.ingredient.v3__1"
    size_t at, n;                // its superbox in boxes
    bool gathered;               // claimed, but not the signer's own statement
    bool hashed;                 // digest is there
    uint8_t digest[EXH_HASH_MAX];
};

struct draft {
    const struct exh_crypto *crypto;
    enum exh_hash alg;
    char urn[DRAFT_URN_MAX];       // the manifest's label
    char uuid[37];                 // the same, bare
    struct buf boxes;              // superboxes of the assertions, owned
    struct draft_assertion *items; // DRAFT_ASSERTIONS_MAX of them, owned
    size_t n;
    struct exh_bytes random; // what salts are taken from: enough for all of them. Borrowed
};

/*
 * Begin. random gives first the manifest's UUID, then the salts: DRAFT_RANDOM_N(salted assertions).
 * EXH_NO_MEMORY.
 */
#define DRAFT_RANDOM_N(salted) (16 + DRAFT_SALT_N * (salted))
NODISCARD enum exh_status draft_init(struct draft *d, const struct exh_crypto *crypto,
                                     enum exh_hash alg, struct exh_bytes random,
                                     struct exh_error *err);
void draft_free(struct draft *d);

/* A salt makes the hash of an assertion unguessable, for the day when it is redacted. */
enum draft_salt { DRAFT_PLAIN, DRAFT_SALTED };

/* The open superbox of an assertion, and its one content box. */
struct draft_box {
    size_t superbox, content;
};

/*
 * Begin an assertion whose content box is of type four ("cbor", "json"); the label gets its instance
 * number. What is put into d->boxes until draft_close() is its content.
 */
struct draft_box draft_open(struct draft *d, const char *name, const char four[4],
                            enum draft_salt salt);
void draft_close(struct draft *d, struct draft_box box);

/* The same with the type of an embedded file: the caller puts the boxes bfdb and bidb. */
size_t draft_open_file(struct draft *d, const char *name, enum draft_salt salt);
void draft_close_file(struct draft *d, size_t superbox);

/* Forget the last assertion, to write it again. */
void draft_drop(struct draft *d);

/* Append the hashed_uri of assertion i, relative to the manifest. */
void draft_put_uri(struct draft *d, size_t i, struct buf *b);

/* A digest of bytes by the draft's algorithm; false out of memory. */
bool draft_hash(const struct draft *d, enum exh_hash alg, struct exh_bytes bytes,
                uint8_t digest[EXH_HASH_MAX]);

#endif

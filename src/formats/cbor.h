/*
 * cbor.h -- RFC 8949, as C2PA needs it.
 *
 * Reading: cbor_parse() checks one whole item once (bounds, depth, UTF-8, duplicate keys); after
 * that a struct cbor is a view of an item that is known to be sound, and every question about it is
 * answered without an error path: an absent key or another type gives an item of type CBOR_NONE.
 * Nothing is allocated. Non-shortest numbers, indefinite lengths and unsorted maps are accepted:
 * others write them, and hashes are taken over received bytes. Keys are the same when their values
 * are: a longer head than needed does not hide a duplicate.
 *
 * Writing: cbor_put_… append to a buf in Core Deterministic Encoding; maps sort themselves when they
 * are closed (bytewise order of the encoded keys). What is no CBOR (text that is not UTF-8, a map
 * with a key twice or without its value) fails the buf with EXH_INVALID.
 */
#ifndef FORMATS_CBOR_H
#define FORMATS_CBOR_H

#include <stdbool.h>

#include "base/buf.h"

#define CBOR_DEPTH_MAX 32                  // nested arrays, maps and tags
#define CBOR_SIZE_MAX  ((size_t)16 << 20)  // bytes of one item
#define CBOR_KEYS_MAX  2048                // entries of a map that is not sorted
#define CBOR_AGAIN_MAX (4 * CBOR_SIZE_MAX) // bytes of all unsorted maps, nested ones counted again

enum cbor_type {
    CBOR_NONE, // absent
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_BOOL,
    CBOR_NULL,
    CBOR_UNDEFINED,
    CBOR_FLOAT,
    CBOR_SIMPLE,
};

struct cbor {              // one checked item: borrowed from the input
    struct exh_bytes item; // its encoding, whole
};

/*
 * Check that `bytes` is exactly one item, and view it. pos is the offset of bytes in the asset, for
 * messages. EXH_MALFORMED, EXH_LIMIT; EXH_UNSUPPORTED: a string of indefinite length as a key.
 */
NODISCARD enum exh_status cbor_parse(struct exh_bytes bytes, uint64_t pos, struct cbor *out,
                                     struct exh_error *err);

/* The same of an item that others may follow, such as padding: out->item.n is its size. */
NODISCARD enum exh_status cbor_parse_first(struct exh_bytes bytes, uint64_t pos, struct cbor *out,
                                           struct exh_error *err);

enum cbor_type cbor_type(struct cbor c);
bool cbor_is(struct cbor c, enum cbor_type type);

/* Values; false (and nothing written) when the item has another type. */
bool cbor_uint(struct cbor c, uint64_t *v);
bool cbor_int(struct cbor c, int64_t *v); // positive or negative, if it fits
bool cbor_bool(struct cbor c, bool *v);
bool cbor_float(struct cbor c, double *v);           // half, single, double, or any integer
bool cbor_bytes(struct cbor c, struct exh_bytes *v); // definite length only
bool cbor_text(struct cbor c, struct exh_bytes *v);  // definite length only
bool cbor_text_is(struct cbor c, const char *text);

/* Tag number and content. */
bool cbor_tag(struct cbor c, uint64_t *tag, struct cbor *content);
/* The item without any tags before it. */
struct cbor cbor_untagged(struct cbor c);

/* Maps: the value of a text key or an integer key; CBOR_NONE when absent or not a map. */
struct cbor cbor_get(struct cbor map, const char *key);
struct cbor cbor_get_int(struct cbor map, int64_t key);

/* Number of entries of an array, or pairs of a map; 0 of anything else. Linear when indefinite. */
size_t cbor_count(struct cbor c);

/* Walk an array or a map in order; of a map, key receives each key (NULL: not wanted). */
struct cbor_walk {
    struct exh_bytes rest;
    uint64_t left; // UINT64_MAX: indefinite
    bool map;
};
struct cbor_walk cbor_walk(struct cbor array_or_map); // nothing to walk for other types
bool cbor_next(struct cbor_walk *w, struct cbor *key, struct cbor *value);

/* Writing. */
void cbor_put_uint(struct buf *b, uint64_t v);
void cbor_put_int(struct buf *b, int64_t v);
void cbor_put_bytes(struct buf *b, struct exh_bytes v);
void cbor_put_bytes_head(struct buf *b, uint64_t n); // the caller puts the n bytes
void cbor_put_text(struct buf *b, const char *text);
void cbor_put_text_bytes(struct buf *b, struct exh_bytes text);
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_null(struct buf *b);
void cbor_put_double(struct buf *b, double v); // shortest form that keeps the value
void cbor_put_tag(struct buf *b, uint64_t tag);
void cbor_put_array(struct buf *b, uint64_t n);   // n items follow
void cbor_put_item(struct buf *b, struct cbor c); // as it is encoded

/*
 * A map of a count that is not known yet: put keys and values in any order, then close. Closing sorts
 * and writes the head. Maps nest. At most CBOR_WRITE_KEYS_MAX entries.
 */
#define CBOR_WRITE_KEYS_MAX 64
struct cbor_map {
    size_t at; // where the first key begins
};
struct cbor_map cbor_map_open(struct buf *b);
void cbor_map_close(struct buf *b, struct cbor_map map);

#endif

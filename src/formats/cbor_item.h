/*
 * cbor_item.h -- what reading and writing CBOR share: heads, extents and the order of keys.
 *
 * Spec: RFC 8949, "Specification of the CBOR Encoding", "Core Deterministic Encoding Requirements".
 */
#ifndef FORMATS_CBOR_ITEM_H
#define FORMATS_CBOR_ITEM_H

#include "base/reader.h"
#include "formats/cbor.h"

#define CBOR_BREAK 0xFF // ends what has an indefinite length

enum cbor_major {
    MAJOR_UINT,
    MAJOR_NEGATIVE,
    MAJOR_BYTES,
    MAJOR_TEXT,
    MAJOR_ARRAY,
    MAJOR_MAP,
    MAJOR_TAG,
    MAJOR_SIMPLE,
};

struct cbor_head {
    uint8_t major;   // enum cbor_major
    uint8_t info;    // the low five bits: the argument, or how many bytes it has
    bool indefinite; // info 31; a break, when major is MAJOR_SIMPLE
    uint64_t arg;    // 0 when indefinite
};

/* The next head; in->failed when it is cut short or of a reserved form. */
struct cbor_head cbor_head_read(struct reader *in);

/* Bytes of the first item of view; 0 when it does not end there. Bounded by the view, whatever it is. */
size_t cbor_item_size(struct exh_bytes view);

/*
 * Order of two keys, each one whole item: bytewise order of their deterministic encodings.
 * 0: the same key, also when one of two numbers or strings has a head longer than needed.
 */
int cbor_key_order(struct exh_bytes a, struct exh_bytes b);

#endif

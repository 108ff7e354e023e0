/*
 * jumbf.h -- ISO 19566-5 boxes, as C2PA uses them.
 *
 * A superbox is a description and content boxes. jumbf_read() looks at one superbox of memory and
 * yields views; children are walked one by one. Nothing is allocated.
 *
 * Spec: C2PA, "Use of JUMBF".
 */
#ifndef FORMATS_JUMBF_H
#define FORMATS_JUMBF_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/reader.h"

#define JUMBF_DEPTH_MAX 16    // nested superboxes
#define JUMBF_BOXES_MAX 65536 // boxes of one store
#define JUMBF_LABEL_MAX 512   // bytes of a label

#define JUMBF_TYPE_N 16
typedef uint8_t jumbf_type[JUMBF_TYPE_N];

/* The UUIDs of C2PA, by their 4cc: 'c2pa', 'c2ma', 'cbor', 'json'. Others have names below. */
void jumbf_type_of(const char four[4], jumbf_type out);
bool jumbf_is(const jumbf_type type, const char four[4]);
extern const jumbf_type jumbf_embedded_file; // 40CB0C32-…
extern const jumbf_type jumbf_redacted;      // CAA98EEE-…: id inside the uuid box

/* One box: borrowed views. */
struct jumbf_box {
    char type[5];             // 4cc, NUL-terminated
    struct exh_bytes whole;   // with its header
    struct exh_bytes content; // without it. Of a superbox: what its hash is taken over
    uint64_t pos;             // of whole, for messages
};

/* One superbox: its description, and what follows it. */
struct jumbf {
    struct jumbf_box box;
    jumbf_type type;
    struct exh_bytes label; // UTF-8; empty when absent
    struct exh_bytes salt;  // content of the c2sh box; empty when absent
    bool requestable;
    struct reader children; // over the boxes behind the description: copy it to walk
};

/*
 * The next box of r. EXH_MALFORMED with its place. A box that reaches to the end (LBox 0) is refused
 * here: only a whole store may be one.
 */
NODISCARD enum exh_status jumbf_next_box(struct reader *r, struct jumbf_box *out,
                                         struct exh_error *err);

/*
 * Look at a superbox (type 'jumb'): its description is checked, its children are not. A label is
 * UTF-8 of at most JUMBF_LABEL_MAX bytes; whether C2PA allows it, jumbf_label_valid() tells.
 * EXH_MALFORMED, EXH_LIMIT; EXH_UNSUPPORTED: toggles that nobody has defined.
 */
NODISCARD enum exh_status jumbf_open(const struct jumbf_box *box, struct jumbf *out,
                                     struct exh_error *err);

/*
 * Check a whole store: every nested superbox has a sound description, depth and count are bounded,
 * nothing is left over. Then walking it cannot fail. view is exactly one 'jumb' box; zero bytes
 * behind it are allowed when `padded`. Superboxes of unknown type are checked like others.
 * EXH_MALFORMED, EXH_LIMIT, EXH_UNSUPPORTED.
 */
NODISCARD enum exh_status jumbf_check(struct exh_bytes view, uint64_t pos, bool padded,
                                      struct jumbf *out, struct exh_error *err);

/* Whether this is a label that C2PA allows ("Labels"). */
bool jumbf_label_valid(struct exh_bytes label);

/*
 * Writing: open a superbox, put its content boxes, close it: the length is filled in. A label that
 * is not valid fails the buf with EXH_INVALID.
 */
size_t jumbf_put_open(struct buf *b, const jumbf_type type, const char *label,
                      struct exh_bytes salt); // salt: 16 or 32 bytes, or empty
size_t jumbf_put_box_open(struct buf *b, const char four[4]);
void jumbf_put_close(struct buf *b, size_t at);

#endif

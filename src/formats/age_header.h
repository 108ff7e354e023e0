/*
 * age_header.h -- the textual header of an age file: recipient stanzas and a MAC.
 *
 *     age-encryption.org/v1
 *     -> TYPE ARGUMENT...          one or more stanzas, each with a body in lines of 64 characters
 *     BODY                         that ends with a shorter line, which may be empty
 *     --- MAC
 *
 * Nothing here knows a key: what a stanza means is src/seal's, and the MAC is checked there. What is
 * accepted and written again gives the same bytes.
 *
 * Spec: C2SP age, "Header".
 */
#ifndef FORMATS_AGE_HEADER_H
#define FORMATS_AGE_HEADER_H

#include "base/buf.h"
#include "base/error.h"

#include <exhibit/source.h>

#define AGE_HEADER_MAX  ((size_t)64 << 10) // bytes of a whole header
#define AGE_STANZAS_MAX 128                // 64 recipients, and as many of other kinds
#define AGE_MAC_N       32
#define AGE_MAC_LINE_N  48 // bytes of the last line: "--- ", 43 characters, LF

/* The first line of every file that is read here. */
#define AGE_VERSION_LINE "age-encryption.org/v1\n"

/* Views: borrowed from their header. */
struct age_stanza {
    struct exh_bytes type; // the first argument
    struct exh_bytes args; // what follows the type and one space; n is 0 if args_n is
    size_t args_n;         // without the type
    struct exh_bytes body; // decoded
    struct exh_bytes text; // the stanza as it stands, from "->" to the LF of its last line
};

/* Owned; age_header_free(). */
struct age_header {
    struct exh_bytes
        text; // the whole header, with the LF of its last line: the payload begins behind
    struct exh_bytes authenticated; // what the MAC covers: text up to and including "---"
    uint8_t mac[AGE_MAC_N];
    size_t stanzas_n;
    struct age_stanza stanzas[AGE_STANZAS_MAX];
};

/*
 * Where the header at the beginning of `in` ends: *n is its size, or 0 when more bytes are needed.
 * EXH_MALFORMED as soon as the beginning is no age header's; EXH_UNSUPPORTED for another version than v1;
 * EXH_LIMIT when AGE_HEADER_MAX bytes do not hold it. What lies between is not looked at.
 */
NODISCARD enum exh_status age_header_size(struct exh_bytes in, size_t *n, struct exh_error *err);

/*
 * Read the header at the beginning of `in`; bytes behind it are left alone. Everything is copied.
 * EXH_MALFORMED  EXH_LIMIT (AGE_HEADER_MAX, AGE_STANZAS_MAX)  EXH_UNSUPPORTED  EXH_NO_MEMORY
 */
NODISCARD enum exh_status age_header_read(struct exh_bytes in, struct age_header **out,
                                          struct exh_error *err);

/* The same at the beginning of a source, of which no more than 4 KiB behind the header are read. */
NODISCARD enum exh_status age_header_read_source(const struct exh_source *s,
                                                 struct age_header **out, struct exh_error *err);
void age_header_free(struct age_header *h); // NULL is allowed

/* Argument i of a stanza; i is below args_n. */
struct exh_bytes age_stanza_arg(const struct age_stanza *stanza, size_t i);

/*
 * Writing: the version line, stanzas, then the end. A header is at most AGE_HEADER_MAX bytes: give b
 * that limit.
 */
void age_header_put_start(struct buf *b);

/* Arguments are printable ASCII without spaces; the type is the first of them. */
void age_header_put_stanza(struct buf *b, const char *const args[], size_t args_n,
                           struct exh_bytes body);

/* The "---" that ends what the MAC covers: the MAC is made over buf_view(b) after this. */
void age_header_put_mark(struct buf *b);
void age_header_put_mac(struct buf *b, const uint8_t mac[AGE_MAC_N]);

/* Bytes of a stanza whose arguments have so many characters, spaces between them included. */
size_t age_stanza_size(size_t args_chars, size_t body_n);

#endif

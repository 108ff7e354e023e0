/*
 * age_armor.h -- an age file as text that survives mail: strict PEM.
 *
 * Both directions are filters: a sink that passes on to another sink, in constant memory, whatever the
 * size of the pieces. White space is allowed before and behind the text, 1 KiB each; lines end with LF or
 * CRLF; all else is as age writes it. Nothing may lie before or behind.
 *
 *     struct armor_reader r;
 *     armor_reader_init(&r, &binary);
 *     struct exh_sink text = armor_reader_sink(&r);
 *     ... text.write(text.ctx, p, n, err) ...
 *     status = armor_reader_end(&r, err);    // it was whole
 *
 * Bytes are passed on before the end is seen, as they come: age's own authentication tells what they are
 * worth. The struct must not move, and may hold bytes of an identity file: armor_reader_wipe().
 *
 * Spec: C2SP age, "ASCII armor"; RFC 7468, "ABNF" (strict).
 */
#ifndef FORMATS_AGE_ARMOR_H
#define FORMATS_AGE_ARMOR_H

#include <stdbool.h>

#include "base/error.h"

#include <exhibit/source.h>

#define ARMOR_BEGIN     "-----BEGIN AGE ENCRYPTED FILE-----"
#define ARMOR_END       "-----END AGE ENCRYPTED FILE-----"
#define ARMOR_COLUMNS   64                          // characters of a full line
#define ARMOR_LINE_N    (ARMOR_COLUMNS / 4 * 3)     // bytes of a full line
#define ARMOR_PIECE_N   ((size_t)32 * ARMOR_LINE_N) // bytes passed on at a time
#define ARMOR_SPACE_MAX 1024 // bytes of white space before the text, and behind

struct armor_reader {
    const struct exh_sink *to; // borrowed
    int state;
    size_t space_n;               // of white space seen so far, before or behind
    uint64_t line;                // number of the line, from 1, for messages
    size_t line_n;                // characters of it so far
    char text[ARMOR_COLUMNS + 2]; // and a CR, and one too many
    size_t piece_n;               // bytes that wait to be passed on
    uint8_t piece[ARMOR_PIECE_N];
};

void armor_reader_init(struct armor_reader *r, const struct exh_sink *to);
struct exh_sink armor_reader_sink(
    struct armor_reader *r); // write: EXH_MALFORMED, or the other sink's
/* After the last byte: EXH_MALFORMED when the text is cut short. */
NODISCARD enum exh_status armor_reader_end(struct armor_reader *r, struct exh_error *err);
void armor_reader_wipe(struct armor_reader *r);

struct armor_writer {
    const struct exh_sink *to; // borrowed
    bool begun;
    size_t line_n; // bytes of the line that is not written yet
    uint8_t line[ARMOR_LINE_N];
};

void armor_writer_init(struct armor_writer *w, const struct exh_sink *to);
struct exh_sink armor_writer_sink(struct armor_writer *w); // write: only the other sink's failures
NODISCARD enum exh_status armor_writer_end(struct armor_writer *w, struct exh_error *err);

/* Whether a file that begins so is armored: white space, then "-----BEGIN AGE". */
bool armor_starts(struct exh_bytes in);

#endif

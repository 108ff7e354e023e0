/*
 * term.h -- text on terminals: colour where it helps, and nothing that a file's author could do there.
 *
 * All text that came out of a file, a certificate or a server goes through term_put(): control
 * characters, bidirectional overrides and invisible characters are shown as escapes, so that no
 * title can move the cursor or turn a name round.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdio.h>

#include "cli/command.h"

struct term {
    FILE *to;
    bool color;
    bool utf8; // box drawing and marks may be used
};

enum style {
    STYLE_NONE,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_DOUBT,
    STYLE_STRONG,
    STYLE_FAINT,
    STYLE_LINK
};

/* What may be done with a stream: colour on terminals only, UTF-8 as the locale says. */
struct term term_of(FILE *to, const struct shared *shared);

/* Begin and end a style: nothing at all without colour. */
void term_begin(const struct term *t, enum style style);
void term_end(const struct term *t);

/* Text from outside, made safe; with or without a style. */
void term_put(const struct term *t, const char *text);
void term_put_n(const struct term *t, const char *text, size_t n);
void term_styled(const struct term *t, enum style style, const char *text);

/* The same into memory: at most size bytes with the NUL, never half an escape. Returns to. */
char *term_escape(char *to, size_t size, const char *text, size_t n);

#endif

/*
 * text.h -- views compared with text, UTF-8, hexadecimal, decimal.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>

#include <exhibit/bytes.h>

/* Whether the view holds exactly this text / starts / ends with it. */
bool bytes_are(struct exh_bytes b, const char *text);
bool bytes_start(struct exh_bytes b, const char *prefix);
bool bytes_end(struct exh_bytes b, const char *suffix);
bool bytes_equal(struct exh_bytes a, struct exh_bytes b);

/* A view of a C string, without its NUL. */
struct exh_bytes bytes_of(const char *text);

/* Well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(struct exh_bytes text);

/* Bytes of the well-formed character at p, of at most n (1 or more) bytes; 0 when it is none. */
size_t utf8_sequence(const uint8_t *p, size_t n);

/* Lower-case hexadecimal of n bytes, NUL-terminated; to has 2n + 1 bytes. */
void hex_write(char *to, const uint8_t *p, size_t n);

/* The reverse; false unless text is exactly 2n hexadecimal digits. */
bool hex_read(struct exh_bytes text, uint8_t *to, size_t n);

/* A decimal number in its one canonical form: digits alone, no zero in front. False otherwise, or over max. */
bool decimal_read(struct exh_bytes text, uint64_t max, uint64_t *value);

#endif

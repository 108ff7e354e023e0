/*
 * base64.h -- bytes as text, in the one way that is canonical.
 *
 * The alphabet with + and /. Bits of the last character that carry nothing must be zero; anything else
 * that is not of the alphabet, white space and line ends too, is refused.
 *
 * Spec: RFC 4648, "Base 64 Encoding", "Canonical Encoding"; age, "Conventions" (without padding).
 */
#ifndef FORMATS_BASE64_H
#define FORMATS_BASE64_H

#include <stdbool.h>

#include <exhibit/bytes.h>

/* Characters of n bytes without padding; the reverse, rounded down. */
#define BASE64_TEXT_N(n)  ((n) / 3 * 4 + (n) % 3 + ((n) % 3 != 0))
#define BASE64_BYTES_N(n) ((n) / 4 * 3 + (n) % 4 * 3 / 4)

/*
 * Read text without padding into `to`, which has BASE64_BYTES_N(text.n) bytes. False, with `to` in any
 * state, unless the text is canonical.
 */
bool base64_read(struct exh_bytes text, uint8_t *to);

/* The same for exactly n bytes: text of another size is refused. */
bool base64_read_exact(struct exh_bytes text, uint8_t *to, size_t n);

/*
 * Read text padded with '=' to a multiple of four into `to`, which has text.n / 4 * 3 bytes; *n receives
 * how many were written.
 */
bool base64_read_padded(struct exh_bytes text, uint8_t *to, size_t *n);

/* Write BASE64_TEXT_N(n) characters, without padding and NUL. */
void base64_write(char *to, const uint8_t *p, size_t n);

/* Write (n + 2) / 3 * 4 characters, padded with '=', without NUL. */
void base64_write_padded(char *to, const uint8_t *p, size_t n);

#endif

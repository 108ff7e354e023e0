/*
 * bech32.h -- keys as text that tells a typing mistake.
 *
 * The text is all lower-case or all upper-case, as its prefix. Errors never quote it: it may be a secret.
 *
 * Spec: BIP 173, "Bech32", without its limit of 90 characters (age, "Conventions").
 */
#ifndef FORMATS_BECH32_H
#define FORMATS_BECH32_H

#include "base/error.h"

#include <exhibit/bytes.h>

#define BECH32_PREFIX_MAX 32 // characters before the separator
#define BECH32_DATA_MAX   64 // bytes; keys have 32 or 33

/* Characters of n bytes behind a prefix, with a NUL. */
#define BECH32_TEXT_N(prefix_n, n) ((prefix_n) + 1 + (8 * (n) + 4) / 5 + 6 + 1)

/*
 * Read text with this prefix ("age", "AGE-SECRET-KEY-"), whose case it must have, into exactly n bytes;
 * n is at most BECH32_DATA_MAX. EXH_MALFORMED; `to` is then untouched.
 */
NODISCARD enum exh_status bech32_read(struct exh_bytes text, const char *prefix, uint8_t *to,
                                      size_t n, struct exh_error *err);

/* Write n bytes behind the prefix, in its case, with a NUL: BECH32_TEXT_N(strlen(prefix), n) characters. */
void bech32_write(char *to, const char *prefix, const uint8_t *p, size_t n);

#endif

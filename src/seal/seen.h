/*
 * seen.h -- which of many 16-byte values were seen before, in bounded memory.
 *
 * Of each value 8 bytes are kept, under a hash that is drawn anew for each set: two different values are
 * taken for one with a chance of 2^-64, which nobody can choose.
 */
#ifndef SEAL_SEEN_H
#define SEAL_SEEN_H

#include <stdbool.h>

#include "base/error.h"

#include <exhibit/crypto.h>

#define SEEN_VALUE 16                // bytes
#define SEEN_MAX   ((size_t)3 << 19) // values; they take 16 MiB then

struct seen {
    uint64_t *slots; // owned; 0: empty
    size_t room;     // a power of two, or 0
    size_t n;
    uint64_t keys[2][5];
};

/* EXH_CRYPTO: no random numbers. */
NODISCARD enum exh_status seen_init(struct seen *s, const struct exh_crypto *crypto,
                                    struct exh_error *err);
void seen_free(struct seen *s); // a zeroed one is allowed

/*
 * Add a value; *before receives whether it was there. EXH_LIMIT: there are SEEN_MAX values already, this
 * one is looked up and not added. EXH_NO_MEMORY.
 */
NODISCARD enum exh_status seen_add(struct seen *s, const uint8_t value[SEEN_VALUE], bool *before,
                                   struct exh_error *err);

#endif

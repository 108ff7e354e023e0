/*
 * previous.h -- where an earlier recording ended: what a new one is chained to.
 */
#ifndef CLI_PREVIOUS_H
#define CLI_PREVIOUS_H

#include <exhibit/seal.h>

struct previous {
    struct exh_tail tail;
    bool closed;      // else it was cut off
    uint64_t last_us; // UTC of its last entry
};

/*
 * Read the end of a ledger; its body need not be here any more. EXH_DENIED: the ledger was altered, and
 * nothing is to be built on it. EXH_MALFORMED: it is none.
 */
enum exh_status previous_read(const char *path, struct previous *out, struct exh_error *err);

#endif

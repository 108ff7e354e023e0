/* seal_result.h -- what was sealed, as lines or as one JSON object. */
#ifndef CLI_SEAL_RESULT_H
#define CLI_SEAL_RESULT_H

#include "cli/sealing.h"

struct seal_result {
    const char *out;
    const char *ledger; // X.led; NULL: in the file itself, or there is none
    const struct exh_sealed *done;
    uint64_t segment; // of a recording
    bool interrupted;
};

/* Print it. Nothing goes to a stdout that carries the file. */
enum exh_status seal_result_print(const struct sealing *s, const struct seal_result *r,
                                  struct exh_error *err);

#endif

/* sign_result.h -- what was signed, as one line or one JSON object. */
#ifndef CLI_SIGN_RESULT_H
#define CLI_SIGN_RESULT_H

#include <exhibit/sign.h>

#include "cli/command.h"

struct sign_result {
    const char *in;
    const char *out;   // NULL: no copy was made
    const char *store; // sidecar, or NULL
    const char *signer;
    const struct exh_signed *done;
};

/* Print it, and the warning on stderr. Nothing goes to a stdout that carries the file. */
enum exh_status sign_result_print(const struct call *call, const struct sign_result *r,
                                  struct exh_error *err);

#endif

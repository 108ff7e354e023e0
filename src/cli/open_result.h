/* open_result.h -- what came out of a sealed file, and how much of it to believe. */
#ifndef CLI_OPEN_RESULT_H
#define CLI_OPEN_RESULT_H

#include <exhibit/seal.h>

#include "cli/command.h"

struct open_result {
    const char *in;
    const char *out; // "-": stdout
    const struct exh_opened *opened;
    int code;    // open_result_code()
    bool ranged; // --from, --to
};

/*
 * The exit status. judged: whom to trust was said, so that the signer counts as in `exhibit check`; else only
 * whether everything is there, as it was sealed.
 */
int open_result_code(const struct exh_opened *o, bool judged);

/* Print it; kept: the output was written. Nothing goes to a stdout that carries the file. */
enum exh_status open_result_print(const struct call *call, const struct open_result *r, bool kept,
                                  struct exh_error *err);

#endif

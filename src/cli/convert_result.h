/*
 * convert_result.h -- what convert says of an old recording, for people and as JSON.
 */
#ifndef CLI_CONVERT_RESULT_H
#define CLI_CONVERT_RESULT_H

#include <exhibit/seal.h>

#include "cli/command.h"
#include "seal/convert.h"

struct convert_result { // all borrowed
    const char *in;
    const char *out;        // NULL: nothing was written
    const char *credential; // the file with the import's credential; NULL: none
    const char *sealer;     // who signed; NULL: nobody
    size_t recipients;
    const struct exh_sealed *sealed; // NULL: nothing was written
    const struct convert_report *report;
    const char *media_type;
};

/* The exit status that the findings demand. */
int convert_exit_code(const struct convert_report *report);

/* Print the result on stdout, or on stderr if data went to stdout. */
enum exh_status convert_result_print(const struct call *call, const struct convert_result *r,
                                     struct exh_error *err);

#endif

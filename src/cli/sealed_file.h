/*
 * sealed_file.h -- a sealed or recorded file and the ledger beside it: X.mp4.age and X.mp4.led, or X.mp4 and
 * X.mp4.led where the body is in clear.
 */
#ifndef CLI_SEALED_FILE_H
#define CLI_SEALED_FILE_H

#include <limits.h>
#include <stdbool.h>

#include <exhibit/source.h>

#include "cli/judge.h"

struct armor_source;

struct sealed_file { // must not move while it is open
    const char *path;
    struct exh_source file;
    struct armor_source *armor; // owned; NULL: it is not armored
    struct exh_source binary;   // the file, or what its armor holds
    bool is_age;                // else a recording in clear, or nothing of ours
    char ledger_path[PATH_MAX];
    struct exh_source ledger; // if has_ledger
    bool has_ledger;
};

/*
 * Open a file, and its ledger: the one named, else the one beside it, if it is there and the file does not
 * carry its own. A path that is itself of a ledger means the file beside that.
 */
enum exh_status sealed_file_open(struct sealed_file *f, const char *path, const char *ledger,
                                 struct exh_error *err);
void sealed_file_close(struct sealed_file *f); // a zeroed one is allowed

/* The ledger's name beside a body: X.age has X.led, X has X.led too. EXH_LIMIT: too long. */
enum exh_status ledger_name_of(const char *body, char to[PATH_MAX], struct exh_error *err);

/* The body beside a ledger: X.age if it is there, else X. EXH_INVALID: the name is not one of a ledger. */
enum exh_status body_name_of(const char *ledger, char to[PATH_MAX], struct exh_error *err);

/* What exh_check() is asked about it by this command line. Borrows from both. */
struct exh_check_options sealed_file_check(const struct sealed_file *f, struct judge *judge);

#endif

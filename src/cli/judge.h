/*
 * judge.h -- verifying files by the options that verify, show and others share: whom to trust, at what
 * time, with which sidecar, online or not.
 */
#ifndef CLI_JUDGE_H
#define CLI_JUDGE_H

#include <limits.h>

#include <exhibit/verify.h>

#include "cli/command.h"
#include "client/client.h"

struct judge_args {
    struct option_list trust;
    struct option_list tsa_trust;
    const char *allowed;
    const char *ekus;
    const char *at;
    const char *store;
    struct operands fragments;
    bool online;
    bool allow_private;
};

extern const struct option_group judge_options; // rows of struct judge_args

struct segments;

/* What one call of a command needs for any number of files. */
struct judge {
    const struct judge_args *args; // borrowed
    const struct shared *shared;   // borrowed
    struct exh_trust *trust;       // owned
    int64_t now;
    const struct client_api *client; // loaded when something is first asked
    struct segments *segments;       // owned; NULL without --fragments
};

/* Read the trust lists and all that does not depend on the file. EXH_INVALID: an option is wrong. */
enum exh_status judge_open(struct judge *j, const struct judge_args *args,
                           const struct shared *shared, struct exh_error *err);
void judge_close(struct judge *j); // a zeroed one is allowed

/* Ask a server, as the options allow it: a fetch of the library's; ctx is the judge. */
enum exh_status judge_fetch(void *ctx, enum exh_fetch_kind kind, const char *url,
                            struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                            struct exh_error *err);

/* Verify one file; a sidecar beside it counts when it carries no credential itself. */
enum exh_status judge_file(struct judge *j, const char *path, struct exh_report **out,
                           struct exh_error *err);

/* Verify what is at hand; store is its sidecar, or NULL. name is for the progress line. */
enum exh_status judge_source(struct judge *j, const char *name, const struct exh_source *asset,
                             const struct exh_source *store, struct exh_report **out,
                             struct exh_error *err);

/* The sidecar of a path, if there is one: photo.jpg.c2pa, photo.jpg.auth, photo.c2pa, photo.auth. */
bool judge_find_sidecar(const char *path, char to[PATH_MAX]);

#endif

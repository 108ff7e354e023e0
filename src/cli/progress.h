/*
 * progress.h -- how far a long piece of work is: one line on stderr, on a terminal only.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/command.h"

struct progress {
    const char *what; // file name; borrowed
    bool shown;       // a line stands on the terminal
    bool wanted;
    int64_t next_ms; // no line before this time
};

/* Quiet, plain, or not a terminal: then progress_to() does nothing. */
struct progress progress_for(const struct shared *shared, const char *what);

/* A callback of exh_sign_options and exh_verify_options; ctx is the struct progress. */
void progress_to(void *ctx, uint64_t done, uint64_t total);

/* The same, of bytes from a pipe: nobody knows how many there will be. */
void progress_count(struct progress *p, uint64_t done);

/* Take the line away, before anything else is printed. */
void progress_end(struct progress *p);

#endif

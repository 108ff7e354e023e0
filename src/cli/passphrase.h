/*
 * passphrase.h -- where a passphrase comes from: the first line of a file, or a person at a terminal.
 * Never an argument and never the environment, where others could read it.
 */
#ifndef CLI_PASSPHRASE_H
#define CLI_PASSPHRASE_H

#include "cli/command.h"

#include <exhibit/key.h>

#define PASSPHRASE_MAX 1024 // bytes
#define PASSPHRASE_CLASH \
    "IN and the passphrase cannot both come from standard input: give a FILE for one"

struct passphrase {
    const struct call *call; // --no-input is obeyed
    const char *file;        // "-": standard input; NULL: ask at the terminal
    const char *of;          // what it is for, as people read it: "K.pem"
    const char *option;      // that names such a file: "passphrase"
};

/* An exh_passphrase: ctx is a struct passphrase. What went wrong is said on stderr. */
int passphrase_get(void *ctx, char *to, size_t size);

/* Whether file and input would both be read from standard input, which gives its bytes once. NULLs are allowed. */
bool passphrase_clashes(const char *file, const char *input);

/* A new passphrase, which is asked for twice; of at least one byte. Negative: given up. */
int passphrase_new(const struct passphrase *p, char *to, size_t size);

#endif

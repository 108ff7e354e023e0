/*
 * options.h -- from argv to a call, by the command's table.
 *
 * Long options take their value after '=' or as the next argument; names are never shortened. A
 * single '-' is an operand; '--' ends the options.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/command.h"

/*
 * Read what follows the command's name.
 *
 * argv      borrowed for the life of *call
 * operands  room for argc pointers: what call->operands points at
 * args      zeroed, of command->args_size
 *
 * False when the command line is wrong, which was said on stderr. With --help nothing is missing.
 */
bool options_read(const struct command *command, int argc, char **argv, char **operands,
                  struct call *call, void *args);

/* The options that every command takes, for help and completions; their `at` is in struct shared. */
const struct option *options_shared(size_t *n);

/* Whether the command takes this shared option. */
bool options_takes(const struct command *command, const struct option *shared);

/* Option i of a command's own and its group's, its `at` in the command's struct; false behind the last. */
bool options_get(const struct command *command, size_t i, struct option *out);

#endif

/* help.h -- help texts out of the command tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* What exhibit can do: examples first. */
void help_all(FILE *to);

/* One command: examples, usage, options. */
void help_command(FILE *to, const struct command *command);

/* The verbs of a noun ("ca"); false when no command begins with it. */
bool help_noun(FILE *to, const char *noun);

#endif

/*
 * command.h -- what a subcommand is: one table that parsing, help, man page checks and completions read.
 *
 *     struct strip_args {
 *         const char *out;
 *         bool keep;
 *     };
 *     static const struct option options[] = {
 *         { "output", 'o', OPTION_TEXT, "OUT", "where the file goes",
 *           .at = offsetof(struct strip_args, out), .needed = true },
 *         { "keep", 0, OPTION_FLAG, NULL, "keep the store",
 *           .at = offsetof(struct strip_args, keep) },
 *     };
 *     static int run(const struct call *call, const void *args) { ... return EXIT_HOLDS; }
 *     const struct command cmd_strip = { .name = "strip", .options = options, ... };
 *
 * A new command is declared at the end of this file and listed in main.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "cli/exit_codes.h"

enum option_kind {
    OPTION_FLAG,   // bool
    OPTION_TEXT,   // const char *: NULL when not given
    OPTION_NUMBER, // uint64_t, decimal
    OPTION_LIST,   // struct option_list: may be given several times
    OPTION_REST,   // struct operands: all arguments up to the next option
};

#define OPTION_LIST_MAX 64 // times that one option may be given
struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t n;
};

struct operands { // borrowed from argv
    char *const *items;
    size_t n;
};

struct option {
    const char *name; // without its dashes: "trust"
    char letter;      // 'o' for -o; 0: none
    enum option_kind kind;
    const char *value; // what is expected: "FILE", "DIR", "es256|es384" (one of); NULL for flags
    const char *help;
    size_t at; // where the value goes in the command's struct
    bool needed;
};

/* Options that several commands share: rows of one struct, which lies somewhere in each command's. */
struct option_group {
    const struct option *options;
    size_t n;
};

/* What every command understands; the bits of command.takes allow the rest. */
struct shared {
    bool help;
    bool plain;    // ASCII, no colour, no progress
    bool quiet;    // nothing on stdout but what was asked for; complaints stay
    bool no_color; // as does NO_COLOR in the environment
    bool no_input; // never ask: fail where an answer would be needed
    bool json;     // TAKES_JSON
    bool dry_run;  // TAKES_DRY_RUN: say what would be done
};
#define TAKES_JSON    1U
#define TAKES_DRY_RUN 2U

/* One call of a command. Borrowed while it runs. */
struct call {
    const struct command *command;
    struct shared shared;
    struct operands operands;
};

struct example {
    const char *line; // "exhibit verify photo.jpg"
    const char *says; // "say what holds of one file"
};

struct command {
    const char *name;     // "verify", or a noun and a verb: "ca issue"
    const char *summary;  // a line without a stop: "say what holds of a file"
    const char *operands; // "FILE...", as in the man page; "" when there are none
    const struct example *examples;
    size_t examples_n;
    const char *about; // paragraphs of the help, ending in a newline; NULL: none
    const struct option *options;
    size_t options_n;
    const struct option_group *group; // options that several commands share; NULL: none
    size_t group_at;                  // where the group's struct lies in the command's
    unsigned takes;                   // TAKES_…
    size_t operands_min;
    size_t operands_max; // SIZE_MAX: any number
    size_t args_size;    // of the struct that options[].at points into
    bool secrets;        // it holds private keys: the process is hardened first (exhibit/harden.h)
    int (*run)(const struct call *call, const void *args); // returns the exit status
};

/* Say on stderr "exhibit COMMAND: text", with the text made safe for terminals. */
PRINTF_LIKE(2, 3) void complain(const struct call *call, const char *fmt, ...);

/* complain() that the command line is wrong, point to the help; returns EXIT_USAGE. */
PRINTF_LIKE(2, 3) int usage(const struct call *call, const char *fmt, ...);

/* complain() with an error's text, and its exit status: return failed(call, &err). */
int failed(const struct call *call, const struct exh_error *err);

/* All commands, in the order of help; ends with NULL. */
extern const struct command *const commands[];

extern const struct command cmd_attach;
extern const struct command cmd_ca_init;
extern const struct command cmd_ca_issue;
extern const struct command cmd_camera_photo;
extern const struct command cmd_check;
extern const struct command cmd_completion;
extern const struct command cmd_convert;
extern const struct command cmd_fakes;
extern const struct command cmd_identity_new;
extern const struct command cmd_inspect;
extern const struct command cmd_key_new;
extern const struct command cmd_open;
extern const struct command cmd_recipient;
extern const struct command cmd_rewrap;
extern const struct command cmd_seal;
extern const struct command cmd_show;
extern const struct command cmd_sign;
extern const struct command cmd_stamp;
extern const struct command cmd_strip;
extern const struct command cmd_verify;

#endif

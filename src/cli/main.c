/*
 * main.c -- exhibit: one table of commands, and what they have in common.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <exhibit/file.h>
#include <exhibit/harden.h>

#include "cli/help.h"
#include "cli/options.h"
#include "cli/suggest.h"

// One a line, so that two branches can add to it.
// clang-format off
const struct command *const commands[] = {
    &cmd_sign,
    &cmd_verify,
    &cmd_show,
    &cmd_strip,
    &cmd_attach,
    &cmd_stamp,
    &cmd_fakes,
    &cmd_convert,
    &cmd_camera_photo,
    &cmd_seal,
    &cmd_open,
    &cmd_check,
    &cmd_rewrap,
    &cmd_inspect,
    &cmd_recipient,
    &cmd_identity_new,
    &cmd_key_new,
    &cmd_ca_init,
    &cmd_ca_issue,
    &cmd_completion,
    NULL,
};
// clang-format on

/* Ctrl-C stops at once and leaves no half-written file. Only async-signal-safe calls from here. */
static void stop(int number)
{
    exh_output_abandon_all();
    _exit(number == SIGPIPE ? 128 + SIGPIPE : EXIT_INTERRUPTED);
}

static void catch_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    struct sigaction action = { .sa_handler = stop };

    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_N(numbers); i++) {
        struct sigaction before;
        // What the caller chose to ignore (nohup) stays ignored.
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

/* The command that argv begins with; *words receives the number of words of its name. */
static const struct command *find_command(int argc, char **argv, int *words)
{
    for (size_t i = 0; argc > 0 && commands[i]; i++) {
        const char *name = commands[i]->name;
        const char *space = strchr(name, ' ');
        const size_t n = space ? (size_t)(space - name) : strlen(name);
        if (strlen(argv[0]) != n || memcmp(argv[0], name, n) != 0)
            continue;
        *words = space ? 2 : 1;
        if (!space || (argc > 1 && strcmp(argv[1], space + 1) == 0))
            return commands[i];
    }
    return NULL;
}

static int no_such_command(int argc, char **argv)
{
    char typed[2 * SUGGEST_MAX];
    struct suggestion best = suggest_for(argv[0], strlen(argv[0]));

    if (help_noun(stderr, argv[0]))
        return EXIT_USAGE;
    for (size_t i = 0; commands[i]; i++)
        suggest_offer(&best, commands[i]->name);
    if (!best.word && argc > 1) {
        (void)snprintf(typed, sizeof typed, "%.31s %.31s", argv[0], argv[1]);
        best = suggest_for(typed, strlen(typed));
        for (size_t i = 0; commands[i]; i++)
            suggest_offer(&best, commands[i]->name);
    }
    if (best.word)
        return usage(NULL, "no command %s; did you mean %s?", argv[0], best.word);
    return usage(NULL, "no command %s", argv[0]);
}

static int help(int argc, char **argv)
{
    int words;
    const struct command *c = find_command(argc, argv, &words);

    if (argc == 0)
        help_all(stdout);
    else if (c)
        help_command(stdout, c);
    else if (!help_noun(stdout, argv[0]))
        return no_such_command(argc, argv);
    return EXIT_HOLDS;
}

/* Before the first use of OpenSSL. What the system refuses costs safety, not the work. */
static void harden(const struct call *call)
{
    struct exh_error err;

    if (exh_harden(&err) != EXH_OK)
        complain(call, "warning: %s", err.text);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct call call;
    void *args = calloc(1, c->args_size + 1);
    char **operands = calloc((size_t)argc + 1, sizeof *operands);
    int code = EXIT_USAGE;

    if (!args || !operands) {
        complain(NULL, "out of memory");
        code = EXIT_UNABLE;
    } else if (options_read(c, argc, argv, operands, &call, args)) {
        if (call.shared.help)
            help_command(stdout, c);
        else if (c->secrets)
            harden(&call);
        code = call.shared.help ? EXIT_HOLDS : c->run(&call, args);
    }
    free(operands);
    free(args);
    return code;
}

static int dispatch(int argc, char **argv)
{
    int words = 0;

    if (argc == 0) {
        help_all(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--version") == 0) {
        puts("exhibit " EXH_VERSION);
        return EXIT_HOLDS;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return help(0, NULL);
    if (strcmp(argv[0], "help") == 0)
        return help(argc - 1, argv + 1);
    if (argv[0][0] == '-')
        return usage(NULL, "unknown option %s; a command was expected", argv[0]);

    const struct command *c = find_command(argc, argv, &words);
    return c ? run_command(c, argc - words, argv + words) : no_such_command(argc, argv);
}

int main(int argc, char **argv)
{
    catch_signals();
    const int code = dispatch(argc > 0 ? argc - 1 : 0, argv + 1);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain(NULL, "cannot write to standard output");
        return code == EXIT_HOLDS ? EXIT_UNABLE : code;
    }
    return code;
}

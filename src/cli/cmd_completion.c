/*
 * cmd_completion.c -- exhibit completion: what a shell needs to complete our commands, out of their
 * tables.
 */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

/* The first word of a command's name into `to`; returns the second, or NULL. */
static const char *split(const struct command *c, char to[32])
{
    const char *space = strchr(c->name, ' ');
    const size_t n = space ? (size_t)(space - c->name) : strlen(c->name);

    (void)snprintf(to, 32, "%.*s", (int)n, c->name);
    return space ? space + 1 : NULL;
}

/* Whether an earlier command has the same first word. */
static bool is_repeated(size_t i)
{
    char mine[32], other[32];

    (void)split(commands[i], mine);
    for (size_t k = 0; k < i; k++) {
        (void)split(commands[k], other);
        if (strcmp(mine, other) == 0)
            return true;
    }
    return false;
}

/* All verbs of a noun, each behind a space. */
static void put_verbs(const char *noun)
{
    char word[32];

    for (size_t i = 0; commands[i]; i++) {
        const char *verb = split(commands[i], word);
        if (verb && strcmp(word, noun) == 0)
            printf(" %s", verb);
    }
}

static bool is_noun(size_t i, char word[32])
{
    return split(commands[i], word) != NULL;
}

/* Call `each` for the options of a command: its own, then the shared ones it takes. */
static void each_option(const struct command *c,
                        void (*each)(const struct command *c, const struct option *o))
{
    size_t n;
    const struct option *shared = options_shared(&n);
    struct option o;

    for (size_t i = 0; options_get(c, i, &o); i++)
        each(c, &o);
    for (size_t i = 0; i < n; i++)
        if (options_takes(c, &shared[i]))
            each(c, &shared[i]);
}

static bool has_choices(const struct option *o)
{
    return o->value && strchr(o->value, '|');
}

static void put_words(const char *choices)
{
    for (const char *p = choices; *p; p++)
        putchar(*p == '|' ? ' ' : *p);
}

static void bash_option(const struct command *c, const struct option *o)
{
    (void)c;
    printf(" --%s", o->name);
}

static void bash_choices(const struct command *c, const struct option *o)
{
    if (!has_choices(o))
        return;
    printf("        '%s --%s') words='", c->name, o->name);
    put_words(o->value);
    fputs("' ;;\n", stdout);
}

static void bash(void)
{
    char word[32];

    fputs("# bash completion of exhibit, written by: exhibit completion bash\n"
          "_exhibit()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]} words=\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='help --help --version",
          stdout);
    for (size_t i = 0; commands[i]; i++) {
        (void)split(commands[i], word);
        if (!is_repeated(i))
            printf(" %s", word);
    }
    fputs("'\n    else\n        case $command in\n", stdout);
    for (size_t i = 0; commands[i]; i++) {
        if (!is_noun(i, word) || is_repeated(i))
            continue;
        printf("        %s)\n            command=\"$command ${COMP_WORDS[2]}\"\n"
               "            [ \"$COMP_CWORD\" -eq 2 ] && words='",
               word);
        put_verbs(word);
        fputs("' ;;\n", stdout);
    }
    fputs("        esac\n    fi\n"
          "    if [ -z \"$words\" ]; then\n        case \"$command $prev\" in\n",
          stdout);
    for (size_t i = 0; commands[i]; i++)
        each_option(commands[i], bash_choices);
    fputs("        esac\n    fi\n"
          "    if [ -z \"$words\" ] && [ \"${cur:0:1}\" = - ]; then\n        case $command in\n",
          stdout);
    for (size_t i = 0; commands[i]; i++) {
        printf("        '%s') words='", commands[i]->name);
        each_option(commands[i], bash_option);
        fputs("' ;;\n", stdout);
    }
    fputs("        esac\n    fi\n"
          "    local IFS=$' \\t\\n'\n"
          "    if [ -n \"$words\" ]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
          "    else\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
          "    fi\n}\n"
          "complete -o filenames -F _exhibit exhibit\n",
          stdout);
}

/* Text inside single quotes of zsh's _arguments and of fish: what ends or splits it is escaped. */
static void put_quoted(const char *text, const char *special)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'')
            fputs("'\\''", stdout);
        else if (strchr(special, *p))
            printf("\\%c", *p);
        else
            putchar(*p);
    }
}

static void zsh_value(const struct option *o)
{
    if (o->kind == OPTION_FLAG)
        return;
    putchar(':');
    put_quoted(o->value, ":[]\\");
    if (has_choices(o)) {
        fputs(":(", stdout);
        put_words(o->value);
        putchar(')');
    } else {
        fputs(":_files", stdout);
    }
}

static void zsh_option(const struct command *c, const struct option *o)
{
    (void)c;
    printf(" \\\n            '%s--%s[", o->kind == OPTION_LIST ? "*" : "", o->name);
    put_quoted(o->help, ":[]\\");
    putchar(']');
    zsh_value(o);
    putchar('\'');
}

static void zsh(void)
{
    char word[32];

    fputs("#compdef exhibit\n# zsh completion of exhibit, written by: exhibit completion zsh\n"
          "_exhibit()\n{\n    local command=$words[2]\n"
          "    if (( CURRENT == 2 )); then\n        local -a all=(\n            'help:tell more'\n",
          stdout);
    for (size_t i = 0; commands[i]; i++) {
        if (is_repeated(i))
            continue;
        const bool noun = is_noun(i, word);
        printf("            '%s:", word);
        put_quoted(noun ? "several verbs" : commands[i]->summary, ":\\");
        fputs("'\n", stdout);
    }
    fputs(
        "        )\n        _describe command all\n        return\n    fi\n    case $command in\n",
        stdout);
    for (size_t i = 0; commands[i]; i++) {
        if (!is_noun(i, word) || is_repeated(i))
            continue;
        printf("    %s)\n        if (( CURRENT == 3 )); then compadd --", word);
        put_verbs(word);
        fputs("; return; fi\n        command=\"$command $words[3]\"\n"
              "        shift words; (( CURRENT-- )) ;;\n",
              stdout);
    }
    fputs("    esac\n    shift words; (( CURRENT-- ))\n    case $command in\n", stdout);
    for (size_t i = 0; commands[i]; i++) {
        printf("    '%s')\n        _arguments", commands[i]->name);
        each_option(commands[i], zsh_option);
        fputs(" \\\n            '*:file:_files' ;;\n", stdout);
    }
    fputs("    *) _files ;;\n    esac\n}\n_exhibit \"$@\"\n", stdout);
}

static void fish_option(const struct command *c, const struct option *o)
{
    char word[32];
    const char *verb = split(c, word);

    printf("complete -c exhibit -n '__fish_seen_subcommand_from %s", word);
    if (verb)
        printf("; and __fish_seen_subcommand_from %s", verb);
    printf("' -l %s", o->name);
    if (o->letter)
        printf(" -s %c", o->letter);
    if (has_choices(o)) {
        fputs(" -x -a '", stdout);
        put_words(o->value);
        putchar('\'');
    } else if (o->kind != OPTION_FLAG) {
        fputs(" -r", stdout);
    }
    fputs(" -d '", stdout);
    put_quoted(o->help, "\\");
    fputs("'\n", stdout);
}

static void fish(void)
{
    char word[32];

    fputs("# fish completion of exhibit, written by: exhibit completion fish\n", stdout);
    for (size_t i = 0; commands[i]; i++) {
        const char *verb = split(commands[i], word);
        if (!is_repeated(i)) {
            printf("complete -c exhibit -n __fish_use_subcommand -f -a %s -d '", word);
            put_quoted(verb ? "several verbs" : commands[i]->summary, "\\");
            fputs("'\n", stdout);
        }
        if (verb) {
            printf("complete -c exhibit -n '__fish_seen_subcommand_from %s' -f -a %s -d '", word,
                   verb);
            put_quoted(commands[i]->summary, "\\");
            fputs("'\n", stdout);
        }
        each_option(commands[i], fish_option);
    }
}

static int run(const struct call *call, const void *args)
{
    static const struct {
        const char *shell;
        void (*write)(void);
    } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

    (void)args;
    for (size_t i = 0; i < ARRAY_N(shells); i++) {
        if (strcmp(shells[i].shell, call->operands.items[0]) == 0) {
            shells[i].write();
            return EXIT_HOLDS;
        }
    }
    return usage(call, "%s: one of bash, zsh, fish was expected", call->operands.items[0]);
}

static const struct example examples[] = {
    { "exhibit completion bash > ~/.local/share/bash-completion/completions/exhibit",
      "for bash, for this user; packages install it for all" },
    { "exhibit completion fish | source", "for this fish" },
};

const struct command cmd_completion = {
    .name = "completion",
    .summary = "write the completions of a shell",
    .operands = "bash|zsh|fish",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};

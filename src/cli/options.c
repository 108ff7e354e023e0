#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"

static const struct option shared_options[] = {
    { "json", 0, OPTION_FLAG, NULL, "the same facts as JSON", .at = offsetof(struct shared, json) },
    { "dry-run", 0, OPTION_FLAG, NULL, "say what would be done, and do nothing",
      .at = offsetof(struct shared, dry_run) },
    { "plain", 0, OPTION_FLAG, NULL, "ASCII only, no colour, no progress",
      .at = offsetof(struct shared, plain) },
    { "quiet", 0, OPTION_FLAG, NULL, "say nothing that was not asked for",
      .at = offsetof(struct shared, quiet) },
    { "no-color", 0, OPTION_FLAG, NULL, "no colour, as with NO_COLOR set",
      .at = offsetof(struct shared, no_color) },
    { "no-input", 0, OPTION_FLAG, NULL, "never ask; fail where an answer is needed",
      .at = offsetof(struct shared, no_input) },
    { "help", 'h', OPTION_FLAG, NULL, "show this help", .at = offsetof(struct shared, help) },
};

const struct option *options_shared(size_t *n)
{
    *n = ARRAY_N(shared_options);
    return shared_options;
}

bool options_takes(const struct command *command, const struct option *shared)
{
    if (shared->at == offsetof(struct shared, json))
        return command->takes & TAKES_JSON;
    if (shared->at == offsetof(struct shared, dry_run))
        return command->takes & TAKES_DRY_RUN;
    return true;
}

bool options_get(const struct command *command, size_t i, struct option *out)
{
    if (i < command->options_n) {
        *out = command->options[i];
        return true;
    }
    i -= command->options_n;
    if (!command->group || i >= command->group->n)
        return false;
    *out = command->group->options[i];
    out->at += command->group_at;
    return true;
}

/* One pass over argv. */
struct parse {
    const struct command *command;
    struct call *call;
    uint8_t *args;
    char **argv;
    int argc;
    int at; // next argument
};

struct found { // an option, and where its value goes; into is NULL when there is none
    struct option option;
    uint8_t *into;
};

static bool is_named(const struct option *o, const char *name, size_t n)
{
    return strlen(o->name) == n && memcmp(o->name, name, n) == 0;
}

/* By long name of n bytes, or by letter when name is NULL. */
static struct found find(const struct parse *p, const char *name, size_t n, char letter)
{
    struct option o;

    for (size_t i = 0; options_get(p->command, i, &o); i++)
        if (name ? is_named(&o, name, n) : o.letter && o.letter == letter)
            return (struct found){ o, p->args + o.at };
    for (size_t i = 0; i < ARRAY_N(shared_options); i++) {
        o = shared_options[i];
        if (options_takes(p->command, &o) && (name ? is_named(&o, name, n) : o.letter == letter))
            return (struct found){ o, (uint8_t *)&p->call->shared + o.at };
    }
    return (struct found){ 0 };
}

static bool unknown(const struct parse *p, const char *arg, const char *name, size_t n)
{
    struct suggestion best = suggest_for(name, n);
    struct option o;

    for (size_t i = 0; options_get(p->command, i, &o); i++)
        suggest_offer(&best, o.name);
    for (size_t i = 0; i < ARRAY_N(shared_options); i++)
        if (options_takes(p->command, &shared_options[i]))
            suggest_offer(&best, shared_options[i].name);
    if (best.word)
        usage(p->call, "unknown option %s; did you mean --%s?", arg, best.word);
    else
        usage(p->call, "unknown option %s", arg);
    return false;
}

static bool read_number(const struct parse *p, const struct option *o, const char *text,
                        uint64_t *to)
{
    char *end = NULL;

    errno = 0;
    *to = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno)
        return true;
    usage(p->call, "--%s %s: a number was expected", o->name, text);
    return false;
}

/* Whether text is one of "one|two|three"; a value without '|' allows everything. */
static bool is_choice(const char *choices, const char *text)
{
    const size_t n = strlen(text);

    if (!strchr(choices, '|'))
        return true;
    for (const char *c = choices; *c;) {
        const size_t length = strcspn(c, "|");
        if (length == n && memcmp(c, text, n) == 0)
            return true;
        c += length + (c[length] == '|');
    }
    return false;
}

static bool put_list(const struct parse *p, const struct option *o, const char *text,
                     struct option_list *list)
{
    if (list->n == OPTION_LIST_MAX) {
        usage(p->call, "--%s: at most %d times", o->name, OPTION_LIST_MAX);
        return false;
    }
    list->items[list->n++] = text;
    return true;
}

static bool put_value(const struct parse *p, struct found f, char *text)
{
    const struct option *o = &f.option;

    if (!is_choice(o->value, text)) {
        usage(p->call, "--%s %s: one of %s was expected", o->name, text, o->value);
        return false;
    }
    switch (o->kind) {
    case OPTION_TEXT: memcpy(f.into, &(const char *){ text }, sizeof(char *)); return true;
    case OPTION_NUMBER: {
        uint64_t number;
        if (!read_number(p, o, text, &number))
            return false;
        memcpy(f.into, &number, sizeof number);
        return true;
    }
    case OPTION_LIST: return put_list(p, o, text, (void *)f.into);
    case OPTION_FLAG:
    case OPTION_REST: break;
    }
    return false;
}

static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1];
}

/* All arguments up to the next option. */
static bool put_rest(struct parse *p, struct found f)
{
    const int from = p->at;

    while (p->at < p->argc && !is_option(p->argv[p->at]))
        p->at++;
    if (p->at == from) {
        usage(p->call, "--%s: %s was expected behind it", f.option.name, f.option.value);
        return false;
    }
    struct operands rest = { p->argv + from, (size_t)(p->at - from) };
    memcpy(f.into, &rest, sizeof rest);
    return true;
}

/* value: what stood behind '=', or NULL. */
static bool take(struct parse *p, struct found f, char *value)
{
    const struct option *o = &f.option;

    if (o->kind == OPTION_FLAG || o->kind == OPTION_REST) {
        if (value) {
            usage(p->call, "--%s takes no value after '='", o->name);
            return false;
        }
        if (o->kind == OPTION_REST)
            return put_rest(p, f);
        memcpy(f.into, &(bool){ true }, sizeof(bool));
        return true;
    }
    if (!value && p->at == p->argc) {
        usage(p->call, "--%s: %s was expected behind it", o->name, o->value);
        return false;
    }
    return put_value(p, f, value ? value : p->argv[p->at++]);
}

static bool read_option(struct parse *p, char *arg)
{
    const bool is_long = arg[1] == '-';
    const char *name = arg + 2;
    const size_t n = is_long ? strcspn(name, "=") : strlen(arg) - 1;
    struct found f = { 0 };

    if (is_long)
        f = find(p, name, n, 0);
    else if (n == 1)
        f = find(p, NULL, 0, arg[1]);
    if (!f.into)
        return unknown(p, arg, is_long ? name : arg + 1, n);
    return take(p, f, is_long && name[n] == '=' ? arg + 2 + n + 1 : NULL);
}

/* Only texts can be needed. */
static bool is_missing(const struct parse *p, const struct option *o)
{
    const char *text = NULL;

    if (!o->needed)
        return false;
    memcpy(&text, p->args + o->at, sizeof(char *));
    return !text;
}

static bool check_complete(const struct parse *p)
{
    const struct command *c = p->command;
    const size_t n = p->call->operands.n;
    struct option o;

    for (size_t i = 0; options_get(c, i, &o); i++) {
        if (is_missing(p, &o)) {
            usage(p->call, "--%s %s is needed", o.name, o.value);
            return false;
        }
    }
    if (n < c->operands_min) {
        usage(p->call, "%s was expected", c->operands);
        return false;
    }
    if (n > c->operands_max) {
        usage(p->call, "unexpected argument %s", p->call->operands.items[c->operands_max]);
        return false;
    }
    return true;
}

bool options_read(const struct command *command, int argc, char **argv, char **operands,
                  struct call *call, void *args)
{
    struct parse p = { .command = command, .call = call, .args = args, .argv = argv, .argc = argc };
    size_t n = 0;

    *call = (struct call){ .command = command };
    while (p.at < argc) {
        char *arg = argv[p.at++];
        if (strcmp(arg, "--") == 0)
            break;
        if (!is_option(arg))
            operands[n++] = arg;
        else if (!read_option(&p, arg))
            return false;
    }
    while (p.at < argc)
        operands[n++] = argv[p.at++];
    call->operands = (struct operands){ operands, n };
    return call->shared.help || check_complete(&p);
}

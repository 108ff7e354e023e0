#include "cli/help.h"

#include <string.h>

#include "cli/options.h"

#define COLUMN 26 // where the text of an option begins

static const struct example first_steps[] = {
    { "exhibit verify photo.jpg", "say what holds of a file, in plain words" },
    { "exhibit show photo.jpg", "show where it comes from: manifests, assertions, ingredients" },
    { "exhibit sign photo.jpg -o signed.jpg --key K.pem --cert CHAIN.pem", "sign it" },
    { "exhibit camera photo --key K.pem --cert CHAIN.pem", "take a photo that is signed at once" },
};

static void put_examples(FILE *to, const struct example *examples, size_t n)
{
    fputs("Examples:\n", to);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "  %s\n      %s\n", examples[i].line, examples[i].says);
    fputc('\n', to);
}

static void put_option(FILE *to, const struct option *o)
{
    char left[80];
    char letter[8] = "";

    if (o->letter)
        (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
    (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value ? " " : "",
                   o->value ? o->value : "");
    fprintf(to, "  %-*s", COLUMN - 2, left);
    if (strlen(left) > COLUMN - 4)
        fprintf(to, "\n%*s", COLUMN, "");
    fprintf(to, "%s%s\n", o->help,
            o->needed                ? " (needed)"
            : o->kind == OPTION_LIST ? " (may be repeated)"
                                     : "");
}

void help_command(FILE *to, const struct command *c)
{
    size_t n;
    const struct option *shared = options_shared(&n);
    struct option o;

    fprintf(to, "exhibit %s: %s\n\n", c->name, c->summary);
    put_examples(to, c->examples, c->examples_n);
    fprintf(to, "Usage: exhibit %s%s%s [OPTION...]\n\n", c->name, *c->operands ? " " : "",
            c->operands);
    if (c->about)
        fprintf(to, "%s\n", c->about);
    fputs("Options:\n", to);
    for (size_t i = 0; options_get(c, i, &o); i++)
        put_option(to, &o);
    for (size_t i = 0; i < n; i++)
        if (options_takes(c, &shared[i]))
            put_option(to, &shared[i]);
    fputs("\nMore: man exhibit-", to);
    for (const char *s = c->name; *s; s++)
        fputc(*s == ' ' ? '-' : *s, to);
    fputc('\n', to);
}

static void put_command(FILE *to, const struct command *c)
{
    fprintf(to, "  %-14s %s\n", c->name, c->summary);
}

void help_all(FILE *to)
{
    fputs("exhibit: sign pictures at capture, and let anyone verify them\n\n", to);
    put_examples(to, first_steps, ARRAY_N(first_steps));
    fputs("Commands:\n", to);
    for (size_t i = 0; commands[i]; i++)
        put_command(to, commands[i]);
    fputs("\nexhibit help COMMAND tells more about one; exhibit --version tells which this is.\n",
          to);
}

bool help_noun(FILE *to, const char *noun)
{
    const size_t n = strlen(noun);
    bool any = false;

    for (size_t i = 0; commands[i]; i++) {
        if (strncmp(commands[i]->name, noun, n) != 0 || commands[i]->name[n] != ' ')
            continue;
        if (!any)
            fprintf(to, "exhibit %s:\n", noun);
        any = true;
        put_command(to, commands[i]);
    }
    return any;
}

#include <fcntl.h>
#include <unistd.h>

#include "check.h"
#include "cli/options.h"
#include "cli/suggest.h"
#include "cli/term.h"

#define ARGC_MAX 16

struct args {
    const char *out;
    const char *alg;
    bool force;
    uint64_t count;
    struct option_list trust;
    struct operands fragments;
};

static const struct option table[] = {
    { "output", 'o', OPTION_TEXT, "OUT", "", .at = offsetof(struct args, out), .needed = true },
    { "alg", 0, OPTION_TEXT, "es256|ed25519", "", .at = offsetof(struct args, alg) },
    { "force", 0, OPTION_FLAG, NULL, "", .at = offsetof(struct args, force) },
    { "count", 0, OPTION_NUMBER, "N", "", .at = offsetof(struct args, count) },
    { "trust", 0, OPTION_LIST, "FILE", "", .at = offsetof(struct args, trust) },
    { "fragments", 0, OPTION_REST, "FILE...", "", .at = offsetof(struct args, fragments) },
};

static int never_run(const struct call *call, const void *args)
{
    (void)call;
    (void)args;
    return EXIT_UNABLE;
}

static const struct command tested = {
    .name = "tested",
    .operands = "FILE",
    .options = table,
    .options_n = ARRAY_N(table),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = 2,
    .args_size = sizeof(struct args),
    .run = never_run,
};

/* What main.c has for help and completions: here, only the one. */
const struct command *const commands[] = { &tested, NULL };

static bool read_args(int argc, char **argv, char **operands, struct call *call, struct args *args)
{
    const int keep = dup(STDERR_FILENO);
    const int null = open("/dev/null", O_WRONLY);

    // Complaints about refused lines are expected: only failed checks are shown.
    (void)dup2(null, STDERR_FILENO);
    *args = (struct args){ 0 };
    bool good = options_read(&tested, argc, argv, operands, call, args);
    (void)dup2(keep, STDERR_FILENO);
    (void)close(keep);
    (void)close(null);
    return good;
}

static bool read_line(const char *line, struct call *call, struct args *args)
{
    static char words[256];
    static char *argv[ARGC_MAX + 1];
    static char *operands[ARGC_MAX];
    int argc = 0;

    (void)snprintf(words, sizeof words, "%s", line);
    for (char *w = strtok(words, " "); w && argc < ARGC_MAX; w = strtok(NULL, " "))
        argv[argc++] = w;
    argv[argc] = NULL;
    return read_args(argc, argv, operands, call, args);
}

static void test_options(void)
{
    static const struct {
        const char *line;
        bool good;
        const char *out;
        size_t operands;
    } cases[] = {
        { "in -o out", true, "out", 1 },
        { "-o out in", true, "out", 1 },
        { "--output out in", true, "out", 1 },
        { "--output=out in", true, "out", 1 },
        { "--output= in", true, "", 1 },
        { "-o - -", true, "-", 1 },
        { "-o out -- --force", true, "out", 1 },
        { "-o out -- -- x", true, "out", 2 },
        { "--output -x in", true, "-x", 1 },
        { "--help", true, NULL, 0 },
        { "-h --bad", false, NULL, 0 },
        { "in", false, NULL, 0 },
        { "-o out", false, NULL, 0 },
        { "-o out a b c", false, NULL, 0 },
        { "in -o", false, NULL, 0 },
        { "in -oout", false, NULL, 0 },
        { "in --out out", false, NULL, 0 },
        { "in --outputs out", false, NULL, 0 },
        { "in -o out --force=yes", false, NULL, 0 },
        { "in -o out --dry-run", false, NULL, 0 },
        { "in -o out --alg rsa", false, NULL, 0 },
        { "in -o out --alg es25", false, NULL, 0 },
        { "in -o out --alg es256|ed25519", false, NULL, 0 },
        { "in -o out --count 12a", false, NULL, 0 },
        { "in -o out --count -1", false, NULL, 0 },
        { "in -o out --count 18446744073709551616", false, NULL, 0 },
        { "in -o out --fragments", false, NULL, 0 },
        { "in -o out --fragments --json", false, NULL, 0 },
        { "in -o out -x", false, NULL, 0 },
    };
    struct call call;
    struct args args;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        bool good = read_line(cases[i].line, &call, &args);
        CHECK(good == cases[i].good, "%s: %d", cases[i].line, good);
        if (!good || !cases[i].good)
            continue;
        CHECK(call.operands.n == cases[i].operands, "%s: %zu operands", cases[i].line,
              call.operands.n);
        CHECK(cases[i].out ? args.out && strcmp(args.out, cases[i].out) == 0 : !args.out,
              "%s: output %s", cases[i].line, args.out ? args.out : "(none)");
    }
    CHECK(read_line("a --fragments x y --json -o out b", &call, &args) && args.fragments.n == 2 &&
              strcmp(args.fragments.items[1], "y") == 0 && call.operands.n == 2 &&
              strcmp(call.operands.items[1], "b") == 0 && call.shared.json && !call.shared.quiet,
          "fragments and operands mixed");
    CHECK(read_line("a -o b --trust 1 --trust=2 --count 7 --force --alg ed25519", &call, &args),
          "all kinds");
    CHECK(args.trust.n == 2 && strcmp(args.trust.items[1], "2") == 0 && args.count == 7 &&
              args.force && strcmp(args.alg, "ed25519") == 0,
          "values of all kinds");

    char name[] = "--trust";
    char *argv[2 * OPTION_LIST_MAX + 2];
    char *operands[ARRAY_N(argv)];
    for (size_t i = 0; i < ARRAY_N(argv); i++)
        argv[i] = name;
    CHECK(!read_args(ARRAY_N(argv), argv, operands, &call, &args),
          "one more than OPTION_LIST_MAX was taken");
}

static void test_suggest(void)
{
    static const struct {
        const char *typed;
        const char *want;
    } cases[] = {
        { "verfy", "verify" }, { "vreify", "verify" }, { "verifyy", "verify" }, { "sing", "sign" },
        { "shwo", "show" },    { "attach", "attach" }, { "nonsense", NULL },    { "", NULL },
        { "x", NULL },         { "stirp", "strip" },   { "shrug", NULL },
    };
    static const char *const words[] = { "verify", "sign", "show", "attach", "strip" };
    char longest[SUGGEST_MAX + 2];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct suggestion s = suggest_for(cases[i].typed, strlen(cases[i].typed));
        for (size_t k = 0; k < ARRAY_N(words); k++)
            suggest_offer(&s, words[k]);
        CHECK(cases[i].want ? s.word && strcmp(s.word, cases[i].want) == 0 : !s.word, "%s: %s",
              cases[i].typed, s.word ? s.word : "(nothing)");
    }
    memset(longest, 'a', sizeof longest);
    struct suggestion s = suggest_for(longest, sizeof longest);
    suggest_offer(&s, "verify");
    CHECK(!s.word, "a suggestion for %zu letters", sizeof longest);
}

static void test_escape(void)
{
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        { "plain, caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x93\xB7",
          "plain, caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x93\xB7" },
        { "\033[2J", "\\x1b[2J" },
        { "a\nb\rc\t", "a\\x0ab\\x0dc\\x09" },
        { "\x7F", "\\x7f" },
        { "\xC2\x9B"
          "31m",
          "\\u{9b}31m" },
        { "gpj\xE2\x80\xAE.exe", "gpj\\u{202e}.exe" },
        { "\xE2\x81\xA6x\xE2\x81\xA9", "\\u{2066}x\\u{2069}" },
        { "\xE2\x80\x8B", "\\u{200b}" },
        { "\xEF\xBB\xBF", "\\u{feff}" },
        { "\xF3\xA0\x81\x81", "\\u{e0041}" },
        { "\x9B"
          "1m",
          "\\x9b1m" },
        { "\xC0\xAF", "\\xc0\\xaf" },
        { "\xED\xA0\x80", "\\xed\\xa0\\x80" },
        { "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
        { "\xE2\x82", "\\xe2\\x82" },
        { "", "" },
    };
    char got[128];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t n = strlen(cases[i].in);
        char *in = exact_copy(cases[i].in, n);
        term_escape(got, sizeof got, in, n);
        CHECK(strcmp(got, cases[i].out) == 0, "row %zu: %s", i, got);
        free(in);
    }
    CHECK(strcmp(term_escape(got, 4, "ab\n", 3), "ab") == 0, "half an escape: %s", got);
    CHECK(strcmp(term_escape(got, 1, "ab", 2), "") == 0, "no room: %s", got);
    term_escape(got, sizeof got, "a\0b", 3);
    CHECK(strcmp(got, "a\\x00b") == 0, "NUL: %s", got);
}

static void test_exit_codes(void)
{
    static const int order[] = { 1, 6, 10, 4, 5, 3, 0 };

    for (size_t i = 0; i < ARRAY_N(order); i++) {
        for (size_t k = 0; k < ARRAY_N(order); k++) {
            const int want = order[i < k ? i : k];
            CHECK(exit_code_join(order[i], order[k]) == want, "%d and %d", order[i], order[k]);
        }
    }
    CHECK(exit_code_join(0, EXIT_NETWORK) == EXIT_NETWORK, "a code outside the order is lost");
}

int main(void)
{
    test_options();
    test_suggest();
    test_escape();
    test_exit_codes();
    return check_done();
}

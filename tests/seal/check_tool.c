/*
 * check_tool.c -- what the library says of an object, on one line, for tests/seal/run: not installed.
 *
 *     check_tool ROOTS.pem NOW OBJECT [X.led]         the verdict; exits with the product's code, 10: no answer
 *     check_tool ROOTS.pem NOW --statement FILE       "holds: alice age1…", or why not; exits with 0 or 1
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>
#include <exhibit/ledger.h>

#define FILE_MAX ((size_t)1 << 20)
#define UNABLE   10

static struct exh_error err;

static void need(enum exh_status status, const char *what)
{
    if (status == EXH_OK)
        return;
    printf("%s: %s\n", what, err.text);
    exit(UNABLE);
}

static struct exh_source whole(const char *path)
{
    uint8_t *p = NULL;
    size_t n = 0;

    need(exh_file_read(path, FILE_MAX, &p, &n, &err), path);
    return exh_source_memory(p, n); // freed at the end
}

static int check(const struct exh_trust *trust, int64_t now, char **paths, int n)
{
    const struct exh_source object = whole(paths[0]);
    const struct exh_source ledger = n > 1 ? whole(paths[1]) : (struct exh_source){ 0 };
    const struct exh_check_options options = {
        .crypto = exh_crypto_openssl(), .trust = trust, .now = now, .ledger = n > 1 ? &ledger : NULL
    };
    struct exh_ledger_report *report = NULL;

    need(exh_check(&object, &options, &report, &err), paths[0]);
    const int code = exh_ledger_exit_code(report);
    printf("%s\n", report->verdict);
    exh_ledger_report_free(report);
    return code;
}

static int check_statement(const struct exh_trust *trust, int64_t now, const char *path)
{
    const struct exh_source s = whole(path);
    struct exh_statement out;

    need(exh_statement_check((struct exh_bytes){ s.memory, (size_t)s.size }, exh_crypto_openssl(),
                             trust, now, NULL, 0, &out, &err),
         path);
    if (out.holds)
        printf("holds: %s %s\n", out.user, out.recipient);
    else
        printf("%s\n", out.reason);
    return !out.holds;
}

int main(int argc, char **argv)
{
    struct exh_trust *trust = exh_trust_new();

    if (argc < 4)
        return 2;
    const struct exh_source roots = whole(argv[1]);
    need(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, (const char *)roots.memory,
                               (size_t)roots.size, &err),
         argv[1]);
    const int64_t now = strtoll(argv[2], NULL, 10);
    const int code = strcmp(argv[3], "--statement") == 0 ? check_statement(trust, now, argv[4])
                                                         : check(trust, now, argv + 3, argc - 3);
    exh_trust_free(trust);
    return code;
}

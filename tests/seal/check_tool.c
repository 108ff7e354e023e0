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

/* A whole file; free(). */
static uint8_t *whole(const char *path, size_t *n)
{
    uint8_t *p = NULL;

    need(exh_file_read(path, FILE_MAX, &p, n, &err), path);
    return p;
}

static int check(const struct exh_trust *trust, int64_t now, char **paths, int n)
{
    struct exh_source object = { 0 }, ledger = { 0 };
    const struct exh_check_options options = {
        .crypto = exh_crypto_openssl(), .trust = trust, .now = now, .ledger = n > 1 ? &ledger : NULL
    };
    struct exh_ledger_report *report = NULL;

    need(exh_source_open(paths[0], &object, &err), paths[0]);
    if (n > 1)
        need(exh_source_open(paths[1], &ledger, &err), paths[1]);
    need(exh_check(&object, &options, &report, &err), paths[0]);
    const int code = exh_ledger_exit_code(report);
    printf("%s\n", report->verdict);
    exh_ledger_report_free(report);
    exh_source_close(&object);
    exh_source_close(&ledger);
    return code;
}

static int check_statement(const struct exh_trust *trust, int64_t now, const char *path)
{
    struct exh_statement out;
    size_t n = 0;
    uint8_t *bytes = whole(path, &n);

    need(exh_statement_check((struct exh_bytes){ bytes, n }, exh_crypto_openssl(), trust, now, NULL,
                             0, &out, &err),
         path);
    free(bytes);
    if (out.holds)
        printf("holds: %s %s\n", out.user, out.recipient);
    else
        printf("%s\n", out.reason);
    return !out.holds;
}

int main(int argc, char **argv)
{
    size_t n = 0;

    if (argc < 4)
        return 2;
    struct exh_trust *trust = exh_trust_new();
    uint8_t *roots = whole(argv[1], &n);
    need(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, (const char *)roots, n, &err), argv[1]);
    free(roots);
    const int64_t now = strtoll(argv[2], NULL, 10);
    const int code = strcmp(argv[3], "--statement") == 0 ? check_statement(trust, now, argv[4])
                                                         : check(trust, now, argv + 3, argc - 3);
    exh_trust_free(trust);
    return code;
}

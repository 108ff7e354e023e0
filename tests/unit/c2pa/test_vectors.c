/*
 * Files of other implementations, judged as their note says: tests/vectors/c2pa-rs/expected.tsv.
 * Run with the folder as its argument.
 */
#include <exhibit/file.h>
#include <exhibit/verify.h>

#include "base/text.h"
#include "base/when.h"
#include "check.h"

#define LINE_MAX_N 4096

enum { FILE_NAME, STATE, FAILURE, SUCCESS, INFORMATIONAL, DELTAS, WHAT, COLUMNS };

static struct exh_trust *trust;

static char *read_text(const char *folder, const char *name, size_t *n)
{
    char path[512];
    FILE *f;
    long size;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    rewind(f);
    char *text = malloc((size_t)size + 1);
    *n = text ? fread(text, 1, (size_t)size, f) : 0;
    text[*n] = 0;
    fclose(f);
    return text;
}

static void add_anchors(const char *folder, const char *name, enum exh_purpose purpose)
{
    struct exh_error err;
    size_t n;
    char *pem = read_text(folder, name, &n);

    CHECK(exh_trust_add_anchors(trust, purpose, pem, n, &err) == EXH_OK, "%s: %s", name, err.text);
    free(pem);
}

static const char *state_name(enum exh_state s)
{
    return s == EXH_STATE_TRUSTED ? "Trusted" : s == EXH_STATE_VALID ? "Valid" : "Invalid";
}

/* Is the word one of the list's, which are separated by blanks? */
static bool lists(const char *list, const char *word)
{
    const size_t n = strlen(word);

    for (const char *p = strstr(list, word); p; p = strstr(p + 1, word))
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0))
            return true;
    return false;
}

static bool found(struct exh_findings f, enum exh_finding_kind kind, const char *code, size_t n)
{
    for (size_t i = 0; i < f.n; i++)
        if (f.items[i].kind == kind && strlen(f.items[i].code) == n &&
            strncmp(f.items[i].code, code, n) == 0)
            return true;
    return false;
}

/* Both sets hold the same codes. */
static void compare(const char *name, const char *what, struct exh_findings f,
                    enum exh_finding_kind kind, const char *want)
{
    for (size_t i = 0; i < f.n; i++)
        if (f.items[i].kind == kind)
            CHECK(lists(want, f.items[i].code), "%s: %s %s is ours alone (%s)", name, what,
                  f.items[i].code, f.items[i].explanation);
    for (const char *p = want; *p && *p != '-';) {
        const size_t n = strcspn(p, " ");
        CHECK(found(f, kind, p, n), "%s: %s %.*s is missing", name, what, (int)n, p);
        p += n + (p[n] == ' ');
    }
}

static void judge(const char *folder, char *const column[COLUMNS])
{
    struct exh_error err;
    char path[512], beside[520];
    struct exh_source source = { 0 }, store = { 0 };
    struct exh_report *report = NULL;
    struct exh_verify_options options = { .crypto = exh_crypto_openssl(), .trust = trust };
    const char *name = column[FILE_NAME];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(beside, sizeof beside, "%s.c2pa", path);
    when_read(bytes_of("2026-12-01T00:00:00Z"), &options.now, NULL);
    if (!CHECK(exh_source_open(path, &source, &err) == EXH_OK, "%s: %s", name, err.text))
        return;
    if (strncmp(name, "sidecar", 7) == 0 && exh_source_open(beside, &store, &err) == EXH_OK)
        options.store = &store;

    struct exh_source parts[8] = { 0 };
    if (strncmp(name, "cmaf/", 5) == 0) {
        for (size_t i = 0; i < 5; i++) {
            snprintf(beside, sizeof beside, "%s/cmaf/seg-%zu.m4s", folder, i + 1);
            CHECK(exh_source_open(beside, &parts[i], &err) == EXH_OK, "%s", err.text);
        }
        options.fragments = parts;
        options.fragments_n = 5;
    }
    if (CHECK(exh_verify(&source, &options, &report, &err) == EXH_OK, "%s: %s", name, err.text)) {
        CHECK(strcmp(state_name(report->state), column[STATE]) == 0, "%s: %s, c2pa-rs says %s",
              name, state_name(report->state), column[STATE]);
        compare(name, "failure", report->findings, EXH_FAILURE, column[FAILURE]);
        compare(name, "success", report->findings, EXH_SUCCESS, column[SUCCESS]);
    }
    exh_report_free(report);
    exh_source_close(&store);
    exh_source_close(&source);
    for (size_t i = 0; i < ARRAY_N(parts); i++)
        exh_source_close(&parts[i]);
}

int main(int argc, char **argv)
{
    size_t n;
    char *text, *save = NULL;

    if (argc != 2)
        return 2;
    trust = exh_trust_new();
    add_anchors(argv[1], "roots.pem", EXH_PURPOSE_CLAIM);
    add_anchors(argv[1], "tsa-root.pem", EXH_PURPOSE_TSA);
    add_anchors(argv[1], "roots.pem", EXH_PURPOSE_TSA);
    text = read_text(argv[1], "expected.tsv", &n);
    strtok_r(text, "\n", &save); // the heading
    for (char *line = strtok_r(NULL, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *column[COLUMNS] = { NULL }, *within = NULL;
        column[0] = strtok_r(line, "\t", &within);
        for (size_t i = 1; i < COLUMNS; i++)
            column[i] = strtok_r(NULL, "\t", &within);
        if (CHECK(column[DELTAS] != NULL, "a line of %s is short", "expected.tsv"))
            judge(argv[1], column);
    }
    free(text);
    exh_trust_free(trust);
    return check_done();
}

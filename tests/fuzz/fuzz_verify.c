/* Any asset, judged as a whole with cryptography that can be forged: the report is sound. */
#include <string.h>

#include <exhibit/verify.h>

#include "formats/json.h"
#include "fuzz.h"
#include "fuzz_crypto.h"

static enum exh_status read_bytes(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                  struct exh_error *err)
{
    const struct exh_bytes *bytes = ctx;

    (void)err;
    REQUIRE(at <= bytes->n && n <= bytes->n - at);
    memcpy(to, bytes->p + at, n);
    return EXH_OK;
}

/* What the network says to everything. */
static enum exh_status fetch(void *ctx, enum exh_fetch_kind kind, const char *url,
                             struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err)
{
    (void)ctx;
    (void)err;
    (void)body;
    REQUIRE(kind == EXH_FETCH_OCSP || kind == EXH_FETCH_MANIFEST);
    REQUIRE(strlen(url) > 0 && size > 0);
    to[0] = 0;
    *n = 1;
    return EXH_OK;
}

static void check_findings(struct exh_findings f)
{
    for (size_t i = 0; i < f.n; i++) {
        REQUIRE(f.items[i].kind <= EXH_FAILURE);
        REQUIRE(f.items[i].code && f.items[i].url && f.items[i].explanation);
    }
}

static void check_report(const struct exh_report *r)
{
    const int code = exh_report_exit_code(r);

    REQUIRE(code == 0 || code == 1 || (code >= 3 && code <= 6) || code == 10);
    REQUIRE(r->state <= EXH_STATE_TRUSTED && r->integrity <= EXH_NO_CREDENTIAL);
    REQUIRE(code != 0 || r->integrity == EXH_INTACT);
    REQUIRE(r->state != EXH_STATE_TRUSTED || r->integrity == EXH_INTACT ||
            r->integrity == EXH_INCOMPLETE);
    for (size_t i = 0; i < 4; i++)
        REQUIRE(r->axes[i].state && r->axes[i].sentence);
    REQUIRE(r->headline && r->advice && r->format);
    check_findings(r->findings);
    for (size_t i = 0; i < r->deltas_n; i++)
        check_findings(r->deltas[i].findings);
    for (size_t i = 0; i < r->manifests_n; i++) {
        const struct exh_manifest *m = &r->manifests[i];
        check_findings(m->findings);
        for (size_t k = 0; k < m->ingredients_n; k++)
            REQUIRE(m->ingredients[k].manifest >= -1 &&
                    m->ingredients[k].manifest < (ptrdiff_t)r->manifests_n);
    }
}

/* The report as JSON, to be freed; NULL when the asset could not be looked at. */
static char *judge(const struct exh_source *s, const struct exh_source *store, bool online)
{
    const struct exh_verify_options options = {
        .crypto = fuzz_crypto(), .now = FUZZ_NOW, .store = store, .fetch = online ? fetch : NULL
    };
    struct exh_report *report = NULL;
    struct exh_error err;
    struct json json;
    char *text = NULL;
    size_t n;

    if (exh_verify(s, &options, &report, &err) != EXH_OK) {
        REQUIRE(!report && strlen(err.text) > 0);
        return NULL;
    }
    check_report(report);
    if (exh_report_json(report, &text, &n, &err) == EXH_OK) {
        REQUIRE(strlen(text) == n);
        REQUIRE(json_parse((struct exh_bytes){ (uint8_t *)text, n }, 0, &json, &err) == EXH_OK);
    }
    exh_report_free(report);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const uint8_t nothing[1] = { 0 };
    struct exh_bytes bytes = { p, n };
    const struct exh_source memory = exh_source_memory(p, n);
    const struct exh_source file = { .size = n, .read = read_bytes, .ctx = &bytes };
    const struct exh_source asset = exh_source_memory(nothing, sizeof nothing);
    char *one = judge(&memory, NULL, false);
    char *other = judge(&file, NULL, false);

    REQUIRE(!one == !other && (!one || strcmp(one, other) == 0));
    free(one);
    free(other);
    free(judge(&memory, NULL, true));
    free(judge(&asset, &memory, false)); // the same bytes as the sidecar of another file
    return 0;
}

/*
 * Any asset, signed with cryptography that can be forged: what comes out is judged as sound, and comes
 * apart again. The last byte of the input chooses what is written.
 */
#include <string.h>

#include <exhibit/sign.h>
#include <exhibit/verify.h>

#include "fuzz.h"
#include "fuzz_crypto.h"

#define OUTPUT_MAX ((size_t)4 << 20)
#define URL_MAX    512

enum {
    CREATED = 1,
    UPDATE = 2,
    STAMP = 4,
    COMPONENT = 8,
    REDACT = 16,
    EXTRAS = 32,
    PIPE = 64,
    APPEND = 128
};

static enum exh_status stamp(void *ctx, enum exh_hash alg, struct exh_bytes digest, uint8_t *to,
                             size_t size, size_t *n, struct exh_error *err)
{
    (void)ctx;
    (void)err;
    REQUIRE(digest.n == exh_hash_size(alg) && size >= 4);
    memcpy(to, "\x30\0\0\x10", 4);
    *n = 4;
    return EXH_OK;
}

static struct exh_report *judge(const struct exh_source *s, const struct exh_source *store)
{
    const struct exh_verify_options options = { .crypto = fuzz_crypto(),
                                                .now = FUZZ_NOW,
                                                .store = store };
    struct exh_report *report = NULL;
    struct exh_error err;

    return exh_verify(s, &options, &report, &err) == EXH_OK ? report : NULL;
}

/* The first assertion of the active manifest that may be redacted; "" if there is none. */
static void find_redactable(const struct exh_report *r, char url[URL_MAX])
{
    const struct exh_manifest *m = r->manifests_n ? &r->manifests[r->manifests_n - 1] : NULL;

    url[0] = 0;
    for (size_t i = 0; m && i < m->assertions_n && !url[0]; i++) {
        const struct exh_assertion *a = &m->assertions[i];
        if (!strstr(a->label, "actions") && !strstr(a->label, "hash") && !a->redacted &&
            strlen(a->url) < URL_MAX)
            strcpy(url, a->url);
    }
}

/* What the signer itself wrote holds; what it found may be as broken as it was. */
static void check_signed(const struct exh_memory_sink *out, const struct exh_signed *done)
{
    const struct exh_source s = exh_source_memory(out->p, out->n);
    struct exh_report *report = judge(&s, NULL);

    REQUIRE(report && report->manifests_n);
    REQUIRE(strcmp(report->manifests[report->manifests_n - 1].label, done->label) == 0);
    REQUIRE(report->integrity == EXH_INTACT || report->integrity == EXH_INCOMPLETE);
    for (size_t i = 0; i < report->findings.n; i++)
        if (report->findings.items[i].kind == EXH_FAILURE) {
            fprintf(stderr, "%s: %s\n", report->findings.items[i].code,
                    report->findings.items[i].explanation);
            abort();
        }
    exh_report_free(report);
}

/* Strip and attach are each other's reverse. */
static void check_apart(const struct exh_memory_sink *in)
{
    const struct exh_source s = exh_source_memory(in->p, in->n);
    struct exh_memory_sink bare = { .p = malloc(OUTPUT_MAX), .size = OUTPUT_MAX };
    struct exh_memory_sink whole = { .p = malloc(OUTPUT_MAX), .size = OUTPUT_MAX };
    const struct exh_sink to_bare = exh_sink_memory(&bare), to_whole = exh_sink_memory(&whole);
    uint8_t *store = NULL, *again = NULL;
    size_t n = 0, again_n = 0;
    struct exh_error err;

    REQUIRE(bare.p && whole.p);
    if (exh_strip(&s, &to_bare, &store, &n, &err) == EXH_OK) {
        const struct exh_source stripped = exh_source_memory(bare.p, bare.n);
        const enum exh_status status =
            exh_attach(&stripped, (struct exh_bytes){ store, n }, &to_whole, &err);
        REQUIRE(status == EXH_OK || status == EXH_UNSUPPORTED); // BMFF: an update cannot go back
        const struct exh_source attached = exh_source_memory(whole.p, whole.n);
        bare.n = 0;
        if (status == EXH_OK) {
            REQUIRE(exh_strip(&attached, &to_bare, &again, &again_n, &err) == EXH_OK);
            REQUIRE(again_n == n && memcmp(again, store, n) == 0);
        }
    }
    free(store);
    free(again);
    free(bare.p);
    free(whole.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct exh_embedded thumbnail = { "image/jpeg",
                                                   { (const uint8_t *)"\xFF\xD8", 2 } };
    static const struct exh_capture capture = { .camera_id = "camera-1",
                                                .captured_at = FUZZ_NOW,
                                                .clock_source = "ntp",
                                                .position_reason = "no receiver" };
    static const struct exh_stamper stamper = { .stamp = stamp };
    const unsigned how = n ? p[n - 1] : 0;
    const struct exh_source s = exh_source_memory(p, n);
    const struct exh_ingredient component = { &s, "itself", "componentOf" };
    const struct exh_signer signer = fuzz_signer();
    struct exh_memory_sink out = { .p = malloc(OUTPUT_MAX), .size = OUTPUT_MAX };
    struct exh_sink sink = exh_sink_memory(&out);
    struct exh_sign_options options = { .crypto = fuzz_crypto(), .now = FUZZ_NOW };
    struct exh_redaction redaction = { .reason = "c2pa.PII.present" };
    struct exh_signed done;
    struct exh_error err;
    char url[URL_MAX];

    REQUIRE(out.p);
    struct exh_report *before = judge(&s, NULL);
    if (before) {
        find_redactable(before, url);
        redaction.url = url;
        options.redactions = &redaction;
        options.redactions_n = how & REDACT && url[0];
        options.source_type = how & CREATED ? "digitalCapture" : NULL;
        options.capture = how & CREATED && how & EXTRAS ? &capture : NULL;
        options.update = how & UPDATE;
        options.stamper = how & STAMP ? &stamper : NULL;
        options.stamp_active = how & STAMP && how & UPDATE;
        options.ingredients = &component;
        options.ingredients_n = how & COMPONENT ? 1 : 0;
        options.thumbnail = how & EXTRAS ? &thumbnail : NULL;
        options.append = how & APPEND;
        if (how & PIPE)
            sink.patch = NULL;
        if (exh_sign(&s, &sink, &signer, &options, &done, &err) == EXH_OK) {
            check_signed(&out, &done);
            check_apart(&out);
        } else {
            REQUIRE(strlen(err.text) > 0);
        }
    }
    exh_report_free(before);
    free(out.p);
    return 0;
}

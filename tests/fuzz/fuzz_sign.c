/*
 * Any asset, signed over: whatever its own credential is, ours holds, and the input's bytes are kept.
 * The first byte chooses what is asked.
 */
#include <exhibit/verify.h>

#include "base/text.h"
#include "c2pa/fake_crypto.h"
#include "formats/container.h"
#include "fuzz.h"

#define ADDED_MAX ((size_t)256 << 10) // bytes that a signature may add
#define NOW       1795251600
#define METADATA  "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:FNumber\":4}"

enum ask { ASK_OPEN, ASK_UPDATE, ASK_REDACT, ASK_STAMP, ASK_COMPONENT, ASK_PIPE, ASKS };

/* The label of the input's last manifest, if it can be read. */
static bool find_active(const struct exh_source *s, char *url, size_t size)
{
    const struct exh_verify_options how = { .crypto = &fake_crypto, .now = NOW };
    struct exh_report *report = NULL;
    struct exh_error err;
    bool found = false;

    if (exh_verify(s, &how, &report, &err) == EXH_OK && report->manifests_n) {
        const struct exh_manifest *m = &report->manifests[report->manifests_n - 1];
        found = m->assertions_n && strlen(m->assertions[m->assertions_n - 1].url) < size;
        if (found)
            snprintf(url, size, "%s", m->assertions[m->assertions_n - 1].url);
    }
    exh_report_free(report);
    return found;
}

/* What we wrote is one store, and nothing in our own manifest fails. */
static void check(const uint8_t *p, size_t n, bool standard)
{
    const struct exh_verify_options how = { .crypto = &fake_crypto, .now = NOW };
    const struct exh_source s = exh_source_memory(p, n);
    struct exh_report *report = NULL;
    struct container c = { 0 };
    struct exh_error err;

    REQUIRE(container_read(&s, &c, &err) == EXH_OK);
    REQUIRE(c.jumbf.n > 0);
    container_free(&c);
    REQUIRE(exh_verify(&s, &how, &report, &err) == EXH_OK);
    REQUIRE(report->manifests_n > 0);
    REQUIRE(!standard || report->integrity == EXH_INTACT);
    for (size_t i = 0; standard && i < report->findings.n; i++)
        REQUIRE(report->findings.items[i].kind != EXH_FAILURE);
    exh_report_free(report);
}

static void sign(enum ask ask, struct exh_bytes asset)
{
    static const uint8_t blank[] = "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0"
                                   "\x3A\x7E\x9B\x55\0\0\0\0IDAT\x35\xAF\x06\x1E\0\0\0\0IEND"
                                   "\xAE\x42\x60\x82";
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    const struct exh_source other = exh_source_memory(blank, sizeof blank - 1);
    const struct exh_ingredient component = { &source, "part", "componentOf" };
    const struct exh_stamper stamper = { 100, fake_stamp, NULL };
    const struct exh_bytes leaf = bytes_of("person:p");
    const struct exh_signer signer = fake_signer(&leaf);
    const size_t room = asset.n + ADDED_MAX;
    struct exh_memory_sink memory = { malloc(room), room, 0 };
    struct exh_sink sink = exh_sink_memory(&memory);
    char url[1024];
    struct exh_redaction redaction = { url, NULL };
    struct exh_sign_options o = { .crypto = &fake_crypto, .now = NOW };
    struct exh_error err;

    switch (ask) {
    case ASK_OPEN: break;
    case ASK_UPDATE:
        o.update = true;
        o.metadata = METADATA;
        break;
    case ASK_REDACT:
        o.redactions = &redaction;
        o.redactions_n = find_active(&source, url, sizeof url);
        break;
    case ASK_STAMP:
        o.update = o.stamp_active = true;
        o.stamper = &stamper;
        break;
    case ASK_COMPONENT:
        o.source_type = "composite";
        o.ingredients = &component;
        o.ingredients_n = 1;
        break;
    case ASK_PIPE:
    case ASKS: sink.patch = NULL; break;
    }
    if (exh_sign(ask == ASK_COMPONENT ? &other : &source, &sink, &signer, &o, NULL, &err) == EXH_OK)
        check(memory.p, memory.n, !o.update);
    free(memory.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fake_seed = 200; // no label of the corpus comes out of this one
    if (n)
        sign((enum ask)(p[0] % ASKS), (struct exh_bytes){ p + 1, n - 1 });
    return 0;
}

#include "c2pa/results.h"

#include <string.h>

#include "base/text.h"

#define ROOT "self#jumbf=/c2pa/"

struct renaming {
    struct exh_bytes from, to;
};

/* A URI, with the label of its manifest exchanged if that is the one which was renamed. */
static void put_url(struct buf *b, const struct renaming *renaming, const char *url)
{
    struct exh_bytes rest = bytes_of(url);
    const size_t root = sizeof ROOT - 1;
    const size_t n = renaming->from.n;

    if (!n || rest.n < root + n || strncmp(url, ROOT, root) != 0 ||
        memcmp(url + root, renaming->from.p, n) != 0 || (url[root + n] && url[root + n] != '/')) {
        cbor_put_text_bytes(b, rest);
        return;
    }
    struct buf text = buf_with_limit(RESULTS_MAX);
    buf_put_text(&text, ROOT);
    buf_put_bytes(&text, renaming->to);
    buf_put_text(&text, url + root + n);
    if (text.failed && !b->failed)
        b->failed = text.failed;
    cbor_put_text_bytes(b, buf_view(&text));
    buf_free(&text);
}

/* Success needs no explanation; what is not success keeps the one that was given. */
static void put_status(struct buf *b, const struct exh_finding *f, const struct renaming *renaming)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "code");
    cbor_put_text(b, f->code);
    if (f->url && f->url[0]) {
        cbor_put_text(b, "url");
        put_url(b, renaming, f->url);
    }
    if (f->kind != EXH_SUCCESS && f->explanation && f->explanation[0]) {
        cbor_put_text(b, "explanation");
        cbor_put_text(b, f->explanation);
    }
    cbor_map_close(b, map);
}

static void put_kind(struct buf *b, const struct exh_findings *findings, enum exh_finding_kind kind,
                     const char *key, const struct renaming *renaming)
{
    size_t n = 0;

    for (size_t i = 0; i < findings->n; i++)
        n += findings->items[i].kind == kind;
    cbor_put_text(b, key);
    cbor_put_array(b, n);
    for (size_t i = 0; i < findings->n; i++)
        if (findings->items[i].kind == kind)
            put_status(b, &findings->items[i], renaming);
}

static void put_findings(struct buf *b, const struct exh_findings *findings,
                         const struct renaming *renaming)
{
    struct cbor_map map = cbor_map_open(b);

    put_kind(b, findings, EXH_SUCCESS, "success", renaming);
    put_kind(b, findings, EXH_INFORMATIONAL, "informational", renaming);
    put_kind(b, findings, EXH_FAILURE, "failure", renaming);
    cbor_map_close(b, map);
}

static void put_delta(struct buf *b, const struct exh_delta *delta, const struct renaming *renaming)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "ingredientAssertionURI");
    put_url(b, renaming, delta->url);
    cbor_put_text(b, "validationDeltas");
    put_findings(b, &delta->findings, renaming);
    cbor_map_close(b, map);
}

void results_put(struct buf *b, const struct exh_report *report, struct exh_bytes from,
                 struct exh_bytes to)
{
    const struct renaming renaming = { from, to };
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "activeManifest");
    put_findings(b, &report->findings, &renaming);
    if (report->deltas_n) {
        cbor_put_text(b, "ingredientDeltas");
        cbor_put_array(b, report->deltas_n);
        for (size_t i = 0; i < report->deltas_n; i++)
            put_delta(b, &report->deltas[i], &renaming);
    }
    cbor_map_close(b, map);
}

/*
 * cmd_fakes.c -- exhibit fakes: forge every part of a signed file in turn, and show what catches it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/sign.h>

#include "base/error.h"
#include "base/names.h"
#include "base/text.h"
#include "c2pa/cose.h"
#include "cli/facts.h"
#include "cli/impostor.h"
#include "formats/json.h"

#define COLUMN     13                // where the text of a line begins
#define NAME_MAX_N 240               // bytes of what was forged, in words
#define JSON_MAX   ((size_t)4 << 20) // bytes of --json
#define SCHEMA     1                 // of --json

struct fakes_args {
    struct judge_args judge;
};

/* The whole run. */
struct fakes {
    const struct call *call;
    struct term t;
    struct judge judge;
    struct workshop w;
    struct exh_report *genuine; // owned
    struct buf json;
    struct json_out out;
    unsigned tried;
    unsigned passed; // forgeries that nothing caught
};

static const char *const axis_names[] = { "integrity", "signer", "time", "revocation" };

/* What a verifier said of one forgery. */
struct finding {
    const char *axis; // that caught it; NULL: none did
    const char *state;
    const char *sentence;
};

/* The first axis that says something else than of the genuine file. */
static struct finding compare(const struct fakes *k, const struct exh_report *r)
{
    for (size_t i = 0; i < ARRAY_N(axis_names); i++)
        if (strcmp(r->axes[i].state, k->genuine->axes[i].state) != 0)
            return (struct finding){ axis_names[i], r->axes[i].state, r->axes[i].sentence };
    // A second time-stamp changes no axis: the first one still holds.
    for (size_t i = 0; i < r->manifests_n && i < k->genuine->manifests_n; i++)
        if (k->genuine->manifests[i].stamp_trusted && !r->manifests[i].stamp_trusted)
            return (struct finding){ "time", "stamp lost",
                                     "One of its time-stamps no longer counts; another does." };
    return (struct finding){ 0 };
}

/* One line: what caught it, and what was forged. */
static void tell(struct fakes *k, const char *name, const struct finding *found)
{
    const enum style style = found->axis ? STYLE_GOOD : STYLE_BAD;

    if (k->call->shared.quiet && found->axis)
        return;
    fputs("  ", k->t.to);
    term_begin(&k->t, style);
    fprintf(k->t.to, "%s%-*s", facts_mark(&k->t, style), COLUMN,
            found->axis ? found->axis : "NOTHING");
    term_end(&k->t);
    term_put(&k->t, name);
    fputc('\n', k->t.to);
}

static void tell_json(struct fakes *k, const char *name, const struct finding *found)
{
    json_open_object(&k->out);
    json_put_key(&k->out, "forgery");
    json_put_text(&k->out, name);
    json_put_key(&k->out, "caught");
    json_put_bool(&k->out, found->axis != NULL);
    if (found->axis) {
        json_put_key(&k->out, "axis");
        json_put_text(&k->out, found->axis);
        json_put_key(&k->out, "state");
        json_put_text(&k->out, found->state);
        json_put_key(&k->out, "sentence");
        json_put_text(&k->out, found->sentence);
    }
    json_close_object(&k->out);
}

/* Verify a forgery, which is freed, and tell what caught it. */
static void judge_forgery(struct fakes *k, struct forgery *f, const char *name)
{
    struct exh_report *report = NULL;
    struct exh_error err;

    forgery_seal(&k->w, f);
    const struct exh_source asset = exh_source_memory(f->p, f->n);
    const struct exh_source store = exh_source_memory(f->sidecar, f->sidecar_n);
    enum exh_status status =
        judge_source(&k->judge, k->w.path, &asset, f->sidecar ? &store : NULL, &report, &err);
    // What a verifier refuses to read is caught as well.
    struct finding found = { "integrity", "unreadable", err.text };
    if (status == EXH_OK)
        found = compare(k, report);
    k->tried++;
    k->passed += !found.axis;
    if (k->call->shared.json)
        tell_json(k, name, &found);
    else
        tell(k, name, &found);
    exh_report_free(report);
    forgery_free(f);
}

static void give_up(struct fakes *k, const char *name, const char *why)
{
    if (!k->call->shared.json && !k->call->shared.quiet)
        fprintf(k->t.to, "  %s%-*s%s: %s\n", k->t.utf8 ? "- " : "", COLUMN, "not tried", name, why);
}

/* Change one byte of the store. */
PRINTF_LIKE(4, 5)
static void change(struct fakes *k, const uint8_t *at, uint8_t mask, const char *fmt, ...)
{
    char name[NAME_MAX_N];
    struct forgery f;
    struct exh_error err;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    if (forgery_new(&k->w, &f, &err) != EXH_OK) {
        give_up(k, name, err.text);
        return;
    }
    uint8_t *byte = forgery_byte(&k->w, &f, at);
    if (!byte) {
        give_up(k, name, "it is compressed");
        forgery_free(&f);
        return;
    }
    *byte ^= mask;
    judge_forgery(k, &f, name);
}

/* The picture or sound itself: one bit, one byte more, one byte less. */
static void forge_content(struct fakes *k)
{
    const struct span content = workshop_content(&k->w);
    struct forgery f;
    struct exh_error err;

    if (forgery_new(&k->w, &f, &err) == EXH_OK) {
        f.p[content.at + content.n / 2] ^= 1;
        judge_forgery(k, &f, "picture: one bit changed");
    }
    if (forgery_new(&k->w, &f, &err) == EXH_OK) {
        f.p[f.n++] = 0; // a copy has one byte of room
        judge_forgery(k, &f, "picture: one byte put behind it");
    }
    if (forgery_new(&k->w, &f, &err) == EXH_OK) {
        f.n--;
        judge_forgery(k, &f, "picture: the last byte cut off");
    }
}

/* Text for people: a view, cut to fit. */
static const char *shown(struct exh_bytes text, char to[80])
{
    (void)snprintf(to, 80, "%.*s", (int)(text.n < 79 ? text.n : 79), (const char *)text.p);
    return to;
}

/* The newest manifest that has this assertion; *box receives it. */
static const struct store_manifest *find_assertion(const struct fakes *k, const char *label,
                                                   const struct store_box **box)
{
    for (size_t i = k->w.store.n; i-- > 0;) {
        const struct store_manifest *m = &k->w.store.items[i];
        *box = store_find_box(&m->assertions, bytes_of(label));
        if (*box && !(*box)->blank)
            return m;
    }
    return NULL;
}

/* What of a capture is changed, where: the last byte of a number, a digit of a text. */
static const struct field {
    const char *name;
    const char *outer; // map that holds it, or NULL
    const char *key;
    size_t at; // of a text: which character; SIZE_MAX: the last one
} fields[] = {
    { "camera id", NULL, "camera_id", SIZE_MAX },
    { "start frame", NULL, "start_frame", 0 },
    { "end frame", NULL, "end_frame", 0 },
    { "position, latitude", "position", "lat", 0 },
    { "position, longitude", "position", "lon", 0 },
    { "position, accuracy", "position", "accuracy_m", 0 },
    { "local time", NULL, "local_time", 15 },   // the minutes
    { "time in UTC", NULL, "captured_at", 15 }, // the minutes
    { "link to the picture before", NULL, "prev", SIZE_MAX },
};

/* The byte to change; NULL when the capture does not say this. Any bit 0 keeps digits digits. */
static const uint8_t *byte_of(struct cbor map, const struct field *f)
{
    struct cbor value = cbor_get(f->outer ? cbor_get(map, f->outer) : map, f->key);
    struct exh_bytes text;

    value = cbor_untagged(value);
    if (cbor_text(value, &text) || cbor_bytes(value, &text)) {
        const size_t at = f->at == SIZE_MAX ? text.n - 1 : f->at;
        return text.n && at < text.n ? text.p + at : NULL;
    }
    // Of a small number, its only byte; of a larger one, of a float, its last.
    return value.item.n ? value.item.p + value.item.n - 1 : NULL;
}

static bool read_capture(const struct fakes *k, struct cbor *map,
                         const struct store_manifest **manifest, const struct store_box **box)
{
    struct exh_error err;

    *manifest = find_assertion(k, NAME_CAPTURE, box);
    return *manifest && cbor_parse((*box)->data, 0, map, &err) == EXH_OK;
}

static void forge_capture(struct fakes *k)
{
    const struct store_manifest *manifest;
    const struct store_box *box;
    struct cbor map;

    if (!read_capture(k, &map, &manifest, &box)) {
        give_up(k, "camera, frames, position, time", "this file says nothing of its capture");
        return;
    }
    for (size_t i = 0; i < ARRAY_N(fields); i++) {
        const uint8_t *byte = byte_of(map, &fields[i]);
        if (byte)
            change(k, byte, 1, "%s", fields[i].name);
        else
            give_up(k, fields[i].name, "the camera does not say it");
    }
}

static bool digest_of(struct exh_bytes content, const uint8_t *changed, uint8_t mask,
                      uint8_t to[EXH_HASH_MAX])
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    const size_t before = changed ? (size_t)(changed - content.p) : content.n;

    if (!h)
        return false;
    crypto->hash_update(h, content.p, before);
    if (changed) {
        crypto->hash_update(h, &(uint8_t){ *changed ^ mask }, 1);
        crypto->hash_update(h, changed + 1, content.n - before - 1);
    }
    (void)crypto->hash_final(h, to);
    return true;
}

/* Where 32 bytes stand in a view; NULL: nowhere. */
static const uint8_t *find_digest(struct exh_bytes in, const uint8_t digest[32])
{
    for (size_t i = 0; in.n >= 32 && i <= in.n - 32; i++)
        if (memcmp(in.p + i, digest, 32) == 0)
            return in.p + i;
    return NULL;
}

/* A better forger: the camera id is changed, and the claim's hash of it set right again. */
static void forge_capture_and_hash(struct fakes *k)
{
    static const char name[] = "camera id, and its hash in the claim set right";
    const struct store_manifest *m;
    const struct store_box *box;
    uint8_t was[EXH_HASH_MAX], is[EXH_HASH_MAX];
    struct forgery f;
    struct exh_error err;
    struct cbor map;

    if (!read_capture(k, &map, &m, &box))
        return;
    const uint8_t *byte = byte_of(map, &fields[0]);
    if (!byte || !digest_of(box->content, NULL, 0, was) || !digest_of(box->content, byte, 1, is))
        return;
    const uint8_t *hash = find_digest(m->claim.data, was);
    if (!hash || forgery_new(&k->w, &f, &err) != EXH_OK)
        return;
    uint8_t *there = forgery_byte(&k->w, &f, byte);
    if (there)
        *there ^= 1;
    for (size_t i = 0; i < 32; i++) {
        uint8_t *to = forgery_byte(&k->w, &f, hash + i);
        if (to)
            *to = is[i];
    }
    judge_forgery(k, &f, name);
}

static void forge_assertions(struct fakes *k)
{
    char label[80], manifest[80];

    for (size_t i = k->w.store.n; i-- > 0;) {
        const struct store_manifest *m = &k->w.store.items[i];
        for (size_t a = 0; a < m->assertions.n && !m->compressed; a++) {
            const struct store_box *box = &m->assertions.items[a];
            if (!box->data.n || box->blank)
                continue;
            change(k, box->data.p + box->data.n - 1, 1, "assertion %s%s%s",
                   shown(box->label, label), i + 1 < k->w.store.n ? " of " : "",
                   i + 1 < k->w.store.n ? shown(m->label, manifest) : "");
        }
    }
}

/* Claim, signature and certificate of one manifest. */
static void forge_signature(struct fakes *k, const struct store_manifest *m, const char *of)
{
    struct cose cose;
    struct exh_error err;

    if (m->claim.data.n)
        change(k, m->claim.data.p + m->claim.data.n - 1, 1, "claim%s", of);
    if (cose_read(m->signature.data, 0, &cose, &err) != EXH_OK)
        return;
    if (cose.signature.n)
        change(k, cose.signature.p + cose.signature.n / 2, 1, "signature%s", of);
    if (cose.chain_n)
        change(k, cose.chain[0].p + cose.chain[0].n / 2, 1, "certificate%s", of);
}

/* The name of a header: its last digit is what hides it. */
static const uint8_t *find_text(struct exh_bytes in, const char *text)
{
    const size_t n = strlen(text);

    for (size_t i = 0; in.n >= n && i <= in.n - n; i++)
        if (memcmp(in.p + i, text, n) == 0)
            return in.p + i + n - 1;
    return NULL;
}

static void forge_stamp(struct fakes *k, const struct store_manifest *m, const char *of)
{
    struct cose cose;
    struct exh_error err;

    if (cose_read(m->signature.data, 0, &cose, &err) != EXH_OK || !cose.stamp.n)
        return;
    change(k, cose.stamp.p + cose.stamp.n / 2, 1, "time-stamp%s", of);
    change(k, cose.stamp.p + cose.stamp.n - 1, 1, "time-stamp%s: its signature", of);
    const uint8_t *header = find_text(cose.unprotected.item, cose.stamp_v1 ? "sigTst" : "sigTst2");
    if (header)
        change(k, header, 1, "time-stamp%s taken away", of);
}

static void forge_manifests(struct fakes *k)
{
    char of[96], label[80];

    for (size_t i = k->w.store.n; i-- > 0;) {
        const struct store_manifest *m = &k->w.store.items[i];
        of[0] = 0;
        if (i + 1 < k->w.store.n)
            (void)snprintf(of, sizeof of, " of %s", shown(m->label, label));
        if (m->compressed) { // its parts are not there byte by byte
            change(k, m->box.content.p + m->box.content.n - 1, 1, "compressed manifest%s", of);
            continue;
        }
        forge_signature(k, m, of);
        if (i < k->genuine->manifests_n && k->genuine->manifests[i].stamp_trusted)
            forge_stamp(k, m, of);
        else if (i < k->genuine->manifests_n && k->genuine->manifests[i].stamped)
            give_up(k, "time-stamp", "its authority is unknown; --tsa-trust ROOTS.pem names it");
        else
            give_up(k, "time-stamp", "there is none");
    }
}

/* The second half of a recording, played backwards. */
static void reverse_content(const struct workshop *w, struct forgery *f)
{
    const struct span c = workshop_content(w);
    uint8_t *p = f->p + c.at + c.n / 2;

    for (size_t i = 0, n = (size_t)(c.n - c.n / 2); i < n / 2; i++) {
        const uint8_t swap = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = swap;
    }
}

static void forge_splice(struct fakes *k)
{
    struct forgery f;
    struct exh_error err;

    if (impostor_splice(&k->w, &f, &err) == EXH_OK) {
        judge_forgery(k, &f, "splice: this credential on another picture");
        return;
    }
    if (forgery_new(&k->w, &f, &err) != EXH_OK) {
        give_up(k, "splice", err.text);
        return;
    }
    reverse_content(&k->w, &f);
    judge_forgery(k, &f, "splice: this credential on another recording");
}

static void forge_impostor(struct fakes *k)
{
    static const char name[] = "everything signed again by an impostor of the same name";
    struct forgery f;
    struct exh_error err;

    if (k->genuine->signer != EXH_SIGNER_TRUSTED)
        give_up(k, name, "the genuine signer is as unknown; --trust ROOTS.pem tells them apart");
    else if (impostor_sign(&k->w, k->genuine, k->judge.now, &f, &err) != EXH_OK)
        give_up(k, name, err.text);
    else
        judge_forgery(k, &f, name);
}

static void forge_absence(struct fakes *k)
{
    const struct exh_source file = exh_source_memory(k->w.p, k->w.n);
    struct exh_memory_sink m = { .size = k->w.n };
    struct forgery f = { 0 };
    struct exh_error err;
    uint8_t *store = NULL;
    size_t n = 0;

    if (k->w.sidecar) { // the file alone, without what lies beside it
        if (forgery_new(&k->w, &f, &err) != EXH_OK)
            return;
        free(f.sidecar);
        f.sidecar = NULL;
        judge_forgery(k, &f, "credential taken away");
        return;
    }
    m.p = malloc(k->w.n + 1);
    const struct exh_sink sink = exh_sink_memory(&m);
    if (m.p && exh_strip(&file, &sink, &store, &n, &err) == EXH_OK) {
        f.p = m.p;
        f.n = m.n;
        judge_forgery(k, &f, "credential taken away");
    } else {
        free(m.p);
    }
    free(store);
}

/* Nothing is forged: if this is not what the file itself gave, the rest would prove nothing. */
static enum exh_status check_control(struct fakes *k, struct exh_error *err)
{
    struct exh_report *report = NULL;
    struct forgery f;
    enum exh_status status = forgery_new(&k->w, &f, err);

    if (status != EXH_OK)
        return status;
    forgery_seal(&k->w, &f);
    const struct exh_source asset = exh_source_memory(f.p, f.n);
    const struct exh_source store = exh_source_memory(f.sidecar, f.sidecar_n);
    status = judge_source(&k->judge, k->w.path, &asset, f.sidecar ? &store : NULL, &report, err);
    if (status == EXH_OK && compare(k, report).axis)
        status = fail(err, EXH_INVALID, "%s: a copy of it gives another verdict", k->w.path);
    exh_report_free(report);
    forgery_free(&f);
    return status;
}

static void forge_all(struct fakes *k)
{
    forge_content(k);
    forge_capture(k);
    forge_capture_and_hash(k);
    forge_assertions(k);
    forge_manifests(k);
    forge_splice(k);
    forge_impostor(k);
    forge_absence(k);
}

static int conclude(struct fakes *k)
{
    if (k->call->shared.json) {
        json_close_array(&k->out);
        json_put_key(&k->out, "tried");
        json_put_uint(&k->out, k->tried);
        json_put_key(&k->out, "passed");
        json_put_uint(&k->out, k->passed);
        json_close_object(&k->out);
        fwrite(k->json.p, 1, k->json.n, stdout);
        putchar('\n');
    } else if (k->passed) {
        fprintf(k->t.to, "%u of %u forgeries passed.\n", k->passed, k->tried);
    } else if (!k->call->shared.quiet) {
        fprintf(k->t.to, "%u forgeries, all caught.\n", k->tried);
    }
    return k->passed ? EXIT_ALTERED : EXIT_HOLDS;
}

static void begin(struct fakes *k)
{
    if (k->call->shared.json) {
        json_open_object(&k->out);
        json_put_key(&k->out, "schema");
        json_put_int(&k->out, SCHEMA);
        json_put_key(&k->out, "file");
        json_put_text(&k->out, k->w.path);
        json_put_key(&k->out, "forgeries");
        json_open_array(&k->out);
    } else if (!k->call->shared.quiet) {
        term_styled(&k->t, STYLE_STRONG, k->w.path);
        fprintf(k->t.to, ": %s Now every part of it is forged in turn.\n  %s%-*s%s\n",
                k->genuine->headline, k->t.utf8 ? "  " : "", COLUMN, "caught by",
                "what was forged");
    }
}

static int forge_file(struct fakes *k, const struct fakes_args *a, const char *path)
{
    struct exh_error err;
    enum exh_status status = judge_open(&k->judge, &a->judge, &k->call->shared, &err);

    if (status == EXH_OK)
        status = judge_file(&k->judge, path, &k->genuine, &err);
    if (status != EXH_OK)
        return failed(k->call, &err);
    if (k->genuine->integrity != EXH_INTACT) {
        complain(k->call, "%s: %s Only a sound file can be forged.", path,
                 k->genuine->axes[0].sentence);
        return exh_report_exit_code(k->genuine);
    }
    status = workshop_open(&k->w, path, a->judge.store, &err);
    if (status == EXH_OK)
        status = check_control(k, &err);
    if (status != EXH_OK)
        return failed(k->call, &err);
    begin(k);
    forge_all(k);
    return conclude(k);
}

static int run(const struct call *call, const void *args)
{
    struct fakes k = {
        .call = call,
        .t = term_of(stdout, &call->shared),
        .json = buf_with_limit(JSON_MAX),
    };

    k.out = json_over(&k.json);
    const int code = forge_file(&k, args, call->operands.items[0]);
    workshop_close(&k.w);
    judge_close(&k.judge);
    exh_report_free(k.genuine);
    buf_free(&k.json);
    return code;
}

static const struct example examples[] = {
    { "exhibit fakes photo.jpg", "which part of a verdict catches which forgery" },
    { "exhibit fakes photo.jpg --trust roots.pem", "impostors too" },
};

const struct command cmd_fakes = {
    .name = "fakes",
    .summary = "forge every part of a signed file, and show what catches it",
    .operands = "FILE",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "Nothing is written: the forgeries are made and judged in memory. Exit status: 0 when "
             "each\n"
             "was caught, 1 when one passed.\n",
    .group = &judge_options,
    .group_at = offsetof(struct fakes_args, judge),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct fakes_args),
    .run = run,
};

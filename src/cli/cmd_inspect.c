/*
 * cmd_inspect.c -- exhibit inspect: what a sealed file says of itself in clear. Nothing of it is verified.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>
#include <exhibit/seal.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/names.h"
#include "base/text.h"
#include "cli/ledger_print.h"
#include "formats/json.h"

#define JSON_MAX ((size_t)64 << 10) // bytes: EXH_STANZAS_MAX stanzas

static void put_text(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    json_put_text(j, text);
}

static void put_number(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static void put_flag(struct json_out *j, const char *key, bool v)
{
    json_put_key(j, key);
    json_put_bool(j, v);
}

static void put_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n)
{
    char text[2 * EXH_HASH_MAX + 1];

    hex_write(text, p, n);
    put_text(j, key, text);
}

static void put_stanzas(struct json_out *j, const struct exh_inspection *i)
{
    json_put_key(j, "stanzas");
    json_open_array(j);
    for (size_t k = 0; k < i->stanzas_n; k++) {
        json_open_object(j);
        put_text(j, "type", i->stanzas[k].type);
        if (i->stanzas[k].tag[0])
            put_text(j, "tag", i->stanzas[k].tag);
        put_number(j, "body_bytes", i->stanzas[k].body_n);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_open(struct json_out *j, const struct exh_open_facts *o)
{
    json_put_key(j, "open");
    json_open_object(j);
    put_hex(j, "oid", o->oid, sizeof o->oid);
    put_hex(j, "stream_id", o->stream_id, sizeof o->stream_id);
    put_text(j, "sealer", o->sealer);
    put_text(j, "media_type", o->media_type);
    put_number(j, "opened_us", o->t0_us);
    put_number(j, "segment", o->segment);
    if (o->has_frames)
        put_number(j, "frame_first", o->frame_first);
    if (o->has_frames && o->has_last_frame)
        put_number(j, "frame_last", o->frame_last);
    put_flag(j, "ledger_required", o->ledger_required);
    put_flag(j, "sync_record", o->sync_record);
    json_close_object(j);
}

static enum exh_status print_json(const char *path, const struct exh_inspection *i,
                                  struct exh_error *err)
{
    struct buf b = buf_with_limit(JSON_MAX);
    struct json_out j = json_over(&b);

    json_open_object(&j);
    put_text(&j, "file", path);
    put_flag(&j, "armored", i->armored);
    put_number(&j, "bytes", i->size);
    put_number(&j, "header_bytes", i->header_n);
    put_number(&j, "chunks", i->chunks);
    put_flag(&j, "whole", i->whole);
    if (i->whole)
        put_number(&j, "plain_bytes", i->plain_n);
    put_stanzas(&j, i);
    put_flag(&j, "one_file", i->has_final);
    if (i->has_open)
        put_open(&j, &i->open);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        printf("%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

/* What a kind of stanza means to people; NULL: it is the ledger's, which is told below. */
static const char *meaning(const char *type)
{
    static const struct {
        const char *type, *what;
    } rows[] = {
        { "X25519", "an identity (age1...); whose, it does not tell" },
        { "p256tag", "a P-256 key: of a certificate or a device" },
        { "scrypt", "a passphrase" },
        { "ssh-rsa", "an RSA key of SSH" },
        { "ssh-ed25519", "an Ed25519 key of SSH" },
        { "mlkem768x25519", "a post-quantum identity" },
        { NAME_STANZA_OPENPGP, "an OpenPGP key, which holds one of the identities" },
        { NAME_STANZA_OPEN, NULL },
        { NAME_STANZA_FINAL, NULL },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        if (strcmp(type, rows[i].type) == 0)
            return rows[i].what;
    return "not known here";
}

static void print_stanza(const struct term *t, const struct exh_stanza_facts *s)
{
    const char *what = meaning(s->type);

    if (!what)
        return;
    fprintf(t->to, "  %-11s ", "opens for");
    term_put(t, what);
    fputs(" (", t->to);
    term_put(t, s->type);
    if (s->tag[0]) {
        fputc(' ', t->to);
        term_put(t, s->tag);
    }
    fputs(")\n", t->to);
}

static void print_open(const struct term *t, const struct exh_inspection *i)
{
    const struct exh_open_facts *o = &i->open;
    char at[US_TEXT_MAX], oid[2 * sizeof o->oid + 1];

    us_write(at, (int64_t)o->t0_us);
    hex_write(oid, o->oid, sizeof o->oid);
    ledger_print_line(t, "object", oid);
    fprintf(t->to, "  %-11s ", "claims");
    term_put(t, o->sealer);
    fprintf(t->to, " sealed it at %s: ", at);
    term_put(t, o->media_type);
    if (o->has_frames && o->has_last_frame && o->frame_last != o->frame_first)
        fprintf(t->to, ", frames %" PRIu64 " to %" PRIu64, o->frame_first, o->frame_last);
    else if (o->has_frames)
        fprintf(t->to, ", frame %" PRIu64 "%s", o->frame_first, o->has_last_frame ? "" : " and on");
    fputc('\n', t->to);
    if (i->has_final)
        ledger_print_line(t, "ledger", "in this file");
    else
        fprintf(t->to, "  %-11s beside it (.led), segment %" PRIu64 "%s\n", "ledger", o->segment,
                o->ledger_required ? ", and needed" : "");
    ledger_print_line(t, "now", "None of this is verified yet: exhibit check does it.");
}

static void print_text(const struct call *call, const char *path, const struct exh_inspection *i)
{
    const struct term t = term_of(stdout, &call->shared);

    term_styled(&t, STYLE_STRONG, strcmp(path, "-") == 0 ? "standard input" : path);
    fprintf(t.to, ": an age file%s, ", i->armored ? ", armored" : "");
    if (i->whole)
        fprintf(t.to, "%" PRIu64 " bytes in clear\n", i->plain_n);
    else
        fputs("not closed: cut off, or still growing\n", t.to);
    for (size_t k = 0; k < i->stanzas_n; k++)
        print_stanza(&t, &i->stanzas[k]);
    fprintf(t.to, "  %-11s header %" PRIu64 " bytes, %" PRIu64 " chunk%s of 64 KiB\n", "size",
            i->header_n, i->chunks, i->chunks == 1 ? "" : "s");
    if (i->has_open)
        print_open(&t, i);
    else
        ledger_print_line(&t, "ledger", "none: nobody signed it");
}

static enum exh_status inspect(const char *path, struct exh_inspection *i, struct exh_error *err)
{
    struct exh_source source = { 0 };
    enum exh_status status = exh_source_open(path, &source, err);

    if (status != EXH_OK)
        return status;
    status = exh_inspect(&source, exh_crypto_openssl(), i, err);
    exh_source_close(&source);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

static int inspect_file(const struct call *call, const char *path)
{
    struct exh_inspection *i = calloc(1, sizeof *i);
    struct exh_error err;
    enum exh_status status = i ? inspect(path, i, &err) : fail_no_memory(&err);

    if (status == EXH_OK && call->shared.json)
        status = print_json(path, i, &err);
    else if (status == EXH_OK)
        print_text(call, path, i);
    free(i);
    return status == EXH_OK ? EXIT_HOLDS : failed(call, &err);
}

static int run(const struct call *call, const void *args)
{
    int code = EXIT_HOLDS;

    (void)args;
    for (size_t i = 0; i < call->operands.n; i++)
        code = exit_code_join(code, inspect_file(call, call->operands.items[i]));
    return code;
}

static const struct example examples[] = {
    { "exhibit inspect photo.jpg.age", "who can open it, and what it says of itself" },
    { "exhibit inspect --json *.age", "the same of several files, for programs" },
};

const struct command cmd_inspect = {
    .name = "inspect",
    .summary = "show what a sealed file says of itself; nothing is verified",
    .operands = "FILE...",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "No key is needed. An identity's share does not tell whose it is: only the number of\n"
             "people who can open a file shows.\n",
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .args_size = 0,
    .run = run,
};

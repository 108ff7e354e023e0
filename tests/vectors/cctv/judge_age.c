/*
 * judge_age.c -- opens the age vectors that `run` has laid out, and says of each whether all is as it must be.
 *
 *     judge_age FOLDER NAME...     FOLDER/NAME.facts holds the lines of its head, FOLDER/NAME.age the file
 */
#include <stdio.h>

#include "base/text.h"
#include "check.h"
#include "seal/age_case.h"
#include "seal/identity.h"

#include <exhibit/file.h>

#define FILE_MAX  ((size_t)64 << 20)
#define SMALL     20000 // bytes of a file that is also read byte by byte
#define FACTS_MAX 16

struct vector {
    const char *name;
    struct exh_bytes file;  // owned
    struct exh_bytes facts; // owned
    struct exh_bytes expect, payload, file_key;
    bool armored;
    struct exh_identities *ids; // owned
};

static const struct exh_crypto *crypto;

static struct exh_bytes read_file(const char *folder, const char *name, const char *suffix)
{
    char path[4096];
    struct exh_error err;
    uint8_t *p = NULL;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    if (exh_file_read(path, FILE_MAX, &p, &n, &err) != EXH_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    return (struct exh_bytes){ p, n };
}

static void take_fact(struct vector *v, struct exh_bytes key, struct exh_bytes value)
{
    struct exh_error err = { 0 };
    const char *text = (const char *)value.p;

    if (bytes_are(key, "expect"))
        v->expect = value;
    else if (bytes_are(key, "payload"))
        v->payload = value;
    else if (bytes_are(key, "file key"))
        v->file_key = value;
    else if (bytes_are(key, "armored"))
        v->armored = true;
    else if (bytes_are(key, "identity"))
        CHECK(!exh_identities_add(v->ids, text, value.n, NULL, NULL, &err), "%s: %s", v->name,
              err.text);
    else if (bytes_are(key, "passphrase"))
        CHECK(!exh_identities_add_passphrase(v->ids, text, value.n, &err), "%s: %s", v->name,
              err.text);
}

static struct vector vector_read(const char *folder, const char *name)
{
    struct vector v = { .name = name, .ids = exh_identities_new() };
    v.facts = read_file(folder, name, ".facts");
    v.file = read_file(folder, name, ".age");

    struct exh_bytes rest = v.facts;
    while (rest.n) {
        const uint8_t *end = memchr(rest.p, '\n', rest.n), *colon = memchr(rest.p, ':', rest.n);
        if (!end || !colon || colon + 2 > end)
            break;
        take_fact(&v, (struct exh_bytes){ rest.p, (size_t)(colon - rest.p) },
                  (struct exh_bytes){ colon + 2, (size_t)(end - colon - 2) });
        rest.n -= (size_t)(end + 1 - rest.p);
        rest.p = end + 1;
    }
    return v;
}

static void vector_free(struct vector *v)
{
    exh_identities_free(v->ids);
    free((void *)(uintptr_t)v->facts.p);
    free((void *)(uintptr_t)v->file.p);
}

static bool as_expected(const struct vector *v, const struct age_opening *o)
{
    const bool refused =
        o->status == EXH_MALFORMED || o->status == EXH_LIMIT || o->status == EXH_UNSUPPORTED;

    if (bytes_are(v->expect, "success"))
        return o->failed_at == STAGE_DONE && o->state == AGE_CLOSED;
    if (bytes_are(v->expect, "no match"))
        return o->failed_at == STAGE_KEY && o->status == EXH_DENIED;
    if (bytes_are(v->expect, "HMAC failure"))
        return o->failed_at == STAGE_MAC;
    if (bytes_are(v->expect, "header failure") && o->failed_at == STAGE_PAYLOAD)
        return v->file.n - o->header->text.n < AGE_NONCE_N; // the nonce is of the header there
    if (bytes_are(v->expect, "header failure"))
        return (o->failed_at == STAGE_HEADER || o->failed_at == STAGE_KEY) && refused;
    if (bytes_are(v->expect, "armor failure"))
        return o->failed_at == STAGE_ARMOR && o->status == EXH_MALFORMED;
    if (bytes_are(v->expect, "payload failure"))
        return o->failed_at == STAGE_PAYLOAD && o->status == EXH_MALFORMED &&
               (o->state == AGE_CUT || o->state == AGE_ALTERED);
    return false;
}

/* What came out, before a failure too, has the hash that the vector names. */
static bool payload_holds(const struct vector *v, const struct age_opening *o)
{
    uint8_t want[32], digest[EXH_HASH_MAX];

    if (!v->payload.n || o->failed_at < STAGE_PAYLOAD)
        return true;
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    crypto->hash_update(h, o->plain.p, o->plain.n);
    crypto->hash_final(h, digest);
    return hex_read(v->payload, want, sizeof want) && memcmp(want, digest, sizeof want) == 0;
}

static bool key_holds(const struct vector *v, const struct age_opening *o)
{
    uint8_t want[FILE_KEY_N];

    return !o->key || !v->file_key.n ||
           (hex_read(v->file_key, want, sizeof want) &&
            memcmp(want, o->key->bytes, sizeof want) == 0);
}

/* Lines end with LF, and nothing but one LF stands around: what writing armor gives. */
static size_t plain_armor(struct exh_bytes in, uint8_t *to)
{
    size_t n = 0;

    for (size_t i = 0; i < in.n; i++)
        if (in.p[i] != '\r' && (n || in.p[i] > ' '))
            to[n++] = in.p[i];
    while (n && to[n - 1] <= ' ')
        n--;
    to[n++] = '\n';
    return n;
}

static void check_armor_again(const struct vector *v)
{
    struct exh_memory_sink binary = { 0 };
    uint8_t *want = malloc(v->file.n + 1);
    struct exh_memory_sink text = { .p = malloc(v->file.n + 1), .size = v->file.n + 1 };
    const struct exh_sink to = exh_sink_memory(&text);
    struct armor_writer w;
    struct exh_error err = { 0 };

    armor_writer_init(&w, &to);
    const struct exh_sink in = armor_writer_sink(&w);
    enum exh_status status = unarmored(v->file, v->file.n, &binary, &err);
    if (!status)
        status = write_in_pieces(&in, (struct exh_bytes){ binary.p, binary.n }, 1000, &err);
    if (!status)
        status = armor_writer_end(&w, &err);
    const size_t n = plain_armor(v->file, want);
    CHECK(!status && text.n == n && memcmp(text.p, want, n) == 0, "%s: armor written again differs",
          v->name);
    free(binary.p);
    free(want);
    free(text.p);
}

static void check_header_again(const struct vector *v, const struct age_header *h)
{
    struct buf b = buf_with_limit(AGE_HEADER_MAX);

    age_header_put_start(&b);
    for (size_t i = 0; i < h->stanzas_n; i++) {
        const struct age_stanza *s = &h->stanzas[i];
        char words[FACTS_MAX][128] = { { 0 } };
        const char *args[FACTS_MAX] = { words[0] };
        if (!CHECK(s->args_n < FACTS_MAX && s->type.n < 128, "%s: many arguments", v->name))
            continue;
        memcpy(words[0], s->type.p, s->type.n);
        for (size_t a = 0; a < s->args_n; a++) {
            const struct exh_bytes arg = age_stanza_arg(s, a);
            memcpy(words[a + 1], arg.p, arg.n < 127 ? arg.n : 127);
            args[a + 1] = words[a + 1];
        }
        age_header_put_stanza(&b, args, 1 + s->args_n, s->body);
    }
    age_header_put_mark(&b);
    age_header_put_mac(&b, h->mac);
    CHECK(bytes_equal(h->text, buf_view(&b)), "%s: header written again differs", v->name);
    buf_free(&b);
}

/* The same key and nonce over what came out give the same payload. */
static void check_payload_again(const struct vector *v, const struct age_opening *o)
{
    const struct exh_bytes want = { v->file.p + o->header->text.n, v->file.n - o->header->text.n };
    struct exh_memory_sink again = { .p = malloc(want.n + 1), .size = want.n };
    const struct exh_sink to = exh_sink_memory(&again);
    struct age_writer *w = NULL;
    struct exh_error err = { 0 };
    enum exh_status status = age_writer_new(o->key, want.p, &to, &w, &err);

    if (!status) {
        const struct exh_sink in = age_writer_sink(w);
        status = write_in_pieces(&in, (struct exh_bytes){ o->plain.p, o->plain.n }, 70000, &err);
    }
    if (!status)
        status = age_writer_end(w, &err);
    CHECK(!status && again.n == want.n && memcmp(again.p, want.p, want.n) == 0,
          "%s: payload sealed again differs %s", v->name, err.text);
    age_writer_free(w);
    free(again.p);
}

static void check_again(const struct vector *v, const struct age_opening *o)
{
    if (v->armored) {
        if (o->failed_at != STAGE_ARMOR)
            check_armor_again(v);
        return;
    }
    if (o->header)
        check_header_again(v, o->header);
    if (o->failed_at == STAGE_DONE)
        check_payload_again(v, o);
}

static bool judge(const char *folder, const char *name)
{
    const int failed_before = checks_failed;
    struct vector v = vector_read(folder, name);
    const size_t steps[] = { v.file.n + 1, 65552, 4093, 1 };
    const bool slow = v.ids->items[0].kind == IDENTITY_PASSPHRASE;

    for (size_t i = 0; i < ARRAY_N(steps); i++) {
        if ((steps[i] == 1 && v.file.n > SMALL) || (slow && i))
            continue;
        struct age_opening o = age_opening_of(v.file, v.armored, v.ids, steps[i]);
        CHECK(as_expected(&v, &o), "%s by %zu: not \"%.*s\" but stage %u, status %u (%s)", name,
              steps[i], (int)v.expect.n, (const char *)v.expect.p, o.failed_at, o.status,
              o.err.text);
        CHECK(payload_holds(&v, &o), "%s by %zu: another payload, of %zu bytes", name, steps[i],
              o.plain.n);
        CHECK(key_holds(&v, &o), "%s by %zu: another file key", name, steps[i]);
        if (i == 0)
            check_again(&v, &o);
        age_opening_free(&o);
    }
    vector_free(&v);
    return checks_failed == failed_before;
}

int main(int argc, char **argv)
{
    crypto = exh_crypto_openssl();
    for (int i = 2; i < argc; i++)
        printf("%s - age vector %s\n", judge(argv[1], argv[i]) ? "ok" : "not ok", argv[i]);
    return checks_failed || !checks_made;
}

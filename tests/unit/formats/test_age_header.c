/* Headers of age files: what is accepted, each way to break one, and written again the same bytes. */
#include "formats/age_header.h"

#include "base/text.h"
#include "check.h"

#define START "age-encryption.org/v1\n"
#define L64   "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB" // 48 bytes
#define B43   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define END   "--- " B43 "\n"
#define X     "-> X25519 " B43 "\n" B43 "\n"

static const struct {
    const char *name, *in;
    enum exh_status want;
    size_t stanzas;
} cases[] = {
    { "one stanza", START X END, EXH_OK, 1 },
    { "two stanzas", START X X END, EXH_OK, 2 },
    { "a type alone", START "-> grease\n\n" END, EXH_OK, 1 },
    { "a body of a full line", START "-> a b\n" L64 "\n\n" END, EXH_OK, 1 },
    { "a body of two lines", START "-> a b\n" L64 "\nQUE\n" END, EXH_OK, 1 },
    { "every character of an argument",
      START
      "-> "
      "!\"#$%&'()*+,-./"
      "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ x\n\n" END,
      EXH_OK, 1 },
    { "a payload behind", START X END "payload\n--- \n", EXH_OK, 1 },
    { "empty", "", EXH_MALFORMED, 0 },
    { "no age file", "PK\3\4", EXH_MALFORMED, 0 },
    { "another version", "age-encryption.org/v2\n" X END, EXH_UNSUPPORTED, 0 },
    { "a longer version", "age-encryption.org/v10\n" X END, EXH_UNSUPPORTED, 0 },
    { "CRLF", "age-encryption.org/v1\r\n-> a\r\n\r\n" END, EXH_UNSUPPORTED, 0 },
    { "CR in a stanza", START "-> a\r\n\n" END, EXH_MALFORMED, 0 },
    { "CR in a body", START "-> a\nQUE\r\n" END, EXH_MALFORMED, 0 },
    { "no stanza", START END, EXH_MALFORMED, 0 },
    { "an empty line", START "\n" X END, EXH_MALFORMED, 0 },
    { "no space behind ->", START "->X25519\n\n" END, EXH_MALFORMED, 0 },
    { "no argument", START "->\n\n" END, EXH_MALFORMED, 0 },
    { "an empty argument", START "-> \n\n" END, EXH_MALFORMED, 0 },
    { "an empty first argument", START "->  a\n\n" END, EXH_MALFORMED, 0 },
    { "an empty argument between", START "-> a  b\n\n" END, EXH_MALFORMED, 0 },
    { "a space behind the arguments", START "-> a b \n\n" END, EXH_MALFORMED, 0 },
    { "a tab", START "-> a\tb\n\n" END, EXH_MALFORMED, 0 },
    { "DEL", START "-> a\177\n\n" END, EXH_MALFORMED, 0 },
    { "not ASCII", START "-> \303\244\n\n" END, EXH_MALFORMED, 0 },
    { "a long line", START "-> a\n" L64 "QUE\n" END, EXH_MALFORMED, 0 },
    { "two short lines", START "-> a\nQUE\nQUE\n" END, EXH_MALFORMED, 0 },
    { "no short line", START "-> a\n" L64 "\n" END, EXH_MALFORMED, 0 },
    { "no body", START "-> a\n" END, EXH_MALFORMED, 0 },
    { "no body, then a stanza", START "-> a\n" X END, EXH_MALFORMED, 0 },
    { "padding", START "-> a\nQUE=\n" END, EXH_MALFORMED, 0 },
    { "unused bits", START "-> a\nQUF\n" END, EXH_MALFORMED, 0 },
    { "no MAC", START X "---\n", EXH_MALFORMED, 0 },
    { "no space before the MAC", START X "---" B43 "\n", EXH_MALFORMED, 0 },
    { "two spaces before the MAC", START X "---  " B43 "\n", EXH_MALFORMED, 0 },
    { "a space behind the MAC", START X "--- " B43 " \n", EXH_MALFORMED, 0 },
    { "a short MAC", START X "--- AAAA\n", EXH_MALFORMED, 0 },
    { "a MAC that is not canonical", START X "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n",
      EXH_MALFORMED, 0 },
    { "something before the MAC's line", START X "x" END, EXH_MALFORMED, 0 },
};

static enum exh_status parse(const char *in, size_t n, struct age_header **out,
                             struct exh_error *err)
{
    uint8_t *copy = exact_copy(in, n);
    struct exh_source whole = exh_source_memory(copy, n);
    struct age_header *again = NULL;
    struct exh_error other = { 0 };
    const enum exh_status status = age_header_read((struct exh_bytes){ copy, n }, out, err);
    const enum exh_status from_source = age_header_read_source(&whole, &again, &other);

    CHECK(status == from_source, "from a source: %u (%s), not %u", from_source, other.text, status);
    age_header_free(again);
    free(copy);
    return status;
}

/* Write a header from its views; it must be the text that was read. */
static void check_again(const struct age_header *h, const char *name)
{
    struct buf b = buf_with_limit(AGE_HEADER_MAX);
    struct exh_error err;

    age_header_put_start(&b);
    for (size_t i = 0; i < h->stanzas_n; i++) {
        const struct age_stanza *s = &h->stanzas[i];
        char words[4][128] = { { 0 } };
        const char *args[4] = { words[0], words[1], words[2], words[3] };
        const size_t at = b.n;
        memcpy(words[0], s->type.p, s->type.n);
        for (size_t a = 0; a < s->args_n && a < 3; a++) {
            struct exh_bytes arg = age_stanza_arg(s, a);
            memcpy(words[a + 1], arg.p, arg.n);
        }
        age_header_put_stanza(&b, args, 1 + s->args_n, s->body);
        const size_t chars = s->type.n + (s->args_n ? 1 + s->args.n : 0);
        CHECK(age_stanza_size(chars, s->body.n) == b.n - at, "%s: size of stanza %zu", name, i);
        CHECK(bytes_equal(s->text, (struct exh_bytes){ b.p + at, b.n - at }),
              "%s: text of stanza %zu", name, i);
    }
    age_header_put_mark(&b);
    CHECK(bytes_equal(h->authenticated, buf_view(&b)), "%s: what the MAC covers", name);
    age_header_put_mac(&b, h->mac);
    CHECK(!buf_finish(&b, &err), "%s", err.text);
    CHECK(bytes_equal(h->text, buf_view(&b)), "%s: written again it differs", name);
    buf_free(&b);
}

static void check_table(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct age_header *h = NULL;
        struct exh_error err = { 0 };
        const size_t n = strlen(cases[i].in);
        const enum exh_status got = parse(cases[i].in, n, &h, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        if (got)
            continue;
        CHECK(h->stanzas_n == cases[i].stanzas, "%s: %zu stanzas", cases[i].name, h->stanzas_n);
        check_again(h, cases[i].name);
        for (size_t cut = 0; cut < h->text.n; cut++) {
            struct age_header *less = NULL;
            CHECK(parse(cases[i].in, cut, &less, &err) == EXH_MALFORMED, "%s: prefix of %zu",
                  cases[i].name, cut);
        }
        age_header_free(h);
    }
}

static void check_views(void)
{
    const char *in = START "-> type one two three\n" L64 "\nQUJD\n" END;
    struct age_header *h = NULL;
    struct exh_error err = { 0 };

    if (!CHECK(!parse(in, strlen(in), &h, &err), "%s", err.text))
        return;
    const struct age_stanza *s = &h->stanzas[0];
    CHECK(bytes_are(s->type, "type") && s->args_n == 3, "type and %zu arguments", s->args_n);
    CHECK(bytes_are(age_stanza_arg(s, 0), "one"), "first argument");
    CHECK(bytes_are(age_stanza_arg(s, 1), "two"), "second argument");
    CHECK(bytes_are(age_stanza_arg(s, 2), "three"), "third argument");
    CHECK(s->body.n == 51 && bytes_end(s->body, "AAABC"), "body of %zu bytes", s->body.n);
    age_header_free(h);
}

/* Where a header ends is known as soon as its last byte is there, and a wrong beginning at once. */
static void check_size(void)
{
    const char *in = START X END "payload";
    const size_t whole = strlen(in) - strlen("payload");
    struct exh_error err;
    size_t size = 0;

    for (size_t n = 0; n <= strlen(in); n++) {
        CHECK(!age_header_size((struct exh_bytes){ (const uint8_t *)in, n }, &size, &err),
              "%zu: %s", n, err.text);
        CHECK(size == (n < whole ? 0 : whole), "%zu bytes: header of %zu", n, size);
    }
    CHECK(age_header_size(bytes_of("age-encryptioN"), &size, &err) == EXH_MALFORMED, "wrong early");
    CHECK(age_header_size(bytes_of("-"), &size, &err) == EXH_MALFORMED, "wrong at once");
}

static enum exh_status read_many(size_t stanzas, size_t body_n, struct exh_error *err)
{
    static const uint8_t zeros[65536];
    struct buf b = buf_with_limit((size_t)1 << 20);
    const char *args[] = { "grease" };
    const uint8_t mac[AGE_MAC_N] = { 0 };
    struct age_header *h = NULL;

    age_header_put_start(&b);
    for (size_t i = 0; i < stanzas; i++)
        age_header_put_stanza(&b, args, 1, (struct exh_bytes){ zeros, body_n });
    age_header_put_mark(&b);
    age_header_put_mac(&b, mac);
    enum exh_status status = age_header_read(buf_view(&b), &h, err);
    if (!status)
        CHECK(h->stanzas_n == stanzas && h->text.n == b.n, "%zu stanzas", h->stanzas_n);
    age_header_free(h);
    buf_free(&b);
    return status;
}

static void check_limits(void)
{
    struct exh_error err = { 0 };
    struct buf endless = buf_with_limit((size_t)1 << 20);
    size_t size = 0;

    CHECK(read_many(AGE_STANZAS_MAX, 32, &err) == EXH_OK, "%s", err.text);
    CHECK(read_many(AGE_STANZAS_MAX + 1, 32, &err) == EXH_LIMIT, "one stanza over");
    CHECK(read_many(1, 48336, &err) == EXH_OK, "%s", err.text); // a header of 65536 bytes
    CHECK(read_many(1, 48337, &err) == EXH_LIMIT, "one byte over");
    CHECK(read_many(1, 65536, &err) == EXH_LIMIT, "far over");

    buf_put_text(&endless, START);
    buf_put_zeros(&endless, AGE_HEADER_MAX);
    CHECK(age_header_size(buf_view(&endless), &size, &err) == EXH_LIMIT, "no end");
    endless.n = AGE_HEADER_MAX - 1;
    CHECK(age_header_size(buf_view(&endless), &size, &err) == EXH_OK && size == 0, "no end yet");
    buf_free(&endless);
}

/* A source of 10 GB that begins with a header, and counts what is read of it. */
struct counted {
    struct exh_bytes head;
    uint64_t read;
    bool fails;
};

static enum exh_status counted_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    struct counted *c = ctx;

    if (c->fails)
        return fail(err, EXH_IO, "the disk is gone");
    c->read += n;
    for (size_t i = 0; i < n; i++)
        to[i] = at + i < c->head.n ? c->head.p[at + i] : 0;
    return EXH_OK;
}

static void check_source(void)
{
    static const uint8_t body[40000];
    static const size_t sizes[] = { 32, 4000, 40000 };
    const char *args[] = { "grease" };
    const uint8_t mac[AGE_MAC_N] = { 0 };

    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        struct buf b = buf_with_limit(AGE_HEADER_MAX);
        struct exh_error err = { 0 };
        struct age_header *h = NULL;
        age_header_put_start(&b);
        age_header_put_stanza(&b, args, 1, (struct exh_bytes){ body, sizes[i] });
        age_header_put_mark(&b);
        age_header_put_mac(&b, mac);
        struct counted c = { .head = buf_view(&b) };
        struct exh_source s = { .size = 10000000000, .read = counted_read, .ctx = &c };
        CHECK(!age_header_read_source(&s, &h, &err), "%s", err.text);
        CHECK(c.read < b.n + 4096, "%zu bytes of header: %u read", b.n, (unsigned)c.read);
        age_header_free(h);
        c.fails = true;
        CHECK(age_header_read_source(&s, &h, &err) == EXH_IO, "a source that fails");
        buf_free(&b);
    }
}

int main(void)
{
    check_table();
    check_source();
    check_views();
    check_size();
    check_limits();
    return check_done();
}

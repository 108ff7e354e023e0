#include "formats/age_header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/source.h"
#include "base/text.h"
#include "formats/base64.h"

#define COLUMNS     64                // characters of a full line of a body
#define LINE_BYTES  (COLUMNS / 4 * 3) // bytes of it
#define PIECE_N     ((size_t)4 << 10) // bytes read of a source at a time
#define VERSION_N   (sizeof AGE_VERSION_LINE - 1)
#define VERSION_ANY "age-encryption.org/"

static const char stanza_start[] = "-> ";
static const char mark[] = "---";

static enum exh_status check_version(struct exh_bytes in, struct exh_error *err)
{
    const size_t n = in.n < VERSION_N ? in.n : VERSION_N;

    if (n == 0 || memcmp(in.p, AGE_VERSION_LINE, n) == 0)
        return EXH_OK;
    if (bytes_start(in, VERSION_ANY))
        return fail(err, EXH_UNSUPPORTED,
                    "the first line names another version of age files than v1");
    return fail(err, EXH_MALFORMED, "no age file: the first line is not \"age-encryption.org/v1\"");
}

/* Bytes of `in` up to the end of the line that begins with the mark; 0: it is not whole. */
static size_t find_end(struct exh_bytes in)
{
    struct reader r = reader_over(in, 0);

    for (;;) {
        struct exh_bytes line = reader_until(&r, '\n');
        if (r.failed)
            return 0;
        if (bytes_start(line, mark))
            return in.n - r.rest.n;
    }
}

enum exh_status age_header_size(struct exh_bytes in, size_t *n, struct exh_error *err)
{
    enum exh_status status = check_version(in, err);

    if (status)
        return status;
    if (in.n > AGE_HEADER_MAX)
        in.n = AGE_HEADER_MAX;
    const size_t found = find_end(in);
    if (!found && in.n == AGE_HEADER_MAX)
        return fail(err, EXH_LIMIT, "the age header has no end within %zu bytes", AGE_HEADER_MAX);
    *n = found;
    return EXH_OK;
}

/* Printable ASCII, in words with one space between them. */
static bool args_valid(struct exh_bytes args)
{
    uint8_t before = ' ';

    for (size_t i = 0; i < args.n; before = args.p[i++]) {
        const uint8_t c = args.p[i];
        if (c == ' ' ? before == ' ' : c < 0x21 || c > 0x7E)
            return false;
    }
    return before != ' ';
}

static void split_args(struct exh_bytes line, struct age_stanza *s)
{
    struct reader r = reader_over(line, 0);
    struct exh_bytes type = reader_until(&r, ' ');

    if (r.failed) { // no space: the type alone
        s->type = line;
        return;
    }
    s->type = type;
    s->args = r.rest;
    s->args_n = 1;
    for (size_t i = 0; i < s->args.n; i++)
        s->args_n += s->args.p[i] == ' ';
}

/* Decode the lines of a body to *free, which has room for them, and move it behind them. */
static enum exh_status read_body(struct reader *in, uint8_t **free_at, struct exh_bytes *body,
                                 struct exh_error *err)
{
    uint8_t *to = *free_at;

    for (;;) {
        const uint64_t at = in->pos;
        struct exh_bytes line = reader_until(in, '\n');
        if (in->failed)
            return fail(err, EXH_MALFORMED, "age header: the stanza at %" PRIu64 " is cut short",
                        at);
        if (line.n > COLUMNS)
            return fail(err, EXH_MALFORMED,
                        "age header: the line at %" PRIu64 " has %zu characters; %d are the most",
                        at, line.n, COLUMNS);
        if (!base64_read(line, to))
            return fail(err, EXH_MALFORMED,
                        "age header: the line at %" PRIu64 " is no canonical base64", at);
        to += BASE64_BYTES_N(line.n);
        if (line.n < COLUMNS)
            break;
    }
    *body = (struct exh_bytes){ *free_at, (size_t)(to - *free_at) };
    *free_at = to;
    return EXH_OK;
}

static enum exh_status read_stanza(struct reader *in, uint8_t **free_at, struct age_stanza *out,
                                   struct exh_error *err)
{
    const uint64_t at = in->pos;
    const uint8_t *start = in->rest.p;
    struct age_stanza s = { 0 };
    struct exh_bytes line = reader_until(in, '\n');

    if (!bytes_start(line, stanza_start))
        return fail(err, EXH_MALFORMED,
                    "age header: the line at %" PRIu64 " begins neither with \"-> \" nor \"---\"",
                    at);
    line.p += sizeof stanza_start - 1;
    line.n -= sizeof stanza_start - 1;
    if (!args_valid(line))
        return fail(err, EXH_MALFORMED,
                    "age header: the arguments at %" PRIu64
                    " are not words of printable ASCII with one space between them",
                    at);
    split_args(line, &s);

    enum exh_status status = read_body(in, free_at, &s.body, err);
    if (status)
        return status;
    s.text = (struct exh_bytes){ start, (size_t)(in->rest.p - start) };
    *out = s;
    return EXH_OK;
}

static enum exh_status read_mac(struct reader *in, uint8_t mac[AGE_MAC_N], struct exh_error *err)
{
    const uint64_t at = in->pos;
    struct exh_bytes line = reader_until(in, '\n');

    if (line.n == AGE_MAC_LINE_N - 1 && line.p[sizeof mark - 1] == ' ' &&
        base64_read_exact((struct exh_bytes){ line.p + sizeof mark, line.n - sizeof mark }, mac,
                          AGE_MAC_N))
        return EXH_OK;
    return fail(err, EXH_MALFORMED,
                "age header: the last line, at %" PRIu64
                ", is not \"--- \" and 43 characters of base64",
                at);
}

static enum exh_status read_all(struct age_header *h, uint8_t *bodies, struct exh_error *err)
{
    struct reader in = reader_over(h->text, 0);
    enum exh_status status = EXH_OK;

    reader_take(&in, VERSION_N);
    while (!status && !bytes_start(in.rest, mark)) {
        if (h->stanzas_n == AGE_STANZAS_MAX)
            return fail(err, EXH_LIMIT, "age header: more than %d stanzas", AGE_STANZAS_MAX);
        status = read_stanza(&in, &bodies, &h->stanzas[h->stanzas_n++], err);
    }
    if (status)
        return status;
    if (!h->stanzas_n)
        return fail(err, EXH_MALFORMED, "age header: no stanza, so nobody could open the file");
    h->authenticated = (struct exh_bytes){ h->text.p, (size_t)in.pos + sizeof mark - 1 };
    return read_mac(&in, h->mac, err);
}

/* A header with the bytes that its views are of. */
struct stored {
    struct age_header h; // the first member: freed as such
    uint8_t bytes[];     // the text, then the bodies
};

enum exh_status age_header_read(struct exh_bytes in, struct age_header **out, struct exh_error *err)
{
    size_t n = 0;
    enum exh_status status = age_header_size(in, &n, err);

    if (status)
        return status;
    if (!n)
        return fail(err, EXH_MALFORMED, "the age header is cut short after %zu bytes", in.n);
    struct stored *s = calloc(1, sizeof *s + n + BASE64_BYTES_N(n));
    if (!s)
        return fail_no_memory(err);

    memcpy(s->bytes, in.p, n);
    s->h.text = (struct exh_bytes){ s->bytes, n };
    status = read_all(&s->h, s->bytes + n, err);
    if (status) {
        free(s);
        return status;
    }
    *out = &s->h;
    return EXH_OK;
}

enum exh_status age_header_read_source(const struct exh_source *s, struct age_header **out,
                                       struct exh_error *err)
{
    struct buf b = buf_with_limit(AGE_HEADER_MAX + PIECE_N);
    enum exh_status status = EXH_OK;
    size_t n = 0;

    while (!status && !n && b.n < s->size) {
        const uint64_t left = s->size - b.n;
        const size_t piece = left < PIECE_N ? (size_t)left : PIECE_N;
        uint8_t *room = buf_room(&b, piece);
        status = buf_finish(&b, err);
        if (!status)
            status = source_read(s, b.n - piece, room, piece, err);
        if (!status)
            status = age_header_size(buf_view(&b), &n, err);
    }
    if (!status)
        status = age_header_read(buf_view(&b), out, err);
    buf_free(&b);
    return status;
}

void age_header_free(struct age_header *h)
{
    free(h);
}

struct exh_bytes age_stanza_arg(const struct age_stanza *stanza, size_t i)
{
    struct reader r = reader_over(stanza->args, 0);

    while (i--)
        reader_until(&r, ' ');
    const uint8_t *end = r.rest.n ? memchr(r.rest.p, ' ', r.rest.n) : NULL;
    return end ? (struct exh_bytes){ r.rest.p, (size_t)(end - r.rest.p) } : r.rest;
}

void age_header_put_start(struct buf *b)
{
    buf_put_text(b, AGE_VERSION_LINE);
}

void age_header_put_stanza(struct buf *b, const char *const args[], size_t args_n,
                           struct exh_bytes body)
{
    char line[COLUMNS];

    buf_put_text(b, "->");
    for (size_t i = 0; i < args_n; i++) {
        buf_put_u8(b, ' ');
        buf_put_text(b, args[i]);
    }
    buf_put_u8(b, '\n');
    for (;;) {
        const size_t n = body.n < LINE_BYTES ? body.n : LINE_BYTES;
        base64_write(line, body.p, n);
        buf_put(b, line, BASE64_TEXT_N(n));
        buf_put_u8(b, '\n');
        if (n < LINE_BYTES) // the shorter line ends the body, if need be an empty one
            return;
        body.p += n;
        body.n -= n;
    }
}

void age_header_put_mark(struct buf *b)
{
    buf_put_text(b, mark);
}

void age_header_put_mac(struct buf *b, const uint8_t mac[AGE_MAC_N])
{
    char text[BASE64_TEXT_N(AGE_MAC_N)];

    base64_write(text, mac, AGE_MAC_N);
    buf_put_u8(b, ' ');
    buf_put(b, text, sizeof text);
    buf_put_u8(b, '\n');
}

size_t age_stanza_size(size_t args_chars, size_t body_n)
{
    const size_t text_n = BASE64_TEXT_N(body_n);

    return sizeof stanza_start - 1 + args_chars + 1 + text_n + text_n / COLUMNS + 1;
}

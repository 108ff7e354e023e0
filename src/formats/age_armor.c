#include "formats/age_armor.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "formats/base64.h"

enum { BEFORE, INSIDE, LAST_LINE_SEEN, BEHIND };

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void armor_reader_init(struct armor_reader *r, const struct exh_sink *to)
{
    *r = (struct armor_reader){ .to = to, .state = BEFORE, .line = 1 };
}

void armor_reader_wipe(struct armor_reader *r)
{
    wipe(r, sizeof *r);
}

static enum exh_status pass_on(struct armor_reader *r, struct exh_error *err)
{
    const size_t n = r->piece_n;

    r->piece_n = 0;
    return n ? r->to->write(r->to->ctx, r->piece, n, err) : EXH_OK;
}

static enum exh_status take_data(struct armor_reader *r, struct exh_bytes line,
                                 struct exh_error *err)
{
    size_t n = 0;

    if (!line.n)
        return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " is empty", r->line);
    if (line.n > ARMOR_COLUMNS)
        return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " has more than %d characters",
                    r->line, ARMOR_COLUMNS);
    if (!base64_read_padded(line, r->piece + r->piece_n, &n))
        return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " is no canonical base64", r->line);
    r->piece_n += n;
    if (n < ARMOR_LINE_N) // a shorter line is the last one
        r->state = LAST_LINE_SEEN;
    return r->piece_n > ARMOR_PIECE_N - ARMOR_LINE_N ? pass_on(r, err) : EXH_OK;
}

/* A whole line, without its end. */
static enum exh_status take_line(struct armor_reader *r, struct exh_error *err)
{
    struct exh_bytes line = { (const uint8_t *)r->text, r->line_n };

    r->line_n = 0;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (r->state == BEFORE) {
        if (!bytes_are(line, ARMOR_BEGIN))
            return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " is not \"%s\"", r->line,
                        ARMOR_BEGIN);
        r->state = INSIDE;
        return EXH_OK;
    }
    if (bytes_are(line, ARMOR_END)) {
        r->state = BEHIND;
        r->space_n = 0;
        return pass_on(r, err);
    }
    if (r->state == LAST_LINE_SEEN)
        return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " is not \"%s\", after a short line",
                    r->line, ARMOR_END);
    return take_data(r, line, err);
}

static enum exh_status take_space(struct armor_reader *r, uint8_t c, struct exh_error *err)
{
    if (!is_space(c))
        return fail(err, EXH_MALFORMED, "armor: something follows \"%s\"", ARMOR_END);
    if (++r->space_n > ARMOR_SPACE_MAX)
        return fail(err, EXH_MALFORMED, "armor: more than %d bytes of white space around the text",
                    ARMOR_SPACE_MAX);
    return EXH_OK;
}

static enum exh_status take(struct armor_reader *r, uint8_t c, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (r->state == BEHIND || (r->state == BEFORE && !r->line_n && is_space(c)))
        status = take_space(r, c, err);
    else if (c == '\n')
        status = take_line(r, err);
    else if (r->line_n < sizeof r->text)
        r->text[r->line_n++] = (char)c;
    else
        return fail(err, EXH_MALFORMED, "armor: line %" PRIu64 " has more than %d characters",
                    r->line, ARMOR_COLUMNS);
    r->line += c == '\n';
    return status;
}

/* Whether the n bytes at p begin with a full line that is read where it lies: most of a file. */
static bool full_line_at(const struct armor_reader *r, const uint8_t *p, size_t n)
{
    return r->state == INSIDE && !r->line_n && n > ARMOR_COLUMNS &&
           memchr(p, '\n', ARMOR_COLUMNS + 1) == p + ARMOR_COLUMNS && p[ARMOR_COLUMNS - 1] != '\r';
}

static enum exh_status reader_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct armor_reader *r = ctx;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; !status && i < n;) {
        if (full_line_at(r, p + i, n - i)) {
            status = take_data(r, (struct exh_bytes){ p + i, ARMOR_COLUMNS }, err);
            r->line++;
            i += ARMOR_COLUMNS + 1;
        } else {
            status = take(r, p[i++], err);
        }
    }
    return status;
}

struct exh_sink armor_reader_sink(struct armor_reader *r)
{
    return (struct exh_sink){ .write = reader_write, .ctx = r };
}

enum exh_status armor_reader_end(struct armor_reader *r, struct exh_error *err)
{
    if (r->state != BEHIND && r->state != BEFORE && r->line_n) { // the last line may lack its LF
        enum exh_status status = take_line(r, err);
        if (status)
            return status;
    }
    if (r->state != BEHIND)
        return fail(err, EXH_MALFORMED, "armor: the text ends before \"%s\"", ARMOR_END);
    return EXH_OK;
}

void armor_writer_init(struct armor_writer *w, const struct exh_sink *to)
{
    *w = (struct armor_writer){ .to = to };
}

static enum exh_status put_text(struct armor_writer *w, const char *text, struct exh_error *err)
{
    return w->to->write(w->to->ctx, (const uint8_t *)text, strlen(text), err);
}

static enum exh_status begin(struct armor_writer *w, struct exh_error *err)
{
    if (w->begun)
        return EXH_OK;
    w->begun = true;
    return put_text(w, ARMOR_BEGIN "\n", err);
}

static enum exh_status put_line(struct armor_writer *w, struct exh_error *err)
{
    char text[ARMOR_COLUMNS + 1];
    const size_t n = (w->line_n + 2) / 3 * 4;

    base64_write_padded(text, w->line, w->line_n);
    text[n] = '\n';
    w->line_n = 0;
    return w->to->write(w->to->ctx, (const uint8_t *)text, n + 1, err);
}

static enum exh_status writer_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct armor_writer *w = ctx;
    enum exh_status status = begin(w, err);

    while (!status && n) {
        const size_t room = ARMOR_LINE_N - w->line_n;
        const size_t part = n < room ? n : room;
        memcpy(w->line + w->line_n, p, part);
        w->line_n += part;
        p += part;
        n -= part;
        if (w->line_n == ARMOR_LINE_N)
            status = put_line(w, err);
    }
    return status;
}

struct exh_sink armor_writer_sink(struct armor_writer *w)
{
    return (struct exh_sink){ .write = writer_write, .ctx = w };
}

enum exh_status armor_writer_end(struct armor_writer *w, struct exh_error *err)
{
    enum exh_status status = begin(w, err);

    if (!status && w->line_n)
        status = put_line(w, err);
    return status ? status : put_text(w, ARMOR_END "\n", err);
}

bool armor_starts(struct exh_bytes in)
{
    while (in.n && is_space(in.p[0])) {
        in.p++;
        in.n--;
    }
    return bytes_start(in, "-----BEGIN AGE");
}

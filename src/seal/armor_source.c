#include "seal/armor_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/source.h"

#define TEXT_PIECE ((size_t)16 << 10)           // characters read at a time
#define ROOM       (TEXT_PIECE + ARMOR_PIECE_N) // bytes that one piece can give

struct armor_source {
    const struct exh_source *text;
    uint64_t size; // bytes of the binary file
    struct armor_reader reader;
    struct exh_sink to, in;
    uint64_t text_at; // characters read so far
    uint64_t at;      // where `bytes` begins in the binary file
    size_t n;         // bytes in it
    bool counts;      // only the size is wanted
    bool ended;       // the text was read to its end
    uint8_t bytes[ROOM];
    uint8_t piece[TEXT_PIECE];
};

enum exh_status armor_source_is(const struct exh_source *text, bool *armored, struct exh_error *err)
{
    uint8_t begin[ARMOR_SPACE_MAX + sizeof ARMOR_BEGIN];
    const size_t n = text->size < sizeof begin ? (size_t)text->size : sizeof begin;
    enum exh_status status = source_read(text, 0, begin, n, err);

    if (status == EXH_OK)
        *armored = armor_starts((struct exh_bytes){ begin, n });
    return status;
}

static enum exh_status receive(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct armor_source *a = ctx;

    if (a->counts) {
        a->size += n;
        return EXH_OK;
    }
    if (n > sizeof a->bytes - a->n)
        return fail(err, EXH_LIMIT, "armor gives more bytes than it has characters");
    memcpy(a->bytes + a->n, p, n);
    a->n += n;
    return EXH_OK;
}

static void rewind_text(struct armor_source *a)
{
    armor_reader_init(&a->reader, &a->to);
    a->in = armor_reader_sink(&a->reader);
    a->text_at = 0;
    a->at = 0;
    a->n = 0;
    a->ended = false;
}

/* The next piece of text; what came out of it takes the place of what came before. */
static enum exh_status next_piece(struct armor_source *a, struct exh_error *err)
{
    const uint64_t left = a->text->size - a->text_at;
    const size_t n = left < TEXT_PIECE ? (size_t)left : TEXT_PIECE;

    a->at += a->n;
    a->n = 0;
    if (!n && a->ended)
        return fail(err, EXH_IO, "the armored file changed while it was read");
    if (!n) {
        a->ended = true;
        return armor_reader_end(&a->reader, err);
    }
    enum exh_status status = source_read(a->text, a->text_at, a->piece, n, err);
    if (status != EXH_OK)
        return status;
    a->text_at += n;
    return a->in.write(a->in.ctx, a->piece, n, err);
}

static enum exh_status read_binary(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                   struct exh_error *err)
{
    struct armor_source *a = ctx;

    if (at < a->at)
        rewind_text(a);
    while (n) {
        if (at < a->at + a->n) {
            const size_t skip = (size_t)(at - a->at);
            const size_t step = n < a->n - skip ? n : a->n - skip;
            memcpy(to, a->bytes + skip, step);
            to += step;
            at += step;
            n -= step;
            continue;
        }
        enum exh_status status = next_piece(a, err);
        if (status != EXH_OK)
            return status;
    }
    return EXH_OK;
}

static enum exh_status find_size(struct armor_source *a, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    a->counts = true;
    while (!a->ended && status == EXH_OK)
        status = next_piece(a, err);
    a->counts = false;
    rewind_text(a);
    return status;
}

enum exh_status armor_source_new(const struct exh_source *text, struct armor_source **out,
                                 struct exh_error *err)
{
    struct armor_source *a = calloc(1, sizeof *a);

    if (!a)
        return fail_no_memory(err);
    a->text = text;
    a->to = (struct exh_sink){ .write = receive, .ctx = a };
    rewind_text(a);
    enum exh_status status = find_size(a, err);
    if (status != EXH_OK) {
        armor_source_free(a);
        return status;
    }
    *out = a;
    return EXH_OK;
}

struct exh_source armor_source_binary(struct armor_source *a)
{
    return (struct exh_source){ .size = a->size, .read = read_binary, .ctx = a };
}

void armor_source_free(struct armor_source *a)
{
    if (!a)
        return;
    armor_reader_wipe(&a->reader);
    free(a);
}

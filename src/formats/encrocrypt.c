#include "formats/encrocrypt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/source.h"

#define MAGIC_N (sizeof ENCROCRYPT_MAGIC - 1)
#define PIECE   ((size_t)64 << 10) // bytes read at a time
#define ROOM    (4 * PIECE)        // as long as packets are small

// The largest packet, enough behind it to see a magic that begins in its last byte, and a piece.
#define ROOM_MAX (ENCROCRYPT_HEADER + ENCROCRYPT_DATA_MAX + MAGIC_N + PIECE)

enum type { TYPE_KEY = 1, TYPE_VIDEO = 2 };

struct encrocrypt_reader encrocrypt_over(const struct exh_source *source)
{
    return (struct encrocrypt_reader){ .source = source };
}

void encrocrypt_free(struct encrocrypt_reader *r)
{
    free(r->bytes);
    *r = (struct encrocrypt_reader){ 0 };
}

static size_t at_hand(const struct encrocrypt_reader *r)
{
    return r->end - r->begin;
}

static const uint8_t *here(const struct encrocrypt_reader *r)
{
    return r->bytes + r->begin;
}

static bool source_ended(const struct encrocrypt_reader *r)
{
    return r->at + at_hand(r) >= r->source->size;
}

static void drop(struct encrocrypt_reader *r, size_t n)
{
    r->begin += n;
    r->at += n;
}

/*
 * Room for another piece. What is at hand is moved only when the room behind it is used up: for small
 * packets that is a piece of every three, for a large one once.
 */
static enum exh_status make_room(struct encrocrypt_reader *r, struct exh_error *err)
{
    size_t size = r->size ? r->size : ROOM;

    if (r->bytes && r->size - r->end >= PIECE)
        return EXH_OK;
    if (r->begin) {
        memmove(r->bytes, here(r), at_hand(r));
        r->end -= r->begin;
        r->begin = 0;
    }
    while (size - r->end < PIECE)
        size = size < ROOM_MAX / 2 ? 2 * size : ROOM_MAX;
    if (size > r->size) {
        uint8_t *more = realloc(r->bytes, size);
        if (!more)
            return fail_no_memory(err);
        r->bytes = more;
        r->size = size;
    }
    return EXH_OK;
}

/* One more piece, if the source has it. */
static enum exh_status read_more(struct encrocrypt_reader *r, struct exh_error *err)
{
    const uint64_t from = r->at + at_hand(r);
    const uint64_t left = r->source->size - from;
    const size_t n = left < PIECE ? (size_t)left : PIECE;
    enum exh_status status = make_room(r, err);

    if (status == EXH_OK)
        status = source_read(r->source, from, r->bytes + r->end, n, err);
    if (status == EXH_OK)
        r->end += n;
    return status;
}

/* At least n bytes at hand, fewer only at the end of the source. */
static enum exh_status want(struct encrocrypt_reader *r, size_t n, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && at_hand(r) < n && !source_ended(r))
        status = read_more(r, err);
    return status;
}

/* Offset of the first magic in p, all of it; n when there is none. */
static size_t find_magic(const uint8_t *p, size_t n)
{
    const uint8_t *last = n >= MAGIC_N ? p + (n - MAGIC_N) : NULL; // where one may still begin
    const uint8_t *q = p;

    while (last && q <= last && (q = memchr(q, ENCROCRYPT_MAGIC[0], (size_t)(last - q) + 1))) {
        if (memcmp(q, ENCROCRYPT_MAGIC, MAGIC_N) == 0)
            return (size_t)(q - p);
        q++;
    }
    return n;
}

/* Go to the next magic behind this place, or to the end of the source; *n receives the way. */
static enum exh_status skip_to_magic(struct encrocrypt_reader *r, uint64_t *n,
                                     struct exh_error *err)
{
    const uint64_t from = r->at;
    enum exh_status status = EXH_OK;

    drop(r, 1);
    for (;;) {
        const size_t have = at_hand(r);
        const size_t found = find_magic(here(r), have);

        if (found < have || source_ended(r)) {
            drop(r, found);
            break;
        }
        drop(r, have < MAGIC_N ? 0 : have - (MAGIC_N - 1)); // one may begin in the rest
        status = read_more(r, err);
        if (status != EXH_OK)
            return status;
    }
    *n = r->at - from;
    return EXH_OK;
}

/*
 * Get the data of the packet that begins here, `whole` bytes with its header. *n receives where it really
 * ends: at a magic inside it, at the end of the source, or as it should.
 */
static enum exh_status get_data(struct encrocrypt_reader *r, size_t whole, size_t *n,
                                struct exh_error *err)
{
    const size_t far = whole + MAGIC_N - 1; // a magic may begin in the last byte
    size_t clean = MAGIC_N + 1;             // none begins before this; in the length one may

    for (;;) {
        const size_t have = at_hand(r);
        const size_t seen = have < far ? have : far;
        const size_t found = clean + find_magic(here(r) + clean, seen - clean);

        if (found < seen || have >= far || source_ended(r)) {
            *n = found < whole ? found : whole;
            return EXH_OK;
        }
        if (seen >= clean + MAGIC_N)
            clean = seen - (MAGIC_N - 1);
        enum exh_status status = read_more(r, err);
        if (status != EXH_OK)
            return status;
    }
}

/* What is wrong with a packet's header, ENCROCRYPT_END for nothing. */
static enum encrocrypt_kind header_fault(const struct encrocrypt_packet *p)
{
    if (p->length > ENCROCRYPT_DATA_MAX)
        return ENCROCRYPT_TOO_LONG;
    if (p->type != TYPE_KEY && p->type != TYPE_VIDEO)
        return ENCROCRYPT_UNKNOWN;
    if (p->length == 0 || (p->type == TYPE_VIDEO && p->length <= ENCROCRYPT_AROUND))
        return ENCROCRYPT_TOO_SHORT; // an empty ciphertext is never written
    return ENCROCRYPT_END;
}

static void take_data(struct encrocrypt_reader *r, struct encrocrypt_packet *p)
{
    uint8_t *data = r->bytes + r->begin + ENCROCRYPT_HEADER;
    struct reader fields = reader_over((struct exh_bytes){ data, p->length }, p->at);

    if (p->type == TYPE_KEY) {
        p->kind = ENCROCRYPT_KEY;
        p->data = data;
        p->data_n = p->length;
        return;
    }
    p->kind = ENCROCRYPT_VIDEO;
    p->minute = reader_u32(&fields);
    p->nonce = reader_take(&fields, ENCROCRYPT_NONCE).p;
    p->data = data + 4 + ENCROCRYPT_NONCE;
    p->data_n = p->length - ENCROCRYPT_AROUND;
    p->tag = p->data + p->data_n;
}

static enum exh_status read_packet(struct encrocrypt_reader *r, struct encrocrypt_packet *p,
                                   struct exh_error *err)
{
    struct reader header = reader_over((struct exh_bytes){ here(r), at_hand(r) }, r->at);
    size_t n = 0;

    (void)reader_take(&header, MAGIC_N);
    p->type = reader_u8(&header);
    p->length = reader_u32(&header);
    if (header.failed) {
        p->kind = ENCROCRYPT_TRUNCATED;
        p->n = r->done = at_hand(r);
        return EXH_OK;
    }
    p->kind = header_fault(p);
    if (p->kind != ENCROCRYPT_END)
        return skip_to_magic(r, &p->n, err);

    const size_t whole = ENCROCRYPT_HEADER + (size_t)p->length;
    enum exh_status status = get_data(r, whole, &n, err);
    if (status != EXH_OK)
        return status;
    p->n = r->done = n;
    if (n == whole)
        take_data(r, p);
    else
        p->kind = n < at_hand(r) ? ENCROCRYPT_CUT : ENCROCRYPT_TRUNCATED;
    return EXH_OK;
}

static bool is_magic(const struct encrocrypt_reader *r)
{
    return at_hand(r) >= MAGIC_N && memcmp(here(r), ENCROCRYPT_MAGIC, MAGIC_N) == 0;
}

/* The last bytes of the source may be the first of a magic. */
static bool is_torn_magic(const struct encrocrypt_reader *r)
{
    return at_hand(r) < MAGIC_N && memcmp(here(r), ENCROCRYPT_MAGIC, at_hand(r)) == 0;
}

enum exh_status encrocrypt_next(struct encrocrypt_reader *r, struct encrocrypt_packet *out,
                                struct exh_error *err)
{
    struct encrocrypt_packet p = { .kind = ENCROCRYPT_END };

    drop(r, r->done);
    r->done = 0;
    enum exh_status status = want(r, ENCROCRYPT_HEADER, err);
    if (status != EXH_OK)
        return status;
    p.at = r->at;
    if (at_hand(r) && (is_magic(r) || is_torn_magic(r))) {
        status = read_packet(r, &p, err);
    } else if (at_hand(r)) {
        p.kind = ENCROCRYPT_JUNK;
        status = skip_to_magic(r, &p.n, err);
    }
    if (status == EXH_OK)
        *out = p;
    return status;
}

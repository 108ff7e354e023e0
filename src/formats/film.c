#include "formats/film.h"

#include <string.h>

#include "base/reader.h"
#include "base/text.h"

#define SYNC       0x47 // first byte of a packet of MPEG-TS
#define TS_PACKET  188  // bytes
#define TS_HEADER  6    // up to the flags of the adaptation field
#define PID_FILLER 0x1fff
#define NO_COUNT   0xff

// Packets in a row that are no accident: in MPEG-TS behind a gap, and where nothing is known.
#define DOUBT_GAP 3
#define DOUBT_ANY 8

#define LIST_BEGINS "#EXTM3U"
#define LIST_ENDS   "#EXT-X-ENDLIST"

#define BOX_HEADER   8
#define BOX_HEADER64 16
#define BOX_SIZE64   1 // instead of a size: 64 bits of it follow
#define BOX_ENDLESS  0 // instead of a size: the rest of the file

void film_begin(struct film *f)
{
    *f = (struct film){ .state = FILM_START, .doubt = DOUBT_ANY };
    memset(f->counts, NO_COUNT, sizeof f->counts);
}

static void lose(struct film *f)
{
    f->state = FILM_LOST;
    f->header_n = 0;
    f->unsure = false;
    f->ended = false;
    memset(f->counts, NO_COUNT, sizeof f->counts);
    f->doubt = f->known ? DOUBT_GAP : DOUBT_ANY;
}

void film_lost(struct film *f)
{
    const bool boxes = f->state == FILM_BOXES || f->state == FILM_OTHER;

    lose(f);
    f->headless = false; // that is known
    if (boxes)
        f->state = FILM_OTHER;
}

const char *film_media_type(const struct film *f)
{
    if (f->state == FILM_BOXES)
        return "video/mp4";
    return f->known || f->state == FILM_LIST || (f->state == FILM_PACKETS && !f->headless)
               ? "video/mp2t"
               : "application/octet-stream";
}

bool film_is_open(const struct film *f)
{
    return f->has_list && !f->ended && (f->state == FILM_PACKETS || f->state == FILM_LIST);
}

static void take(struct exh_bytes *piece, size_t n)
{
    piece->p += n;
    piece->n -= n;
}

/* Add to the header until it has `want` bytes; whether it has. */
static bool collect(struct film *f, struct exh_bytes *piece, size_t want)
{
    const size_t lacks = want - f->header_n;
    const size_t n = lacks < piece->n ? lacks : piece->n;

    memcpy(f->header + f->header_n, piece->p, n);
    f->header_n += n;
    take(piece, n);
    return f->header_n == want;
}

/* The rest of a packet or box. */
static void skip(struct film *f, struct exh_bytes *piece)
{
    const size_t n = f->left < piece->n ? (size_t)f->left : piece->n;

    f->left -= n;
    take(piece, n);
    if (f->left == 0)
        f->header_n = 0;
}

// --- MPEG-TS (ISO/IEC 13818-1, "Transport stream packet layer")

/*
 * Whether a packet is the next of its stream. When one stream jumps, the others did so with it: all begin
 * anew, so that one gap is told once.
 */
static bool is_next(struct film *f)
{
    const unsigned pid = (f->header[1] & 0x1fU) << 8 | f->header[2];
    const unsigned count = f->header[3] & 0x0fU, before = f->counts[pid];
    const bool has_payload = f->header[3] & 0x10U, has_field = f->header[3] & 0x20U;
    const bool may_jump = has_field && f->header[4] > 0 && (f->header[5] & 0x80U);

    if (pid == PID_FILLER || !has_payload)
        return true;
    const bool next = before == NO_COUNT || may_jump || count == ((before + 1) & 0x0fU);
    if (!next)
        memset(f->counts, NO_COUNT, sizeof f->counts);
    f->counts[pid] = (uint8_t)count;
    return next;
}

/* From now on it is MPEG-TS. False: and its beginning is missing. */
static bool know(struct film *f)
{
    const bool follows = f->known || !f->headless;

    f->known = true;
    f->doubt = 0;
    return follows;
}

/* A packet that may be none is followed by what can follow it. */
static bool confirm(struct film *f)
{
    (void)is_next(f); // its header is still there
    f->unsure = f->doubt && --f->doubt;
    return f->unsure || know(f);
}

/*
 * What stands behind a packet: another one, or a playlist. False: neither, where one was expected; or now
 * it is certain that this is MPEG-TS without its beginning.
 */
static bool begin_part(struct film *f, uint8_t first)
{
    const bool expected = !f->doubt && !f->unsure;

    if (first != SYNC && first != LIST_BEGINS[0]) {
        lose(f);
        return !expected;
    }
    const bool follows = !f->unsure || confirm(f);
    f->state = first == SYNC ? FILM_PACKETS : FILM_LIST;
    f->left = TS_PACKET - TS_HEADER;
    f->lines = 0;
    f->ended = false;
    return follows;
}

static bool add_packet(struct film *f, struct exh_bytes *piece)
{
    bool follows = true;

    if (f->header_n == 0)
        follows = begin_part(f, piece->p[0]);
    if (f->state != FILM_PACKETS)
        return follows;
    if (f->header_n < TS_HEADER) {
        if (!collect(f, piece, TS_HEADER))
            return follows;
        if (!f->unsure)
            follows = is_next(f) && follows;
    }
    skip(f, piece);
    return follows;
}

/* A sync byte begins a packet if another part follows on it; that is seen at its end. */
static void begin_unsure(struct film *f, struct exh_bytes *piece)
{
    f->state = FILM_PACKETS;
    f->left = TS_PACKET - TS_HEADER;
    f->unsure = true;
    (void)collect(f, piece, 1);
}

static void find_packet(struct film *f, struct exh_bytes *piece)
{
    const uint8_t *sync = memchr(piece->p, SYNC, piece->n);

    take(piece, sync ? (size_t)(sync - piece->p) : piece->n);
    if (sync)
        begin_unsure(f, piece);
}

// --- playlists (RFC 8216, "Playlists")

enum line { LINE_GOES_ON, LINE_BREAKS, LINE_IS_NONE };

static enum line end_line(struct film *f)
{
    struct exh_bytes line = { f->header, f->header_n };

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    f->header_n = 0;
    if (f->lines++ == 0) {
        if (!bytes_are(line, LIST_BEGINS))
            return LINE_IS_NONE;
        f->has_list = true;
        return know(f) ? LINE_GOES_ON : LINE_BREAKS;
    }
    f->ended |= bytes_are(line, LIST_ENDS);
    return LINE_GOES_ON;
}

static bool add_text(struct film *f, struct exh_bytes *piece)
{
    const uint8_t byte = piece->p[0];
    const bool expected = f->known;
    enum line line = LINE_GOES_ON;

    if (f->header_n == 0 && f->lines && byte == SYNC) {
        f->state = FILM_PACKETS;
        return true;
    }
    take(piece, 1);
    if (byte == '\n')
        line = end_line(f);
    else if (byte < ' ' && byte != '\r' && byte != '\t')
        line = LINE_IS_NONE;
    else if (f->header_n < FILM_HEADER)
        f->header[f->header_n++] = byte;
    if (line != LINE_IS_NONE)
        return line == LINE_GOES_ON;
    lose(f);
    return !expected;
}

// --- MP4 (ISO/IEC 14496-12, "Object structure")

static bool is_box_type(const uint8_t *type)
{
    for (size_t i = 0; i < 4; i++)
        if ((type[i] < ' ' || type[i] > '~') && type[i] != 0xa9) // (c), in names of metadata
            return false;
    return true;
}

static bool add_box(struct film *f, struct exh_bytes *piece)
{
    struct reader r = reader_over((struct exh_bytes){ f->header, BOX_HEADER64 }, 0);

    if (f->header_n < BOX_HEADER && !collect(f, piece, BOX_HEADER))
        return true;
    uint64_t size = reader_u32(&r);
    size_t header = BOX_HEADER;
    if (size == BOX_SIZE64) {
        header = BOX_HEADER64;
        if (f->header_n < header && !collect(f, piece, header))
            return true;
        (void)reader_take(&r, 4);
        size = reader_u64(&r);
    } else if (size == BOX_ENDLESS) {
        size = UINT64_MAX;
    }
    if (f->left == 0) {
        if (size < header || !is_box_type(f->header + 4)) {
            f->state = FILM_OTHER;
            return false;
        }
        f->left = size - header;
    }
    skip(f, piece);
    return true;
}

static void begin(struct film *f, struct exh_bytes *piece)
{
    const struct exh_bytes type = { f->header + 4, 4 };

    if (f->header_n == 0 && (piece->p[0] == SYNC || piece->p[0] == LIST_BEGINS[0])) {
        f->doubt = 1;
        f->state = FILM_LOST;
        if (piece->p[0] == LIST_BEGINS[0])
            (void)begin_part(f, piece->p[0]);
    } else if (collect(f, piece, BOX_HEADER)) {
        f->headless = !bytes_are(type, "ftyp") && !bytes_are(type, "styp");
        f->state = f->headless ? FILM_LOST : FILM_BOXES;
        f->header_n = f->headless ? 0 : f->header_n;
    }
}

bool film_add(struct film *f, struct exh_bytes piece)
{
    bool follows = true;

    while (piece.n && f->state != FILM_OTHER) {
        switch (f->state) {
        case FILM_START: begin(f, &piece); break;
        case FILM_PACKETS: follows = add_packet(f, &piece) && follows; break;
        case FILM_LIST: follows = add_text(f, &piece) && follows; break;
        case FILM_LOST: find_packet(f, &piece); break;
        case FILM_BOXES: follows = add_box(f, &piece) && follows; break;
        case FILM_OTHER: break;
        }
    }
    return follows;
}

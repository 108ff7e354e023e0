#include "formats/cut.h"

#include <string.h>

#include "base/reader.h"
#include "base/text.h"

#define BOX_HEADER       8
#define BOX_HEADER64     16
#define BOX_SIZE64       1 // instead of a size: 64 bits of it follow
#define BOX_ENDLESS      0 // instead of a size: the rest of the file
#define TFHD_BASE_OFFSET 1 // flag of a tfhd: offsets count from the beginning of the file

#define SYNC             0x47 // first byte of a packet of MPEG-TS
#define TS_PACKET        188
#define TS_HEADER        4    // bytes before the adaptation field, or the payload
#define TS_STARTS        0x40 // in byte 1: a table or frame begins in it
#define TS_PID_HIGH      0x1F
#define TS_ADAPTED       0x20 // in byte 3: there is an adaptation field
#define TS_FILLED        0x10 // there is a payload
#define TS_RANDOM_ACCESS 0x40 // in the adaptation field
#define TS_DOUBT         3    // packets in a row that are no accident

#define ID_EBML    0x1A45DFA3
#define ID_SEGMENT 0x18538067
#define ID_CLUSTER 0x1F43B675
#define ID_MAX     4 // bytes of an id
#define SIZE_BYTES 8 // bytes of a size, at most
#define UNKNOWN    UINT64_MAX

/* --- Heads of parts. */

struct part {
    uint32_t type; // of a box, or an element's id
    uint64_t size; // bytes behind its header; UNKNOWN
    size_t header_n;
};

static uint32_t four(const char *type)
{
    uint32_t v = 0;

    for (size_t i = 0; i < 4; i++)
        v = v << 8 | (uint8_t)type[i];
    return v;
}

/* Bytes of a number of Matroska's by its first: it has as many as zeros stand before its first one bit, and one. */
static size_t number_n(uint8_t first)
{
    size_t n = 1;

    for (uint8_t bit = 0x80; bit && !(first & bit); bit = (uint8_t)(bit >> 1))
        n++;
    return n;
}

/* How many bytes of a box's header must be there, of which n are. */
static size_t box_needs(const uint8_t *p, size_t n)
{
    struct reader r = reader_over((struct exh_bytes){ p, n }, 0);

    return n >= BOX_HEADER && reader_u32(&r) == BOX_SIZE64 ? BOX_HEADER64 : BOX_HEADER;
}

static bool read_box(const uint8_t *p, size_t n, struct part *out)
{
    struct reader r = reader_over((struct exh_bytes){ p, n }, 0);
    uint64_t size = reader_u32(&r);

    out->type = reader_u32(&r);
    if (size == BOX_SIZE64)
        size = reader_u64(&r);
    out->header_n = n;
    out->size = size == BOX_ENDLESS ? UNKNOWN : size - n;
    return size == BOX_ENDLESS || size >= n;
}

/* The same of an element: id and size have lengths of their own. 0: it is none. */
static size_t element_needs(const uint8_t *p, size_t n)
{
    if (!n)
        return 1;
    const size_t id = number_n(p[0]);
    if (id > ID_MAX)
        return 0;
    if (n <= id)
        return id + 1;
    const size_t size = number_n(p[id]);
    return size > SIZE_BYTES ? 0 : id + size;
}

static void read_element(const uint8_t *p, size_t n, struct part *out)
{
    const size_t id = number_n(p[0]);
    uint64_t size = p[id] & (0xFFU >> (n - id));
    bool ones = size == 0xFFU >> (n - id);

    out->type = 0;
    for (size_t i = 0; i < id; i++)
        out->type = out->type << 8 | p[i];
    for (size_t i = id + 1; i < n; i++) {
        size = size << 8 | p[i];
        ones = ones && p[i] == 0xFF;
    }
    out->size = ones ? UNKNOWN : size;
    out->header_n = n;
}

/* --- What it is. */

/* The first box of a type among these; what is in it, or nothing. */
static struct exh_bytes find_box(struct exh_bytes boxes, uint32_t type)
{
    struct part box;

    while (boxes.n >= BOX_HEADER) {
        const size_t needs = box_needs(boxes.p, boxes.n);
        if (boxes.n < needs || !read_box(boxes.p, needs, &box) || box.size > boxes.n - needs)
            break;
        if (box.type == type)
            return (struct exh_bytes){ boxes.p + needs, (size_t)box.size };
        boxes.p += needs + box.size;
        boxes.n -= needs + (size_t)box.size;
    }
    return (struct exh_bytes){ 0 };
}

/* Its samples are found by offsets into the file: then nothing can be put between fragments. */
static bool counts_from_start(struct exh_bytes moof)
{
    const struct exh_bytes head = find_box(find_box(moof, four("traf")), four("tfhd"));
    struct reader r = reader_over(head, 0);

    return reader_u32(&r) & TFHD_BASE_OFFSET;
}

/* Fragmented, as long as no media data lies before the first fragment. */
static enum cut_kind look_at_boxes(struct exh_bytes first)
{
    struct part box;

    while (first.n >= BOX_HEADER) {
        const size_t needs = box_needs(first.p, first.n);
        if (first.n < needs)
            return CUT_UNDECIDED;
        if (!read_box(first.p, needs, &box) || box.type == four("mdat") || box.size > CUT_LOOK_MAX)
            return CUT_ANYWHERE;
        if (box.size > first.n - needs)
            return CUT_UNDECIDED;
        const struct exh_bytes inside = { first.p + needs, (size_t)box.size };
        if (box.type == four("moof"))
            return counts_from_start(inside) ? CUT_ANYWHERE : CUT_BOXES;
        if (box.type == four("moov") && !find_box(inside, four("mvex")).p)
            return CUT_ANYWHERE;
        first.p += needs + box.size;
        first.n -= needs + (size_t)box.size;
    }
    return CUT_UNDECIDED;
}

static enum cut_kind look_at_packets(struct exh_bytes first)
{
    for (size_t i = 0; i < TS_DOUBT; i++) {
        if (i * TS_PACKET >= first.n)
            return CUT_UNDECIDED;
        if (first.p[i * TS_PACKET] != SYNC)
            return CUT_ANYWHERE;
    }
    return CUT_PACKETS;
}

/* Behind its head a segment of unknown size: nobody counts its bytes, so there is room. */
static enum cut_kind look_at_elements(struct exh_bytes first)
{
    struct part e;

    for (;;) {
        const size_t needs = element_needs(first.p, first.n);
        if (!needs)
            return CUT_ANYWHERE;
        if (first.n < needs)
            return CUT_UNDECIDED;
        read_element(first.p, needs, &e);
        if (e.type == ID_SEGMENT)
            return e.size == UNKNOWN ? CUT_ELEMENTS : CUT_ANYWHERE;
        if (e.size > CUT_LOOK_MAX)
            return CUT_ANYWHERE;
        if (e.size > first.n - needs)
            return CUT_UNDECIDED;
        first.p += needs + e.size;
        first.n -= needs + (size_t)e.size;
    }
}

static enum cut_kind look(struct exh_bytes first)
{
    struct reader r = reader_over(first, 0);
    const uint32_t word = reader_u32(&r), type = reader_u32(&r);

    if (first.n < BOX_HEADER)
        return CUT_UNDECIDED;
    if (type == four("ftyp") || type == four("styp"))
        return look_at_boxes(first);
    if (word == ID_EBML)
        return look_at_elements(first);
    return first.p[0] == SYNC ? look_at_packets(first) : CUT_ANYWHERE;
}

enum cut_kind cut_look(struct exh_bytes first, bool end)
{
    const enum cut_kind kind = look(first);

    return kind == CUT_UNDECIDED && (end || first.n >= CUT_LOOK_MAX) ? CUT_ANYWHERE : kind;
}

/* --- Going through it. */

void cutter_begin(struct cutter *c, enum cut_kind kind)
{
    *c = (struct cutter){ .kind = kind, .place = kind == CUT_ANYWHERE ? CUT_WELL : CUT_NOT };
}

/* Bytes of the header that must be there; 0: it is none. */
static size_t header_needs(const struct cutter *c)
{
    switch (c->kind) {
    case CUT_BOXES: return box_needs(c->header, c->header_n);
    case CUT_ELEMENTS: return element_needs(c->header, c->header_n);
    case CUT_PACKETS: return 1;
    case CUT_UNDECIDED:
    case CUT_ANYWHERE: break;
    }
    return 0;
}

static void lose(struct cutter *c)
{
    c->lost = true;
    c->place = CUT_NOT;
    c->in_part = false;
    c->header_n = 0;
}

static void begin_box(struct cutter *c, const struct part *box)
{
    if (box->type == four("moof"))
        c->begun = c->in_fragment = true;
    if (box->type == four("moov") && !c->begun && box->size != UNKNOWN)
        c->head_n = c->at + box->size;
}

static void begin_element(struct cutter *c, const struct part *e)
{
    const bool unknown = e->size == UNKNOWN;

    if (e->type == ID_CLUSTER) {
        if (!c->begun)
            c->head_n = c->at - e->header_n;
        c->begun = true;
        c->in_cluster = unknown;
    } else if (unknown && e->type != ID_SEGMENT) {
        lose(c);
    }
    if (unknown)
        c->left = 0; // what is in it comes as if it stood beside
}

/* The header is there: what begins? c->at is behind it. */
static void begin_part(struct cutter *c)
{
    struct part part = { .header_n = c->header_n };
    bool good = true;

    switch (c->kind) {
    case CUT_BOXES: good = read_box(c->header, c->header_n, &part); break;
    case CUT_ELEMENTS: read_element(c->header, c->header_n, &part); break;
    case CUT_PACKETS:
        good = c->header[0] == SYNC;
        part.size = TS_PACKET - 1;
        break;
    case CUT_UNDECIDED:
    case CUT_ANYWHERE: break;
    }
    c->in_part = true;
    c->left = part.size;
    c->is_media = c->kind == CUT_BOXES && part.type == four("mdat");
    if (!good)
        lose(c);
    else if (c->kind == CUT_BOXES)
        begin_box(c, &part);
    else if (c->kind == CUT_ELEMENTS)
        begin_element(c, &part);
}

static void end_part(struct cutter *c)
{
    c->in_part = false;
    c->header_n = 0;
    switch (c->kind) {
    case CUT_BOXES:
        if (c->is_media)
            c->in_fragment = false;
        c->place = c->begun && !c->in_fragment ? CUT_WELL : CUT_NOT;
        break;
    case CUT_ELEMENTS: c->place = !c->begun ? CUT_NOT : c->in_cluster ? CUT_HERE : CUT_WELL; break;
    case CUT_PACKETS:
        c->doubt -= c->doubt > 0;
        c->place = c->doubt ? CUT_NOT : CUT_HERE;
        break;
    case CUT_UNDECIDED:
    case CUT_ANYWHERE: break;
    }
    c->offered = c->place == CUT_WELL;
}

static void take(struct cutter *c, struct exh_bytes *piece, size_t n)
{
    piece->p += n;
    piece->n -= n;
    c->at += n;
}

/* Packets come back in step by themselves; of anything else nothing more is known. */
static void find_packet(struct cutter *c, struct exh_bytes *piece)
{
    const uint8_t *sync = c->kind == CUT_PACKETS ? memchr(piece->p, SYNC, piece->n) : NULL;

    take(c, piece, sync ? (size_t)(sync - piece->p) : piece->n);
    if (!sync)
        return;
    c->lost = false;
    c->doubt = TS_DOUBT;
}

static void add_header(struct cutter *c, struct exh_bytes *piece)
{
    const size_t lacks = header_needs(c) - c->header_n;
    const size_t n = lacks < piece->n ? lacks : piece->n;

    memcpy(c->header + c->header_n, piece->p, n);
    c->header_n += n;
    c->place = CUT_NOT;
    take(c, piece, n);
    const size_t needs = header_needs(c);
    if (!needs)
        lose(c);
    else if (c->header_n == needs)
        begin_part(c);
}

static void step(struct cutter *c, struct exh_bytes *piece)
{
    if (c->lost) {
        find_packet(c, piece);
        return;
    }
    if (c->in_part) {
        const size_t n = c->left < piece->n ? (size_t)c->left : piece->n;
        take(c, piece, n);
        c->left -= n;
    } else {
        add_header(c, piece);
    }
    if (c->in_part && !c->left)
        end_part(c);
}

static bool is_border(const struct cutter *c)
{
    return !c->lost && !c->in_part && !c->header_n;
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_LATER };

/* Where the payload of a packet begins; TS_PACKET: it has none. */
static size_t payload_at(const uint8_t *p)
{
    const size_t at = TS_HEADER + (p[3] & TS_ADAPTED ? 1U + p[TS_HEADER] : 0);

    return p[3] & TS_FILLED && at < TS_PACKET ? at : TS_PACKET;
}

/* A frame of video begins in it (stream ids 0xE0 to 0xEF). */
static bool starts_video(const uint8_t *p)
{
    const size_t at = payload_at(p);

    return p[1] & TS_STARTS && at + 4 <= TS_PACKET && !p[at] && !p[at + 1] && p[at + 2] == 1 &&
           (p[at + 3] & 0xF0) == 0xE0;
}

static bool is_key_frame(const uint8_t *p)
{
    return p[3] & TS_ADAPTED && p[TS_HEADER] && p[TS_HEADER + 1] & TS_RANDOM_ACCESS;
}

static bool is_table(const uint8_t *p)
{
    return p[0] == SYNC && p[1] & TS_STARTS && !(p[1] & TS_PID_HIGH) && !p[2];
}

/* A table of programs, and then a key frame before any other one. */
static enum answer table_and_key(struct exh_bytes next)
{
    for (size_t i = 0; (i + 1) * TS_PACKET <= CUT_AHEAD; i++) {
        const uint8_t *p = next.p + i * TS_PACKET;
        if (next.n < (i + 1) * TS_PACKET)
            return ANSWER_LATER;
        if (p[0] != SYNC || (i == 0 && !is_table(p)))
            return ANSWER_NO;
        if (starts_video(p))
            return is_key_frame(p) ? ANSWER_YES : ANSWER_NO;
    }
    return ANSWER_NO;
}

static enum answer is_cluster(struct exh_bytes next)
{
    struct reader r = reader_over(next, 0);

    if (next.n < ID_MAX)
        return ANSWER_LATER;
    return reader_u32(&r) == ID_CLUSTER ? ANSWER_YES : ANSWER_NO;
}

/* Whether a player can begin with what comes. */
static enum answer begins_well(const struct cutter *c, struct exh_bytes next)
{
    if (!is_border(c) || c->place != CUT_HERE || c->offered)
        return ANSWER_NO;
    return c->kind == CUT_ELEMENTS ? is_cluster(next) : table_and_key(next);
}

size_t cutter_next(struct cutter *c, struct exh_bytes piece, enum cut_place want, bool more,
                   bool *found)
{
    const size_t all = piece.n;

    *found = false;
    if (c->kind == CUT_ANYWHERE || c->kind == CUT_UNDECIDED) {
        take(c, &piece, all);
        *found = all && want != CUT_NOT;
        return all;
    }
    while (piece.n && !*found) {
        const enum answer well = want == CUT_NOT ? ANSWER_NO : begins_well(c, piece);
        if (well == ANSWER_LATER && more)
            break;
        if (well == ANSWER_YES) {
            c->place = CUT_WELL;
            c->offered = true;
        } else {
            step(c, &piece);
        }
        *found = is_border(c) && want != CUT_NOT && c->place >= want;
    }
    return all - piece.n;
}

/*
 * Films and where they may be cut. A row is a film in words:
 *   b20:ftyp  box of MP4 with 20 bytes             B40:mdat  the same with a 64-bit size
 *   v   a moov of a fragmented film                m   one of another
 *   r   a moof that counts from itself             f   one that counts from the film's beginning
 *   o   a box that goes on to the end              0   a box smaller than its header
 *   p   packet of MPEG-TS                          P   packet in which a program association table begins
 *   K   packet in which a key frame begins         N   one in which another frame begins
 *   h   head of Matroska                           S   its segment, of unknown size; s  of a known one
 *   i9  element with 9 bytes of content            U   element of unknown size that is none of these
 *   c9  cluster of 9 bytes                         C   one of unknown size
 *   k9  block of 9 bytes                           z   a byte that begins no element
 *   x9  nine bytes of something else
 *   .   here it may be cut                         +   here it may be cut well
 */
#include "check.h"

#include "base/buf.h"
#include "formats/cut.h"

#define PLACES_MAX 64

struct film {
    struct buf bytes;
    struct {
        uint64_t at;
        enum cut_place place;
    } places[PLACES_MAX];
    size_t places_n;
};

static void put_box(struct buf *b, const char *type, size_t n)
{
    buf_put_u32(b, (uint32_t)n);
    buf_put_text(b, type);
    for (size_t i = 8; i < n; i++)
        buf_put_u8(b, (uint8_t)(i % 251));
}

static void put_moov(struct buf *b, const char *child)
{
    buf_put_u32(b, 8 + 12 + 16);
    buf_put_text(b, "moov");
    put_box(b, "mvhd", 12);
    put_box(b, child, 16);
}

static void put_moof(struct buf *b, unsigned flags)
{
    put_box(b, "mfhd", 16);
    buf_put_u32(b, 8 + 16);
    buf_put_text(b, "traf");
    buf_put_u32(b, 16);
    buf_put_text(b, "tfhd");
    buf_put_u32(b, flags);
    buf_put_u32(b, 1);
}

static void put_packet(struct buf *b, unsigned flags_pid)
{
    buf_put_u8(b, 0x47);
    buf_put_u16(b, (uint16_t)flags_pid);
    for (size_t i = 3; i < 188; i++) // some of it looks like the next packet
        buf_put_u8(b, i % 61 ? 0x11 : 0x47);
}

/* The first packet of a frame of video; flags of its adaptation field. */
static void put_frame(struct buf *b, unsigned flags)
{
    static const uint8_t pes[] = { 0, 0, 1, 0xE0 };

    buf_put_u32(b, 0x47410030);
    buf_put_u8(b, 7);
    buf_put_u8(b, (uint8_t)flags);
    buf_put_zeros(b, 6);
    buf_put(b, pes, sizeof pes);
    buf_put_zeros(b, 188 - 4 - 8 - sizeof pes);
}

static void put_element(struct buf *b, uint32_t id, size_t id_n, size_t n)
{
    for (size_t i = id_n; i-- > 0;)
        buf_put_u8(b, (uint8_t)(id >> 8 * i));
    if (n < 100) {
        buf_put_u8(b, (uint8_t)(0x80 | n));
    } else {
        buf_put_u8(b, 0x10);
        buf_put_u8(b, (uint8_t)(n >> 16));
        buf_put_u16(b, (uint16_t)n);
    }
    for (size_t i = 0; i < n; i++)
        buf_put_u8(b, (uint8_t)(0x1F + i % 7));
}

static void put_unknown(struct buf *b, uint32_t id)
{
    buf_put_u32(b, id);
    buf_put_u32(b, 0x01FFFFFF);
    buf_put_u32(b, 0xFFFFFFFF);
}

static void put_word(struct film *f, const char *word)
{
    struct buf *b = &f->bytes;
    char *end;
    const size_t n = strtoul(word + 1, &end, 10);

    switch (word[0]) {
    case '.':
    case '+':
        f->places[f->places_n].at = b->n;
        f->places[f->places_n++].place = word[0] == '+' ? CUT_WELL : CUT_HERE;
        break;
    case 'b': put_box(b, end + 1, n); break;
    case 'B':
        buf_put_u32(b, 1);
        buf_put_text(b, end + 1);
        buf_put_u64(b, n);
        buf_put_zeros(b, n - 16);
        break;
    case 'v': put_moov(b, "mvex"); break;
    case 'm': put_moov(b, "trak"); break;
    case 'r':
    case 'f':
        buf_put_u32(b, 8 + 16 + 8 + 16);
        buf_put_text(b, "moof");
        put_moof(b, word[0] == 'r' ? 0x020000 : 1);
        break;
    case 'o':
        buf_put_u32(b, 0);
        buf_put_text(b, "mdat");
        break;
    case '0':
        buf_put_u32(b, 7);
        buf_put_text(b, "free");
        break;
    case 'p': put_packet(b, 0x4100); break;
    case 'P': put_packet(b, 0x4000); break;
    case 'K': put_frame(b, 0x50); break;
    case 'N': put_frame(b, 0x10); break;
    case 'h': put_element(b, 0x1A45DFA3, 4, 31); break;
    case 'S': put_unknown(b, 0x18538067); break;
    case 's': put_element(b, 0x18538067, 4, 5000); break;
    case 'i': put_element(b, 0x1549A966, 4, n); break;
    case 'U': put_unknown(b, 0x1654AE6B); break;
    case 'c': put_element(b, 0x1F43B675, 4, n); break;
    case 'C': put_unknown(b, 0x1F43B675); break;
    case 'k': put_element(b, 0xA3, 1, n); break;
    case 'z': buf_put_u8(b, 0x07); break;
    case 'x':
        for (size_t i = 0; i < n; i++)
            buf_put_u8(b, (uint8_t)(0x60 + i % 7));
        break;
    default: CHECK(false, "no such word: %s", word);
    }
}

static struct film film_of(const char *words)
{
    struct film f = { .bytes = buf_with_limit((size_t)1 << 20) };
    char text[256];

    (void)snprintf(text, sizeof text, "%s", words);
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
        put_word(&f, w);
    return f;
}

#define LIVE "b24:ftyp v"

static const struct {
    const char *words;
    enum cut_kind kind;
    const char *head; // words of what every segment needs first
    bool lost;
} rows[] = {
    // MP4
    { LIVE " b40:moof b99:mdat + b40:moof b20:mdat +", CUT_BOXES, LIVE, false },
    { LIVE " b40:moof b8:mdat + b12:styp + b30:sidx + b40:moof b20:mdat +", CUT_BOXES, LIVE,
      false },
    { LIVE " b40:moof B99:mdat + b40:mfra +", CUT_BOXES, LIVE, false },
    { "b24:ftyp b50:free v b40:moof b50:free b99:mdat +", CUT_BOXES, "b24:ftyp b50:free v", false },
    { LIVE " r b99:mdat + r b40:mdat +", CUT_BOXES, LIVE, false },
    { LIVE " f b99:mdat f b40:mdat", CUT_ANYWHERE, "", false },
    { LIVE " b99:mdat b40:moof", CUT_ANYWHERE, "", false },
    { "b24:styp b30:sidx b40:moof b99:mdat +", CUT_BOXES, "", false },
    { LIVE " b40:moof o x90", CUT_BOXES, LIVE, false },
    { LIVE " b40:moof b99:mdat + 0 x90 b40:moof b99:mdat", CUT_BOXES, LIVE, true },
    { "b24:ftyp m b99:mdat", CUT_ANYWHERE, "", false },
    { "b24:ftyp b99:mdat v", CUT_ANYWHERE, "", false },
    { "b24:ftyp 0 v", CUT_ANYWHERE, "", false },
    { "b24:ftyp o v", CUT_ANYWHERE, "", false },
    // MPEG-TS
    { "p . p . + P . p . K . p .", CUT_PACKETS, "", false },
    { "P . p . K . p . + P . K . N .", CUT_PACKETS, "", false },
    { "p . p . P . N . K . + P . p . p . p . p . p . p . K .", CUT_PACKETS, "", false },
    { "p . p . P . p . p . p . p . p . p . p . K .", CUT_PACKETS, "", false },
    { "p . p . K . p . P . p .", CUT_PACKETS, "", false },
    { "p . p . p . x99 p p p . p .", CUT_PACKETS, "", false },
    { "p p x9", CUT_ANYWHERE, "", false },
    // Matroska
    { "h S i40 c200 + c99 + i9 + c300 +", CUT_ELEMENTS, "h S i40", false },
    { "h S i200 C . i2 . k40 . k50 . + C . k7 .", CUT_ELEMENTS, "h S i200", false },
    { "h S i40 c200 + C . k40 . + c50 +", CUT_ELEMENTS, "h S i40", false },
    { "h S i40 c200 + U k40 c50", CUT_ELEMENTS, "h S i40", true },
    { "h S i40 c200 + z x50 c50", CUT_ELEMENTS, "h S i40", true },
    { "h s i40 c200", CUT_ANYWHERE, "", false },
    { "h z", CUT_ANYWHERE, "", false },
    // nothing
    { "x100", CUT_ANYWHERE, "", false },
    { "x3", CUT_ANYWHERE, "", false },
    { "", CUT_ANYWHERE, "", false },
};

/* Go through a film as it comes, step by step: every place that is good enough, in order. */
static void walk(size_t i, const struct film *f, size_t step, enum cut_place want)
{
    struct film head = film_of(rows[i].head);
    const uint64_t all = f->bytes.n;
    struct cutter c;
    size_t at = 0, there = 0, place = 0;
    bool found;

    cutter_begin(&c, rows[i].kind);
    while (at < all) {
        if (at == there)
            there = all - there > step ? there + step : (size_t)all;
        uint8_t *piece = malloc(there - at);
        memcpy(piece, f->bytes.p + at, there - at);
        const size_t went =
            cutter_next(&c, (struct exh_bytes){ piece, there - at }, want, there < all, &found);
        free(piece);
        at += went;
        if (!found && at < there && CHECK(there - at <= CUT_AHEAD, "%zu bytes ahead", there - at))
            there = all - there > step ? there + step : (size_t)all;
        while (place < f->places_n && (want == CUT_NOT || f->places[place].place < want))
            place++;
        if (found &&
            !CHECK(place < f->places_n && f->places[place].at == at &&
                       f->places[place].place == c.place,
                   "%s: steps of %zu: kind %d at %zu", rows[i].words, step, (int)c.place, at))
            break;
        place += found;
    }
    while (place < f->places_n && (want == CUT_NOT || f->places[place].place < want))
        place++;
    CHECK(place == f->places_n, "%s: steps of %zu: places are missing", rows[i].words, step);
    CHECK(c.at == all && c.lost == rows[i].lost, "%s: %d bytes, lost %d", rows[i].words, (int)c.at,
          c.lost);
    CHECK(c.head_n == head.bytes.n, "%s: a head of %d bytes", rows[i].words, (int)c.head_n);
    buf_free(&head.bytes);
}

/* What it is does not change with more bytes, and is known at the end. */
static void test_look(size_t i, const struct film *f)
{
    enum cut_kind before = CUT_UNDECIDED;

    for (size_t n = 0; n <= f->bytes.n; n++) {
        uint8_t *first = malloc(n + 1);
        if (n)
            memcpy(first, f->bytes.p, n);
        const enum cut_kind kind = cut_look((struct exh_bytes){ first, n }, false);
        CHECK(kind == before || before == CUT_UNDECIDED, "%s: another kind with %zu bytes",
              rows[i].words, n);
        CHECK(cut_look((struct exh_bytes){ first, n }, true) != CUT_UNDECIDED,
              "%s: undecided at the end, %zu bytes", rows[i].words, n);
        before = kind;
        free(first);
    }
    CHECK(cut_look((struct exh_bytes){ f->bytes.p, f->bytes.n }, true) == rows[i].kind,
          "%s: of kind %d", rows[i].words, (int)before);
}

static void test_anywhere(void)
{
    const uint8_t bytes[10] = { 0 };
    struct cutter c;
    bool found;

    cutter_begin(&c, CUT_ANYWHERE);
    CHECK(cutter_next(&c, (struct exh_bytes){ bytes, 10 }, CUT_WELL, true, &found) == 10 && found,
          "behind every piece");
    CHECK(cutter_next(&c, (struct exh_bytes){ bytes, 10 }, CUT_NOT, true, &found) == 10 && !found,
          "none is wanted");
    CHECK(cutter_next(&c, (struct exh_bytes){ bytes, 0 }, CUT_HERE, true, &found) == 0 && !found,
          "nothing has no place");
}

/* A film whose beginning is larger than anybody wants to hold. */
static void test_large_head(void)
{
    struct film f = { .bytes = buf_with_limit((size_t)4 << 20) };

    put_box(&f.bytes, "ftyp", 24);
    buf_put_u32(&f.bytes, (uint32_t)(CUT_LOOK_MAX + 100));
    buf_put_text(&f.bytes, "moov");
    CHECK(cut_look(buf_view(&f.bytes), false) == CUT_ANYWHERE, "a moov beyond the limit");
    buf_clear(&f.bytes);
    put_box(&f.bytes, "ftyp", 24);
    for (size_t i = 0; i < 40; i++)
        put_box(&f.bytes, "free", CUT_LOOK_MAX / 32);
    CHECK(cut_look(buf_view(&f.bytes), false) == CUT_ANYWHERE, "nothing but filler");
    buf_free(&f.bytes);
}

int main(void)
{
    static const size_t steps[] = { 1, 2, 3, 7, 64, 188, 4096, 1 << 20 };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct film f = film_of(rows[i].words);
        test_look(i, &f);
        for (size_t k = 0; rows[i].kind != CUT_ANYWHERE && k < ARRAY_N(steps); k++) {
            walk(i, &f, steps[k], CUT_HERE);
            walk(i, &f, steps[k], CUT_WELL);
            walk(i, &f, steps[k], CUT_NOT);
        }
        buf_free(&f.bytes);
    }
    test_anywhere();
    test_large_head();
    return check_done();
}

/*
 * Films with parts left out, moved and repeated. A row is a film in words, whole or not:
 *   t0      packet of MPEG-TS, stream 100, count 0       u0   the same, stream 200
 *   j7      packet that may jump, count 7                a    packet without payload; f  filler
 *   l       a playlist       e   the last playlist       x9   nine bytes of something else
 *   b100:moof  box of MP4 with 100 bytes                 B100:mdat  the same with a 64-bit size
 *   -9      the last nine bytes taken away
 *   |       in what comes now, there is one place that does not follow on what was before it
 *   !       bytes are known to be missing here
 */
#include "check.h"

#include "base/buf.h"
#include "formats/film.h"

#define LIST "#EXTM3U\n#EXT-X-VERSION:3\n\n#EXTINF:5.0,\npipe:10.ts\n"

static void put_packet(struct buf *b, unsigned pid, unsigned count, unsigned control,
                       unsigned flags)
{
    buf_put_u8(b, 0x47);
    buf_put_u16(b, (uint16_t)pid);
    buf_put_u8(b, (uint8_t)(control << 4 | count));
    buf_put_u8(b, 1);
    buf_put_u8(b, (uint8_t)flags);
    for (size_t i = 6; i < 188; i++) // some of it looks like the next part
        buf_put_u8(b, (i + 31 * count) % 97 ? 0x11 : 0x47);
}

static void put_word(struct buf *b, const char *word)
{
    char *end;
    const unsigned long n = strtoul(word + 1, &end, 10);

    switch (word[0]) {
    case 't': put_packet(b, 0x4100, (unsigned)n, 1, 0x80); break;
    case 'u': put_packet(b, 0x200, (unsigned)n, 3, 0x10); break;
    case 'j': put_packet(b, 0x100, (unsigned)n, 3, 0x80); break;
    case 'a': put_packet(b, 0x100, 9, 2, 0x10); break;
    case 'f': put_packet(b, 0x1fff, (unsigned)n, 1, 0); break;
    case 'l': buf_put_text(b, LIST); break;
    case 'e': buf_put_text(b, LIST "#EXT-X-ENDLIST\r\n"); break;
    case 'x':
        for (size_t i = 0; i < n; i++)
            buf_put_u8(b, (uint8_t)(1 + i % 7));
        break;
    case 'b':
        buf_put_u32(b, (uint32_t)n);
        buf_put_text(b, end + 1);
        buf_put_zeros(b, n - 8);
        break;
    case 'B':
        buf_put_u32(b, 1);
        buf_put_text(b, end + 1);
        buf_put_u64(b, n);
        buf_put_zeros(b, n - 16);
        break;
    case 'o': // a box that goes on to the end
        buf_put_u32(b, 0);
        buf_put_text(b, "mdat");
        break;
    case '-': b->n -= n; break;
    default: abort();
    }
}

static const struct {
    const char *name;
    const char *film;
    bool open;
} cases[] = {
    { "nothing", "", false },
    { "packets", "t0 t1 u0 t2 u1 u2", false },
    { "counts go round", "t14 t15 t0 t1", false },
    { "playlists between", "t0 t1 l t2 l t3 e", false },
    { "a playlist first", "l t0 t1 e", false },
    { "not ended", "t0 l t1", true },
    { "not ended, in a playlist", "t0 l t1 l", true },
    { "goes on behind its end", "t0 e t1", true },
    { "no playlists: ends anywhere", "t0 t1", false },
    { "a stream that may jump", "t0 t1 j7 t8", false },
    { "packets without payload and filler do not count", "t0 a f3 f9 t1", false },

    { "a packet left out", "t0 t1 | t3 t4 l", true },
    { "a packet repeated", "t0 t1 t2 | t2 t3", false },
    { "moved", "t0 | t2 | t1 | t3", false },
    { "told once for all streams", "t0 u0 t1 | t3 u5 t4 u6", false },
    { "sixteen left out: nothing shows", "t0 t1 t2 t3", false },
    { "half a packet left out", "t0 t1 -90 | t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 | t14 e", false },
    { "between packets", "t0 t1 | x9 t2 t3 t4 t5 | t9", false },
    { "no playlist behind a number sign", "t0 l -49 | x9 t2 t3 t4 t5 | t7 e", false },
    { "a torn playlist", "t0 l -3 | t1 t2 t3 t4 t5 t6 t7 t8 t9 | t12 e", false },
    { "bytes known to be missing", "t0 l t1 ! t7 t8 t9 t10 t11 | t1 l", true },
    { "missing, and nothing found again", "t0 l t1 ! x500", false },
    { "missing in a packet", "t0 t1 -90 ! t2 t3 t4 t5 t6 | t9 e", false },
    { "the beginning is missing", "x100 | t0 t1 t2 t3 l t4 t5 t6 t7 t8", true },
    { "the beginning is missing, and more", "x9 | t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 | t15 e", false },
    { "too few packets to say so", "x9 t0 t1 t2 t3 t4 t5 t6", false },
    { "the beginning is known to be missing", "! x9 t0 t1 t2 t3 t4 t5 t6 t7 t8 | t1", false },
    { "the first packet is known to be missing", "t0 -100 ! x9 t0 t1 t2 t3 t4 t5 t6 t7 t8 | t1",
      false },

    { "MP4", "b28:ftyp b700:moov b100:moof B5000:mdat b100:moof b5000:mdat", false },
    { "MP4 of fragments", "b24:styp b100:moof b16:mdat b8:free", false },
    { "the rest of the file", "b24:ftyp o x9 x9", false },
    { "a piece of a box left out",
      "b28:ftyp b700:moov b100:moof b5000:mdat -48 | b100:moof b24:mdat", false },
    { "a piece more", "b28:ftyp b700:moov | x40 b100:moof", false },
    { "a box without room for its header", "b28:ftyp | B8:mdat", false },
    { "missing in MP4: no more is known", "b28:ftyp b700:moov -100 ! b100:moof x9", false },

    { "not known", "x500 t0 t9", false },
    { "not known, though it begins so", "t0 -187 x500 t0 t9", false },
    { "a number sign, and no list", "l -49 x9 t0 t9", false },
    { "not MP4", "b28:moov x40", false },
    { "missing at once", "! t0 t9", false },
};

static unsigned feed(struct film *film, const struct buf *b, size_t piece)
{
    unsigned breaks = 0;

    for (size_t at = 0, n; at < b->n; at += n) {
        n = b->n - at < piece ? b->n - at : piece;
        uint8_t *bytes = exact_copy(b->p + at, n);
        breaks += !film_add(film, (struct exh_bytes){ bytes, n });
        free(bytes);
    }
    return breaks;
}

/* A row, in pieces of some size. Its words up to the next mark go in together. */
static void run(size_t row, size_t piece)
{
    static struct film film; // 8 KiB
    struct buf part = buf_with_limit(1 << 16);
    char copy[256];
    unsigned want = 0;

    film_begin(&film);
    snprintf(copy, sizeof copy, "%s .", cases[row].film);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        if (!strchr("|!.", word[0])) {
            put_word(&part, word);
            continue;
        }
        const unsigned breaks = feed(&film, &part, piece);
        CHECK(breaks == want, "%s, in pieces of %zu, before %s: %u breaks", cases[row].name, piece,
              word, breaks);
        buf_clear(&part);
        want = word[0] == '|';
        if (word[0] == '!')
            film_lost(&film);
    }
    CHECK(film_is_open(&film) == cases[row].open, "%s, in pieces of %zu: end", cases[row].name,
          piece);
    buf_free(&part);
}

static void test_media_types(void)
{
    static const struct {
        const char *film, *type;
    } rows[] = {
        { "", "application/octet-stream" },
        { "x100", "application/octet-stream" },
        { "t0 t1", "video/mp2t" },
        { "l t0", "video/mp2t" },
        { "t0 -90", "video/mp2t" },
        { "x9 t0 t1 t2 t3 t4 t5 t6 t7 t8 t9", "video/mp2t" },
        { "b28:ftyp b100:moov", "video/mp4" },
        { "b28:ftyp", "video/mp4" },
    };
    static struct film film;
    char copy[256];

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf b = buf_with_limit(1 << 16);
        snprintf(copy, sizeof copy, "%s", rows[i].film);
        for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
            put_word(&b, word);
        film_begin(&film);
        (void)feed(&film, &b, 100000);
        CHECK(strcmp(film_media_type(&film), rows[i].type) == 0, "%s: %s", rows[i].film,
              film_media_type(&film));
        buf_free(&b);
    }
}

int main(void)
{
    static const size_t pieces[] = { 1, 5, 7, 100, 187, 188, 189, 100000 };

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        for (size_t k = 0; k < ARRAY_N(pieces); k++)
            run(i, pieces[k]);
    test_media_types();
    return check_done();
}

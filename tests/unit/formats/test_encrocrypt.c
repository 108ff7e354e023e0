/*
 * EncroCrypt2 packet by packet. A row is a file written in words, and what must be found in it.
 *
 * Words of a file, separated by spaces:
 *   k300  key packet with 300 bytes          j7     7 bytes of junk
 *   v100  video packet with 100 bytes        m      a magic and nothing else
 *   h2:900  header of type 2 that claims 900 bytes, and nothing behind it
 *   -50   the last 50 bytes taken away again
 * Words of what is found: a letter for the kind, offset and bytes: "K0+318 V318+154". See letter_of[].
 */
#include "check.h"

#include <inttypes.h>

#include "base/buf.h"
#include "formats/encrocrypt.h"

#define FILE_LIMIT ((size_t)48 << 20)

static struct exh_error err;

static const char letter_of[] = {
    [ENCROCRYPT_END] = '.',      [ENCROCRYPT_KEY] = 'K',       [ENCROCRYPT_VIDEO] = 'V',
    [ENCROCRYPT_JUNK] = 'J',     [ENCROCRYPT_CUT] = 'C',       [ENCROCRYPT_TRUNCATED] = 'T',
    [ENCROCRYPT_TOO_LONG] = 'L', [ENCROCRYPT_TOO_SHORT] = 'S', [ENCROCRYPT_UNKNOWN] = 'U',
};

static void put_header(struct buf *b, unsigned type, size_t length)
{
    buf_put_text(b, ENCROCRYPT_MAGIC);
    buf_put_u8(b, (uint8_t)type);
    buf_put_u32(b, (uint32_t)length);
}

static void put_fill(struct buf *b, size_t n)
{
    uint8_t *room = buf_room(b, n);

    for (size_t i = 0; room && i < n; i++)
        room[i] = (uint8_t)("x__Encro_y_"[i % 11]); // much that looks like a magic, and none
}

static void put_word(struct buf *b, const char *word)
{
    char *end;
    const size_t n = strtoul(word + 1, &end, 10);

    switch (word[0]) {
    case 'k':
        put_header(b, 1, n);
        put_fill(b, n);
        break;
    case 'v':
        put_header(b, 2, n + ENCROCRYPT_AROUND);
        buf_put_u32(b, 29166666);
        put_fill(b, n + ENCROCRYPT_AROUND - 4);
        break;
    case 'j': put_fill(b, n); break;
    case 'm': buf_put_text(b, ENCROCRYPT_MAGIC); break;
    case 'h': put_header(b, (unsigned)n, strtoul(end + 1, NULL, 10)); break;
    case '-': b->n -= n; break;
    default: abort();
    }
}

static struct buf make_file(const char *words)
{
    struct buf b = buf_with_limit(FILE_LIMIT);
    char copy[256];

    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        put_word(&b, word);
    if (buf_finish(&b, &err) != EXH_OK)
        abort();
    return b;
}

/* A source that counts what is read of it, and wants it in order. */
struct counted {
    struct exh_bytes bytes;
    uint64_t next;
    uint64_t fails_at; // reading beyond this fails
};

static enum exh_status read_counted(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    struct counted *c = ctx;

    CHECK(at == c->next, "read at %" PRIu64 " after %" PRIu64, at, c->next);
    if (at + n > c->fails_at) {
        e->status = EXH_IO;
        snprintf(e->text, sizeof e->text, "the disk is gone");
        return EXH_IO;
    }
    memcpy(to, c->bytes.p + at, n);
    c->next = at + n;
    return EXH_OK;
}

/* All that is found, as words; what is found lies side by side and covers the file. */
static void find_all(const char *name, struct exh_bytes file, char *to, size_t size)
{
    struct counted counted = { .bytes = file, .fails_at = UINT64_MAX };
    const struct exh_source source = { .size = file.n, .read = read_counted, .ctx = &counted };
    struct encrocrypt_reader r = encrocrypt_over(&source);
    struct encrocrypt_packet p;
    uint64_t at = 0;
    size_t n = 0;

    to[0] = 0;
    for (;;) {
        if (!CHECK(encrocrypt_next(&r, &p, &err) == EXH_OK, "%s: %s", name, err.text) ||
            !CHECK(p.at == at, "%s: %" PRIu64 " after %" PRIu64, name, p.at, at))
            break;
        if (p.kind == ENCROCRYPT_END)
            break;
        if (!CHECK(p.n > 0, "%s: nothing at %" PRIu64, name, p.at))
            break;
        at = p.at + p.n;
        n += (size_t)snprintf(to + n, n < size ? size - n : 0, "%s%c%" PRIu64 "+%" PRIu64,
                              n ? " " : "", letter_of[p.kind], p.at, p.n);
        if (p.kind == ENCROCRYPT_VIDEO)
            memset(p.data, 0xff, p.data_n); // as decrypting in place does
    }
    CHECK(at == file.n, "%s: ended at %" PRIu64 " of %zu", name, at, file.n);
    CHECK(counted.next == file.n, "%s: read %" PRIu64 " of %zu", name, counted.next, file.n);
    encrocrypt_free(&r);
}

static const struct {
    const char *name;
    const char *file;
    const char *found;
} cases[] = {
    { "empty", "", "" },
    { "a recording", "k300 v2048 v2048 v5", "K0+318 V318+2102 V2420+2102 V4522+59" },
    { "two recordings joined", "k300 v9 k300 v9", "K0+318 V318+63 K381+318 V699+63" },
    { "one byte of video", "v1", "V0+55" },
    { "no packet at all", "j1000", "J0+1000" },
    { "one byte", "j1", "J0+1" },
    { "junk first", "j100 v9", "J0+100 V100+63" },
    { "junk between", "v9 j320 v9", "V0+63 J63+320 V383+63" },
    { "junk last", "v9 j320", "V0+63 J63+320" },
    { "junk over several pieces", "v9 j300000 v9", "V0+63 J63+300000 V300063+63" },
    { "magics and nothing else", "v9 m m m v9", "V0+63 L63+13 L76+13 L89+13 V102+63" },
    { "a header cut before its type", "h2:100 -5 v9", "L0+13 V13+63" },
    { "a header cut before its length", "h2:100 -4 v9", "L0+14 V14+63" },
    { "a header cut in its length", "h2:100 -3 v9", "C0+15 V15+63" },
    { "a header cut by its last byte", "h2:65 -1 v9", "C0+17 V17+63" },
    { "truncated in the data", "v9 v2048 -700", "V0+63 T63+1402" },
    { "truncated behind the header", "v9 v2048 -2084", "V0+63 T63+18" },
    { "truncated in the length", "v9 h2:9 -2", "V0+63 T63+16" },
    { "truncated in the magic", "v9 m -1", "V0+63 T63+12" },
    { "truncated to one byte", "v9 m -12", "V0+63 T63+1" },
    { "cut, and another recording behind", "k300 v2048 -700 k300 v9",
      "K0+318 C318+1402 K1720+318 V2038+63" },
    { "cut by one byte", "v100 -1 v100", "C0+153 V153+154" },
    { "cut by twelve bytes", "v100 -12 v100", "C0+142 V142+154" },
    { "cut by thirteen bytes", "v100 -13 v100", "C0+141 V141+154" },
    { "cut in a key packet", "k300 -100 k300 v9", "C0+218 K218+318 V536+63" },
    { "cut twice", "v100 -50 v100 -50 v100", "C0+104 C104+104 V208+154" },
    { "cut in a large packet", "v1000000 -400000 v300000 v9",
      "C0+600054 V600054+300054 V900108+63" },
    { "claims 9 MB, and the rest of the file is behind", "k300 h2:9000000 j100 v9 v9",
      "K0+318 C318+118 V436+63 V499+63" },
    { "claims the whole rest and more", "h2:9000000 j100", "T0+118" },
    { "claims more than any packet", "h2:10485797 j100 v9", "L0+118 V118+63" },
    { "claims all of 32 bits", "v9 h2:4294967295 j9 v9", "V0+63 L63+27 V90+63" },
    { "too long, and nothing behind", "h1:10485797 j100", "L0+118" },
    { "the longest of its writer", "v10485760 v9", "V0+10485814 V10485814+63" },
    { "the longest that its reader takes", "v10485724 v9", "V0+10485778 V10485778+63" },
    { "the longest twice", "v10485760 v10485760", "V0+10485814 V10485814+10485814" },
    { "the longest, cut", "v10485760 -100 v9", "C0+10485714 V10485714+63" },
    { "length zero", "k300 h2:0 v9", "K0+318 S318+18 V336+63" },
    { "length zero of a key", "h1:0 v9", "S0+18 V18+63" },
    { "too short for a nonce", "h2:2 j2 v9", "S0+20 V20+63" },
    { "too short by a byte: no ciphertext", "v0 v9", "S0+54 V54+63" },
    { "unknown type", "v9 h3:5 j5 v9", "V0+63 U63+23 V86+63" },
    { "type zero", "h0:5 j5", "U0+23" },
    { "unknown type with a packet inside", "h255:500 k300 v9", "U0+18 K18+318 V336+63" },
};

static void test_cases(void)
{
    static char found[4096];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = make_file(cases[i].file);
        find_all(cases[i].name, buf_view(&b), found, sizeof found);
        CHECK(strcmp(found, cases[i].found) == 0, "%s: found %s", cases[i].name, found);
        buf_free(&b);
    }
}

/* Every prefix: what was there before the cut is found as before, and one thing more at most. */
static void test_prefixes(void)
{
    struct buf b = make_file("k30 v10 j5 v700");
    char found[256];

    for (size_t n = 0; n <= b.n; n++) {
        uint8_t *copy = exact_copy(b.p, n);
        find_all("prefix", (struct exh_bytes){ copy, n }, found, sizeof found);
        if (n == 48)
            CHECK(strcmp(found, "K0+48") == 0, "prefix of 48: %s", found);
        else if (n > 0 && n < 48)
            CHECK(found[0] == 'T', "prefix of %zu: %s", n, found);
        else if (n >= 130 && n < b.n) // a magic that is torn behind junk is junk too
            CHECK(strncmp(found, "K0+48 V48+64 J112+5 T117+", 25) == 0, "prefix of %zu: %s", n,
                  found);
        free(copy);
    }
    buf_free(&b);
}

static void test_fields(void)
{
    struct buf b = buf_with_limit(1000);
    struct encrocrypt_packet p;

    put_header(&b, 1, 3);
    buf_put_text(&b, "pgp");
    put_header(&b, 2, 40);
    buf_put_u32(&b, 4000000000);
    buf_put_text(&b, "0123456789abcdef"
                     "four"
                     "fedcba9876543210");
    const struct exh_source source = exh_source_memory(b.p, b.n);
    struct encrocrypt_reader r = encrocrypt_over(&source);
    CHECK(encrocrypt_next(&r, &p, &err) == EXH_OK && p.kind == ENCROCRYPT_KEY && p.data_n == 3 &&
              memcmp(p.data, "pgp", 3) == 0 && p.type == 1 && p.length == 3,
          "key packet");
    CHECK(encrocrypt_next(&r, &p, &err) == EXH_OK && p.kind == ENCROCRYPT_VIDEO &&
              p.minute == 4000000000 && memcmp(p.nonce, "0123456789abcdef", 16) == 0 &&
              p.data_n == 4 && memcmp(p.data, "four", 4) == 0 &&
              memcmp(p.tag, "fedcba9876543210", 16) == 0,
          "video packet");
    CHECK(encrocrypt_next(&r, &p, &err) == EXH_OK && p.kind == ENCROCRYPT_END &&
              encrocrypt_next(&r, &p, &err) == EXH_OK && p.kind == ENCROCRYPT_END,
          "the end stays the end");
    encrocrypt_free(&r);
    buf_free(&b);
}

static void test_read_fails(void)
{
    struct buf b = make_file("v9 v200000 v9");

    for (uint64_t at = 0; at < b.n; at += 10000) {
        struct counted counted = { .bytes = buf_view(&b), .fails_at = at };
        const struct exh_source source = { .size = b.n, .read = read_counted, .ctx = &counted };
        struct encrocrypt_reader r = encrocrypt_over(&source);
        struct encrocrypt_packet p = { .kind = ENCROCRYPT_JUNK };
        enum exh_status status = EXH_OK;
        while (status == EXH_OK && p.kind != ENCROCRYPT_END)
            status = encrocrypt_next(&r, &p, &err);
        CHECK(status == EXH_IO && strcmp(err.text, "the disk is gone") == 0,
              "fails at %" PRIu64 ": %u", at, status);
        encrocrypt_free(&r);
    }
    buf_free(&b);
}

int main(void)
{
    test_cases();
    test_prefixes();
    test_fields();
    test_read_fails();
    return check_done();
}

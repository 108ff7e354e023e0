/* Our CBOR against libcbor: trees that we write, numbers of every width, and bytes that are broken. */
#include <math.h>

#include "check.h"
#include "formats/cbor.h"
#include "oracle_libcbor.h"

#define TREES    20000
#define TREE_MAX ((size_t)1 << 16)

static uint64_t state = 88172645463325252u;

/* xorshift64*: the same numbers in every run. */
static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static size_t draw_below(size_t n)
{
    return (size_t)(draw() >> 33) % n;
}

/* A number of any width. */
static uint64_t draw_number(void)
{
    return draw() >> draw_below(64);
}

static double draw_double(void)
{
    const uint64_t bits = draw();
    double v;

    memcpy(&v, &bits, sizeof v);
    switch (draw_below(3)) {
    case 0: return v;
    case 1: return (double)(float)v;
    default: return (double)draw_number() / 16;
    }
}

static void put_string(struct buf *b, bool text)
{
    static const char letters[300] = "c2pa.assertions";
    const size_t n = draw_below(2) ? draw_below(30) : draw_below(sizeof letters);

    if (text)
        cbor_put_text_bytes(b, (struct exh_bytes){ (const uint8_t *)letters, n });
    else
        cbor_put_bytes(b, (struct exh_bytes){ (const uint8_t *)letters, n });
}

static void put_tree(struct buf *b, int depth)
{
    const size_t kinds = depth ? 11 : 8; // leaves only, at the bottom
    struct cbor_map map;
    size_t n = draw_below(5);

    switch (draw_below(kinds)) {
    case 0:
    case 1: cbor_put_uint(b, draw_number()); break;
    case 2: cbor_put_int(b, -1 - (int64_t)(draw_number() >> 1)); break;
    case 3: cbor_put_bool(b, draw_below(2)); break;
    case 4: cbor_put_null(b); break;
    case 5: cbor_put_double(b, draw_double()); break;
    case 6: put_string(b, false); break;
    case 7: put_string(b, true); break;
    case 8:
        cbor_put_tag(b, 24 + draw_number() / 2); // libcbor 0.8 refuses many of the small ones
        put_tree(b, depth - 1);
        break;
    case 9:
        cbor_put_array(b, n);
        for (; n; n--)
            put_tree(b, depth - 1);
        break;
    case 10:
        map = cbor_map_open(b);
        for (; n; n--) { // each key once, not sorted
            cbor_put_int(b, (int64_t)(n * 5 % 7) - 3);
            put_tree(b, depth - 1);
        }
        cbor_map_close(b, map);
        break;
    }
}

/* What we write, libcbor reads, and writes the same: every head is of the shortest form. */
static void test_trees(void)
{
    struct buf b = buf_with_limit(TREE_MAX);
    struct exh_error err;
    struct cbor item;
    static uint8_t theirs[TREE_MAX];

    for (int i = 0; i < TREES; i++) {
        buf_clear(&b);
        put_tree(&b, 5);
        CHECK(buf_finish(&b, &err) == EXH_OK, "tree %d: %s", i, err.text);
        CHECK(cbor_parse(buf_view(&b), 0, &item, &err) == EXH_OK, "tree %d: %s", i, err.text);
        const size_t n = oracle_recode(b.p, b.n, theirs, sizeof theirs);
        CHECK(n == b.n && memcmp(theirs, b.p, n) == 0, "tree %d: %zu bytes, libcbor %zu", i, b.n,
              n);
    }
    buf_free(&b);
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* Read a float of `width` bytes as libcbor does; our shortest form of it has the same value. */
static void check_float(uint64_t bits, int width)
{
    uint8_t in[9] = { width == 2 ? 0xF9 : width == 4 ? 0xFA : 0xFB };
    struct buf b = buf_with_limit(16);
    struct exh_error err;
    struct cbor item = { 0 };
    double v = 0;

    for (int i = 0; i < width; i++)
        in[1 + i] = (uint8_t)(bits >> 8 * (width - 1 - i));
    const size_t n = (size_t)width + 1;
    CHECK(cbor_parse((struct exh_bytes){ in, n }, 0, &item, &err) == EXH_OK && cbor_float(item, &v),
          "%llx: no float", (unsigned long long)bits);
    CHECK(same(v, oracle_float(in, n)), "%llx: %g", (unsigned long long)bits, v);
    cbor_put_double(&b, v);
    CHECK(b.n <= n && same(v, oracle_float(b.p, b.n)), "%llx: written", (unsigned long long)bits);
    CHECK(isnan(v) || b.n < n || memcmp(b.p, in, n) == 0, "%llx: changed",
          (unsigned long long)bits);
    buf_free(&b);
}

static void test_floats(void)
{
    for (uint64_t half = 0; half <= UINT16_MAX; half++)
        check_float(half, 2);
    for (int i = 0; i < 100000; i++) {
        check_float(draw() >> 32, 4);
        check_float(draw(), 8);
    }
}

/* Whether the item is free of what libcbor 0.8 refuses: unassigned simple values, some small tags. */
static bool libcbor_knows(struct cbor c)
{
    struct cbor_walk walk;
    struct cbor key = { 0 }, value;
    uint64_t tag = 0;

    while (cbor_tag(c, &tag, &c))
        if (tag >= 6 && tag <= 20)
            return false;
    walk = cbor_walk(c);
    while (cbor_next(&walk, &key, &value))
        if ((key.item.n && !libcbor_knows(key)) || !libcbor_knows(value))
            return false;
    return !cbor_is(c, CBOR_SIMPLE);
}

/* What we accept of broken trees, libcbor accepts too. */
static void test_broken(void)
{
    struct buf b = buf_with_limit(TREE_MAX);
    struct exh_error err;
    struct cbor item;
    static uint8_t theirs[2 * TREE_MAX];
    int accepted = 0;

    for (int i = 0; i < TREES; i++) {
        buf_clear(&b);
        put_tree(&b, 3);
        for (size_t flips = 1 + draw_below(3); flips; flips--)
            b.p[draw_below(b.n)] ^= (uint8_t)(1 << draw_below(8));
        if (cbor_parse(buf_view(&b), 0, &item, &err) != EXH_OK)
            continue;
        if (!libcbor_knows(item))
            continue;
        accepted++;
        CHECK(oracle_recode(b.p, b.n, theirs, sizeof theirs), "tree %d: libcbor refuses", i);
    }
    CHECK(accepted > TREES / 10, "only %d broken trees were accepted", accepted);
    buf_free(&b);
}

int main(void)
{
    test_trees();
    test_floats();
    test_broken();
    return check_done();
}

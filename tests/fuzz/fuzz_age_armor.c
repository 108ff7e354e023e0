/* Any armor: it is read the same in one piece and byte by byte, and written again but for white space. */
#include <string.h>

#include "base/text.h"
#include "formats/age_armor.h"
#include "fuzz.h"

static enum exh_status read_by(const uint8_t *p, size_t n, size_t step, struct exh_memory_sink *out,
                               struct exh_error *err)
{
    const struct exh_sink to = exh_sink_memory(out);
    struct armor_reader r;
    enum exh_status status = EXH_OK;

    armor_reader_init(&r, &to);
    const struct exh_sink text = armor_reader_sink(&r);
    for (size_t at = 0; !status && at < n; at += step)
        status = text.write(text.ctx, p + at, n - at < step ? n - at : step, err);
    return status ? status : armor_reader_end(&r, err);
}

/* Without CR, and white space around. */
static size_t plain(const uint8_t *p, size_t n, uint8_t *to)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++)
        if (p[i] != '\r' && (m || p[i] > ' '))
            to[m++] = p[i];
    while (m && to[m - 1] <= ' ')
        m--;
    return m;
}

static void check_again(const uint8_t *p, size_t n, struct exh_bytes binary)
{
    uint8_t *want = malloc(n + 1);
    struct exh_memory_sink text = { .p = malloc(n + 2), .size = n + 2 };
    const struct exh_sink to = exh_sink_memory(&text);
    struct armor_writer w;
    struct exh_error err;

    REQUIRE(want && text.p);
    armor_writer_init(&w, &to);
    const struct exh_sink in = armor_writer_sink(&w);
    REQUIRE(!in.write(in.ctx, binary.p, binary.n, &err) && !armor_writer_end(&w, &err));
    const size_t want_n = plain(p, n, want);
    REQUIRE(text.n == want_n + 1 && memcmp(text.p, want, want_n) == 0);
    free(text.p);
    free(want);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct exh_memory_sink one = { .p = malloc(n + 1), .size = n };
    struct exh_memory_sink two = { .p = malloc(n + 1), .size = n };
    struct exh_error err, other;
    const enum exh_status status = read_by(p, n, n + 1, &one, &err);

    REQUIRE(one.p && two.p);
    REQUIRE(read_by(p, n, 1, &two, &other) == status);
    REQUIRE(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
    if (status)
        REQUIRE(strcmp(err.text, other.text) == 0);
    else
        check_again(p, n, (struct exh_bytes){ one.p, one.n });
    free(one.p);
    free(two.p);
    return 0;
}

/* Any header of an age file: what is accepted is written again as the same bytes. */
#include <string.h>

#include "base/text.h"
#include "formats/age_header.h"
#include "fuzz.h"

/* The arguments of a stanza as C strings, in one block; free() it. */
static char *split(const struct age_stanza *s, const char **args)
{
    const size_t n = s->type.n + 1 + s->args.n + 1;
    char *words = calloc(1, n);

    REQUIRE(words);
    memcpy(words, s->type.p, s->type.n);
    args[0] = words;
    char *to = words + s->type.n + 1;
    for (size_t i = 0; i < s->args_n; i++) {
        const struct exh_bytes arg = age_stanza_arg(s, i);
        REQUIRE(arg.n > 0);
        memcpy(to, arg.p, arg.n);
        args[i + 1] = to;
        to += arg.n + 1;
    }
    REQUIRE(to <= words + n);
    return words;
}

static void check_stanza(const struct age_stanza *s)
{
    struct buf b = buf_with_limit(AGE_HEADER_MAX);
    const char **args = calloc(s->args_n + 1, sizeof *args);
    char *words = split(s, args);

    age_header_put_stanza(&b, args, s->args_n + 1, s->body);
    REQUIRE(bytes_equal(s->text, buf_view(&b)));
    const size_t chars = s->type.n + (s->args_n ? 1 + s->args.n : 0);
    REQUIRE(age_stanza_size(chars, s->body.n) == b.n);
    buf_free(&b);
    free(words);
    free(args);
}

/* The whole is its stanzas between the first line and the last. */
static void check_whole(const struct age_header *h, struct exh_bytes in)
{
    size_t n = strlen(AGE_VERSION_LINE);
    struct buf b = buf_with_limit(AGE_HEADER_MAX);

    REQUIRE(h->text.n <= in.n && memcmp(h->text.p, in.p, h->text.n) == 0);
    for (size_t i = 0; i < h->stanzas_n; i++) {
        REQUIRE(h->stanzas[i].text.p == h->text.p + n);
        n += h->stanzas[i].text.n;
        check_stanza(&h->stanzas[i]);
    }
    buf_put(&b, h->text.p, n);
    age_header_put_mark(&b);
    REQUIRE(bytes_equal(h->authenticated, buf_view(&b)));
    age_header_put_mac(&b, h->mac);
    REQUIRE(bytes_equal(h->text, buf_view(&b)));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes in = { p, n };
    struct age_header *h = NULL;
    struct exh_error err;
    size_t size = 0;
    const enum exh_status measured = age_header_size(in, &size, &err);
    const enum exh_status status = age_header_read(in, &h, &err);

    if (status) {
        REQUIRE(strlen(err.text) > 0);
        return 0;
    }
    REQUIRE(!measured && size == h->text.n);
    REQUIRE(!age_header_size((struct exh_bytes){ p, size - 1 }, &size, &err) && size == 0);
    check_whole(h, in);
    age_header_free(h);
    return 0;
}

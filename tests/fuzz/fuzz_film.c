/* Any bytes as a film: what is said of it does not depend on the pieces in which it comes. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#include "formats/film.h"

static bool add_in_pieces(struct film *f, const uint8_t *p, size_t n, size_t piece)
{
    bool follows = true;

    film_begin(f);
    for (size_t at = 0; at < n; at += piece) {
        const size_t more = n - at < piece ? n - at : piece;
        uint8_t *copy = malloc(more);
        REQUIRE(copy);
        memcpy(copy, p + at, more);
        follows = film_add(f, (struct exh_bytes){ copy, more }) && follows;
        free(copy);
    }
    return follows;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct film whole, parts;
    const size_t piece = n ? 1 + p[n / 2] % 200U : 1;
    const bool follows = add_in_pieces(&whole, p, n, n ? n : 1);

    REQUIRE(add_in_pieces(&parts, p, n, piece) == follows);
    REQUIRE(whole.state == parts.state && whole.left == parts.left);
    REQUIRE(film_is_open(&whole) == film_is_open(&parts));
    REQUIRE(memcmp(whole.counts, parts.counts, sizeof whole.counts) == 0);
    film_lost(&whole);
    REQUIRE(!film_is_open(&whole) && film_add(&whole, (struct exh_bytes){ p, n < 100 ? n : 100 }));
    return 0;
}

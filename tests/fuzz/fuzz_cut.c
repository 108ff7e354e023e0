/* Any bytes as a film: it goes through whole, and where it may be cut does not depend on the pieces it comes in. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#include "formats/cut.h"

/* How many places there are of what is wanted, when it comes in steps. */
static size_t places_in(enum cut_kind kind, const uint8_t *p, size_t n, size_t step,
                        enum cut_place want)
{
    struct cutter c;
    size_t places = 0, at = 0, there = 0, stood = 0;
    bool found = false;

    cutter_begin(&c, kind);
    while (at < n) {
        if (!found)
            there = n - there < step ? n : there + step;
        uint8_t *copy = malloc(there - at);
        REQUIRE(copy);
        memcpy(copy, p + at, there - at);
        const size_t went =
            cutter_next(&c, (struct exh_bytes){ copy, there - at }, want, there < n, &found);
        free(copy);
        REQUIRE(went <= there - at && (!found || c.place >= want));
        REQUIRE(found || went == there - at || (there < n && there - at - went <= CUT_AHEAD));
        at += went;
        stood = went || !found ? 0 : stood + 1;
        REQUIRE(stood < 2); // before one byte only once
        places += found;
        REQUIRE(c.at == at);
    }
    return places;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes all = { p, n };
    const enum cut_kind kind = cut_look(all, true), early = cut_look(all, false);
    const size_t step = n ? 1 + p[n / 2] % 200U : 1;

    REQUIRE(kind != CUT_UNDECIDED && (early == kind || early == CUT_UNDECIDED));
    for (enum cut_kind k = CUT_BOXES; k <= CUT_ELEMENTS; k++)
        for (enum cut_place want = CUT_NOT; want <= CUT_WELL; want++)
            REQUIRE(places_in(k, p, n, n ? n : 1, want) == places_in(k, p, n, step, want));
    return 0;
}

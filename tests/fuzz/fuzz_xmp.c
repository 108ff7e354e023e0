/* Any XMP packet: a URL that is found in it is one that can be shown and asked for. */
#include <string.h>

#include "formats/xmp.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char url[XMP_URL_MAX];

    if (!xmp_find_provenance((struct exh_bytes){ p, n }, url))
        return 0;
    REQUIRE(memchr(url, 0, sizeof url));
    REQUIRE(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0);
    for (const char *c = url; *c; c++)
        REQUIRE(*c > ' ' && *c <= '~');
    return 0;
}

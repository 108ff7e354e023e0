#include "formats/xmp.h"

#include "base/text.h"
#include "check.h"

static const struct {
    const char *packet;
    const char *url; // NULL: none is found
} cases[] = {
    { "<x dcterms:provenance=\"https://a.example/1.c2pa\"/>", "https://a.example/1.c2pa" },
    { "<x dcterms:provenance = 'http://a.example/?a=1&amp;b=2'/>", "http://a.example/?a=1&b=2" },
    { "<dcterms:provenance> https://a.example/x</dcterms:provenance>", "https://a.example/x" },
    { "<a dcterms:provenance=\"self#jumbf=/c2pa/x\" dcterms:provenance=\"https://b.example\"/>",
      "https://b.example" },
    { "<x dcterms:provenance=\"file:///etc/passwd\"/>", NULL },
    { "<x dcterms:provenance=\"https://a.example/ b\"/>", NULL },
    { "<x dcterms:provenance=\"https://a.example/&lt;\"/>", NULL },
    { "<x dcterms:provenance=\"https://a.example/\n\"/>", NULL },
    { "<x dcterms:provenance=\"https://a.example/", NULL },
    { "<x dcterms:provenance", NULL },
    { "<x dcterms:provenance=", NULL },
    { "<x dcterms:provenance=https://a.example/>", NULL },
    { "", NULL },
};

int main(void)
{
    char url[XMP_URL_MAX];
    char *big = malloc(4096);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t n = strlen(cases[i].packet);
        uint8_t *copy = exact_copy(cases[i].packet, n);
        const bool found = xmp_find_provenance((struct exh_bytes){ copy, n }, url);
        CHECK(found == (cases[i].url != NULL), "%s: %d", cases[i].packet, found);
        if (found && cases[i].url)
            CHECK(strcmp(url, cases[i].url) == 0, "%s: %s", cases[i].packet, url);
        for (size_t k = 0; k < n; k++) { // a prefix never yields more than the whole
            uint8_t *prefix = exact_copy(cases[i].packet, k);
            if (xmp_find_provenance((struct exh_bytes){ prefix, k }, url))
                CHECK(found, "prefix of %zu bytes of %s", k, cases[i].packet);
            free(prefix);
        }
        free(copy);
    }
    memset(big, 'a', 4096);
    memcpy(big, "dcterms:provenance=\"https://", 28);
    big[4095] = '"';
    CHECK(!xmp_find_provenance((struct exh_bytes){ (const uint8_t *)big, 4096 }, url),
          "a URL that is too long");
    free(big);
    return check_done();
}

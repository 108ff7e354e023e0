#include "c2pa/source_type.h"

#include "check.h"

#define IPTC "http://cv.iptc.org/newscodes/digitalsourcetype/"

static const struct {
    const char *text;
    enum exh_status want;
    const char *uri;
    bool capture;
} cases[] = {
    { "digitalCapture", EXH_OK, IPTC "digitalCapture", true },
    { "computationalCapture", EXH_OK, IPTC "computationalCapture", true },
    { "screenCapture", EXH_OK, IPTC "screenCapture", false },
    { "compositeCapture", EXH_OK, IPTC "compositeCapture", false },
    { "trainedAlgorithmicMedia", EXH_OK, IPTC "trainedAlgorithmicMedia", false },
    { "empty", EXH_OK, "http://c2pa.org/digitalsourcetype/empty", false },
    { IPTC "digitalCapture", EXH_OK, IPTC "digitalCapture", true },
    { "https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", EXH_OK,
      "https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", true },
    { "https://example.org/types/knitted", EXH_OK, "https://example.org/types/knitted", false },
    { "digitalcapture", EXH_INVALID, NULL, false },
    { "photo", EXH_INVALID, NULL, false },
    { "", EXH_INVALID, NULL, false },
    { "http://a b", EXH_INVALID, NULL, false },
    { "http://\xC3\xA4", EXH_INVALID, NULL, false },
    { "ftp://example.org/x", EXH_INVALID, NULL, false },
};

int main(void)
{
    char uri[SOURCE_TYPE_MAX], longest[2 * SOURCE_TYPE_MAX];
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const enum exh_status got = source_type_uri(cases[i].text, uri, &err);
        CHECK(got == cases[i].want, "%s: status %u", cases[i].text, got);
        if (got != EXH_OK || cases[i].want != EXH_OK)
            continue;
        CHECK(strcmp(uri, cases[i].uri) == 0, "%s: %s", cases[i].text, uri);
        CHECK(source_type_is_capture(uri) == cases[i].capture, "%s: capture", cases[i].text);
    }
    CHECK(source_type_uri("photo", uri, &err) == EXH_INVALID &&
              strstr(err.text, "digitalCapture, computationalCapture") &&
              strstr(err.text, "trainedAlgorithmicData"),
          "an unknown name is answered with the known ones: %s", err.text);

    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    memcpy(longest, "http://", 7);
    CHECK(source_type_uri(longest, uri, &err) == EXH_INVALID, "a URI without end");
    longest[SOURCE_TYPE_MAX - 1] = 0;
    CHECK(source_type_uri(longest, uri, &err) == EXH_OK && strcmp(uri, longest) == 0,
          "the longest URI");
    return check_done();
}

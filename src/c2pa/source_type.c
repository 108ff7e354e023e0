#include "c2pa/source_type.h"

#include <stdio.h>
#include <string.h>

#define IPTC "http://cv.iptc.org/newscodes/digitalsourcetype/"
#define C2PA "http://c2pa.org/digitalsourcetype/"

static const struct {
    const char *name;
    const char *base;
    bool capture; // a sensor saw it: only a camera may say so
    bool device;  // facts of a capture may stand beside it
} types[] = {
    { "digitalCapture", IPTC, true, true },
    { "computationalCapture", IPTC, true, true },
    { "negativeFilm", IPTC, false, false },
    { "positiveFilm", IPTC, false, false },
    { "print", IPTC, false, false },
    { "humanEdits", IPTC, false, false },
    { "compositeWithTrainedAlgorithmicMedia", IPTC, false, false },
    { "algorithmicallyEnhanced", IPTC, false, false },
    { "digitalCreation", IPTC, false, false },
    { "dataDrivenMedia", IPTC, false, false },
    { "trainedAlgorithmicMedia", IPTC, false, false },
    { "algorithmicMedia", IPTC, false, false },
    { "screenCapture", IPTC, false, true },
    { "virtualRecording", IPTC, false, false },
    { "composite", IPTC, false, false },
    { "compositeCapture", IPTC, false, false },
    { "compositeSynthetic", IPTC, false, false },
    { "empty", C2PA, false, false },
    { "trainedAlgorithmicData", C2PA, false, false },
};

static enum exh_status refuse(const char *text, struct exh_error *err)
{
    char names[400] = "";
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_N(types) && n < sizeof names; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", types[i].name);
    return fail(err, EXH_INVALID, "source type \"%.40s\" is unknown; known are %s", text, names);
}

/* An http URI of visible ASCII: somebody else's vocabulary is welcome, a typing error is not. */
static bool is_uri(const char *text)
{
    const size_t n = strlen(text);

    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return n < SOURCE_TYPE_MAX;
}

enum exh_status source_type_uri(const char *text, char to[SOURCE_TYPE_MAX], struct exh_error *err)
{
    if (is_uri(text)) {
        snprintf(to, SOURCE_TYPE_MAX, "%s", text);
        return EXH_OK;
    }
    for (size_t i = 0; i < ARRAY_N(types); i++)
        if (strcmp(text, types[i].name) == 0) {
            snprintf(to, SOURCE_TYPE_MAX, "%s%s", types[i].base, types[i].name);
            return EXH_OK;
        }
    return refuse(text, err);
}

/* The name behind a URI's last '/'; http and https, with or without www, mean the same term. */
bool source_type_is_capture(const char *uri)
{
    const char *slash = strrchr(uri, '/');

    for (size_t i = 0; i < ARRAY_N(types) && slash; i++)
        if (types[i].capture && strcmp(slash + 1, types[i].name) == 0)
            return true;
    return false;
}

bool source_type_is_of_device(const char *uri)
{
    const char *slash = strrchr(uri, '/');

    for (size_t i = 0; i < ARRAY_N(types) && slash; i++)
        if (types[i].device && strcmp(slash + 1, types[i].name) == 0)
            return true;
    return false;
}

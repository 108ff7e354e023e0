#include "formats/xmp.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "formats/bmff.h"

#define PROPERTY  "dcterms:provenance"
#define VALUE_MAX (XMP_URL_MAX * (sizeof "&amp;" - 1))

static const uint8_t xmp_uuid[16] = { 0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                      0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC };

struct search {
    const struct exh_source *source;
    char *url;
    bool found;
};

/* Where `text` begins in what is left; n when nowhere. */
static size_t find_text(struct exh_bytes in, const char *text)
{
    const size_t n = strlen(text);

    for (size_t i = 0; i + n <= in.n; i++)
        if (in.p[i] == (uint8_t)text[0] && memcmp(in.p + i, text, n) == 0)
            return i;
    return in.n;
}

static struct exh_bytes behind(struct exh_bytes b, size_t n)
{
    return (struct exh_bytes){ b.p + n, b.n - n };
}

static struct exh_bytes skip_blanks(struct exh_bytes b)
{
    size_t n = 0;

    while (n < b.n && (b.p[n] == ' ' || b.p[n] == '\t' || b.p[n] == '\r' || b.p[n] == '\n'))
        n++;
    return behind(b, n);
}

/* An attribute's value or an element's text, as it stands there; empty when it is neither. */
static struct exh_bytes value_of(struct exh_bytes rest)
{
    uint8_t end = '<';

    rest = skip_blanks(rest);
    if (rest.n && rest.p[0] == '=') {
        rest = skip_blanks(behind(rest, 1));
        if (!rest.n || (rest.p[0] != '"' && rest.p[0] != '\''))
            return (struct exh_bytes){ 0 };
        end = rest.p[0];
    } else if (!rest.n || rest.p[0] != '>') {
        return (struct exh_bytes){ 0 };
    }
    rest = skip_blanks(behind(rest, 1));
    if (rest.n >
        VALUE_MAX) // no URL that counts ends later, and a packet may begin a thousand values
        rest.n = VALUE_MAX;
    const uint8_t *stop = rest.n ? memchr(rest.p, end, rest.n) : NULL;
    return stop ? (struct exh_bytes){ rest.p, (size_t)(stop - rest.p) } : (struct exh_bytes){ 0 };
}

/* Copy a URL; of XML's entities only &amp; can stand in one. */
static bool copy_url(struct exh_bytes value, char url[XMP_URL_MAX])
{
    size_t n = 0;

    if (!bytes_start(value, "http://") && !bytes_start(value, "https://"))
        return false;
    while (value.n) {
        const uint8_t c = value.p[0];
        const bool escaped = bytes_start(value, "&amp;");
        if (n == XMP_URL_MAX - 1 || c <= ' ' || c > '~' || (c == '&' && !escaped))
            return false;
        url[n++] = (char)c;
        value = behind(value, escaped ? sizeof "&amp;" - 1 : 1);
    }
    url[n] = 0;
    return true;
}

bool xmp_find_provenance(struct exh_bytes packet, char url[XMP_URL_MAX])
{
    for (size_t at = find_text(packet, PROPERTY); at < packet.n; at = find_text(packet, PROPERTY)) {
        packet = behind(packet, at + sizeof PROPERTY - 1);
        if (copy_url(value_of(packet), url))
            return true;
    }
    return false;
}

static enum exh_status search_span(struct search *search, struct span span, struct exh_error *err)
{
    if (search->found || span.n > XMP_PACKET_MAX)
        return EXH_OK; // longer than any packet: image data
    uint8_t *p = malloc(span.n ? (size_t)span.n : 1);
    if (!p)
        return fail_no_memory(err);
    enum exh_status status = source_read(search->source, span.at, p, (size_t)span.n, err);
    if (status == EXH_OK)
        search->found = xmp_find_provenance((struct exh_bytes){ p, (size_t)span.n }, search->url);
    free(p);
    return status;
}

static enum exh_status search_box(void *ctx, const struct named_box *box, struct exh_error *err)
{
    static const char *const names[] = { "APP1", "iTXt", "XMP ", "XMP", "_PMX" };

    for (size_t i = 0; i < ARRAY_N(names); i++)
        if (strcmp(box->name, names[i]) == 0)
            return search_span(ctx, box->span, err);
    return EXH_OK;
}

/* Of BMFF, XMP is a uuid box at the root. */
static enum exh_status search_bmff(struct search *search, struct exh_error *err)
{
    struct bmff_reader reader;
    struct bmff_box box;
    bool more = true;

    bmff_reader_init(&reader, search->source);
    struct bmff_walk walk = bmff_walk_root(&reader);
    enum exh_status status = bmff_next(&walk, &box, &more, err);

    while (status == EXH_OK && more) {
        uint8_t uuid[sizeof xmp_uuid] = { 0 };
        if (box.type == BMFF_UUID && box.size >= box.header + sizeof uuid)
            status = source_read(search->source, box.at + box.header, uuid, sizeof uuid, err);
        if (status == EXH_OK && memcmp(uuid, xmp_uuid, sizeof uuid) == 0)
            status = search_span(search, (struct span){ box.at, box.size }, err);
        if (status == EXH_OK)
            status = bmff_next(&walk, &box, &more, err);
    }
    return status;
}

enum exh_status xmp_provenance(const struct exh_source *s, const struct container *c,
                               char url[XMP_URL_MAX], bool *found, struct exh_error *err)
{
    struct search search = { .source = s, .url = url };
    enum exh_status status = c->format == FORMAT_BMFF
                                 ? search_bmff(&search, err)
                                 : container_boxes(s, c, search_box, &search, err);

    if (status == EXH_UNSUPPORTED) // a format without names has no XMP
        status = EXH_OK;
    *found = search.found;
    return status;
}

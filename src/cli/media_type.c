#include "cli/media_type.h"

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/reader.h"
#include "formats/bmff.h"

#define TS_PACKET 188 // bytes of a packet of MPEG-TS; each begins with 'G'
#define DOCTYPE_N 64  // bytes of Matroska's head, where its type stands

static const struct {
    size_t at;
    const char *bytes;
    size_t n;
    const char *type;
} rows[] = {
    { 0, "\xFF\xD8\xFF", 3, "image/jpeg" },
    { 0, "\x89PNG\r\n\x1A\n", 8, "image/png" },
    { 0, "GIF8", 4, "image/gif" },
    { 0, "II*\0", 4, "image/tiff" },
    { 0, "MM\0*", 4, "image/tiff" },
    { 8, "WEBP", 4, "image/webp" },
    { 8, "WAVE", 4, "audio/wav" },
    { 8, "AVI ", 4, "video/avi" },
    { 0, "%PDF-", 5, "application/pdf" },
    { 0, "PK\3\4", 4, "application/zip" },
    { 0, "\x1F\x8B", 2, "application/gzip" },
    { 0, "OggS", 4, "application/ogg" },
    { 0, "fLaC", 4, "audio/flac" },
    { 0, "ID3", 3, "audio/mpeg" },
};

static bool has(struct exh_bytes first, size_t at, const char *bytes, size_t n)
{
    return at + n <= first.n && memcmp(first.p + at, bytes, n) == 0;
}

static bool is_ts(struct exh_bytes first)
{
    return has(first, 0, "G", 1) && (has(first, TS_PACKET, "G", 1) || first.n == TS_PACKET);
}

static const char *matroska(struct exh_bytes first)
{
    for (size_t at = 0; at < DOCTYPE_N; at++)
        if (has(first, at, "webm", 4))
            return "video/webm";
    return "video/matroska";
}

static const char *bmff(struct exh_bytes first)
{
    struct reader r = reader_over(first, 0);
    const size_t size = reader_u32(&r); // of the box with the brands

    return bmff_mime(first.p, size < first.n ? size : first.n);
}

const char *media_type_of(struct exh_bytes first)
{
    if (has(first, 4, "ftyp", 4))
        return bmff(first);
    if (has(first, 0, "\x1A\x45\xDF\xA3", 4))
        return matroska(first);
    if (is_ts(first))
        return "video/mp2t";
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        if (has(first, rows[i].at, rows[i].bytes, rows[i].n))
            return rows[i].type;
    return "application/octet-stream";
}

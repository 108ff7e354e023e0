/* Any file: what comes out is a JPEG that can be read, and that fits. */
#include "fuzz.h"
#include "media/thumb.h"

static void read_small(struct thumb *t, const uint8_t *jpeg, size_t n)
{
    const struct exh_source s = exh_source_memory(jpeg, n);
    struct exh_error err;

    REQUIRE(thumb_read_jpeg(t, &s, &err) == EXH_OK);
    REQUIRE(t->w >= 1 && t->w <= MEDIA_THUMBNAIL_EDGE);
    REQUIRE(t->h >= 1 && t->h <= MEDIA_THUMBNAIL_EDGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_source source = exh_source_memory(p, n);
    struct thumb once = { 0 };
    struct exh_error err;
    uint8_t *jpeg = NULL;
    size_t size = 0;

    if (exhibit_media.thumbnail(&source, &jpeg, &size, &err) == EXH_OK) {
        read_small(&once, jpeg, size);
        thumb_free(&once);
        free(jpeg);
    }
    return 0;
}

#include "c2pa/assertion.h"

#define BFDB_PLAIN 0 // toggles: no file name, and the file is here

void assertion_put_thumbnail(struct draft *d, const struct exh_embedded *thumbnail)
{
    struct buf *b = &d->boxes;
    const size_t superbox = draft_open_file(d, "c2pa.thumbnail.claim", DRAFT_SALTED);

    const size_t about = jumbf_put_box_open(b, "bfdb");
    buf_put_u8(b, BFDB_PLAIN);
    buf_put_text(b, thumbnail->format);
    buf_put_u8(b, 0);
    jumbf_put_close(b, about);

    const size_t data = jumbf_put_box_open(b, "bidb");
    buf_put_bytes(b, thumbnail->data);
    jumbf_put_close(b, data);
    draft_close_file(d, superbox);
}

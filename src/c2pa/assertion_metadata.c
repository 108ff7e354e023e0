#include "c2pa/assertion.h"

void assertion_put_metadata(struct draft *d, const char *json)
{
    struct draft_box box = draft_open(d, "c2pa.metadata", "json", DRAFT_SALTED);

    buf_put_text(&d->boxes, json);
    draft_close(d, box);
}

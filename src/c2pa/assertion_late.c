/* assertion_late.c -- what an update manifest adds to a signature of the past: time and status. */
#include "c2pa/assertion.h"

void assertion_put_time_stamps(struct draft *d, const struct late_stamp *stamps, size_t n)
{
    struct draft_box box = draft_open(d, "c2pa.time-stamp", "cbor", DRAFT_SALTED);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    for (size_t i = 0; i < n; i++) {
        cbor_put_text_bytes(b, stamps[i].manifest);
        cbor_put_bytes(b, stamps[i].token);
    }
    cbor_map_close(b, map);
    draft_close(d, box);
}

void assertion_put_certificate_status(struct draft *d, const struct exh_bytes *ocsp, size_t n)
{
    struct draft_box box = draft_open(d, "c2pa.certificate-status", "cbor", DRAFT_SALTED);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "ocspVals");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        cbor_put_bytes(b, ocsp[i]);
    cbor_map_close(b, map);
    draft_close(d, box);
}

/*
 * validate_metadata.c -- c2pa.metadata of a manifest that was read.
 *
 * Spec: C2PA, "c2pa.metadata validation".
 */
#include "c2pa/validation.h"

#include <string.h>

#include "c2pa/metadata_rules.h"

void validate_metadata(struct validation *v, struct judged *m, const struct store_box *box,
                       const char *url)
{
    struct exh_error err;
    struct json doc;
    char why[METADATA_FAULT_MAX];

    // Some old writers stored CBOR here; its fields are shown, but nothing relies on them.
    if (strcmp(box->type, "json") != 0 || m->claim.version < 2 ||
        json_parse(box->data, box->pos, &doc, &err) != EXH_OK)
        return;
    if (metadata_fault(doc, why, sizeof why))
        add_finding(v, &m->findings, CODE_ASSERTION_METADATA_DISALLOWED, url, "%s", why);
}

/* validate_claim.c -- locate the claim and its signature box, and read both. */
#include "c2pa/validation.h"

#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"

/* The signature must be the one signature box of the same manifest. */
static bool signature_is_here(const struct judged *m)
{
    struct jumbf_uri u;

    return jumbf_uri_read(m->claim.signature, &u) && bytes_are(u.store, "c2pa.signature") &&
           !u.box.n && (!u.manifest.n || bytes_equal(u.manifest, m->manifest->label)) &&
           m->manifest->signatures == 1 &&
           bytes_are(m->manifest->signature.label, "c2pa.signature") &&
           strcmp(m->manifest->signature.type, "cbor") == 0;
}

static void read_signature(struct validation *v, struct judged *m)
{
    struct exh_error err;
    const struct store_box *box = &m->manifest->signature;
    const char *url = keep_printf(v, "%s/c2pa.signature", m->url);

    if (!signature_is_here(m)) {
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_MISSING, url,
                    "the claim names no signature in its own manifest");
        return;
    }
    if (cose_read(box->data, box->pos, &m->cose, &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_MISMATCH, url, "%s", err.text);
        return;
    }
    m->has_cose = true;
}

/* Is this the label of a claim, of either version? */
static bool is_claim_label(struct exh_bytes label)
{
    return bytes_are(label, "c2pa.claim") || bytes_are(label, "c2pa.claim.v2");
}

void validate_claim(struct validation *v, struct judged *m)
{
    struct exh_error err;
    struct cbor item;
    const struct store_box *box = &m->manifest->claim;
    const char *url = keep_printf(v, "%s/%s", m->url,
                                  m->manifest->claims ? keep_text(v, box->label) : "c2pa.claim.v2");

    if (m->manifest->unpack_failed) {
        add_finding(v, &m->findings, CODE_MANIFEST_COMPRESSED_INVALID, m->url, "%s",
                    m->manifest->unpack_why);
        return;
    }
    if (m->manifest->claims == 0 || !is_claim_label(box->label)) {
        add_finding(v, &m->findings, CODE_CLAIM_MISSING, url, "the manifest holds no claim");
        return;
    }
    if (m->manifest->claims > 1) {
        add_finding(v, &m->findings, CODE_CLAIM_MULTIPLE, url, "the manifest holds %zu claims",
                    m->manifest->claims);
        return;
    }
    if (strcmp(box->type, "cbor") != 0) {
        add_finding(v, &m->findings, CODE_CLAIM_CBOR_INVALID, url, "its box is no CBOR box");
        return;
    }
    if (cbor_parse(box->data, box->pos, &item, &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_CLAIM_CBOR_INVALID, url, "%s", err.text);
        return;
    }
    enum exh_status status = claim_read(item, box->label, v->arena, &m->claim, &err);
    if (status == EXH_NO_MEMORY)
        v->no_memory = true;
    if (status != EXH_OK) {
        add_finding(v, &m->findings, CODE_CLAIM_MALFORMED, url, "%s", err.text);
        return;
    }
    m->has_claim = true;
    if (m->claim.version >= 2 && !manifest_label_valid(m->manifest->label))
        add_finding(v, &m->findings, CODE_CLAIM_MALFORMED, m->url,
                    "the manifest's label is not of the form urn:c2pa:UUID");
    if (m->claim.has_alg && m->claim.alg == EXH_HASH_NONE)
        add_finding(v, &m->findings, CODE_ALGORITHM_UNSUPPORTED, url,
                    "the claim's hash algorithm is not on the list");
    read_signature(v, m);
}

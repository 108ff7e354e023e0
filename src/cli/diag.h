/*
 * diag.h -- content of assertions as text: CBOR in diagnostic notation, JSON with line breaks.
 *
 * Spec: RFC 8949, "Diagnostic Notation".
 */
#ifndef CLI_DIAG_H
#define CLI_DIAG_H

#include "cli/term.h"
#include "formats/cbor.h"
#include "formats/json.h"

/* Bytes beyond this are counted, not shown, unless `whole`. */
#define DIAG_BYTES_SHOWN 64

void diag_cbor(const struct term *t, struct cbor c, bool whole);
void diag_json(const struct term *t, struct json j);

#endif

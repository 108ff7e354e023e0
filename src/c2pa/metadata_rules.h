/*
 * metadata_rules.h -- c2pa.metadata holds only fields that the specification lists.
 *
 * Spec: C2PA, "c2pa.metadata validation", "Implementation Details for c2pa.metadata".
 */
#ifndef C2PA_METADATA_RULES_H
#define C2PA_METADATA_RULES_H

#include "formats/json.h"

#define METADATA_FAULT_MAX 400 // bytes of a sentence, with its NUL

/* Whether the document breaks a rule; `why` says which, in one sentence. */
bool metadata_fault(struct json doc, char *why, size_t size);

#endif

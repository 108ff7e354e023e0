/* fuzz_der.h -- inputs of several DER elements behind each other, and texts that come out of DER. */
#ifndef TESTS_FUZZ_DER_H
#define TESTS_FUZZ_DER_H

#include "fuzz.h"

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

/* Cut the first DER element off; the rest when its length says more than there is. */
struct exh_bytes cut_der(struct exh_bytes *rest);

/*
 * A trust object with this anchor for both purposes, or none if it is not one. Borrowed until the next
 * call; kept for it, because most inputs have the same anchor.
 */
const struct exh_trust *trust_for(struct exh_bytes anchor);

/* Text for people: it ends within size bytes, is UTF-8, and has no control characters. */
void check_text(const char *text, size_t size);

#endif

/* fuzz_container.h -- what holds for any asset of any format; each target is one format. */
#ifndef TESTS_FUZZ_CONTAINER_H
#define TESTS_FUZZ_CONTAINER_H

#include "formats/container.h"
#include "fuzz.h"

/*
 * Find the store of an asset, name its boxes, and carry out every plan for it: pieces stay inside
 * the source and sum up to the size promised, a second walk says the same, and what was embedded is
 * found again. Input of another format is left alone.
 */
void fuzz_container(const uint8_t *p, size_t n, enum format want);

/* The same sums for the input with 5 GiB of zeros behind it, which are not looked at. */
void fuzz_container_vast(const uint8_t *p, size_t n, enum format want);

#endif

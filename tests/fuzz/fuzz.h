/*
 * fuzz.h -- what fuzz targets share.
 *
 * A target is one function that takes any bytes. It asserts a property with REQUIRE(): what is
 * accepted is consumed whole, and written again gives the same bytes.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define REQUIRE(holds)                                                                 \
    do {                                                                               \
        if (!(holds)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

#endif

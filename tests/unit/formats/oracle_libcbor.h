/* oracle_libcbor.h -- another implementation's opinion. It shares no header with ours: names clash. */
#ifndef TESTS_ORACLE_LIBCBOR_H
#define TESTS_ORACLE_LIBCBOR_H

#include <stddef.h>
#include <stdint.h>

/* Read one item and write it again; its size, or 0 when libcbor refuses it or leaves bytes over. */
size_t oracle_recode(const uint8_t *p, size_t n, uint8_t *to, size_t size);

/* The value of a float of any width. */
double oracle_float(const uint8_t *p, size_t n);

#endif

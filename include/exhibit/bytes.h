/*
 * bytes.h -- a view of memory: borrowed, never freed through this.
 */
#ifndef EXHIBIT_BYTES_H
#define EXHIBIT_BYTES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct exh_bytes {
    const uint8_t *p; // may be NULL when n is 0
    size_t n;         // bytes
};

#ifdef __cplusplus
}
#endif

#endif

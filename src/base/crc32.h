/* crc32.h -- the checksum of PNG chunks (ISO 3309). */
#ifndef BASE_CRC32_H
#define BASE_CRC32_H

#include <exhibit/bytes.h>

/* The checksum of what gave `before` (0: nothing), followed by these bytes. */
uint32_t crc32_add(uint32_t before, const uint8_t *p, size_t n);

#endif

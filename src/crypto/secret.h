/*
 * secret.h -- memory for keys: locked, so that it is never swapped; left out of core dumps; wiped.
 *
 * It is OpenSSL's secure heap, which exh_harden() makes: 256 KiB for the whole process. In a process
 * that did not call it the memory is ordinary, and wiped all the same. Keep it for keys: no texts, no
 * buffers. Usable from any thread.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stddef.h>

#include "base/macros.h"

/* n bytes of zeros; owned, secret_free(). NULL when the heap is used up. */
NODISCARD void *secret_new(size_t n);

/* Wipe all n bytes, as many as were asked for, and free them. NULL is allowed. */
void secret_free(void *p, size_t n);

#endif

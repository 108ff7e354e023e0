/* wipe.h -- forget a secret: the compiler cannot leave this out. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

void wipe(void *p, size_t n);

#endif

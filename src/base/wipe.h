/* wipe.h -- forget a secret: the compiler cannot leave this out. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

void wipe(void *p, size_t n);

/*
 * Overwrite what deeper calls left on the stack and in vector registers: a library keeps keys there while
 * it works, and does not always wipe them. Called last, by the function that called the library, in the
 * same thread.
 */
void wipe_stack(void);

#endif

#include "base/wipe.h"

#include <string.h>

void wipe(void *p, size_t n)
{
    if (n)
        memset(p, 0, n);
    __asm__ volatile("" : : "r"(p) : "memory"); // the zeros count as read
}

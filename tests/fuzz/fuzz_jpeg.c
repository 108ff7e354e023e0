/* Any JPEG file: see fuzz_container.h. */
#include "fuzz_container.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_container(p, n, FORMAT_JPEG);
    return 0;
}

/* Any ISO base media file: see fuzz_container.h. */
#include "fuzz_container.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_container(p, n, FORMAT_BMFF);
    fuzz_container_vast(p, n, FORMAT_BMFF);
    return 0;
}

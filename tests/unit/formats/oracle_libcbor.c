#include "oracle_libcbor.h"

#include <cbor.h>
#include <stdlib.h>

size_t oracle_recode(const uint8_t *p, size_t n, uint8_t *to, size_t size)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(p, n, &result);
    size_t written = 0;

    if (!item)
        return 0;
    if (result.read == n)
        written = cbor_serialize(item, to, size);
    cbor_decref(&item);
    return written;
}

double oracle_float(const uint8_t *p, size_t n)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(p, n, &result);

    if (!item || !cbor_is_float(item))
        abort();
    const double v = cbor_float_get_float(item);
    cbor_decref(&item);
    return v;
}

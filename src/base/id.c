#include "base/id.h"

static bool is_plain(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool id_valid(struct exh_bytes id)
{
    if (id.n < 1 || id.n > ID_MAX || !is_plain(id.p[0]))
        return false;
    for (size_t i = 1; i < id.n; i++) {
        const uint8_t c = id.p[i];
        if (!is_plain(c) && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

#include "base/id.h"

#include <string.h>

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

static bool has_only(struct exh_bytes text, const char *allowed)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!text.p[i] || !strchr(allowed, text.p[i]))
            return false;
    }
    return true;
}

bool host_is_address(struct exh_bytes host)
{
    return has_only(host, "0123456789.") ||
           (memchr(host.p, ':', host.n) && has_only(host, "0123456789abcdefABCDEF:."));
}

// No label of a name is empty, or begins or ends with a dash.
static bool labels_valid(struct exh_bytes name)
{
    char before = '.';

    for (size_t i = 0; i < name.n; i++) {
        const char c = (char)name.p[i];
        if ((c == '.' && (before == '.' || before == '-')) || (c == '-' && before == '.'))
            return false;
        before = c;
    }
    return before != '.' && before != '-';
}

bool host_valid(struct exh_bytes host)
{
    if (host.n < 1 || host.n > HOST_MAX)
        return false;
    return host_is_address(host) ||
           (has_only(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") && labels_valid(host));
}

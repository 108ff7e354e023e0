#include <string.h>

#include "base/text.h"
#include "server/route.h"

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The character behind a '%'; negative when the escape is none. */
static int unescape(const char *p, size_t n)
{
    const int high = n > 2 ? digit_of(p[1]) : -1;
    const int low = n > 2 ? digit_of(p[2]) : -1;

    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* n characters decoded; NULL when they are not well formed, or hide a NUL or one of `hidden`. */
static char *decode(struct arena *arena, const char *p, size_t n, bool plus, char hidden)
{
    char *out = arena_take(arena, n + 1);
    size_t have = 0;

    if (!out)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        int c = plus && p[i] == '+' ? ' ' : (uint8_t)p[i];
        if (c == '%') {
            c = unescape(p + i, n - i);
            if (c <= 0 || c == hidden)
                return NULL;
            i += 2;
        }
        out[have++] = (char)c;
    }
    return utf8_valid(bytes_of(out)) ? out : NULL;
}

const char *route_decode_query(struct arena *arena, const char *raw)
{
    return decode(arena, raw, strlen(raw), true, 0);
}

/* Whether the path has the route's shape; *bad when a parameter in it is not well formed. */
static bool matches(const struct route *route, const char *path, struct arena *arena,
                    struct route_params *params, bool *bad)
{
    const char *want = route->path;

    params->n = 0;
    while (*want && *path) {
        if (*want != '{') {
            if (*want++ != *path++)
                return false;
            continue;
        }
        const size_t n = strcspn(path, "/");
        if (n == 0 || params->n == ROUTE_PARAMS_MAX)
            return false;
        char *value = decode(arena, path, n, false, '/');
        *bad = *bad || !value;
        params->names[params->n] = want + 1;
        params->values[params->n++] = value;
        want += strcspn(want, "}") + 1;
        path += n;
    }
    return !*want && !*path;
}

enum route_found route_find(const struct route *routes, size_t n, const char *method,
                            const char *path, struct arena *arena, const struct route **out,
                            struct route_params *params)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    enum route_found found = ROUTE_NO_PATH;

    for (size_t i = 0; i < n; i++) {
        bool bad = false;
        struct route_params p;
        if (!matches(&routes[i], path, arena, &p, &bad))
            continue;
        if (bad)
            return ROUTE_BAD_PATH;
        found = ROUTE_NO_METHOD;
        if (strcmp(routes[i].method, wanted) == 0) {
            *out = &routes[i];
            *params = p;
            return ROUTE_FOUND;
        }
    }
    return found;
}

const char *route_param(const struct route_params *params, const char *name)
{
    const size_t n = strlen(name);

    for (size_t i = 0; i < params->n; i++)
        if (strncmp(params->names[i], name, n) == 0 && params->names[i][n] == '}')
            return params->values[i];
    return NULL;
}

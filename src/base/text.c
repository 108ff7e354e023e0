#include "base/text.h"

#include <string.h>

struct exh_bytes bytes_of(const char *text)
{
    return (struct exh_bytes){ (const uint8_t *)text, strlen(text) };
}

bool bytes_equal(struct exh_bytes a, struct exh_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_are(struct exh_bytes b, const char *text)
{
    return bytes_equal(b, bytes_of(text));
}

bool bytes_start(struct exh_bytes b, const char *prefix)
{
    const size_t n = strlen(prefix);

    return b.n >= n && bytes_are((struct exh_bytes){ b.p, n }, prefix);
}

bool bytes_end(struct exh_bytes b, const char *suffix)
{
    const size_t n = strlen(suffix);

    return b.n >= n && (n == 0 || memcmp(b.p + (b.n - n), suffix, n) == 0);
}

size_t utf8_sequence(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    const size_t want = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || want > n)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return want;
}

bool utf8_valid(struct exh_bytes text)
{
    for (size_t i = 0; i < text.n;) {
        size_t n = utf8_sequence(text.p + i, text.n - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

void hex_write(char *to, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
    to[2 * n] = 0;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_read(struct exh_bytes text, uint8_t *to, size_t n)
{
    if (text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int high = hex_digit(text.p[2 * i]);
        const int low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool decimal_read(struct exh_bytes text, uint64_t max, uint64_t *value)
{
    uint64_t v = 0;

    if (!text.n || (text.p[0] == '0' && text.n > 1))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned digit = (unsigned)text.p[i] - '0';
        if (digit > 9 || v > max / 10 || (v == max / 10 && digit > max % 10))
            return false;
        v = 10 * v + digit;
    }
    *value = v;
    return true;
}

#include "formats/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// One more than the value of a character; 0: not of the alphabet.
static const uint8_t ranks[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64
};

/* Four characters or fewer as bits, the first one on top; negative when one is not of the alphabet. */
static int32_t bits_of(const uint8_t *text, size_t n)
{
    int32_t bits = 0;
    bool good = true;

    for (size_t i = 0; i < 4; i++) {
        const uint8_t rank = i < n ? ranks[text[i]] : 1;
        good = good && rank;
        bits = bits << 6 | ((rank - 1) & 63);
    }
    return good ? bits : -1;
}

static void put_bits(uint8_t *to, int32_t bits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(bits >> (16 - 8 * i));
}

bool base64_read(struct exh_bytes text, uint8_t *to)
{
    const size_t rest = text.n % 4, whole = text.n - rest;

    if (rest == 1)
        return false;
    for (size_t i = 0; i < whole; i += 4, to += 3) {
        const int32_t bits = bits_of(text.p + i, 4);
        if (bits < 0)
            return false;
        put_bits(to, bits, 3);
    }
    if (!rest)
        return true;

    const int32_t bits = bits_of(text.p + whole, rest);
    const int32_t unused = rest == 2 ? 0xFFFF : 0xFF;
    if (bits < 0 || bits & unused)
        return false;
    put_bits(to, bits, rest - 1);
    return true;
}

bool base64_read_exact(struct exh_bytes text, uint8_t *to, size_t n)
{
    return text.n == BASE64_TEXT_N(n) && base64_read(text, to);
}

bool base64_read_padded(struct exh_bytes text, uint8_t *to, size_t *n)
{
    if (text.n % 4)
        return false;
    for (int i = 0; i < 2 && text.n && text.p[text.n - 1] == '='; i++)
        text.n--;
    if (!base64_read(text, to))
        return false;
    *n = BASE64_BYTES_N(text.n);
    return true;
}

void base64_write(char *to, const uint8_t *p, size_t n)
{
    for (; n >= 3; n -= 3, p += 3) {
        const uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        *to++ = alphabet[bits >> 18];
        *to++ = alphabet[bits >> 12 & 63];
        *to++ = alphabet[bits >> 6 & 63];
        *to++ = alphabet[bits & 63];
    }
    if (n) {
        const uint32_t bits = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);
        *to++ = alphabet[bits >> 18];
        *to++ = alphabet[bits >> 12 & 63];
        if (n == 2)
            *to = alphabet[bits >> 6 & 63];
    }
}

void base64_write_padded(char *to, const uint8_t *p, size_t n)
{
    base64_write(to, p, n);
    for (size_t i = BASE64_TEXT_N(n); i % 4; i++)
        to[i] = '=';
}

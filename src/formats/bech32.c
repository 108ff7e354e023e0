#include "formats/bech32.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"

#define CHECKSUM_N 6                               // characters
#define VALUES_MAX ((8 * BECH32_DATA_MAX + 4) / 5) // of five bits

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t sum, uint8_t value)
{
    static const uint32_t generator[] = { 0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD,
                                          0x2A1462B3 };
    const uint32_t top = sum >> 25;

    sum = (sum & 0x1FFFFFF) << 5 ^ value;
    for (size_t i = 0; i < ARRAY_N(generator); i++)
        sum ^= top >> i & 1 ? generator[i] : 0;
    return sum;
}

/* In locale C, whatever the program's is. */
static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

/* The checksum is of the lower-case form always. */
static uint32_t sum_of_prefix(const char *prefix)
{
    uint32_t sum = 1;

    for (const char *c = prefix; *c; c++)
        sum = step(sum, lower((uint8_t)*c) >> 5);
    sum = step(sum, 0);
    for (const char *c = prefix; *c; c++)
        sum = step(sum, lower((uint8_t)*c) & 31);
    return sum;
}

static bool prefix_is_upper(const char *prefix)
{
    for (; *prefix; prefix++)
        if (*prefix >= 'A' && *prefix <= 'Z')
            return true;
    return false;
}

/* The value of a character in the wanted case; -1 when it is none. */
static int value_of(uint8_t c, bool upper)
{
    if (upper ? is_lower(c) : c != lower(c))
        return -1;
    const char *found = c ? strchr(alphabet, lower(c)) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

static enum exh_status read_values(struct exh_bytes text, size_t at, const char *prefix,
                                   uint8_t *values, struct exh_error *err)
{
    const bool upper = prefix_is_upper(prefix);
    uint32_t sum = sum_of_prefix(prefix);

    for (size_t i = at; i < text.n; i++) {
        const int value = value_of(text.p[i], upper);
        if (value < 0)
            return fail(err, EXH_MALFORMED, "character %zu of the key is no %s one of bech32",
                        i + 1, upper ? "upper-case" : "lower-case");
        sum = step(sum, (uint8_t)value);
        if (i + CHECKSUM_N < text.n)
            values[i - at] = (uint8_t)value;
    }
    if (sum != 1)
        return fail(err, EXH_MALFORMED, "the key's checksum does not hold: a character is wrong");
    return EXH_OK;
}

/* Fives of bits to eights; false when a bit that is left over is set. */
static bool join(const uint8_t *values, size_t values_n, uint8_t *to, size_t n)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t done = 0;

    for (size_t i = 0; i < values_n; i++) {
        bits = bits << 5 | values[i];
        have += 5;
        if (have >= 8 && done < n) {
            have -= 8;
            to[done++] = (uint8_t)(bits >> have);
        }
    }
    return (bits & ((1u << have) - 1)) == 0;
}

enum exh_status bech32_read(struct exh_bytes text, const char *prefix, uint8_t *to, size_t n,
                            struct exh_error *err)
{
    const size_t prefix_n = strlen(prefix), values_n = (8 * n + 4) / 5;
    uint8_t values[VALUES_MAX], bytes[BECH32_DATA_MAX];

    assert(n <= BECH32_DATA_MAX && prefix_n <= BECH32_PREFIX_MAX);
    if (!bytes_start(text, prefix) || text.n <= prefix_n || text.p[prefix_n] != '1')
        return fail(err, EXH_MALFORMED, "the key does not begin with %s1", prefix);
    if (text.n != prefix_n + 1 + values_n + CHECKSUM_N)
        return fail(err, EXH_MALFORMED, "the key has %zu characters, not the %zu of %s1...", text.n,
                    prefix_n + 1 + values_n + CHECKSUM_N, prefix);

    enum exh_status status = read_values(text, prefix_n + 1, prefix, values, err);
    if (!status && !join(values, values_n, bytes, n))
        status = fail(err, EXH_MALFORMED, "the key's last character before its checksum is wrong");
    if (!status)
        memcpy(to, bytes, n);
    wipe(values, sizeof values);
    wipe(bytes, sizeof bytes);
    return status;
}

static char character(uint8_t value, bool upper)
{
    const uint8_t c = (uint8_t)alphabet[value];

    return (char)(upper && is_lower(c) ? c & ~0x20 : c);
}

void bech32_write(char *to, const char *prefix, const uint8_t *p, size_t n)
{
    const bool upper = prefix_is_upper(prefix);
    const size_t prefix_n = strlen(prefix), values_n = (8 * n + 4) / 5;
    uint32_t sum = sum_of_prefix(prefix);
    uint32_t bits = 0;
    unsigned have = 0;
    size_t taken = 0;

    memcpy(to, prefix, prefix_n);
    to += prefix_n;
    *to++ = '1';
    for (size_t i = 0; i < values_n; i++) {
        if (have < 5) {
            bits = bits << 8 | (taken < n ? p[taken++] : 0);
            have += 8;
        }
        have -= 5;
        const uint8_t value = bits >> have & 31;
        sum = step(sum, value);
        *to++ = character(value, upper);
    }
    for (size_t i = 0; i < CHECKSUM_N; i++)
        sum = step(sum, 0);
    sum ^= 1;
    for (size_t i = 0; i < CHECKSUM_N; i++)
        *to++ = character(sum >> 5 * (CHECKSUM_N - 1 - i) & 31, upper);
    *to = 0;
}

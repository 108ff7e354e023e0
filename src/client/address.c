#include "client/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

struct block { // addresses that begin with these bits
    uint8_t first[16];
    unsigned bits;
};

/* RFC 6890 and its registries: everything that is not "globally reachable". */
static const struct block not_public4[] = {
    { { 0 }, 8 },             // this network
    { { 10 }, 8 },            // private
    { { 100, 64 }, 10 },      // shared by a provider
    { { 127 }, 8 },           // loopback
    { { 169, 254 }, 16 },     // link-local, and the metadata services of clouds
    { { 172, 16 }, 12 },      // private
    { { 192, 0, 0 }, 24 },    // protocol assignments
    { { 192, 0, 2 }, 24 },    // documentation
    { { 192, 31, 196 }, 24 }, // AS112
    { { 192, 52, 193 }, 24 }, // AMT
    { { 192, 88, 99 }, 24 },  // 6to4 relays
    { { 192, 168 }, 16 },     // private
    { { 192, 175, 48 }, 24 }, // AS112
    { { 198, 18 }, 15 },      // benchmarking
    { { 198, 51, 100 }, 24 }, // documentation
    { { 203, 0, 113 }, 24 },  // documentation
    { { 224 }, 4 },           // multicast
    { { 240 }, 4 },           // reserved, broadcast
};

static const struct block global6 = { { 0x20 }, 3 }; // all global unicast is here

static const struct block not_public6[] = {
    { { 0x20, 0x01, 0x00 }, 23 },             // protocol assignments: Teredo, ORCHID, …
    { { 0x20, 0x01, 0x0D, 0xB8 }, 32 },       // documentation
    { { 0x20, 0x02 }, 16 },                   // 6to4: hides an IPv4 address
    { { 0x26, 0x20, 0x00, 0x4F, 0x80 }, 48 }, // AS112
    { { 0x3F, 0xFF }, 20 },                   // documentation
};

/* IPv6 forms of an IPv4 address, which then decides. */
static const struct block carries4[] = {
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF }, 96 }, // mapped
    { { 0x00, 0x64, 0xFF, 0x9B }, 96 },                   // translated (NAT64)
};

static bool in_block(const uint8_t *address, const struct block *block)
{
    const unsigned whole = block->bits / 8;
    const unsigned rest = block->bits % 8;
    const uint8_t mask = (uint8_t)(0xFF00U >> rest);

    if (memcmp(address, block->first, whole) != 0)
        return false;
    return rest == 0 || (address[whole] & mask) == (block->first[whole] & mask);
}

static bool in_any(const uint8_t *address, const struct block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (in_block(address, &blocks[i]))
            return true;
    return false;
}

/* The bytes of an address; *n receives 4 or 16, 0 for another family. */
static const uint8_t *bytes_of_address(const struct sockaddr *address, uint8_t to[16], size_t *n)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    *n = 0;
    if (address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        memcpy(to, &in4.sin_addr, *n = 4);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        memcpy(to, &in6.sin6_addr, *n = 16);
    }
    return to;
}

bool address_is_public(const struct sockaddr *address)
{
    uint8_t raw[16] = { 0 };
    size_t n;
    const uint8_t *four = bytes_of_address(address, raw, &n);

    if (n == 16 && in_any(raw, carries4, ARRAY_N(carries4)))
        four = raw + 12;
    else if (n == 16)
        return in_block(raw, &global6) && !in_any(raw, not_public6, ARRAY_N(not_public6));
    return n && !in_any(four, not_public4, ARRAY_N(not_public4));
}

void address_text(const struct sockaddr *address, char to[ADDRESS_TEXT_MAX])
{
    uint8_t raw[16];
    size_t n;

    bytes_of_address(address, raw, &n);
    if (!n || !inet_ntop(address->sa_family, raw, to, ADDRESS_TEXT_MAX))
        (void)snprintf(to, ADDRESS_TEXT_MAX, "?");
}

bool address_same(const struct sockaddr *a, const struct sockaddr *b)
{
    uint8_t raw_a[16], raw_b[16];
    size_t n_a, n_b;

    bytes_of_address(a, raw_a, &n_a);
    bytes_of_address(b, raw_b, &n_b);
    return n_a && n_a == n_b && memcmp(raw_a, raw_b, n_a) == 0;
}

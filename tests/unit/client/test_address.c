#include <arpa/inet.h>
#include <netinet/in.h>

#include "check.h"
#include "client/address.h"

static const struct sockaddr *address_of(const char *text, struct sockaddr_storage *to)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)to;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, text, &in4->sin_addr) == 1)
        to->ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        to->ss_family = AF_INET6;
    else
        abort();
    return (const struct sockaddr *)to;
}

static void test_public(void)
{
    static const struct {
        const char *text;
        bool is_public;
    } cases[] = {
        { "1.1.1.1", true },
        { "8.8.8.8", true },
        { "93.184.216.34", true },
        { "223.255.255.255", true },
        { "9.255.255.255", true },
        { "11.0.0.0", true },
        { "0.0.0.0", false },
        { "0.255.255.255", false },
        { "10.0.0.1", false },
        { "10.255.255.255", false },
        { "100.63.255.255", true },
        { "100.64.0.0", false },
        { "100.127.255.255", false },
        { "100.128.0.0", true },
        { "127.0.0.1", false },
        { "127.255.255.255", false },
        { "128.0.0.0", true },
        { "169.254.169.254", false },
        { "169.255.0.0", true },
        { "172.15.255.255", true },
        { "172.16.0.0", false },
        { "172.31.255.255", false },
        { "172.32.0.0", true },
        { "192.0.0.1", false },
        { "192.0.1.0", true },
        { "192.0.2.1", false },
        { "192.88.99.1", false },
        { "192.167.255.255", true },
        { "192.168.0.1", false },
        { "192.169.0.0", true },
        { "198.17.255.255", true },
        { "198.18.0.0", false },
        { "198.19.255.255", false },
        { "198.20.0.0", true },
        { "198.51.100.7", false },
        { "203.0.113.7", false },
        { "224.0.0.1", false },
        { "239.255.255.255", false },
        { "240.0.0.1", false },
        { "255.255.255.255", false },
        { "2606:4700:4700::1111", true },
        { "2a00:1450:4001::1", true },
        { "::", false },
        { "::1", false },
        { "::2", false },
        { "::127.0.0.1", false },
        { "::ffff:127.0.0.1", false },
        { "::ffff:10.0.0.1", false },
        { "::ffff:1.1.1.1", true },
        { "64:ff9b::10.0.0.1", false },
        { "64:ff9b::1.1.1.1", true },
        { "64:ff9b:1::1.1.1.1", false },
        { "100::1", false },
        { "2001::1", false },
        { "2001:1ff:ffff::1", false },
        { "2001:200::1", true },
        { "2001:db8::1", false },
        { "2002:7f00:1::", false },
        { "2620:4f:8000::1", false },
        { "3fff::1", false },
        { "3fff:1000::1", true },
        { "4000::1", false },
        { "fc00::1", false },
        { "fdff::1", false },
        { "fe80::1", false },
        { "fec0::1", false },
        { "ff02::1", false },
    };
    struct sockaddr_storage to;
    char text[ADDRESS_TEXT_MAX];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct sockaddr *a = address_of(cases[i].text, &to);
        CHECK(address_is_public(a) == cases[i].is_public, "%s: %d", cases[i].text,
              !cases[i].is_public);
        address_text(a, text);
        CHECK(strchr(text, '.') || strchr(text, ':'), "%s is written %s", cases[i].text, text);
    }
    to.ss_family = AF_UNIX;
    address_text((const struct sockaddr *)&to, text);
    CHECK(!address_is_public((const struct sockaddr *)&to) && strcmp(text, "?") == 0,
          "a unix socket is public: %s", text);
}

static void test_same(void)
{
    struct sockaddr_storage a, b;

    CHECK(address_same(address_of("1.2.3.4", &a), address_of("1.2.3.4", &b)), "equal");
    CHECK(!address_same(address_of("1.2.3.4", &a), address_of("1.2.3.5", &b)), "differ");
    CHECK(!address_same(address_of("1.2.3.4", &a), address_of("::ffff:1.2.3.4", &b)), "families");
    CHECK(address_same(address_of("2001:db8::1", &a), address_of("2001:db8:0::1", &b)), "forms");
}

int main(void)
{
    test_public();
    test_same();
    return check_done();
}

/* Invitations: nobody else makes one, and none lives longer than it says. */
#include "check.h"

#include "base/text.h"
#include "pki/invite.h"

#define NOW INT64_C(1795251600) // 2026-11-21

static struct invitation_token token_for(const char *name)
{
    struct invitation_token t = { .role = INVITATION_CAMERA, .expires = NOW + 60 };

    memset(t.id, 7, sizeof t.id);
    snprintf(t.name, sizeof t.name, "%s", name);
    return t;
}

static void test_times(void)
{
    static const uint8_t key[INVITE_KEY] = { 1 }, other[INVITE_KEY] = { 2 };
    static const struct {
        const char *name;
        const uint8_t *key;
        int64_t now;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "now", key, NOW, EXH_OK, "" },
        { "long before", key, 0, EXH_OK, "" },
        { "in its last second", key, NOW + 59, EXH_OK, "" },
        { "expired", key, NOW + 60, EXH_DENIED, "expired at 2026-11-21T09:01:00Z" },
        { "long expired", key, INT64_MAX, EXH_DENIED, "expired at" },
        { "another key", other, NOW, EXH_DENIED, "not from here" },
    };
    struct invitation_token t = token_for("dome-1");
    struct exh_error err = { .text = "" };

    CHECK(invite_seal(key, &t, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        err.text[0] = '\0';
        CHECK(invite_check(rows[i].key, &t, rows[i].now, &err) == rows[i].want &&
                  strstr(err.text, rows[i].why),
              "%s: %s", rows[i].name, err.text);
    }
}

/* Whatever is changed, the MAC holds no more. */
static void test_changes(void)
{
    static const uint8_t key[INVITE_KEY] = { 1 };
    struct invitation_token good = token_for("dome-1");
    struct invitation_token bad[8];
    struct exh_error err = { .text = "" };

    CHECK(invite_seal(key, &good, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(bad); i++)
        bad[i] = good;
    bad[0].role = INVITATION_OPERATOR;
    bad[1].expires++;
    bad[2].id[0]++;
    bad[3].id[15]++;
    bad[4].name[0] = 'e';
    bad[5].name[0] = '\0'; // bound to nobody
    bad[6].mac[0] ^= 1;
    bad[7].mac[15] ^= 0x80;
    for (size_t i = 0; i < ARRAY_N(bad); i++)
        CHECK(invite_check(key, &bad[i], NOW, &err) == EXH_DENIED, "change %zu", i);
}

/* The MAC of one token, as anybody can compute it from the text in the headers. */
static void test_known(void)
{
    static const uint8_t want[INVITATION_MAC] = { 0x3a, 0x6a, 0xa3, 0x2a, 0x7d, 0xdf, 0x26, 0x0b,
                                                  0xad, 0x2f, 0x36, 0x04, 0xcc, 0xf0, 0x9e, 0x69 };
    uint8_t key[INVITE_KEY];
    struct invitation_token t = token_for("dome-1");
    struct exh_error err = { .text = "" };

    for (uint8_t i = 0; i < sizeof key; i++)
        key[i] = i;
    CHECK(invite_seal(key, &t, &err) == EXH_OK && memcmp(t.mac, want, sizeof want) == 0,
          "another MAC: %02x %02x …", t.mac[0], t.mac[1]);
}

int main(void)
{
    test_times();
    test_changes();
    test_known();
    return check_done();
}

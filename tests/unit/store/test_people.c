#include "world.h"

static struct world w;

static void test_accounts(void)
{
    const struct {
        const char *name;
        enum exh_status want;
    } names[] = {
        { "cam-2", EXH_OK },
        { "Cam-2", EXH_INVALID }, // ASCII case does not make another name
        { "ann", EXH_INVALID },
        { "", EXH_INVALID },
        { ".hidden", EXH_INVALID },
        { "a b", EXH_INVALID },
        { "b\xc3\xa4r", EXH_INVALID },
        { "x123456789012345678901234567890123456789012345678901234567890123", EXH_OK },
    };
    struct store_account a, list[8];
    int64_t id = 0;
    size_t n;

    for (size_t i = 0; i < ARRAY_N(names); i++) {
        a = an_account(names[i].name, STORE_CAMERA);
        CHECK(store_add_account(w.s, &a, &id, &err) == names[i].want, "\"%s\": %s", names[i].name,
              err.text);
    }
    a = an_account("x", STORE_CAMERA);
    memset(a.name, 'x', sizeof a.name);
    CHECK(store_add_account(w.s, &a, &id, &err) == EXH_INVALID, "name without end: %s", err.text);
    a = an_account("y", STORE_CAMERA);
    a.secret_n = STORE_SECRET_MAX + 1;
    CHECK(store_add_account(w.s, &a, &id, &err) == EXH_LIMIT, "secret: %s", err.text);
    a = an_account("y", STORE_CAMERA);
    a.holder = 4711;
    CHECK(store_add_account(w.s, &a, &id, &err) == EXH_INVALID, "holder: %s", err.text);

    CHECK(store_find_account(w.s, "CAM-1", &a, &err) == EXH_OK && a.id == w.cam &&
              a.role == STORE_CAMERA && a.holder == w.ann && a.secret_n == 32 && !a.closed &&
              a.lease_s == 2592000 && strcmp(a.label, "by the door") == 0,
          "find: %s", err.text);
    CHECK(store_find_account(w.s, "nobody", &a, &err) == EXH_NOT_FOUND, "nobody: %s", err.text);
    CHECK(strcmp(err.text, "account nobody: not stored") == 0, "says: %s", err.text);
    CHECK(store_list_accounts(w.s, 0, 0, list, 8, &n, &err) == EXH_OK && n == 4, "all: %zu", n);
    CHECK(store_list_accounts(w.s, STORE_PERSON, 0, list, 8, &n, &err) == EXH_OK && n == 1 &&
              strcmp(list[0].name, "ann") == 0,
          "people: %zu", n);
    CHECK(store_list_accounts(w.s, 0, 1, list, 2, &n, &err) == EXH_OK && n == 2 && list[0].id == 2,
          "page: %zu", n);
    CHECK(store_list_cameras(w.s, w.ann, 0, list, 8, &n, &err) == EXH_OK && n == 1 &&
              list[0].id == w.cam,
          "cameras: %zu", n);

    const struct exh_bytes text = { (const uint8_t *)"$argon2id$", 10 };
    CHECK(store_set_secret(w.s, w.ann, STORE_SECRET_ARGON2, text, &err) == EXH_OK &&
              store_get_account(w.s, w.ann, &a, &err) == EXH_OK && a.secret_n == 10 &&
              a.secret_kind == STORE_SECRET_ARGON2,
          "secret: %s", err.text);
    CHECK(store_set_secret(w.s, 99, STORE_SECRET_ARGON2, text, &err) == EXH_NOT_FOUND, "%s",
          err.text);
    CHECK(store_set_label(w.s, w.ann, "new", &err) == EXH_OK &&
              store_set_lease_time(w.s, w.ann, 77, &err) == EXH_OK &&
              store_close_account(w.s, w.ann, true, &err) == EXH_OK &&
              store_get_account(w.s, w.ann, &a, &err) == EXH_OK && a.closed && a.lease_s == 77 &&
              strcmp(a.label, "new") == 0,
          "changes: %s", err.text);
    CHECK(store_close_account(w.s, w.ann, false, &err) == EXH_OK, "open again: %s", err.text);
}

static void test_invitations(void)
{
    struct store_invitation in = { .role = STORE_PERSON,
                                   .name = "bob",
                                   .lease_s = 60,
                                   .created_by = "ann",
                                   .created_at = 100,
                                   .expires_at = 200 },
                            list[4];
    size_t n;

    fill(in.id, sizeof in.id, 50);
    CHECK(store_add_invitation(w.s, &in, &err) == EXH_OK, "%s", err.text);
    CHECK(store_add_invitation(w.s, &in, &err) == EXH_INVALID, "twice: %s", err.text);
    CHECK(store_list_invitations(w.s, list, 4, &n, &err) == EXH_OK && n == 2, "open: %zu", n);
    CHECK(store_use_invitation(w.s, in.id, w.ann, 200, &err) == EXH_DENIED, "late: %s", err.text);
    CHECK(store_use_invitation(w.s, in.id, 0, 150, &err) == EXH_INVALID, "nobody: %s", err.text);
    CHECK(store_use_invitation(w.s, in.id, 4711, 150, &err) == EXH_INVALID, "stranger: %s",
          err.text);
    CHECK(store_use_invitation(w.s, in.id, w.ann, 199, &err) == EXH_OK, "%s", err.text);
    CHECK(store_use_invitation(w.s, in.id, w.ann, 199, &err) == EXH_DENIED, "again: %s", err.text);
    CHECK(strstr(err.text, "was used at 1970-01-01T00:03:19Z") != NULL, "says: %s", err.text);
    CHECK(store_withdraw_invitation(w.s, in.id, 199, &err) == EXH_DENIED, "used: %s", err.text);
    CHECK(store_get_invitation(w.s, in.id, &in, &err) == EXH_OK && in.used_at == 199 &&
              in.used_by == w.ann && strcmp(in.name, "bob") == 0,
          "get: %s", err.text);
    fill(in.id, sizeof in.id, 51);
    CHECK(store_use_invitation(w.s, in.id, w.ann, 1, &err) == EXH_NOT_FOUND, "none: %s", err.text);
    CHECK(store_add_invitation(w.s, &in, &err) == EXH_OK &&
              store_withdraw_invitation(w.s, in.id, 150, &err) == EXH_OK &&
              store_use_invitation(w.s, in.id, w.ann, 160, &err) == EXH_DENIED,
          "withdrawn: %s", err.text);
}

static void test_certificates(void)
{
    struct store_certificate c = a_certificate(w.cam, 200), got, list[8];
    const struct exh_bytes der = { (const uint8_t *)"DER", 3 };
    struct buf out = buf_with_limit(EXH_CERT_MAX);
    uint8_t *large = calloc(1, EXH_CERT_MAX + 1);
    int64_t id = 0;
    size_t n;

    c.not_before = 2000;
    c.not_after = 3000;
    c.previous = w.cert;
    CHECK(store_add_certificate(w.s, &c, der, &id, &err) == EXH_OK, "%s", err.text);
    CHECK(store_add_certificate(w.s, &c, der, &id, &err) == EXH_INVALID, "twice: %s", err.text);
    fill(c.sha256, sizeof c.sha256, 999);
    CHECK(store_add_certificate(w.s, &c, der, &id, &err) == EXH_INVALID, "serial twice: %s",
          err.text);
    fill(c.serial, c.serial_n, 998);
    CHECK(store_add_certificate(w.s, &c, (struct exh_bytes){ large, EXH_CERT_MAX + 1 }, &id,
                                &err) == EXH_LIMIT,
          "large: %s", err.text);
    free(large);

    c = a_certificate(w.cam, 200);
    CHECK(store_find_fingerprint(w.s, c.sha256, &got, &err) == EXH_OK && got.id == id &&
              got.previous == w.cert && got.log_idx == -1 && got.serial_n == 16,
          "fingerprint: %s", err.text);
    CHECK(store_find_key(w.s, c.key, &got, &err) == EXH_OK && got.id == id, "key: %s", err.text);
    CHECK(store_find_serial(w.s, c.issuer, (struct exh_bytes){ c.serial, c.serial_n }, &got,
                            &err) == EXH_OK &&
              got.id == id,
          "serial: %s", err.text);
    CHECK(store_find_serial(w.s, c.ski, (struct exh_bytes){ c.serial, c.serial_n }, &got, &err) ==
              EXH_NOT_FOUND,
          "other issuer: %s", err.text);
    CHECK(store_get_der(w.s, id, &out, &err) == EXH_OK && out.n == 3 &&
              memcmp(out.p, "DER", 3) == 0,
          "der: %s", err.text);
    buf_free(&out);
    CHECK(store_get_certificate(w.s, 4711, &got, &err) == EXH_NOT_FOUND, "none: %s", err.text);

    static const struct {
        int64_t at;
        size_t n;
    } valid[] = { { 999, 0 }, { 1000, 1 }, { 2000, 2 }, { 3000, 2 }, { 3001, 1 }, { 9001, 0 } };
    for (size_t i = 0; i < ARRAY_N(valid); i++)
        CHECK(store_list_valid(w.s, w.cam, valid[i].at, list, 8, &n, &err) == EXH_OK &&
                  n == valid[i].n,
              "valid at %jd: %zu", (intmax_t)valid[i].at, n);
    CHECK(store_list_certificates(w.s, w.cam, list, 8, &n, &err) == EXH_OK && n == 2 &&
              list[1].id == id,
          "of the account: %zu", n);
    CHECK(store_list_by_ski(w.s, c.ski, list, 8, &n, &err) == EXH_OK && n == 1, "ski: %zu", n);
    CHECK(store_list_by_issuer(w.s, c.issuer, 1, list, 8, &n, &err) == EXH_OK && n == 2,
          "issuer: %zu", n);
    CHECK(store_list_authorities(w.s, STORE_CERT_ISSUING, list, 8, &n, &err) == EXH_OK && n == 1 &&
              list[0].account == 0,
          "authorities: %zu", n);
    CHECK(store_list_authorities(w.s, STORE_CERT_LEAF, list, 8, &n, &err) == EXH_OK && n == 0,
          "leaves are no authorities: %zu", n);

    CHECK(store_list_revoked(w.s, 0, list, 8, &n, &err) == EXH_OK && n == 0, "revoked: %zu", n);
    CHECK(store_restore_certificate(w.s, id, 5, &err) == EXH_DENIED, "restore: %s", err.text);
    CHECK(store_revoke_certificate(w.s, id, 2500, 1, 2600, &err) == EXH_OK, "%s", err.text);
    CHECK(store_revoke_certificate(w.s, id, 2500, 1, 2600, &err) == EXH_DENIED, "again: %s",
          err.text);
    CHECK(store_revoke_certificate(w.s, id, 2700, 1, 2800, &err) == EXH_DENIED, "later: %s",
          err.text);
    CHECK(store_revoke_certificate(w.s, id, 2400, 1, 2800, &err) == EXH_OK, "earlier: %s",
          err.text);
    CHECK(store_revoke_certificate(w.s, id, 0, 1, 2800, &err) == EXH_INVALID, "no time");
    CHECK(store_revoke_certificate(w.s, id, 1, 11, 2800, &err) == EXH_INVALID, "no reason");
    CHECK(store_revoke_certificate(w.s, 4711, 1, 1, 2800, &err) == EXH_NOT_FOUND, "none: %s",
          err.text);
    CHECK(store_list_revoked(w.s, 0, list, 8, &n, &err) == EXH_OK && n == 1 &&
              list[0].revoked_at == 2400 && list[0].reason == 1 && list[0].recorded_at == 2800,
          "revoked: %zu", n);
    CHECK(store_restore_certificate(w.s, id, 2900, &err) == EXH_OK &&
              store_list_revoked(w.s, 0, list, 8, &n, &err) == EXH_OK && n == 0,
          "restored: %s", err.text);
}

static void test_lease_states(void)
{
    static const struct {
        const char *name;
        enum store_lease_end ended;
        int64_t now;
        enum store_lease_state want;
    } cases[] = {
        { "before its start", STORE_LEASE_OPEN, 0, STORE_LEASE_ACTIVE },
        { "active", STORE_LEASE_OPEN, 1500, STORE_LEASE_ACTIVE },
        { "last second", STORE_LEASE_OPEN, 1999, STORE_LEASE_ACTIVE },
        { "grace begins", STORE_LEASE_OPEN, 2000, STORE_LEASE_GRACE },
        { "grace ends", STORE_LEASE_OPEN, 2059, STORE_LEASE_GRACE },
        { "lapsed", STORE_LEASE_OPEN, 2060, STORE_LEASE_LAPSED },
        { "2038", STORE_LEASE_OPEN, INT64_C(1) << 31, STORE_LEASE_LAPSED },
        { "stolen", STORE_LEASE_STOLEN, 1500, STORE_LEASE_REVOKED },
        { "stolen and lapsed", STORE_LEASE_STOLEN, 9999, STORE_LEASE_REVOKED },
        { "handed on", STORE_LEASE_HANDED_ON, 1500, STORE_LEASE_TRANSFERRED },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct store_lease l = {
            .starts_at = 1000, .ends_at = 2000, .grace_s = 60, .ended = cases[i].ended
        };
        CHECK(store_lease_state(&l, cases[i].now) == cases[i].want, "%s: %s", cases[i].name,
              store_lease_word(store_lease_state(&l, cases[i].now)));
    }
}

static void test_leases(void)
{
    struct store_lease l = { .account = w.cam, .starts_at = 1, .ends_at = 2 }, list[4];
    struct store_account a;
    char reason[STORE_REASON_MAX + 1];
    size_t n;

    memset(reason, 'r', sizeof reason - 1);
    reason[sizeof reason - 1] = 0;
    CHECK(store_add_lease(w.s, &l, &err) == EXH_INVALID, "a second one: %s", err.text);
    l.account = w.ann;
    l.ends_at = 0;
    CHECK(store_add_lease(w.s, &l, &err) == EXH_INVALID, "ends first: %s", err.text);
    CHECK(store_get_lease(w.s, w.ann, &l, &err) == EXH_NOT_FOUND, "none: %s", err.text);
    CHECK(store_get_lease(w.s, w.cam, &l, &err) == EXH_OK && l.ends_at == 2000 &&
              l.holder == w.ann && l.log_idx == 0,
          "%s", err.text);

    CHECK(store_renew_lease(w.s, w.cam, 1999, 1500, 3, &err) == EXH_INVALID, "back: %s", err.text);
    CHECK(store_renew_lease(w.s, w.ann, 1999, 1500, 3, &err) == EXH_NOT_FOUND, "none: %s",
          err.text);
    CHECK(store_renew_lease(w.s, w.cam, 3000, 1500, 3, &err) == EXH_OK &&
              store_get_lease(w.s, w.cam, &l, &err) == EXH_OK && l.ends_at == 3000 &&
              l.renewals == 1 && l.log_idx == 3 && l.recorded_at == 1500,
          "renew: %s", err.text);
    CHECK(store_list_ending(w.s, 3000, list, 4, &n, &err) == EXH_OK && n == 0, "ending: %zu", n);
    CHECK(store_list_ending(w.s, 3001, list, 4, &n, &err) == EXH_OK && n == 1, "ending: %zu", n);

    CHECK(store_reinstate_lease(w.s, w.cam, 4000, "", 1600, 4, &err) == EXH_DENIED,
          "not revoked: %s", err.text);
    CHECK(store_revoke_lease(w.s, w.cam, 1200, reason, 1600, 4, &err) == EXH_LIMIT, "reason: %s",
          err.text);
    CHECK(store_revoke_lease(w.s, w.cam, 1400, "stolen", 1600, 4, &err) == EXH_OK, "%s", err.text);
    CHECK(store_revoke_lease(w.s, w.cam, 1400, "stolen", 1600, 4, &err) == EXH_DENIED, "again: %s",
          err.text);
    CHECK(store_revoke_lease(w.s, w.cam, 1200, "stolen", 1700, 5, &err) == EXH_OK, "earlier: %s",
          err.text);
    CHECK(store_renew_lease(w.s, w.cam, 9000, 1700, 5, &err) == EXH_DENIED, "renew: %s", err.text);
    CHECK(store_transfer_lease(w.s, w.cam, w.ann, 1700, 9000, 1700, 5, &err) == EXH_DENIED,
          "transfer: %s", err.text);
    CHECK(store_get_lease(w.s, w.cam, &l, &err) == EXH_OK && l.ended == STORE_LEASE_STOLEN &&
              l.ended_at == 1200 && strcmp(l.reason, "stolen") == 0,
          "revoked: %s", err.text);
    CHECK(store_list_ending(w.s, 9999, list, 4, &n, &err) == EXH_OK && n == 0, "ending: %zu", n);
    CHECK(store_reinstate_lease(w.s, w.cam, 4000, "found", 1800, 6, &err) == EXH_OK &&
              store_get_lease(w.s, w.cam, &l, &err) == EXH_OK && l.ended == STORE_LEASE_OPEN &&
              l.ends_at == 4000 && l.ended_at == 0,
          "reinstated: %s", err.text);

    CHECK(store_transfer_lease(w.s, w.cam, 0, 999, 9000, 1900, 7, &err) == EXH_INVALID,
          "before it began: %s", err.text);
    CHECK(store_transfer_lease(w.s, w.cam, 4711, 1900, 9000, 1900, 7, &err) == EXH_INVALID,
          "to a stranger: %s", err.text);
    CHECK(store_get_lease(w.s, w.cam, &l, &err) == EXH_OK && l.ended == STORE_LEASE_OPEN,
          "a transfer that failed left something");
    CHECK(store_transfer_lease(w.s, w.cam, w.cam, 1900, 9000, 1950, 7, &err) == EXH_OK, "%s",
          err.text);
    CHECK(store_get_account(w.s, w.cam, &a, &err) == EXH_OK && a.holder == w.cam, "holder: %s",
          err.text);
    CHECK(store_list_leases(w.s, w.cam, list, 4, &n, &err) == EXH_OK && n == 2 &&
              list[0].ended == STORE_LEASE_HANDED_ON && list[0].ended_at == 1900 &&
              list[1].holder == w.cam && list[1].grace_s == 60,
          "periods: %zu", n);
    CHECK(store_get_lease_at(w.s, w.cam, 1899, &l, &err) == EXH_OK && l.holder == w.ann,
          "at 1899: %s", err.text);
    CHECK(store_get_lease_at(w.s, w.cam, 1900, &l, &err) == EXH_OK && l.holder == w.cam,
          "at 1900: %s", err.text);
    CHECK(store_get_lease_at(w.s, w.cam, 999, &l, &err) == EXH_NOT_FOUND, "at 999: %s", err.text);
}

/* Failures at times, and for how long he is not heard after the last. */
static void test_ban_rule(void)
{
    static const struct {
        const char *name;
        int64_t at[16];
        size_t n;
        int64_t left;
    } cases[] = {
        { "four", { 0, 1, 2, 3 }, 4, 0 },
        { "five", { 0, 1, 2, 3, 4 }, 5, 600 },
        { "five, but slowly", { 0, 200, 400, 600, 800 }, 5, 0 },
        { "fifth on the border", { 1, 1, 1, 1, 600 }, 5, 600 },
        { "fifth over the border", { 1, 1, 1, 1, 601 }, 5, 0 },
        { "second ban", { 0, 0, 0, 0, 0, 700, 700, 700, 700, 700 }, 10, 1200 },
        { "third ban",
          { 0, 0, 0, 0, 0, 700, 700, 700, 700, 700, 2000, 2000, 2000, 2000, 2000 },
          15,
          2400 },
        { "a day of quiet", { 0, 0, 0, 0, 0, 87001, 87001, 87001, 87001, 87001 }, 10, 600 },
        { "not quite", { 0, 0, 0, 0, 0, 87000, 87000, 87000, 87000, 87000 }, 10, 1200 },
        { "clock went back", { 1000, 1000, 1000, 1000, 500 }, 5, 0 },
        { "and counts on", { 1000, 500, 500, 500, 500, 500 }, 6, 600 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct store_ban b = { 0 };
        for (size_t k = 0; k < cases[i].n; k++)
            store_ban_count(&b, cases[i].at[k]);
        const int64_t left = store_ban_left(&b, cases[i].at[cases[i].n - 1]);
        CHECK(left == cases[i].left, "%s: %jd", cases[i].name, (intmax_t)left);
    }
    struct store_ban b = { 0 };
    for (int64_t t = 0; t < 40; t++) {
        for (int k = 0; k < 5; k++)
            store_ban_count(&b, t * 3600);
        CHECK(store_ban_left(&b, t * 3600) <= STORE_BAN_LAST_S, "longer than a day");
    }
    CHECK(store_ban_left(&b, 39 * 3600) == STORE_BAN_LAST_S, "not a day");
    CHECK(store_ban_left(&b, -315360000) == 0, "a ban from ten years ahead holds");
}

static void test_bans(void)
{
    struct store_ban b, list[8];
    char source[STORE_SOURCE_MAX];
    size_t n;

    for (int i = 0; i < 5; i++)
        must(store_add_failure(w.s, "2001:db8:1:2::/64", "", 1000 + i, &b, &err), "failure");
    CHECK(store_ban_left(&b, 1010) == 594, "left %jd", (intmax_t)store_ban_left(&b, 1010));
    CHECK(store_get_ban(w.s, "2001:db8:1:2::/64", "", &b, &err) == EXH_OK && b.strikes == 1,
          "kept: %s", err.text);
    world_close(&w);
    world_open(&w);
    CHECK(store_get_ban(w.s, "2001:db8:1:2::/64", "", &b, &err) == EXH_OK &&
              store_ban_left(&b, 1010) == 594,
          "over a restart: %s", err.text);
    CHECK(store_get_ban(w.s, "2001:db8:1:2::/64", "ann", &b, &err) == EXH_NOT_FOUND,
          "with another account: %s", err.text);
    CHECK(store_list_bans(w.s, 1010, list, 8, &n, &err) == EXH_OK && n == 1, "list: %zu", n);
    CHECK(store_list_bans(w.s, 1700, list, 8, &n, &err) == EXH_OK && n == 0, "list: %zu", n);
    CHECK(store_forget_ban(w.s, "2001:db8:1:2::/64", "", &err) == EXH_OK &&
              store_forget_ban(w.s, "2001:db8:1:2::/64", "", &err) == EXH_OK &&
              store_get_ban(w.s, "2001:db8:1:2::/64", "", &b, &err) == EXH_NOT_FOUND,
          "forget: %s", err.text);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(source, sizeof source, "192.0.2.%d", i);
        must(store_add_failure(w.s, source, "", 2000 + i, &b, &err), "failure");
    }
    CHECK(store_trim_bans(w.s, 8, &err) == EXH_OK &&
              store_get_ban(w.s, "192.0.2.11", "", &b, &err) == EXH_NOT_FOUND &&
              store_get_ban(w.s, "192.0.2.12", "", &b, &err) == EXH_OK,
          "trim: %s", err.text);
    CHECK(store_trim_bans(w.s, 8, &err) == EXH_OK, "nothing to trim: %s", err.text);
    memset(source, 'a', sizeof source);
    CHECK(store_add_failure(w.s, "a\nb", "", 1, &b, &err) == EXH_INVALID, "source: %s", err.text);
}

static void test_alarms(void)
{
    struct store_alarm a = { .at = 9, .kind = "forged", .origin = "192.0.2.3", .text = "no" }, got,
                       list[4];
    int64_t id = 0;
    size_t n;

    CHECK(store_add_alarm(w.s, &a, &id, &err) == EXH_OK, "%s", err.text);
    CHECK(store_get_alarm(w.s, id, &got, &err) == EXH_OK && got.account == 0 &&
              strcmp(got.kind, "forged") == 0,
          "%s", err.text);
    CHECK(store_list_alarms(w.s, true, 0, list, 4, &n, &err) == EXH_OK && n == 2, "open: %zu", n);
    CHECK(store_close_alarm(w.s, id, "ann", 0, &err) == EXH_INVALID, "at no time");
    CHECK(store_close_alarm(w.s, id, "ann", 10, &err) == EXH_OK, "%s", err.text);
    CHECK(store_close_alarm(w.s, id, "ann", 10, &err) == EXH_DENIED, "again: %s", err.text);
    CHECK(store_close_alarm(w.s, 4711, "ann", 10, &err) == EXH_NOT_FOUND, "none: %s", err.text);
    CHECK(store_list_alarms(w.s, true, 0, list, 4, &n, &err) == EXH_OK && n == 1, "open: %zu", n);
    CHECK(store_list_alarms(w.s, false, 1, list, 4, &n, &err) == EXH_OK && n == 1 &&
              strcmp(list[0].closed_by, "ann") == 0,
          "all: %zu", n);
    a.account = 4711;
    CHECK(store_add_alarm(w.s, &a, &id, &err) == EXH_INVALID, "stranger: %s", err.text);
}

static void test_contacts(void)
{
    struct store_contact c = { .account = w.cam,
                               .at_us = 100,
                               .origin = "192.0.2.1",
                               .has_clock = true,
                               .clock_offset_us = -5,
                               .has_queued = true,
                               .queued = 3 },
                         list[4];
    size_t n;

    CHECK(store_put_contact(w.s, &c, &err) == EXH_OK, "%s", err.text);
    c = (struct store_contact){ 0 };
    CHECK(store_get_contact(w.s, w.cam, &c, &err) == EXH_OK && c.clock_offset_us == -5 &&
              c.queued == 3 && c.at_us == 100,
          "%s", err.text);
    CHECK(store_list_silent(w.s, 100, list, 4, &n, &err) == EXH_OK && n == 0, "silent: %zu", n);
    CHECK(store_list_silent(w.s, 101, list, 4, &n, &err) == EXH_OK && n == 1, "silent: %zu", n);
    CHECK(store_get_contact(w.s, w.ann, &c, &err) == EXH_NOT_FOUND, "never: %s", err.text);
    c.account = 4711;
    CHECK(store_put_contact(w.s, &c, &err) == EXH_INVALID, "stranger: %s", err.text);
}

int main(void)
{
    world_make(&w);
    test_accounts();
    test_invitations();
    test_certificates();
    test_lease_states();
    test_leases();
    test_ban_rule();
    test_bans();
    test_alarms();
    test_contacts();
    world_end(&w);
    return check_done();
}

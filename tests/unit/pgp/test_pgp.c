/*
 * Messages through the module and through gpg, each reading the other's; keys made for this run.
 */
#include "check.h"

#include "gpg_world.h"
#include "pgp/pgp.h"

static struct exh_error err;
static struct gpg_world w;
static struct exh_openpgp pgp;

static const struct pgp_options silent = { .never_ask = true };
static const char secret[] = "AGE-SECRET-KEY-1 of a test";

static uint8_t message[EXH_OPENPGP_MESSAGE_MAX + 1];
static size_t message_n;
static uint8_t plain[EXH_OPENPGP_SECRET_MAX];
static size_t plain_n;
static struct exh_openpgp_signer signer;

static void open_table(const struct pgp_options *options)
{
    exhibit_pgp.close(&pgp);
    if (!CHECK(exhibit_pgp.open(options, &pgp, &err) == EXH_OK, "open: %s", err.text))
        exit(check_done());
}

static enum exh_status encrypt(const char *fingerprint)
{
    return pgp.encrypt(pgp.ctx, fingerprint,
                       (struct exh_bytes){ (const uint8_t *)secret, sizeof secret }, message,
                       sizeof message, &message_n, &err);
}

static enum exh_status decrypt(size_t size)
{
    memset(plain, 'p', sizeof plain);
    return pgp.decrypt(pgp.ctx, (struct exh_bytes){ message, message_n }, plain, size, &plain_n,
                       &signer, &err);
}

/* gpg writes the message: from a home, with arguments. */
static void by_gpg(const char *home, const char *arguments)
{
    message_n = gpg_message(&w, home, arguments, secret, sizeof secret, message, sizeof message);
}

static bool secret_came_out(void)
{
    return plain_n == sizeof secret && memcmp(plain, secret, sizeof secret) == 0;
}

static void test_both_ways(void)
{
    uint8_t got[sizeof secret + 1];

    CHECK(encrypt(w.owner_key) == EXH_OK, "encrypt: %s", err.text);
    CHECK(message_n > 150 && message_n < 400 && message[0] == 0x84, "%zu bytes, first %02x",
          message_n, message[0]);
    CHECK(decrypt(sizeof plain) == EXH_OK && secret_came_out(), "ours by us: %s", err.text);
    CHECK(signer.signature == EXH_OPENPGP_UNSIGNED && !signer.fingerprint[0] && !signer.trusted,
          "ours is not signed");

    gpg_write(&w, "ours", message, message_n);
    CHECK(gpg_run(&w, w.owner, "--output %s/out --decrypt %s/ours", w.folder, w.folder) &&
              gpg_read(&w, "out", got, sizeof got) == sizeof secret &&
              memcmp(got, secret, sizeof secret) == 0,
          "ours by gpg");

    by_gpg(w.stranger, "");
    CHECK(decrypt(sizeof plain) == EXH_OK && secret_came_out() &&
              signer.signature == EXH_OPENPGP_UNSIGNED,
          "gpg's by us: %s", err.text);
    by_gpg(w.stranger, "--armor");
    CHECK(decrypt(sizeof plain) == EXH_OK && secret_came_out(), "armored: %s", err.text);
}

/* The settings of the keys' owner must not add readers. */
static void test_settings(void)
{
    static const char conf[] = "encrypt-to ";
    char line[64];

    snprintf(line, sizeof line, "%s%s\n", conf, w.camera_key);
    gpg_write(&w, "owner/gpg.conf", line, strlen(line));
    open_table(&silent);
    CHECK(encrypt(w.owner_key) == EXH_OK, "encrypt-to is left aside: %s", err.text);
    gpg_write(&w, "owner/gpg.conf", "armor\n", 6);
    open_table(&silent);
    CHECK(encrypt(w.owner_key) == EXH_INVALID && strstr(err.text, "gpg.conf"), "armor: %s",
          err.text);
    gpg_write(&w, "owner/gpg.conf", "", 0);
    open_table(&silent);
}

static void test_signatures(void)
{
    char by[160];

    by_gpg(w.camera, "--sign");
    CHECK(decrypt(sizeof plain) == EXH_OK && secret_came_out() &&
              signer.signature == EXH_OPENPGP_GOOD &&
              strcmp(signer.fingerprint, w.camera_key) == 0 && !signer.trusted,
          "the camera's: %u %s", signer.signature, signer.fingerprint);

    by_gpg(w.stranger, "--sign");
    CHECK(decrypt(sizeof plain) == EXH_OK && signer.signature == EXH_OPENPGP_UNKNOWN_KEY &&
              !signer.trusted,
          "a stranger's: %u", signer.signature);

    snprintf(by, sizeof by, "--sign --local-user %s", w.owner_key);
    by_gpg(w.owner, by);
    CHECK(decrypt(sizeof plain) == EXH_OK && signer.signature == EXH_OPENPGP_GOOD &&
              strcmp(signer.fingerprint, w.owner_key) == 0 && signer.trusted,
          "the owner's own: %u, trusted %d", signer.signature, signer.trusted);
}

/* Damage: every byte in turn would take minutes, so some of each part. */
static void test_damage(void)
{
    size_t wrong = 0, tried = 0;

    by_gpg(w.camera, "--sign");
    for (size_t i = 0; i < message_n; i += 23, tried++) {
        message[i] ^= 0x20;
        const enum exh_status status = decrypt(sizeof plain);
        wrong += status == EXH_OK && signer.signature == EXH_OPENPGP_GOOD;
        wrong += status != EXH_OK && plain[0] != 0;
        message[i] ^= 0x20;
    }
    CHECK(wrong == 0, "%zu of %zu damaged messages are taken", wrong, tried);
    const size_t whole = message_n;
    for (message_n = 0, wrong = 0, tried = 0; message_n < whole; message_n += 37, tried++)
        wrong += decrypt(sizeof plain) == EXH_OK;
    CHECK(wrong == 0, "%zu of %zu cut messages are taken", wrong, tried);
    message_n = whole;
    CHECK(decrypt(sizeof plain) == EXH_OK, "whole again: %s", err.text);

    message_n = (size_t)snprintf((char *)message, sizeof message, "not a message");
    CHECK(decrypt(sizeof plain) == EXH_MALFORMED, "no message: %s", err.text);
}

static void test_limits(void)
{
    static uint8_t zeros[300000];

    by_gpg(w.camera, "--sign");
    CHECK(decrypt(sizeof secret) == EXH_OK && secret_came_out(), "just enough room");
    CHECK(decrypt(sizeof secret - 1) == EXH_LIMIT && plain[0] == 0, "too little: %s", err.text);
    message_n = gpg_message(&w, w.camera, "", zeros, sizeof zeros, message, sizeof message);
    CHECK(message_n < 1000 && decrypt(sizeof plain) == EXH_LIMIT, "%zu bytes of a bomb: %s",
          message_n, err.text);
    message_n = sizeof message;
    CHECK(decrypt(sizeof plain) == EXH_LIMIT, "a long message: %s", err.text);
    CHECK(pgp.encrypt(pgp.ctx, w.owner_key, (struct exh_bytes){ zeros, EXH_OPENPGP_SECRET_MAX + 1 },
                      message, sizeof message, &message_n, &err) == EXH_LIMIT,
          "a long secret");
    CHECK(pgp.encrypt(pgp.ctx, w.owner_key, (struct exh_bytes){ zeros, 10 }, message, 100,
                      &message_n, &err) == EXH_LIMIT,
          "a message that is longer than its room: %s", err.text);
}

static void test_keys(void)
{
    static const char *const texts[] = {
        "",
        "owner@example.org",
        "0123456789ABCDEF",
        "-0123456789abcdef0123456789abcdef0123456",
        "0123456789abcdef0123456789abcdef0123456 ",
        "0123456789abcdef0123456789abcdef0123456789",
    };

    for (size_t i = 0; i < ARRAY_N(texts); i++)
        CHECK(encrypt(texts[i]) == EXH_INVALID, "'%s' is a fingerprint: %s", texts[i], err.text);
    CHECK(encrypt("0123456789abcdef0123456789abcdef01234567") == EXH_NOT_FOUND, "nobody's: %s",
          err.text);
    CHECK(encrypt(w.camera_key) == EXH_INVALID && strstr(err.text, "encrypts"), "signs only: %s",
          err.text);

    // A message for somebody else only.
    gpg_write(&w, "plain", "x", 1);
    CHECK(gpg_run(&w, w.stranger, "--output %s/foreign --encrypt --recipient %s %s/plain", w.folder,
                  w.stranger_key, w.folder),
          "a message for the stranger");
    message_n = gpg_read(&w, "foreign", message, sizeof message);
    CHECK(decrypt(sizeof plain) == EXH_NOT_FOUND && strstr(err.text, "it is for "), "foreign: %s",
          err.text);
}

struct answer {
    const char *text; // NULL: given up
    int asked;
};

static int give(void *ctx, char *to, size_t size)
{
    struct answer *a = ctx;
    const size_t n = a->text ? strlen(a->text) : 0;

    a->asked++;
    if (!a->text || n > size)
        return -1;
    memcpy(to, a->text, n);
    return (int)n;
}

/* The stranger's home gets a key with a passphrase, which its agent must not remember. */
static void test_passphrases(void)
{
    static const struct {
        const char *name, *text;
        enum exh_status want;
    } cases[] = {
        { "right", "open sesame", EXH_OK },
        { "wrong", "open barley", EXH_DENIED },
        { "none", NULL, EXH_DENIED },
        { "empty", "", EXH_DENIED },
    };
    static const char conf[] = "default-cache-ttl 0\nmax-cache-ttl 0\n";

    gpg_write(&w, "stranger/gpg-agent.conf", conf, sizeof conf - 1);
    setenv("GNUPGHOME", w.stranger, 1);
    CHECK(gpg_run(&w, w.stranger,
                  "--pinentry-mode loopback --passphrase 'open sesame' --quick-gen-key "
                  "locked@example.org future-default default never"),
          "a key with a passphrase");
    CHECK(gpg_run(&w, w.stranger,
                  "--output %s/locked --encrypt --recipient locked@example.org %s/plain", w.folder,
                  w.folder),
          "a message for it");
    CHECK(system("gpgconf --kill gpg-agent") == 0, "the agent forgets");
    message_n = gpg_read(&w, "locked", message, sizeof message);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct answer answer = { .text = cases[i].text };
        const struct pgp_options options = { .ask = give, .ask_ctx = &answer };
        open_table(&options);
        const enum exh_status got = decrypt(sizeof plain);
        CHECK(got == cases[i].want && answer.asked == 1, "%s: %u (%s), asked %d times",
              cases[i].name, got, err.text, answer.asked);
    }
    open_table(&silent);
    CHECK(decrypt(sizeof plain) == EXH_DENIED, "nobody is asked: %s", err.text);
    setenv("GNUPGHOME", w.owner, 1);
    open_table(&silent);
}

/* The camera's revocation certificate, which gpg made with its key, reaches the owner. */
static bool revoke_camera(void)
{
    uint8_t text[4096];
    char name[128];

    snprintf(name, sizeof name, "camera/openpgp-revocs.d/%s.rev", w.camera_key);
    const size_t n = gpg_read(&w, name, text, sizeof text - 1);
    text[n] = 0;
    char *armor = strstr((char *)text, ":-----BEGIN"); // the colon guards against accidents
    if (!armor)
        return false;
    gpg_write(&w, "revocation", armor + 1, strlen(armor + 1));
    return gpg_run(&w, w.owner, "--import %s/revocation", w.folder);
}

/* Keys that came to their end: what they signed stands, or is told; nothing new is made for them. */
static void test_ended_keys(void)
{
    char old[EXH_OPENPGP_FINGERPRINT_MAX];

    CHECK(gpg_run(&w, w.owner,
                  "--faked-system-time 20200101T000000 --passphrase '' --quick-gen-key "
                  "old@example.org future-default default 2020-02-01"),
          "an expired key");
    gpg_write(&w, "plain", "x", 1);
    CHECK(gpg_run(&w, w.owner,
                  "--faked-system-time 20200102T000000 --output %s/old --sign --local-user "
                  "old@example.org --encrypt --recipient old@example.org %s/plain",
                  w.folder, w.folder),
          "a message of its time");
    message_n = gpg_read(&w, "old", message, sizeof message);
    CHECK(decrypt(sizeof plain) == EXH_OK && plain_n == 1 && signer.signature == EXH_OPENPGP_GOOD,
          "still read: %s %u", err.text, signer.signature);
    memcpy(old, signer.fingerprint, sizeof old);
    CHECK(encrypt(old) == EXH_INVALID && strstr(err.text, "expired"), "none for it: %s", err.text);

    by_gpg(w.camera, "--sign");
    CHECK(revoke_camera(), "a revocation");
    CHECK(decrypt(sizeof plain) == EXH_OK && secret_came_out() &&
              signer.signature == EXH_OPENPGP_REVOKED && !signer.trusted &&
              strcmp(signer.fingerprint, w.camera_key) == 0,
          "signed by a revoked key: %u (%s)", signer.signature, err.text);
    CHECK(encrypt(w.camera_key) == EXH_INVALID && strstr(err.text, "revoked"), "none for it: %s",
          err.text);
}

int main(void)
{
    gpg_world_make(&w);
    open_table(&silent);
    test_both_ways();
    test_settings();
    test_signatures();
    test_damage();
    test_limits();
    test_keys();
    test_passphrases();
    test_ended_keys();
    exhibit_pgp.close(&pgp);
    exhibit_pgp.close(&pgp); // once more does no harm
    gpg_world_remove(&w);
    return check_done();
}

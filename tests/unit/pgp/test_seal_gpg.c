/* Sealed to an OpenPGP key by the public calls, and opened with what gpg has; and by gpg and age alone. */
#include "check.h"

#include <exhibit/seal.h>

#include "base/text.h"
#include "gpg_world.h"
#include "pgp/pgp.h"
#include "seal/age_case.h"

#define CONTENT "what is sealed"

static struct exh_error err;
static struct gpg_world w;
static struct exh_openpgp pgp;

static size_t seal_to_keys(const char *const keys[], size_t n, uint8_t *to, size_t size)
{
    const struct exh_source source = exh_source_memory((const uint8_t *)CONTENT, strlen(CONTENT));
    struct exh_recipients *recipients = exh_recipients_new();
    struct exh_memory_sink m = { .p = to, .size = size };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_seal_options options = { .crypto = exh_crypto_openssl(),
                                              .recipients = recipients };

    for (size_t i = 0; i < n; i++)
        CHECK(!exh_recipients_add_openpgp(recipients, &pgp, keys[i], &err), "%s", err.text);
    CHECK(exh_seal(&source, &sink, &options, NULL, &err) == EXH_OK, "seal: %s", err.text);
    exh_recipients_free(recipients);
    return m.n;
}

static enum exh_status open_here(const uint8_t *file, size_t n)
{
    struct exh_identities *ids = exh_identities_new();

    CHECK(!exh_identities_add_openpgp(ids, &pgp, &err), "%s", err.text);
    struct age_opening o = age_opening_of((struct exh_bytes){ file, n }, false, ids, 100);
    const enum exh_status status = o.status;
    err = o.err;
    CHECK((status == EXH_OK) == bytes_are((struct exh_bytes){ o.plain.p, o.plain.n }, CONTENT),
          "content");
    age_opening_free(&o);
    exh_identities_free(ids);
    return status;
}

/* Without us: the message out of the header, gpg, age. */
static bool opened_by_stock_tools(const uint8_t *file, size_t n)
{
    char command[1024];
    uint8_t got[100];

    gpg_write(&w, "sealed.age", file, n);
    snprintf(
        command, sizeof command,
        "cd %s && awk '/^-> exhibit.org.openpgp 1$/ { on = 1; next } /^(->|---)/ { on = 0 } on' "
        "sealed.age | base64 -d | gpg --quiet --decrypt 2>/dev/null >identity && "
        "age -d -i identity sealed.age >opened",
        w.folder);
    return system(command) == 0 && gpg_read(&w, "opened", got, sizeof got) == strlen(CONTENT) &&
           memcmp(got, CONTENT, strlen(CONTENT)) == 0;
}

/* Whoever opens a file by GnuPG can take another OpenPGP key out of its header. */
static size_t remove_key(const uint8_t *file, size_t n, const char *key, uint8_t *to, size_t size)
{
    const struct exh_source source = exh_source_memory(file, n);
    struct exh_recipients *gone = exh_recipients_new();
    struct exh_identities *ids = exh_identities_new();
    struct exh_memory_sink m = { .p = to, .size = size };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_rewrap_options options = { .crypto = exh_crypto_openssl(),
                                                .identities = ids,
                                                .remove = gone };
    struct exh_rewrapped done = { 0 };

    CHECK(!exh_identities_add_openpgp(ids, &pgp, &err), "%s", err.text);
    CHECK(!exh_recipients_add_openpgp(gone, &pgp, key, &err), "%s", err.text);
    CHECK(exh_rewrap(&source, &sink, &options, &done, &err) == EXH_OK && done.removed == 1,
          "remove: %s, %zu", err.text, done.removed);
    exh_recipients_free(gone);
    exh_identities_free(ids);
    return m.n;
}

static size_t stanzas_of(const uint8_t *file, size_t n)
{
    struct age_header *h = NULL;
    const bool read = age_header_read((struct exh_bytes){ file, n }, &h, &err) == EXH_OK;
    const size_t stanzas = read ? h->stanzas_n : 0;

    age_header_free(h);
    return stanzas;
}

int main(void)
{
    static const struct pgp_options silent = { .never_ask = true };
    static uint8_t file[65536], after[65536];

    gpg_world_make(&w);
    if (CHECK(exhibit_pgp.open(&silent, &pgp, &err) == EXH_OK, "open: %s", err.text)) {
        const char *const owner[] = { w.owner_key };
        size_t n = seal_to_keys(owner, 1, file, sizeof file);
        CHECK(open_here(file, n) == EXH_OK, "by its key: %s", err.text);
        CHECK(opened_by_stock_tools(file, n), "gpg, awk and age open it");
        setenv("GNUPGHOME", w.camera, 1);
        CHECK(open_here(file, n) == EXH_DENIED, "by nobody else: %s", err.text);
        setenv("GNUPGHOME", w.stranger, 1);
        const char *const both[] = { w.owner_key, w.stranger_key };
        n = seal_to_keys(both, 2, file, sizeof file);
        CHECK(open_here(file, n) == EXH_OK, "by the second of two: %s", err.text);
        const size_t after_n = remove_key(file, n, w.owner_key, after, sizeof after);
        CHECK(stanzas_of(file, n) == 4 && stanzas_of(after, after_n) == 2, "two stanzas are gone");
        CHECK(open_here(after, after_n) == EXH_OK, "the one who stays opens it: %s", err.text);
        setenv("GNUPGHOME", w.owner, 1);
        CHECK(open_here(file, n) == EXH_OK, "by the first of two: %s", err.text);
        CHECK(open_here(after, after_n) == EXH_DENIED, "the one who is gone does not");
    }
    exhibit_pgp.close(&pgp);
    gpg_world_remove(&w);
    return check_done();
}

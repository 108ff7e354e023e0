/* Any header, tried with an identity of every kind: a key that comes out is the one that made the MAC. */
#include <string.h>

#include "base/text.h"
#include "crypto/ssh_vectors.h"
#include "fuzz.h"
#include "seal/age_open.h"
#include "seal/age_vectors.h"
#include "seal/identity.h"

static struct exh_identities *all;

/* OpenPGP on paper: a message is "paper" and what it says. */
static enum exh_status decrypt(void *ctx, struct exh_bytes message, uint8_t *to, size_t size,
                               size_t *n, struct exh_openpgp_signer *signer, struct exh_error *err)
{
    (void)ctx;
    signer->signature = EXH_OPENPGP_UNSIGNED;
    if (!bytes_start(message, "paper") || message.n - 5 > size) {
        memcpy(err->text, "no", 3);
        return err->status = EXH_MALFORMED;
    }
    *n = message.n - 5;
    memcpy(to, message.p + 5, *n);
    return EXH_OK;
}

static const struct exh_openpgp paper = { .decrypt = decrypt };

static void add(const char *file)
{
    struct exh_error err;

    REQUIRE(!exh_identities_add(all, file, strlen(file), NULL, NULL, &err));
}

static void make_identities(void)
{
    struct exh_error err;

    all = exh_identities_new();
    REQUIRE(all);
    add(identity_file);
    add(p256_key);
    add(ed25519_openssh);
    add(rsa_openssh);
    REQUIRE(!exh_identities_add_passphrase(all, "correct horse", 13, &err));
    REQUIRE(!exh_identities_add_openpgp(all, &paper, &err));
}

/* A passphrase's work is at most 2^10: a fuzzer has neither time nor memory for more. */
static bool is_cheap(const struct age_header *h)
{
    for (size_t i = 0; i < h->stanzas_n; i++) {
        const struct age_stanza *s = &h->stanzas[i];
        if (!stanza_is(s, STANZA_SCRYPT) || s->args_n != 2)
            continue;
        const struct exh_bytes work = age_stanza_arg(s, 1);
        if (work.n > 1 && !bytes_are(work, "10"))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct age_header *h = NULL;
    struct file_key *key = NULL;
    struct exh_error err;
    uint8_t mac[AGE_MAC_N];

    if (!all)
        make_identities();
    if (age_header_read((struct exh_bytes){ p, n }, &h, &err) != EXH_OK)
        return 0;
    if (is_cheap(h)) {
        err.text[0] = 0;
        if (age_open(h, all, &key, &err) == EXH_OK)
            REQUIRE(!file_key_mac(key, h->authenticated, mac, &err) &&
                    memcmp(mac, h->mac, AGE_MAC_N) == 0);
        else
            REQUIRE(!key && strlen(err.text) > 0);
    }
    file_key_free(key);
    age_header_free(h);
    return 0;
}

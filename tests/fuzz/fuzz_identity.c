/* Any text where an identity file or a recipient is expected. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "seal/identity.h"

static int tell(void *ctx, char *to, size_t size)
{
    (void)ctx;
    REQUIRE(size >= 13);
    memcpy(to, "correct horse", 13);
    return 13;
}

static bool contains(struct exh_bytes text, const char *word)
{
    const size_t size = strlen(word);

    for (size_t i = 0; i + size <= text.n; i++)
        if (memcmp(text.p + i, word, size) == 0)
            return true;
    return false;
}

/* Armored files are left out, and a passphrase's work over 2^10: fuzz_age_armor and _stanza have the rest. */
static bool is_cheap(struct exh_bytes text)
{
    struct age_header *h = NULL;
    struct exh_error err;
    bool cheap = true;

    if (contains(text, "TSS2 PRIVATE KEY") || contains(text, "-----BEGIN AGE"))
        return false;
    if (age_header_read(text, &h, &err) != EXH_OK)
        return true;
    for (size_t i = 0; i < h->stanzas_n; i++)
        if (h->stanzas[i].args_n == 2)
            cheap = cheap && (age_stanza_arg(&h->stanzas[i], 1).n == 1 ||
                              bytes_are(age_stanza_arg(&h->stanzas[i], 1), "10"));
    age_header_free(h);
    return cheap;
}

/* What an identity names as its recipient is one. */
static void check_recipients(const struct exh_identities *ids)
{
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err;
    char text[EXH_RECIPIENT_MAX];

    REQUIRE(to);
    for (size_t i = 0; i < exh_identities_count(ids); i++)
        if (exh_identities_recipient(ids, i, text, &err) == EXH_OK)
            REQUIRE(!exh_recipients_add(to, text, strlen(text), &err));
    exh_recipients_free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *text = (const char *)p;
    struct exh_identities *ids = exh_identities_new();
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err;

    REQUIRE(ids && to);
    if (is_cheap((struct exh_bytes){ p, n })) {
        if (exh_identities_add(ids, text, n, tell, NULL, &err) == EXH_OK)
            check_recipients(ids);
        else
            REQUIRE(strlen(err.text) > 0 && exh_identities_count(ids) == 0);
    }
    if (exh_recipients_add(to, text, n, &err) == EXH_OK)
        REQUIRE(exh_recipients_count(to) == 1);
    else
        REQUIRE(strlen(err.text) > 0 && exh_recipients_count(to) == 0);
    exh_recipients_free(to);
    exh_identities_free(ids);
    return 0;
}

/* Any bytes where a private key in OpenSSH's form is expected, without the text around it. */
#include <string.h>

#include "fuzz.h"

#include "crypto/ssh_read.h"

// The public half stands in the key as it is written, so it comes back as it was.
static bool holds(const uint8_t *p, size_t n, const struct buf *part)
{
    for (size_t i = 0; i + part->n <= n; i++) {
        if (memcmp(p + i, part->p, part->n) == 0)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf public = buf_with_limit(SSH_WIRE_MAX);
    struct exh_key *key = NULL;
    struct exh_error err;

    if (ssh_read_binary((struct exh_bytes){ p, n }, &key, &err) == EXH_OK) {
        REQUIRE(ssh_write_public(key->pkey, &public, &err) == EXH_OK);
        REQUIRE(public.n && holds(p, n, &public));
    } else {
        REQUIRE(!key && strlen(err.text) > 0);
    }
    exh_key_free(key);
    buf_free(&public);
    return 0;
}

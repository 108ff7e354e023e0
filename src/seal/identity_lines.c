#include "seal/identity.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "formats/bech32.h"

static enum exh_status add_x25519(struct exh_identities *ids, struct exh_bytes line,
                                  struct exh_error *err)
{
    struct identity id = { .kind = IDENTITY_X25519,
                           .x25519 = secret_new(sizeof(struct x25519_identity)) };

    if (!id.x25519)
        return fail_no_memory(err);
    enum exh_status status =
        bech32_read(line, IDENTITY_PREFIX, id.x25519->secret, X25519_SIZE, err);
    if (!status && !x25519_public(id.x25519->secret, id.x25519->public))
        status = fail(err, EXH_CRYPTO, "no public key could be made of the identity");
    if (!status)
        return identities_take(ids, &id, err);
    identity_free(&id);
    return status;
}

/* One line that is not empty and no comment. What it says is secret, so no error repeats it. */
static enum exh_status add_line(struct exh_identities *ids, struct exh_bytes line,
                                struct exh_error *err)
{
    static const struct {
        const char *start;
        enum exh_status status;
        const char *why;
    } rows[] = {
        { "AGE-SECRET-KEY-PQ-1", EXH_UNSUPPORTED, "post-quantum identities are not supported" },
        { "AGE-PLUGIN-", EXH_UNSUPPORTED, "identities of plugins are not supported" },
        { "age1", EXH_MALFORMED, "this is a recipient, where an identity is expected" },
    };

    if (bytes_start(line, IDENTITY_PREFIX "1"))
        return add_x25519(ids, line, err);
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        if (bytes_start(line, rows[i].start))
            return fail(err, rows[i].status, "%s", rows[i].why);
    return fail(err, EXH_MALFORMED, "no identity: neither " IDENTITY_PREFIX "1... nor PEM");
}

static struct exh_bytes next_line(struct exh_bytes *rest)
{
    struct exh_bytes line = { rest->p, 0 };

    while (line.n < rest->n && line.p[line.n] != '\n')
        line.n++;
    const size_t taken = line.n + (line.n < rest->n);
    rest->p += taken;
    rest->n -= taken;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

enum exh_status identities_add_lines(struct exh_identities *ids, struct exh_bytes text,
                                     struct exh_error *err)
{
    size_t number = 0, found = 0;

    while (text.n) {
        struct exh_bytes line = next_line(&text);
        number++;
        if (!line.n || line.p[0] == '#')
            continue;
        if (add_line(ids, line, err)) {
            char where[48];
            snprintf(where, sizeof where, "identity file, line %zu", number);
            return within(err, where);
        }
        found++;
    }
    if (!found)
        return fail(err, EXH_MALFORMED, "the identity file holds no identity");
    return EXH_OK;
}

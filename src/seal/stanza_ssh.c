#include "seal/stanza.h"

#include "base/text.h"
#include "formats/base64.h"

#define TAG_TEXT_N BASE64_TEXT_N(SSH_TAG)

static const struct {
    const char *type;
    size_t args_n;
} kinds[] = {
    [SSH_RSA] = { "ssh-rsa", 1 },
    [SSH_ED25519] = { "ssh-ed25519", 2 },
};

static bool tag_is_of(const struct ssh_key *id, struct exh_bytes tag)
{
    uint8_t bytes[SSH_TAG];
    char text[TAG_TEXT_N];

    ssh_key_tag(id, bytes);
    base64_write(text, bytes, sizeof bytes);
    return bytes_equal(tag, (struct exh_bytes){ (const uint8_t *)text, sizeof text });
}

enum exh_status stanza_ssh_open(const struct ssh_key *id, const struct age_stanza *s,
                                struct file_key *key, bool *opened, struct exh_error *err)
{
    const enum ssh_kind kind = ssh_key_kind(id);
    uint8_t bytes[X25519_SIZE];
    struct exh_bytes share = { 0 };

    *opened = false;
    if (!stanza_is(s, kinds[kind].type))
        return EXH_OK;
    if (s->args_n != kinds[kind].args_n)
        return fail(err, EXH_MALFORMED, "%s stanza: %zu arguments, not %zu", kinds[kind].type,
                    s->args_n, kinds[kind].args_n);
    if (kind == SSH_ED25519) {
        enum exh_status status = stanza_arg_bytes(s, 1, bytes, sizeof bytes, err);
        if (status)
            return status;
        share = (struct exh_bytes){ bytes, sizeof bytes };
    }
    if (!tag_is_of(id, age_stanza_arg(s, 0)))
        return EXH_OK;

    enum exh_status status = ssh_key_unwrap(id, share, s->body, key->bytes, err);
    if (status == EXH_DENIED) // another key with the same tag, by chance
        return EXH_OK;
    *opened = !status;
    return status;
}

#include "seal/identity.h"

#include <stdlib.h>

#include "base/wipe.h"
#include "crypto/secret.h"
#include "formats/age_armor.h"
#include "seal/age_open.h"
#include "seal/age_stream.h"

/* Armored text to bytes, of which there are fewer. */
static enum exh_status unarmor(struct exh_bytes in, struct exh_memory_sink *out,
                               struct exh_error *err)
{
    struct exh_sink to = exh_sink_memory(out);
    struct armor_reader r;

    armor_reader_init(&r, &to);
    struct exh_sink text = armor_reader_sink(&r);
    enum exh_status status = text.write(text.ctx, in.p, in.n, err);
    return status ? status : armor_reader_end(&r, err);
}

static enum exh_status read_payload(const struct file_key *key, struct exh_bytes payload,
                                    struct exh_memory_sink *out, struct exh_error *err)
{
    struct exh_sink to = exh_sink_memory(out);
    struct age_reader *reader = NULL;
    enum exh_status status = age_reader_new(key, &to, &reader, err);

    if (!status) {
        struct exh_sink in = age_reader_sink(reader);
        status = in.write(in.ctx, payload.p, payload.n, err);
    }
    if (!status)
        status = age_reader_end(reader, err);
    age_reader_free(reader);
    return status;
}

/* The file key, by a passphrase that is asked for. */
static enum exh_status open_asking(const struct age_header *h, exh_passphrase *ask, void *ctx,
                                   struct file_key **out, struct exh_error *err)
{
    struct exh_identities *one = NULL;
    char *text = NULL;
    enum exh_status status;

    if (h->stanzas_n != 1 || !stanza_is(&h->stanzas[0], STANZA_SCRYPT))
        return fail(err, EXH_UNSUPPORTED,
                    "the identity file is sealed, but to a key and not with a passphrase");
    if (!(one = exh_identities_new()) || !(text = secret_new(PASSPHRASE_MAX))) {
        status = fail_no_memory(err);
        goto out;
    }
    const int n = ask ? ask(ctx, text, PASSPHRASE_MAX) : -1;
    if (n <= 0 || n > PASSPHRASE_MAX) {
        status = fail(err, EXH_DENIED, "the identity file needs a passphrase, and none was given");
        goto out;
    }
    status = exh_identities_add_passphrase(one, text, (size_t)n, err);
    if (!status && age_open(h, one, out, err))
        status = within(err, "identity file");
out:
    secret_free(text, PASSPHRASE_MAX);
    exh_identities_free(one);
    return status;
}

static enum exh_status add_binary(struct exh_identities *ids, struct exh_bytes file,
                                  exh_passphrase *ask, void *ctx, struct exh_error *err)
{
    struct age_header *h = NULL;
    struct file_key *key = NULL;
    struct exh_memory_sink plain = { .p = malloc(file.n), .size = file.n };
    enum exh_status status = plain.p ? EXH_OK : fail_no_memory(err);

    if (!status)
        status = age_header_read(file, &h, err);
    if (!status)
        status = open_asking(h, ask, ctx, &key, err);
    if (!status) {
        const size_t at = h->text.n;
        status = read_payload(key, (struct exh_bytes){ file.p + at, file.n - at }, &plain, err);
    }
    if (!status)
        status = identities_add_lines(ids, (struct exh_bytes){ plain.p, plain.n }, err);
    file_key_free(key);
    age_header_free(h);
    if (plain.p)
        wipe(plain.p, plain.size);
    free(plain.p);
    return status;
}

enum exh_status identities_add_sealed(struct exh_identities *ids, struct exh_bytes file,
                                      exh_passphrase *ask, void *ctx, struct exh_error *err)
{
    if (!armor_starts(file))
        return add_binary(ids, file, ask, ctx, err);

    struct exh_memory_sink binary = { .p = malloc(file.n), .size = file.n };
    enum exh_status status = binary.p ? unarmor(file, &binary, err) : fail_no_memory(err);
    if (!status)
        status = add_binary(ids, (struct exh_bytes){ binary.p, binary.n }, ask, ctx, err);
    free(binary.p);
    return status;
}

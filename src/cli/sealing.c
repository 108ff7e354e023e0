#include "cli/sealing.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/wipe.h"
#include "cli/capture_args.h"
#include "cli/media_type.h"

#define POOL_FROM ((uint64_t)1 << 20) // bytes; less is done before a thread has started

static enum exh_status add_passphrase(struct sealing *s, struct exh_error *err)
{
    const struct seal_args *a = s->args;
    const struct passphrase source = { s->call, a->passphrase_file, s->in, "passphrase-file" };
    char passphrase[PASSPHRASE_MAX];
    const int n = passphrase_new(&source, passphrase, sizeof passphrase);
    enum exh_status status =
        n < 0 ? fail(err, EXH_DENIED, "%s: not sealed without a passphrase", s->in)
              : exh_recipients_add_passphrase(s->recipients.list, passphrase, (size_t)n,
                                              EXH_SCRYPT_LOG_N, err);

    wipe(passphrase, sizeof passphrase);
    return status;
}

/* All -r, and behind IN more of them: `-r A B C` is how people write it. */
static enum exh_status read_recipients(struct sealing *s, struct exh_error *err)
{
    struct option_list names = s->args->recipients;
    const struct operands *more = &s->call->operands;

    for (size_t i = 1; i < more->n; i++) {
        if (!s->args->recipients.n || names.n == OPTION_LIST_MAX)
            return fail(err, EXH_INVALID, "%s: one file is sealed at a time", more->items[i]);
        names.items[names.n++] = more->items[i];
    }
    enum exh_status status = recipients_read(&s->recipients, s->call, &names, &s->judge, err);
    s->with_passphrase = s->args->protect || s->args->passphrase_file;
    if (status == EXH_OK && s->with_passphrase)
        status = add_passphrase(s, err);
    return status;
}

static enum exh_status read_frames(struct sealing *s, struct exh_error *err)
{
    struct exh_frames *f = &s->frames;
    const char *text = s->args->frames;

    if (!text)
        return s->args->prev ? fail(err, EXH_INVALID, "--prev goes with --frames") : EXH_OK;
    enum exh_status status = capture_read_frames(text, &f->first, &f->last, err);
    if (status != EXH_OK)
        return status;
    if (s->args->prev && !hex_read(bytes_of(s->args->prev), s->prev, sizeof s->prev))
        return fail(err, EXH_INVALID, "--prev %s: expected an object id, 64 hexadecimal digits",
                    s->args->prev);
    f->prev = s->args->prev ? s->prev : NULL;
    s->options.frames = f;
    return EXH_OK;
}

static enum exh_status read_beacon(struct sealing *s, struct exh_error *err)
{
    if (!s->args->beacon)
        return EXH_OK;
    if (!hex_read(bytes_of(s->args->beacon), s->beacon, sizeof s->beacon))
        return fail(err, EXH_INVALID, "--beacon %s: expected a SHA-256, 64 hexadecimal digits",
                    s->args->beacon);
    s->options.beacon = s->beacon;
    return EXH_OK;
}

static enum exh_status read_signer(struct sealing *s, struct exh_error *err)
{
    const struct seal_args *a = s->args;
    const struct certified_args key = { a->signer, a->cert, a->passphrase, "passphrase" };

    if (!a->signer)
        return EXH_OK;
    enum exh_status status = certified_open(&s->own, &key, s->call, &s->judge.now, err);
    if (status == EXH_OK)
        s->options.signer = &s->own.signer;
    return status;
}

static enum exh_status fill(struct sealing *s, struct exh_error *err)
{
    enum exh_status status = read_frames(s, err);

    if (status == EXH_OK)
        status = read_beacon(s, err);
    if (status == EXH_OK)
        status = read_signer(s, err);
    if (status == EXH_OK && !s->args->clear)
        status = read_recipients(s, err);
    if (status != EXH_OK)
        return status;
    s->options.recipients = s->recipients.list;
    s->options.crypto = exh_crypto_openssl();
    s->options.clock = exh_clock_system();
    s->options.armor = s->args->armor;
    return EXH_OK;
}

enum exh_status sealing_open(struct sealing *s, const struct call *call,
                             const struct seal_args *args, struct exh_error *err)
{
    *s = (struct sealing){ .call = call,
                           .args = args,
                           .in = call->operands.n ? call->operands.items[0] : "-" };
    enum exh_status status = judge_open(&s->judge, &args->judge, &call->shared, err);
    if (status == EXH_OK)
        status = fill(s, err);
    if (status != EXH_OK)
        sealing_close(s);
    return status;
}

void sealing_close(struct sealing *s)
{
    exh_pool_free(s->pool);
    certified_close(&s->own);
    recipients_free(&s->recipients);
    judge_close(&s->judge);
    *s = (struct sealing){ 0 };
}

// Without threads it is slower, and as good.
void sealing_start_pool(struct sealing *s, uint64_t size)
{
    struct exh_error ignored;

    if (exh_pool_processors() > 1 && size >= POOL_FROM)
        (void)exh_pool_new(exh_pool_processors() - 1, &s->pool, &ignored);
    s->options.workers = exh_pool_workers(s->pool);
}

void sealing_see(struct sealing *s, struct exh_bytes first)
{
    s->options.media_type = s->args->media_type ? s->args->media_type : media_type_of(first);
}

const char *sealing_signer(const struct sealing *s)
{
    const struct exh_certificate *c = &s->own.leaf;

    if (!s->options.signer)
        return NULL;
    return c->camera[0] ? c->camera : c->person;
}

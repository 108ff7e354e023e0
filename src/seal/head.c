#include "seal/head.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "seal/commit.h"
#include "seal/recipient.h"

#define STANZA_VERSION "1" // the argument of our stanzas

static const char *const stanza_open[] = { NAME_STANZA_OPEN, STANZA_VERSION };
static const char *const stanza_final[] = { NAME_STANZA_FINAL, STANZA_VERSION };

static size_t stanza_size(const char *const args[2], size_t body_n)
{
    return age_stanza_size(strlen(args[0]) + 1 + strlen(args[1]), body_n);
}

static uint16_t in_centiseconds(uint64_t us)
{
    const uint64_t cs = us / 10000 + (us % 10000 != 0);

    return cs < UINT16_MAX ? (uint16_t)cs : UINT16_MAX;
}

struct ledger_clock head_now(const struct head *h)
{
    const struct exh_clock *clock = h->options->clock;
    struct exh_moment m = { 0 };

    clock->now(clock->ctx, &m);
    const int64_t utc = m.utc_us > LEDGER_TIME_MAX ? LEDGER_TIME_MAX : (int64_t)m.utc_us;
    return (struct ledger_clock){
        .t0_us = utc,
        .t1_us = utc,
        .mono_us = h->mono_before +
                   (m.monotonic_us > h->monotonic_us ? m.monotonic_us - h->monotonic_us : 0),
        .uncertainty_cs = in_centiseconds(m.uncertainty_us),
        .unsynchronised = !m.synchronised,
    };
}

static enum exh_status check_options(const struct exh_seal_options *o, const struct head_form *form,
                                     struct exh_error *err)
{
    if (!o->crypto)
        return fail(err, EXH_INVALID, "no cryptography was given");
    if (form->plain && !o->signer)
        return fail(err, EXH_INVALID, "nothing to do: neither a recipient nor a signer was given");
    if (!form->plain && (!o->recipients || !exh_recipients_count(o->recipients)))
        return fail(err, EXH_INVALID, "nobody could open it: no recipient was given");
    if (!o->signer && (o->frames || o->beacon))
        return fail(err, EXH_INVALID,
                    "frame numbers and beacons stand in a ledger, which needs a signer");
    if (!o->signer)
        return EXH_OK;
    if (!o->media_type || !o->clock)
        return fail(err, EXH_INVALID, "a ledger needs a %s", o->clock ? "media type" : "clock");
    if (!form->plain && recipients_are_passphrase(o->recipients))
        return fail(err, EXH_INVALID,
                    "beside a passphrase the header has no room for a ledger: "
                    "seal to a key, or without a signer");
    return EXH_OK;
}

enum exh_status head_sealer(const struct exh_seal_options *options, struct exh_certificate *out,
                            struct exh_error *err)
{
    const struct exh_signer *signer = options->signer;
    struct exh_chain *chain = NULL;

    if (!ledger_alg_known(signer->alg))
        return fail(err, EXH_UNSUPPORTED,
                    "a ledger is signed with ES256 or Ed25519, not with algorithm %" PRId64,
                    signer->alg);
    enum exh_status status =
        options->crypto->chain_new(signer->chain, signer->chain_n, &chain, err);
    if (status != EXH_OK)
        return within(err, "the sealer's certificate");
    options->crypto->chain_certificate(chain, 0, out);
    options->crypto->chain_free(chain);
    if (!out->camera[0] && !out->person[0])
        return fail(err, EXH_INVALID,
                    "the certificate names neither a camera nor a person (%s… or %s…)",
                    NAME_URN_CAMERA, NAME_URN_PERSON);
    if (options->frames && !out->camera[0])
        return fail(err, EXH_INVALID, "frame numbers are a camera's, and the certificate is of %s",
                    out->person);
    return EXH_OK;
}

static void put_frames(const struct head *h, struct open_entry *e)
{
    const struct exh_frames *frames = h->options->frames;

    if (!frames)
        return;
    e->captured = true;
    e->frame_first = frames->first;
    e->has_frame_last = h->form.one_file;
    e->frame_last = frames->last;
    e->has_prev_capture = frames->prev;
    if (frames->prev)
        memcpy(e->prev_capture, frames->prev, sizeof e->prev_capture);
}

static enum exh_status put_keys(const struct head *h, struct open_entry *e, struct exh_error *err)
{
    const struct exh_seal_options *o = h->options;

    if (h->form.plain)
        return EXH_OK;
    memcpy(e->nonce, h->nonce, sizeof e->nonce);
    return commit_make(o->crypto, h->key, h->nonce, o->signer->chain[0], e->commit, err);
}

/* Sign the open entry, and begin the ledger with it. */
static enum exh_status open_ledger(struct head *h, struct exh_error *err)
{
    const struct exh_seal_options *o = h->options;
    const struct exh_tail *previous = h->form.previous;
    struct exh_certificate sealer;
    enum exh_status status = head_sealer(o, &sealer, err);

    if (status != EXH_OK)
        return status;
    h->segment = previous ? previous->segment + 1 : 0;
    struct open_entry e = {
        .camera_id = bytes_of(sealer.camera[0] ? sealer.camera : sealer.person),
        .media_type = bytes_of(o->media_type),
        .t0_us = head_now(h).t0_us,
        .segment = h->segment,
        .has_previous = previous,
        .policy = h->form.policy | (h->form.plain ? OPEN_PLAIN : 0),
        .has_beacon = o->beacon,
    };
    if (previous)
        memcpy(e.previous, previous->entry, sizeof e.previous);
    if (o->beacon)
        memcpy(e.beacon, o->beacon, sizeof e.beacon);
    put_frames(h, &e);
    status = o->crypto->random(e.stream_id, sizeof e.stream_id, err);
    if (status == EXH_OK)
        status = put_keys(h, &e, err);
    if (status == EXH_OK)
        status = ledger_open(&h->ledger, o->crypto, o->signer, &e, &h->open, err);
    return status == EXH_OK ? buf_finish(&h->open, err) : status;
}

static enum exh_status fix_size(struct head *h, struct exh_error *err)
{
    size_t n = sizeof AGE_VERSION_LINE - 1 + recipients_size(h->recipients) + AGE_MAC_LINE_N;

    if (h->has_ledger)
        n += stanza_size(stanza_open, h->open.n);
    if (h->has_ledger && h->form.one_file)
        n += stanza_size(stanza_final, TICK_SIZE);
    if (n > AGE_HEADER_MAX)
        return fail(err, EXH_LIMIT, "the header would have %zu bytes; %zu are allowed", n,
                    AGE_HEADER_MAX);
    h->size = n;
    return EXH_OK;
}

static enum exh_status make_keys(struct head *h, struct exh_error *err)
{
    const struct exh_crypto *crypto = h->options->crypto;
    enum exh_status status = file_key_new(crypto, &h->key, err);

    if (status == EXH_OK)
        status = crypto->random(h->nonce, sizeof h->nonce, err);
    if (status == EXH_OK)
        memcpy(h->key->nonce, h->nonce, sizeof h->key->nonce);
    return status;
}

enum exh_status head_begin(struct head *h, const struct exh_seal_options *options,
                           const struct head_form *form, struct exh_error *err)
{
    *h = (struct head){ .options = options, .form = *form, .has_ledger = options->signer };
    enum exh_status status = check_options(options, form, err);

    h->open = buf_with_limit(OPEN_ENTRY_MAX);
    if (status == EXH_OK && options->clock) {
        struct exh_moment now = { 0 };
        options->clock->now(options->clock->ctx, &now);
        h->monotonic_us = now.monotonic_us;
    }
    if (status == EXH_OK && !form->plain)
        status = make_keys(h, err);
    if (status == EXH_OK && !form->plain)
        status = recipients_for_file(options->recipients, h->key, &h->recipients, err);
    if (status == EXH_OK && h->has_ledger)
        status = open_ledger(h, err);
    return status == EXH_OK && !form->plain ? fix_size(h, err) : status;
}

enum exh_status head_write(const struct head *h, const uint8_t *tick, struct buf *out,
                           struct exh_error *err)
{
    const size_t at = out->n;

    age_header_put_start(out);
    enum exh_status status = recipients_wrap(h->recipients, h->key, h->options->crypto, out, err);
    if (status != EXH_OK)
        return status;
    if (h->has_ledger)
        age_header_put_stanza(out, stanza_open, ARRAY_N(stanza_open), buf_view(&h->open));
    if (tick)
        age_header_put_stanza(out, stanza_final, ARRAY_N(stanza_final),
                              (struct exh_bytes){ tick, TICK_SIZE });
    status = file_key_end_header(h->key, out, err);
    assert(status != EXH_OK || out->n - at == h->size);
    return status;
}

void head_resume(struct head *h, const struct exh_seal_options *options, uint64_t mono_us,
                 uint64_t segment)
{
    struct exh_moment now = { 0 };

    options->clock->now(options->clock->ctx, &now);
    h->options = options;
    h->form.plain = true;
    h->has_ledger = true;
    h->monotonic_us = now.monotonic_us;
    h->mono_before = mono_us;
    h->segment = segment;
}

void head_forget(struct head *h)
{
    file_key_free(h->key);
    h->key = NULL;
}

void head_free(struct head *h)
{
    head_forget(h);
    exh_recipients_free(h->recipients);
    buf_free(&h->open);
    *h = (struct head){ 0 };
}

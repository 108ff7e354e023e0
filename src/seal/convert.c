#include "seal/convert.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/gcm.h"
#include "crypto/secret.h"
#include "formats/encrocrypt.h"
#include "formats/film.h"
#include "seal/seen.h"

#define MINUTE       60    // seconds
#define LATE         86400 // seconds that a camera's clock may be before ours
#define RUN_KNOWN    8     // packets of a run from which its pace is known
#define SLOT_OVERRUN 2     // per cent of a slot that the recorder may take longer
#define HOURS_MAX    87600
#define SLOT_DIGITS  12
#define SHA256_N     32

struct run { // since the last key
    uint64_t packets;
    uint32_t latest;   // stamp, in minutes since 1970
    uint32_t step_max; // minutes from one packet to the next
};

struct convert {
    struct convert_options options;
    struct encrocrypt_reader reader;
    struct convert_report report;
    char camera[EXH_OPENPGP_FINGERPRINT_MAX]; // whose signature counts; "": whoever comes first
    struct gcm *gcm;                          // NULL: no key yet
    struct seen nonces, keys;
    uint64_t keys_opened;
    struct run run;
    struct film film; // of this run
    uint32_t minute;  // of the last packet that came out
    bool any;         // something in the file is EncroCrypt2
    bool refused;     // the last key packet was left out, and no video was opened since
    bool told_no_key, told_many_keys, told_many_nonces, told_signer;
    bool ended;
};

PRINTF_LIKE(4, 5)
static void tell(struct convert *c, enum convert_code code, uint64_t at, const char *fmt, ...)
{
    struct convert_finding f = { .code = code, .at = at };
    va_list args;

    if (c->report.findings[code].n++ == 0)
        c->report.findings[code].at = at;
    va_start(args, fmt);
    vsnprintf(f.text, sizeof f.text, fmt, args);
    va_end(args);
    if (c->options.tell)
        c->options.tell(c->options.ctx, &f);
}

// --- keys

/* Whether this signature makes a key count; what speaks against it is told. */
static bool signed_by_camera(struct convert *c, uint64_t at, const struct exh_openpgp_signer *s)
{
    switch (s->signature) {
    case EXH_OPENPGP_UNSIGNED:
        tell(c, CONVERT_KEY_UNSIGNED, at, "key packet at %" PRIu64 ": not signed", at);
        return false;
    case EXH_OPENPGP_BAD:
        tell(c, CONVERT_KEY_BAD_SIGNATURE, at,
             "key packet at %" PRIu64 ": the signature of %s does not hold", at, s->fingerprint);
        return false;
    case EXH_OPENPGP_UNKNOWN_KEY:
        tell(c, CONVERT_KEY_UNKNOWN_SIGNER, at,
             "key packet at %" PRIu64 ": signed by %s, whose public key is not in GnuPG's keyring",
             at, s->fingerprint);
        return false;
    case EXH_OPENPGP_REVOKED:
    case EXH_OPENPGP_GOOD: break;
    }
    // As EncroCam compares: the key that signed, not the primary key that a subkey belongs to.
    if (*c->camera && strcmp(c->camera, s->fingerprint) != 0) {
        tell(c, CONVERT_KEY_OTHER_SIGNER, at, "key packet at %" PRIu64 ": signed by %s, not by %s",
             at, s->fingerprint, c->camera);
        return false;
    }
    return true;
}

/* The first key that counts says who signs the rest. */
static void note_signer(struct convert *c, uint64_t at, const struct exh_openpgp_signer *s)
{
    if (c->told_signer)
        return;
    c->told_signer = true;
    c->report.signer = *s;
    if (s->signature == EXH_OPENPGP_REVOKED)
        tell(c, CONVERT_SIGNER_REVOKED, at, "the signing key %s was revoked", s->fingerprint);
    else if (!*c->camera && !s->trusted)
        tell(c, CONVERT_SIGNER_UNTRUSTED, at,
             "keys are signed by %s: compare it with the camera's fingerprint", s->fingerprint);
    memcpy(c->camera, s->fingerprint, sizeof c->camera);
}

static enum exh_status note_key(struct convert *c, uint64_t at, const uint8_t key[GCM_KEY],
                                struct exh_error *err)
{
    const struct exh_crypto *crypto = c->options.crypto;
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    uint8_t digest[EXH_HASH_MAX];
    bool before;

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, key, GCM_KEY);
    crypto->hash_final(h, digest);
    enum exh_status status = seen_add(&c->keys, digest, &before, err);
    if (status == EXH_OK && before)
        tell(c, CONVERT_KEY_REPEATED, at, "key packet at %" PRIu64 ": the key was there before",
             at);
    return status;
}

/* The recorder starts its encoder anew for each key: so each key begins a film. */
static void end_film(struct convert *c, uint64_t at)
{
    if (film_is_open(&c->film))
        tell(c, CONVERT_FILM_OPEN, at, "the film that stops at %" PRIu64 " has no end", at);
    film_begin(&c->film);
}

static enum exh_status use_key(struct convert *c, uint64_t at, const uint8_t key[GCM_KEY],
                               struct exh_error *err)
{
    struct gcm *gcm = gcm_new(key);

    if (!gcm)
        return fail_no_memory(err);
    gcm_free(c->gcm);
    c->gcm = gcm;
    end_film(c, at);
    c->run = (struct run){ 0 };
    c->refused = false;
    c->told_no_key = false;
    c->report.keys++;
    return note_key(c, at, key, err);
}

/* Decrypt a message and take its key. Left out: *taken is false, and why is told. */
static enum exh_status open_key(struct convert *c, const struct encrocrypt_packet *p, uint8_t *key,
                                size_t size, bool *taken, struct exh_error *err)
{
    const struct exh_openpgp *pgp = c->options.openpgp;
    struct exh_openpgp_signer signer = { 0 };
    size_t n = 0;
    const enum exh_status status = pgp->decrypt(pgp->ctx, (struct exh_bytes){ p->data, p->data_n },
                                                key, size, &n, &signer, err);

    *taken = false;
    if (status == EXH_NOT_FOUND)
        tell(c, CONVERT_KEY_FOREIGN, p->at, "key packet at %" PRIu64 ": %.180s", p->at, err->text);
    else if (status == EXH_MALFORMED || status == EXH_LIMIT)
        tell(c, CONVERT_KEY_UNREADABLE, p->at, "key packet at %" PRIu64 ": %.180s", p->at,
             err->text);
    else if (status != EXH_OK)
        return status;
    else if (!signed_by_camera(c, p->at, &signer))
        return EXH_OK;
    else if (n != GCM_KEY)
        tell(c, CONVERT_KEY_UNREADABLE, p->at,
             "key packet at %" PRIu64 ": a key of %zu bytes; %d were expected", p->at, n, GCM_KEY);
    else
        *taken = true;
    if (*taken)
        note_signer(c, p->at, &signer);
    return EXH_OK;
}

/* A key that does not count changes nothing: what follows may still be for the one before. */
static enum exh_status take_key(struct convert *c, const struct encrocrypt_packet *p,
                                struct exh_error *err)
{
    uint8_t *key;
    bool taken;

    c->refused = true;
    c->told_no_key = false;
    if (c->keys_opened == CONVERT_KEYS_MAX) {
        if (!c->told_many_keys)
            tell(c, CONVERT_KEYS_TOO_MANY, p->at,
                 "key packet at %" PRIu64 ": %d were opened before it, no more are", p->at,
                 CONVERT_KEYS_MAX);
        c->told_many_keys = true;
        c->report.lost += p->n;
        return EXH_OK;
    }
    c->keys_opened++;
    key = secret_new(EXH_OPENPGP_SECRET_MAX);
    if (!key)
        return fail_no_memory(err);
    enum exh_status status = open_key(c, p, key, EXH_OPENPGP_SECRET_MAX, &taken, err);
    if (status == EXH_OK && taken)
        status = use_key(c, p->at, key, err);
    else
        c->report.lost += p->n;
    secret_free(key, EXH_OPENPGP_SECRET_MAX);
    return status;
}

// --- video

static enum exh_status note_nonce(struct convert *c, const struct encrocrypt_packet *p,
                                  bool *before, struct exh_error *err)
{
    enum exh_status status = seen_add(&c->nonces, p->nonce, before, err);

    if (status == EXH_LIMIT) {
        if (!c->told_many_nonces)
            tell(c, CONVERT_NONCES_TOO_MANY, p->at,
                 "from %" PRIu64 " on, packets are only compared with the first %zu", p->at,
                 SEEN_MAX);
        c->told_many_nonces = true;
        status = EXH_OK;
    }
    if (status == EXH_OK && *before)
        tell(c, CONVERT_NONCE_REPEATED, p->at,
             "video packet at %" PRIu64 ": the same one stands before it", p->at);
    return status;
}

/*
 * A run of the recorder writes at an even pace. Once it is known, a step of more than one minute over the
 * longest is a gap: stamps are whole minutes, so that less shows nothing.
 */
static void note_pace(struct convert *c, const struct encrocrypt_packet *p)
{
    struct run *run = &c->run;
    const uint32_t step = run->packets && p->minute > run->latest ? p->minute - run->latest : 0;

    if (run->packets >= RUN_KNOWN && step > run->step_max + 1)
        tell(c, CONVERT_TIME_GAP, p->at,
             "video packet at %" PRIu64 ": stamped %" PRIu32 " min after the one before it", p->at,
             step);
    else if (step > run->step_max)
        run->step_max = step;
    if (!run->packets++ || p->minute > run->latest)
        run->latest = p->minute;
}

static void note_minute(struct convert *c, const struct encrocrypt_packet *p)
{
    const struct convert_slot *slot = c->options.slot;
    const int64_t from = (int64_t)p->minute * MINUTE;
    const bool first = c->report.packets == 0;

    if (!first && p->minute < c->minute)
        tell(c, CONVERT_TIME_BACKWARDS, p->at,
             "video packet at %" PRIu64 ": stamped %" PRIu32 " min before the one before it", p->at,
             c->minute - p->minute);
    note_pace(c, p);
    if (c->options.now < INT64_MAX - LATE && from > c->options.now + LATE)
        tell(c, CONVERT_TIME_FUTURE, p->at,
             "video packet at %" PRIu64 ": stamped %" PRId64 " hours from now", p->at,
             (from - c->options.now) / 3600);
    if (slot && (from + MINUTE <= slot->from || from >= slot->until))
        tell(c, CONVERT_OUTSIDE_SLOT, p->at,
             "video packet at %" PRIu64 ": stamped outside the time of the file's name", p->at);
    if (first || p->minute < c->report.first_minute)
        c->report.first_minute = p->minute;
    if (first || p->minute > c->report.last_minute)
        c->report.last_minute = p->minute;
    c->minute = p->minute;
}

/* Video that no key opens. Under a key that was left out, that is no sign of damage. */
static void lose_video(struct convert *c, const struct encrocrypt_packet *p)
{
    c->report.lost += p->n;
    film_lost(&c->film);
    if (c->gcm && !c->refused) {
        tell(c, CONVERT_BAD_MAC, p->at,
             "video packet at %" PRIu64 ": its %" PRIu64 " bytes were changed", p->at, p->n);
        return;
    }
    if (!c->told_no_key)
        tell(c, CONVERT_NO_KEY, p->at, "video from %" PRIu64 " on: no key opens it", p->at);
    c->told_no_key = true;
}

/* Decrypt a packet; *came_out tells whether it is authentic. */
static enum exh_status take_video(struct convert *c, const struct encrocrypt_packet *p,
                                  bool *came_out, struct exh_error *err)
{
    bool before;

    *came_out = c->gcm && gcm_open(c->gcm, p->nonce, p->tag, p->data, p->data_n);
    if (!*came_out) {
        lose_video(c, p);
        return EXH_OK;
    }
    c->refused = false;
    note_minute(c, p);
    c->report.packets++;
    c->report.bytes += p->data_n;
    enum exh_status status = note_nonce(c, p, &before, err);
    // A repeated packet is told as such; the film goes on behind it.
    if (status == EXH_OK && !before &&
        !film_add(&c->film, (struct exh_bytes){ p->data, p->data_n }))
        tell(c, CONVERT_FILM_BREAKS, p->at,
             "video packet at %" PRIu64 ": not what follows on the one before it", p->at);
    return status;
}

// --- the rest

static void note_gap(struct convert *c, const struct encrocrypt_packet *p)
{
    static const struct {
        enum convert_code code;
        const char *what;
    } gaps[] = {
        [ENCROCRYPT_JUNK] = { CONVERT_JUNK, "belong to no packet" },
        [ENCROCRYPT_CUT] = { CONVERT_CUT, "are the beginning of a packet that is cut by another" },
        [ENCROCRYPT_TRUNCATED] = { CONVERT_TRUNCATED,
                                   "are the beginning of a packet that the file cuts" },
        [ENCROCRYPT_TOO_LONG] = { CONVERT_TOO_LONG, "stand behind a forged or damaged length" },
        [ENCROCRYPT_TOO_SHORT] = { CONVERT_TOO_SHORT, "are a packet without content" },
        [ENCROCRYPT_UNKNOWN] = { CONVERT_UNKNOWN_TYPE, "are a packet of an unknown type" },
    };

    c->report.lost += p->n;
    film_lost(&c->film);
    // The name alone is no recording: programs that read them hold it too.
    c->any |=
        p->n >= ENCROCRYPT_HEADER && (p->kind == ENCROCRYPT_CUT || p->kind == ENCROCRYPT_TRUNCATED);
    tell(c, gaps[p->kind].code, p->at, "%" PRIu64 " bytes at %" PRIu64 " %s", p->n, p->at,
         gaps[p->kind].what);
}

uint64_t convert_position(const struct convert *c)
{
    return c->reader.at + c->reader.done;
}

static enum exh_status end(struct convert *c, struct exh_error *err)
{
    const uint64_t size = convert_position(c);

    c->ended = true;
    if (!c->any)
        return fail(err, EXH_MALFORMED,
                    "no packet of EncroCrypt2 in %" PRIu64 " bytes: not a recording of EncroCam",
                    size);
    end_film(c, size);
    if (!c->report.packets)
        tell(c, CONVERT_EMPTY, size, "no video came out");
    return EXH_OK;
}

enum exh_status convert_next(struct convert *c, struct exh_bytes *piece, struct exh_error *err)
{
    struct encrocrypt_packet p;
    bool came_out = false;
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && !c->ended && !came_out) {
        status = encrocrypt_next(&c->reader, &p, err);
        if (status != EXH_OK)
            break;
        if (p.kind == ENCROCRYPT_END) {
            status = end(c, err);
        } else if (p.kind == ENCROCRYPT_KEY) {
            c->any = true;
            status = take_key(c, &p, err);
        } else if (p.kind == ENCROCRYPT_VIDEO) {
            c->any = true;
            status = take_video(c, &p, &came_out, err);
        } else {
            note_gap(c, &p);
        }
    }
    if (status == EXH_OK)
        *piece = came_out ? (struct exh_bytes){ p.data, p.data_n } : (struct exh_bytes){ 0 };
    return status;
}

static enum exh_status set_camera(struct convert *c, const char *fingerprint, struct exh_error *err)
{
    uint8_t raw[EXH_OPENPGP_FINGERPRINT_MAX / 2];
    const size_t n = strlen(fingerprint);

    if ((n != 40 && n != 64) || !hex_read(bytes_of(fingerprint), raw, n / 2))
        return fail(err, EXH_INVALID,
                    "'%.70s' is no fingerprint of an OpenPGP key: 40 or 64 hexadecimal digits",
                    fingerprint);
    for (size_t i = 0; i < n; i++)
        c->camera[i] = (char)toupper((unsigned char)fingerprint[i]);
    return EXH_OK;
}

enum exh_status convert_open(const struct exh_source *source, const struct convert_options *options,
                             struct convert **out, struct exh_error *err)
{
    struct convert *c = calloc(1, sizeof *c);

    if (!c)
        return fail_no_memory(err);
    c->options = *options;
    c->reader = encrocrypt_over(source);
    film_begin(&c->film);
    enum exh_status status = options->camera ? set_camera(c, options->camera, err) : EXH_OK;
    if (status == EXH_OK)
        status = seen_init(&c->nonces, options->crypto, err);
    if (status == EXH_OK)
        status = seen_init(&c->keys, options->crypto, err);
    if (status == EXH_OK)
        *out = c;
    else
        convert_close(c);
    return status;
}

void convert_close(struct convert *c)
{
    if (!c)
        return;
    gcm_free(c->gcm);
    seen_free(&c->nonces);
    seen_free(&c->keys);
    encrocrypt_free(&c->reader);
    free(c);
}

const struct convert_report *convert_report(const struct convert *c)
{
    return &c->report;
}

const char *convert_media_type(const struct convert *c)
{
    return film_media_type(&c->film);
}

bool convert_slot_of(const char *name, unsigned hours, struct convert_slot *out)
{
    static const char before[] = "rec-", behind[] = ".encrocam";
    const char *slash = strrchr(name, '/');
    const char *p = slash ? slash + 1 : name;
    int64_t slot = 0;
    size_t digits = 0;

    if (strncmp(p, before, sizeof before - 1) != 0 || !hours || hours > HOURS_MAX)
        return false;
    for (p += sizeof before - 1; isdigit((unsigned char)*p) && digits < SLOT_DIGITS; p++, digits++)
        slot = 10 * slot + (*p - '0');
    const int64_t length = (int64_t)hours * 3600;
    if (!digits || strcmp(p, behind) != 0 || slot > UINT32_MAX * (int64_t)MINUTE / length)
        return false;
    out->from = slot * length;
    out->until = out->from + length + length * SLOT_OVERRUN / 100 + MINUTE;
    return true;
}

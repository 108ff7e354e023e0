#include "log/note.h"

#include "base/reader.h"
#include "base/text.h"
#include "formats/base64.h"
#include "log/note_name.h"

#include <stdio.h>
#include <string.h>

#define DASH         "\u2014 " // in front of every signature
#define ID_N         4
#define SIGNATURE_N  64                                 // bytes of Ed25519
#define SIGNED_CHARS ((ID_N + SIGNATURE_N + 2) / 3 * 4) // of base64
#define PIECE        1024 // characters of base64 that are looked at in one go

// Whether text is base64 of more bytes than an id has; signatures of kinds unknown to us may be long.
static bool is_signature(struct exh_bytes text)
{
    uint8_t bytes[PIECE / 4 * 3];
    size_t n, total = 0;

    for (; text.n > PIECE; text.p += PIECE, text.n -= PIECE, total += sizeof bytes) {
        if (!base64_read((struct exh_bytes){ text.p, PIECE }, bytes))
            return false;
    }
    return base64_read_padded(text, bytes, &n) && total + n > ID_N;
}

// A line without its newline.
static bool read_signature(struct exh_bytes line, struct note_signature *out)
{
    struct reader r = reader_over(line, 0);
    uint8_t id[6];
    size_t n;

    if (!bytes_are(reader_take(&r, strlen(DASH)), DASH))
        return false;
    out->name = reader_until(&r, ' ');
    out->base64 = r.rest;
    if (r.failed || !note_name_valid(out->name) || !is_signature(out->base64) ||
        !base64_read_padded((struct exh_bytes){ out->base64.p, 8 }, id, &n))
        return false;
    out->id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    return true;
}

bool note_next_signature(struct exh_bytes *lines, struct note_signature *out)
{
    struct reader r = reader_over(*lines, 0);
    struct exh_bytes line = reader_until(&r, '\n');

    if (r.failed || !read_signature(line, out))
        return false;
    *lines = r.rest;
    return true;
}

// Where the last empty line is: behind the text's last newline. 0: nowhere.
static size_t end_of_text(struct exh_bytes bytes)
{
    for (size_t i = bytes.n; i >= 2; i--) {
        if (bytes.p[i - 1] == '\n' && bytes.p[i - 2] == '\n')
            return i - 1;
    }
    return 0;
}

enum exh_status note_read(struct exh_bytes bytes, struct note *out, struct exh_error *err)
{
    struct note note = { 0 };
    struct note_signature signature;

    if (bytes.n > NOTE_MAX)
        return fail(err, EXH_LIMIT, "a note of %zu bytes is longer than %zu", bytes.n, NOTE_MAX);
    if (!note_text_valid(bytes))
        return fail(err, EXH_MALFORMED, "a note is not UTF-8, or has control characters");
    const size_t n = end_of_text(bytes);
    if (!n)
        return fail(err, EXH_MALFORMED, "a note has no empty line in front of its signatures");
    note.text = (struct exh_bytes){ bytes.p, n };
    note.signatures = (struct exh_bytes){ bytes.p + n + 1, bytes.n - n - 1 };
    struct exh_bytes rest = note.signatures;
    while (rest.n && note.n <= NOTE_SIGNATURES_MAX) {
        if (!note_next_signature(&rest, &signature))
            return fail(err, EXH_MALFORMED, "line %zu of a note's signatures is none", note.n + 1);
        note.n++;
    }
    if (!note.n)
        return fail(err, EXH_MALFORMED, "a note has no signatures");
    if (note.n > NOTE_SIGNATURES_MAX)
        return fail(err, EXH_LIMIT, "a note has more than %d signatures", NOTE_SIGNATURES_MAX);
    *out = note;
    return EXH_OK;
}

static const struct note_key *key_of(const struct note_signature *signature,
                                     const struct note_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (keys[i].id == signature->id && bytes_are(signature->name, keys[i].name))
            return &keys[i];
    }
    return NULL;
}

static enum exh_status check_signature(const struct exh_crypto *crypto, const struct note *note,
                                       const struct note_signature *signature,
                                       const struct note_key *key, struct exh_judgement *out,
                                       struct exh_error *err)
{
    uint8_t bytes[SIGNED_CHARS / 4 * 3];
    size_t n = 0;

    *out = (struct exh_judgement){ .holds = false };
    if (signature->base64.n != SIGNED_CHARS || !base64_read_padded(signature->base64, bytes, &n) ||
        n != ID_N + SIGNATURE_N) {
        snprintf(out->reason, sizeof out->reason, "the signature is not one of Ed25519");
        return EXH_OK;
    }
    return crypto->ed25519_check(key->public_key, note->text, bytes + ID_N, out, err);
}

enum exh_status note_check(const struct exh_crypto *crypto, const struct note *note,
                           const struct note_key *keys, size_t n, struct exh_judgement *out,
                           struct exh_error *err)
{
    struct exh_judgement judgement = { .holds = false };
    struct exh_bytes rest = note->signatures;
    struct note_signature signature;

    if (!crypto->ed25519_check)
        return fail(err, EXH_UNSUPPORTED, "Ed25519 is not available here");
    snprintf(judgement.reason, sizeof judgement.reason, "no known key has signed the note");
    while (note_next_signature(&rest, &signature)) {
        const struct note_key *key = key_of(&signature, keys, n);
        if (!key)
            continue;
        enum exh_status status = check_signature(crypto, note, &signature, key, &judgement, err);
        if (status)
            return status;
        if (!judgement.holds) // then the note is refused, whoever else has signed it
            break;
    }
    *out = judgement;
    return EXH_OK;
}

enum exh_status note_sign(const struct note_signer *signer, struct exh_bytes text, struct buf *to,
                          struct exh_error *err)
{
    uint8_t bytes[ID_N + SIGNATURE_N];
    char base64[SIGNED_CHARS];
    const uint32_t id = signer->key.id;

    if (!text.n || text.p[text.n - 1] != '\n' || !note_text_valid(text))
        return fail(err, EXH_INVALID, "a note's text is not lines of UTF-8");
    if (signer->signer.signature_size != SIGNATURE_N)
        return fail(err, EXH_INVALID, "a note is signed with Ed25519 only");
    for (size_t i = 0; i < ID_N; i++)
        bytes[i] = (uint8_t)(id >> (24 - 8 * i));
    enum exh_status status = signer->signer.sign(signer->signer.ctx, text, bytes + ID_N, err);
    if (status)
        return status;
    base64_write_padded(base64, bytes, sizeof bytes);
    buf_put_bytes(to, text);
    buf_printf(to, "\n" DASH "%s %.*s\n", signer->key.name, (int)sizeof base64, base64);
    return EXH_OK;
}

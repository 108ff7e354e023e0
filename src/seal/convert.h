/*
 * convert.h -- old recordings of EncroCam as plaintext, with what is wrong with them.
 *
 *     const struct convert_options options = { .crypto = ..., .openpgp = ..., .now = time(NULL) };
 *     struct convert *c = NULL;
 *     status = convert_open(&source, &options, &c, &err);
 *     while (status == EXH_OK && (status = convert_next(c, &piece, &err)) == EXH_OK && piece.n)
 *         ... piece is authentic: encrypted by somebody who knew a key that the camera signed ...
 *     const struct convert_report *report = convert_report(c);
 *
 * Only the keys in such a file are signed. The order of its packets, their times, and that none is missing
 * are nowhere proven, and whoever can read the recording can make another one. What shows all the same
 * is a finding, where EncroCam's own reader goes on in silence: stamps that contradict each other, packets
 * that stand there twice, and a film that does not go on where it stopped (formats/film.h). Nothing is lost
 * that can be read: damage costs the packet that it lies in.
 *
 * The plaintext is what EncroCam's encoder wrote: MPEG-TS with M3U8 playlists between its segments. It goes
 * through as it is; players and ffmpeg find the next packet by themselves.
 */
#ifndef SEAL_CONVERT_H
#define SEAL_CONVERT_H

#include <stdbool.h>

#include "base/error.h"

#include <exhibit/crypto.h>
#include <exhibit/openpgp.h>
#include <exhibit/source.h>

#define CONVERT_KEYS_MAX \
    4096                     // key packets that are opened; each costs a call of GnuPG, about 20 ms
#define CONVERT_TEXT_MAX 256 // bytes of a sentence, with its NUL

/* What a finding means for the whole. */
enum convert_class {
    CONVERT_ALTERED,    // bytes are not as EncroCam wrote them
    CONVERT_INCOMPLETE, // something is missing, or could not be read
    CONVERT_CONFLICT,   // times contradict each other, the name, or the clock
    CONVERT_UNTRUSTED,  // nothing says whose key signed
    CONVERT_REVOKED,    // the key that signed was revoked
};

enum convert_code {
    CONVERT_BAD_MAC,
    CONVERT_JUNK,
    CONVERT_TOO_LONG,
    CONVERT_TOO_SHORT,
    CONVERT_UNKNOWN_TYPE,
    CONVERT_CUT,
    CONVERT_TRUNCATED,
    CONVERT_NO_KEY,
    CONVERT_KEY_UNREADABLE,
    CONVERT_KEY_FOREIGN,
    CONVERT_KEY_UNSIGNED,
    CONVERT_KEY_BAD_SIGNATURE,
    CONVERT_KEY_UNKNOWN_SIGNER,
    CONVERT_KEY_OTHER_SIGNER,
    CONVERT_KEY_REPEATED,
    CONVERT_KEYS_TOO_MANY,
    CONVERT_NONCE_REPEATED,
    CONVERT_NONCES_TOO_MANY,
    CONVERT_FILM_BREAKS,
    CONVERT_FILM_OPEN,
    CONVERT_TIME_BACKWARDS,
    CONVERT_TIME_GAP,
    CONVERT_TIME_FUTURE,
    CONVERT_OUTSIDE_SLOT,
    CONVERT_SIGNER_UNTRUSTED,
    CONVERT_SIGNER_REVOKED,
    CONVERT_EMPTY,
    CONVERT_CODES_N,
};

struct convert_finding {
    enum convert_code code;
    uint64_t at;                 // offset in the file
    char text[CONVERT_TEXT_MAX]; // one sentence
};

/* The slot of time that a recording's name promises, Unix seconds. */
struct convert_slot {
    int64_t from, until; // exclusive
};

struct convert_options {
    const struct exh_crypto *crypto;
    const struct exh_openpgp *openpgp;
    // Fingerprint of the key that signs the camera's keys. NULL: the first that is found signs all.
    const char *camera;
    const struct convert_slot *slot; // NULL: the name tells none
    int64_t now;                     // Unix seconds; INT64_MAX: no stamp is too late
    void (*tell)(void *ctx,
                 const struct convert_finding *finding); // each as it is found; may be NULL
    void *ctx;
};

struct convert_report {
    struct {
        uint64_t n;  // how often
        uint64_t at; // the first
    } findings[CONVERT_CODES_N];
    uint64_t keys;    // that were taken
    uint64_t packets; // of video that came out
    uint64_t bytes;   // of plaintext that came out
    uint64_t lost;    // bytes of the file that gave nothing: damage, and what no key opened
    uint32_t first_minute,
        last_minute; // least and greatest stamp, in minutes since 1970; 0 when packets is 0
    struct exh_openpgp_signer signer; // of the first key that was taken; keys is 0: none
};

struct convert; // owned; convert_close()

/* Everything in options is borrowed until convert_close(). EXH_INVALID (camera)  EXH_CRYPTO  EXH_NO_MEMORY */
NODISCARD enum exh_status convert_open(const struct exh_source *source,
                                       const struct convert_options *options, struct convert **out,
                                       struct exh_error *err);
void convert_close(struct convert *c); // NULL is allowed; wipes

/*
 * The next piece of plaintext, borrowed until the next call; of 0 bytes at the end.
 *
 * EXH_MALFORMED  there is no packet in the file at all
 * EXH_DENIED     the owner's key needs a passphrase that was not given
 * EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO  EXH_UNSUPPORTED
 */
NODISCARD enum exh_status convert_next(struct convert *c, struct exh_bytes *piece,
                                       struct exh_error *err);

/* How much of the file is behind us, and what was found so far. Borrowed until convert_close(). */
uint64_t convert_position(const struct convert *c);
const struct convert_report *convert_report(const struct convert *c);

/* What the plaintext seems to be, by what came out so far: a media type. Borrowed for ever. */
const char *convert_media_type(const struct convert *c);

/* Stable name of a code, as JSON has it: "bad-mac"; what it means; and in which class it falls. */
const char *convert_code_name(enum convert_code code);
const char *convert_code_words(enum convert_code code);
enum convert_class convert_code_class(enum convert_code code);

/*
 * The slot that a file name promises: "rec-<slot>.encrocam" of a camera that begins a new file every so
 * many hours, 24 by default. False for other names, and for slots that no clock has.
 */
bool convert_slot_of(const char *name, unsigned hours, struct convert_slot *out);

#endif

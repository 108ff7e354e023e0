/*
 * note.h -- text signed with Ed25519 keys that have names instead of certificates.
 *
 * Others may sign the same note with keys, and of kinds, that we do not know: those are left aside.
 *
 * Spec: C2SP signed-note, "Format", "Signatures", "Verifier keys".
 */
#ifndef LOG_NOTE_H
#define LOG_NOTE_H

#include "base/buf.h"

#include <exhibit/key.h>

#define NOTE_MAX            ((size_t)128 << 10)  // bytes; post-quantum signatures have 5 kB each
#define NOTE_SIGNATURES_MAX 64                   // 16 at least must be accepted
#define NOTE_NAME_MAX       256                  // bytes of a key's name that we know, with its NUL
#define NOTE_KEY_MAX        (NOTE_NAME_MAX + 64) // bytes of a key as text, with its NUL

/* Whose signatures are known: a name, and an Ed25519 key. */
struct note_key {
    char name[NOTE_NAME_MAX]; // UTF-8 without spaces and plus
    uint32_t id;              // of name and key
    uint8_t public_key[32];
};

/* EXH_INVALID: a name that cannot be one. EXH_NO_MEMORY */
NODISCARD enum exh_status note_key_init(const struct exh_crypto *crypto, struct exh_bytes name,
                                        const uint8_t public_key[32], struct note_key *out,
                                        struct exh_error *err);

/*
 * Read a key as text, "name+id+key". EXH_MALFORMED (also an id that is not of this name and key)
 * EXH_UNSUPPORTED (another kind than Ed25519)  EXH_LIMIT  EXH_NO_MEMORY
 */
NODISCARD enum exh_status note_key_read(const struct exh_crypto *crypto, struct exh_bytes text,
                                        struct note_key *out, struct exh_error *err);
void note_key_write(const struct note_key *key, char to[NOTE_KEY_MAX]); // with NUL

/* A note taken apart; borrowed from its bytes. */
struct note {
    struct exh_bytes text;       // what is signed, with its last newline
    struct exh_bytes signatures; // lines; note_next_signature()
    size_t n;                    // how many; 1 to NOTE_SIGNATURES_MAX
};

struct note_signature {
    struct exh_bytes name;
    uint32_t id;
    struct exh_bytes base64; // of id and signature
};

/* Take a note apart; nobody's signature is looked at yet. EXH_MALFORMED  EXH_LIMIT */
NODISCARD enum exh_status note_read(struct exh_bytes bytes, struct note *out,
                                    struct exh_error *err);

/* The next signature of a note that was read, out of what is left of its lines. False: there is none. */
bool note_next_signature(struct exh_bytes *lines, struct note_signature *out);

/*
 * Whether a note is signed: at least one of the n keys signed it, and none of them wrongly.
 * EXH_NO_MEMORY  EXH_UNSUPPORTED (the table has no Ed25519)
 */
NODISCARD enum exh_status note_check(const struct exh_crypto *crypto, const struct note *note,
                                     const struct note_key *keys, size_t n,
                                     struct exh_judgement *out, struct exh_error *err);

/* Who signs: the key as others know it, and the signer that has its secret (crypto/ed25519.h). */
struct note_signer {
    struct note_key key;
    struct exh_signer signer;
};

/*
 * Sign a text and put the note into `to`. EXH_INVALID: a text that cannot be a note's; and what the
 * signer says. EXH_LIMIT  EXH_NO_MEMORY: with buf_finish().
 */
NODISCARD enum exh_status note_sign(const struct note_signer *signer, struct exh_bytes text,
                                    struct buf *to, struct exh_error *err);

#endif

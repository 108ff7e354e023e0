/*
 * encrocrypt.h -- EncroCrypt2, the format of EncroCam's recordings, packet by packet.
 *
 * A file is any number of packets, one behind the other; integers are big-endian:
 *
 *     0   13  "__EncroCrypt2"
 *     13   1  type: 1 key, 2 video
 *     14   4  bytes that follow
 *     18      key: an OpenPGP message, binary, encrypted and signed; in it an AES-128 key, for the video behind
 *             video: minutes since 1970 (4), nonce (16), ciphertext, tag (16): AES-128-GCM, no associated data
 *
 * There is no header, no end and no sequence number. Decrypting is seal/convert.h's work.
 *
 * Whatever does not fit is skipped up to the next "__EncroCrypt2", and told: a file that was cut, joined or
 * damaged loses only what is damaged. A packet whose data holds the beginning of another one was cut by it,
 * and reading goes on there. The source is read once, in order, in linear time.
 */
#ifndef FORMATS_ENCROCRYPT_H
#define FORMATS_ENCROCRYPT_H

#include <exhibit/source.h>

#include "base/error.h"

#define ENCROCRYPT_MAGIC  "__EncroCrypt2"
#define ENCROCRYPT_HEADER 18 // bytes: magic, type, length
#define ENCROCRYPT_NONCE  16
#define ENCROCRYPT_TAG    16
#define ENCROCRYPT_AROUND (4 + ENCROCRYPT_NONCE + ENCROCRYPT_TAG) // bytes around a ciphertext

// What the format's writer puts into one packet at most. Its own reader refuses the last 36 bytes of it.
#define ENCROCRYPT_PLAIN_MAX ((size_t)10 << 20)
#define ENCROCRYPT_DATA_MAX  (ENCROCRYPT_PLAIN_MAX + ENCROCRYPT_AROUND)

enum encrocrypt_kind {
    ENCROCRYPT_END, // nothing is left
    ENCROCRYPT_KEY,
    ENCROCRYPT_VIDEO,
    // Stretches that are no packet:
    ENCROCRYPT_JUNK,      // bytes that begin no packet
    ENCROCRYPT_CUT,       // a packet that ends too early, where another one begins
    ENCROCRYPT_TRUNCATED, // a packet that ends too early, with the file
    ENCROCRYPT_TOO_LONG,  // a packet that claims more than ENCROCRYPT_DATA_MAX bytes
    ENCROCRYPT_TOO_SHORT, // a packet without room for what its type has
    ENCROCRYPT_UNKNOWN,   // a packet of an unknown type
};

/* One packet, or one stretch that is none. */
struct encrocrypt_packet {
    enum encrocrypt_kind kind;
    uint64_t at;     // offset in the file
    uint64_t n;      // bytes that it takes there, with its header
    uint32_t length; // as its header says; 0 without a header
    uint8_t type;    // as its header says; 0 without a header
    // Of a video packet: when it was written, in minutes since 1970. Nothing protects this number.
    uint32_t minute;
    const uint8_t *nonce, *tag;
    // OpenPGP message or ciphertext. Borrowed until the next call; may be decrypted in place.
    uint8_t *data;
    size_t data_n;
};

struct encrocrypt_reader {
    const struct exh_source *source; // borrowed
    uint8_t *bytes;                  // owned: [begin, end) was read and is not done with
    size_t size, begin, end;
    size_t done; // of these, what the last packet took
    uint64_t at; // offset in the file of bytes[begin]
};

struct encrocrypt_reader encrocrypt_over(const struct exh_source *source);
void encrocrypt_free(struct encrocrypt_reader *r);

/* The next packet or stretch. EXH_IO  EXH_NO_MEMORY */
NODISCARD enum exh_status encrocrypt_next(struct encrocrypt_reader *r,
                                          struct encrocrypt_packet *out, struct exh_error *err);

#endif

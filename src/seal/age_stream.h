/*
 * age_stream.h -- the payload of an age file: a nonce, then sealed chunks of 64 KiB.
 *
 *     NONCE 16 | chunk 0: 65536 + 16 | chunk 1 | ... | last chunk: 1 to 65536, + 16
 *
 * Only an empty payload has an empty last chunk. Offsets into the chunks leave header and nonce out: chunk
 * n begins at n * AGE_SEALED_N. Below are the pieces that a pipeline of several threads is made of, then
 * a writer and a reader for one thread: sinks that pass on to another sink.
 *
 * A file key and nonce must never seal a second payload: there is no way here to go on with one.
 *
 * Spec: C2SP age, "Payload".
 */
#ifndef SEAL_AGE_STREAM_H
#define SEAL_AGE_STREAM_H

#include <stdbool.h>

#include "base/error.h"
#include "crypto/aead.h"
#include "seal/file_key.h"

#include <exhibit/source.h>

#define AGE_CHUNK_N   65536                    // bytes of a chunk in clear
#define AGE_SEALED_N  (AGE_CHUNK_N + AEAD_TAG) // and sealed
#define AGE_PLAIN_MAX ((uint64_t)1 << 62) // bytes of a payload: sizes and offsets cannot overflow

/* Seal or open chunk i; n is its size in clear, at most AGE_CHUNK_N. out may be in, as for aead_seal(). */
NODISCARD bool age_chunk_seal(struct aead *a, uint64_t i, bool last, const uint8_t *in, size_t n,
                              uint8_t *out);
NODISCARD bool age_chunk_open(struct aead *a, uint64_t i, bool last, const uint8_t *in, size_t n,
                              uint8_t *out);

/* Bytes of all chunks for n bytes in clear, n at most AGE_PLAIN_MAX. */
uint64_t age_sealed_size(uint64_t n);

/* The reverse: bytes in clear and chunks of so many bytes. EXH_MALFORMED: no whole payload has that size. */
struct age_extent {
    uint64_t plain;  // bytes in clear
    uint64_t chunks; // 1 or more
};
NODISCARD enum exh_status age_extent_of(uint64_t sealed, struct age_extent *out,
                                        struct exh_error *err);

/* Where byte `at` in clear lies. */
struct age_place {
    uint64_t chunk;
    uint64_t chunk_at; // its offset into the chunks
    size_t skip;       // bytes in clear of that chunk before the byte
};
struct age_place age_place_of(uint64_t at);

/*
 * Seals what is written, and passes nonce and chunks on. `to` is borrowed for its life; the key only for
 * the call. end() writes the last chunk. EXH_LIMIT over AGE_PLAIN_MAX; the other sink's; EXH_CRYPTO.
 */
struct age_writer;
NODISCARD enum exh_status age_writer_new(const struct file_key *key,
                                         const uint8_t nonce[AGE_NONCE_N],
                                         const struct exh_sink *to, struct age_writer **out,
                                         struct exh_error *err);
struct exh_sink age_writer_sink(struct age_writer *w);
NODISCARD enum exh_status age_writer_end(struct age_writer *w, struct exh_error *err);
void age_writer_free(struct age_writer *w); // NULL is allowed

/* How a payload stands. */
enum age_state {
    AGE_OPEN,    // no last chunk yet
    AGE_CLOSED,  // whole
    AGE_CUT,     // ends without its last chunk: all whole chunks were passed on
    AGE_ALTERED, // a chunk does not authenticate, or something follows the last one
};

/*
 * Opens what is written - the nonce, then chunks - and passes on what authenticates, chunk by chunk:
 * never a byte that does not. write() and end() fail with EXH_MALFORMED when the payload is altered or
 * cut; state tells which. A payload that was altered inside a last chunk looks like one that was cut there,
 * and is called cut. One that is cut may be growing still: more can be written, and end() asked again.
 */
struct age_reader;
NODISCARD enum exh_status age_reader_new(const struct file_key *key, const struct exh_sink *to,
                                         struct age_reader **out, struct exh_error *err);
struct exh_sink age_reader_sink(struct age_reader *r);
NODISCARD enum exh_status age_reader_end(struct age_reader *r, struct exh_error *err);
enum age_state age_reader_state(const struct age_reader *r);
uint64_t age_reader_chunks(const struct age_reader *r); // passed on so far
void age_reader_free(struct age_reader *r);             // NULL is allowed

#endif

/*
 * stream.h -- a segment of a recording in progress: what the files of the stream writer share.
 *
 * Bytes go into chunks (stream_body.c); at the end of a record whole chunks are synced, and then covered by
 * an entry of the ledger (stream.c). An entry speaks of the first record that begins in its bytes.
 */
#ifndef SEAL_STREAM_H
#define SEAL_STREAM_H

#include "seal/feed.h"
#include "seal/head.h"
#include "seal/leaf.h"

/* A record that no entry covers yet. */
struct stream_record {
    bool begun;
    uint64_t plain_at; // where it begins in clear
    int64_t t0_us;     // UTC of its first sample
    bool key_frame;
};

struct exh_stream {
    struct exh_stream_options options;
    struct exh_tail previous;               // what options.previous pointed at
    const struct exh_appender *body;        // borrowed
    const struct exh_appender *ledger_file; // borrowed; NULL: no ledger
    struct head head;
    bool plain;
    struct pairs *pairs; // of a sealed body, with the feed
    struct feed feed;
    struct leaves leaves;         // since the last entry
    struct exh_hasher *leaf;      // of a plain body: the leaf in progress; NULL: none
    size_t leaf_n;                // bytes in it
    uint64_t plain_n;             // bytes in clear so far, filler included
    uint64_t written;             // bytes of the body, as entries count them
    uint64_t record_at;           // where the record in progress begins in clear
    int64_t record_us;            // UTC when its first byte came
    uint64_t chunk_us;            // monotonic, when the chunk in progress got its first byte
    bool chunk_counts;            // it holds more than filler
    bool padded;                  // since the last entry
    bool recovered;               // it goes on after a power cut
    struct stream_record waiting; // the first record since the last entry
    bool ended;                   // closed, or failed
};

/* Append bytes to the body. filler: they are no record's. */
NODISCARD enum exh_status stream_put(struct exh_stream *s, const uint8_t *p, size_t n, bool filler,
                                     struct exh_error *err);

/* Fill the chunk in progress up, if the record must not wait. */
NODISCARD enum exh_status stream_pad(struct exh_stream *s, struct exh_error *err);

/* Write what is whole; of a plain body that is everything. more: bytes will follow. */
NODISCARD enum exh_status stream_flush(struct exh_stream *s, bool more, struct exh_error *err);

/* Write the rest. A sealed body always ends with a chunk that is not empty. */
NODISCARD enum exh_status stream_end(struct exh_stream *s, struct exh_error *err);

/* The digest of what was written since the last entry; the next begins. */
NODISCARD enum exh_status stream_digest(struct exh_stream *s, uint8_t digest[LEDGER_HASH],
                                        struct exh_error *err);

#endif

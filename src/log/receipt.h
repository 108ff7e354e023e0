/*
 * receipt.h -- the proof that something is in a log, as a file that is checked offline.
 *
 * A tlog-proof holds the entry's number, an inclusion proof and the signed checkpoint; what the entry is
 * made of, the reader knows from elsewhere. In a receipt of ours the extra data is the salt of the entry
 * (log/entry.h), and behind it a time-stamp token, which may be absent.
 *
 * Spec: C2SP tlog-proof, "Format", "Verifying a tlog proof".
 */
#ifndef LOG_RECEIPT_H
#define LOG_RECEIPT_H

#include "log/checkpoint.h"
#include "log/entry.h"

#define RECEIPT_EXTRA_MAX (EXH_STAMP_MAX + ENTRY_SALT) // bytes
#define RECEIPT_MAX       (((size_t)RECEIPT_EXTRA_MAX + 2) / 3 * 4 + NOTE_MAX + 4096)

struct receipt {
    struct exh_bytes extra64; // base64 of the extra data; borrowed; n = 0: none
    uint64_t index;           // of the entry
    struct tlog_proof proof;
    struct exh_bytes checkpoint; // a signed note; borrowed
};

/* Take a tlog-proof apart; the checkpoint is not looked at yet. EXH_MALFORMED  EXH_LIMIT */
NODISCARD enum exh_status receipt_read(struct exh_bytes bytes, struct receipt *out,
                                       struct exh_error *err);

/* Write a tlog-proof; extra has at most RECEIPT_EXTRA_MAX bytes, extra64 is not looked at. */
void receipt_write(const struct receipt *r, struct exh_bytes extra, struct buf *to);

/* Append the extra data to `to`. Nothing vouches for it. */
void receipt_put_extra(const struct receipt *r, struct buf *to);

/*
 * Whether an entry is in the log of the n keys, as the receipt says. *out, unless NULL, receives the
 * checkpoint; it is borrowed from the receipt's bytes and to be believed only if the receipt holds.
 * EXH_MALFORMED  EXH_LIMIT: the checkpoint; errors of note_check()
 */
NODISCARD enum exh_status receipt_check(const struct exh_crypto *crypto, const struct receipt *r,
                                        struct exh_bytes entry, const struct note_key *keys,
                                        size_t n, struct checkpoint *out,
                                        struct exh_judgement *judgement, struct exh_error *err);

#endif

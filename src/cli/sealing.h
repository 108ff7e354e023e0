/*
 * sealing.h -- what the command line of `exhibit seal` says, and what follows from it for both forms: one file
 * (cmd_seal.c), or a recording that grows (seal_stream.c).
 */
#ifndef CLI_SEALING_H
#define CLI_SEALING_H

#include <exhibit/file.h>
#include <exhibit/pool.h>
#include <exhibit/seal.h>

#include "cli/certified.h"
#include "cli/judge.h"
#include "cli/recipients.h"

struct seal_args {
    const char *out;
    bool force;
    struct option_list recipients;
    bool protect;
    const char *passphrase_file;
    const char *signer;
    const char *cert;
    const char *passphrase; // of the signer's key
    bool armor;
    const char *media_type;
    const char *frames;
    const char *prev;
    const char *beacon;
    struct judge_args judge; // of its options only those that say whose statements hold
    bool stream;             // of the growing form, here and below
    bool clear;
    const char *sync;
    const char *previous;
    uint64_t segment_seconds;
    uint64_t segment_bytes;
};

struct sealing {                  // must not move while it is open
    const struct call *call;      // borrowed
    const struct seal_args *args; // borrowed
    const char *in;               // "-": standard input
    struct judge judge;
    struct recipients recipients;
    struct certified own; // with a signer
    struct exh_pool *pool;
    struct exh_frames frames;
    uint8_t prev[32], beacon[32];
    bool with_passphrase; // instead of recipients
    struct exh_seal_options options;
};

/* Read recipients, keys and numbers. EXH_INVALID: they do not go together. Nothing is to be closed then. */
enum exh_status sealing_open(struct sealing *s, const struct call *call,
                             const struct seal_args *args, struct exh_error *err);
void sealing_close(struct sealing *s); // a zeroed one is allowed

/* Start threads, if so many bytes are worth it; UINT64_MAX: nobody knows how many. */
void sealing_start_pool(struct sealing *s, uint64_t size);

/* Take the media type from the command line, or from the first bytes of what is sealed. */
void sealing_see(struct sealing *s, struct exh_bytes first);

/* Who seals, as people read it: "ann"; NULL without a signer. */
const char *sealing_signer(const struct sealing *s);

/* Seal what comes into body and ledger until it ends (seal_stream.c). Returns the exit status. */
int seal_stream(struct sealing *s);

#endif

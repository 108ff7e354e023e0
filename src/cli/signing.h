/*
 * signing.h -- what sign and stamp share: the key, the authorities that are asked, where output goes.
 */
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include <exhibit/file.h>
#include <exhibit/sign.h>

#include "cli/certified.h"
#include "cli/judge.h"
#include "cli/tsa.h"

struct signing_args {
    const char *out;
    bool force;
    const char *key;
    const char *cert;
    const char *passphrase;
    const char *tsa;
    bool staple;
    struct option_list ocsp;
    struct judge_args judge; // of its options only those that say whom to trust
};

extern const struct option_group signing_options; // rows of struct signing_args

#define SIGNING_OCSP_MAX 16 // responses stapled to one signature

/* A signer that is ready, and the options that follow from the command line. */
struct signing {
    const struct call *call;         // borrowed
    const struct signing_args *args; // borrowed
    struct judge judge;              // trust and time
    struct certified own;            // the signer
    struct tsa tsa;
    struct exh_stamper stamper;
    struct exh_bytes ocsp[SIGNING_OCSP_MAX]; // owned
    size_t ocsp_n;
};

/*
 * Read the key, the chain and the trust lists. EXH_INVALID when the certificate cannot sign claims, or
 * is not valid now (any_time: whoever signs has no clock).
 */
enum exh_status signing_open(struct signing *s, const struct signing_args *args,
                             const struct call *call, bool any_time, struct exh_error *err);
void signing_close(struct signing *s); // a zeroed one is allowed. s must not move in between

/* The options that every signature of this command line has. Borrows from s. */
struct exh_sign_options signing_base(struct signing *s);

/*
 * Ask that an output is none of n inputs, of which some may be NULL: EXH_INVALID. For options that are given
 * several times, before output_begin().
 */
enum exh_status output_apart(const char *path, const char *const *inputs, size_t n,
                             struct exh_error *err);

/*
 * Begin an output. It must be none of the inputs, not even with --force: EXH_INVALID.
 * inputs ends with NULL; a NULL path opens nothing.
 */
enum exh_status output_begin(const char *path, bool force, const char *const *inputs,
                             struct exh_output **out, struct exh_error *err);

/* A sink that throws everything away, for --dry-run. */
extern const struct exh_sink sink_nowhere;

#endif

/*
 * statement.h -- a person says which recipient of age is his: signed with the key of his certificate.
 *
 * Whether to believe one is exh_statement_check()'s affair (exhibit/ledger.h); here are the bytes.
 *
 * Spec: docs/seal-format.md, "Recipient statements".
 */
#ifndef SEAL_STATEMENT_H
#define SEAL_STATEMENT_H

#include "formats/cose_sign1.h"

#include <exhibit/ledger.h>

#define STATEMENT_TIME_MAX INT64_C(253402300799) // Unix seconds: the end of the year 9999

/* Views are borrowed: of the bytes read, or from the caller who writes. */
struct statement {
    struct exh_bytes user;      // 1 to EXH_NAME_MAX - 1 bytes of UTF-8
    struct exh_bytes recipient; // 1 to EXH_RECIPIENT_MAX - 1 bytes
    int64_t created, expires;   // Unix seconds, 0 to STATEMENT_TIME_MAX
};

/* Sign a statement and append it to b. EXH_INVALID  EXH_UNSUPPORTED (not ES256)  EXH_CRYPTO … */
NODISCARD enum exh_status statement_write(struct buf *b, const struct statement *s,
                                          const struct exh_signer *signer, struct exh_error *err);

/*
 * Take a statement apart. Nothing is verified. EXH_MALFORMED (not in its one form)
 * EXH_UNSUPPORTED (not ES256)  EXH_LIMIT (over EXH_STATEMENT_MAX)
 */
NODISCARD enum exh_status statement_read(struct exh_bytes bytes, struct statement *out,
                                         struct cose_ours *cose, struct exh_error *err);

/* Is it the recipient of an X25519 identity that something can be sealed to? *why says why not. */
bool statement_recipient_usable(struct exh_bytes recipient, const char **why);

#endif

/*
 * age_open.h -- from the header of an age file to its file key.
 */
#ifndef SEAL_AGE_OPEN_H
#define SEAL_AGE_OPEN_H

#include "seal/file_key.h"

#include <exhibit/identity.h>

/*
 * The file key of a header: the first stanza that an identity opens, checked by the header's MAC.
 *
 * EXH_DENIED       no identity opens it; the sentence says for what kinds of key it is
 * EXH_MALFORMED    a stanza for an identity's kind of key is broken, or a passphrase is mixed with others
 * EXH_LIMIT        a passphrase's work factor is over EXH_SCRYPT_LOG_N_MAX
 * EXH_CRYPTO       the MAC does not hold: the header was altered
 * EXH_NO_MEMORY
 */
NODISCARD enum exh_status age_open(const struct age_header *header,
                                   const struct exh_identities *ids, struct file_key **out,
                                   struct exh_error *err);

#endif

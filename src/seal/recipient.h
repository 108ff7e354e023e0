/*
 * recipient.h -- inside of exhibit/identity.h's recipients: file keys wrapped into stanzas.
 */
#ifndef SEAL_RECIPIENT_H
#define SEAL_RECIPIENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "seal/file_key.h"

#include <exhibit/identity.h>

/*
 * The recipients as one file has them: what is made anew for each file is made. A list with OpenPGP keys is
 * of no use to the functions below; give them this one. Fails as the OpenPGP table does.
 */
NODISCARD enum exh_status recipients_for_file(const struct exh_recipients *r,
                                              const struct file_key *key,
                                              struct exh_recipients **out, struct exh_error *err);

/* Bytes of the stanzas that recipients_wrap() writes: known before any file key is. */
size_t recipients_size(const struct exh_recipients *r);

/* Whether the only recipient is a passphrase: then no other stanza may stand in the header. */
bool recipients_are_passphrase(const struct exh_recipients *r);

/*
 * Is this stanza known to be recipient i's? A passphrase's is any that is of a passphrase; an OpenPGP key has two,
 * of X25519 and its message. EXH_CRYPTO, or as the OpenPGP table fails.
 */
NODISCARD enum exh_status recipients_is_for(const struct exh_recipients *r, size_t i,
                                            const struct age_stanza *s, const struct file_key *key,
                                            bool *is, struct exh_error *err);

/* Numbers 0 to n - 1 in random order, n at most AGE_STANZAS_MAX: where a recipient stands tells nothing. */
NODISCARD enum exh_status recipients_shuffle(uint8_t order[AGE_STANZAS_MAX], size_t n,
                                             const struct exh_crypto *crypto,
                                             struct exh_error *err);

/*
 * Put the recipients' stanzas into a header: in random order, OpenPGP messages behind them. EXH_INVALID when
 * there is none.
 * EXH_LIMIT  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status recipients_wrap(const struct exh_recipients *r,
                                          const struct file_key *key,
                                          const struct exh_crypto *crypto, struct buf *header,
                                          struct exh_error *err);

#endif

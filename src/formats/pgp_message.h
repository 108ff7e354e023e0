/*
 * pgp_message.h -- for which key an OpenPGP message is, as its first packet says in clear.
 *
 * Spec: RFC 4880, "Packet Headers", "Public-Key Encrypted Session Key Packets".
 */
#ifndef FORMATS_PGP_MESSAGE_H
#define FORMATS_PGP_MESSAGE_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define PGP_KEY_ID 8 // bytes

/* The id of the key, or subkey, that the first packet names. False: it names none. */
bool pgp_message_key_id(struct exh_bytes message, uint8_t id[PGP_KEY_ID]);

#endif

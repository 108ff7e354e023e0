/*
 * names.h -- every name that is ours and that stands in files, signatures or keys.
 *
 * Whoever reads our formats finds these strings in them: they may change until the first release, and
 * never after it. No other file spells one; tools/check-layers looks.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

/* Identities: what the SAN of a certificate says of its holder. */
#define NAME_URN_CAMERA "urn:exhibit:camera:" // followed by the camera's id
#define NAME_URN_PERSON "urn:exhibit:person:" // followed by the person's name

/* C2PA labels and values of ours. */
#define NAME_CAPTURE   "org.exhibit.capture"   // assertion: what the camera knew
#define NAME_RECORDING "org.exhibit.recording" // assertion: place in a chain of segments
#define NAME_TRANSFER  "org.exhibit.transfer"  // assertion: a record of ownership
#define NAME_OWNER     "org.exhibit.owner"     // role in an identity assertion
#define NAME_UNSTATED  "org.exhibit.unstated"  // reason of a redaction, when nobody said one

/* Types of the stanzas that we add to the header of an age file. */
#define NAME_STANZA_OPEN    "exhibit.org/open"
#define NAME_STANZA_FINAL   "exhibit.org/final"
#define NAME_STANZA_OPENPGP "exhibit.org/openpgp"

/* COSE: content types, and the external data that keeps the kinds of signature apart. */
#define NAME_TYPE_OPEN      "application/vnd.exhibit.open+cbor"
#define NAME_TYPE_RECIPIENT "application/vnd.exhibit.recipient+cbor"
#define NAME_TYPE_GRANT     "application/vnd.exhibit.grant+cbor"
#define NAME_TYPE_REQUEST   "application/vnd.exhibit.request+cbor"
#define NAME_TYPE_TRANSFER  "application/vnd.exhibit.transfer+cbor"

#define NAME_AAD_LEDGER    "exhibit ledger v1" // of open entries and ticks
#define NAME_AAD_RECIPIENT "exhibit recipient v1"
#define NAME_AAD_GRANT     "exhibit grant v1"
#define NAME_AAD_REQUEST   "exhibit request v1"
#define NAME_AAD_TRANSFER  "exhibit transfer v1"

/* What the MAC of an invitation begins with (pki/invite.h). */
#define NAME_MAC_INVITATION "exhibit invitation v1"

/* Signed by the key that a renewed certificate had, so that another one may follow it (crypto/renewal.h). */
#define NAME_AAD_RENEWAL "exhibit renewal v1"

/* The attribute of a certificate request that holds that signature: an arc of a UUID. */
#define NAME_OID_RENEWAL "2.25.228133721188911284646323936912692246824"

/* HKDF: info of the commitment, followed by a NUL and the SHA-256 of the sealer's certificate. */
#define NAME_INFO_COMMIT "exhibit/v1/commit"

/* HKDF: info of the ephemeral key of an X25519 stanza; the salt is the payload's nonce and the recipient. */
#define NAME_INFO_EPHEMERAL "exhibit/v1/ephemeral"

/* And of the X25519 key that stands for an OpenPGP key in one file: nonce and fingerprint. */
#define NAME_INFO_OPENPGP "exhibit/v1/openpgp"

/* The log: its origin and its URL are the server's name followed by this. */
#define NAME_LOG "/log"

/* What an entry of the log, which is only a hash, was made of; an object's has no name (log/entry.h). */
#define NAME_ENTRY_CERTIFICATE "exhibit certificate v1"
#define NAME_ENTRY_LEASE       "exhibit lease v1"
#define NAME_ENTRY_REVOCATION  "exhibit revocation v1"
#define NAME_ENTRY_SUCCESSION  "exhibit succession v1" // a new key of the same camera or person
#define NAME_ENTRY_RECIPIENT   "exhibit recipient v1"
#define NAME_ENTRY_TRANSFER    "exhibit transfer v1"
#define NAME_ENTRY_UNWRAP      "exhibit unwrap v1" // of the escrow process

/* What the hash of an entry of an object's custody begins with, before a NUL. */
#define NAME_CUSTODY "exhibit custody v1"

/* The first bytes of a tick's payload. */
#define NAME_TICK "EXT1"

#endif

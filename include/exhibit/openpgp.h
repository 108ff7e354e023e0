/*
 * openpgp.h -- what sealing and converting need of OpenPGP, as one table of functions.
 *
 * The library has no OpenPGP of its own: the keys lie with GnuPG, or wherever their owner keeps them. The
 * programs fill this table from a module over GPGME that is loaded on first use; a caller of the library
 * may fill it with anything else. Messages are small and go whole through memory.
 *
 * Format: RFC 4880. Messages are binary, not armored.
 */
#ifndef EXHIBIT_OPENPGP_H
#define EXHIBIT_OPENPGP_H

#include <stdbool.h>

#include <exhibit/bytes.h>
#include <exhibit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_OPENPGP_MESSAGE_MAX     (16 << 10) // bytes of a message; ours have 300 to 1,200
#define EXH_OPENPGP_SECRET_MAX      1024       // bytes inside
#define EXH_OPENPGP_FINGERPRINT_MAX 65         // 40 or 64 hexadecimal digits, and a NUL

/* What the signature inside a message says. */
enum exh_openpgp_signature {
    EXH_OPENPGP_UNSIGNED,
    EXH_OPENPGP_BAD,         // it does not hold
    EXH_OPENPGP_UNKNOWN_KEY, // whose public key is not at hand, so nothing is known
    EXH_OPENPGP_REVOKED,     // it holds, but its key was revoked
    EXH_OPENPGP_GOOD,        // it holds; the key may have expired since
};

struct exh_openpgp_signer {
    enum exh_openpgp_signature signature;
    // Of the very key that signed, a subkey perhaps: upper-case digits. "" when unsigned.
    char fingerprint[EXH_OPENPGP_FINGERPRINT_MAX];
    bool trusted; // the owner of the keys says that this one is whose it claims to be
};

struct exh_openpgp {
    /*
     * Encrypt for one key, without a signature and for nobody else, whatever the settings of the keys' owner.
     *
     * fingerprint  of the primary key: 40 or 64 hexadecimal digits
     * plain        at most EXH_OPENPGP_SECRET_MAX bytes; a secret
     * to           room for size bytes; *n receives the message's size
     *
     * EXH_NOT_FOUND    no such key
     * EXH_INVALID      a key that cannot encrypt, expired or was revoked; not a fingerprint
     * EXH_UNSUPPORTED  there is no OpenPGP here
     * EXH_LIMIT  EXH_CRYPTO  EXH_NO_MEMORY
     */
    enum exh_status (*encrypt)(void *ctx, const char *fingerprint, struct exh_bytes plain,
                               uint8_t *to, size_t size, size_t *n, struct exh_error *err);
    /*
     * Decrypt a stranger's message. What its signature says is an answer, not a failure.
     *
     * to      room for size bytes: what comes out is a secret, and its memory is the caller's care
     * signer  receives what the signature says
     *
     * EXH_NOT_FOUND    it is for none of the keys at hand
     * EXH_DENIED       a passphrase was wrong or refused, a device did not open
     * EXH_MALFORMED    not a message, a damaged one, or one that nothing protects against changes
     * EXH_LIMIT        more than EXH_OPENPGP_MESSAGE_MAX bytes, or more than size bytes come out
     * EXH_UNSUPPORTED  EXH_CRYPTO  EXH_NO_MEMORY
     */
    enum exh_status (*decrypt)(void *ctx, struct exh_bytes message, uint8_t *to, size_t size,
                               size_t *n, struct exh_openpgp_signer *signer, struct exh_error *err);
    void *ctx;
};

#ifdef __cplusplus
}
#endif

#endif

/*
 * identity.h -- keys that open sealed files, and whom files are sealed to.
 *
 *     struct exh_identities *mine = exh_identities_new();
 *     status = exh_identities_add(mine, file, n, ask, ctx, &err);    // me.age, a PEM, an SSH key
 *
 *     struct exh_recipients *to = exh_recipients_new();
 *     status = exh_recipients_add(to, "age1...", n, &err);           // or a certificate
 *
 * Both are lists. Whoever has one of the keys opens; each recipient alone can open. Secrets lie in memory
 * that is neither swapped nor dumped, if exh_harden() was called, and never show up in errors.
 *
 * Formats: C2SP age, "Native recipient types"; an identity file is age-keygen(1)'s.
 */
#ifndef EXHIBIT_IDENTITY_H
#define EXHIBIT_IDENTITY_H

#include <exhibit/crypto.h>
#include <exhibit/key.h>
#include <exhibit/openpgp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_IDENTITIES_MAX    64         // keys in one list
#define EXH_RECIPIENTS_MAX    64         // recipients of one file
#define EXH_IDENTITY_FILE_MAX (64 << 10) // bytes of one file of keys
#define EXH_RECIPIENT_MAX     80         // bytes of a recipient as text, with its NUL
#define EXH_SCRYPT_LOG_N      18 // work for a passphrase of ours, as age has it: 256 MiB, about 1 s
#define EXH_SCRYPT_LOG_N_MAX  20 // the most that a file may ask of us: 1 GiB

struct exh_identities; // owned; exh_identities_free()

/* An empty list; NULL when out of memory. */
EXH_API struct exh_identities *exh_identities_new(void);
EXH_API void exh_identities_free(struct exh_identities *ids); // NULL is allowed; wipes

/*
 * Add all keys of a file, or none when it fails. What it may be:
 * - an age identity file: lines of AGE-SECRET-KEY-1..., comments, empty lines;
 * - the same sealed with a passphrase by `age -p`, binary or armored;
 * - a PEM private key of P-256, RSA or Ed25519 (PKCS#8 plain or encrypted, SEC1, PKCS#1);
 * - an OpenSSH private key without passphrase.
 *
 * ask  is called if the file needs a passphrase. May be NULL: such files are refused.
 *
 * EXH_DENIED       a wrong passphrase, or none
 * EXH_MALFORMED    none of these, or a broken one
 * EXH_UNSUPPORTED  a key of another kind: of a plugin, post-quantum, OpenSSH's with a passphrase
 * EXH_LIMIT        over EXH_IDENTITIES_MAX, EXH_IDENTITY_FILE_MAX or EXH_SCRYPT_LOG_N_MAX
 * EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_identities_add(struct exh_identities *ids, const char *file, size_t n,
                                           exh_passphrase *ask, void *ctx, struct exh_error *err);

/* Add a P-256 key, which may be in a device; borrowed for the life of the list. EXH_UNSUPPORTED: another. */
EXH_API enum exh_status exh_identities_add_key(struct exh_identities *ids,
                                               const struct exh_key *key, struct exh_error *err);

/* Add a passphrase, for files that were sealed with one. Copied. EXH_INVALID: an empty one. */
EXH_API enum exh_status exh_identities_add_passphrase(struct exh_identities *ids,
                                                      const char *passphrase, size_t n,
                                                      struct exh_error *err);

/*
 * Add all keys that an OpenPGP table can use, for files that were sealed to one of them. They are tried when
 * no other identity opens a file. The table is borrowed for the life of the list.
 */
EXH_API enum exh_status exh_identities_add_openpgp(struct exh_identities *ids,
                                                   const struct exh_openpgp *openpgp,
                                                   struct exh_error *err);

EXH_API size_t exh_identities_count(const struct exh_identities *ids);

/*
 * The recipient of identity i as text with a NUL: what others seal to. EXH_UNSUPPORTED for a passphrase or an
 * SSH key, EXH_INVALID when there is no identity i.
 */
EXH_API enum exh_status exh_identities_recipient(const struct exh_identities *ids, size_t i,
                                                 char to[EXH_RECIPIENT_MAX], struct exh_error *err);

/*
 * Make an identity file with one new X25519 key, as age-keygen(1) does.
 *
 * now         Unix seconds, for the comment "created"
 * passphrase  NULL: in plain; else sealed with it, armored, as `age -p -a` does
 * file        receives the text; exh_secret_free()
 * recipient   receives what others seal to
 *
 * EXH_INVALID  an empty passphrase
 * EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_identity_new(const struct exh_crypto *crypto, int64_t now,
                                         const char *passphrase, size_t passphrase_n, char **file,
                                         size_t *n, char recipient[EXH_RECIPIENT_MAX],
                                         struct exh_error *err);

struct exh_recipients; // owned; exh_recipients_free()

/* An empty list; NULL when out of memory. */
EXH_API struct exh_recipients *exh_recipients_new(void);
EXH_API void exh_recipients_free(struct exh_recipients *r); // NULL is allowed; wipes

/*
 * Add a recipient: age1... (X25519), age1tag1... (P-256), or a PEM certificate with a P-256 key, its chain
 * behind it if need be. White space around it is left out. A certificate's validity is not judged. A second
 * time changes nothing.
 *
 * EXH_MALFORMED    none of these, or a broken one; a point of low order
 * EXH_UNSUPPORTED  a recipient of another kind: of a plugin, post-quantum, SSH, a certificate with another key
 * EXH_INVALID      a private key was given; or the list holds a passphrase
 * EXH_LIMIT        over EXH_RECIPIENTS_MAX
 * EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_recipients_add(struct exh_recipients *r, const char *text, size_t n,
                                           struct exh_error *err);

/*
 * Seal with a passphrase. It must be the only recipient: EXH_INVALID otherwise, or when it is empty. log_n is
 * the work, EXH_SCRYPT_LOG_N by custom.
 */
EXH_API enum exh_status exh_recipients_add_passphrase(struct exh_recipients *r,
                                                      const char *passphrase, size_t n,
                                                      unsigned log_n, struct exh_error *err);

/*
 * Add an OpenPGP key by its fingerprint, 40 or 64 hexadecimal digits. For each file an X25519 key is made, which
 * goes into the header as an OpenPGP message: gpg and stock age open the file together. The table is asked
 * when a file is sealed, and borrowed for the life of the list. EXH_INVALID: not a fingerprint, or the list
 * holds a passphrase; EXH_LIMIT as above.
 */
EXH_API enum exh_status exh_recipients_add_openpgp(struct exh_recipients *r,
                                                   const struct exh_openpgp *openpgp,
                                                   const char *fingerprint, struct exh_error *err);

EXH_API size_t exh_recipients_count(const struct exh_recipients *r);

#ifdef __cplusplus
}
#endif

#endif

/*
 * trust.h -- whom a verifier believes.
 *
 * Claim signers and time-stamp authorities have separate anchors (C2PA, "Trust Lists"). A trust
 * object is filled once and then shared by any number of verifications, from any thread.
 */
#ifndef EXHIBIT_TRUST_H
#define EXHIBIT_TRUST_H

#include <exhibit/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_ANCHORS_MAX 4096 // certificates in one trust object

/* An empty trust object: nobody is trusted. Owned; exh_trust_free(). NULL when out of memory. */
EXH_API struct exh_trust *exh_trust_new(void);
EXH_API void exh_trust_free(struct exh_trust *trust); // NULL is allowed

/*
 * Add every certificate of a PEM bundle as an anchor for a purpose.
 * Blocks of other kinds and text around them are left out. Added are all or none.
 *
 * err  may be NULL, here and below.
 *
 * EXH_MALFORMED  there is no certificate, or one is broken
 * EXH_LIMIT      over EXH_ANCHORS_MAX
 * EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_trust_add_anchors(struct exh_trust *trust, enum exh_purpose purpose,
                                              const char *pem, size_t n, struct exh_error *err);

/*
 * Trust these leaf certificates themselves, without a path (C2PA, "Private Credential Storage").
 * For claims only. PEM certificates, or one base64 SHA-256 of a DER per line; other lines are left out.
 * Such a leaf need not follow the certificate profile, but its key and algorithms must be allowed ones.
 *
 * EXH_MALFORMED (neither of the two in it)  EXH_LIMIT  EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_trust_add_allowed(struct exh_trust *trust, const char *text, size_t n,
                                              struct exh_error *err);

/*
 * Replace the extended key usages accepted of claim signers: dotted OIDs, one a line, `//` and '#'
 * begin comments. Without this call: C2PA claim signing 1.3.6.1.4.1.62558.2.1, e-mail protection,
 * document signing, and Microsoft's claim signing 1.3.6.1.4.1.311.76.59.1.9.
 *
 * EXH_MALFORMED (a line that is no OID, or no line at all)  EXH_LIMIT
 */
EXH_API enum exh_status exh_trust_set_ekus(struct exh_trust *trust, const char *text, size_t n,
                                           struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif

/*
 * ca.h -- a small authority of one's own, for those without a server: a root that issues leaves.
 *
 * There is no intermediate: its key would lie beside the root's, and its certificate would add 400
 * bytes to every picture. Everything is text in memory; who calls keeps the files and tells the time.
 */
#ifndef PKI_CA_H
#define PKI_CA_H

#include "base/error.h"

#include <exhibit/key.h>

#define CA_NAME_MAX       64   // characters of a camera's id, a person's or an authority's name
#define CA_ROOT_DAYS      3653 // ten years
#define CA_LEAF_DAYS      90   // of cameras and persons
#define CA_RESPONDER_DAYS 365  // of time-stamp authorities and OCSP responders
#define CA_SKEW           (5 * 60) // seconds that a certificate is valid before it was made: clocks differ

/* What a leaf is for. */
enum ca_role {
    CA_CAMERA, // signs claims, SAN urn:exhibit:camera:NAME
    CA_PERSON, // signs claims, SAN urn:exhibit:person:NAME
    CA_TSA,    // signs time-stamps
    CA_OCSP,   // answers for the root's certificates
};

/*
 * Make a root certificate for a key.
 *
 * name  what people read as the authority: 1 to CA_NAME_MAX printable characters of UTF-8.
 * now   Unix seconds.
 * pem   receives the certificate: owned, NUL-terminated, free().
 *
 * EXH_INVALID (the name)  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ca_init(const struct exh_key *key, const char *name, int64_t now, char **pem,
                        struct exh_error *err);

/*
 * Issue a leaf.
 *
 * root      PEM of the root, of n bytes; root_key is its private key.
 * subject   the key that is certified.
 * name      the camera's id or the person's name: 1 to CA_NAME_MAX of A-Z a-z 0-9 . _ -
 *           Not asked for by CA_TSA and CA_OCSP: may be NULL.
 * pem       receives the leaf: owned, NUL-terminated, free(). The root is not in it.
 *
 * EXH_INVALID  the name; a key that is not the root's; a root that is no authority or not valid now;
 *              the root's own key as subject
 * EXH_MALFORMED  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ca_issue(const char *root, size_t n, const struct exh_key *root_key,
                         const struct exh_key *subject, enum ca_role role, const char *name,
                         int64_t now, char **pem, struct exh_error *err);

#endif

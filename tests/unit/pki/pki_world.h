/*
 * pki_world.h -- a root, the authority below it, and keys: what every test of issuing needs.
 *
 * What cannot be made ends the test program: it would be a fault of the test.
 */
#ifndef TESTS_PKI_WORLD_H
#define TESTS_PKI_WORLD_H

#include "pki/ca.h"

#include <exhibit/trust.h>

#define NOW INT64_C(1795251600) // 2026-11-21
#define DAY INT64_C(86400)

struct world {
    struct exh_key *root_key, *issuer_key, *key, *other_key;
    struct buf root_pem, issuer_pem;
    struct ca *root, *issuer;
    struct exh_trust *trust; // the root, for claims and for time-stamps
};

extern const struct ca_places world_places; // of the issuer

struct world *world_new(void);
void world_free(struct world *w);

/* A certificate of the issuer, DER and PEM; buf_free(). */
struct buf world_issue(const struct world *w, enum ca_role role, const char *name,
                       const struct exh_key *subject);
struct buf world_pem(struct exh_bytes der);

/* Its chain up to the root's, without it; crypto->chain_free(). Views are borrowed. */
struct exh_chain *world_chain(const struct world *w, struct exh_bytes leaf);

/* A key of this kind. */
struct exh_key *world_key(const char *kind);

#endif

/* role.h -- the profile of each kind of certificate that we issue. */
#ifndef PKI_ROLE_H
#define PKI_ROLE_H

#include "pki/build.h"
#include "pki/ca.h"

#define ROLE_ACCESS_MAX (2 * CA_PLACE_MAX + 32)         // bytes of two addresses and what they are
#define ROLE_SAN_MAX    (CA_HOSTS_MAX * (HOST_MAX + 8)) // bytes of the longest list

/* The places of an authority as values of extensions; "": none. */
struct role_places {
    char access[ROLE_ACCESS_MAX];   // authorityInfoAccess
    char issuer[CA_PLACE_MAX + 16]; // the same without OCSP, for an authority below a root
    char crl[CA_PLACE_MAX + 8];     // cRLDistributionPoints
};

/* NULL, or what is wrong with an address. places may be NULL. */
const char *role_places_read(const struct ca_places *places, struct role_places *out);

/* Whether a title is one: 1 to CA_TITLE_MAX printable characters. */
bool role_is_title(const char *title);

/* NULL, or what is wrong with the order's name or hosts. */
const char *role_check(const struct ca_order *order);

/* Seconds that a certificate of the role lasts. */
int64_t role_lifetime(enum ca_role role);

/*
 * Fill in name and extensions. san: room for a value that the extensions refer to. The order was
 * checked; places is borrowed too.
 */
void role_fill(const struct ca_order *order, const struct role_places *places,
               char san[ROLE_SAN_MAX], struct build *b);

/* Extensions of a root. */
void role_fill_root(const char *title, unsigned below, struct build *b);

#endif

/*
 * id.h -- what a camera's id, a person's name, and a host may look like.
 *
 * They stand in certificates, addresses, file names and folders, so they are plain ASCII and short, and
 * ids never begin with a dot or a dash.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define ID_MAX 64 // characters

/* What the rule is called in a message. */
#define ID_RULE "1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit"

bool id_valid(struct exh_bytes id);

#define HOST_MAX 253 // characters

/*
 * A host: a name of a-z 0-9 - and dots, or what looks like an IPv4 address (only digits and dots) or an
 * IPv6 address (with colons, no brackets). Whether an address is one, those who use it find out.
 */
bool host_valid(struct exh_bytes host);
bool host_is_address(struct exh_bytes host);

#endif

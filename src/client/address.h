/*
 * address.h -- which addresses of the network are public.
 */
#ifndef CLIENT_ADDRESS_H
#define CLIENT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 64 // bytes of an address as text, with its NUL

/*
 * Whether an address is one of the public network: not of this machine, of a local network, of a group,
 * of documentation, or of a form that hides another address. IPv4 and IPv6 only.
 */
bool address_is_public(const struct sockaddr *address);

/* Numbers for messages and for pinning: "192.0.2.1", "2001:db8::1". "?" for other families. */
void address_text(const struct sockaddr *address, char to[ADDRESS_TEXT_MAX]);

/* Same family and number; ports are left aside. */
bool address_same(const struct sockaddr *a, const struct sockaddr *b);

#endif

/*
 * http_tls.h -- the server's key and chain, which change while it runs: they are certified for days only.
 */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "server/http.h"

struct http_keys; // owned; http_keys_free()

/* An empty set: no handshake succeeds. NULL when out of memory. */
struct http_keys *http_keys_new(void);
void http_keys_free(struct http_keys *keys); // NULL is allowed

/* What new handshakes use from now on. Those that run keep theirs: a few small generations stay. EXH_INVALID */
NODISCARD enum exh_status http_keys_set(struct http_keys *keys, const struct http_tls *tls,
                                        struct exh_error *err);

/* The newest key and chain, for a handshake: borrowed until http_keys_free(). 0, or a GnuTLS error. */
int http_keys_get(struct http_keys *keys, gnutls_pcert_st **chain, unsigned *n,
                  gnutls_privkey_t *key);

#endif

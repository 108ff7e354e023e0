/*
 * http.h -- the one door to libmicrohttpd and GnuTLS: listens, and turns what arrives into requests.
 *
 * The threads that listen never wait: a request is suspended while a worker answers it. TLS 1.3, and 1.2
 * for old clients; a client certificate is asked for and never needed here. The handshake does not judge
 * it: the handler does, with OpenSSL (request_client_chain()).
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <sys/socket.h>

#include "base/error.h"
#include "server/request.h"
#include "server/workers.h"

#define HTTP_CONNECTIONS_MAX 12000
#define HTTP_IDLE_S          60 // a connection that says nothing for so long is closed

/* Key and chain of the server, PEM; borrowed for the call. */
struct http_tls {
    struct exh_bytes key;
    struct exh_bytes chain;
    struct exh_bytes clients; // PEM: the authorities that client certificates are hinted at
};

struct http_options {
    const char *address;        // "127.0.0.1", "::", ...
    uint16_t port;              // 0: any; http_port() tells which
    const struct http_tls *tls; // NULL: plain HTTP, where only routes that are `plain` exist
    const struct route *routes; // borrowed, like server and workers, until http_stop()
    size_t routes_n;
    struct server *server;
    struct workers *workers;
    unsigned threads; // that listen
};

struct http; // owned; http_stop()

/* EXH_IO: the address is taken or not ours; EXH_INVALID: an address or a TLS key that is none. */
NODISCARD enum exh_status http_start(const struct http_options *options, struct http **out,
                                     struct exh_error *err);

/* New connections get another key and chain from now on. EXH_INVALID */
NODISCARD enum exh_status http_set_tls(struct http *h, const struct http_tls *tls,
                                       struct exh_error *err);

uint16_t http_port(const struct http *h);

/* Take no more requests, answer those that are there, end. NULL is allowed. */
void http_stop(struct http *h);

#endif

/*
 * request.h -- one request, as a handler sees it: what was asked, who asks, and one answer.
 *
 * Everything a request needs dies with it: its memory is its arena. A handler answers exactly once.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include <exhibit/bytes.h>

#include "server/route.h"

#define REQUEST_ARENA_MAX ((size_t)1 << 20) // bytes that one request may use

struct arena *request_arena(struct request *req);
const char *request_method(const struct request *req);                  // "GET"
const char *request_param(const struct request *req, const char *name); // of the route's path
const char *request_query(struct request *req,
                          const char *name); // decoded; NULL: not given, or not well formed
const char *request_header(const struct request *req, const char *name); // NULL: not given
struct exh_bytes request_body(const struct request *req);
const char *request_from(const struct request *req); // the client's address, as text
bool request_over_tls(const struct request *req);

/* What the TLS client showed of itself, leaf first, DER; 0: nothing. The handshake has shown that it has the leaf's key. */
size_t request_client_chain(const struct request *req, const struct exh_bytes **chain);

/* Something of the handler's own, from one piece of the body to the next; freed with `done` when the request ends. */
void request_keep(struct request *req, void *own, void (*done)(void *own));
void *request_own(const struct request *req);

/* A header of the answer, before it is given. Both are copied. */
void reply_header(struct request *req, const char *name, const char *value);

/* Answer with bytes (copied), with a file's range (fd is closed when it was sent), or without a body. */
void reply(struct request *req, unsigned status, const char *type, struct exh_bytes body);
void reply_file(struct request *req, unsigned status, const char *type, int fd, uint64_t at,
                uint64_t n);
void reply_empty(struct request *req, unsigned status);

/*
 * Answer with a problem (RFC 9457): kind is the last part of its type, "lease-lapsed", and names its row
 * in docs/http-api.md. What fmt says is shown to people.
 */
PRINTF_LIKE(4, 5)
void reply_problem(struct request *req, unsigned status, const char *kind, const char *fmt, ...);

/* Whether an answer was given. */
bool request_answered(const struct request *req);

#endif

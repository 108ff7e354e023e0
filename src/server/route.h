/*
 * route.h -- which handler a path belongs to: one table, no handler looks at the path itself.
 */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct server;
struct request;

enum route_body {
    BODY_NONE,  // what the client sends as a body is refused
    BODY_WHOLE, // the body is in memory before the handler runs: at most body_max bytes
    BODY_PIECES // each piece goes to `piece` as it arrives; the handler runs at the end
};

/* What a handler may do: block, use the disk, ask other processes. It runs on a worker's thread. */
typedef void route_handler(struct server *server, struct request *req);

/* Takes a piece of a body; false when the rest is not wanted: then it has answered. */
typedef bool route_piece(struct server *server, struct request *req, const uint8_t *p, size_t n);

struct route {
    const char *method;
    const char *path; // "/v1/objects/{oid}": a parameter is one whole, non-empty segment
    route_handler *handle;
    enum route_body body;
    size_t body_max;
    route_piece *piece;
    bool plain; // may be asked over plain HTTP too: what is public and signed by itself
};

#define ROUTE_PARAMS_MAX 4

struct route_params {
    const char *names[ROUTE_PARAMS_MAX];  // borrowed from the route, ending at '}'
    const char *values[ROUTE_PARAMS_MAX]; // percent-decoded, borrowed from the arena
    size_t n;
};

enum route_found { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD, ROUTE_BAD_PATH };

/*
 * Find the route of a method and a path as received, without its query. ROUTE_BAD_PATH: a percent
 * escape that is none, an escaped NUL or slash, text that is not UTF-8, or no memory. HEAD is found
 * as GET.
 */
enum route_found route_find(const struct route *routes, size_t n, const char *method,
                            const char *path, struct arena *arena, const struct route **out,
                            struct route_params *params);

/* The value of a parameter; NULL when the route has none of that name. */
const char *route_param(const struct route_params *params, const char *name);

/* The value of a query as received, decoded; NULL when it is not well formed, or no memory is left. */
const char *route_decode_query(struct arena *arena, const char *raw);

#endif

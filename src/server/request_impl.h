/*
 * request_impl.h -- inside of a request: between http.c, which makes it, and request.c, which shows it.
 */
#ifndef SERVER_REQUEST_IMPL_H
#define SERVER_REQUEST_IMPL_H

#include <sys/types.h>

#include "base/buf.h"
#include "server/request.h"
#include "server/workers.h"

#define HEADERS_MAX      16 // of an answer
#define CLIENT_CHAIN_MAX 4
#define ADDRESS_MAX      64

struct MHD_Connection;
struct http;

struct answer {
    bool given;
    unsigned status;
    const char *type;
    struct exh_bytes body; // in the arena
    int fd;                // -1: the body is bytes
    uint64_t at, n;
    const char *headers[HEADERS_MAX][2];
    size_t headers_n;
};

/* What the worker is asked to do. */
enum request_step { STEP_WAITS, STEP_PIECE, STEP_HANDLE, STEP_DONE };

struct request {
    struct task task; // first: a worker gets back from it to the request
    struct http *http;
    struct MHD_Connection *connection;
    const struct route *route;
    struct route_params params;
    const char *method, *path;
    struct arena arena;
    struct buf body;
    enum request_step step;
    bool unwanted;          // the rest of the body: it was answered before its end
    size_t skipped;         // bytes of a body that nobody wanted
    struct exh_bytes piece; // STEP_PIECE
    char from[ADDRESS_MAX];
    bool tls;
    struct exh_bytes chain[CLIENT_CHAIN_MAX];
    size_t chain_n;
    void *own;
    void (*own_done)(void *own);
    struct answer answer;
};

#endif

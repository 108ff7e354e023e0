/* http.c -- libmicrohttpd's callbacks, made into requests. */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/text.h"
#include "server/http_tls.h"
#include "server/request_impl.h"

#define CONNECTION_MEMORY ((size_t)32 << 10) // headers and read buffer of one connection
#define BODY_IGNORED_MAX  ((size_t)1 << 20)  // read of a body after its answer was given

#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http {
    struct MHD_Daemon *daemon;
    struct http_options options;
    struct http_keys *keys; // NULL: plain HTTP
    char *clients;          // owned; PEM
    uint16_t port;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    unsigned working; // requests that are with the workers
    bool stopping;    // no more go there
};

const char *request_header(const struct request *req, const char *name)
{
    return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *request_query(struct request *req, const char *name)
{
    const char *raw = MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name);

    return raw ? route_decode_query(&req->arena, raw) : NULL;
}

static enum MHD_Result send_answer(struct request *req)
{
    struct answer *a = &req->answer;
    struct MHD_Response *r;

    if (a->fd >= 0)
        r = MHD_create_response_from_fd_at_offset64(a->n, a->fd, a->at);
    else // copied: it is sent when the request's memory is gone already
        r = MHD_create_response_from_buffer(a->body.n, (void *)(uintptr_t)a->body.p,
                                            MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    a->fd = -1; // the response closes it
    if (a->type)
        (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    for (size_t i = 0; i < a->headers_n; i++)
        (void)MHD_add_response_header(r, a->headers[i][0], a->headers[i][1]);
    const enum MHD_Result sent = MHD_queue_response(req->connection, a->status, r);
    MHD_destroy_response(r);
    return sent;
}

/* --- A request begins and ends -------------------------------------------------------------------- */

static void describe_address(struct request *req)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *at = info ? info->client_addr : NULL;
    const bool v6 = at && at->sa_family == AF_INET6;

    if (!at || getnameinfo(at, v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
                           req->from, sizeof req->from, NULL, 0, NI_NUMERICHOST) != 0)
        (void)snprintf(req->from, sizeof req->from, "unknown");
}

/* The views live as long as the TLS session, which outlives the request. */
static void describe_client(struct request *req)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned n = 0;

    if (!info || !info->tls_session)
        return;
    req->tls = true;
    const gnutls_datum_t *certs = gnutls_certificate_get_peers(info->tls_session, &n);
    for (unsigned i = 0; certs && i < n && i < CLIENT_CHAIN_MAX; i++)
        req->chain[req->chain_n++] = (struct exh_bytes){ certs[i].data, certs[i].size };
}

static void refuse_method(struct request *req)
{
    const struct http_options *o = &req->http->options;
    const struct route *route;
    struct route_params ignored;
    char allowed[128] = "";
    size_t n = 0;

    for (size_t i = 0; i < o->routes_n; i++)
        if (route_find(&o->routes[i], 1, o->routes[i].method, req->path, &req->arena, &route,
                       &ignored) == ROUTE_FOUND &&
            n < sizeof allowed - 16)
            n += (size_t)snprintf(allowed + n, 16, "%s%.10s", n ? ", " : "", route->method);
    reply_header(req, MHD_HTTP_HEADER_ALLOW, allowed);
    reply_problem(req, 405, "method", "this path knows %s", allowed);
}

/* Find the handler, or refuse what none needs to see. */
static void find_handler(struct request *req)
{
    const struct http_options *o = &req->http->options;

    switch (route_find(o->routes, o->routes_n, req->method, req->path, &req->arena, &req->route,
                       &req->params)) {
    case ROUTE_FOUND:
        if (!req->tls && !req->route->plain)
            reply_problem(req, 404, "no-such-path", "this path is not answered without TLS");
        break;
    case ROUTE_NO_METHOD: refuse_method(req); break;
    case ROUTE_BAD_PATH: reply_problem(req, 400, "bad-path", "the path is not well formed"); break;
    case ROUTE_NO_PATH:
        reply_problem(req, 404, "no-such-path", "there is nothing under this path");
        break;
    }
}

static struct request *request_begin(struct http *h, struct MHD_Connection *connection,
                                     const char *path, const char *method)
{
    struct request *req = calloc(1, sizeof *req);

    if (!req)
        return NULL;
    req->http = h;
    req->connection = connection;
    req->answer.fd = -1;
    req->arena = arena_with_limit(REQUEST_ARENA_MAX);
    req->method = arena_text(&req->arena, bytes_of(method));
    req->path = arena_text(&req->arena, bytes_of(path));
    if (!req->method || !req->path) {
        arena_free(&req->arena);
        free(req);
        return NULL;
    }
    describe_address(req);
    describe_client(req);
    find_handler(req);
    req->body =
        buf_with_limit(req->route && req->route->body == BODY_WHOLE ? req->route->body_max : 0);
    return req;
}

static void request_end(void *http, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode why)
{
    struct request *req = *state;

    (void)http;
    (void)connection;
    (void)why;
    if (!req)
        return;
    if (req->own_done)
        req->own_done(req->own);
    if (req->answer.fd >= 0)
        (void)close(req->answer.fd);
    buf_free(&req->body);
    arena_free(&req->arena);
    free(req);
    *state = NULL;
}

/* --- A request is worked on ----------------------------------------------------------------------- */

/* libmicrohttpd must not be stopped while a request is with a worker. */
static bool count_up(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    const bool may = !h->stopping;
    h->working += may;
    pthread_mutex_unlock(&h->lock);
    return may;
}

static void count_down(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    if (--h->working == 0)
        pthread_cond_signal(&h->idle);
    pthread_mutex_unlock(&h->lock);
}

static void wait_until_idle(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    while (h->working)
        pthread_cond_wait(&h->idle, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

/* On a worker: a piece of the body or the handler; then back to the thread that listens. */
static void run_step(struct task *task)
{
    struct request *req = (struct request *)task; // its first member
    struct http *h = req->http;
    struct server *server = h->options.server;

    if (req->step == STEP_PIECE) {
        req->unwanted = !req->route->piece(server, req, req->piece.p, req->piece.n);
    } else {
        req->route->handle(server, req);
        if (!req->answer.given)
            reply_problem(req, 500, "no-answer", "the request was not answered");
    }
    req->step = STEP_DONE;
    MHD_resume_connection(req->connection); // from here on the request is the other thread's
    count_down(h);
}

static enum MHD_Result give_to_worker(struct request *req, enum request_step step)
{
    if (!count_up(req->http))
        return MHD_NO;
    req->step = step;
    req->task.run = run_step;
    MHD_suspend_connection(req->connection);
    workers_put(req->http->options.workers, &req->task);
    return MHD_YES;
}

/* A body nobody wants is read for a while: who still sends does not listen. Then the connection is closed. */
static enum MHD_Result skip_piece(struct request *req, size_t *n)
{
    req->skipped += *n;
    *n = 0;
    return req->skipped > BODY_IGNORED_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_piece(struct request *req, const char *p, size_t *n)
{
    if (req->step == STEP_DONE) { // a worker has had this very piece
        req->step = STEP_WAITS;
        *n = 0;
        return MHD_YES;
    }
    if (req->answer.given || req->unwanted)
        return skip_piece(req, n);
    if (req->route->body == BODY_PIECES) {
        req->piece = (struct exh_bytes){ (const uint8_t *)p, *n };
        return give_to_worker(req, STEP_PIECE);
    }
    if (req->route->body == BODY_NONE)
        reply_problem(req, 400, "body", "%.10s of this path has no body", req->method);
    else
        buf_put(&req->body, p, *n);
    if (req->body.failed != EXH_OK)
        reply_problem(req, 413, "too-large", "the body is over %zu bytes", req->route->body_max);
    *n = 0;
    return MHD_YES;
}

static enum MHD_Result on_request(void *http, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **state)
{
    struct request *req = *state;

    (void)version;
    if (!req) { // headers only: an answer must wait for the second call
        *state = request_begin(http, connection, path, method);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*n)
        return take_piece(req, data, n);
    if (req->answer.given)
        return send_answer(req);
    return give_to_worker(req, STEP_HANDLE);
}

/* --- The server listens --------------------------------------------------------------------------- */

/* Escapes stay as they are: route.c decodes them, where it sees what they hide. */
static size_t keep_escapes(void *http, struct MHD_Connection *connection, char *text)
{
    (void)http;
    (void)connection;
    return strlen(text);
}

/* What the library complains of is a client's doing, or shows in a return value. */
PRINTF_LIKE(2, 0) static void be_silent(void *http, const char *fmt, va_list args)
{
    (void)http;
    (void)fmt;
    (void)args;
}

/* Tells choose_key() below which server a handshake is for. */
static void on_connection(void *http, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    (void)connection;
    *context = what == MHD_CONNECTION_NOTIFY_STARTED ? http : NULL;
}

static int choose_key(gnutls_session_t session, const gnutls_datum_t *authorities,
                      int authorities_n, const gnutls_pk_algorithm_t *algorithms, int algorithms_n,
                      gnutls_pcert_st **chain, unsigned *n, gnutls_privkey_t *key)
{
    struct MHD_Connection *connection =
        gnutls_session_get_ptr(session); // libmicrohttpd puts it there
    const union MHD_ConnectionInfo *info =
        connection ? MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT) : NULL;
    const struct http *h = info ? info->socket_context : NULL;

    (void)authorities;
    (void)authorities_n;
    (void)algorithms;
    (void)algorithms_n;
    return h ? http_keys_get(h->keys, chain, n, key) : GNUTLS_E_NO_CERTIFICATE_FOUND;
}

static enum exh_status resolve(const struct http_options *o, struct addrinfo **out,
                               struct exh_error *err)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                    .ai_socktype = SOCK_STREAM };
    char port[8];

    (void)snprintf(port, sizeof port, "%u", (unsigned)o->port);
    if (getaddrinfo(o->address, port, &hints, out) != 0)
        return fail(err, EXH_INVALID, "%s: not an address to listen at", o->address);
    return EXH_OK;
}

static struct MHD_Daemon *start(struct http *h, const struct addrinfo *at)
{
    const unsigned usual = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                           MHD_USE_ERROR_LOG | (at->ai_family == AF_INET6 ? MHD_USE_DUAL_STACK : 0);
    const struct MHD_OptionItem common[] = {
        { MHD_OPTION_SOCK_ADDR, 0, at->ai_addr },
        { MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS_MAX, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, HTTP_IDLE_S, NULL },
        { MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)h->options.threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    if (!h->keys)
        return MHD_start_daemon(usual, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER,
                                be_silent, NULL, MHD_OPTION_NOTIFY_COMPLETED, request_end, h,
                                MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, h, MHD_OPTION_ARRAY,
                                common, MHD_OPTION_END);
    return MHD_start_daemon(
        usual | MHD_USE_TLS, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, be_silent,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, request_end, h, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
        MHD_OPTION_HTTPS_CERT_CALLBACK, choose_key, MHD_OPTION_HTTPS_MEM_TRUST, h->clients,
        MHD_OPTION_HTTPS_PRIORITIES, TLS_VERSIONS, MHD_OPTION_ARRAY, common, MHD_OPTION_END);
}

static enum exh_status set_up_tls(struct http *h, const struct http_tls *tls, struct exh_error *err)
{
    h->keys = http_keys_new();
    h->clients = strndup((const char *)tls->clients.p, tls->clients.n);
    if (!h->keys || !h->clients)
        return fail_no_memory(err);
    return http_keys_set(h->keys, tls, err);
}

static enum exh_status listen_at(struct http *h, struct exh_error *err)
{
    struct addrinfo *at = NULL;
    const enum exh_status status = resolve(&h->options, &at, err);

    if (status != EXH_OK)
        return status;
    errno = 0;
    h->daemon = start(h, at);
    const int why = errno;
    freeaddrinfo(at);
    if (!h->daemon)
        return fail(err, EXH_IO, "cannot listen at %s, port %u: %s", h->options.address,
                    (unsigned)h->options.port,
                    why ? strerror(why) : "the TLS library refuses its options");
    h->port = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return EXH_OK;
}

enum exh_status http_start(const struct http_options *options, struct http **out,
                           struct exh_error *err)
{
    struct http *h = calloc(1, sizeof *h);
    enum exh_status status = EXH_OK;

    if (!h)
        return fail_no_memory(err);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->idle, NULL);
    h->options = *options;
    if (options->tls)
        status = set_up_tls(h, options->tls, err);
    if (status == EXH_OK)
        status = listen_at(h, err);
    h->options.tls = NULL; // was borrowed for the call
    if (status != EXH_OK) {
        http_stop(h);
        return status;
    }
    *out = h;
    return EXH_OK;
}

enum exh_status http_set_tls(struct http *h, const struct http_tls *tls, struct exh_error *err)
{
    return http_keys_set(h->keys, tls, err);
}

uint16_t http_port(const struct http *h)
{
    return h->port;
}

void http_stop(struct http *h)
{
    if (!h)
        return;
    if (h->daemon) {
        (void)MHD_quiesce_daemon(h->daemon);
        wait_until_idle(h);
        MHD_stop_daemon(h->daemon);
    }
    pthread_cond_destroy(&h->idle);
    pthread_mutex_destroy(&h->lock);
    http_keys_free(h->keys);
    free(h->clients);
    free(h);
}

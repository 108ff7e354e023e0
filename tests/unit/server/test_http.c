/*
 * The HTTP server on loopback, asked by raw bytes: every kind of body, every refusal, several requests on
 * one connection, many at once, and an end while a handler still works.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "server/http.h"

struct server {
    pthread_mutex_t lock;
    unsigned own_freed;
};

static void put(struct request *req, unsigned status, const char *text)
{
    reply(req, status, "text/plain", (struct exh_bytes){ (const uint8_t *)text, strlen(text) });
}

static void hello(struct server *server, struct request *req)
{
    char text[200];
    const char *at = request_query(req, "at");
    const struct exh_bytes *chain;

    (void)server;
    (void)snprintf(text, sizeof text, "%s at %s from %s, %zu certificates, %s",
                   request_param(req, "id"), at ? at : "no time", request_from(req),
                   request_client_chain(req, &chain),
                   request_header(req, "X-Name") ? request_header(req, "X-Name") : "nameless");
    reply_header(req, "ETag", "\"1\"");
    put(req, 200, text);
    put(req, 500, "a second answer"); // does not count
}

static void echo(struct server *server, struct request *req)
{
    (void)server;
    reply(req, 200, "application/octet-stream", request_body(req));
}

static void forget(struct server *server, struct request *req)
{
    (void)server;
    (void)req; // a mistake: no answer
}

static void slow(struct server *server, struct request *req)
{
    (void)server;
    (void)nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
    put(req, 200, "slow");
}

struct sum {
    struct server *server;
    size_t n;
};

static void sum_free(void *own)
{
    struct sum *sum = own;

    pthread_mutex_lock(&sum->server->lock);
    sum->server->own_freed++;
    pthread_mutex_unlock(&sum->server->lock);
    free(sum);
}

#define SUM_MAX 300000

static bool add(struct server *server, struct request *req, const uint8_t *p, size_t n)
{
    struct sum *sum = request_own(req);

    (void)p;
    if (!sum) {
        sum = calloc(1, sizeof *sum);
        if (!sum)
            abort();
        sum->server = server;
        request_keep(req, sum, sum_free);
    }
    sum->n += n;
    if (sum->n > SUM_MAX) {
        reply_problem(req, 413, "too-large", "over %d", SUM_MAX);
        return false;
    }
    return true;
}

static void total(struct server *server, struct request *req)
{
    const struct sum *sum = request_own(req);
    char text[32];

    (void)server;
    (void)snprintf(text, sizeof text, "%zu", sum ? sum->n : 0);
    put(req, 200, text);
}

static const struct route routes[] = {
    { .method = "GET", .path = "/hello/{id}", .handle = hello, .plain = true },
    { .method = "POST",
      .path = "/echo",
      .handle = echo,
      .body = BODY_WHOLE,
      .body_max = 10,
      .plain = true },
    { .method = "PATCH",
      .path = "/sum",
      .handle = total,
      .body = BODY_PIECES,
      .piece = add,
      .plain = true },
    { .method = "GET", .path = "/forget", .handle = forget, .plain = true },
    { .method = "GET", .path = "/slow", .handle = slow, .plain = true },
    { .method = "GET", .path = "/secret", .handle = hello },
};

static int connect_to(uint16_t port)
{
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        abort();
    return fd;
}

/* Send bytes, with `zeros` more behind them, and read until the server closes; a text. */
static char *ask(uint16_t port, const char *text, size_t zeros)
{
    static char got[100000];
    static const char nothing[4096];
    size_t n = 0;
    ssize_t more;
    const int fd = connect_to(port);

    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        abort();
    for (; zeros > 0; zeros -= zeros < sizeof nothing ? zeros : sizeof nothing)
        if (send(fd, nothing, zeros < sizeof nothing ? zeros : sizeof nothing, MSG_NOSIGNAL) < 0)
            break;
    while (n < sizeof got - 1 && (more = read(fd, got + n, sizeof got - 1 - n)) > 0)
        n += (size_t)more;
    got[n] = 0;
    (void)close(fd);
    return got;
}

#define CLOSE "Host: x\r\nConnection: close\r\n"

static const struct {
    const char *name, *request;
    size_t zeros;         // bytes of body behind the request
    const char *status;   // what the answer begins with
    const char *contains; // and has in it
} cases[] = {
    { "GET", "GET /hello/you?at=a+b%2Fc HTTP/1.1\r\nX-Name: me\r\n" CLOSE "\r\n", 0, "HTTP/1.1 200",
      "you at a b/c from 127.0.0.1, 0 certificates, me" },
    { "a header of the answer", "GET /hello/you HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 200",
      "ETag: \"1\"" },
    { "HEAD", "HEAD /hello/you HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 200", "Content-Length: 5" },
    { "two on one connection",
      "GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/second HTTP/1.1\r\n" CLOSE "\r\n", 0,
      "HTTP/1.1 200", "second at no time" },
    { "body", "POST /echo HTTP/1.1\r\nContent-Length: 4\r\n" CLOSE "\r\nabcd", 0, "HTTP/1.1 200",
      "\r\n\r\nabcd" },
    { "body of the largest size",
      "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n" CLOSE "\r\n0123456789", 0, "HTTP/1.1 200",
      "0123456789" },
    { "no body where one may be", "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" CLOSE "\r\n", 0,
      "HTTP/1.1 200", "Content-Length: 0" },
    { "chunked body",
      "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE
      "\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
      0, "HTTP/1.1 200", "abc" },
    { "body too large", "POST /echo HTTP/1.1\r\nContent-Length: 11\r\n" CLOSE "\r\n", 11,
      "HTTP/1.1 413", "over 10 bytes" },
    { "body where none may be", "GET /hello/a HTTP/1.1\r\nContent-Length: 1\r\n" CLOSE "\r\n", 1,
      "HTTP/1.1 400", "has no body" },
    { "pieces", "PATCH /sum HTTP/1.1\r\nContent-Length: 200000\r\n" CLOSE "\r\n", 200000,
      "HTTP/1.1 200", "\r\n\r\n200000" },
    { "no pieces", "PATCH /sum HTTP/1.1\r\nContent-Length: 0\r\n" CLOSE "\r\n", 0, "HTTP/1.1 200",
      "\r\n\r\n0" },
    { "pieces that are refused", "PATCH /sum HTTP/1.1\r\nContent-Length: 400000\r\n" CLOSE "\r\n",
      400000, "HTTP/1.1 413", "over 300000" },
    { "no such path", "GET /nothing HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 404",
      "\"type\":\"/problems/no-such-path\"" },
    { "only with TLS", "GET /secret HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 404", "without TLS" },
    { "no such method", "DELETE /sum HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 405",
      "Allow: PATCH" },
    { "a path that hides a slash", "GET /hello/a%2Fb HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 400",
      "not well formed" },
    { "a handler's mistake", "GET /forget HTTP/1.1\r\n" CLOSE "\r\n", 0, "HTTP/1.1 500",
      "not answered" },
    { "no HTTP at all: closed", "hello\r\n\r\n", 0, "", "" },
    { "headers without end", "GET /hello/a HTTP/1.1\r\nX: ", 60000, "HTTP/1.1 4", "" },
};

static void check_requests(uint16_t port)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const char *got = ask(port, cases[i].request, cases[i].zeros);
        CHECK(strncmp(got, cases[i].status, strlen(cases[i].status)) == 0 &&
                  strstr(got, cases[i].contains),
              "%s: %s", cases[i].name, got);
    }
}

static void *ask_often(void *port)
{
    static const char request[] = "GET /hello/many HTTP/1.1\r\n" CLOSE "\r\n";
    size_t *good = calloc(1, sizeof *good);

    for (size_t i = 0; good && i < 100; i++) {
        char got[2000];
        size_t n = 0;
        ssize_t more;
        const int fd = connect_to(*(uint16_t *)port);
        if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
            abort();
        while (n < sizeof got - 1 && (more = read(fd, got + n, sizeof got - 1 - n)) > 0)
            n += (size_t)more;
        got[n] = 0;
        *good += strstr(got, "many at no time") != NULL;
        (void)close(fd);
    }
    return good;
}

static void check_many(uint16_t port)
{
    pthread_t threads[8];
    size_t good = 0;

    for (size_t i = 0; i < ARRAY_N(threads); i++)
        if (pthread_create(&threads[i], NULL, ask_often, &port) != 0)
            abort();
    for (size_t i = 0; i < ARRAY_N(threads); i++) {
        void *part;
        (void)pthread_join(threads[i], &part);
        good += *(size_t *)part;
        free(part);
    }
    CHECK(good == 800, "%zu of 800 answered", good);
}

/* A client that goes away in the middle of its body: what the handler kept is freed. */
static void check_gone(uint16_t port, struct server *server)
{
    static const char request[] =
        "PATCH /sum HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc";
    unsigned before, after = 0;

    pthread_mutex_lock(&server->lock);
    before = server->own_freed;
    pthread_mutex_unlock(&server->lock);
    const int fd = connect_to(port);
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        abort();
    (void)nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    (void)close(fd);
    for (int i = 0; i < 500 && after == 0; i++) {
        (void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        pthread_mutex_lock(&server->lock);
        after = server->own_freed - before;
        pthread_mutex_unlock(&server->lock);
    }
    CHECK(after == 1, "%u freed", after);
}

static void check_refused_start(struct http_options options)
{
    struct exh_error err;
    struct http *h = NULL;
    static const struct http_tls broken = { .key = { (const uint8_t *)"x", 1 },
                                            .chain = { (const uint8_t *)"y", 1 },
                                            .clients = { (const uint8_t *)"z", 1 } };

    options.address = "not an address";
    CHECK(http_start(&options, &h, &err) == EXH_INVALID, "address");
    options.address = "127.0.0.1";
    CHECK(http_start(&options, &h, &err) == EXH_IO && strstr(err.text, "cannot listen"),
          "port taken: %s", err.text);
    options.tls = &broken;
    CHECK(http_start(&options, &h, &err) == EXH_INVALID && strstr(err.text, "TLS key"), "key: %s",
          err.text);
}

int main(void)
{
    struct exh_error err;
    struct server server = { .lock = PTHREAD_MUTEX_INITIALIZER };
    struct http *h = NULL;
    struct http_options options = { .address = "127.0.0.1",
                                    .routes = routes,
                                    .routes_n = ARRAY_N(routes),
                                    .server = &server,
                                    .threads = 2 };

    if (workers_new(4, &options.workers, &err) != EXH_OK ||
        http_start(&options, &h, &err) != EXH_OK) {
        CHECK(false, "%s", err.text);
        return check_done();
    }
    options.port = http_port(h);
    check_requests(options.port);
    check_many(options.port);
    check_gone(options.port, &server);
    check_refused_start(options);
    // It ends while a handler works: no crash, and nothing hangs.
    const int fd = connect_to(options.port);
    static const char request[] = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        abort();
    (void)nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    http_stop(h);
    (void)close(fd);
    workers_free(options.workers);
    return check_done();
}

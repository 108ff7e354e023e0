/* request.c -- questions to a request, and its answer. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/json.h"
#include "server/request_impl.h"

#define PROBLEM_MAX  ((size_t)4 << 10)
#define PROBLEM_TYPE "application/problem+json"

struct arena *request_arena(struct request *req)
{
    return &req->arena;
}

const char *request_method(const struct request *req)
{
    return req->method;
}

const char *request_param(const struct request *req, const char *name)
{
    return route_param(&req->params, name);
}

struct exh_bytes request_body(const struct request *req)
{
    return buf_view(&req->body);
}

const char *request_from(const struct request *req)
{
    return req->from;
}

bool request_over_tls(const struct request *req)
{
    return req->tls;
}

size_t request_client_chain(const struct request *req, const struct exh_bytes **chain)
{
    *chain = req->chain;
    return req->chain_n;
}

void request_keep(struct request *req, void *own, void (*done)(void *own))
{
    req->own = own;
    req->own_done = done;
}

void *request_own(const struct request *req)
{
    return req->own;
}

bool request_answered(const struct request *req)
{
    return req->answer.given;
}

/* A header that does not fit is a mistake of ours: answers have a handful. */
void reply_header(struct request *req, const char *name, const char *value)
{
    struct answer *a = &req->answer;
    char *copy =
        arena_text(&req->arena, (struct exh_bytes){ (const uint8_t *)value, strlen(value) });

    if (a->headers_n == HEADERS_MAX || !copy)
        return;
    a->headers[a->headers_n][0] = name;
    a->headers[a->headers_n++][1] = copy;
}

/* The first answer counts. */
static bool answer_begin(struct request *req, unsigned status, const char *type)
{
    struct answer *a = &req->answer;

    if (a->given)
        return false;
    a->given = true;
    a->status = status;
    a->type = type;
    a->fd = -1;
    return true;
}

void reply(struct request *req, unsigned status, const char *type, struct exh_bytes body)
{
    if (!answer_begin(req, status, type) || body.n == 0)
        return;
    uint8_t *copy = arena_take(&req->arena, body.n);
    if (copy) {
        memcpy(copy, body.p, body.n);
        req->answer.body = (struct exh_bytes){ copy, body.n };
    } else {
        req->answer.status = 503;
    }
}

void reply_file(struct request *req, unsigned status, const char *type, int fd, uint64_t at,
                uint64_t n)
{
    if (!answer_begin(req, status, type)) {
        (void)close(fd);
        return;
    }
    req->answer.fd = fd;
    req->answer.at = at;
    req->answer.n = n;
}

void reply_empty(struct request *req, unsigned status)
{
    (void)answer_begin(req, status, NULL);
}

static const char *title_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {
        { 400, "Bad request" },
        { 401, "Who are you?" },
        { 403, "Not allowed" },
        { 404, "Not found" },
        { 405, "Not so" },
        { 409, "Conflict" },
        { 411, "How long?" },
        { 412, "Precondition failed" },
        { 413, "Too large" },
        { 415, "Not this type" },
        { 422, "Not acceptable as it is" },
        { 429, "Too many" },
        { 500, "Our mistake" },
        { 503, "Not now" },
    };

    for (size_t i = 0; i < ARRAY_N(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Problem";
}

void reply_problem(struct request *req, unsigned status, const char *kind, const char *fmt, ...)
{
    char detail[512], type[128];
    struct buf b = buf_with_limit(PROBLEM_MAX);
    struct json_out j = json_over(&b);
    struct exh_error err;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    (void)snprintf(type, sizeof type, "/problems/%s", kind);
    json_open_object(&j);
    json_put_key(&j, "type");
    json_put_text(&j, type);
    json_put_key(&j, "title");
    json_put_text(&j, title_of(status));
    json_put_key(&j, "status");
    json_put_int(&j, (int64_t)status);
    json_put_key(&j, "detail");
    json_put_text(&j, detail);
    json_close_object(&j);
    if (buf_finish(&b, &err) == EXH_OK)
        reply(req, status, PROBLEM_TYPE, buf_view(&b));
    else
        reply_empty(req, 503);
    buf_free(&b);
}

/*
 * Paths and methods against a table of routes: what is found, what is refused, what parameters say.
 */
#include "check.h"
#include "server/route.h"

static void nothing(struct server *server, struct request *req)
{
    (void)server;
    (void)req;
}

static const struct route routes[] = {
    { .method = "GET", .path = "/", .handle = nothing },
    { .method = "GET", .path = "/v1/objects/{oid}", .handle = nothing },
    { .method = "PUT", .path = "/v1/objects/{oid}", .handle = nothing },
    { .method = "GET", .path = "/v1/objects/{oid}/receipt", .handle = nothing },
    { .method = "GET", .path = "/tile/{level}/{a}/{b}", .handle = nothing },
};

static const struct {
    const char *name, *method, *path;
    enum route_found want;
    const char *route;         // path of the route found
    const char *param, *value; // one of its parameters
} cases[] = {
    { "root", "GET", "/", ROUTE_FOUND, "/", NULL, NULL },
    { "parameter", "GET", "/v1/objects/ab12", ROUTE_FOUND, "/v1/objects/{oid}", "oid", "ab12" },
    { "parameter in the middle", "GET", "/v1/objects/ab/receipt", ROUTE_FOUND,
      "/v1/objects/{oid}/receipt", "oid", "ab" },
    { "other method", "PUT", "/v1/objects/x", ROUTE_FOUND, "/v1/objects/{oid}", "oid", "x" },
    { "HEAD is GET", "HEAD", "/v1/objects/x", ROUTE_FOUND, "/v1/objects/{oid}", "oid", "x" },
    { "several parameters", "GET", "/tile/8/x001/234", ROUTE_FOUND, "/tile/{level}/{a}/{b}", "b",
      "234" },
    { "a name that is a part of another", "GET", "/tile/8/x/y", ROUTE_FOUND,
      "/tile/{level}/{a}/{b}", "leve", NULL },
    { "escapes", "GET", "/v1/objects/a%20%C3%A4", ROUTE_FOUND, "/v1/objects/{oid}", "oid",
      "a \xC3\xA4" },
    { "plus is a plus in a path", "GET", "/v1/objects/a+b", ROUTE_FOUND, "/v1/objects/{oid}", "oid",
      "a+b" },
    { "dots are text", "GET", "/v1/objects/..", ROUTE_FOUND, "/v1/objects/{oid}", "oid", ".." },
    { "empty parameter", "GET", "/v1/objects/", ROUTE_NO_PATH, NULL, NULL, NULL },
    { "slash at the end", "GET", "/v1/objects/a/", ROUTE_NO_PATH, NULL, NULL, NULL },
    { "prefix", "GET", "/v1/object", ROUTE_NO_PATH, NULL, NULL, NULL },
    { "more", "GET", "/v1/objects/a/receipt/b", ROUTE_NO_PATH, NULL, NULL, NULL },
    { "empty", "GET", "", ROUTE_NO_PATH, NULL, NULL, NULL },
    { "no such method", "DELETE", "/v1/objects/a", ROUTE_NO_METHOD, NULL, NULL, NULL },
    { "method in other case", "get", "/v1/objects/a", ROUTE_NO_METHOD, NULL, NULL, NULL },
    { "hidden slash", "GET", "/v1/objects/a%2Fb", ROUTE_BAD_PATH, NULL, NULL, NULL },
    { "hidden NUL", "GET", "/v1/objects/a%00", ROUTE_BAD_PATH, NULL, NULL, NULL },
    { "cut escape", "GET", "/v1/objects/a%4", ROUTE_BAD_PATH, NULL, NULL, NULL },
    { "no escape", "GET", "/v1/objects/%zz", ROUTE_BAD_PATH, NULL, NULL, NULL },
    { "not UTF-8", "GET", "/v1/objects/%ff", ROUTE_BAD_PATH, NULL, NULL, NULL },
    { "not UTF-8, plain", "GET", "/v1/objects/\xC0\x80", ROUTE_BAD_PATH, NULL, NULL, NULL },
};

static void check_routes(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct arena arena = arena_with_limit(10000);
        const struct route *route = NULL;
        struct route_params params = { .n = 0 };
        const enum route_found got = route_find(routes, ARRAY_N(routes), cases[i].method,
                                                cases[i].path, &arena, &route, &params);

        CHECK(got == cases[i].want, "%s: %u", cases[i].name, (unsigned)got);
        if (got == ROUTE_FOUND) {
            const char *value = cases[i].param ? route_param(&params, cases[i].param) : NULL;
            CHECK(cases[i].route && strcmp(route->path, cases[i].route) == 0, "%s: %s",
                  cases[i].name, route->path);
            CHECK(!value == !cases[i].value && (!value || strcmp(value, cases[i].value) == 0),
                  "%s: '%s'", cases[i].name, value ? value : "(none)");
        }
        arena_free(&arena);
    }
}

static const struct {
    const char *raw, *want;
} queries[] = {
    { "a+b", "a b" },   { "2026-11-21T09%3A00%3A00Z", "2026-11-21T09:00:00Z" },
    { "a%2Fb", "a/b" }, { "", "" },
    { "%00", NULL },    { "%", NULL },
    { "%ff", NULL },
};

static void check_queries(void)
{
    for (size_t i = 0; i < ARRAY_N(queries); i++) {
        struct arena arena = arena_with_limit(1000);
        const char *got = route_decode_query(&arena, queries[i].raw);

        CHECK(!got == !queries[i].want && (!got || strcmp(got, queries[i].want) == 0),
              "query '%s': '%s'", queries[i].raw, got ? got : "(refused)");
        arena_free(&arena);
    }
}

int main(void)
{
    check_routes();
    check_queries();
    return check_done();
}

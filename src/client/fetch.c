#include <curl/curl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "client/address.h"
#include "client/client.h"

#define URL_MAX       2048 // bytes
#define HOST_MAX      256
#define ADDRESSES_MAX 16    // of one name; more are not needed to reach it
#define CONNECT_MS    5000L // to connect, TLS included
#define WHOLE_MS      20000L
#define USER_AGENT    "exhibit/" EXH_VERSION

/* What each kind of request sends, and which answers count. */
static const struct kind {
    const char *what;
    const char *sends;      // content type of the body; NULL: GET
    const char *answers[3]; // content types, without parameters
    size_t limit;           // bytes of an answer, whatever the caller has room for
} kinds[] = {
    [CLIENT_GET_MANIFEST] = { "manifest store",
                              NULL,
                              { "application/c2pa", "application/x-c2pa-manifest-store" },
                              (size_t)32 << 20 },
    [CLIENT_ASK_OCSP] = { "OCSP response",
                          "application/ocsp-request",
                          { "application/ocsp-response" },
                          (size_t)64 << 10 },
    [CLIENT_ASK_TSA] = { "time-stamp",
                         "application/timestamp-query",
                         { "application/timestamp-reply", "application/timestamp-response" },
                         (size_t)64 << 10 },
};

struct where { // a URL taken apart, and the addresses that were judged
    char host[HOST_MAX];
    char port[8];
    struct addrinfo *found; // freeaddrinfo()
};

struct answer { // what arrives
    uint8_t *to;
    size_t size;
    size_t n;
    bool too_long;
};

/* One part of a URL; false when it is absent or too long. */
static bool url_part(CURLU *url, CURLUPart part, unsigned flags, char *to, size_t size)
{
    char *text = NULL;
    bool fits = curl_url_get(url, part, &text, flags) == CURLUE_OK && strlen(text) < size;

    if (fits)
        memcpy(to, text, strlen(text) + 1);
    curl_free(text);
    return fits;
}

static enum exh_status take_apart(const char *text, struct where *w, struct exh_error *err)
{
    CURLU *url = curl_url();
    enum exh_status status = EXH_OK;
    char scheme[8];
    CURLUcode code;

    if (!url)
        return fail_no_memory(err);
    code = curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER);
    if (code == CURLUE_USER_NOT_ALLOWED)
        status = fail(err, EXH_NETWORK, "a URL with a user name is not asked");
    else if (code != CURLUE_OK || strlen(text) > URL_MAX ||
             !url_part(url, CURLUPART_HOST, 0, w->host, sizeof w->host) ||
             !url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, w->port, sizeof w->port))
        status = fail(err, EXH_NETWORK, "not a URL of http or https");
    else if (!url_part(url, CURLUPART_SCHEME, 0, scheme, sizeof scheme) ||
             (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        status = fail(err, EXH_NETWORK, "only http and https are asked");
    curl_url_cleanup(url);
    return status;
}

/* The host without the brackets of an IPv6 number. */
static void bare_host(const struct where *w, char to[HOST_MAX])
{
    const size_t n = strlen(w->host);
    const bool bracketed = w->host[0] == '[' && n > 2;

    (void)snprintf(to, HOST_MAX, "%.*s", (int)(bracketed ? n - 2 : n),
                   w->host + (bracketed ? 1 : 0));
}

static enum exh_status resolve(struct where *w, struct exh_error *err)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    char host[HOST_MAX];

    bare_host(w, host);
    const int code = getaddrinfo(host, w->port, &hints, &w->found);
    if (code != 0)
        return fail(err, EXH_NETWORK, "%s: %s", host, gai_strerror(code));
    return EXH_OK;
}

/* Whether the URL itself names a private place: a number, or localhost. */
static bool names_address(const struct where *w)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_flags = AI_NUMERICHOST };
    struct addrinfo *found = NULL;
    char host[HOST_MAX];

    bare_host(w, host);
    const bool number = getaddrinfo(host, NULL, &hints, &found) == 0;
    if (number)
        freeaddrinfo(found);
    return number || strcasecmp(host, "localhost") == 0;
}

/*
 * One private address among public ones is enough to refuse: whoever owns the name would choose which
 * of them is tried.
 */
static enum exh_status judge(const struct where *w, enum client_reach reach, struct exh_error *err)
{
    char text[ADDRESS_TEXT_MAX];
    size_t n = 0;

    if (reach == CLIENT_ANY || (reach == CLIENT_TYPED && names_address(w)))
        return EXH_OK;
    for (const struct addrinfo *a = w->found; a; a = a->ai_next, n++) {
        if (address_is_public(a->ai_addr) && n < ADDRESSES_MAX)
            continue;
        if (n == ADDRESSES_MAX)
            return fail(err, EXH_NETWORK, "%s: more than %d addresses", w->host, ADDRESSES_MAX);
        address_text(a->ai_addr, text);
        return fail(err, EXH_NETWORK,
                    "%s leads to %s, which is not a public address (--allow-private permits it)",
                    w->host, text);
    }
    return EXH_OK;
}

/* "host:port:address,address": what curl is to take instead of resolving again. */
static struct curl_slist *pin(const struct where *w)
{
    char line[HOST_MAX + 16 + (ADDRESSES_MAX + 1) * (ADDRESS_TEXT_MAX + 3)];
    char text[ADDRESS_TEXT_MAX];
    size_t n = (size_t)snprintf(line, sizeof line, "%s:%s:", w->host, w->port);
    int i = 0;

    for (const struct addrinfo *a = w->found; a && i < ADDRESSES_MAX; a = a->ai_next, i++) {
        const bool six = a->ai_family == AF_INET6;
        address_text(a->ai_addr, text);
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%s%s%s", i ? "," : "", six ? "[" : "",
                              text, six ? "]" : "");
    }
    return curl_slist_append(NULL, line);
}

/* The last guard: whatever curl made of the name, only an address that was judged is connected to. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct where *w = ctx;

    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    for (const struct addrinfo *a = w->found; a; a = a->ai_next)
        if (address_same(a->ai_addr, &address->addr))
            return socket(address->family, address->socktype, address->protocol);
    return CURL_SOCKET_BAD;
}

static size_t take(char *p, size_t one, size_t n, void *ctx)
{
    struct answer *a = ctx;

    n *= one;
    if (n > a->size - a->n) {
        a->too_long = true;
        return 0;
    }
    memcpy(a->to + a->n, p, n);
    a->n += n;
    return n;
}

static struct curl_slist *headers_of(const struct kind *kind)
{
    char line[128];
    struct curl_slist *list = NULL;
    struct curl_slist *more;

    (void)snprintf(line, sizeof line, "Accept: %s", kind->answers[0]);
    list = curl_slist_append(NULL, line);
    if (list && kind->sends) {
        (void)snprintf(line, sizeof line, "Content-Type: %s", kind->sends);
        more = curl_slist_append(list, line);
        if (!more)
            curl_slist_free_all(list);
        list = more;
    }
    return list;
}

static bool is_expected(const struct kind *kind, const char *type)
{
    const size_t n = type ? strcspn(type, "; \t") : 0;

    for (size_t i = 0; i < ARRAY_N(kind->answers) && kind->answers[i]; i++)
        if (strlen(kind->answers[i]) == n && strncasecmp(kind->answers[i], type, n) == 0)
            return true;
    return false;
}

/* Options that hold for every request; the first that curl refuses fails the request. */
static CURLcode set_up(CURL *curl, const struct client_request *r, const struct where *w,
                       struct answer *answer)
{
    CURLcode code = CURLE_OK;

#define SET(option, value) (code = code ? code : curl_easy_setopt(curl, option, value))
    SET(CURLOPT_URL, r->url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_USERAGENT, USER_AGENT);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    SET(CURLOPT_TIMEOUT_MS, WHOLE_MS);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, w);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, answer);
    if (kinds[r->kind].sends) {
        SET(CURLOPT_POSTFIELDS, (const char *)r->body.p);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    }
#undef SET
    return code;
}

static enum exh_status perform(CURL *curl, const struct kind *kind, const struct answer *answer,
                               struct exh_error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    long http = 0;
    char *type = NULL;

    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (answer->too_long)
        return fail(err, EXH_NETWORK, "the answer is longer than the %zu bytes of a %s",
                    answer->size, kind->what);
    if (code != CURLE_OK)
        return fail(err, EXH_NETWORK, "%s", *why ? why : curl_easy_strerror(code));

    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http);
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (http >= 300 && http < 400)
        return fail(err, EXH_NETWORK, "answered %ld: redirects are not followed", http);
    if (http != 200)
        return fail(err, EXH_NETWORK, "answered %ld", http);
    if (!is_expected(kind, type))
        return fail(err, EXH_NETWORK, "answered with %.80s; %s was expected",
                    type ? type : "no content type", kind->answers[0]);
    return EXH_OK;
}

static enum exh_status ask(const struct client_request *r, const struct where *w,
                           struct answer *answer, struct exh_error *err)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *pinned = pin(w);
    struct curl_slist *headers = headers_of(&kinds[r->kind]);
    enum exh_status status;

    if (!curl || !pinned || !headers)
        status = fail_no_memory(err);
    else if (set_up(curl, r, w, answer) != CURLE_OK ||
             curl_easy_setopt(curl, CURLOPT_RESOLVE, pinned) != CURLE_OK ||
             curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK)
        status = fail(err, EXH_NETWORK, "this libcurl lacks an option that safety needs");
    else
        status = perform(curl, &kinds[r->kind], answer, err);
    curl_easy_cleanup(curl);
    curl_slist_free_all(pinned);
    curl_slist_free_all(headers);
    return status;
}

static enum exh_status fetch(const struct client_request *r, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err)
{
    const size_t limit = kinds[r->kind].limit;
    struct answer answer = { .to = to, .size = size < limit ? size : limit };
    struct where w = { 0 };

    enum exh_status status = take_apart(r->url, &w, err);
    if (status == EXH_OK)
        status = resolve(&w, err);
    if (status == EXH_OK)
        status = judge(&w, r->reach, err);
    if (status == EXH_OK)
        status = ask(r, &w, &answer, err);
    if (w.found)
        freeaddrinfo(w.found);
    if (status != EXH_OK)
        return within(err, r->url);
    *n = answer.n;
    return EXH_OK;
}

const struct client_api exhibit_client = { .version = CLIENT_VERSION, .fetch = fetch };

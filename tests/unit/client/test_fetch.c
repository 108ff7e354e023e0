/*
 * The guarded fetch against a server on loopback that answers what each row says.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "client/client.h"

#define OCSP "Content-Type: application/ocsp-response\r\n"

static struct exh_error err;
static uint8_t got[200000];
static size_t n;

/* Accept one connection on fd, keep the request, send the answer; in a process of its own. */
static pid_t serve_once(int fd, const char *answer, size_t size, int tell)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int peer = accept(fd, NULL, NULL);
    char request[4096];
    size_t have = 0;
    for (;;) {
        ssize_t more = read(peer, request + have, sizeof request - 1 - have);
        if (more <= 0)
            break;
        have += (size_t)more;
        request[have] = 0;
        const char *end = strstr(request, "\r\n\r\n");
        const char *length = strstr(request, "Content-Length: ");
        const size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
        if (end && have >= (size_t)(end + 4 - request) + body)
            break;
    }
    if (write(tell, request, have) < 0 || write(peer, answer, size) < 0)
        _exit(1);
    (void)shutdown(peer, SHUT_WR);
    (void)close(peer);
    _exit(0);
}

static int listen_on_loopback(unsigned *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        abort();
    *port = ntohs(at.sin_port);
    return fd;
}

static enum exh_status ask(const char *url, enum client_kind kind, enum client_reach reach)
{
    const struct client_request r = {
        .kind = kind,
        .url = url,
        .body = { (const uint8_t *)"question", kind == CLIENT_GET_MANIFEST ? 0 : 8 },
        .reach = reach,
    };

    return exhibit_client.fetch(&r, got, sizeof got, &n, &err);
}

static void test_answers(void)
{
    static char long_answer[150000];
    static const struct {
        const char *name;
        const char *answer;
        enum client_kind kind;
        const char *why; // NULL: it is taken
    } cases[] = {
        { "an answer", "HTTP/1.1 200 OK\r\n" OCSP "Content-Length: 6\r\n\r\nanswer",
          CLIENT_ASK_OCSP, NULL },
        { "parameters of the type",
          "HTTP/1.1 200 OK\r\nContent-Type: Application/C2PA; x=y\r\nContent-Length: "
          "6\r\n\r\nanswer",
          CLIENT_GET_MANIFEST, NULL },
        { "until the end",
          "HTTP/1.0 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\nanswer",
          CLIENT_ASK_TSA, NULL },
        { "chunks",
          "HTTP/1.1 200 OK\r\n" OCSP "Transfer-Encoding: chunked\r\n\r\n"
          "3\r\nans\r\n3\r\nwer\r\n0\r\n\r\n",
          CLIENT_ASK_OCSP, NULL },
        { "another type", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nanswer",
          CLIENT_ASK_OCSP, "text/html" },
        { "the type of another kind", "HTTP/1.1 200 OK\r\n" OCSP "\r\nanswer", CLIENT_ASK_TSA,
          "application/timestamp-reply was expected" },
        { "no type", "HTTP/1.1 200 OK\r\n\r\nanswer", CLIENT_ASK_OCSP, "no content type" },
        { "redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n" OCSP "\r\n",
          CLIENT_ASK_OCSP, "redirects are not followed" },
        { "not found", "HTTP/1.1 404 Not Found\r\n" OCSP "\r\nanswer", CLIENT_ASK_OCSP,
          "answered 404" },
        { "no content", "HTTP/1.1 204 No Content\r\n" OCSP "\r\n", CLIENT_ASK_OCSP,
          "answered 204" },
        { "cut short", "HTTP/1.1 200 OK\r\n" OCSP "Content-Length: 60\r\n\r\nanswer",
          CLIENT_ASK_OCSP, "" },
        { "not HTTP", "SSH-2.0-x\r\n", CLIENT_ASK_OCSP, "" },
        { "nothing", "", CLIENT_ASK_OCSP, "" },
        { "too long", long_answer, CLIENT_ASK_OCSP, "longer than the 65536 bytes" },
    };
    char url[64], request[4096];
    unsigned port;
    const int fd = listen_on_loopback(&port);

    memset(long_answer, 'x', sizeof long_answer - 1);
    memcpy(long_answer, "HTTP/1.1 200 OK\r\n" OCSP "\r\n",
           strlen("HTTP/1.1 200 OK\r\n" OCSP "\r\n"));
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/path?q", port);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        int told[2];
        if (pipe(told) != 0)
            abort();
        const pid_t pid = serve_once(fd, cases[i].answer, strlen(cases[i].answer), told[1]);
        (void)close(told[1]);
        enum exh_status status = ask(url, cases[i].kind, CLIENT_TYPED);
        ssize_t have = read(told[0], request, sizeof request - 1);
        (void)close(told[0]);
        (void)waitpid(pid, NULL, 0);
        request[have > 0 ? have : 0] = 0;

        const bool get = cases[i].kind == CLIENT_GET_MANIFEST;
        CHECK(strncmp(request, get ? "GET /path?q " : "POST /path?q ", 12) == 0, "%s: asked %.20s",
              cases[i].name, request);
        CHECK(get == !strstr(request, "\r\n\r\nquestion"), "%s: body", cases[i].name);
        if (!cases[i].why) {
            CHECK(status == EXH_OK && n == 6 && memcmp(got, "answer", 6) == 0, "%s: %s",
                  cases[i].name, err.text);
            continue;
        }
        CHECK(status == EXH_NETWORK && strstr(err.text, cases[i].why), "%s: %s", cases[i].name,
              err.text);
        CHECK(strncmp(err.text, url, strlen(url)) == 0, "%s: says no URL: %s", cases[i].name,
              err.text);
    }
    (void)close(fd);
}

/* Refused before anything is sent: nobody listens there, and the message says why not. */
static void test_refusals(void)
{
    static const struct {
        const char *url;
        enum client_reach reach;
        const char *why;
    } cases[] = {
        { "http://127.0.0.1/", CLIENT_PUBLIC, "not a public address" },
        { "http://localhost/", CLIENT_PUBLIC, "not a public address" },
        { "http://LOCALHOST./", CLIENT_TYPED, "" },
        { "http://127.1/", CLIENT_PUBLIC, "leads to 127.0.0.1" },
        { "http://2130706433/", CLIENT_PUBLIC, "leads to 127.0.0.1" },
        { "http://0x7f.0.0.1/", CLIENT_PUBLIC, "leads to 127.0.0.1" },
        { "http://0177.0.0.1/", CLIENT_PUBLIC, "leads to 127.0.0.1" },
        { "http://0/", CLIENT_PUBLIC, "leads to 0.0.0.0" },
        { "http://[::1]/", CLIENT_PUBLIC, "leads to ::1" },
        { "http://[::ffff:127.0.0.1]/", CLIENT_PUBLIC, "not a public address" },
        { "http://[fe80::1%25lo]/", CLIENT_PUBLIC, "" },
        { "http://169.254.169.254/latest/meta-data", CLIENT_PUBLIC, "leads to 169.254.169.254" },
        { "https://10.1.2.3/", CLIENT_PUBLIC, "leads to 10.1.2.3" },
        { "http://user@127.0.0.1/", CLIENT_ANY, "user name" },
        { "http://user:word@127.0.0.1/", CLIENT_ANY, "user name" },
        { "file:///etc/passwd", CLIENT_ANY, "" },
        { "ftp://127.0.0.1/", CLIENT_ANY, "only http and https" },
        { "gopher://127.0.0.1/", CLIENT_ANY, "only http and https" },
        { "127.0.0.1", CLIENT_ANY, "not a URL" },
        { "http://", CLIENT_ANY, "not a URL" },
        { "http://a b/", CLIENT_ANY, "" },
        { "http://127.0.0.1:99999/", CLIENT_ANY, "not a URL" },
        { "", CLIENT_ANY, "not a URL" },
        { "http://no-such-name.invalid/", CLIENT_PUBLIC, "no-such-name.invalid" },
        { "http://no-such-name.invalid/", CLIENT_ANY, "no-such-name.invalid" },
        { "http://127.0.0.1:1/", CLIENT_ANY, "" },
    };
    char url[3000] = "http://127.0.0.1/";

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        enum exh_status status = ask(cases[i].url, CLIENT_ASK_OCSP, cases[i].reach);
        CHECK(status == EXH_NETWORK && strstr(err.text, cases[i].why), "%s: %s", cases[i].url,
              err.text);
    }
    memset(url + strlen(url), 'x', sizeof url - 1 - strlen(url));
    CHECK(ask(url, CLIENT_ASK_OCSP, CLIENT_ANY) == EXH_NETWORK, "a URL of %zu bytes", sizeof url);

    // A name that leads to a private address is not an address that was typed.
    char name[64] = "http://";
    if (gethostname(name + 7, sizeof name - 8) == 0)
        CHECK(ask(name, CLIENT_ASK_OCSP, CLIENT_TYPED) == EXH_NETWORK, "%s: %s", name, err.text);
}

int main(void)
{
    // A proxy would see everything: whatever the environment says, none is used.
    (void)setenv("http_proxy", "http://127.0.0.1:9", 1);
    (void)setenv("all_proxy", "http://127.0.0.1:9", 1);
    (void)signal(SIGPIPE, SIG_IGN);
    test_answers();
    test_refusals();
    return check_done();
}

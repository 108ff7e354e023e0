#include "formats/invitation.h"

#include "base/reader.h"
#include "base/text.h"
#include "formats/base64.h"

#include <string.h>

#define VERSION       1
#define FIXED         (1 + 1 + 8 + INVITATION_ID + 1)   // bytes of a body without its name
#define TOKEN_BYTES   (FIXED + ID_MAX + INVITATION_MAC) // at most
#define PIN_TEXT      BASE64_TEXT_N(INVITATION_PIN)     // characters
#define PORT_OF_HTTPS 443

_Static_assert(BASE64_TEXT_N(TOKEN_BYTES) <= INVITATION_TOKEN_MAX, "a token fits");

static bool role_known(unsigned role)
{
    return role >= INVITATION_CAMERA && role <= INVITATION_OPERATOR;
}

/* base64url into `to`, which has n bytes; *n receives how many were written. */
static bool read_base64url(struct exh_bytes text, uint8_t *to, size_t *n)
{
    uint8_t standard[INVITATION_TOKEN_MAX];

    if (text.n > sizeof standard || BASE64_BYTES_N(text.n) > *n)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (c == '+' || c == '/')
            return false;
        standard[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    *n = BASE64_BYTES_N(text.n);
    return base64_read((struct exh_bytes){ standard, text.n }, to);
}

static void put_base64url(struct buf *to, struct exh_bytes bytes)
{
    const size_t n = BASE64_TEXT_N(bytes.n);
    uint8_t *text = buf_room(to, n);

    if (!text)
        return;
    base64_write((char *)text, bytes.p, bytes.n);
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
}

static bool read_body(struct reader *r, struct invitation_token *t)
{
    const uint8_t version = reader_u8(r);
    const uint8_t role = reader_u8(r);
    const uint64_t expires = reader_u64(r);
    const struct exh_bytes id = reader_take(r, sizeof t->id);
    const struct exh_bytes name = reader_take(r, reader_u8(r));
    const struct exh_bytes mac = reader_take(r, sizeof t->mac);

    if (r->failed || r->rest.n || version != VERSION || !role_known(role) || expires > INT64_MAX ||
        (name.n && !id_valid(name)))
        return false;
    t->role = (enum invitation_role)role;
    t->expires = (int64_t)expires;
    memcpy(t->id, id.p, id.n);
    if (name.n)
        memcpy(t->name, name.p, name.n);
    memcpy(t->mac, mac.p, mac.n);
    return true;
}

enum exh_status invitation_token_read(struct exh_bytes text, struct invitation_token *out,
                                      struct exh_error *err)
{
    struct invitation_token token = { 0 };
    uint8_t bytes[TOKEN_BYTES];
    size_t n = sizeof bytes;

    if (!read_base64url(text, bytes, &n))
        return fail(err, EXH_MALFORMED, "the invitation's token is damaged, or of another version");
    struct reader r = reader_over((struct exh_bytes){ bytes, n }, 0);
    if (!read_body(&r, &token))
        return fail(err, EXH_MALFORMED, "the invitation's token is damaged, or of another version");
    *out = token;
    return EXH_OK;
}

void invitation_put_body(struct buf *to, const struct invitation_token *token)
{
    const struct exh_bytes name = bytes_of(token->name);

    buf_put_u8(to, VERSION);
    buf_put_u8(to, (uint8_t)token->role);
    buf_put_u64(to, (uint64_t)token->expires);
    buf_put(to, token->id, sizeof token->id);
    buf_put_u8(to, (uint8_t)name.n);
    buf_put_bytes(to, name);
}

static enum exh_status check_token(const struct invitation_token *token, struct exh_error *err)
{
    if (!role_known(token->role) || token->expires < 0)
        return fail(err, EXH_INVALID, "an invitation for role %u until %lld", token->role,
                    (long long)token->expires);
    if (token->name[0] && !id_valid(bytes_of(token->name)))
        return fail(err, EXH_INVALID, "an invitation for '%.64s': an id has " ID_RULE, token->name);
    return EXH_OK;
}

enum exh_status invitation_token_write(const struct invitation_token *token, struct buf *text,
                                       struct exh_error *err)
{
    struct buf bytes = buf_with_limit(TOKEN_BYTES);
    enum exh_status status = check_token(token, err);

    if (status)
        return status;
    invitation_put_body(&bytes, token);
    buf_put(&bytes, token->mac, sizeof token->mac);
    status = buf_finish(&bytes, err);
    if (!status) {
        put_base64url(text, buf_view(&bytes));
        status = buf_finish(text, err);
    }
    buf_free(&bytes);
    return status;
}

/* Digits up to the end of a port. */
static bool read_port(struct exh_bytes text, uint16_t *port)
{
    uint32_t value = 0;

    if (text.n < 1 || text.n > 5 || text.p[0] == '0')
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        value = value * 10 + (text.p[i] - '0');
    }
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

/* Host and port are apart: "host:port", "[address]:port"; what is left of the text is the port. */
static bool cut_host(struct exh_bytes *text, struct exh_bytes *host)
{
    struct reader r = reader_over(*text, 0);

    if (text->n && text->p[0] == '[') {
        reader_u8(&r);
        *host = reader_until(&r, ']');
        *text = r.rest;
        return !r.failed && memchr(host->p, ':', host->n);
    }
    size_t n = 0;
    while (n < text->n && text->p[n] != ':')
        n++;
    *host = reader_take(&r, n);
    *text = r.rest;
    return true;
}

static bool read_authority(struct exh_bytes text, struct invitation *out)
{
    struct exh_bytes host;

    if (!cut_host(&text, &host) || !host_valid(host))
        return false;
    if (text.n &&
        (text.p[0] != ':' || !read_port((struct exh_bytes){ text.p + 1, text.n - 1 }, &out->port)))
        return false;
    memcpy(out->host, host.p, host.n);
    return true;
}

static const char scheme[] = "https://";

enum exh_status invitation_read(struct exh_bytes url, struct invitation *out, struct exh_error *err)
{
    struct invitation in = { .port = PORT_OF_HTTPS };
    struct reader r = reader_over(url, 0);
    size_t pin_n = sizeof in.pin;

    if (url.n > INVITATION_URL_MAX)
        return fail(err, EXH_LIMIT, "an invitation of %zu bytes; at most %d were expected", url.n,
                    INVITATION_URL_MAX);
    if (!bytes_start(url, scheme))
        return fail(err, EXH_MALFORMED, "an invitation begins with https://");
    reader_take(&r, strlen(scheme));
    if (!read_authority(reader_until(&r, '/'), &in))
        return fail(err, EXH_MALFORMED, "the invitation names no host");
    const struct exh_bytes path = reader_until(&r, '#');
    if (r.failed || !bytes_are(path, "join"))
        return fail(err, EXH_MALFORMED,
                    "not an invitation: /join#… was expected behind the host (was it cut short?)");
    const struct exh_bytes pin = reader_until(&r, '.');
    if (r.failed || pin.n != PIN_TEXT || !read_base64url(pin, in.pin, &pin_n))
        return fail(err, EXH_MALFORMED, "the invitation's pin of the root is damaged");
    enum exh_status status = invitation_token_read(r.rest, &in.token, err);
    if (!status)
        *out = in;
    return status;
}

enum exh_status invitation_write(const struct invitation *invitation, struct buf *url,
                                 struct exh_error *err)
{
    const bool v6 = strchr(invitation->host, ':') != NULL;

    if (!host_valid(bytes_of(invitation->host)) || !invitation->port)
        return fail(err, EXH_INVALID, "an invitation to '%.64s', port %u: no such host",
                    invitation->host, invitation->port);
    buf_printf(url, "%s%s%s%s:%u/join#", scheme, v6 ? "[" : "", invitation->host, v6 ? "]" : "",
               invitation->port);
    put_base64url(url, (struct exh_bytes){ invitation->pin, sizeof invitation->pin });
    buf_put_u8(url, '.');
    return invitation_token_write(&invitation->token, url, err);
}

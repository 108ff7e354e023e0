/* Invitations: what is written is read again, and every other address is refused. */
#include "check.h"

#include "base/text.h"
#include "formats/invitation.h"

#define PIN   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define TOKEN "AQEAAAAAawFfkAECAwQFBgcICQoLDA0ODxAGZG9tZS0x8PHy8_T19vf4-fr7_P3-_w"

static struct invitation sample(void)
{
    struct invitation in = {
        .host = "cam.example.org",
        .port = 8443,
        .token = { .role = INVITATION_CAMERA, .expires = 1795252112, .name = "dome-1" }
    };

    for (uint8_t i = 0; i < sizeof in.pin; i++)
        in.pin[i] = i;
    for (uint8_t i = 0; i < sizeof in.token.id; i++)
        in.token.id[i] = i + 1;
    for (uint8_t i = 0; i < sizeof in.token.mac; i++)
        in.token.mac[i] = 0xF0 + i;
    return in;
}

static bool same(const struct invitation *a, const struct invitation *b)
{
    return strcmp(a->host, b->host) == 0 && a->port == b->port &&
           memcmp(a->pin, b->pin, sizeof a->pin) == 0 && a->token.role == b->token.role &&
           a->token.expires == b->token.expires && strcmp(a->token.name, b->token.name) == 0 &&
           memcmp(a->token.id, b->token.id, sizeof a->token.id) == 0 &&
           memcmp(a->token.mac, b->token.mac, sizeof a->token.mac) == 0;
}

static enum exh_status try(const char *url, size_t n, struct invitation *out, struct exh_error *err)
{
    uint8_t *copy = exact_copy(url, n);
    enum exh_status status = invitation_read((struct exh_bytes){ copy, n }, out, err);

    free(copy);
    return status;
}

static const struct {
    const char *name, *url;
    const char *host; // NULL: refused
    unsigned port;
    const char *why;
} rows[] = {
    { "all", "https://cam.example.org:8443/join#" PIN "." TOKEN, "cam.example.org", 8443, "" },
    { "no port", "https://localhost/join#" PIN "." TOKEN, "localhost", 443, "" },
    { "IPv4", "https://192.0.2.1:1/join#" PIN "." TOKEN, "192.0.2.1", 1, "" },
    { "IPv6", "https://[2001:db8::1]:65535/join#" PIN "." TOKEN, "2001:db8::1", 65535, "" },
    { "IPv6 without port", "https://[::1]/join#" PIN "." TOKEN, "::1", 443, "" },
    { "nothing", "", NULL, 0, "begins with https://" },
    { "http", "http://localhost/join#" PIN "." TOKEN, NULL, 0, "begins with https://" },
    { "upper-case scheme", "HTTPS://localhost/join#" PIN "." TOKEN, NULL, 0, "begins with" },
    { "no host", "https:///join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "no path", "https://localhost", NULL, 0, "names no host" },
    { "user", "https://a@localhost/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "upper-case host", "https://Localhost/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "escaped host", "https://local%68ost/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "bare IPv6", "https://::1/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "name in brackets", "https://[localhost]/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "open bracket", "https://[::1/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "behind the bracket", "https://[::1]a/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "empty port", "https://localhost:/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "port 0", "https://localhost:0/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "port 65536", "https://localhost:65536/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "port of six digits", "https://localhost:100000/join#" PIN "." TOKEN, NULL, 0, "no host" },
    { "port with a sign", "https://localhost:+1/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "port with a zero", "https://localhost:01/join#" PIN "." TOKEN, NULL, 0, "names no host" },
    { "another path", "https://localhost/enroll#" PIN "." TOKEN, NULL, 0, "/join#" },
    { "a longer path", "https://localhost/join/#" PIN "." TOKEN, NULL, 0, "/join#" },
    { "a query", "https://localhost/join?a#" PIN "." TOKEN, NULL, 0, "/join#" },
    { "no fragment", "https://localhost/join", NULL, 0, "cut short" },
    { "no pin", "https://localhost/join#", NULL, 0, "pin" },
    { "no token", "https://localhost/join#" PIN, NULL, 0, "pin" },
    { "empty token", "https://localhost/join#" PIN ".", NULL, 0, "token" },
    { "short pin", "https://localhost/join#AAAA." TOKEN, NULL, 0, "pin" },
    { "long pin", "https://localhost/join#" PIN "A." TOKEN, NULL, 0, "pin" },
    { "pin with a +", "https://localhost/join#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+." TOKEN,
      NULL, 0, "pin" },
    { "pin not canonical",
      "https://localhost/join#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9." TOKEN, NULL, 0, "pin" },
    { "padded token", "https://localhost/join#" PIN "." TOKEN "==", NULL, 0, "token" },
    { "text behind", "https://localhost/join#" PIN "." TOKEN " ", NULL, 0, "token" },
    { "token with a /",
      "https://localhost/join#" PIN
      ".AQEAAAAAawFfkAECAwQFBgcICQoLDA0ODxAGZG9tZS0x8PHy8/T19vf4-fr7_P3-_w",
      NULL, 0, "token" },
};

static void test_read(void)
{
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct invitation want = sample(), got;
        err.text[0] = '\0';
        enum exh_status status = try(rows[i].url, strlen(rows[i].url), &got, &err);
        snprintf(want.host, sizeof want.host, "%s", rows[i].host ? rows[i].host : "");
        want.port = (uint16_t)rows[i].port;
        CHECK(status == (rows[i].host ? EXH_OK : EXH_MALFORMED) && strstr(err.text, rows[i].why),
              "%s: %u %s", rows[i].name, status, err.text);
        CHECK(status != EXH_OK || same(&want, &got), "%s: something else was read", rows[i].name);
        CHECK(!strstr(err.text, "AQEAAA"), "%s: the token is told: %s", rows[i].name, err.text);
    }
    struct invitation got;
    for (size_t n = 0; n < strlen(rows[0].url); n++)
        CHECK(try(rows[0].url, n, &got, &err) == EXH_MALFORMED, "prefix of %zu bytes", n);
    char *large = calloc(1, INVITATION_URL_MAX + 1);
    CHECK(try(large, INVITATION_URL_MAX + 1, &got, &err) == EXH_LIMIT, "too long");
    free(large);
}

/* Tokens by their bytes, in base64url. */
static const struct {
    const char *name, *text;
    bool good;
} tokens[] = {
    { "all", TOKEN, true },
    { "no name", "AQIAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w", true },
    { "the last second of all", "AQN__________wECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w",
      true },
    { "version 2", "AgEAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w", false },
    { "role 0", "AQAAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w", false },
    { "role 4", "AQQAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w", false },
    { "before 1970", "AQGAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_w", false },
    { "a name with a blank", "AQEAAAAAawFfkAECAwQFBgcICQoLDA0ODxADYSBi8PHy8_T19vf4-fr7_P3-_w",
      false },
    { "a name that is too long for the rest",
      "AQEAAAAAawFfkAECAwQFBgcICQoLDA0ODxAHZG9tZS0x8PHy8_T19vf4-fr7_P3-_w", false },
    { "a byte behind", "AQIAAAAAawFfkAECAwQFBgcICQoLDA0ODxAA8PHy8_T19vf4-fr7_P3-_wA", false },
    { "blanks", "AQEA AAAAawFfkA", false },
};

static void test_tokens(void)
{
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(tokens); i++) {
        const size_t n = strlen(tokens[i].text);
        uint8_t *copy = exact_copy(tokens[i].text, n);
        struct invitation_token token;
        enum exh_status status = invitation_token_read((struct exh_bytes){ copy, n }, &token, &err);
        CHECK(status == (tokens[i].good ? EXH_OK : EXH_MALFORMED), "%s: %u", tokens[i].name,
              status);
        if (status == EXH_OK) {
            struct buf text = buf_with_limit(INVITATION_TOKEN_MAX);
            CHECK(invitation_token_write(&token, &text, &err) == EXH_OK &&
                      bytes_are(buf_view(&text), tokens[i].text),
                  "%s: written otherwise", tokens[i].name);
            buf_free(&text);
        }
        free(copy);
    }
}

static void test_write(void)
{
    struct invitation in = sample(), out;
    struct buf url = buf_with_limit(INVITATION_URL_MAX);
    struct exh_error err = { .text = "" };

    CHECK(invitation_write(&in, &url, &err) == EXH_OK && bytes_are(buf_view(&url), rows[0].url),
          "%.*s", (int)url.n, (const char *)url.p);
    buf_clear(&url);
    snprintf(in.host, sizeof in.host, "::1");
    CHECK(invitation_write(&in, &url, &err) == EXH_OK &&
              invitation_read(buf_view(&url), &out, &err) == EXH_OK && same(&in, &out),
          "IPv6: %s", err.text);
    buf_clear(&url);
    // The longest of all fits.
    memset(in.host, 'a', HOST_MAX);
    in.host[HOST_MAX] = '\0';
    memset(in.token.name, 'a', ID_MAX);
    in.token.name[ID_MAX] = '\0';
    CHECK(invitation_write(&in, &url, &err) == EXH_OK &&
              invitation_read(buf_view(&url), &out, &err) == EXH_OK && same(&in, &out),
          "the longest: %s", err.text);
    buf_free(&url);

    struct invitation bad[6];
    for (size_t i = 0; i < ARRAY_N(bad); i++)
        bad[i] = sample();
    bad[0].host[0] = '\0';
    bad[1].host[3] = '/';
    bad[2].port = 0;
    bad[3].token.role = (enum invitation_role)4;
    bad[4].token.expires = -1;
    bad[5].token.name[0] = '-';
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        url = buf_with_limit(INVITATION_URL_MAX);
        CHECK(invitation_write(&bad[i], &url, &err) == EXH_INVALID, "bad invitation %zu", i);
        buf_free(&url);
    }
}

int main(void)
{
    test_read();
    test_tokens();
    test_write();
    return check_done();
}

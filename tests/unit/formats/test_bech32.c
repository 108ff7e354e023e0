/* Keys as text: what BIP 173 and age show, and every way to write one wrong. */
#include "formats/bech32.h"

#include "base/text.h"
#include "check.h"

// From C2SP age, "The X25519 recipient type" and "The tagged recipient types".
#define SECRET    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define TAGGED    "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"

static const struct {
    const char *name, *prefix, *text;
    size_t n;
    enum exh_status want;
} cases[] = {
    { "identity of the specification", "AGE-SECRET-KEY-", SECRET, 32, EXH_OK },
    { "recipient of the specification", "age", RECIPIENT, 32, EXH_OK },
    { "tagged recipient", "age1tag", TAGGED, 33, EXH_OK },
    { "BIP 173: no data", "a", "a12uel5l", 0, EXH_OK },
    { "BIP 173: no data, upper-case", "A", "A12UEL5L", 0, EXH_OK },
    { "another prefix", "agf", RECIPIENT, 32, EXH_MALFORMED },
    { "prefix in another case", "AGE", RECIPIENT, 32, EXH_MALFORMED },
    { "prefix alone", "age", "age", 32, EXH_MALFORMED },
    { "no separator", "age", "age2zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", 32,
      EXH_MALFORMED },
    { "empty", "age", "", 32, EXH_MALFORMED },
    { "too short", "age", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw", 32,
      EXH_MALFORMED },
    { "too long", "age", RECIPIENT "q", 32, EXH_MALFORMED },
    { "for another size", "age", RECIPIENT, 33, EXH_MALFORMED },
    { "one character wrong", "age",
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwq", 32, EXH_MALFORMED },
    { "two characters swapped", "age",
      "age1vzkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", 32, EXH_MALFORMED },
    { "a character that is not of the alphabet", "age",
      "age1bvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", 32, EXH_MALFORMED },
    { "one upper-case character", "age",
      "age1Zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", 32, EXH_MALFORMED },
    { "one lower-case character", "AGE-SECRET-KEY-",
      "AGE-SECRET-KEY-1gFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", 32,
      EXH_MALFORMED },
    { "a space behind", "age", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw ", 32,
      EXH_MALFORMED },
    { "bits over are set, checksum right", "age",
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73epp9g8nq", 32, EXH_MALFORMED },
};

static enum exh_status parse(const char *text, size_t text_n, const char *prefix, uint8_t *to,
                             size_t n, struct exh_error *err)
{
    uint8_t *copy = exact_copy(text, text_n);
    uint8_t *exact = exact_copy(to, n);
    enum exh_status status = bech32_read((struct exh_bytes){ copy, text_n }, prefix, exact, n, err);

    memcpy(to, exact, n);
    free(exact);
    free(copy);
    return status;
}

static void check_table(void)
{
    uint8_t data[BECH32_DATA_MAX] = { 0 };
    struct exh_error err = { 0 };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        char again[128];
        const size_t n = strlen(cases[i].text);
        const enum exh_status got =
            parse(cases[i].text, n, cases[i].prefix, data, cases[i].n, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        if (got)
            continue;
        CHECK(BECH32_TEXT_N(strlen(cases[i].prefix), cases[i].n) == n + 1, "%s: size",
              cases[i].name);
        bech32_write(again, cases[i].prefix, data, cases[i].n);
        CHECK(strcmp(again, cases[i].text) == 0, "%s: written again: %s", cases[i].name, again);
        for (size_t cut = 0; cut < n; cut++)
            CHECK(parse(cases[i].text, cut, cases[i].prefix, data, cases[i].n, &err) ==
                      EXH_MALFORMED,
                  "%s: prefix of %zu", cases[i].name, cut);
    }
}

static void check_values(void)
{
    uint8_t data[BECH32_DATA_MAX] = { 0 };
    struct exh_error err;

    CHECK(!parse(SECRET, strlen(SECRET), "AGE-SECRET-KEY-", data, 32, &err), "%s", err.text);
    for (size_t i = 0; i < 32; i++)
        CHECK(data[i] == 0x42, "byte %zu of the identity is %02x", i, data[i]);
    CHECK(!parse(TAGGED, strlen(TAGGED), "age1tag", data, 33, &err), "%s", err.text);
    CHECK(data[0] == 2, "a packed point begins with %02x", data[0]);
}

/* A secret that is not accepted shows up nowhere. */
static void check_silence(void)
{
    const char *text = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEQ";
    uint8_t data[32] = { 0 };
    struct exh_error err;

    CHECK(parse(text, strlen(text), "AGE-SECRET-KEY-", data, 32, &err) == EXH_MALFORMED,
          "checksum");
    CHECK(!strstr(err.text, "GFPYY"), "the error quotes the secret: %s", err.text);
    for (size_t i = 0; i < 32; i++)
        CHECK(data[i] == 0, "a refused key was written");
}

/* Every single wrong character is found: a checksum's promise. */
static void check_changes(void)
{
    uint8_t data[32] = { 0 };
    struct exh_error err;

    for (size_t i = 4; i < strlen(RECIPIENT); i++) {
        for (const char *c = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"; *c; c++) {
            char text[] = RECIPIENT;
            text[i] = *c;
            const bool same = *c == RECIPIENT[i];
            CHECK((parse(text, strlen(text), "age", data, 32, &err) == EXH_OK) == same,
                  "character %zu as %c", i, *c);
        }
    }
}

int main(void)
{
    check_table();
    check_values();
    check_silence();
    check_changes();
    return check_done();
}

/*
 * Any note and any key: what is accepted is consumed whole, and written again gives the same bytes.
 * Digests are zeros, so that the id of a key can be guessed.
 */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "fuzz_crypto.h"
#include "log/checkpoint.h"

static void check_signatures(const struct note *note)
{
    struct exh_bytes rest = note->signatures;
    struct note_signature s;
    struct exh_judgement j;
    struct note_key key = { 0 };
    struct exh_error err;
    size_t count = 0;

    for (; note_next_signature(&rest, &s); count++) {
        REQUIRE(s.name.n && s.base64.n >= 8);
        if (s.name.n < sizeof key.name) { // whoever signed is known
            memset(&key, 0, sizeof key);
            memcpy(key.name, s.name.p, s.name.n);
            key.id = s.id;
        }
    }
    REQUIRE(count == note->n && rest.n == 0);
    REQUIRE(note_check(fuzz_crypto(), note, &key, 1, &j, &err) == EXH_OK);
    REQUIRE(j.holds == (j.reason[0] == '\0'));
}

static void check_text(struct exh_bytes text)
{
    struct buf b = buf_with_limit(2 * NOTE_MAX);
    struct checkpoint c;
    struct exh_error err;

    if (checkpoint_read(text, &c, &err) == EXH_OK) {
        REQUIRE(c.head.size <= TLOG_SIZE_MAX);
        checkpoint_write(&c, &b);
        REQUIRE(bytes_equal(buf_view(&b), text));
    }
    buf_free(&b);
}

static void check_key(struct exh_bytes text)
{
    char again[NOTE_KEY_MAX];
    struct note_key key;
    struct exh_error err;

    if (note_key_read(fuzz_crypto(), text, &key, &err) == EXH_OK) {
        note_key_write(&key, again);
        REQUIRE(bytes_are(text, again));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes in = { p, n };
    struct exh_error err;
    struct note note;

    if (note_read(in, &note, &err) == EXH_OK) {
        REQUIRE(note.text.p == p && note.text.n + 1 + note.signatures.n == n);
        check_signatures(&note);
        check_text(note.text);
    }
    check_text(in);
    check_key(in);
    return 0;
}

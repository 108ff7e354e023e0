/* Checkpoints: their text, who may have signed them, and that a log never signs its own contradiction. */
#include "check.h"

#include "base/text.h"
#include "log/checkpoint.h"
#include "log_fixture.h"

#include <inttypes.h>

#define LOG  "server.example/log"
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define TEXT "example.com/behind-the-sofa\n20852163\n" ROOT "\n"

static const struct exh_crypto *crypto;

static const struct {
    const char *name;
    const char *text;
    enum exh_status want;
    uint64_t size;
} texts[] = {
    { "the specification's", TEXT, EXH_OK, 20852163 },
    { "no entries", LOG "\n0\n" ROOT "\n", EXH_OK, 0 },
    { "the largest", LOG "\n9223372036854775807\n" ROOT "\n", EXH_OK, TLOG_SIZE_MAX },
    { "extensions", TEXT "one\ntwo 2\n", EXH_OK, 20852163 },
    { "an origin with spaces", "go.sum database tree\n7\n" ROOT "\n", EXH_OK, 7 },
    { "over the largest", LOG "\n9223372036854775808\n" ROOT "\n", EXH_LIMIT, 0 },
    { "over 64 bits", LOG "\n18446744073709551616\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "nothing", "", EXH_MALFORMED, 0 },
    { "no origin", "\n1\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "origin only", LOG "\n", EXH_MALFORMED, 0 },
    { "no root", LOG "\n1\n", EXH_MALFORMED, 0 },
    { "no size", LOG "\n\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "zero in front", LOG "\n01\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "two zeros", LOG "\n00\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "a sign", LOG "\n+1\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "negative", LOG "\n-1\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "hexadecimal", LOG "\n0x1\n" ROOT "\n", EXH_MALFORMED, 0 },
    { "space behind the size", LOG "\n1 \n" ROOT "\n", EXH_MALFORMED, 0 },
    { "root too short", LOG "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", EXH_MALFORMED,
      0 },
    { "root too long", LOG "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Ir\n", EXH_MALFORMED,
      0 },
    { "root not canonical", LOG "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
      EXH_MALFORMED, 0 },
    { "root without padding", LOG "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
      EXH_MALFORMED, 0 },
    { "root without newline", LOG "\n1\n" ROOT, EXH_MALFORMED, 0 },
    { "an empty extension", TEXT "\n", EXH_MALFORMED, 0 },
    { "an empty extension among others", TEXT "a\n\nb\n", EXH_MALFORMED, 0 },
    { "extension without newline", TEXT "a", EXH_MALFORMED, 0 },
};

static enum exh_status read_text(const char *text, size_t n, struct checkpoint *c,
                                 struct exh_error *err)
{
    char *copy = exact_copy(text, n);
    enum exh_status status = checkpoint_read((struct exh_bytes){ (uint8_t *)copy, n }, c, err);

    free(copy);
    return status;
}

static void read_texts(void)
{
    struct exh_error err = { .text = "" };
    struct checkpoint c;

    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        const struct exh_bytes text = bytes_of(texts[i].text);
        struct buf b = buf_with_limit(NOTE_MAX);

        enum exh_status got = read_text(texts[i].text, text.n, &c, &err);
        CHECK(got == texts[i].want, "%s: status %u (%s)", texts[i].name, got, err.text);
        if (checkpoint_read(text, &c, &err) == EXH_OK) {
            CHECK(c.head.size == texts[i].size, "%s: size %" PRIu64, texts[i].name, c.head.size);
            checkpoint_write(&c, &b);
            CHECK(bytes_equal(buf_view(&b), text), "%s: written otherwise", texts[i].name);
        }
        buf_free(&b);
    }
    for (size_t n = 0; n < sizeof TEXT - 1; n++)
        CHECK(read_text(TEXT, n, &c, &err) == EXH_MALFORMED, "prefix of %zu bytes", n);
}

static struct buf signed_head(const struct note_signer *signer, const struct tlog_head *head)
{
    struct buf b = buf_with_limit(NOTE_MAX);
    struct exh_error err = { .text = "" };

    CHECK(checkpoint_sign_next(crypto, signer, NULL, head, NULL, &b, &err) == EXH_OK, "%s",
          err.text);
    return b;
}

static void open_checkpoints(void)
{
    const struct note_signer ours = test_signer(LOG), theirs = test_signer("other.example/log");
    const struct note_key both[] = { ours.key, theirs.key };
    const struct tlog_head head = { 7, { { 1, 2, 3 } } };
    struct buf good = signed_head(&ours, &head), foreign = signed_head(&theirs, &head);
    struct buf moved = buf_with_limit(NOTE_MAX); // our key signed a checkpoint of another origin
    struct exh_error err = { .text = "" };
    struct exh_judgement j;
    struct checkpoint c;

    CHECK(note_sign(&ours, bytes_of("other.example/log\n7\n" ROOT "\n"), &moved, &err) == EXH_OK,
          "%s", err.text);
    const struct {
        const char *name;
        const struct buf *note;
        const struct note_key *keys;
        size_t n;
        bool want;
    } cases[] = {
        { "ours", &good, &ours.key, 1, true },
        { "another log's key", &good, &theirs.key, 1, false },
        { "another log", &foreign, &ours.key, 1, false },
        { "another origin under our key", &moved, &ours.key, 1, false },
        { "keys of two logs", &good, both, 2, false },
        { "no keys", &good, NULL, 0, false },
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        CHECK(checkpoint_open(crypto, buf_view(cases[i].note), cases[i].keys, cases[i].n, &c, &j,
                              &err) == EXH_OK &&
                  j.holds == cases[i].want && j.holds == (j.reason[0] == '\0'),
              "%s: %s%s", cases[i].name, j.reason, err.text);
    }
    CHECK(checkpoint_open(crypto, buf_view(&good), &ours.key, 1, &c, &j, &err) == EXH_OK &&
              j.holds && bytes_are(c.origin, LOG) && c.head.size == 7 && c.extensions.n == 0 &&
              tlog_hash_equal(&c.head.root, &head.root),
          "%s", err.text);
    buf_clear(&moved);
    CHECK(note_sign(&ours, bytes_of("not a checkpoint\n"), &moved, &err) == EXH_OK, "%s", err.text);
    CHECK(checkpoint_open(crypto, buf_view(&moved), &ours.key, 1, &c, &j, &err) == EXH_MALFORMED,
          "a note that is no checkpoint");
    CHECK(checkpoint_open(crypto, bytes_of(TEXT), &ours.key, 1, &c, &j, &err) == EXH_MALFORMED,
          "not signed");
    buf_free(&good);
    buf_free(&foreign);
    buf_free(&moved);
}

/* What checkpoint.last is for: only what goes on from the last one is signed. */
static void sign_only_what_goes_on(void)
{
    const struct note_signer signer = test_signer(LOG);
    struct tlog_hash *leaves = test_leaves(9);
    struct tlog_hash forked[9];
    struct exh_error err = { .text = "" };

    memcpy(forked, leaves, sizeof forked);
    forked[3].p[0] ^= 1;
    const struct tlog_head h0 = { 0, slow_root(leaves, 0) }, h5 = { 5, slow_root(leaves, 5) },
                           h9 = { 9, slow_root(leaves, 9) }, f5 = { 5, slow_root(forked, 5) },
                           f9 = { 9, slow_root(forked, 9) };
    const struct tlog_proof none = { 0 }, grown = slow_growth(leaves, 9, 5),
                            forged = slow_growth(forked, 9, 5);
    const struct {
        const char *name;
        const struct tlog_head *last, *next;
        const struct tlog_proof *proof;
        enum exh_status want;
    } cases[] = {
        { "the first of a new log", NULL, &h0, &none, EXH_OK },
        { "from a log without entries", &h0, &h9, &none, EXH_OK },
        { "it has grown", &h5, &h9, &grown, EXH_OK },
        { "it is the same", &h9, &h9, &none, EXH_OK },
        { "without proof", &h5, &h9, &none, EXH_DENIED },
        { "it is smaller", &h9, &h5, &grown, EXH_DENIED },
        { "it is empty again", &h9, &h0, &none, EXH_DENIED },
        { "another one of the same size", &h5, &f5, &none, EXH_DENIED },
        { "another one that has grown", &h5, &f9, &forged, EXH_DENIED },
        { "another one, proof of the right one", &h5, &f9, &grown, EXH_DENIED },
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit(NOTE_MAX);
        struct exh_judgement j = { .holds = false };
        struct checkpoint c;

        enum exh_status got = checkpoint_sign_next(crypto, &signer, cases[i].last, cases[i].next,
                                                   cases[i].proof, &b, &err);
        CHECK(got == cases[i].want && (b.n == 0) == (got != EXH_OK), "%s: status %u (%s)",
              cases[i].name, got, err.text);
        if (!got)
            CHECK(checkpoint_open(crypto, buf_view(&b), &signer.key, 1, &c, &j, &err) == EXH_OK &&
                      j.holds && c.head.size == cases[i].next->size,
                  "%s: %s", cases[i].name, j.reason);
        buf_free(&b);
    }
    struct buf small = buf_with_limit(100);
    CHECK(checkpoint_sign_next(crypto, &signer, NULL, &h9, NULL, &small, &err) == EXH_LIMIT,
          "no room");
    buf_free(&small);
    free(leaves);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    read_texts();
    open_checkpoints();
    sign_only_what_goes_on();
    return check_done();
}

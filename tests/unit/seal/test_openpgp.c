/*
 * OpenPGP recipients: an identity for one file in a message beside its stanza. OpenPGP is on paper here; with
 * gpg and stock age see tests/system/test_openpgp.sh.
 */
#include "check.h"

#include <exhibit/seal.h>

#include "base/names.h"
#include "base/text.h"
#include "seal/age_case.h"
#include "seal/identity.h"

#define ALICE "1111111111111111111111111111111111111111"
#define BOB   "2222222222222222222222222222222222222222"
#define CAROL "abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF0123456789"

static struct exh_error err;

#define PART_N 11 // bytes of a packet's beginning that names a part of a key

/*
 * A message on paper: the beginning of a packet, with the first digits of the fingerprint as the id of a part of
 * the key; the fingerprint; what it says. Keeps the keys of some, and counts.
 */
struct paper {
    struct exh_openpgp table;
    const char *keys;       // fingerprints at hand
    enum exh_status refuse; // what encrypting or decrypting fails with
    const char *says;       // instead of the identity
    unsigned encrypted, decrypted;
};

static enum exh_status paper_encrypt(void *ctx, const char *fingerprint, struct exh_bytes plain,
                                     uint8_t *to, size_t size, size_t *n, struct exh_error *e)
{
    struct paper *paper = ctx;
    const size_t name = strlen(fingerprint);

    paper->encrypted++;
    if (paper->refuse) {
        snprintf(e->text, sizeof e->text, "paper refuses");
        return e->status = paper->refuse;
    }
    CHECK(plain.n == 1 ||
              (bytes_start(plain, "AGE-SECRET-KEY-1") && bytes_end(plain, "\n") && plain.n == 75),
          "a line of an identity file: %zu bytes", plain.n);
    if (paper->says)
        plain = bytes_of(paper->says);
    if (PART_N + name + 1 + plain.n > size)
        return e->status = EXH_LIMIT;
    memcpy(to, "\x84\x5e\x03", 3);
    CHECK(hex_read((struct exh_bytes){ (const uint8_t *)fingerprint, 16 }, to + 3, 8), "%s",
          fingerprint);
    to += PART_N;
    memcpy(to, fingerprint, name);
    to[name] = ' ';
    memcpy(to + name + 1, plain.p, plain.n);
    *n = PART_N + name + 1 + plain.n;
    return EXH_OK;
}

static enum exh_status paper_decrypt(void *ctx, struct exh_bytes message, uint8_t *to, size_t size,
                                     size_t *n, struct exh_openpgp_signer *signer,
                                     struct exh_error *e)
{
    struct paper *paper = ctx;
    const size_t skip = message.n < PART_N ? message.n : PART_N;
    char name[EXH_OPENPGP_FINGERPRINT_MAX] = "";

    message.p += skip;
    message.n -= skip;
    const uint8_t *space = memchr(message.p, ' ', message.n);
    paper->decrypted++;
    *signer = (struct exh_openpgp_signer){ .signature = EXH_OPENPGP_UNSIGNED };
    snprintf(e->text, sizeof e->text, "paper refuses");
    if (paper->refuse)
        return e->status = paper->refuse;
    if (!space || space - message.p >= (ptrdiff_t)sizeof name)
        return e->status = EXH_MALFORMED;
    memcpy(name, message.p, (size_t)(space - message.p));
    if (!strstr(paper->keys, name))
        return e->status = EXH_NOT_FOUND;
    *n = message.n - strlen(name) - 1;
    if (*n > size)
        return e->status = EXH_LIMIT;
    memcpy(to, space + 1, *n);
    return EXH_OK;
}

static struct paper paper_with(const char *keys)
{
    return (struct paper){ .table = { .encrypt = paper_encrypt, .decrypt = paper_decrypt },
                           .keys = keys };
}

/* Recipients of a file: fingerprints in words, "x" for an X25519 key of `x25519`. */
static struct exh_recipients *recipients_of(struct paper *paper, const char *words,
                                            const char *x25519)
{
    struct exh_recipients *to = exh_recipients_new();
    char copy[512];

    snprintf(copy, sizeof copy, "%s", words);
    paper->table.ctx = paper;
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        const enum exh_status status =
            word[0] == 'x' ? exh_recipients_add(to, x25519, strlen(x25519), &err)
                           : exh_recipients_add_openpgp(to, &paper->table, word, &err);
        CHECK(status == EXH_OK, "%s: %s", word, err.text);
    }
    return to;
}

struct sealed {
    uint8_t bytes[16384];
    size_t n;
};

static enum exh_status seal(const struct exh_recipients *to, struct sealed *out)
{
    const struct exh_source source = exh_source_memory((const uint8_t *)"content", 7);
    struct exh_memory_sink m = { .p = out->bytes, .size = sizeof out->bytes };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_seal_options options = { .crypto = exh_crypto_openssl(), .recipients = to };
    const enum exh_status status = exh_seal(&source, &sink, &options, NULL, &err);

    out->n = m.n;
    return status;
}

static enum exh_status open_with(const struct sealed *file, struct paper *paper, const char *x25519)
{
    struct exh_identities *ids = exh_identities_new();
    char text[EXH_RECIPIENT_MAX];

    paper->table.ctx = paper;
    CHECK(exh_identities_add_openpgp(ids, &paper->table, NULL) == EXH_OK, "add");
    CHECK(exh_identities_recipient(ids, 0, text, &err) == EXH_UNSUPPORTED, "has no age recipient");
    if (x25519)
        CHECK(!exh_identities_add(ids, x25519, strlen(x25519), NULL, NULL, &err), "%s", err.text);
    struct age_opening o =
        age_opening_of((struct exh_bytes){ file->bytes, file->n }, false, ids, 100);
    const enum exh_status status = o.status;
    err = o.err;
    CHECK((status == EXH_OK) == bytes_are((struct exh_bytes){ o.plain.p, o.plain.n }, "content"),
          "content");
    age_opening_free(&o);
    exh_identities_free(ids);
    return status;
}

static void test_files(void)
{
    static const struct {
        const char *name, *to, *keys;
        enum exh_status want;
        unsigned decrypted; // messages that are tried, at most
    } rows[] = {
        { "one", ALICE, ALICE, EXH_OK, 1 },
        { "one of three", ALICE " " BOB " " CAROL, "2222222222222222222222222222222222222222",
          EXH_OK, 3 },
        { "a long fingerprint", CAROL,
          "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789", EXH_OK, 1 },
        { "beside an age key", ALICE " x", ALICE, EXH_OK, 1 },
        { "for somebody else", ALICE " x", BOB, EXH_DENIED, 1 },
        { "for no OpenPGP key", "x", ALICE, EXH_DENIED, 0 },
    };
    char *file = NULL, x25519[EXH_RECIPIENT_MAX];
    size_t n = 0;

    CHECK(!exh_identity_new(exh_crypto_openssl(), 0, NULL, 0, &file, &n, x25519, &err), "identity");
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct paper paper = paper_with(rows[i].keys);
        struct exh_recipients *to = recipients_of(&paper, rows[i].to, x25519);
        static struct sealed sealed;
        CHECK(seal(to, &sealed) == EXH_OK, "%s: %s", rows[i].name, err.text);
        CHECK(open_with(&sealed, &paper, NULL) == rows[i].want, "%s: %s", rows[i].name, err.text);
        CHECK(paper.decrypted <= rows[i].decrypted, "%s: %u decrypted", rows[i].name,
              paper.decrypted);
        if (strstr(rows[i].to, "x")) {
            paper = paper_with(rows[i].keys);
            CHECK(open_with(&sealed, &paper, file) == EXH_OK && paper.decrypted == 0,
                  "%s: an age key opens it and asks nobody", rows[i].name);
        }
        exh_recipients_free(to);
    }
    exh_secret_free(file, n);
}

static const struct age_stanza *find_message(const struct age_header *h)
{
    for (size_t i = 0; i < h->stanzas_n; i++)
        if (stanza_is(&h->stanzas[i], NAME_STANZA_OPENPGP))
            return &h->stanzas[i];
    return NULL;
}

/* Each file has a key of its own; its stanzas are two for each OpenPGP key, the messages last. */
static void test_stanzas(void)
{
    struct paper paper = paper_with(ALICE);
    struct exh_recipients *to = recipients_of(&paper, ALICE " " BOB, NULL);
    static struct sealed files[2];
    struct age_header *headers[2] = { NULL, NULL };

    for (size_t i = 0; i < 2; i++) {
        struct exh_bytes in = { files[i].bytes, 0 };
        CHECK(seal(to, &files[i]) == EXH_OK, "%s", err.text);
        in.n = files[i].n;
        CHECK(age_header_read(in, &headers[i], &err) == EXH_OK, "%s", err.text);
        CHECK(headers[i]->stanzas_n == 4 && stanza_is(&headers[i]->stanzas[0], STANZA_X25519) &&
                  stanza_is(&headers[i]->stanzas[1], STANZA_X25519) &&
                  stanza_is(&headers[i]->stanzas[2], NAME_STANZA_OPENPGP) &&
                  stanza_is(&headers[i]->stanzas[3], NAME_STANZA_OPENPGP),
              "%zu stanzas", headers[i]->stanzas_n);
    }
    CHECK(paper.encrypted == 4, "%u messages", paper.encrypted);
    CHECK(!bytes_equal(find_message(headers[0])->body, find_message(headers[1])->body),
          "two files, one key");
    age_header_free(headers[0]);
    age_header_free(headers[1]);
    exh_recipients_free(to);
}

/* Messages that give no key do no harm, and another one is tried. */
static void test_bad_messages(void)
{
    static const char *const says[] = {
        "",
        "nothing",
        "AGE-SECRET-KEY-1QQQQ\n",
        "# only a comment\n",
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n",
    };
    static struct sealed sealed;

    for (size_t i = 0; i < ARRAY_N(says); i++) {
        struct paper paper = paper_with(ALICE);
        struct exh_recipients *to = recipients_of(&paper, ALICE, NULL);
        paper.says = says[i];
        CHECK(seal(to, &sealed) == EXH_OK, "%s", err.text);
        CHECK(open_with(&sealed, &paper, NULL) == EXH_DENIED && paper.decrypted == 1 &&
                  strstr(err.text, "1 OpenPGP key"),
              "says '%s': %s", says[i], err.text);
        exh_recipients_free(to);
    }
}

/* How the table fails, and what becomes of it. */
static void test_refusals(void)
{
    static const struct {
        enum exh_status refuse, want;
    } rows[] = {
        { EXH_NOT_FOUND, EXH_DENIED },
        { EXH_MALFORMED, EXH_DENIED },
        { EXH_LIMIT, EXH_DENIED },
        { EXH_DENIED, EXH_DENIED },
        { EXH_UNSUPPORTED, EXH_UNSUPPORTED },
        { EXH_NO_MEMORY, EXH_NO_MEMORY },
    };
    static struct sealed sealed;
    struct paper paper = paper_with(ALICE);
    struct exh_recipients *to = recipients_of(&paper, ALICE, NULL);

    CHECK(seal(to, &sealed) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct paper refusing = paper_with(ALICE);
        refusing.refuse = rows[i].refuse;
        const enum exh_status got = open_with(&sealed, &refusing, NULL);
        CHECK(got == rows[i].want, "row %zu: %u (%s)", i, got, err.text);
    }
    paper.refuse = EXH_NOT_FOUND;
    static struct sealed none;
    CHECK(seal(to, &none) == EXH_NOT_FOUND && none.n == 0, "no such key");
    exh_recipients_free(to);
}

/* A stanza of another version, or with other arguments, is none of ours. */
static void test_versions(void)
{
    static const char *const kinds[][3] = {
        { NAME_STANZA_OPENPGP, "2", NULL },
        { NAME_STANZA_OPENPGP, NULL, NULL },
        { NAME_STANZA_OPENPGP, "1", "1" },
    };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct paper paper = paper_with(ALICE);
        struct buf b = buf_with_limit(AGE_HEADER_MAX);
        struct age_header *h = NULL;
        struct file_key *key = NULL;
        bool opened = true;
        const size_t args = kinds[i][2] ? 3 : kinds[i][1] ? 2 : 1;
        age_header_put_start(&b);
        age_header_put_stanza(&b, kinds[i], args, bytes_of(ALICE " text"));
        age_header_put_mark(&b);
        age_header_put_mac(&b, (const uint8_t[AGE_MAC_N]){ 0 });
        CHECK(!age_header_read(buf_view(&b), &h, &err) && !file_key_empty(&key, &err), "%s",
              err.text);
        paper.table.ctx = &paper;
        CHECK(stanza_openpgp_open(&paper.table, h, key, &opened, &err) == EXH_OK && !opened &&
                  paper.decrypted == 0,
              "row %zu", i);
        file_key_free(key);
        age_header_free(h);
        buf_free(&b);
    }
}

static void test_lists(void)
{
    static const char *const wrong[] = { "",
                                         "owner@example.org",
                                         "pgp:" ALICE,
                                         ALICE "1",
                                         "111111111111111111111111111111111111111g",
                                         " 111111111111111111111111111111111111111" };
    struct paper paper = paper_with(ALICE);
    struct exh_recipients *to = recipients_of(&paper, CAROL " " ALICE " " CAROL, NULL);
    struct exh_recipients *secret = exh_recipients_new();
    struct buf header = buf_with_limit(AGE_HEADER_MAX);
    struct file_key *key = NULL;

    CHECK(exh_recipients_count(to) == 2, "once is enough");
    CHECK(exh_recipients_add_openpgp(
              to, &paper.table, "ABCDEF0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789",
              NULL) == EXH_OK &&
              exh_recipients_count(to) == 2,
          "in whatever letters");
    for (size_t i = 0; i < ARRAY_N(wrong); i++)
        CHECK(exh_recipients_add_openpgp(to, &paper.table, wrong[i], &err) == EXH_INVALID,
              "'%s': %s", wrong[i], err.text);
    CHECK(!exh_recipients_add_passphrase(secret, "x", 1, 1, &err), "%s", err.text);
    CHECK(exh_recipients_add_openpgp(secret, &paper.table, ALICE, &err) == EXH_INVALID,
          "beside a passphrase");
    CHECK(!file_key_new(exh_crypto_openssl(), &key, &err) &&
              recipients_wrap(to, key, exh_crypto_openssl(), &header, &err) == EXH_INVALID,
          "nothing was made for this file");
    struct exh_recipients *copy = NULL;
    CHECK(recipients_for_file(secret, key, &copy, &err) == EXH_OK &&
              recipients_are_passphrase(copy) && recipients_size(copy) == recipients_size(secret),
          "a passphrase is copied");
    exh_recipients_free(copy);
    exh_recipients_free(secret);
    exh_recipients_free(to);
    file_key_free(key);
    buf_free(&header);
}

/* Take recipients out of a file's header, with an age key that opens it. */
static enum exh_status remove_from(const struct sealed *file, const char *x25519,
                                   const struct exh_recipients *gone, struct exh_rewrapped *done,
                                   struct sealed *out)
{
    struct exh_identities *ids = exh_identities_new();
    const struct exh_source source = exh_source_memory(file->bytes, file->n);
    struct exh_memory_sink m = { .p = out->bytes, .size = sizeof out->bytes };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_rewrap_options options = { .crypto = exh_crypto_openssl(),
                                                .identities = ids,
                                                .remove = gone };

    CHECK(!exh_identities_add(ids, x25519, strlen(x25519), NULL, NULL, &err), "%s", err.text);
    const enum exh_status status = exh_rewrap(&source, &sink, &options, done, &err);
    exh_identities_free(ids);
    out->n = m.n;
    return status;
}

static size_t stanzas_of(const struct sealed *file)
{
    struct age_header *h = NULL;
    size_t n = 0;

    if (CHECK(!age_header_read((struct exh_bytes){ file->bytes, file->n }, &h, &err), "%s",
              err.text))
        n = h->stanzas_n;
    age_header_free(h);
    return n;
}

/* Whoever can open a file can take an OpenPGP key out again: its stanza, and its message if that can be told. */
static void test_removing(void)
{
    static const struct {
        const char *name, *gone;
        enum exh_status
            refuse; // by the keys' owner: what encrypting to a key that ended fails with
        enum exh_status want;
        size_t removed, stanzas; // of 5
    } rows[] = {
        { "one", ALICE, EXH_OK, EXH_OK, 1, 3 },
        { "both", ALICE " " BOB, EXH_OK, EXH_OK, 2, 1 },
        { "one that expired", ALICE, EXH_INVALID, EXH_OK, 1, 4 },
        { "one that is gone", ALICE, EXH_NOT_FOUND, EXH_OK, 1, 4 },
        { "one that was no recipient", CAROL, EXH_OK, EXH_NOT_FOUND, 0, 0 },
        { "no OpenPGP here", ALICE, EXH_UNSUPPORTED, EXH_UNSUPPORTED, 0, 0 },
    };
    static struct sealed file, after;
    struct paper paper = paper_with(ALICE " " BOB);
    char *mine = NULL, x25519[EXH_RECIPIENT_MAX];
    size_t n = 0;

    CHECK(!exh_identity_new(exh_crypto_openssl(), 0, NULL, 0, &mine, &n, x25519, &err), "identity");
    struct exh_recipients *to = recipients_of(&paper, ALICE " " BOB " x", x25519);
    CHECK(seal(to, &file) == EXH_OK && stanzas_of(&file) == 5, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_recipients *gone = recipients_of(&paper, rows[i].gone, NULL);
        struct exh_rewrapped done = { 0 };
        paper.refuse = rows[i].refuse;
        const enum exh_status got = remove_from(&file, mine, gone, &done, &after);
        paper.refuse = EXH_OK;
        CHECK(got == rows[i].want, "%s: %u (%s)", rows[i].name, got, err.text);
        CHECK(done.removed == rows[i].removed, "%s: %zu removed", rows[i].name, done.removed);
        if (got == EXH_OK) {
            struct paper alice = paper_with(ALICE), bob = paper_with(BOB);
            CHECK(stanzas_of(&after) == rows[i].stanzas, "%s: %zu stanzas", rows[i].name,
                  stanzas_of(&after));
            CHECK(open_with(&after, &alice, NULL) == EXH_DENIED, "%s: Alice opens it",
                  rows[i].name);
            CHECK(open_with(&after, &bob, NULL) ==
                      (strstr(rows[i].gone, BOB) ? EXH_DENIED : EXH_OK),
                  "%s: Bob", rows[i].name);
            CHECK(open_with(&after, &alice, mine) == EXH_OK, "%s: the age key", rows[i].name);
        }
        exh_recipients_free(gone);
    }
    exh_recipients_free(to);
    exh_secret_free(mine, n);
}

int main(void)
{
    test_files();
    test_stanzas();
    test_bad_messages();
    test_refusals();
    test_versions();
    test_lists();
    test_removing();
    return check_done();
}

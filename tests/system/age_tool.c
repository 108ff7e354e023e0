/*
 * age_tool.c -- the library's age files at a command line, for test_age.sh: not installed.
 *
 *     age_tool seal [-a] [-p PASSPHRASE] RECIPIENT... <IN >OUT   a recipient: text, or a certificate's file
 *     age_tool open [-p PASSPHRASE] IDENTITY... <IN >OUT         an identity: a file
 *     age_tool new [-p PASSPHRASE] >IDENTITY                     the recipient goes to stderr
 *     age_tool recipient [-p PASSPHRASE] IDENTITY...
 *
 * The passphrase is for what is sealed or opened, and for identity files. Exits with 1 when it failed; `open` writes
 * what authenticated before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "seal/age_case.h"

#include <exhibit/file.h>

#define FILE_MAX ((size_t)64 << 20)
#define STEP     100000 // bytes of a piece: no multiple of anything

static const char *passphrase;
static bool armor;

static void need(enum exh_status status, const char *what, const struct exh_error *err)
{
    if (status) {
        fprintf(stderr, "age_tool: %s: %s\n", what, err->text);
        exit(1);
    }
}

static struct exh_bytes input(const char *path)
{
    struct exh_error err;
    uint8_t *p = NULL;
    size_t n = 0;

    need(exh_file_read(path, FILE_MAX, &p, &n, &err), path, &err);
    return (struct exh_bytes){ p, n };
}

static void release(struct exh_bytes bytes)
{
    free((void *)(uintptr_t)bytes.p);
}

static enum exh_status print(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    (void)ctx;
    err->text[0] = 0;
    return fwrite(p, 1, n, stdout) == n ? EXH_OK : EXH_IO;
}

static int tell_passphrase(void *ctx, char *to, size_t size)
{
    (void)ctx;
    if (!passphrase || strlen(passphrase) > size)
        return -1;
    memcpy(to, passphrase, strlen(passphrase));
    return (int)strlen(passphrase);
}

static struct exh_identities *identities(char **paths, int n)
{
    struct exh_identities *ids = exh_identities_new();
    struct exh_error err;

    for (int i = 0; i < n; i++) {
        struct exh_bytes file = input(paths[i]);
        need(exh_identities_add(ids, (const char *)file.p, file.n, tell_passphrase, NULL, &err),
             paths[i], &err);
        release(file);
    }
    if (!n && passphrase)
        need(exh_identities_add_passphrase(ids, passphrase, strlen(passphrase), &err), "passphrase",
             &err);
    return ids;
}

static struct exh_recipients *recipients(char **words, int n)
{
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err;

    for (int i = 0; i < n; i++) {
        const bool is_file = strncmp(words[i], "age1", 4) != 0;
        struct exh_bytes text = { (const uint8_t *)words[i], strlen(words[i]) };
        if (is_file)
            text = input(words[i]);
        need(exh_recipients_add(to, (const char *)text.p, text.n, &err), words[i], &err);
        if (is_file)
            release(text);
    }
    if (!n && passphrase)
        need(exh_recipients_add_passphrase(to, passphrase, strlen(passphrase), 10, &err),
             "passphrase", &err);
    return to;
}

static int do_seal(char **words, int n)
{
    struct exh_recipients *to = recipients(words, n);
    const struct exh_sink out = { .write = print };
    struct exh_bytes in = input("-");
    struct armor_writer w;
    struct exh_error err;

    armor_writer_init(&w, &out);
    const struct exh_sink text = armor_writer_sink(&w);
    need(seal_to(to, exh_crypto_openssl(), in, STEP, armor ? &text : &out, &err), "seal", &err);
    if (armor)
        need(armor_writer_end(&w, &err), "armor", &err);
    release(in);
    exh_recipients_free(to);
    return 0;
}

static int do_open(char **paths, int n)
{
    struct exh_identities *ids = identities(paths, n);
    struct exh_bytes in = input("-");
    struct age_opening o = age_opening_of(in, armor_starts(in), ids, STEP);
    const bool written = !o.plain.n || fwrite(o.plain.p, 1, o.plain.n, stdout) == o.plain.n;
    const int code = o.status || !written;

    if (o.status)
        fprintf(stderr, "age_tool: %s\n", o.err.text);
    age_opening_free(&o);
    release(in);
    exh_identities_free(ids);
    return code;
}

static int do_new(char **words, int n)
{
    char recipient[EXH_RECIPIENT_MAX];
    char *file = NULL;
    size_t file_n = 0;
    struct exh_error err;

    (void)words, (void)n;
    need(exh_identity_new(exh_crypto_openssl(), (int64_t)time(NULL), passphrase,
                          passphrase ? strlen(passphrase) : 0, &file, &file_n, recipient, &err),
         "new", &err);
    fwrite(file, 1, file_n, stdout);
    fprintf(stderr, "%s\n", recipient);
    exh_secret_free(file, file_n);
    return 0;
}

static int do_recipient(char **paths, int n)
{
    struct exh_identities *ids = identities(paths, n);
    char text[EXH_RECIPIENT_MAX];
    struct exh_error err;

    for (size_t i = 0; i < exh_identities_count(ids); i++) {
        need(exh_identities_recipient(ids, i, text, &err), "recipient", &err);
        puts(text);
    }
    exh_identities_free(ids);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(char **words, int n);
} verbs[] = {
    { "seal", do_seal },
    { "open", do_open },
    { "new", do_new },
    { "recipient", do_recipient },
};

int main(int argc, char **argv)
{
    int option;

    if (argc < 2)
        return 2;
    const char *verb = argv[1];
    while ((option = getopt(argc - 1, argv + 1, "ap:")) != -1) {
        if (option == 'a')
            armor = true;
        else if (option == 'p')
            passphrase = optarg;
        else
            return 2;
    }
    for (size_t i = 0; i < ARRAY_N(verbs); i++)
        if (strcmp(verbs[i].name, verb) == 0)
            return verbs[i].run(argv + 1 + optind, argc - 1 - optind);
    return 2;
}

#include "cli/sealed_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <exhibit/file.h>
#include <exhibit/seal.h>

#include "base/error.h"
#include "base/text.h"
#include "seal/armor_source.h"

#define AGE   ".age"
#define LED   ".led"
#define MAGIC "age-encryption.org/"

static bool ends_with(const char *path, const char *ending)
{
    return strlen(path) > strlen(ending) && bytes_end(bytes_of(path), ending);
}

/* path without its last `cut` bytes, with an ending. */
static enum exh_status rename_to(const char *path, size_t cut, const char *ending,
                                 char to[PATH_MAX], struct exh_error *err)
{
    const int n = snprintf(to, PATH_MAX, "%.*s%s", (int)(strlen(path) - cut), path, ending);

    if (n > 0 && n < PATH_MAX)
        return EXH_OK;
    return fail(err, EXH_LIMIT, "%.64s...: the path is too long", path);
}

enum exh_status ledger_name_of(const char *body, char to[PATH_MAX], struct exh_error *err)
{
    return rename_to(body, ends_with(body, AGE) ? strlen(AGE) : 0, LED, to, err);
}

enum exh_status body_name_of(const char *ledger, char to[PATH_MAX], struct exh_error *err)
{
    if (!ends_with(ledger, LED))
        return fail(err, EXH_INVALID, "%s: a ledger's name ends in " LED, ledger);
    enum exh_status status = rename_to(ledger, strlen(LED), AGE, to, err);
    if (status == EXH_OK && access(to, F_OK) != 0)
        status = rename_to(ledger, strlen(LED), "", to, err);
    return status;
}

static enum exh_status take_armor_off(struct sealed_file *f, struct exh_error *err)
{
    bool armored = false;
    enum exh_status status = armor_source_is(&f->file, &armored, err);

    f->binary = f->file;
    if (status != EXH_OK || !armored)
        return status;
    status = armor_source_new(&f->file, &f->armor, err);
    if (status == EXH_OK)
        f->binary = armor_source_binary(f->armor);
    return status;
}

static enum exh_status see(struct sealed_file *f, struct exh_error *err)
{
    uint8_t first[sizeof MAGIC - 1];
    enum exh_status status = take_armor_off(f, err);

    if (status == EXH_OK && f->binary.size >= sizeof first) {
        status = f->binary.read(f->binary.ctx, 0, first, sizeof first, err);
        f->is_age = status == EXH_OK && memcmp(first, MAGIC, sizeof first) == 0;
    }
    return status;
}

/* A file that carries its own ledger has no other, whatever somebody put beside it. */
static bool has_own_ledger(const struct sealed_file *f)
{
    struct exh_inspection *i = calloc(1, sizeof *i);
    struct exh_error ignored;
    const bool own = i && f->is_age &&
                     exh_inspect(&f->binary, exh_crypto_openssl(), i, &ignored) == EXH_OK &&
                     i->has_final;

    free(i);
    return own;
}

static enum exh_status find_ledger(struct sealed_file *f, const char *named, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (named) {
        status = rename_to(named, 0, "", f->ledger_path, err);
    } else {
        if (strcmp(f->path, "-") == 0 || has_own_ledger(f))
            return EXH_OK;
        status = ledger_name_of(f->path, f->ledger_path, err);
        if (status == EXH_OK && access(f->ledger_path, F_OK) != 0)
            return EXH_OK;
    }
    if (status == EXH_OK)
        status = exh_source_open(f->ledger_path, &f->ledger, err);
    f->has_ledger = status == EXH_OK;
    return status;
}

enum exh_status sealed_file_open(struct sealed_file *f, const char *path, const char *ledger,
                                 struct exh_error *err)
{
    *f = (struct sealed_file){ .path = path };
    enum exh_status status = exh_source_open(path, &f->file, err);

    if (status != EXH_OK)
        return status;
    status = see(f, err);
    if (status != EXH_OK)
        (void)within(err, path);
    if (status == EXH_OK)
        status = find_ledger(f, ledger, err);
    if (status != EXH_OK)
        sealed_file_close(f);
    return status;
}

void sealed_file_close(struct sealed_file *f)
{
    armor_source_free(f->armor);
    exh_source_close(&f->file);
    exh_source_close(&f->ledger);
    *f = (struct sealed_file){ 0 };
}

struct exh_check_options sealed_file_check(const struct sealed_file *f, struct judge *judge)
{
    return (struct exh_check_options){
        .crypto = exh_crypto_openssl(),
        .trust = judge->trust,
        .now = judge->now,
        .ledger = f->has_ledger ? &f->ledger : NULL,
        .fetch = judge->args->online ? judge_fetch : NULL,
        .fetch_ctx = judge,
    };
}

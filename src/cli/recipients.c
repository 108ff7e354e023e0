#include "cli/recipients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>
#include <exhibit/ledger.h>

#include "base/error.h"
#include "base/text.h"

static enum exh_status add_openpgp(struct recipients *r, const struct call *call, const char *text,
                                   struct exh_error *err)
{
    char fingerprint[EXH_OPENPGP_FINGERPRINT_MAX];
    enum exh_status status = openpgp_fingerprint(text, fingerprint, err);

    if (status == EXH_OK)
        status = openpgp_open(&r->openpgp, call, NULL, err);
    if (status == EXH_OK)
        status = exh_recipients_add_openpgp(r->list, &r->openpgp.table, fingerprint, err);
    return status;
}

/* One line of a file; empty ones and comments count for nothing. */
static enum exh_status add_line(struct recipients *r, const struct call *call, char *line,
                                struct exh_error *err)
{
    const size_t n = strcspn(line, "\r");

    line[n] = 0;
    if (!n || line[0] == '#')
        return EXH_OK;
    if (strncmp(line, OPENPGP_PREFIX, sizeof OPENPGP_PREFIX - 1) == 0)
        return add_openpgp(r, call, line + sizeof OPENPGP_PREFIX - 1, err);
    return exh_recipients_add(r->list, line, n, err);
}

static enum exh_status add_lines(struct recipients *r, const struct call *call, char *text,
                                 struct exh_error *err)
{
    const size_t before = exh_recipients_count(r->list);
    char where[32];
    unsigned number = 0;

    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        number++;
        if (add_line(r, call, line, err) != EXH_OK) {
            (void)snprintf(where, sizeof where, "line %u", number);
            return within(err, where);
        }
    }
    if (exh_recipients_count(r->list) == before)
        return fail(err, EXH_INVALID, "names no recipient that was not named before");
    return EXH_OK;
}

bool recipients_is_statement(struct exh_bytes file)
{
    static const uint8_t cose_sign1 = 0xD2; // its CBOR tag, 18

    return file.n && file.p[0] == cose_sign1;
}

/* Whoever says that a key is somebody's must be believed before anything is sealed to it. */
static enum exh_status add_statement(struct recipients *r, struct exh_bytes file,
                                     const struct judge *judge, struct exh_error *err)
{
    struct exh_statement s;
    enum exh_status status =
        exh_statement_check(file, exh_crypto_openssl(), judge ? judge->trust : NULL,
                            judge ? judge->now : 0, NULL, 0, &s, err);

    if (status == EXH_OK && judge && !s.holds)
        status = fail(err, EXH_DENIED, "this statement is not to be relied on: %s%s", s.reason,
                      judge->args->trust.n ? "" : "; say by --trust ROOTS.pem whom you trust");
    if (status != EXH_OK)
        return status;
    return exh_recipients_add(r->list, s.recipient, strlen(s.recipient), err);
}

static enum exh_status add_file(struct recipients *r, const struct call *call, const char *path,
                                const struct judge *judge, struct exh_error *err)
{
    uint8_t *text = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(path, RECIPIENT_FILE_MAX, &text, &n, err);

    const struct exh_bytes file = { text, n };
    if (status == EXH_NOT_FOUND)
        return fail(err, EXH_INVALID,
                    "%s: neither a recipient (age1..., pgp:FINGERPRINT) nor a file that is there",
                    path);
    if (status != EXH_OK)
        return status;
    if (recipients_is_statement(file))
        status = add_statement(r, file, judge, err);
    else if (bytes_start(file, "-----BEGIN "))
        status = exh_recipients_add(r->list, (const char *)text, n, err);
    else
        status = add_lines(r, call, (char *)text, err); // a NUL follows the text
    free(text);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

static enum exh_status add(struct recipients *r, const struct call *call, const char *name,
                           const struct judge *judge, struct exh_error *err)
{
    if (strncmp(name, OPENPGP_PREFIX, sizeof OPENPGP_PREFIX - 1) == 0)
        return add_openpgp(r, call, name + sizeof OPENPGP_PREFIX - 1, err);
    // Keys are text, and no file's name begins so. Private ones are refused there, unread.
    if (strncmp(name, "age1", 4) == 0 || strncmp(name, "AGE-", 4) == 0 ||
        strncmp(name, "ssh-", 4) == 0)
        return exh_recipients_add(r->list, name, strlen(name), err);
    return add_file(r, call, name, judge, err);
}

enum exh_status recipients_read(struct recipients *r, const struct call *call,
                                const struct option_list *names, const struct judge *judge,
                                struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    *r = (struct recipients){ .list = exh_recipients_new() };
    if (!r->list)
        return fail_no_memory(err);
    for (size_t i = 0; i < names->n && status == EXH_OK; i++)
        status = add(r, call, names->items[i], judge, err);
    if (status != EXH_OK)
        recipients_free(r);
    return status;
}

void recipients_free(struct recipients *r)
{
    exh_recipients_free(r->list);
    openpgp_close(&r->openpgp);
    *r = (struct recipients){ 0 };
}

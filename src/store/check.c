#include "store/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/check_run.h"
#include "store/db.h"

void check_found(struct check *c, enum store_finding_kind kind, const char *text, const char *what,
                 ...)
{
    struct store_finding f = { .kind = kind };
    va_list args;

    va_start(args, what);
    (void)vsnprintf(f.what, sizeof f.what, what, args);
    va_end(args);
    (void)snprintf(f.text, sizeof f.text, "%.255s", text);
    c->counts.findings[kind]++;
    if (c->visit)
        c->visit(c->ctx, &f);
}

enum exh_status check_status(struct check *c, enum exh_status status, struct exh_error *err,
                             const char *what)
{
    if (status != EXH_MALFORMED && status != EXH_NOT_FOUND && status != EXH_LIMIT)
        return status;
    check_found(c, status == EXH_NOT_FOUND ? STORE_MISSING : STORE_DAMAGED, err->text, "%s", what);
    return EXH_OK;
}

/* Everything that asks the database, at one moment. */
static enum exh_status check_stored(struct check *c, struct exh_error *err)
{
    enum exh_status status = store_begin_view(c->s, err);

    if (status != EXH_OK)
        return check_status(c, status, err, "database");
    if ((status = check_rows(c, err)) == EXH_OK && (status = check_custody(c, err)) == EXH_OK &&
        (status = check_log(c, err)) == EXH_OK)
        status = check_spool(c, err);
    store_end_view(c->s);
    return status;
}

static enum exh_status check_all(struct check *c, struct exh_error *err)
{
    enum exh_status status;

    if ((status = check_pages(c, DATABASE, err)) != EXH_OK ||
        (status = check_journal(c, err)) != EXH_OK)
        return status;
    status = store_open(c->home, STORE_READ, &c->s, err);
    // A damaged database is a finding; its blobs can still be looked at.
    if (status == EXH_UNSUPPORTED && c->counts.findings[STORE_DAMAGED])
        err->status = status = EXH_MALFORMED;
    if ((status = check_status(c, status, err, "database")) != EXH_OK)
        return status;
    if (c->s &&
        ((status = check_stored(c, err)) != EXH_OK || (status = check_log_names(c, err)) != EXH_OK))
        return status;
    return check_blobs(c, err);
}

enum exh_status store_check(struct store_home *home, const struct store_check_options *options,
                            store_finding_visitor *visit, void *ctx, struct store_check_counts *out,
                            struct exh_error *err)
{
    static const struct store_check_options usual;
    struct check c = {
        .home = home, .options = options ? options : &usual, .visit = visit, .ctx = ctx
    };

    if (faccessat(home->fd, DATABASE, F_OK, 0) != 0)
        return fail(err, EXH_NOT_FOUND, "%s: there is no database", home->path);
    enum exh_status status = check_all(&c, err);
    store_close(c.s);
    if (status == EXH_OK)
        *out = c.counts;
    return status;
}

#include "cli/previous.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/source.h"
#include "seal/ledger_check.h"

/* The first thing that says: altered; NULL when there is none. */
static const char *first_altered(const struct ledger_check *c)
{
    for (size_t i = 0; i < c->findings_n; i++)
        if (ledger_kind_altered(c->findings[i].kind))
            return ledger_kind_name(c->findings[i].kind);
    return NULL;
}

static enum exh_status follow(struct ledger_check *c, const struct exh_source *ledger,
                              struct previous *out, struct exh_error *err)
{
    const struct ledger_files files = { .ledger = ledger, .ticks_at = c->open_n };
    enum exh_status status = ledger_check_follow(c, &files, false, err);
    const char *altered = first_altered(c);

    if (status == EXH_OK && altered)
        status = fail(err, EXH_DENIED, "it was altered (%s): nothing goes on after it", altered);
    if (status != EXH_OK)
        return status;
    *out =
        (struct previous){ .tail.segment = c->entry.segment,
                           .closed = c->place.closed,
                           .last_us = (uint64_t)(c->counts.tied ? c->last.t1_us : c->entry.t0_us) };
    memcpy(out->tail.entry, c->place.head, sizeof out->tail.entry);
    return EXH_OK;
}

static enum exh_status read_ledger(const struct exh_source *ledger, struct previous *out,
                                   struct exh_error *err)
{
    const size_t n = ledger->size < OPEN_ENTRY_MAX ? (size_t)ledger->size : OPEN_ENTRY_MAX;
    struct ledger_check *c = calloc(1, sizeof *c);
    uint8_t *first = malloc(n + 1);
    enum exh_status status =
        c && first ? source_read(ledger, 0, first, n, err) : fail_no_memory(err);

    if (status == EXH_OK) {
        const struct exh_bytes open = { first, open_entry_size((struct exh_bytes){ first, n }) };
        status = open.n
                     ? ledger_check_init(c, exh_crypto_openssl(), open, err)
                     : fail(err, EXH_MALFORMED, "it has no whole open entry: nothing was recorded");
    }
    if (status == EXH_OK)
        status = follow(c, ledger, out, err);
    if (c)
        ledger_check_free(c);
    free(c);
    free(first);
    return status;
}

enum exh_status previous_read(const char *path, struct previous *out, struct exh_error *err)
{
    struct exh_source ledger = { 0 };
    enum exh_status status = exh_source_open(path, &ledger, err);

    if (status != EXH_OK)
        return status;
    status = read_ledger(&ledger, out, err);
    exh_source_close(&ledger);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

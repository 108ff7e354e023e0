#include "store/contact.h"

#include <inttypes.h>

#include "store/ask.h"
#include "store/columns.h"

#define CONTACTS ROWS("contact", CONTACT_COLUMNS)

static enum exh_status take_contact(struct ask *a, void *out, struct exh_error *err)
{
    struct store_contact o = { 0 };

    o.account = take_i64(a);
    o.at_us = take_i64(a);
    take_text(a, o.origin, sizeof o.origin);
    o.clock_offset_us = take_opt_i64(a, &o.has_clock);
    o.queued = take_opt_i64(a, &o.has_queued);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_contact *)out = o;
    return status;
}

enum exh_status store_put_contact(struct store *s, const struct store_contact *contact,
                                  struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO contact (account, at_us, origin, clock_offset_us, queued)"
                       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account) DO UPDATE SET"
                       " at_us = excluded.at_us, origin = excluded.origin,"
                       " clock_offset_us = excluded.clock_offset_us, queued = excluded.queued",
                       "contact with account %" PRId64, contact->account);

    ask_i64(&a, contact->account);
    ask_i64(&a, contact->at_us);
    ask_text(&a, contact->origin, sizeof contact->origin);
    ask_opt_i64(&a, contact->has_clock, contact->clock_offset_us);
    ask_opt_i64(&a, contact->has_queued, contact->queued);
    return ask_run(&a, err);
}

enum exh_status store_get_contact(struct store *s, int64_t account, struct store_contact *out,
                                  struct exh_error *err)
{
    struct ask a = ask(s, CONTACTS "WHERE account = ?1", "contact with account %" PRId64, account);

    ask_i64(&a, account);
    return ask_one(&a, take_contact, out, err);
}

enum exh_status store_list_silent(struct store *s, int64_t since_us, struct store_contact *out,
                                  size_t max, size_t *n, struct exh_error *err)
{
    struct ask a = ask(s,
                       CONTACTS "WHERE at_us < ?1 AND account IN"
                                " (SELECT id FROM account WHERE role = 1 AND closed = 0)"
                                " ORDER BY at_us, account",
                       "contacts");

    ask_i64(&a, since_us);
    return ask_many(&a, take_contact, out, sizeof *out, max, n, err);
}

#include "cli/ledger_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "cli/facts.h"

#define FINDINGS_SHOWN 8
#define GAPS_SHOWN     8
#define US             INT64_C(1000000)
#define US_DIGITS      6

void us_write(char to[US_TEXT_MAX], int64_t us)
{
    char seconds[WHEN_TEXT_MAX];

    when_write(seconds, us / US);
    const size_t n = strcspn(seconds, "Z");
    (void)snprintf(to, US_TEXT_MAX, "%.*s.%06dZ", (int)n, seconds, (int)(us % US));
    size_t end = strlen(to) - 1;
    while (to[end - 1] == '0')
        end--;
    end -= to[end - 1] == '.';
    memcpy(to + end, "Z", 2);
}

bool us_read(const char *text, uint64_t *us)
{
    const char *p = strchr(text, '.');
    int64_t seconds, fraction = 0;

    if (!when_read(bytes_of(text), &seconds, NULL) || seconds < 0)
        return false;
    for (int i = 0; i < US_DIGITS; i++) {
        const bool digit = p && p[1] >= '0' && p[1] <= '9';
        fraction = fraction * 10 + (digit ? *++p - '0' : 0);
        if (!digit)
            p = NULL;
    }
    *us = (uint64_t)(seconds * US + fraction);
    return true;
}

void ledger_print_line(const struct term *t, const char *key, const char *sentence)
{
    fprintf(t->to, "  %-11s ", key);
    term_put(t, sentence);
    fputc('\n', t->to);
}

static void print_frames(const struct term *t, const struct exh_ledger_report *r)
{
    char prev[2 * sizeof r->prev_capture + 1];

    if (!r->captured)
        return;
    fprintf(t->to, "  %-11s %" PRIu64, "frames", r->frame_first);
    if (!r->has_frame_last)
        fputs(" and on", t->to);
    else if (r->frame_last != r->frame_first)
        fprintf(t->to, " to %" PRIu64, r->frame_last);
    if (r->has_prev_capture) {
        hex_write(prev, r->prev_capture, sizeof r->prev_capture);
        fprintf(t->to, "; the capture before is %s", prev);
    }
    fputc('\n', t->to);
}

/* When, how much, and of what. */
static void print_times(const struct term *t, const struct exh_ledger_report *r)
{
    char from[US_TEXT_MAX], to[US_TEXT_MAX];

    us_write(from, r->opened_us);
    us_write(to, r->last_us);
    if (r->one_file) {
        fprintf(t->to, "  %-11s %s; ", "sealed", from);
    } else {
        fprintf(t->to,
                "  %-11s %s to %s, segment %" PRIu64 ", %" PRIu64 " records of which %" PRIu64
                " match; ",
                "recorded", from, to, r->segment, r->records, r->matching);
    }
    term_put(t, r->media_type);
    fputc('\n', t->to);
}

static void print_gaps(const struct term *t, const struct exh_ledger_report *r)
{
    const size_t n = r->gaps_n < GAPS_SHOWN ? r->gaps_n : GAPS_SHOWN;
    char from[US_TEXT_MAX], to[US_TEXT_MAX];

    for (size_t i = 0; i < n; i++) {
        us_write(from, r->gaps[i].from_us);
        us_write(to, r->gaps[i].at_us);
        fprintf(t->to, "  %-11s %s to %s: %s\n", "gap", from, to, r->gaps[i].reason);
    }
    if (r->gaps_all > n)
        fprintf(t->to, "  %-11s %" PRIu64 " more; --json has them\n", "gap", r->gaps_all - n);
}

/* The integrity's sentence has room for one kind of finding. */
static void print_findings(const struct term *t, const struct exh_ledger_report *r)
{
    const size_t n = r->findings_n < FINDINGS_SHOWN ? r->findings_n : FINDINGS_SHOWN;

    if (r->findings_n < 2)
        return;
    for (size_t i = 0; i < n; i++)
        ledger_print_line(t, "found", r->findings[i].sentence);
    if (r->findings_all > n)
        fprintf(t->to, "  %-11s %" PRIu64 " more; --json has them\n", "found", r->findings_all - n);
}

static void print_object(const struct term *t, const struct exh_ledger_report *r)
{
    char oid[2 * sizeof r->oid + 1];

    hex_write(oid, r->oid, sizeof r->oid);
    print_times(t, r);
    print_frames(t, r);
    print_gaps(t, r);
    ledger_print_line(t, "object", oid);
}

void ledger_print(const struct term *t, const char *name, const struct exh_ledger_report *r)
{
    static const char *const names[] = { "integrity", "signer", "time", "revocation" };
    const enum style style = facts_style(exh_ledger_exit_code(r));

    term_styled(t, STYLE_STRONG, name);
    fputs(": ", t->to);
    term_begin(t, style);
    fprintf(t->to, "%s%s", facts_mark(t, style), r->headline);
    term_end(t);
    fputc('\n', t->to);
    for (size_t i = 0; r->has_open && i < ARRAY_N(names); i++)
        ledger_print_line(t, names[i], r->axes[i].sentence);
    if (r->has_open)
        print_object(t, r);
    print_findings(t, r);
    for (size_t i = 0; i < r->warnings_n; i++)
        ledger_print_line(t, "note", r->warnings[i]);
    ledger_print_line(t, "now", r->advice);
}

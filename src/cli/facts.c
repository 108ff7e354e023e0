#include "cli/facts.h"

#include <inttypes.h>

enum style facts_style(int exit_code)
{
    switch (exit_code) {
    case EXIT_HOLDS: return STYLE_GOOD;
    case EXIT_UNTRUSTED:
    case EXIT_NO_CREDENTIAL:
    case EXIT_INCOMPLETE: return STYLE_DOUBT;
    default: return STYLE_BAD;
    }
}

const char *facts_mark(const struct term *t, enum style style)
{
    if (!t->utf8)
        return "";
    if (style == STYLE_GOOD)
        return "\u2713 ";
    return style == STYLE_BAD ? "\u2717 " : "? ";
}

static void print_position(const struct term *t, const struct exh_claimed_capture *c)
{
    if (c->has_position) {
        fprintf(t->to, "; %.5f, %.5f within %.0f m", c->lat, c->lon, c->accuracy_m);
        if (!c->position_source[0])
            return;
        fputs(" (", t->to);
        term_put(t, c->position_source);
        fputc(')', t->to);
    } else if (c->position_source[0]) {
        fputs("; no position: ", t->to);
        term_put(t, c->position_source);
    }
}

void facts_print_capture(const struct term *t, const char *before,
                         const struct exh_claimed_capture *c)
{
    const char *when = c->local_time[0] ? c->local_time : c->captured_at;

    if (!c->present)
        return;
    fprintf(t->to, "%scamera ", before);
    term_put(t, c->camera_id);
    if (c->start_frame == c->end_frame)
        fprintf(t->to, ", frame %" PRIu64, c->start_frame);
    else
        fprintf(t->to, ", frames %" PRIu64 " to %" PRIu64, c->start_frame, c->end_frame);
    fputs(when[0] ? "; " : "; no clock", t->to);
    term_put(t, when);
    print_position(t, c);
    fputc('\n', t->to);
}

const char *facts_algorithm(int64_t alg, char to[32])
{
    static const struct {
        int64_t alg;
        const char *name;
    } names[] = {
        { EXH_ES256, "ES256" },   { EXH_ES384, "ES384" }, { EXH_ES512, "ES512" },
        { EXH_PS256, "PS256" },   { EXH_PS384, "PS384" }, { EXH_PS512, "PS512" },
        { EXH_EDDSA, "Ed25519" },
    };

    for (size_t i = 0; i < ARRAY_N(names); i++)
        if (names[i].alg == alg)
            return names[i].name;
    (void)snprintf(to, 32, "algorithm %" PRId64, alg);
    return to;
}

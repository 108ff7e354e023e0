#include "cli/term.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const codes[] = {
    [STYLE_NONE] = "",          [STYLE_GOOD] = "\033[32m",  [STYLE_BAD] = "\033[1;31m",
    [STYLE_DOUBT] = "\033[33m", [STYLE_STRONG] = "\033[1m", [STYLE_FAINT] = "\033[2m",
    [STYLE_LINK] = "\033[36m",
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

static bool wants_color(FILE *to, const struct shared *shared)
{
    const char *kind = getenv("TERM");

    if (shared->no_color || shared->plain || is_set("NO_COLOR"))
        return false;
    return isatty(fileno(to)) && kind && strcmp(kind, "dumb") != 0;
}

/* The variables are read instead of setlocale(): loading a locale costs more than a verification. */
static bool wants_utf8(const struct shared *shared)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; !shared->plain && i < ARRAY_N(names); i++)
        if (is_set(names[i]))
            return strstr(getenv(names[i]), "UTF-8") || strstr(getenv(names[i]), "utf8");
    return false;
}

struct term term_of(FILE *to, const struct shared *shared)
{
    return (struct term){ .to = to, .color = wants_color(to, shared), .utf8 = wants_utf8(shared) };
}

void term_begin(const struct term *t, enum style style)
{
    if (t->color)
        fputs(codes[style], t->to);
}

void term_end(const struct term *t)
{
    if (t->color)
        fputs("\033[0m", t->to);
}

/* Length of the well-formed UTF-8 sequence at p (n bytes left), its code point; 0: none begins here. */
static size_t decode(const uint8_t *p, size_t n, uint32_t *point)
{
    static const struct {
        uint8_t mask, lead;
        uint32_t first; // the smallest code point of this length
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xE0, 0xC0, 0x80 }, { 0xF0, 0xE0, 0x800 }, { 0xF8, 0xF0, 0x10000 }
    };

    for (size_t length = 1; length <= ARRAY_N(forms) && length <= n; length++) {
        if ((p[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        uint32_t v = p[0] & (uint8_t)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((p[i] & 0xC0) != 0x80)
                return 0;
            v = v << 6 | (p[i] & 0x3F);
        }
        if (v < forms[length - 1].first || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
            return 0;
        *point = v;
        return length;
    }
    return 0;
}

/* Characters that act on a terminal or on the reader instead of being seen. */
static bool acts(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x00, 0x1F },       // control
        { 0x7F, 0x9F },       // DEL and C1: 0x9B begins sequences too
        { 0xAD, 0xAD },       // soft hyphen
        { 0x61C, 0x61C },     // Arabic letter mark
        { 0x115F, 0x1160 },   // Hangul fillers
        { 0x17B4, 0x17B5 },   // Khmer inherent vowels
        { 0x180B, 0x180F },   // Mongolian selectors
        { 0x200B, 0x200F },   // zero width, directional marks
        { 0x2028, 0x202E },   // line ends, embeddings, overrides
        { 0x2060, 0x206F },   // invisible operators, isolates
        { 0x3164, 0x3164 },   // Hangul filler
        { 0xFE00, 0xFE0F },   // variation selectors
        { 0xFEFF, 0xFEFF },   // byte order mark
        { 0xFFF0, 0xFFFB },   // interlinear annotations
        { 0xE0000, 0xE0FFF }, // tags and selectors
    };

    for (size_t i = 0; i < ARRAY_N(ranges); i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

#define ESCAPED_MAX 16 // bytes of one character as it is shown, with its NUL

/* One character of text as it is shown; returns how many bytes of text it took. */
static size_t show_one(char to[ESCAPED_MAX], const uint8_t *p, size_t n)
{
    uint32_t point = 0;
    const size_t length = decode(p, n, &point);

    if (!length) {
        (void)snprintf(to, ESCAPED_MAX, "\\x%02x", *p);
        return 1;
    }
    if (acts(point) && point < 0x80)
        (void)snprintf(to, ESCAPED_MAX, "\\x%02x", point);
    else if (acts(point))
        (void)snprintf(to, ESCAPED_MAX, "\\u{%x}", point);
    else
        (void)snprintf(to, ESCAPED_MAX, "%.*s", (int)length, (const char *)p);
    return length;
}

void term_put_n(const struct term *t, const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text;
    char shown[ESCAPED_MAX];

    for (size_t at = 0; at < n;) {
        at += show_one(shown, p + at, n - at);
        fputs(shown, t->to);
    }
}

void term_put(const struct term *t, const char *text)
{
    term_put_n(t, text, strlen(text));
}

void term_styled(const struct term *t, enum style style, const char *text)
{
    term_begin(t, style);
    term_put(t, text);
    term_end(t);
}

char *term_escape(char *to, size_t size, const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text;
    char shown[ESCAPED_MAX];
    size_t have = 0;

    for (size_t at = 0; at < n;) {
        at += show_one(shown, p + at, n - at);
        const size_t length = strlen(shown);
        if (have + length + 1 > size)
            break;
        memcpy(to + have, shown, length);
        have += length;
    }
    to[have] = 0;
    return to;
}

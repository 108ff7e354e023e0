#include "log/note_name.h"

#include "base/macros.h"
#include "base/text.h"

// Unicode's White_Space, from U+0080: below, only the space is no control character. As UTF-8.
static const char *const spaces[] = {
    "\302\205", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
    "\u2004",   "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
    "\u2028",   "\u2029", "\u202F", "\u205F", "\u3000",
};

static bool is_space(struct exh_bytes c)
{
    if (bytes_are(c, " "))
        return true;
    for (size_t i = 0; c.n > 1 && i < ARRAY_N(spaces); i++) {
        if (bytes_are(c, spaces[i]))
            return true;
    }
    return false;
}

bool note_text_valid(struct exh_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < ' ' && text.p[i] != '\n')
            return false;
    }
    return utf8_valid(text);
}

bool note_name_valid(struct exh_bytes name)
{
    size_t n;

    for (size_t i = 0; i < name.n; i += n) {
        n = utf8_sequence(name.p + i, name.n - i);
        if (!n || name.p[i] < ' ' || name.p[i] == '+' ||
            is_space((struct exh_bytes){ name.p + i, n }))
            return false;
    }
    return name.n > 0;
}

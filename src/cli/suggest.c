#include "cli/suggest.h"

#include <string.h>

#define DISTANCE_MAX 2 // slips of the keyboard in one word

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Edits between two words: insert, drop, replace, swap two neighbours. */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
    size_t d[SUGGEST_MAX + 1][SUGGEST_MAX + 1];

    for (size_t i = 0; i <= an; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= bn; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= an; i++) {
        for (size_t j = 1; j <= bn; j++) {
            d[i][j] =
                least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
        }
    }
    return d[an][bn];
}

struct suggestion suggest_for(const char *typed, size_t n)
{
    // Of a short word, two slips leave nothing.
    const size_t most = n < 2 * DISTANCE_MAX ? 1 : DISTANCE_MAX;

    return (struct suggestion){ .typed = typed, .n = n, .distance = most + 1 };
}

void suggest_offer(struct suggestion *s, const char *word)
{
    const size_t n = strlen(word);

    if (n > SUGGEST_MAX || s->n > SUGGEST_MAX)
        return;
    const size_t d = distance(s->typed, s->n, word, n);
    if (d < s->distance) {
        s->distance = d;
        s->word = word;
    }
}

/* suggest.h -- the word that was probably meant. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 32 // bytes of a word that is compared; longer ones get no suggestion

struct suggestion {
    const char *typed;
    size_t n;
    size_t distance;  // of word; the most that still counts, at first
    const char *word; // NULL: nothing is near
};

struct suggestion suggest_for(const char *typed, size_t n);
void suggest_offer(struct suggestion *s, const char *word);

#endif

/* A set that grows from nothing to its limit, and tells what it has seen. */
#include "check.h"

#include "seal/seen.h"

static struct exh_error err;

static enum exh_status random_fixed(uint8_t *to, size_t n, struct exh_error *e)
{
    (void)e;
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(i * 151 + 77);
    return EXH_OK;
}

static enum exh_status random_none(uint8_t *to, size_t n, struct exh_error *e)
{
    (void)to;
    (void)n;
    e->status = EXH_CRYPTO;
    return EXH_CRYPTO;
}

/* Value number i: close to its neighbours, as hostile values may be. */
static void value_of(size_t i, uint8_t to[SEEN_VALUE])
{
    memset(to, 0, SEEN_VALUE);
    for (size_t k = 0; k < 8; k++)
        to[(i & 1 ? 15 : 7) - k] = (uint8_t)(i >> (8 * k));
}

int main(void)
{
    const struct exh_crypto crypto = { .random = random_fixed }, broken = { .random = random_none };
    uint8_t value[SEEN_VALUE];
    struct seen s;
    bool before;
    size_t wrong = 0;

    CHECK(seen_init(&s, &broken, &err) == EXH_CRYPTO, "no random numbers");
    seen_free(&s);
    CHECK(seen_init(&s, &crypto, &err) == EXH_OK, "random numbers");
    for (size_t i = 0; i < SEEN_MAX; i++) {
        value_of(i, value);
        wrong += seen_add(&s, value, &before, &err) != EXH_OK || before;
        if (i % 1000 == 0) {
            value_of(i / 2, value);
            wrong += seen_add(&s, value, &before, &err) != EXH_OK || !before;
        }
    }
    CHECK(wrong == 0, "%zu of %zu answers are wrong", wrong, SEEN_MAX);
    CHECK(s.n == SEEN_MAX && s.room * sizeof *s.slots == (size_t)16 << 20, "%zu in %zu", s.n,
          s.room);
    value_of(SEEN_MAX, value);
    CHECK(seen_add(&s, value, &before, &err) == EXH_LIMIT && !before, "one too many");
    CHECK(seen_add(&s, value, &before, &err) == EXH_LIMIT && !before, "it was not added");
    value_of(17, value);
    CHECK(seen_add(&s, value, &before, &err) == EXH_OK && before, "what is there is still told");
    seen_free(&s);
    return check_done();
}

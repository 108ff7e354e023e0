#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include <exhibit/pool.h>

#include "check.h"

struct piece {
    struct exh_work work; // first
    atomic_int runs;
    unsigned long spin;
    struct exh_pool *pool; // of work that hands out work
    struct piece *inner;
};

static atomic_ulong sum;

static void add_up(struct exh_work *work)
{
    struct piece *p = (struct piece *)work;

    for (unsigned long i = 0; i < p->spin; i++)
        atomic_fetch_add(&sum, 1);
    atomic_fetch_add(&p->runs, 1);
}

/* Every piece runs once, whoever takes it and in whatever order it is waited for. */
static void test_all_run(unsigned threads)
{
    enum { N = 500, ROUNDS = 20 };
    static struct piece pieces[N];
    struct exh_pool *pool = NULL;
    struct exh_error err;
    unsigned long want = 0;

    atomic_store(&sum, 0);
    CHECK(exh_pool_new(threads, &pool, &err) == EXH_OK, "%s", err.text);
    const struct exh_workers *w = exh_pool_workers(pool);
    CHECK(w->n == threads, "%u threads", w->n);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < N; i++) {
            pieces[i] = (struct piece){ .work = { .run = add_up }, .spin = i * 7 % 50 };
            want += pieces[i].spin;
            w->begin(w->ctx, &pieces[i].work);
        }
        for (size_t i = 0; i < N; i++) {
            struct piece *p = &pieces[round % 2 ? N - 1 - i : i];
            w->finish(w->ctx, &p->work);
            CHECK(atomic_load(&p->runs) == 1, "%u threads: ran %d times", threads,
                  atomic_load(&p->runs));
        }
    }
    CHECK(atomic_load(&sum) == want, "%lu of %lu", atomic_load(&sum), want);
    exh_pool_free(pool);
}

static void hand_out(struct exh_work *work)
{
    struct piece *p = (struct piece *)work;
    const struct exh_workers *w = exh_pool_workers(p->pool);

    p->inner->work.run = add_up;
    w->begin(w->ctx, &p->inner->work);
    w->finish(w->ctx, &p->inner->work);
    atomic_fetch_add(&p->runs, 1);
}

/* Work may hand out work: whoever waits helps, so nobody waits for ever. */
static void test_nested(void)
{
    enum { N = 50 };
    static struct piece outer[N], inner[N];
    struct exh_pool *pool = NULL;

    CHECK(exh_pool_new(2, &pool, NULL) == EXH_OK, "no pool");
    const struct exh_workers *w = exh_pool_workers(pool);
    for (size_t i = 0; i < N; i++) {
        outer[i] = (struct piece){ .work = { .run = hand_out }, .pool = pool, .inner = &inner[i] };
        w->begin(w->ctx, &outer[i].work);
    }
    for (size_t i = 0; i < N; i++)
        w->finish(w->ctx, &outer[i].work);
    for (size_t i = 0; i < N; i++)
        CHECK(atomic_load(&outer[i].runs) == 1 && atomic_load(&inner[i].runs) == 1, "piece %zu", i);
    exh_pool_free(pool);
}

/* Signals reach the program's own threads only. */
static void look_at_mask(struct exh_work *work)
{
    struct piece *p = (struct piece *)work;
    sigset_t mask;

    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    atomic_store(&p->runs, sigismember(&mask, SIGINT) ? 2 : 1);
}

static void test_signals(void)
{
    struct piece p = { .work = { .run = look_at_mask } };
    struct exh_pool *pool = NULL;

    CHECK(exh_pool_new(1, &pool, NULL) == EXH_OK, "no pool");
    const struct exh_workers *w = exh_pool_workers(pool);
    w->begin(w->ctx, &p.work);
    for (int i = 0; i < 1000 && atomic_load(&p.runs) == 0; i++)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    w->finish(w->ctx, &p.work);
    CHECK(atomic_load(&p.runs) == 2, "SIGINT is not blocked in a thread of the pool");
    exh_pool_free(pool);
}

int main(void)
{
    struct exh_pool *pool = NULL;

    test_all_run(0);
    test_all_run(1);
    test_all_run(3);
    test_nested();
    test_signals();
    CHECK(exh_pool_processors() >= 1, "no processor");
    CHECK(exh_pool_new(1000, &pool, NULL) == EXH_OK && exh_pool_workers(pool)->n == EXH_POOL_MAX,
          "more threads than the limit");
    exh_pool_free(pool);
    exh_pool_free(NULL);
    CHECK(!exh_pool_workers(NULL), "a table without a pool");
    return check_done();
}

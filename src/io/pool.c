#define _GNU_SOURCE // sched_getaffinity, CPU_COUNT

#include <exhibit/pool.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* One lock over the queue: a piece of work takes some 50 microseconds, taking it out much less than one. */
struct exh_pool {
    struct exh_workers workers;
    pthread_mutex_t lock;
    pthread_cond_t has_work; // for threads of the pool
    pthread_cond_t has_run;  // for those who wait in finish()
    struct exh_work *first;  // not taken yet, oldest first
    struct exh_work **last;
    unsigned waiting; // threads in finish() that sleep
    unsigned idle;    // threads of the pool that sleep
    bool ends;
    unsigned n;
    pthread_t threads[EXH_POOL_MAX];
};

enum { WORK_QUEUED, WORK_TAKEN, WORK_DONE };

unsigned exh_pool_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const int n = CPU_COUNT(&set);
    return n > 0 ? (unsigned)n : 1;
}

/* Run the oldest piece; the lock is held before and after, not meanwhile. */
static void run_oldest(struct exh_pool *p)
{
    struct exh_work *work = p->first;

    p->first = work->next;
    if (!p->first)
        p->last = &p->first;
    work->state = WORK_TAKEN;
    (void)pthread_mutex_unlock(&p->lock);
    work->run(work);
    (void)pthread_mutex_lock(&p->lock);
    work->state = WORK_DONE;
    if (p->waiting)
        (void)pthread_cond_broadcast(&p->has_run);
}

static void *work_until_end(void *ctx)
{
    struct exh_pool *p = ctx;

    (void)pthread_mutex_lock(&p->lock);
    while (!p->ends) {
        if (p->first) {
            run_oldest(p);
            continue;
        }
        p->idle++;
        (void)pthread_cond_wait(&p->has_work, &p->lock);
        p->idle--;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void begin(void *ctx, struct exh_work *work)
{
    struct exh_pool *p = ctx;

    work->next = NULL;
    work->state = WORK_QUEUED;
    (void)pthread_mutex_lock(&p->lock);
    *p->last = work;
    p->last = &work->next;
    const bool wake = p->idle > 0;
    (void)pthread_mutex_unlock(&p->lock);
    if (wake)
        (void)pthread_cond_signal(&p->has_work);
}

static void finish(void *ctx, struct exh_work *work)
{
    struct exh_pool *p = ctx;

    (void)pthread_mutex_lock(&p->lock);
    while (work->state != WORK_DONE) {
        if (p->first) {
            run_oldest(p);
            continue;
        }
        p->waiting++;
        (void)pthread_cond_wait(&p->has_run, &p->lock);
        p->waiting--;
    }
    (void)pthread_mutex_unlock(&p->lock);
}

/* Start threads that no signal reaches: handlers run where they always did. */
static enum exh_status start(struct exh_pool *p, unsigned n, struct exh_error *err)
{
    sigset_t all, before;
    int why = 0;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    while (p->n < n && why == 0) {
        why = pthread_create(&p->threads[p->n], NULL, work_until_end, p);
        p->n += why == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    p->workers.n = p->n;
    return why ? fail(err, EXH_IO, "cannot start a thread: %s", strerror(why)) : EXH_OK;
}

enum exh_status exh_pool_new(unsigned n, struct exh_pool **out, struct exh_error *err)
{
    struct exh_error local;
    struct exh_pool *p = calloc(1, sizeof *p);

    err = err ? err : &local;
    if (!p)
        return fail_no_memory(err);
    // Of default attributes these do not fail.
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->has_work, NULL);
    (void)pthread_cond_init(&p->has_run, NULL);
    p->last = &p->first;
    p->workers = (struct exh_workers){ .begin = begin, .finish = finish, .ctx = p };
    enum exh_status status = start(p, n < EXH_POOL_MAX ? n : EXH_POOL_MAX, err);
    if (status != EXH_OK) {
        exh_pool_free(p);
        return status;
    }
    *out = p;
    return EXH_OK;
}

const struct exh_workers *exh_pool_workers(const struct exh_pool *pool)
{
    return pool ? &pool->workers : NULL;
}

void exh_pool_free(struct exh_pool *pool)
{
    if (!pool)
        return;
    (void)pthread_mutex_lock(&pool->lock);
    pool->ends = true;
    (void)pthread_cond_broadcast(&pool->has_work);
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->n; i++)
        (void)pthread_join(pool->threads[i], NULL);
    (void)pthread_cond_destroy(&pool->has_run);
    (void)pthread_cond_destroy(&pool->has_work);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
}

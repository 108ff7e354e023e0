#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/workers.h"

#define WORKERS_MAX 64

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct task *first, *last;
    bool ending;
    unsigned threads_n;
    pthread_t threads[WORKERS_MAX];
};

/* The next task; NULL when there will be none any more. */
static struct task *take(struct workers *w)
{
    struct task *task;

    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->ending)
        pthread_cond_wait(&w->wake, &w->lock);
    task = w->first;
    if (task) {
        w->first = task->next;
        if (!w->first)
            w->last = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    return task;
}

static void *work(void *workers)
{
    struct task *task;

    while ((task = take(workers)))
        task->run(task);
    return NULL;
}

/* Signals go to the main thread, which waits for them. */
static bool start(struct workers *w, unsigned i)
{
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&w->threads[i], NULL, work, w);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

enum exh_status workers_new(unsigned threads, struct workers **out, struct exh_error *err)
{
    struct workers *w = calloc(1, sizeof *w);

    if (!w)
        return fail_no_memory(err);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    if (threads > WORKERS_MAX)
        threads = WORKERS_MAX;
    while (w->threads_n < threads && start(w, w->threads_n))
        w->threads_n++;
    if (w->threads_n == 0) {
        workers_free(w);
        return fail(err, EXH_IO, "no thread could be started");
    }
    *out = w;
    return EXH_OK;
}

void workers_put(struct workers *w, struct task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&w->lock);
    if (w->last)
        w->last->next = task;
    else
        w->first = task;
    w->last = task;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void workers_free(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->threads_n; i++)
        (void)pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

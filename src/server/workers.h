/*
 * workers.h -- threads that do what may take long: disk, signatures, other processes.
 *
 * The queue is bounded by the number of connections: each has at most one task in it.
 */
#ifndef SERVER_WORKERS_H
#define SERVER_WORKERS_H

#include "base/error.h"

struct task { // lies in whatever waits for it
    struct task *next;
    void (*run)(struct task *task);
};

struct workers; // owned; workers_free()

NODISCARD enum exh_status workers_new(unsigned threads, struct workers **out,
                                      struct exh_error *err);

/* Run a task on some thread, in order of arrival. */
void workers_put(struct workers *w, struct task *task);

/* Finish what is in the queue, and end. NULL is allowed. */
void workers_free(struct workers *w);

#endif

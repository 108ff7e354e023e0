/*
 * pool.h -- threads that do work.
 *
 *     struct exh_pool *pool = NULL;
 *     if (exh_pool_new(exh_pool_processors() - 1, &pool, &err) != EXH_OK)
 *         complain(&err);
 *     options.workers = exh_pool_workers(pool);
 *     …
 *     exh_pool_free(pool);
 *
 * The thread that hands out the work does its share, so a pool for two processors has one thread.
 */
#ifndef EXHIBIT_POOL_H
#define EXHIBIT_POOL_H

#include <exhibit/error.h>
#include <exhibit/workers.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_POOL_MAX 15 // threads of one pool

struct exh_pool; // owned; exh_pool_free()

/* Processors that this process may run on: 1 or more. */
EXH_API unsigned exh_pool_processors(void);

/*
 * Start n threads, at most EXH_POOL_MAX are taken; with 0 the caller's thread does all the work. All
 * signals are blocked in them. A pool may be used by several threads at once.
 *
 * err  may be NULL.
 *
 * EXH_IO (no more threads)  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_pool_new(unsigned n, struct exh_pool **out, struct exh_error *err);

/* The table; borrowed until exh_pool_free(). NULL for a pool of NULL. */
EXH_API const struct exh_workers *exh_pool_workers(const struct exh_pool *pool);

/* End the threads. All work has been finished. NULL is allowed. */
EXH_API void exh_pool_free(struct exh_pool *pool);

#ifdef __cplusplus
}
#endif

#endif

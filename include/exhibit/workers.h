/*
 * workers.h -- work that other threads may do.
 *
 * The core starts no thread. Where work falls into independent pieces it hands them to this table, if it
 * was given one; exhibit/pool.h fills it with threads.
 */
#ifndef EXHIBIT_WORKERS_H
#define EXHIBIT_WORKERS_H

#ifdef __cplusplus
extern "C" {
#endif

/* One piece of work: the first member of a struct that holds what it needs. */
struct exh_work {
    void (*run)(struct exh_work *work); // called once after each begin(), by any thread
    // The table's own, from begin() to the return of finish():
    struct exh_work *next;
    int state;
};

struct exh_workers {
    unsigned n; // threads that work beside the caller's
    // Hand out a piece of work. It is borrowed until finish() returns; every begin() has its finish().
    void (*begin)(void *ctx, struct exh_work *work);
    // Return when the piece has run. Meanwhile the calling thread runs pieces that nobody has taken.
    void (*finish)(void *ctx, struct exh_work *work);
    void *ctx;
};

#ifdef __cplusplus
}
#endif

#endif

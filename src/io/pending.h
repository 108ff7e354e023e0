/*
 * pending.h -- names of files that must not outlive an interrupted process.
 *
 * A signal handler can be told nothing by argument, so this table is the one piece of global state
 * of the library. Names go in and out while signals are blocked; the handler only reads and unlinks.
 */
#ifndef IO_PENDING_H
#define IO_PENDING_H

#include <signal.h>

#define PENDING_MAX 16 // outputs with a temporary name at one time

/* Block all signals until pending_unlock(): between making a file and writing down its name. */
void pending_lock(sigset_t *before);
void pending_unlock(const sigset_t *before);

/* Remember a name, borrowed until pending_remove(). One too many is not remembered. */
void pending_add(const char *path);
void pending_remove(const char *path);

#endif

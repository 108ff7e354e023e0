#include "io/pending.h"

#include <stdatomic.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/macros.h"

static _Atomic(const char *) names[PENDING_MAX];

void pending_lock(sigset_t *before)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, before);
}

void pending_unlock(const sigset_t *before)
{
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}

void pending_add(const char *path)
{
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        const char *empty = NULL;
        if (atomic_compare_exchange_strong(&names[i], &empty, path))
            return;
    }
}

void pending_remove(const char *path)
{
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        const char *mine = path;
        if (atomic_compare_exchange_strong(&names[i], &mine, NULL))
            return;
    }
}

void exh_output_abandon_all(void)
{
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        const char *name = atomic_exchange(&names[i], NULL);
        if (name)
            (void)unlink(name);
    }
}

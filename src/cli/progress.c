#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

#include "cli/term.h"

#define QUIET_MS 400 // work that is done sooner needs no line
#define STEP_MS  100

static int64_t clock_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct progress progress_for(const struct shared *shared, const char *what)
{
    const bool wanted = !shared->quiet && !shared->plain && isatty(STDERR_FILENO);

    return (struct progress){ .what = what,
                              .wanted = wanted,
                              .next_ms = wanted ? clock_ms() + QUIET_MS : 0 };
}

void progress_to(void *ctx, uint64_t done, uint64_t total)
{
    struct progress *p = ctx;

    if (!p->wanted || clock_ms() < p->next_ms)
        return;
    struct term t = { .to = stderr };
    fputs("\r\033[K", stderr);
    term_put(&t, p->what);
    fprintf(stderr, ": %u %%", total ? (unsigned)((double)done * 100 / (double)total) : 100);
    fflush(stderr);
    p->shown = true;
    p->next_ms = clock_ms() + STEP_MS;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

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

/* Whether it is time for a line; if so, its beginning. */
static bool begin_line(struct progress *p)
{
    const struct term t = { .to = stderr };

    if (!p->wanted || clock_ms() < p->next_ms)
        return false;
    fputs("\r\033[K", stderr);
    term_put(&t, p->what);
    return true;
}

static void end_line(struct progress *p)
{
    fflush(stderr);
    p->shown = true;
    p->next_ms = clock_ms() + STEP_MS;
}

void progress_to(void *ctx, uint64_t done, uint64_t total)
{
    struct progress *p = ctx;

    if (!begin_line(p))
        return;
    fprintf(stderr, ": %u %%", total ? (unsigned)((double)done * 100 / (double)total) : 100);
    end_line(p);
}

void progress_count(struct progress *p, uint64_t done)
{
    if (!begin_line(p))
        return;
    fprintf(stderr, ": %.1f MB", (double)done / 1e6);
    end_line(p);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

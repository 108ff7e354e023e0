#define _DEFAULT_SOURCE // adjtimex

#include <exhibit/clock.h>

#include <sys/timex.h>
#include <time.h>

static uint64_t microseconds(const struct timespec *t)
{
    return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_nsec / 1000;
}

static void now(void *ctx, struct exh_moment *out)
{
    struct timespec utc = { 0 }, monotonic = { 0 };
    struct timex kernel = { 0 }; // modes 0: only look

    (void)ctx;
    (void)clock_gettime(CLOCK_REALTIME, &utc);
    // Of a device that sleeps the recording's time goes on.
    (void)clock_gettime(CLOCK_BOOTTIME, &monotonic);
    const int state = adjtimex(&kernel);
    *out = (struct exh_moment){ .utc_us = utc.tv_sec < 0 ? 0 : microseconds(&utc),
                                .monotonic_us = microseconds(&monotonic),
                                .uncertainty_us = UINT64_MAX };
    if (state >= 0 && state != TIME_ERROR && !(kernel.status & STA_UNSYNC)) {
        out->synchronised = true;
        out->uncertainty_us = kernel.maxerror < 0 ? UINT64_MAX : (uint64_t)kernel.maxerror;
    }
}

const struct exh_clock *exh_clock_system(void)
{
    static const struct exh_clock clock = { .now = now };

    return &clock;
}

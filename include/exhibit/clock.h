/*
 * clock.h -- what time it is, and how well that is known.
 *
 * The core reads no clock: whoever owns one fills this table. exh_clock_system() is the machine's.
 */
#ifndef EXHIBIT_CLOCK_H
#define EXHIBIT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <exhibit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One moment, on two clocks. */
struct exh_moment {
    uint64_t utc_us;         // microseconds since 1970, UTC
    uint64_t monotonic_us;   // microseconds of a clock that nobody sets back; from any start
    uint64_t uncertainty_us; // how far utc_us may be off; UINT64_MAX: not known
    bool synchronised;       // utc_us follows a source outside the device
};

struct exh_clock {
    void (*now)(void *ctx, struct exh_moment *out);
    void *ctx;
};

/* The system's clocks, with what the kernel knows of their synchronisation. Borrowed for ever. */
EXH_API const struct exh_clock *exh_clock_system(void);

#ifdef __cplusplus
}
#endif

#endif

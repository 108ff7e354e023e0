/*
 * when.h -- times as Unix seconds, and as RFC 3339 text.
 *
 * No clock is read here: time comes in as an argument.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define WHEN_TEXT_MAX 48 // bytes of any text written here, with its NUL

/*
 * Read "2026-11-21T09:00:00Z", with an optional fraction (dropped) and any offset, into Unix
 * seconds. Years 0000 to 9999; a leap second counts as the last second of its minute.
 * offset_min, if not NULL, receives the offset in minutes east of UTC.
 */
bool when_read(struct exh_bytes text, int64_t *at, int *offset_min);

/* Write "2026-11-21T09:00:00Z"; out-of-range times are written as the nearest year. */
void when_write(char to[WHEN_TEXT_MAX], int64_t at);

/* Write "2026-11-21T11:00:00+02:00": the same moment on a clock offset_min east of UTC. */
void when_write_local(char to[WHEN_TEXT_MAX], int64_t at, int offset_min);

/* Unix seconds of a date and time in UTC of the proleptic Gregorian calendar; month 1 to 12. */
int64_t when_of(int year, int month, int day, int hour, int minute, int second);

#endif

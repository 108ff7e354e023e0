#include "base/when.h"

#include <stdio.h>

#include "base/reader.h"

#define DAY_S 86400
#define MIN_S (-62167219200) // 0000-01-01T00:00:00Z
#define MAX_S (253402300799) // 9999-12-31T23:59:59Z

/* Days since 1970-01-01; the year begins in March, so that the leap day is its last. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

int64_t when_of(int year, int month, int day, int hour, int minute, int second)
{
    return days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* n decimal digits; failed otherwise. */
static int read_digits(struct reader *r, int n)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        const uint8_t c = reader_u8(r);
        if (c < '0' || c > '9')
            r->failed = true;
        v = v * 10 + (c - '0');
    }
    return r->failed ? 0 : v;
}

static void expect(struct reader *r, uint8_t c, uint8_t other)
{
    const uint8_t got = reader_u8(r);

    if (got != c && got != other)
        r->failed = true;
}

static void skip_fraction(struct reader *r)
{
    if (!r->rest.n || r->rest.p[0] != '.')
        return;
    reader_u8(r);
    read_digits(r, 1);
    while (r->rest.n && r->rest.p[0] >= '0' && r->rest.p[0] <= '9')
        reader_u8(r);
}

static int read_offset(struct reader *r)
{
    const uint8_t sign = reader_u8(r);

    if (sign == 'Z' || sign == 'z')
        return 0;
    if (sign != '+' && sign != '-')
        r->failed = true;
    const int hours = read_digits(r, 2);
    expect(r, ':', ':');
    const int minutes = read_digits(r, 2);
    if (hours > 23 || minutes > 59)
        r->failed = true;
    return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
}

bool when_read(struct exh_bytes text, int64_t *at, int *offset_min)
{
    struct reader r = reader_over(text, 0);

    const int year = read_digits(&r, 4);
    expect(&r, '-', '-');
    const int month = read_digits(&r, 2);
    expect(&r, '-', '-');
    const int day = read_digits(&r, 2);
    expect(&r, 'T', 't');
    const int hour = read_digits(&r, 2);
    expect(&r, ':', ':');
    const int minute = read_digits(&r, 2);
    expect(&r, ':', ':');
    int second = read_digits(&r, 2);
    skip_fraction(&r);
    const int offset = read_offset(&r);

    if (r.failed || r.rest.n || month < 1 || month > 12 || day < 1 || day > days_in(year, month) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    if (second == 60)
        second = 59;
    *at = when_of(year, month, day, hour, minute, second) - (int64_t)offset * 60;
    if (offset_min)
        *offset_min = offset;
    return true;
}

static void write_clock(char to[WHEN_TEXT_MAX], int64_t at, const char *zone)
{
    at = at < MIN_S ? MIN_S : at > MAX_S ? MAX_S : at;
    int64_t days = at / DAY_S;
    int seconds = (int)(at % DAY_S);
    if (seconds < 0) {
        seconds += DAY_S;
        days--;
    }
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int day_of_era = (int)(days - era * 146097);
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int shifted = (5 * day_of_year + 2) / 153;
    const int day = day_of_year - (153 * shifted + 2) / 5 + 1;
    const int month = shifted < 10 ? shifted + 3 : shifted - 9;
    const int year = year_of_era + (int)era * 400 + (month <= 2);

    snprintf(to, WHEN_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s", year % 10000, month, day,
             seconds / 3600, seconds / 60 % 60, seconds % 60, zone);
}

void when_write(char to[WHEN_TEXT_MAX], int64_t at)
{
    write_clock(to, at, "Z");
}

void when_write_local(char to[WHEN_TEXT_MAX], int64_t at, int offset_min)
{
    char zone[8];
    const int size = offset_min < 0 ? -offset_min : offset_min;

    snprintf(zone, sizeof zone, "%c%02d:%02d", offset_min < 0 ? '-' : '+', size / 60 % 24,
             size % 60);
    write_clock(to, at + (int64_t)offset_min * 60, zone);
}

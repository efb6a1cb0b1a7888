/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event time: milliseconds since 1970-01-01T00:00:00Z, and what people write for it. Nothing here
 * reads a clock.
 */
#ifndef BASE_EVTIME_H
#define BASE_EVTIME_H

#include "base/str.h"
#include "base/strbuf.h"

typedef int64_t evtime_ms; /* an instant */
typedef int64_t dur_ms;    /* a span between two instants */

#define EVTIME_NONE INT64_MIN                /* no instant: before every other */
#define EVTIME_MAX  INT64_C(253402300800000) /* events are before this, 10000-01-01T00:00:00Z */

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS
};

/* The largest multiple of `step` (> 0) that is <= t, also for negative t. */
static inline int64_t
floor_to(int64_t t, int64_t step)
{
    int64_t rest = t % step;

    return rest < 0 ? t - rest - step : t - rest;
}

/* The smallest multiple of `step` (> 0) that is >= t. */
static inline int64_t
ceil_to(int64_t t, int64_t step)
{
    int64_t down = floor_to(t, step);

    return down < t ? down + step : down;
}

/*
 * Reads RFC 3339 ("2026-03-02T08:05:12.3456Z", an offset instead of Z, 't', ' ' and 'z' allowed; a
 * missing offset is refused; digits beyond the millisecond are floored; second 60 counts as the
 * next second). False if it is not one.
 */
bool evtime_parse(struct str text, evtime_ms *ret);
/* Appends "2026-03-02T08:05:12.345Z". Takes any instant of the years 0000-9999. */
void evtime_add_text(struct strbuf *b, evtime_ms t);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t days_of_date(int year, int month, int day);
void date_of_days(int64_t days, int *year, int *month, int *day);

/* Reads "250ms", "90s", "15m", "4h", "2d" and sums such as "1h30m" (each unit once, larger first;
 * "0s" is 0). */
bool duration_parse(struct str text, dur_ms *ret);
/* Appends the same form, largest units first: 5400000 -> "1h30m". */
void duration_add_text(struct strbuf *b, dur_ms d);

#endif

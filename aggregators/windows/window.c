/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A calendar window is a pair of dates; only their midnights are turned into instants. The dates
 * come from the zone's calendar at t, which is a guess where clocks go back over midnight or a day
 * is left out: the window is then moved until it holds t.
 */
#include "aggregators/windows/window.h"

#include "base/check.h"
#include "base/tz.h"

/* The first days of a period of the calendar and of the one after it, in days since 1970. */
struct period {
    int64_t first;
    int64_t after;
};

static unsigned
months_of(enum window_kind kind)
{
    switch (kind) {
    case WINDOW_MONTH:
        return 1;
    case WINDOW_QUARTER:
        return 3;
    case WINDOW_YEAR:
        return 12;
    case WINDOW_FIXED:
    case WINDOW_DAY:
    case WINDOW_WEEK:
        break;
    }
    UNREACHABLE();
}

static struct period
period_of(enum window_kind kind, int64_t date)
{
    int year;
    int month;
    int day;

    if (kind == WINDOW_DAY)
        return (struct period){.first = date, .after = date + 1};
    if (kind == WINDOW_WEEK) {
        /* 1970-01-05, day 4, was a Monday. */
        int64_t monday = floor_to(date - 4, 7) + 4;

        return (struct period){.first = monday, .after = monday + 7};
    }
    int months = (int)months_of(kind);

    date_of_days(date, &year, &month, &day);
    month -= (month - 1) % months;
    return (struct period){
        .first = days_of_date(year, month, 1),
        .after = month + months > 12 ? days_of_date(year + 1, 1, 1)
                                     : days_of_date(year, month + months, 1),
    };
}

static struct window
window_of_period(const struct window_spec *spec, struct period p)
{
    return (struct window){
        .start = tz_instant_of_local(spec->tz, p.first, 0),
        .end = tz_instant_of_local(spec->tz, p.after, 0),
    };
}

static struct window
calendar_window(const struct window_spec *spec, evtime_ms t)
{
    struct period p = period_of(spec->kind, tz_local_day(spec->tz, t));
    struct window w = window_of_period(spec, p);

    while (t < w.start) {
        p = period_of(spec->kind, p.first - 1);
        w = window_of_period(spec, p);
    }
    while (t >= w.end) {
        p = period_of(spec->kind, p.after);
        w = window_of_period(spec, p);
    }
    return w;
}

struct window
window_last_holding(const struct window_spec *spec, evtime_ms t)
{
    evtime_ms start;

    if (spec->kind != WINDOW_FIXED)
        return calendar_window(spec, t);
    CHECK(spec->every_ms > 0 && spec->length_ms >= spec->every_ms);
    start = floor_to(t - spec->offset_ms, spec->every_ms) + spec->offset_ms;
    return (struct window){.start = start, .end = start + spec->length_ms};
}

struct window
window_previous(const struct window_spec *spec, struct window w)
{
    if (spec->kind != WINDOW_FIXED)
        return calendar_window(spec, w.start - 1);
    return (struct window){.start = w.start - spec->every_ms, .end = w.end - spec->every_ms};
}

struct window
window_next(const struct window_spec *spec, struct window w)
{
    if (spec->kind != WINDOW_FIXED)
        return calendar_window(spec, w.end);
    return (struct window){.start = w.start + spec->every_ms, .end = w.end + spec->every_ms};
}

bool
window_fits_pane(const struct window_spec *spec, dur_ms pane_ms)
{
    CHECK(pane_ms > 0);
    if (spec->kind != WINDOW_FIXED)
        return DAY_MS % pane_ms == 0 && tz_offsets_are_multiples(spec->tz, pane_ms);
    return spec->every_ms % pane_ms == 0 && spec->length_ms % pane_ms == 0 &&
           spec->offset_ms % pane_ms == 0;
}

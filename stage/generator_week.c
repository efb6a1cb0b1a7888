/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_week.h"

#include "base/check.h"

/* From the Monday before 1970-01-01, a Thursday, to that day. */
enum { MONDAY_MS = 3 * DAY_MS, DAY_HOURS = 24, FRIDAY = 4, SUNDAY = 6 };

const struct hours hours_always = {0, DAY_MS, 7};

static const struct week weeks[] = {
    {.name = "office",
     .agents = {8 * HOUR_MS, 18 * HOUR_MS, 5},
     .customers = {7 * HOUR_MS, 23 * HOUR_MS, 7},
     .arrivals = {{2,  2,  1,   1,  2,  4,  10, 30, 70, 105, 115, 105,
                   75, 90, 100, 95, 80, 50, 24, 16, 12, 9,   6,   3},
                  {1, 1, 1, 1, 1, 1, 2, 4, 8, 10, 11, 11, 9, 9, 9, 8, 7, 6, 5, 5, 4, 3, 2, 1},
                  {1, 1, 1, 1, 1, 1, 1, 3, 6, 8, 9, 9, 8, 8, 8, 8, 8, 8, 9, 9, 7, 5, 3, 2}}},
    {.name = "round-the-clock",
     .agents = {0, DAY_MS, 7},
     .customers = {0, DAY_MS, 7},
     .arrivals = {{34, 30,  28,  27, 29, 34, 44, 58, 76, 92, 101, 104,
                   98, 100, 102, 98, 92, 86, 82, 78, 70, 60, 48,  40},
                  {32, 28, 26, 25, 25, 28, 33, 42, 54, 66, 73, 76,
                   74, 73, 72, 70, 68, 66, 64, 62, 56, 50, 42, 36},
                  {30, 27, 25, 24, 24, 26, 30, 37, 48, 59, 66, 69,
                   68, 67, 66, 66, 66, 67, 68, 66, 60, 52, 43, 36}}},
};

enum { N_WEEKS = sizeof(weeks) / sizeof(weeks[0]) };

const struct week *
week_find(struct str name)
{
    for (int i = 0; i < N_WEEKS; i++)
        if (str_equal(name, str_from(weeks[i].name)))
            return &weeks[i];
    return NULL;
}

const char *
week_names(void)
{
    return "office or round-the-clock";
}

bool
hours_hold(const struct hours *h, evtime_ms t)
{
    int64_t in_week = (t + MONDAY_MS) % WEEK_MS;

    return in_week / DAY_MS < h->days && in_week % DAY_MS >= h->open_ms &&
           in_week % DAY_MS < h->close_ms;
}

/* Time is counted in these hours alone, and back: no walk over days. */
evtime_ms
hours_add(const struct hours *h, evtime_ms t, dur_ms d)
{
    int64_t length = h->close_ms - h->open_ms;
    int64_t since_monday = t + MONDAY_MS;
    int64_t week = since_monday / WEEK_MS;
    int64_t day = since_monday % WEEK_MS / DAY_MS;
    int64_t today = since_monday % DAY_MS - h->open_ms;
    int64_t worked = d;

    CHECK(t >= 0 && d >= 0);
    if (day >= h->days)
        worked += h->days * length;
    else
        worked += day * length + (today < 0 ? 0 : today > length ? length : today);
    week += worked / (h->days * length);
    worked %= h->days * length;
    return week * WEEK_MS - MONDAY_MS + worked / length * DAY_MS + h->open_ms + worked % length;
}

void
arrivals_init(struct arrivals *a, const struct week *week, evtime_ms start, uint64_t rate)
{
    uint64_t total = 0;

    CHECK(start >= 0 && rate > 0);
    for (int hour = 0; hour < WEEK_HOURS; hour++) {
        int day = hour / DAY_HOURS;

        a->weights[hour] = week->arrivals[day > FRIDAY ? 1 + (day == SUNDAY) : 0][hour % DAY_HOURS];
        total += a->weights[hour];
    }
    a->per_ticket = (double)total * HOUR_MS / ((double)rate * 7);
    a->hour = floor_to(start, HOUR_MS);
    a->in_hour_ms = (double)(start - a->hour);
}

evtime_ms
arrivals_next(struct arrivals *a, chance *c)
{
    double need = chance_gap(c) * a->per_ticket;

    for (;;) {
        double weight = a->weights[(a->hour + MONDAY_MS) % WEEK_MS / HOUR_MS];

        if (need < weight * (HOUR_MS - a->in_hour_ms)) {
            a->in_hour_ms += need / weight;
            return a->hour + (evtime_ms)a->in_hour_ms;
        }
        need -= weight * (HOUR_MS - a->in_hour_ms);
        a->hour += HOUR_MS;
        a->in_hour_ms = 0;
    }
}

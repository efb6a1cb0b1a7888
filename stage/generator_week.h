/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The week of a generated help desk, in UTC: how many tickets come in each hour, and when agents
 * and customers are there. Nobody works outside their hours: a delay is time in which the one who
 * waits for it could act.
 */
#ifndef STAGE_GENERATOR_WEEK_H
#define STAGE_GENERATOR_WEEK_H

#include "stage/generator_chance.h"

enum { WEEK_HOURS = 168, WEEK_MS = 7 * DAY_MS };

/* The same hours on the first `days` days of each week, Monday first. */
struct hours {
    int32_t open_ms; /* of the day */
    int32_t close_ms;
    int32_t days;
};

extern const struct hours hours_always;

struct week {
    const char *name;
    struct hours agents;
    struct hours customers;
    uint16_t arrivals[3][24]; /* weight of each hour, of a weekday, a Saturday, a Sunday */
};

/* NULL: there is no such week. */
const struct week *week_find(struct str name);
/* The names of all, for a sentence: "office or round-the-clock". */
const char *week_names(void);

/* True if `t` (>= 0) lies in the hours. */
bool hours_hold(const struct hours *h, evtime_ms t);
/* The instant after `t` (>= 0) at which `d` of these hours have gone by. */
evtime_ms hours_add(const struct hours *h, evtime_ms t, dur_ms d);

/* The arrivals of tickets: a Poisson process whose rate has the shape of the week. */
struct arrivals {
    double per_ticket; /* weight times milliseconds */
    evtime_ms hour;    /* the start of the hour in which the last one came */
    double in_hour_ms;
    uint16_t weights[WEEK_HOURS];
};

/* `rate` tickets a day, on average over the week; from `start` (>= 0) on. */
void arrivals_init(struct arrivals *a, const struct week *week, evtime_ms start, uint64_t rate);
/* The next one's instant. */
evtime_ms arrivals_next(struct arrivals *a, chance *c);

#endif

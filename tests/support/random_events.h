/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lives of tickets from a seed: every event type, several tenants, issue types and agents, ties of
 * time, reopenings, merges and restores, answers that are changed. What arrives when is chosen
 * apart from what happens when, so that disorder, late events and duplicates can be asked for.
 */
#ifndef TESTS_SUPPORT_RANDOM_EVENTS_H
#define TESTS_SUPPORT_RANDOM_EVENTS_H

#include "tests/support/event_log.h"

struct random_events {
    uint64_t seed;
    unsigned events;  /* without duplicates */
    unsigned tickets; /* alive at the same time, about */
    unsigned tenants; /* > 0 */
    evtime_ms start;
    dur_ms step_ms;         /* two events are 0..2 * step_ms apart */
    dur_ms disorder_ms;     /* an event arrives up to this much later than one at its time could */
    unsigned late_permille; /* of events: they arrive up to late_ms later than that */
    dur_ms late_ms;
    unsigned duplicate_permille; /* of events: they arrive again within disorder_ms */
};

/*
 * Fills an empty log, in the order of arrival. The same options give the same bytes; the same seed
 * gives the same events, whatever is asked of their arrival.
 */
void random_events_fill(const struct random_events *options, struct event_log *log);

#endif

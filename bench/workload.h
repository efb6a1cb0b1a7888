/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events that benches feed: the tickets of a busy support team, endless, from a seed, as Avro
 * records in the order of arrival. A fixed number of tickets is open at any time and each event is
 * of one of them, chosen at random; a ticket that was solved is in the end followed by a new one in
 * its place. Event time goes on evenly.
 *
 * Each event has a UUID, and the ticket's present attributes, as sources send them. An average
 * ticket: created, 3.5 agent replies, 3.5 customer messages, about one each of internal note,
 * status change, assignment, half a change of attributes, solved once, now and then reopened,
 * escalated or rated.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "base/evtime.h"
#include "base/strbuf.h"

struct workload_options {
    uint64_t seed;
    uint32_t tickets;  /* open at a time */
    uint32_t accounts; /* different values of the custom dimension `account` */
    evtime_ms start;
    uint32_t events_per_second; /* of event time */
    dur_ms disorder_ms;         /* an event arrives up to this much later than it happened */
};

/* Events in the order of arrival. */
struct records {
    struct strbuf bytes;
    size_t *ends; /* where record i ends in bytes */
    size_t n;
    size_t cap;
};

void records_fini(struct records *r);

static inline struct str
records_get(const struct records *r, size_t i)
{
    size_t start = i > 0 ? r->ends[i - 1] : 0;

    return str_of(r->bytes.p + start, r->ends[i] - start);
}

struct workload;

struct workload *workload_new(const struct workload_options *options);
void workload_free(struct workload **w);

/* The next n events, instead of what was in `ret`. The first ones create the tickets, each once. */
void workload_next(struct workload *w, size_t n, struct records *ret);
/*
 * The next events for tickets 0..tickets-1, one of each in order: all are created, then all
 * assigned, then all answered. For measuring what a ticket costs in each state.
 */
enum workload_step { WORKLOAD_CREATE, WORKLOAD_ASSIGN, WORKLOAD_ANSWER };
void workload_step(struct workload *w, enum workload_step step, uint32_t first, uint32_t n,
                   struct records *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hold: events of one partition wait here until the watermark W has passed them, then leave in
 * the order (occurred_at, source_sequence with absent last, event_id). What waits is the Avro
 * record as it came, since decoding it again is cheaper than keeping it decoded.
 *
 * Held events lie in [W, W + max_out_of_orderness]: a ring of buckets of event time covers that
 * span. Only the bucket that W is in is kept in order (a heap); the others are just appended to.
 *
 *      W                                     W + max_out_of_orderness
 *      ▼                                     ▼
 *   │ heap │ append │ append │  ...  │ append │
 */
#ifndef AGGREGATORS_TICKETS_HOLD_H
#define AGGREGATORS_TICKETS_HOLD_H

#include "base/evtime.h"
#include "base/str.h"

struct plan;
struct hold;

struct held {
    evtime_ms occurred_at;
    int64_t sequence; /* where has_sequence; else 0. Absent goes last */
    uint64_t position;
    const struct plan *plan;
    struct str event_id;
    struct str body;
    bool has_sequence;
};

struct hold *hold_new(dur_ms max_out_of_orderness_ms);
void hold_free(struct hold **h);

/* False: the span from the first held event to this one is too long; take out what W has passed,
 * then add. */
bool hold_fits(const struct hold *h, evtime_ms occurred_at);
/* Copies the event's body and event_id. `w` is W <= occurred_at. */
void hold_add(struct hold *h, const struct held *event, evtime_ms w);
/* The first event before `w`, taken out; NULL when there is none. Its bytes stay valid until the
 * next hold_add(). */
const struct held *hold_take(struct hold *h, evtime_ms w);
/* occurred_at of the first event. There must be one. W must then move past it before the next
 * hold_add(). */
evtime_ms hold_first(struct hold *h);

uint64_t hold_count(const struct hold *h);
/* A position at or before that of every held event; UINT64_MAX when there is none. */
uint64_t hold_oldest_position(const struct hold *h);
size_t hold_bytes(const struct hold *h);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is due, earliest first: a heap with four children to a node, so that the children of one
 * node lie in one line of the cache. A calendar of buckets was not taken: delays here reach from
 * milliseconds to weeks, and the heap costs less than writing the event.
 */
#ifndef STAGE_GENERATOR_QUEUE_H
#define STAGE_GENERATOR_QUEUE_H

#include "base/evtime.h"

struct queue_item {
    evtime_ms at;
    uint64_t what; /* breaks ties: the lower first */
};

/* Plain data, to be embedded; all zero is empty. */
struct queue {
    struct queue_item *v;
    size_t n;
    size_t cap;
};

void queue_fini(struct queue *q);
void queue_add(struct queue *q, struct queue_item item);
/* The earliest; NULL if there is none. Valid until the next change. */
const struct queue_item *queue_peek(const struct queue *q);
/* Takes the earliest out; there is one. */
struct queue_item queue_take(struct queue *q);

#endif

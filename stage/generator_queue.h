/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is due, earliest first: a heap with four children to a node, which is half as deep as one with
 * two and takes the same number of lines of the cache at each level. A calendar of buckets was not
 * taken: delays reach from milliseconds to weeks, and the heap costs less than compressing the event.
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is due, earliest first. struct queue is a heap with four children to a node: half as deep as
 * one with two, and as many lines of the cache at each level. struct calendar is for many that are
 * due far apart: a heap holds only what is due within a minute of the earliest, the weeks behind it
 * lie in buckets of a minute, unsorted, and what is beyond these waits in a second heap.
 *
 *   near (heap) | minute | minute | minute | ...  32,768 of them | far (heap)
 *
 * Both give the same order: one has no reason to ask which it was.
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

struct calendar;

/* Nothing is due before `start`. */
struct calendar *calendar_new(evtime_ms start);
void calendar_free(struct calendar **c);
/* The same as of the queue. An item may be earlier than what was peeked at. */
void calendar_add(struct calendar *c, struct queue_item item);
const struct queue_item *calendar_peek(struct calendar *c);
struct queue_item calendar_take(struct calendar *c);

#endif

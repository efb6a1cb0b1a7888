/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct generator: a help desk that never was, as a stream of ticket events in the order of event
 * time. Tickets come in by the week's shape (stage/generator_week.h) and live by the table of lives
 * (stage/generator_life.h):
 *
 *   arrivals ──► a new life ──┐                     ┌──► event
 *                             ├──► its step is due ─┤
 *   queue of due steps ───────┘                     └──► followers into the queue
 *
 * Each ticket has a chance of its own, made of seed and number: what happens to it does not depend
 * on the others, so more tickets add lives and change none. Memory is that of the tickets that are
 * not over.
 */
#ifndef STAGE_GENERATOR_H
#define STAGE_GENERATOR_H

#include "schemas/ticket_event.h"
#include "stage/generator_week.h"
#include "stage/generator_world.h"

struct generator_options {
    struct world_sizes sizes; /* the seed is in there */
    const struct week *week;
    evtime_ms start; /* >= 0 */
    uint64_t tickets;
    uint64_t rate; /* tickets a day, on average over a week */
};

struct generator;

struct generator *generator_new(const struct generator_options *options);
void generator_free(struct generator **g);

/*
 * The next event, borrowed until the next call; NULL after the last: all tickets have come in and
 * all lives are over. A ticket's events carry source_sequence 1, 2, 3...
 */
const struct ticket_event *generator_next(struct generator *g);

/* Tickets that are not over now, and the most that ever were at once. */
uint64_t generator_open(const struct generator *g);
uint64_t generator_open_max(const struct generator *g);

#endif

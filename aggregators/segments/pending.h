/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that wait for the segment engine's time, by engine pane: the lateness class of a row, or its
 * pane where the class is 0. All rows of an engine pane are processed at one edge, its end; so they
 * lie in one buffer (a *bucket*), packed one behind the other, and waiting costs no sorting and no
 * allocation per row.
 *
 *     bucket of 08:00   row values bins | row values | ...
 *     bucket of 08:01   row values | ...
 */
#ifndef AGGREGATORS_SEGMENTS_PENDING_H
#define AGGREGATORS_SEGMENTS_PENDING_H

#include "aggregators/hop/partial.h"
#include "aggregators/segments/placement.h"
#include "aggregators/windows/ages.h"
#include "aggregators/windows/tally.h"

/* Followed by its values, ages and bins, which only pending.c reads. */
struct pending_row {
    evtime_ms pane;
    evtime_ms second_pane; /* or EVTIME_NONE */
    evtime_ms lateness_class;
    int64_t level; /* change of the number of open tickets; not among the measures */
    struct placement *placement;
    uint64_t present[MEASURES_MAX / 64]; /* measures; one value each lies behind, then the bins */
    uint32_t n_values;
    uint32_t n_bins;
    uint32_t n_ages;
    uint32_t unused;
};

struct pending_age {
    int64_t kind; /* enum age_kind */
    struct age age;
};

struct pending;

struct pending *pending_new(void);
void pending_free(struct pending **p);

/* The engine pane of a row of a batch. */
static inline evtime_ms
pending_pane_of(const struct partial_row *row)
{
    return engine_pane_of(row->pane, row->lateness_class);
}

/*
 * Adds a copy that borrows the placement. Numbers of measures and durations, and bins, must be ones
 * that this version knows (CHECK).
 */
void pending_add(struct pending *p, struct placement *placement, const struct partial_row *row);

/* The least engine pane of a row that waits; EVTIME_MAX where none does. */
evtime_ms pending_next_pane(const struct pending *p);
/* Takes the rows of that pane out, to be read with pending_read(). All that was taken lies there
 * until pending_done(). */
struct str pending_take(struct pending *p);
void pending_done(struct pending *p);
/* The next row, or NULL at the end. `*rows` moves on. */
const struct pending_row *pending_read(struct str *rows);
/* The row's ages: n_ages of them. */
const struct pending_age *pending_row_ages(const struct pending_row *row);
/* Adds what the row carries (without its level and ages). */
void pending_row_add_to(const struct pending_row *row, struct tally *t);

static inline void
pending_row_prefetch(const struct pending_row *row)
{
    __builtin_prefetch(row);
    __builtin_prefetch((const char *)row + 64);
}

/* True if it adds something besides a level. */
static inline bool
pending_row_has_values(const struct pending_row *row)
{
    return row->n_values > 0 || row->n_bins > 0;
}

/* Marks the placements that rows borrow. */
void pending_mark(const struct pending *p);
size_t pending_bytes(const struct pending *p);

#endif

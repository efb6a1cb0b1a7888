/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ticket engine has observed and not yet handed over: rows by (profile, pane, second pane,
 * lateness class), each with a tally. Combining here is what makes the hop cheap: the segment
 * engine gets one row for the many events of a profile in a pane.
 *
 * A row's engine pane (its lateness class, or its pane when the class is 0) is the pane of engine
 * time in which it was made; a flush up to an edge takes the rows of all engine panes before it.
 */
#ifndef AGGREGATORS_HOP_PARTIAL_H
#define AGGREGATORS_HOP_PARTIAL_H

#include "aggregators/hop/profile.h"
#include "aggregators/windows/ages.h"
#include "aggregators/windows/tally.h"

/* Version of the PartialBatch's meaning: a segment engine refuses batches of another one. */
enum { HOP_VERSION = 1 };

/*
 * The lateness class of something at `t`, made at engine time `now`: 0 while its pane has not
 * ended, else engine time floored to the pane.
 */
static inline evtime_ms
lateness_class_of(evtime_ms t, evtime_ms now, dur_ms pane_ms)
{
    return floor_to(t, pane_ms) + pane_ms > now ? 0 : floor_to(now, pane_ms);
}

/* The pane of engine time in which a row of that pane and lateness class was made. */
static inline evtime_ms
engine_pane_of(evtime_ms pane, evtime_ms lateness_class)
{
    return lateness_class != 0 ? lateness_class : pane;
}

struct partials;

struct partials *partials_new(dur_ms pane_ms, struct profiles *profiles);
void partials_free(struct partials **p);

/*
 * The tally of a row, made if it is not there. `pane` and `second` (or EVTIME_NONE) are starts of
 * panes; `lateness_class` is 0 or the engine time floored to the pane. Borrowed until the next
 * call.
 */
struct tally *partials_row(struct partials *p, uint32_t profile, evtime_ms pane, evtime_ms second,
                           evtime_ms lateness_class);

/* Open tickets of a birth, in the row of a change of the level. */
void partials_add_age(struct partials *p, uint32_t profile, evtime_ms pane,
                      evtime_ms lateness_class, enum age_kind kind, evtime_ms birth, int64_t count);

typedef void partial_batch_fn(void *context, const struct partial_batch *batch);

/*
 * Hands over the rows of engine panes that end at or before `edge` (EVTIME_MAX: all), in pieces of
 * at most 512 KiB, and forgets them. `header` gives every field of the batch but piece, pieces,
 * profiles and rows. At least one piece, also without rows.
 */
void partials_flush(struct partials *p, evtime_ms edge, const struct partial_batch *header,
                    partial_batch_fn *take, void *context);

/* All rows as one batch (for saving), without forgetting them; in memory of the arena. */
void partials_describe(const struct partials *p, struct arena *a, struct partial_batch *ret);
/* Adds the rows of a saved batch. */
void partials_restore(struct partials *p, const struct partial_batch *batch);

size_t partials_bytes(const struct partials *p);

#endif

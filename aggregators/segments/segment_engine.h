/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segment engine: PartialBatches of all source partitions go in, rollups come out. See
 * segment_engine.c for how time moves edge by edge.
 *
 * Pure: the rollups are a function of the rows of all sources alone; how they were cut into
 * batches, and in which order batches of different sources came, does not show.
 * @thread worker
 */
#ifndef AGGREGATORS_SEGMENTS_SEGMENT_ENGINE_H
#define AGGREGATORS_SEGMENTS_SEGMENT_ENGINE_H

#include "aggregators/outbox.h"
#include "aggregators/settings.h"
#include "base/error.h"
#include "schemas/partial_batch.h"

struct segment_engine;

struct segment_counters {
    uint64_t batches;
    uint64_t rows;
    uint64_t gaps;      /* batches whose from_edge was not the last to_edge of their source */
    uint64_t published; /* rollups */
    uint64_t corrected; /* of these with revision > 0 */
};

/* `settings` is borrowed and must outlive the engine. Sources are numbered 0..n_sources-1. */
struct segment_engine *segment_engine_new(const struct settings *settings, uint32_t n_sources);
void segment_engine_free(struct segment_engine **e);

/*
 * The run ends with as_of (segment_engine_finish(as_of + 1)): segment_engine_advance() stops at
 * edges after it, so that an edge at as_of + 1 exactly is part of the last one, however batches
 * were cut. Default: no end.
 */
void segment_engine_set_as_of(struct segment_engine *e, evtime_ms as_of);

/* Takes a copy of the rows. Pieces of one batch come in order; it counts when the last one is
 * there. */
void segment_engine_add(struct segment_engine *e, uint32_t source,
                        const struct partial_batch *batch);
/* Moves time to the least to_edge of all sources (not before each was heard) and publishes what
 * that closes. */
void segment_engine_advance(struct segment_engine *e, struct outbox *out);
/*
 * The last edge of a run, at `at` (= every source's to_edge), after every edge before it: takes
 * rows of every class, closes what ends at `at`, and publishes closed windows and the running ones
 * (is_closed false). Nothing comes after.
 */
void segment_engine_finish(struct segment_engine *e, evtime_ms at, struct outbox *out);

/* The last edge that was processed; EVTIME_NONE before the first. */
evtime_ms segment_engine_time(const struct segment_engine *e);
const struct segment_counters *segment_engine_counters(const struct segment_engine *e);
size_t segment_engine_bytes(const struct segment_engine *e);

/*
 * State, as records of schemas/. Rows that wait for time to come are not in it: after a load, add
 * again the batches that had such rows; rows before the saved time are then skipped.
 */
typedef void segment_state_fn(void *context, struct str key, struct str body);
void segment_engine_save(struct segment_engine *e, segment_state_fn *take, void *context);
MUST_USE enum err segment_engine_load(struct segment_engine *e, struct str key, struct str body,
                                      struct error *reterr);

#endif

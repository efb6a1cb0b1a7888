/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the segment engine, shared by the files that it is made of: segment_engine.c
 * (time), apply.c (rows into windows), segment_state.c (save and load). Nobody else includes this.
 */
#ifndef AGGREGATORS_SEGMENTS_ENGINE_PARTS_H
#define AGGREGATORS_SEGMENTS_ENGINE_PARTS_H

#include "aggregators/segments/pending.h"
#include "aggregators/segments/placement.h"
#include "aggregators/segments/publish.h"
#include "aggregators/segments/segment_engine.h"
#include "aggregators/segments/segment_table.h"
#include "aggregators/segments/window_table.h"
#include "base/arena.h"
#include "schemas/codec/plan.h"

struct segment_source {
    evtime_ms to_edge;       /* 0 before the first batch */
    evtime_ms restored_edge; /* to_edge in the loaded state: batches up to there are added again */
    bool is_heard;
};

enum { SUM_ROWS = 4 };

/* What waiting rows add up to in one segment, on the way into windows. */
struct segment_sum {
    const struct pending_row *rows[SUM_ROWS]; /* that have values */
    int64_t level;
    uint32_t segment;
    uint32_t n_rows; /* more than SUM_ROWS: they are in the tally */
    uint32_t tally;  /* place in the engine's tallies */
};

struct segment_engine {
    const struct settings *settings;
    struct segment_table *segments;
    struct placements *placements;
    struct window_table *windows;
    struct pending *pending;
    struct publisher *publisher;

    struct segment_source *sources;
    uint32_t n_sources;
    evtime_ms time;  /* edges up to here were processed; EVTIME_NONE before the first */
    evtime_ms as_of; /* edges after it are the last one's; EVTIME_MAX: no end */
    struct segment_counters counters;
    bool has_news[WINDOWS_MAX]; /* per spec: rows came since its running windows were last published
                                   early */
    uint32_t collect_at;        /* segments and placements at which the next collection is due */

    struct placement **placed; /* scratch: of the profiles of a batch */
    size_t cap_placed;
    const struct pending_row **rows; /* those that wait to go into windows; of one slice */
    size_t n_rows;
    size_t cap_rows;
    struct window slice;      /* panes from start to end are in the same windows */
    struct segment_sum *sums; /* scratch: of the rows that wait */
    size_t n_sums;
    size_t cap_sums;
    struct tally *tallies; /* scratch: of the sums; all cleared, they keep memory */
    uint32_t n_tallies;
    size_t cap_tallies;
    struct window_state **closing; /* scratch: windows that close at the running edge */
    size_t n_closing;
    size_t cap_closing;
    struct window_state **bulk; /* scratch: windows that hold the slice */
    size_t cap_bulk;
    struct window recent[WINDOWS_MAX]; /* last answer per spec: calendars are slow to ask */

    struct plan *plan; /* of state records; made when the first is loaded */
    struct arena arena;
};

/* Takes the rows of the next engine pane: into windows and levels, or to those that wait. */
void segment_engine_apply(struct segment_engine *e);
/* Takes the rows that wait into windows and levels: before one of these windows ends, or is looked
 * at. */
void segment_engine_spread(struct segment_engine *e);

#endif

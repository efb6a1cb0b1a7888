/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink of the demo: of all rollups it keeps what a picture needs. The widest configured window
 * gives one row per segment (its last record wins: a correction replaces what it corrects), the
 * smaller ones the peak of its backlog, and the segmentation without dimensions the volume over
 * time.
 */
#ifndef STAGE_DEMO_SINK_H
#define STAGE_DEMO_SINK_H

#include "aggregators/settings.h"
#include "sinks/sink.h"

struct demo_segment {
    unsigned segmentation; /* index in the settings */
    char *id;              /* segment_id; identity */
    char *label;           /* for people: the values, ", " between; "(none)" where empty */
    int64_t volume;
    int64_t backlog;
    int64_t backlog_peak; /* the highest at the end of any window of any size */
    int64_t solve_events;
    int64_t reopens;
    bool has_resolution;
    double p50_ms;
    double p90_ms;
};

struct demo_point {
    unsigned window; /* index in the settings */
    evtime_ms start;
    int64_t volume;
};

struct demo_results {
    struct demo_segment *segments;
    size_t n_segments;
    size_t cap_segments;
    struct demo_point *points; /* in the order in which they were first published */
    size_t n_points;
    size_t cap_points;
};

/* Both arguments are borrowed until the sink is closed; `results` starts as all zero. */
struct sink *demo_sink_new(const struct settings *settings, struct demo_results *results);
void demo_results_fini(struct demo_results *results);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink of the demo: of all rollups it keeps what a picture needs, at any moment of the run. A
 * record replaces what it corrects. Nothing is computed here that the rollups do not say, but for
 * sums over windows that do not overlap.
 *
 *   narrowest window   backlog of a segment now and its peak; volume so far; curves
 *   series window      what the last closed one says of a segment: a week, say
 *   widest window      what the last one, best the whole log, says of a segment at the end
 */
#ifndef STAGE_DEMO_SINK_H
#define STAGE_DEMO_SINK_H

#include "aggregators/settings.h"
#include "sinks/sink.h"

/* What one window says. */
struct demo_values {
    int64_t volume;
    int64_t solve_events;
    int64_t reopens;
    bool has_resolution;
    double p50_ms;
    double p90_ms;
};

/* The volume of one narrowest window. */
struct demo_part {
    evtime_ms start;
    int64_t volume;
};

struct demo_segment {
    unsigned segmentation;     /* index in the settings */
    char *id;                  /* segment_id; identity */
    char *label;               /* for people: the values, ", " between; "(none)" where empty */
    struct demo_values total;  /* of the last widest window that has this segment, ... */
    evtime_ms total_start;     /* ... which starts here */
    struct demo_values recent; /* of the last closed series window that has this segment, ... */
    evtime_ms recent_start;    /* ... which starts here */
    int64_t backlog;           /* at `backlog_at`, the latest that is known */
    evtime_ms backlog_at;
    int64_t backlog_peak; /* the highest at the end of any window of any size */
    evtime_ms peak_at;
    int64_t volume_so_far; /* of all narrowest windows; where they overlap, of the latest */
    struct demo_part *parts;
    size_t n_parts;
    size_t cap_parts;
};

/* One window of the segmentation without dimensions. */
struct demo_point {
    unsigned window; /* index in the settings */
    evtime_ms start;
    evtime_ms end;
    int64_t volume;
    int64_t solved;
    int64_t backlog;
};

struct demo_results {
    unsigned narrowest; /* windows: indices in the settings */
    unsigned series;
    unsigned widest;
    evtime_ms series_start; /* of the last closed one; EVTIME_NONE: none yet */
    evtime_ms widest_start; /* of the last one; EVTIME_NONE: none yet */
    struct demo_segment *segments;
    size_t n_segments;
    size_t cap_segments;
    struct demo_point *points; /* in the order of their starts */
    size_t n_points;
    size_t cap_points;
};

enum { DEMO_POINTS_MAX = 60 }; /* of a series, so that it fits on a line */

/*
 * Both pointers are borrowed until the sink is closed. `span_ms` is how long the log is: the series
 * window is the one that gives the most points up to DEMO_POINTS_MAX; 0: not known.
 */
struct sink *demo_sink_new(const struct settings *settings, dur_ms span_ms,
                           struct demo_results *results);
void demo_results_fini(struct demo_results *results);

/* "day", "week", ... where the window is one; else its name in the configuration. */
struct str demo_window_word(const struct window_spec *spec);

/* The first segment of a segmentation without dimensions; NULL if there is none. */
const struct demo_segment *demo_results_find_all(const struct demo_results *results,
                                                 const struct settings *settings);

#endif

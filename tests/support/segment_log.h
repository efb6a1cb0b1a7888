/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input of a segment engine as a list of rows, each made by a source at an engine pane, and what
 * cuts it into batches. A test writes or generates the list once and feeds it in many ways.
 */
#ifndef TESTS_SUPPORT_SEGMENT_LOG_H
#define TESTS_SUPPORT_SEGMENT_LOG_H

#include "aggregators/segments/segment_engine.h"

enum { LOG_MEASURES_MAX = 8, LOG_DURATIONS_MAX = 4, LOG_AGES_MAX = 4, LOG_PROFILES_MAX = 64 };

struct log_duration {
    int32_t duration;
    dur_ms ms;
    int64_t count;
};

/* Plain data. Durations bring no sum with them: that is a measure. */
struct log_row {
    unsigned source;
    unsigned profile; /* index into the log's profiles */
    bool taken_back;  /* a mark for who makes the log */
    evtime_ms pane;
    evtime_ms second_pane; /* 0: none */
    evtime_ms lateness_class;
    size_t n_measures;
    struct partial_measure measures[LOG_MEASURES_MAX];
    size_t n_durations;
    struct log_duration durations[LOG_DURATIONS_MAX]; /* different ones, ascending */
    size_t n_ages;
    struct partial_age ages[LOG_AGES_MAX];
};

/* Plain data; `rows` is owned. */
struct segment_log {
    const struct settings *settings;
    size_t n_profiles;
    struct partial_profile profiles[LOG_PROFILES_MAX]; /* borrowed texts */
    struct log_row *rows;
    size_t n;
    size_t cap;
};

void segment_log_fini(struct segment_log *log);
struct log_row *segment_log_add(struct segment_log *log);
/* The engine pane of a row. */
evtime_ms log_row_engine_pane(const struct log_row *row);

/*
 * Gives the engine one batch: the source's rows of engine panes in [from, to) in `pieces` pieces.
 * With `to` not a multiple of the pane or `is_last` it takes all rows from `from` on.
 */
void segment_log_feed(const struct segment_log *log, struct segment_engine *e, unsigned source,
                      evtime_ms from, evtime_ms to, bool is_last, int pieces);

/* Settings with a pane of one minute, all metrics, and no dimension, segmentation or window yet. */
void test_settings_init(struct settings *s);
void test_settings_add_window(struct settings *s, const char *name, dur_ms every, dur_ms length,
                              dur_ms lateness);
/* Dimensions by their places in settings.dimensions. */
void test_settings_add_segmentation(struct settings *s, const char *name, unsigned n,
                                    const uint8_t *dimensions);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metric catalogue: one row per metric (catalogue.tbl), over the measures that rows carry
 * (measures.tbl) and the durations that have a sketch beside their sum (durations.tbl). The engines
 * add measures; what a metric's value is stands here and nowhere else.
 */
#ifndef AGGREGATORS_METRICS_CATALOGUE_H
#define AGGREGATORS_METRICS_CATALOGUE_H

#include "base/str.h"

enum measure {
#define MEASURE(number, name, sentence) MEASURE_##name = (number),
#include "aggregators/metrics/measures.tbl"
#undef MEASURE
    MEASURES_MAX = 128,
    MEASURE_none = -1
};

enum duration {
#define DURATION(number, name) DURATION_##name = (number),
#include "aggregators/metrics/durations.tbl"
#undef DURATION
    DURATIONS_MAX = 64,
    DURATION_none = -1
};

enum metric_kind {
    METRIC_COUNT,    /* a */
    METRIC_LEVEL,    /* state at the window's end */
    METRIC_NET_FLOW, /* level - level of the previous window */
    METRIC_RATIO,    /* a / b */
    METRIC_SAMPLE,   /* a / b, a share of a sample: with a Wilson interval */
    METRIC_POINTS,   /* a / b, both in millionths */
    METRIC_MIX,      /* a / a of the segment without its channel */
    METRIC_MEAN,     /* a / b; a is in millionths where it is a sum of scores */
    METRIC_MONEY,    /* a / b in decimal(18,4) */
    METRIC_SCORE,    /* 100 (a - b) / c */
    METRIC_DURATION, /* the duration a */
    METRIC_HISTOGRAM /* ages at the window's end, of the enum age_kind a */
};

enum metric_number {
#define METRIC(id, kind, a, b, c, since, unit, formula, window) METRIC_NUMBER_##id,
#include "aggregators/metrics/catalogue.tbl"
#undef METRIC
    METRIC_NUMBERS
};

struct metric {
    const char *id;
    enum metric_kind kind;
    int a; /* enum measure, or enum duration of METRIC_DURATION; MEASURE_none where unused */
    int b;
    int c;
    int since; /* definition version from which it is computed; 0: planned */
    const char *unit;
    const char *formula;
    const char *window;
};

/* Of the whole catalogue: in every record, so that a reader knows which definitions made the
 * numbers. */
enum { DEFINITION_VERSION = 1 };

extern const struct metric metrics[METRIC_NUMBERS];

/* The sum of a duration, as a measure. */
enum measure duration_sum(enum duration d);
/* The metric of that id, or NULL. */
const struct metric *metric_find(struct str id);

#endif

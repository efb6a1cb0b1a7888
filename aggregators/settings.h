/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What shapes the results of the engines, as plain data: the part of the configuration that is
 * fingerprinted. stage/config fills it from the file and owns it; it outlives the engines, which
 * only borrow it. All durations and instants are milliseconds. `pane_ms` divides every window
 * length, step, offset and lateness.
 */
#ifndef AGGREGATORS_SETTINGS_H
#define AGGREGATORS_SETTINGS_H

#include "base/evtime.h"
#include "base/str.h"

struct tz;

#define NEVER_MS  INT64_C(-1) /* source_delay: never */
#define ALWAYS_MS INT64_C(-1) /* retain_solved: always */

enum {
    DIMENSIONS_MAX = 32, /* used by all segmentations together */
    SEGMENTATIONS_MAX = 64,
    WINDOWS_MAX = 32
};

/* The keys that a segmentation may name, in the order of the Segment record. */
enum dimension_id {
    DIMENSION_CHANNEL,
    DIMENSION_QUEUE,
    DIMENSION_TEAM,
    DIMENSION_AGENT,
    DIMENSION_PRIORITY,
    DIMENSION_SEVERITY,
    DIMENSION_ISSUE_TYPE, /* each of the ticket's issue types */
    DIMENSION_PRODUCT,
    DIMENSION_PRODUCT_LINE,
    DIMENSION_CUSTOMER_TIER,
    DIMENSION_REGION,
    DIMENSION_LANGUAGE,
    DIMENSION_BRAND,
    DIMENSION_CUSTOM, /* custom.<key> */
    DIMENSION_COUNT
};

/* "channel" ... "brand"; "custom" for DIMENSION_CUSTOM. */
extern const char *const dimension_names[DIMENSION_COUNT];

struct dimension {
    enum dimension_id id;
    struct str custom_key; /* of DIMENSION_CUSTOM */
};

struct segmentation {
    struct str name;
    unsigned n;                         /* 0: everything in one segment */
    uint8_t dimensions[DIMENSIONS_MAX]; /* indexes into settings.dimensions, in the order of the
                                           configuration */
};

enum window_kind {
    WINDOW_FIXED, /* tumbling (every = length) and hopping, aligned to 1970-01-01T00:00Z + offset */
    WINDOW_DAY,
    WINDOW_WEEK, /* starts on Monday */
    WINDOW_MONTH,
    WINDOW_QUARTER,
    WINDOW_YEAR
};

struct window_spec {
    struct str name;
    enum window_kind kind;
    dur_ms every_ms;     /* WINDOW_FIXED: distance of starts */
    dur_ms length_ms;    /* WINDOW_FIXED: a multiple of every_ms */
    dur_ms offset_ms;    /* WINDOW_FIXED: 0 <= offset < every */
    struct str zone;     /* name, for the record; "UTC" where none is given */
    const struct tz *tz; /* of calendar windows; borrowed */
    dur_ms allowed_lateness_ms;
    dur_ms emit_early_ms; /* 0: off */
};

struct channel_alias {
    struct str from;
    struct str to;
};

/* One survey kind's scale: valid answers are low..high, positive ones >= positive (<= when reversed
 * is set). */
struct survey_scale {
    double low;
    double high;
    double positive;
    bool reversed; /* lower is better: answers are mirrored (low + high - score) before they are
                      used */
};

enum { SURVEY_CSAT, SURVEY_CES, SURVEY_NPS, SURVEY_KINDS };

struct settings {
    dur_ms pane_ms;
    dur_ms max_out_of_orderness_ms;
    dur_ms source_delay_ms; /* or NEVER_MS */
    dur_ms max_future_skew_ms;
    dur_ms duplicates_within_ms; /* 0: off */
    dur_ms retain_solved_ms;     /* or ALWAYS_MS */

    unsigned n_dimensions; /* those that some segmentation uses, each once */
    struct dimension dimensions[DIMENSIONS_MAX];
    unsigned n_segmentations;
    struct segmentation segmentations[SEGMENTATIONS_MAX];
    unsigned n_windows;
    struct window_spec windows[WINDOWS_MAX];

    uint64_t metrics[4]; /* bit set: metric number of metrics/catalogue.h is computed */

    size_t n_channels;
    const struct channel_alias *channels;
    struct survey_scale surveys[SURVEY_KINDS];

    uint64_t held_events_max; /* per source partition */
    uint64_t tickets_max;     /* per source partition */

    uint64_t fingerprint;     /* of all of the above and the engine version */
    uint64_t hop_fingerprint; /* of what shapes the hop: pane, windows, segmentations */
};

#endif

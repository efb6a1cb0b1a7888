/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segments that are in use: (tenant, segmentation, a value for each of its dimensions), each
 * with a small number.
 *
 * Segments of a segmentation with channel that differ in the channel alone form a *group*: their
 * shares of its volume are channel_mix. Segments that hold nothing any more are freed now and then
 * (segment_table_collect); no result shows when, and no result shows a number: what is published is
 * sorted by rank, the order of (tenant, id).
 */
#ifndef AGGREGATORS_SEGMENTS_SEGMENT_TABLE_H
#define AGGREGATORS_SEGMENTS_SEGMENT_TABLE_H

#include "aggregators/settings.h"
#include "aggregators/windows/ages.h"

/* What is read when a segment is looked up or published. */
struct segment_text {
    struct str tenant;
    struct str id; /* segmentation|name=value|..., escaped */
    uint64_t hash;
    struct str values[]; /* of the segmentation's dimensions; the bytes of all texts lie behind */
};

/*
 * What each row needs, apart from the texts: one line of the cache. Numbers of segments, groups and
 * entries start at 1; 0 is none.
 */
struct segment {
    int64_t level;      /* open tickets, by all rows that were processed */
    uint32_t scratch;   /* of apply.c: what the running edge adds, 0 none */
    uint32_t n_entries; /* in windows */
    struct segment_text *text;
    struct ages *ages; /* of the open tickets, one per enum age_kind; NULL: there was none yet */
    uint32_t group;    /* 0: the segmentation has no channel */
    uint32_t next_in_group;
    uint16_t segmentation;
    bool is_kept;      /* the caller's mark for the next collection */
    uint32_t newest[]; /* per window spec: its entry with the latest end (window_table.h), 0 none */
};

/* What is known of a group in one window, while one edge is processed. */
struct group_mark {
    const void *summed; /* the window and the edge that `volume` is of */
    uint64_t summed_edge;
    int64_t volume;
    const void *changed; /* all entries in that window are marked as changed at that edge */
    uint64_t changed_edge;
};

struct segment_group {
    char *key; /* owned; n_key bytes */
    size_t n_key;
    uint64_t hash;
    uint32_t n_segments;
    uint32_t first;            /* of its segments, chained by next_in_group */
    struct group_mark marks[]; /* per window spec */
};

struct segment_table;

/* `settings` is borrowed. */
struct segment_table *segment_table_new(const struct settings *settings);
void segment_table_free(struct segment_table **t);

struct segment *segment_get(const struct segment_table *t, uint32_t number);
struct segment_group *segment_group_get(const struct segment_table *t, uint32_t number);

/* The segment with these values (as many as the segmentation has dimensions), made if it is not
 * there. */
uint32_t segment_table_make(struct segment_table *t, struct str tenant, uint32_t segmentation,
                            const struct str *values);
/* Counts an open ticket of that birth, or takes it out. */
void segment_add_age(struct segment *s, enum age_kind kind, evtime_ms birth, int64_t count);
uint32_t segment_table_count(const struct segment_table *t);

/*
 * Ranks all segments by the bytes of (tenant, id); little work where few are new. segment_rank()
 * and its inverse segment_at_rank() hold until a segment is made or freed.
 */
void segment_table_rank(struct segment_table *t);
uint32_t segment_rank(const struct segment_table *t, uint32_t number);
uint32_t segment_at_rank(const struct segment_table *t, uint32_t rank);

/* Frees the segments without entries, level and mark, and clears the marks. */
void segment_table_collect(struct segment_table *t);

size_t segment_table_bytes(const struct segment_table *t);

#endif

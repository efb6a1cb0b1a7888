/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The windows that hold something, and in each an *entry* per segment that has something there.
 *
 *     per spec, by end       window ──► entries (array)
 *     per segment and spec   newest entry ⇄ older ⇄ older ...       by window end, sparse
 *
 * The chain of a segment answers all questions of one segment without hashing: the entry of a
 * running window is at or near its head, and a level change walks from there to older windows.
 *
 * Levels. A closed entry has the number of open tickets at its window's end, by all changes that
 * its spec still let in. net_flow is what its window added to the level, and a window without an
 * entry added nothing; so the level at the end of any closed window follows from the next younger
 * entry. Running windows need no level: when one closes, the level is the segment's.
 */
#ifndef AGGREGATORS_SEGMENTS_WINDOW_TABLE_H
#define AGGREGATORS_SEGMENTS_WINDOW_TABLE_H

#include "aggregators/segments/segment_table.h"
#include "aggregators/windows/tally.h"
#include "aggregators/windows/window.h"

struct window_state {
    struct window window;
    uint32_t spec; /* index into settings.windows */
    bool is_closed;
    uint32_t *entries;
    size_t n;
    size_t cap;
};

struct entry {
    struct tally tally;
    int64_t level; /* of a closed window; else 0 */
    int64_t net_flow;
    uint64_t published_hash; /* of the metrics in its last record */
    struct age_histogram
        *ages; /* where has_ages: one per kind, as at the close; NULL: none was open */
    struct window_state *window;
    uint32_t segment;
    uint32_t newer; /* of the same segment and spec */
    uint32_t older;
    int32_t n_published; /* records since the close */
    bool is_changed;     /* it is in the list of changed entries */
    bool is_early;       /* it was published while its window was running */
    bool has_ages;       /* it was published at the close */
};

struct window_table;

/* Both are borrowed. */
struct window_table *window_table_new(const struct settings *settings,
                                      struct segment_table *segments);
void window_table_free(struct window_table **t);

/* The end of what was processed: windows that end at or before it are closed. Only grows;
 * EVTIME_NONE at the start. */
void window_table_set_time(struct window_table *t, evtime_ms time);

/* The window, made if it is not there. */
struct window_state *window_table_get(struct window_table *t, uint32_t spec, struct window w);
/* The same when state is loaded: whether it is closed stands there. */
struct window_state *window_table_restore(struct window_table *t, uint32_t spec, struct window w,
                                          bool is_closed);
struct entry *window_entry(const struct window_table *t, uint32_t number);
/* The segment's entry in the window: 0 where there is none; made where there is none. */
uint32_t window_table_find_entry(const struct window_table *t, const struct window_state *w,
                                 uint32_t segment);
uint32_t window_table_make_entry(struct window_table *t, struct window_state *w, uint32_t segment);

/*
 * The first window, by end, that has a change of the level at an instant of that pane, by a row of
 * that lateness class: it ends after the pane, and is not final for the class. Where the right one
 * is final, a later one takes it.
 */
struct window window_taking_level(const struct window_spec *spec, evtime_ms pane,
                                  evtime_ms lateness_class);
/*
 * Changes the number of open tickets of a segment; taking[i] is the window of spec i that takes it.
 * Moves the segment's level, the net flow there, and the levels of the closed windows from there
 * on, which count as changed.
 */
void window_table_change_level(struct window_table *t, uint32_t segment,
                               struct window_state *const *taking, int64_t change);

/*
 * Ask for memory early: an entry; then for a segment whose newest entry of the spec will be used
 * the entry, and when that has come its values.
 */
void window_entry_prefetch(const struct window_table *t, uint32_t number);
void window_table_prefetch(const struct window_table *t, uint32_t segment, uint32_t spec);
void window_table_prefetch_values(const struct window_table *t, uint32_t segment, uint32_t spec);

/* Puts a closed entry into the list of changed ones, once. */
void window_table_change(struct window_table *t, uint32_t entry);
/* The same for the entries of the segment's whole group in that window: the volume of one of them
 * moves the shares. */
void window_table_change_group(struct window_table *t, const struct window_state *w,
                               uint32_t segment);
/* The list; window_table_clear_changed() empties it. */
const uint32_t *window_table_changed(const struct window_table *t, size_t *ret_n);
void window_table_clear_changed(struct window_table *t);

/* The earliest end of the windows that are not closed; EVTIME_MAX where there is none. */
evtime_ms window_table_next_end(const struct window_table *t);
/* Closes the next window that ends at or before `end`, and gives its entries their level; NULL when
 * all are closed. */
struct window_state *window_table_close_next(struct window_table *t, evtime_ms end);
/* Frees the closed windows that no row can change any more, now that `time` was processed. */
void window_table_drop_final(struct window_table *t, evtime_ms time);

/* The windows of a spec by end: i < window_table_count(). */
size_t window_table_count(const struct window_table *t, uint32_t spec);
struct window_state *window_table_at(const struct window_table *t, uint32_t spec, size_t i);

size_t window_table_bytes(const struct window_table *t);

#endif

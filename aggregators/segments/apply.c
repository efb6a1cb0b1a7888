/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows into windows and levels. A window takes a row if it holds the row's pane, and the second pane where there is
 * one, and is not final for its lateness class. Rows of class 0 without a second pane (nearly all) differ in nothing
 * that decides this, so they are added up by segment before they meet windows; the others go one by one.
 */
#include "aggregators/segments/engine_parts.h"
#include "base/check.h"
#include "base/mem.h"

static struct segment_sum *
sum_of(struct segment_engine *e, uint32_t number)
{
    struct segment *s = segment_get(e->segments, number);

    if (s->scratch != 0)
        return &e->sums[s->scratch - 1];
    if (e->n_sums == e->cap_sums) {
        size_t cap = e->cap_sums;

        e->sums = mem_grow(e->sums, e->n_sums, &e->cap_sums, sizeof(*e->sums));
        memset(&e->sums[cap], 0, (e->cap_sums - cap) * sizeof(*e->sums));
    }
    e->sums[e->n_sums].segment = number;
    s->scratch = (uint32_t)++e->n_sums;
    return &e->sums[e->n_sums - 1];
}

static void
add_to_sums(struct segment_engine *e, const struct pending_row *row)
{
    const struct placement *placement = placement_get(e->placements, row->placement);

    for (uint32_t i = 0; i < placement->n; i++) {
        struct segment_sum *sum = sum_of(e, placement->segments[i]);

        pending_row_add_to(row, &sum->tally);
        CHECK(!__builtin_add_overflow(sum->level, row->level, &sum->level));
    }
}

/* The latest window of the spec that holds t. */
static struct window
last_holding(struct segment_engine *e, uint32_t spec, evtime_ms t)
{
    const struct window_spec *s = &e->settings->windows[spec];
    struct window *recent = &e->recent[spec];

    /* A hopping window that holds t need not be the last one that does. */
    if (s->kind == WINDOW_FIXED || !window_holds(*recent, t))
        *recent = window_last_holding(s, t);
    return *recent;
}

/* The windows that take the sums of that pane, in e->bulk; returns how many. */
static size_t
find_bulk_windows(struct segment_engine *e, evtime_ms pane)
{
    size_t n = 0;

    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        struct window w = last_holding(e, spec, pane);

        for (; window_holds(w, pane); w = window_previous(&e->settings->windows[spec], w)) {
            e->bulk = mem_grow(e->bulk, n, &e->cap_bulk, sizeof(struct window_state *));
            e->bulk[n++] = window_table_get(e->windows, spec, w);
        }
    }
    return n;
}

/* The windows that take a level change of that pane and class, one per spec. */
static void
find_taking_windows(struct segment_engine *e, evtime_ms pane, evtime_ms lateness_class,
                    struct window_state **ret)
{
    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        struct window w =
            window_taking_level(&e->settings->windows[spec], pane, lateness_class);

        ret[spec] = window_table_get(e->windows, spec, w);
    }
}

static bool
holds_nothing(const struct tally *t)
{
    return t->n_values == 0 && t->n_sketches == 0;
}

static void
spread_sums(struct segment_engine *e, evtime_ms pane)
{
    struct window_state *taking[WINDOWS_MAX];
    bool has_taking = false;
    bool has_bulk = false;
    size_t n_bulk = 0;

    for (size_t i = 0; i < e->n_sums; i++) {
        struct segment_sum *sum = &e->sums[i];

        segment_get(e->segments, sum->segment)->scratch = 0;
        if (sum->level != 0 && !has_taking)
            find_taking_windows(e, pane, 0, taking);
        has_taking |= sum->level != 0;
        if (sum->level != 0)
            window_table_change_level(e->windows, sum->segment, taking, sum->level);
        sum->level = 0;
        if (holds_nothing(&sum->tally))
            continue;
        if (!has_bulk)
            n_bulk = find_bulk_windows(e, pane);
        has_bulk = true;
        for (size_t j = 0; j < n_bulk; j++) {
            uint32_t entry = window_table_make_entry(e->windows, e->bulk[j], sum->segment);

            tally_merge(&window_entry(e->windows, entry)->tally, &sum->tally);
        }
        tally_clear(&sum->tally);
    }
    e->n_sums = 0;
}

static void
add_to_window(struct segment_engine *e, const struct pending_row *row, struct window_state *w)
{
    const struct placement *placement = placement_get(e->placements, row->placement);

    for (uint32_t i = 0; i < placement->n; i++) {
        uint32_t segment = placement->segments[i];
        uint32_t entry = window_table_make_entry(e->windows, w, segment);

        pending_row_add_to(row, &window_entry(e->windows, entry)->tally);
        if (!w->is_closed)
            continue;
        window_table_change(e->windows, entry);
        if (row->volume != 0)
            window_table_change_group(e->windows, w, segment);
    }
}

static void
add_to_windows(struct segment_engine *e, const struct pending_row *row)
{
    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        const struct window_spec *s = &e->settings->windows[spec];
        struct window w = last_holding(e, spec, row->pane);

        for (; window_holds(w, row->pane); w = window_previous(s, w)) {
            if (row->second_pane != EVTIME_NONE && !window_holds(w, row->second_pane))
                continue;
            if (row->lateness_class >= w.end + s->allowed_lateness_ms)
                break; /* and those before it are final too */
            add_to_window(e, row, window_table_get(e->windows, spec, w));
        }
    }
}

static void
add_one_by_one(struct segment_engine *e, const struct pending_row *row)
{
    struct window_state *taking[WINDOWS_MAX];

    if (row->n_measures > 0 || row->n_sketches > 0)
        add_to_windows(e, row);
    if (row->level != 0) {
        const struct placement *placement = placement_get(e->placements, row->placement);

        find_taking_windows(e, row->pane, row->lateness_class, taking);
        for (uint32_t i = 0; i < placement->n; i++)
            window_table_change_level(e->windows, placement->segments[i], taking, row->level);
    }
}

void
segment_engine_apply(struct segment_engine *e)
{
    evtime_ms pane = pending_next_pane(e->pending);
    struct str rows = pending_take(e->pending);

    for (const struct pending_row *row; (row = pending_read(&rows)) != NULL;) {
        if (row->lateness_class == 0 && row->second_pane == EVTIME_NONE)
            add_to_sums(e, row);
        else
            add_one_by_one(e, row);
    }
    spread_sums(e, pane);
    pending_done(e->pending);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows into windows and levels. A window takes a row if it holds the row's pane, and the second
 * pane where there is one, and is not final for its lateness class.
 *
 * Rows of class 0 without a second pane (nearly all) go into the windows that hold their pane, all
 * of them running. No window shows anything before it ends, so these rows *wait*: for a whole
 * slice, the time between two instants at which a window of any spec starts or ends, or until they
 * are many. Then they are added up by segment, and a segment meets each window once. The other rows
 * go one by one, at once; levels come out the same, since the segment's own level and the net flows
 * of running windows move together.
 *
 * With many segments the cost is that of memory far apart: segment, entry, values, each known only
 * when the one before was read. So the loops run over rows and sums that are known ahead and ask
 * for each step's memory early.
 */
#include "aggregators/segments/engine_parts.h"
#include "base/check.h"
#include "base/mem.h"

enum { AHEAD = 16, WAITING_MAX = 1 << 18 };

static struct tally *
make_tally(struct segment_engine *e, struct segment_sum *sum)
{
    if (e->n_tallies == e->cap_tallies) {
        size_t cap = e->cap_tallies;

        e->tallies = mem_grow(e->tallies, cap, &e->cap_tallies, sizeof(*e->tallies));
        memset(&e->tallies[cap], 0, (e->cap_tallies - cap) * sizeof(*e->tallies));
    }
    sum->tally = e->n_tallies++;
    return &e->tallies[sum->tally];
}

static void
add_to_sum(struct segment_engine *e, uint32_t number, const struct pending_row *row)
{
    struct segment *s = segment_get(e->segments, number);
    struct segment_sum *sum;

    if (s->scratch == 0) {
        e->sums = mem_grow(e->sums, e->n_sums, &e->cap_sums, sizeof(*e->sums));
        e->sums[e->n_sums++] = (struct segment_sum){.segment = number};
        s->scratch = (uint32_t)e->n_sums;
    }
    sum = &e->sums[s->scratch - 1];
    CHECK(!__builtin_add_overflow(sum->level, row->level, &sum->level));
    if (!pending_row_has_values(row))
        return;
    if (sum->n_rows < SUM_ROWS) {
        sum->rows[sum->n_rows++] = row;
        return;
    }
    if (sum->n_rows == SUM_ROWS) {
        struct tally *t = make_tally(e, sum);

        for (unsigned i = 0; i < SUM_ROWS; i++)
            pending_row_add_to(sum->rows[i], t);
        sum->n_rows = SUM_ROWS + 1;
    }
    pending_row_add_to(row, &e->tallies[sum->tally]);
}

/* Ages of open tickets are those of now, however late the event that changed them: they count at
 * the next close. */
static void
add_ages(struct segment_engine *e, const struct pending_row *row)
{
    const struct pending_age *ages = pending_row_ages(row);

    for (uint32_t i = 0; i < row->n_ages; i++)
        for (uint32_t s = 0; s < row->placement->n; s++)
            segment_add_age(segment_get(e->segments, row->placement->segments[s]),
                            (enum age_kind)ages[i].kind, ages[i].age.birth, ages[i].age.count);
}

/* Asks for the lists of ages that the row will change; when these have come, for their ends. */
static void
prefetch_ages(const struct segment_engine *e, const struct pending_row *row, bool ends)
{
    if (row->n_ages == 0)
        return;
    for (uint32_t i = 0; i < row->placement->n; i++) {
        const struct ages *ages = segment_get(e->segments, row->placement->segments[i])->ages;

        if (ages == NULL)
            continue;
        __builtin_prefetch(ages);
        for (int kind = 0; ends && kind < AGE_KINDS; kind++)
            if (ages[kind].n > 0)
                __builtin_prefetch(&ages[kind].v[ages[kind].n - 1]);
    }
}

/* Adds up the rows that wait by segment. */
static void
sum_rows(struct segment_engine *e)
{
    for (size_t i = 0; i < e->n_rows; i++) {
        const struct placement *placement = e->rows[i]->placement;

        if (i + 3 * AHEAD < e->n_rows)
            __builtin_prefetch(&e->rows[i + 3 * AHEAD]->placement);
        if (i + 2 * AHEAD < e->n_rows)
            __builtin_prefetch(e->rows[i + 2 * AHEAD]->placement->segments);
        if (i + AHEAD < e->n_rows) {
            const struct placement *next = e->rows[i + AHEAD]->placement;

            for (uint32_t j = 0; j < next->n; j++)
                __builtin_prefetch(segment_get(e->segments, next->segments[j]));
        }
        if (i + AHEAD / 2 < e->n_rows)
            prefetch_ages(e, e->rows[i + AHEAD / 2], false);
        if (i + AHEAD / 4 < e->n_rows)
            prefetch_ages(e, e->rows[i + AHEAD / 4], true);
        add_ages(e, e->rows[i]);
        if (e->rows[i]->level == 0 && !pending_row_has_values(e->rows[i]))
            continue;
        for (uint32_t j = 0; j < placement->n; j++)
            add_to_sum(e, placement->segments[j], e->rows[i]);
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
        struct window w = window_taking_level(&e->settings->windows[spec], pane, lateness_class);

        ret[spec] = window_table_get(e->windows, spec, w);
    }
}

/* Asks for the memory that the sums after this one will need. */
static void
prefetch_sum(struct segment_engine *e, size_t i)
{
    if (i + 3 * AHEAD < e->n_sums)
        __builtin_prefetch(segment_get(e->segments, e->sums[i + 3 * AHEAD].segment));
    for (unsigned spec = 0; spec < e->settings->n_windows; spec++) {
        if (i + 2 * AHEAD < e->n_sums)
            window_table_prefetch(e->windows, e->sums[i + 2 * AHEAD].segment, spec);
        if (i + AHEAD < e->n_sums)
            window_table_prefetch_values(e->windows, e->sums[i + AHEAD].segment, spec);
    }
    if (i + AHEAD < e->n_sums && e->sums[i + AHEAD].n_rows <= SUM_ROWS)
        for (unsigned j = 0; j < e->sums[i + AHEAD].n_rows; j++)
            pending_row_prefetch(e->sums[i + AHEAD].rows[j]);
}

static void
spread_sum(struct segment_engine *e, const struct segment_sum *sum, size_t n_bulk)
{
    for (size_t i = 0; i < n_bulk; i++) {
        uint32_t entry = window_table_make_entry(e->windows, e->bulk[i], sum->segment);
        struct tally *t = &window_entry(e->windows, entry)->tally;

        if (sum->n_rows > SUM_ROWS)
            tally_merge(t, &e->tallies[sum->tally]);
        else
            for (unsigned j = 0; j < sum->n_rows; j++)
                pending_row_add_to(sum->rows[j], t);
    }
}

static void
spread_sums(struct segment_engine *e)
{
    struct window_state *taking[WINDOWS_MAX];
    bool has_taking = false;
    size_t n_bulk = 0;

    for (size_t i = 0; i < e->n_sums; i++) {
        const struct segment_sum *sum = &e->sums[i];

        prefetch_sum(e, i);
        segment_get(e->segments, sum->segment)->scratch = 0;
        if (sum->level != 0) {
            if (!has_taking)
                find_taking_windows(e, e->slice.start, 0, taking);
            has_taking = true;
            window_table_change_level(e->windows, sum->segment, taking, sum->level);
        }
        if (sum->n_rows == 0)
            continue;
        if (n_bulk == 0)
            n_bulk = find_bulk_windows(e, e->slice.start);
        spread_sum(e, sum, n_bulk);
    }
    for (uint32_t i = 0; i < e->n_tallies; i++)
        tally_clear(&e->tallies[i]);
    e->n_tallies = 0;
    e->n_sums = 0;
}

void
segment_engine_spread(struct segment_engine *e)
{
    if (e->n_rows == 0)
        return;
    for (unsigned spec = 0; spec < e->settings->n_windows; spec++)
        e->has_news[spec] = true;
    sum_rows(e);
    spread_sums(e);
    e->n_rows = 0;
    pending_done(e->pending);
}

/*
 * From that pane to the next instant at which a window starts, ends or is published early. A
 * hopping window's length is a multiple of the hop, so where one ends another starts.
 */
static struct window
slice_of(struct segment_engine *e, evtime_ms pane)
{
    struct window slice = {pane, EVTIME_MAX};

    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        const struct window_spec *s = &e->settings->windows[spec];
        struct window w = last_holding(e, spec, pane);
        evtime_ms end = s->kind == WINDOW_FIXED ? w.start + s->every_ms : w.end;

        for (; s->emit_early_ms > 0 && window_holds(w, pane); w = window_previous(s, w)) {
            evtime_ms early =
                w.start + floor_to(pane - w.start, s->emit_early_ms) + s->emit_early_ms;

            end = early < end ? early : end;
        }
        slice.end = end < slice.end ? end : slice.end;
    }
    return slice;
}

static void
add_to_window(struct segment_engine *e, const struct pending_row *row, struct window_state *w)
{
    bool moves_shares = row->present[MEASURE_volume / 64] >> (MEASURE_volume % 64) & 1;

    for (uint32_t i = 0; i < row->placement->n; i++) {
        uint32_t segment = row->placement->segments[i];
        uint32_t entry = window_table_make_entry(e->windows, w, segment);

        pending_row_add_to(row, &window_entry(e->windows, entry)->tally);
        if (!w->is_closed)
            continue;
        window_table_change(e->windows, entry);
        if (moves_shares)
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

    if (pending_row_has_values(row))
        add_to_windows(e, row);
    if (row->level == 0)
        return;
    find_taking_windows(e, row->pane, row->lateness_class, taking);
    for (uint32_t i = 0; i < row->placement->n; i++)
        window_table_change_level(e->windows, row->placement->segments[i], taking, row->level);
}

void
segment_engine_apply(struct segment_engine *e)
{
    evtime_ms pane = pending_next_pane(e->pending);
    struct str rows;

    if (e->n_rows > 0 && (pane >= e->slice.end || e->n_rows >= WAITING_MAX))
        segment_engine_spread(e);
    if (e->n_rows == 0)
        e->slice = slice_of(e, pane);
    /* A window that ended before these rows were made is closed, also if this is the first that is
     * heard of it. */
    if (pane > e->time)
        window_table_set_time(e->windows, pane);
    for (unsigned spec = 0; spec < e->settings->n_windows; spec++)
        e->has_news[spec] = true;
    rows = pending_take(e->pending);
    for (const struct pending_row *row; (row = pending_read(&rows)) != NULL;) {
        if (row->lateness_class != 0 || row->second_pane != EVTIME_NONE) {
            add_ages(e, row);
            add_one_by_one(e, row);
            continue;
        }
        e->rows = mem_grow(e->rows, e->n_rows, &e->cap_rows, sizeof(struct pending_row *));
        e->rows[e->n_rows++] = row;
    }
    if (e->n_rows == 0)
        pending_done(e->pending);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the segment engine's time moves.
 *
 *     source 0   ──── to_edge ─────────────────►
 *     source 1   ──── to_edge ──────►            the least of them: every edge up to here can be
 * processed edges           |    |    |   |
 *
 * Edges are multiples of the pane. At edge T
 *   1. the rows of the engine pane that ends at T go into windows and levels (most of them later,
 * when one of their windows ends: apply.c),
 *   2. windows that end at T close,
 *   3. what closed, and closed windows that changed, is published,
 *   4. windows that no later row can change are forgotten.
 * An edge without rows at which no window ends does nothing and is skipped. Running windows of a
 * spec with emit_early_every are published in step 3, too, at edges that lie a multiple of it
 * behind the window's start.
 *
 * Most rows have class 0 and no second pane, so that all rows of an edge go into the same windows:
 * they are added up by segment first, and the sums go into the windows.
 */
#include "aggregators/segments/engine_parts.h"
#include "base/check.h"
#include "base/mem.h"

/* Tables smaller than this are not worth a collection. */
enum { COLLECT_MIN = 1024 };

struct segment_engine *
segment_engine_new(const struct settings *settings, uint32_t n_sources)
{
    struct segment_engine *e = mem_new(1, sizeof(*e));

    CHECK(n_sources > 0 && settings->pane_ms > 0);
    e->settings = settings;
    e->segments = segment_table_new(settings);
    e->placements = placements_new(settings, e->segments);
    e->windows = window_table_new(settings, e->segments);
    e->pending = pending_new();
    e->publisher = publisher_new(settings, e->segments, e->windows);
    e->sources = mem_new(n_sources, sizeof(*e->sources));
    e->n_sources = n_sources;
    e->time = EVTIME_NONE;
    e->as_of = EVTIME_MAX;
    e->collect_at = COLLECT_MIN;
    for (uint32_t i = 0; i < n_sources; i++)
        e->sources[i].restored_edge = EVTIME_NONE;
    for (uint32_t spec = 0; spec < settings->n_windows; spec++)
        e->has_news[spec] =
            true; /* a loaded state does not say; what has none is not published again */
    return e;
}

void
segment_engine_free(struct segment_engine **e)
{
    struct segment_engine *engine = *e;

    if (engine == NULL)
        return;
    for (size_t i = 0; i < engine->cap_tallies; i++)
        tally_fini(&engine->tallies[i]);
    mem_free(engine->tallies);
    mem_free(engine->sums);
    mem_free(engine->rows);
    mem_free(engine->bulk);
    mem_free(engine->closing);
    mem_free(engine->placed);
    mem_free(engine->sources);
    publisher_free(&engine->publisher);
    pending_free(&engine->pending);
    window_table_free(&engine->windows);
    placements_free(&engine->placements);
    segment_table_free(&engine->segments);
    plan_free(&engine->plan);
    arena_fini(&engine->arena);
    mem_free(engine);
    *e = NULL;
}

void
segment_engine_set_as_of(struct segment_engine *e, evtime_ms as_of)
{
    CHECK(e->time == EVTIME_NONE || e->time <= as_of);
    e->as_of = as_of;
}

void
segment_engine_add(struct segment_engine *e, uint32_t source, const struct partial_batch *batch)
{
    struct segment_source *s = &e->sources[source];

    CHECK(source < e->n_sources && batch->piece >= 0 && batch->piece < batch->pieces);
    CHECK(batch->from_edge <= batch->to_edge);
    if (e->cap_placed < batch->profiles.n) {
        e->cap_placed = batch->profiles.n * 2;
        e->placed = mem_resize(e->placed, e->cap_placed, sizeof(struct placement *));
    }
    placements_find(e->placements, batch->profiles.v, batch->profiles.n, e->placed);
    for (size_t i = 0; i < batch->rows.n; i++) {
        const struct partial_row *row = &batch->rows.v[i];

        CHECK(row->profile >= 0 && (size_t)row->profile < batch->profiles.n);
        /* Of an edge that was processed before the state was saved. */
        if (pending_pane_of(row) < e->time)
            continue;
        pending_add(e->pending, e->placed[row->profile], row);
        e->counters.rows++;
    }
    if (batch->to_edge <= s->restored_edge)
        return;
    if (batch->piece == 0 && batch->from_edge != s->to_edge)
        e->counters.gaps++;
    if (batch->piece < batch->pieces - 1)
        return;
    e->counters.batches++;
    s->is_heard = true;
    if (batch->to_edge > s->to_edge)
        s->to_edge = batch->to_edge;
}

/* The next edge at which a running window of the spec may be published early. */
static evtime_ms
next_early_edge(const struct segment_engine *e, uint32_t spec)
{
    dur_ms every = e->settings->windows[spec].emit_early_ms;
    evtime_ms next = EVTIME_MAX;

    for (size_t i = 0; every > 0 && i < window_table_count(e->windows, spec); i++) {
        const struct window_state *w = window_table_at(e->windows, spec, i);
        evtime_ms since = e->time > w->window.start ? e->time - w->window.start : 0;
        evtime_ms edge = w->window.start + floor_to(since, every) + every;

        if (!w->is_closed && edge < w->window.end && edge < next)
            next = edge;
    }
    return next;
}

/* The next edge at which something happens; EVTIME_MAX or later where there is none. */
static evtime_ms
next_edge(const struct segment_engine *e)
{
    evtime_ms rows = pending_next_pane(e->pending) + e->settings->pane_ms;
    evtime_ms end = window_table_next_end(e->windows);
    evtime_ms next = rows < end ? rows : end;

    /* Rows that wait have made no entries yet, so their windows may not be known. */
    if (e->n_rows > 0 && e->slice.end < next)
        next = e->slice.end;
    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        evtime_ms early = e->has_news[spec] ? next_early_edge(e, spec) : EVTIME_MAX;

        next = early < next ? early : next;
    }
    return next;
}

static void
offer_window(struct segment_engine *e, const struct window_state *w)
{
    for (size_t i = 0; i < w->n; i++)
        publisher_offer(e->publisher, w->entries[i]);
}

/* A window that starts at the last edge has not begun: a late change of the level can be in it
 * already. */
static void
offer_running_windows(struct segment_engine *e, evtime_ms at)
{
    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++)
        for (size_t i = 0; i < window_table_count(e->windows, spec); i++) {
            const struct window_state *w = window_table_at(e->windows, spec, i);

            if (!w->is_closed && w->window.start < at)
                offer_window(e, w);
        }
}

/* Running windows whose turn it is. One that was not offered keeps its news for its own turn. */
static void
offer_early(struct segment_engine *e, evtime_ms edge)
{
    for (uint32_t spec = 0; spec < e->settings->n_windows; spec++) {
        dur_ms every = e->settings->windows[spec].emit_early_ms;
        bool all_offered = true;

        for (size_t i = 0;
             every > 0 && e->has_news[spec] && i < window_table_count(e->windows, spec); i++) {
            const struct window_state *w = window_table_at(e->windows, spec, i);
            bool is_due = edge > w->window.start && (edge - w->window.start) % every == 0;

            if (!w->is_closed && is_due)
                offer_window(e, w);
            all_offered = all_offered && (w->is_closed || is_due);
        }
        e->has_news[spec] = e->has_news[spec] && !all_offered;
    }
}

static void
publish(struct segment_engine *e, evtime_ms watermark, bool is_last, struct outbox *out)
{
    struct published done = publisher_publish(e->publisher, watermark, is_last, out);

    e->counters.published += done.rollups;
    e->counters.corrected += done.corrections;
}

static void
set_time(struct segment_engine *e, evtime_ms time)
{
    e->time = time;
    window_table_set_time(e->windows, time);
    window_table_drop_final(e->windows, time);
}

static void
apply_before(struct segment_engine *e, evtime_ms edge)
{
    while (pending_next_pane(e->pending) < edge)
        segment_engine_apply(e);
}

/* False where no row of a later engine pane counts in the window, as there may be at the last edge
 * of a run. */
static bool
takes_late_rows(const struct segment_engine *e, const struct window_state *w)
{
    return e->settings->windows[w->spec].allowed_lateness_ms > 0;
}

static void
keep_ages(struct segment_engine *e, const struct window_state *w)
{
    for (size_t i = 0; i < w->n; i++)
        publisher_close(e->publisher, w->entries[i]);
}

/* Closes the windows that end at the edge; they are in e->closing until they were offered. */
static void
close_windows(struct segment_engine *e, evtime_ms edge)
{
    struct window_state *w;

    while ((w = window_table_close_next(e->windows, edge)) != NULL) {
        e->closing =
            mem_grow(e->closing, e->n_closing, &e->cap_closing, sizeof(struct window_state *));
        e->closing[e->n_closing++] = w;
        if (!takes_late_rows(e, w))
            keep_ages(e, w);
    }
}

static bool
is_closing(const struct segment_engine *e, const struct window_state *w)
{
    for (size_t i = 0; i < e->n_closing; i++)
        if (e->closing[i] == w)
            return true;
    return false;
}

static void
offer_changed(struct segment_engine *e)
{
    size_t n;
    const uint32_t *changed = window_table_changed(e->windows, &n);

    for (size_t i = 0; i < n; i++)
        if (!is_closing(e, window_entry(e->windows, changed[i])->window))
            publisher_offer(e->publisher, changed[i]);
    window_table_clear_changed(e->windows);
}

static void
offer_closing(struct segment_engine *e)
{
    for (size_t i = 0; i < e->n_closing; i++) {
        if (takes_late_rows(e, e->closing[i]))
            keep_ages(e, e->closing[i]);
        offer_window(e, e->closing[i]);
    }
    e->n_closing = 0;
}

static void
process_edge(struct segment_engine *e, evtime_ms edge, bool is_last, struct outbox *out)
{
    apply_before(e, edge);
    if (edge >= e->slice.end)
        segment_engine_spread(e);
    close_windows(e, edge);
    if (is_last) {
        apply_before(e, EVTIME_MAX);
        segment_engine_spread(e);
        offer_running_windows(e, edge);
    } else {
        offer_early(e, edge);
    }
    offer_changed(e);
    offer_closing(e);
    publish(e, edge, is_last, out);
    set_time(e, edge);
}

/* Forgets segments that hold nothing, when so many came that it is worth its while. */
static void
collect(struct segment_engine *e)
{
    uint32_t n = segment_table_count(e->segments) + placements_count(e->placements);

    if (n < e->collect_at)
        return;
    segment_engine_spread(e);
    pending_mark(e->pending);
    placements_collect(e->placements);
    segment_table_collect(e->segments);
    n = segment_table_count(e->segments) + placements_count(e->placements);
    e->collect_at = n * 2 > COLLECT_MIN ? n * 2 : COLLECT_MIN;
}

void
segment_engine_advance(struct segment_engine *e, struct outbox *out)
{
    evtime_ms until = e->as_of;

    for (uint32_t i = 0; i < e->n_sources; i++) {
        if (!e->sources[i].is_heard)
            return;
        if (e->sources[i].to_edge < until)
            until = e->sources[i].to_edge;
    }
    until = floor_to(until, e->settings->pane_ms);
    for (evtime_ms edge; (edge = next_edge(e)) <= until;)
        process_edge(e, edge, false, out);
    if (until > e->time)
        set_time(e, until);
    collect(e);
}

void
segment_engine_finish(struct segment_engine *e, evtime_ms at, struct outbox *out)
{
    CHECK(at >= e->time);
    for (evtime_ms edge; (edge = next_edge(e)) < at;)
        process_edge(e, edge, false, out);
    process_edge(e, at, true, out);
}

evtime_ms
segment_engine_time(const struct segment_engine *e)
{
    return e->time;
}

const struct segment_counters *
segment_engine_counters(const struct segment_engine *e)
{
    return &e->counters;
}

size_t
segment_engine_bytes(const struct segment_engine *e)
{
    size_t bytes = segment_table_bytes(e->segments) + placements_bytes(e->placements) +
                   window_table_bytes(e->windows) + pending_bytes(e->pending) +
                   publisher_bytes(e->publisher) + e->cap_placed * sizeof(struct placement *) +
                   e->cap_bulk * sizeof(struct window_state *) + e->cap_sums * sizeof(*e->sums) +
                   e->cap_rows * sizeof(struct pending_row *) +
                   e->cap_tallies * sizeof(*e->tallies);

    for (size_t i = 0; i < e->cap_tallies; i++)
        bytes += tally_bytes(&e->tallies[i]);
    return bytes;
}

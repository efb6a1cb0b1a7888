/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/demo_sink.h"

#include "base/index.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "schemas/codec/plan.h"
#include "schemas/rollup.h"

struct demo_sink {
    struct sink sink;
    const struct settings *settings;
    struct demo_results *results;
    struct plan *plan;
    struct arena arena;
    struct index by_id; /* of results->segments */
};

static char *
copy_text(struct str s)
{
    char *copy = mem_new(s.n + 1, 1);

    if (s.n > 0)
        memcpy(copy, s.p, s.n);
    return copy;
}

/* The values in "by_x|name=value|name=value", with `\` before what is meant as it is. */
static char *
label_of(struct str id)
{
    struct strbuf out = {0};
    bool in_value = false;
    bool is_empty = false;
    char *label;

    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];

        if (c == '|') {
            if (in_value)
                strbuf_add(&out, is_empty ? STR("(none), ") : STR(", "));
            in_value = false;
        } else if (c == '=' && !in_value) {
            in_value = is_empty = true;
        } else if (in_value) {
            i += c == '\\';
            strbuf_add_char(&out, id.p[i]);
            is_empty = false;
        } else {
            i += c == '\\';
        }
    }
    if (is_empty && in_value)
        strbuf_add(&out, STR("(none)"));
    label = copy_text(strbuf_str(&out));
    strbuf_fini(&out);
    return label;
}

static struct demo_segment *
find_segment(struct demo_sink *s, unsigned segmentation, struct str id)
{
    struct demo_results *r = s->results;
    uint64_t hash = hash_str(id, 0);
    struct demo_segment *segment;

    for (struct index_probe probe = index_probe(&s->by_id, hash); index_next(&s->by_id, &probe);)
        if (str_equal(str_from(r->segments[probe.item].id), id))
            return &r->segments[probe.item];
    r->segments = mem_grow(r->segments, r->n_segments, &r->cap_segments, sizeof(*r->segments));
    index_add(&s->by_id, hash, (uint32_t)r->n_segments);
    segment = &r->segments[r->n_segments++];
    *segment = (struct demo_segment){
        .segmentation = segmentation,
        .id = copy_text(id),
        .label = label_of(id),
        .total_start = EVTIME_NONE,
        .recent_start = EVTIME_NONE,
        .backlog_at = EVTIME_NONE,
        .peak_at = EVTIME_NONE,
    };
    return segment;
}

static struct demo_values
values_of(const struct metrics *m)
{
    return (struct demo_values){
        .volume = m->has_ticket_volume ? m->ticket_volume.value : 0,
        .solve_events = m->has_solve_events ? m->solve_events.value : 0,
        .reopens = m->has_reopens ? m->reopens.value : 0,
        .has_resolution = m->has_resolution_time && m->resolution_time.has_p50_ms,
        .p50_ms = m->resolution_time.p50_ms,
        .p90_ms = m->resolution_time.p90_ms,
    };
}

/* An open window says how it is now, not how it will be at its end. */
static void
take_backlog(struct demo_segment *segment, const struct rollup *rollup)
{
    evtime_ms at = rollup->is_closed ? rollup->window_end : rollup->watermark;

    if (!rollup->metrics.has_backlog)
        return;
    if (at >= segment->backlog_at) {
        segment->backlog = rollup->metrics.backlog.value;
        segment->backlog_at = at;
    }
    if (rollup->metrics.backlog.value > segment->backlog_peak) {
        segment->backlog_peak = rollup->metrics.backlog.value;
        segment->peak_at = at;
    }
}

/* Parts stand in the order of their starts; a late event may open a window between two. */
static void
take_part(struct demo_segment *segment, const struct rollup *rollup)
{
    struct demo_part part = {.start = rollup->window_start,
                             .volume = values_of(&rollup->metrics).volume};
    size_t i = segment->n_parts;

    while (i > 0 && segment->parts[i - 1].start > part.start)
        i--;
    if (i > 0 && segment->parts[i - 1].start == part.start) {
        segment->volume_so_far += part.volume - segment->parts[i - 1].volume;
        segment->parts[i - 1] = part;
        return;
    }
    segment->parts =
        mem_grow(segment->parts, segment->n_parts, &segment->cap_parts, sizeof(*segment->parts));
    memmove(&segment->parts[i + 1], &segment->parts[i],
            (segment->n_parts - i) * sizeof(*segment->parts));
    segment->parts[i] = part;
    segment->n_parts++;
    segment->volume_so_far += part.volume;
}

static bool
is_tumbling(const struct window_spec *spec)
{
    return spec->kind != WINDOW_FIXED || spec->every_ms == spec->length_ms;
}

static void
take_segment(struct demo_sink *s, unsigned segmentation, unsigned window,
             const struct rollup *rollup)
{
    struct demo_results *r = s->results;
    struct demo_segment *segment = find_segment(s, segmentation, rollup->segment_id);
    struct demo_values values = values_of(&rollup->metrics);

    take_backlog(segment, rollup);
    if (window == r->narrowest && is_tumbling(&s->settings->windows[window]))
        take_part(segment, rollup);
    else if (window == r->narrowest)
        segment->volume_so_far = values.volume; /* overlapping windows cannot be added up */
    if (window == r->series && rollup->is_closed && rollup->window_start >= segment->recent_start) {
        segment->recent = values;
        segment->recent_start = rollup->window_start;
        if (segment->recent_start > r->series_start)
            r->series_start = segment->recent_start;
    }
    if (window == r->widest && rollup->window_start >= segment->total_start) {
        segment->total = values;
        segment->total_start = rollup->window_start;
        if (segment->total_start > r->widest_start)
            r->widest_start = segment->total_start;
    }
}

static void
take_point(struct demo_sink *s, unsigned window, const struct rollup *rollup)
{
    struct demo_results *r = s->results;
    const struct metrics *m = &rollup->metrics;
    size_t i = r->n_points;
    struct demo_point point = {
        .window = window,
        .start = rollup->window_start,
        .end = rollup->window_end,
        .volume = m->has_ticket_volume ? m->ticket_volume.value : 0,
        .solved = m->has_solved_tickets ? m->solved_tickets.value : 0,
        .backlog = m->has_backlog ? m->backlog.value : 0,
    };

    while (i > 0 && r->points[i - 1].start > point.start)
        i--;
    for (size_t j = i; j > 0 && r->points[j - 1].start == point.start; j--) {
        if (r->points[j - 1].window == window) {
            r->points[j - 1] = point;
            return;
        }
    }
    r->points = mem_grow(r->points, r->n_points, &r->cap_points, sizeof(*r->points));
    memmove(&r->points[i + 1], &r->points[i], (r->n_points - i) * sizeof(*r->points));
    r->points[i] = point;
    r->n_points++;
}

static unsigned
window_number(const struct settings *settings, struct str name)
{
    unsigned i = 0;

    while (i < settings->n_windows && !str_equal(settings->windows[i].name, name))
        i++;
    CHECK(i < settings->n_windows);
    return i;
}

static unsigned
segmentation_number(const struct settings *settings, struct str name)
{
    unsigned i = 0;

    while (i < settings->n_segmentations && !str_equal(settings->segmentations[i].name, name))
        i++;
    CHECK(i < settings->n_segmentations);
    return i;
}

static enum err
demo_sink_write(struct sink *sink, const struct sink_record *record, struct error *reterr)
{
    struct demo_sink *s = (struct demo_sink *)sink;
    struct rollup rollup;
    unsigned segmentation;
    unsigned window;

    (void)reterr;
    if (record->output != SINK_ROLLUPS && record->output != SINK_ROLLUPS_AGENT)
        return ERR_NONE;
    arena_reset(&s->arena);
    CHECK(plan_decode(s->plan, record->value, &s->arena, &rollup, NULL) == DECODE_OK);
    window = window_number(s->settings, rollup.window_name);
    segmentation = segmentation_number(s->settings, rollup.segmentation);
    take_segment(s, segmentation, window, &rollup);
    if (s->settings->segmentations[segmentation].n == 0)
        take_point(s, window, &rollup);
    return ERR_NONE;
}

static enum err
demo_sink_commit(struct sink *sink, struct error *reterr)
{
    (void)sink;
    (void)reterr;
    return ERR_NONE;
}

static void
demo_sink_close(struct sink *sink)
{
    struct demo_sink *s = (struct demo_sink *)sink;

    plan_free(&s->plan);
    arena_fini(&s->arena);
    index_fini(&s->by_id);
    mem_free(s);
}

/* Calendar windows by what they are in days, near enough to compare. */
static dur_ms
length_of(const struct window_spec *spec)
{
    static const int days[] = {[WINDOW_FIXED] = 0,  [WINDOW_DAY] = 1,      [WINDOW_WEEK] = 7,
                               [WINDOW_MONTH] = 30, [WINDOW_QUARTER] = 91, [WINDOW_YEAR] = 365};

    return spec->kind == WINDOW_FIXED ? spec->length_ms : days[spec->kind] * (dur_ms)DAY_MS;
}

struct str
demo_window_word(const struct window_spec *spec)
{
    static const struct str words[] = {
        [WINDOW_DAY] = {"day", 3},     [WINDOW_WEEK] = {"week", 4},
        [WINDOW_MONTH] = {"month", 5}, [WINDOW_QUARTER] = {"quarter", 7},
        [WINDOW_YEAR] = {"year", 4},
    };

    if (spec->kind != WINDOW_FIXED)
        return words[spec->kind];
    if (is_tumbling(spec) && spec->length_ms == HOUR_MS)
        return STR("hour");
    if (is_tumbling(spec) && spec->length_ms == DAY_MS)
        return STR("day");
    if (is_tumbling(spec) && spec->length_ms == 7 * DAY_MS)
        return STR("week");
    return spec->name;
}

static void
choose_windows(const struct settings *settings, dur_ms span_ms, struct demo_results *r)
{
    dur_ms series = 0;

    r->narrowest = r->widest = 0;
    for (unsigned i = 1; i < settings->n_windows; i++) {
        dur_ms length = length_of(&settings->windows[i]);

        if (length > length_of(&settings->windows[r->widest]))
            r->widest = i;
        if (length < length_of(&settings->windows[r->narrowest]))
            r->narrowest = i;
    }
    /* The shortest that gives few enough points; where the span is not known, the longest but one.
     */
    r->series = r->narrowest;
    for (unsigned i = 0; i < settings->n_windows; i++) {
        dur_ms length = length_of(&settings->windows[i]);
        bool is_better =
            span_ms == 0 ? i != r->widest && length > series
                         : span_ms / length < DEMO_POINTS_MAX && (series == 0 || length < series);

        if (is_better) {
            r->series = i;
            series = length;
        }
    }
}

struct sink *
demo_sink_new(const struct settings *settings, dur_ms span_ms, struct demo_results *results)
{
    static const struct sink_ops ops = {
        .write = demo_sink_write, .commit = demo_sink_commit, .close = demo_sink_close};
    struct demo_sink *s = mem_new(1, sizeof(*s));
    struct str schema = str_of(rollup_desc.avsc, rollup_desc.avsc_len);

    CHECK(plan_compile(schema, &rollup_desc, &s->plan, NULL) == ERR_NONE);
    s->sink.ops = &ops;
    s->settings = settings;
    s->results = results;
    results->series_start = results->widest_start = EVTIME_NONE;
    choose_windows(settings, span_ms, results);
    return &s->sink;
}

const struct demo_segment *
demo_results_find_all(const struct demo_results *results, const struct settings *settings)
{
    for (size_t i = 0; i < results->n_segments; i++)
        if (settings->segmentations[results->segments[i].segmentation].n == 0)
            return &results->segments[i];
    return NULL;
}

void
demo_results_fini(struct demo_results *results)
{
    for (size_t i = 0; i < results->n_segments; i++) {
        mem_free(results->segments[i].id);
        mem_free(results->segments[i].label);
        mem_free(results->segments[i].parts);
    }
    mem_free(results->segments);
    mem_free(results->points);
    *results = (struct demo_results){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/segment_twin.h"

#include "aggregators/metrics/catalogue.h"
#include "aggregators/windows/window.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/sketch.h"
#include "schemas/codec/encode.h"

#include <math.h>
#include <stdlib.h>

enum { SEGMENTS_MAX = 512, VALUES_MAX = 4096, ORDINALS_MAX = 512 };

struct twin_segment {
    struct str tenant;
    unsigned segmentation;
    struct str values[4];
    struct strbuf id;
    struct strbuf group; /* the id without the channel, behind the tenant; empty: no channel */
};

/* What was published of one segment in one window. */
struct twin_record {
    int32_t n_published; /* since the close */
    bool was_shown;      /* also while it ran */
    struct strbuf last;  /* metrics as bytes */
};

/* A window and its place among those of its spec. */
struct place {
    unsigned spec;
    unsigned ordinal;
    struct window window;
};

/* What one segment has in one window at one edge. */
struct twin_sum {
    int64_t measures[MEASURES_MAX];
    size_t n_values;
    dur_ms values[VALUES_MAX]; /* response times */
    int64_t level;
    int64_t level_before; /* at the end of the window before */
};

struct row_segments {
    unsigned n;
    unsigned v[16];
};

struct twin {
    const struct segment_log *log;
    struct outbox *out;
    struct twin_segment segments[SEGMENTS_MAX];
    unsigned n_segments;
    struct twin_sum *sums;       /* per segment */
    struct row_segments *placed; /* per row */
    struct twin_record *records; /* [spec][ordinal][segment] */
};

static void
add_escaped(struct strbuf *b, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("|=\\", text.p[i]) != NULL)
            strbuf_add_char(b, '\\');
        strbuf_add_char(b, text.p[i]);
    }
}

static void
add_part(struct strbuf *b, const struct settings *s, unsigned dimension, struct str value)
{
    strbuf_addf(b, "|%s=", dimension_names[s->dimensions[dimension].id]);
    add_escaped(b, value);
}

static unsigned
find_segment(struct twin *t, const struct partial_profile *p, unsigned segmentation,
             struct str issue_type)
{
    const struct settings *settings = t->log->settings;
    const struct segmentation *s = &settings->segmentations[segmentation];
    struct twin_segment found = {.tenant = p->tenant, .segmentation = segmentation};
    bool has_channel = false;

    add_escaped(&found.id, s->name);
    strbuf_add(&found.group, p->tenant);
    strbuf_add_char(&found.group, '\n');
    strbuf_add(&found.group, s->name);
    for (unsigned i = 0; i < s->n; i++) {
        enum dimension_id id = settings->dimensions[s->dimensions[i]].id;
        struct str value = p->values.v[s->dimensions[i]];

        if (id == DIMENSION_ISSUE_TYPE)
            value = issue_type;
        found.values[i] = value;
        add_part(&found.id, settings, s->dimensions[i], value);
        if (id == DIMENSION_CHANNEL)
            has_channel = true;
        else
            add_part(&found.group, settings, s->dimensions[i], value);
    }
    if (!has_channel)
        strbuf_clear(&found.group);
    for (unsigned i = 0; i < t->n_segments; i++) {
        struct twin_segment *other = &t->segments[i];

        if (str_equal(other->tenant, found.tenant) &&
            str_equal(strbuf_str(&other->id), strbuf_str(&found.id))) {
            strbuf_fini(&found.id);
            strbuf_fini(&found.group);
            return i;
        }
    }
    CHECK(t->n_segments < SEGMENTS_MAX);
    t->segments[t->n_segments] = found;
    return t->n_segments++;
}

static bool
has_issue_type(const struct settings *settings, unsigned segmentation)
{
    const struct segmentation *s = &settings->segmentations[segmentation];

    for (unsigned i = 0; i < s->n; i++)
        if (settings->dimensions[s->dimensions[i]].id == DIMENSION_ISSUE_TYPE)
            return true;
    return false;
}

/* The segments that a row counts in. */
static void
place_row(struct twin *t, const struct log_row *row, struct row_segments *ret)
{
    const struct partial_profile *p = &t->log->profiles[row->profile];

    for (unsigned s = 0; s < t->log->settings->n_segmentations; s++) {
        if (!has_issue_type(t->log->settings, s) || p->issue_types.n == 0) {
            ret->v[ret->n++] = find_segment(t, p, s, STR(""));
            continue;
        }
        for (size_t i = 0; i < p->issue_types.n; i++)
            ret->v[ret->n++] = find_segment(t, p, s, p->issue_types.v[i]);
    }
}

static int64_t
measure_in(const struct log_row *row, enum measure m)
{
    int64_t value = 0;

    for (size_t i = 0; i < row->n_measures; i++)
        if (row->measures[i].measure == m)
            value += row->measures[i].value;
    return value;
}

static void
take_values(struct twin_sum *sum, const struct log_row *row)
{
    for (size_t i = 0; i < row->n_measures; i++)
        sum->measures[row->measures[i].measure] += row->measures[i].value;
    for (size_t i = 0; i < row->n_durations; i++) {
        const struct log_duration *d = &row->durations[i];
        size_t at = 0;

        CHECK(d->duration == DURATION_response && llabs(d->count) == 1);
        if (d->count > 0) {
            CHECK(sum->n_values < VALUES_MAX);
            sum->values[sum->n_values++] = d->ms;
            continue;
        }
        while (at < sum->n_values && sum->values[at] != d->ms)
            at++;
        CHECK(at < sum->n_values);
        sum->values[at] = sum->values[--sum->n_values];
    }
}

/* Adds up all segments in one window, by what is known at the edge (`known`: engine panes before
 * it). */
static void
sum_window(struct twin *t, const struct window_spec *spec, struct window w, evtime_ms known)
{
    dur_ms lateness = spec->allowed_lateness_ms;
    evtime_ms end_before = window_previous(spec, w).end;

    for (unsigned i = 0; i < t->n_segments; i++) {
        memset(t->sums[i].measures, 0, sizeof(t->sums[i].measures));
        t->sums[i].n_values = 0;
        t->sums[i].level = t->sums[i].level_before = 0;
    }
    for (size_t r = 0; r < t->log->n; r++) {
        const struct log_row *row = &t->log->rows[r];
        bool is_held = window_holds(w, row->pane) &&
                       (row->second_pane == 0 || window_holds(w, row->second_pane));
        bool is_in_time = row->lateness_class < w.end + lateness;
        int64_t change = measure_in(row, MEASURE_level);

        if (log_row_engine_pane(row) >= known)
            continue;
        for (unsigned i = 0; i < t->placed[r].n; i++) {
            struct twin_sum *sum = &t->sums[t->placed[r].v[i]];

            if (is_held && is_in_time)
                take_values(sum, row);
            if (row->pane < w.end && is_in_time)
                sum->level += change;
            if (row->pane < end_before && row->lateness_class < end_before + lateness)
                sum->level_before += change;
        }
    }
}

static int
compare_ms(const void *a, const void *b)
{
    const dur_ms *x = a;
    const dur_ms *y = b;

    return (*x > *y) - (*x < *y);
}

static double
shown_ms(const struct twin_sum *sum, size_t percent)
{
    size_t place = (percent * sum->n_values + 99) / 100;

    return sketch_value(sketch_index(sum->values[place > 0 ? place - 1 : 0]));
}

static void
fill_response_time(struct twin_sum *sum, struct duration_metric *ret)
{
    *ret = (struct duration_metric){.count = (int64_t)sum->n_values,
                                    .sum_ms = sum->measures[MEASURE_response_ms]};
    if (sum->n_values == 0)
        return;
    qsort(sum->values, sum->n_values, sizeof(*sum->values), compare_ms);
    ret->has_min_ms = ret->has_max_ms = ret->has_p50_ms = ret->has_p90_ms = ret->has_p95_ms =
        ret->has_p99_ms = true;
    ret->min_ms = shown_ms(sum, 0);
    ret->max_ms = shown_ms(sum, 100);
    ret->p50_ms = shown_ms(sum, 50);
    ret->p90_ms = shown_ms(sum, 90);
    ret->p95_ms = shown_ms(sum, 95);
    ret->p99_ms = shown_ms(sum, 99);
}

static struct ratio_metric
ratio(int64_t above, int64_t below)
{
    struct ratio_metric r = {.numerator = (double)above, .denominator = (double)below};

    r.has_value = below != 0;
    if (r.has_value)
        r.value = r.numerator / r.denominator;
    return r;
}

static struct ratio_metric
share(int64_t above, int64_t below)
{
    struct ratio_metric r = ratio(above, below);
    double n = r.denominator;
    double p = r.value;
    double z = 1.96;

    r.has_low_sample = true;
    r.low_sample = below < 30;
    if (below <= 0 || above < 0 || above > below)
        return r;
    r.has_low = r.has_high = true;
    if (above > 0)
        r.low = (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
                (1 + z * z / n);
    r.high = 1;
    if (above < below)
        r.high = (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
                 (1 + z * z / n);
    return r;
}

static void
fill_metrics(struct twin *t, unsigned segment, struct metrics *m)
{
    struct twin_sum *sum = &t->sums[segment];
    const int64_t *x = sum->measures;

    memset(m, 0, sizeof(*m));
#define SET(name, ...) (m->has_##name = true, m->name = (__VA_ARGS__))
    SET(first_response_time, (struct duration_metric){0});
    SET(next_reply_time, (struct duration_metric){0});
    SET(resolution_time, (struct duration_metric){0});
    SET(first_resolution_time, (struct duration_metric){0});
    SET(resolution_time_excluding_wait, (struct duration_metric){0});
    SET(agent_work_time, (struct duration_metric){0});
    SET(requester_wait_time, (struct duration_metric){0});
    m->has_response_time = true;
    fill_response_time(sum, &m->response_time);
    SET(csat, share(x[MEASURE_csat_positive], x[MEASURE_csat_answers]));
    SET(nps, (struct score_metric){0});
    SET(ces, (struct mean_metric){.sum = (double)x[MEASURE_ces_sum] / 1e6,
                                  .n = x[MEASURE_ces_answers],
                                  .has_value = x[MEASURE_ces_answers] != 0});
    if (m->ces.has_value)
        m->ces.value = m->ces.sum / (double)x[MEASURE_ces_answers];
    SET(ces_positive, share(0, x[MEASURE_ces_answers]));
    SET(ticket_volume, (struct count_metric){x[MEASURE_volume]});
    SET(solved_tickets, (struct count_metric){x[MEASURE_solved]});
    SET(solve_events, (struct count_metric){x[MEASURE_solve_events]});
    SET(closed_events, (struct count_metric){0});
    SET(resolution_rate, ratio(x[MEASURE_solved], x[MEASURE_volume]));
    SET(backlog, (struct count_metric){sum->level});
    SET(net_flow, (struct count_metric){sum->level - sum->level_before});
    SET(reopens, (struct count_metric){x[MEASURE_reopens]});
    SET(reopen_rate, ratio(x[MEASURE_reopens], x[MEASURE_solve_events]));
    SET(escalations, (struct count_metric){0});
    SET(escalation_rate, ratio(0, x[MEASURE_volume]));
    SET(qa_score, ratio(0, 0));
    SET(interactions_per_ticket, (struct mean_metric){.n = x[MEASURE_solved]});
    m->interactions_per_ticket.has_value = x[MEASURE_solved] != 0;
    SET(customer_messages_per_ticket, m->interactions_per_ticket);
    SET(handoffs_per_ticket, m->interactions_per_ticket);
    if (t->segments[segment].group.n > 0) {
        int64_t all = 0;

        for (unsigned i = 0; i < t->n_segments; i++)
            if (str_equal(strbuf_str(&t->segments[i].group),
                          strbuf_str(&t->segments[segment].group)))
                all += t->sums[i].measures[MEASURE_volume];
        SET(channel_mix, ratio(x[MEASURE_volume], all));
    }
#undef SET
}

static bool
is_something(const struct twin_sum *sum)
{
    for (int m = 0; m < MEASURES_MAX; m++)
        if (sum->measures[m] != 0 && m != MEASURE_late && m != MEASURE_level)
            return true;
    return sum->n_values > 0 || sum->level != sum->level_before;
}

static struct twin_record *
record_of(struct twin *t, unsigned segment, const struct place *place)
{
    CHECK(place->ordinal < ORDINALS_MAX);
    return &t->records[(place->spec * ORDINALS_MAX + place->ordinal) * t->n_segments + segment];
}

/* A rollup of the running edge, until they are sorted. */
struct shown {
    struct rollup rollup;
    enum output output;
};

struct shown_list {
    struct shown *v;
    size_t n;
    size_t cap;
};

static void
fill_segment(const struct settings *settings, const struct twin_segment *segment, struct shown *to)
{
    const struct segmentation *s = &settings->segmentations[segment->segmentation];
    struct segment_dimensions *d = &to->rollup.segment;

    to->output = OUTPUT_ROLLUPS;
    for (unsigned i = 0; i < s->n; i++) {
        switch (settings->dimensions[s->dimensions[i]].id) {
        case DIMENSION_CHANNEL:
            d->has_channel = true;
            d->channel = segment->values[i];
            break;
        case DIMENSION_AGENT:
            d->has_agent = true;
            d->agent = segment->values[i];
            to->output = OUTPUT_ROLLUPS_AGENT;
            break;
        case DIMENSION_ISSUE_TYPE:
            d->has_issue_type = true;
            d->issue_type = segment->values[i];
            break;
        default:
            UNREACHABLE();
        }
    }
}

static void
show(struct twin *t, struct shown_list *list, unsigned number, const struct place *place,
     evtime_ms edge, const struct metrics *m)
{
    const struct settings *settings = t->log->settings;
    const struct twin_segment *segment = &t->segments[number];
    const struct window_spec *spec = &settings->windows[place->spec];
    struct shown *to;

    list->v = mem_grow(list->v, list->n, &list->cap, sizeof(*list->v));
    to = &list->v[list->n++];
    *to = (struct shown){
        .rollup = {.tenant = segment->tenant,
                   .segmentation = settings->segmentations[segment->segmentation].name,
                   .segment_id = strbuf_str(&segment->id),
                   .window_name = spec->name,
                   .window_start = place->window.start,
                   .window_end = place->window.end,
                   .zone = spec->zone,
                   .revision = record_of(t, number, place)->n_published,
                   .is_closed = place->window.end <= edge,
                   .corrections_until = place->window.end + spec->allowed_lateness_ms,
                   .watermark = edge,
                   .late = t->sums[number].measures[MEASURE_late],
                   .definition_version = 1,
                   .metrics = *m}};
    fill_segment(settings, segment, to);
}

/* Decides about one window of one segment, whose sum is made. */
static void
decide(struct twin *t, struct shown_list *list, unsigned segment, const struct place *place,
       evtime_ms edge, bool is_early)
{
    struct twin_record *r = record_of(t, segment, place);
    struct metrics m;
    struct strbuf bytes = {0};
    bool is_turn = place->window.end >= edge && !is_early; /* it closes, or the run ends */

    if (!is_something(&t->sums[segment]) && !r->was_shown)
        return;
    fill_metrics(t, segment, &m);
    avro_encode(&metrics_desc, &m, &bytes);
    if (!r->was_shown || !str_equal(strbuf_str(&bytes), strbuf_str(&r->last)) ||
        (is_turn && is_something(&t->sums[segment]))) {
        r->was_shown = true;
        show(t, list, segment, place, edge, &m);
        strbuf_fini(&r->last);
        r->last = bytes;
        r->n_published += place->window.end <= edge;
        return;
    }
    strbuf_fini(&bytes);
}

static int
compare_shown(const void *a, const void *b)
{
    const struct rollup *x = &((const struct shown *)a)->rollup;
    const struct rollup *y = &((const struct shown *)b)->rollup;
    int order;

    if (x->window_end != y->window_end)
        return x->window_end < y->window_end ? -1 : 1;
    order = str_compare(x->tenant, y->tenant);
    if (order == 0)
        order = str_compare(x->segment_id, y->segment_id);
    return order != 0 ? order : str_compare(x->window_name, y->window_name);
}

static void
run_edge(struct twin *t, evtime_ms first, evtime_ms edge, bool is_last)
{
    const struct settings *settings = t->log->settings;
    struct shown_list list = {0};

    for (unsigned spec = 0; spec < settings->n_windows; spec++) {
        const struct window_spec *s = &settings->windows[spec];
        struct place place = {spec, 0, window_last_holding(s, first)};

        while (window_holds(window_previous(s, place.window), first))
            place.window = window_previous(s, place.window);
        for (; place.window.start < edge;
             place.ordinal++, place.window = window_next(s, place.window)) {
            bool is_early = place.window.end > edge && !is_last;
            dur_ms every = s->emit_early_ms;

            if (is_early && (every == 0 || (edge - place.window.start) % every != 0))
                continue;
            sum_window(t, s, place.window, is_last ? EVTIME_MAX : edge);
            for (unsigned i = 0; i < t->n_segments; i++)
                decide(t, &list, i, &place, edge, is_early);
        }
    }
    if (list.n > 0)
        qsort(list.v, list.n, sizeof(*list.v), compare_shown);
    for (size_t i = 0; i < list.n; i++)
        outbox_add_rollup(t->out, list.v[i].output, &list.v[i].rollup);
    mem_free(list.v);
}

void
segment_twin_run(const struct segment_log *log, evtime_ms first, evtime_ms at, struct outbox *out)
{
    struct twin *t = mem_new(1, sizeof(*t));
    size_t n_records;

    t->log = log;
    t->out = out;
    t->placed = mem_new(log->n, sizeof(*t->placed));
    for (size_t i = 0; i < log->n; i++)
        place_row(t, &log->rows[i], &t->placed[i]);
    t->sums = mem_new(t->n_segments, sizeof(*t->sums));
    n_records = (size_t)log->settings->n_windows * ORDINALS_MAX * t->n_segments;
    t->records = mem_new(n_records, sizeof(*t->records));
    for (evtime_ms edge = first; edge < at; edge += log->settings->pane_ms)
        run_edge(t, first, edge, false);
    run_edge(t, first, at, true);
    for (unsigned i = 0; i < t->n_segments; i++) {
        strbuf_fini(&t->segments[i].id);
        strbuf_fini(&t->segments[i].group);
    }
    for (size_t i = 0; i < n_records; i++)
        strbuf_fini(&t->records[i].last);
    mem_free(t->records);
    mem_free(t->sums);
    mem_free(t->placed);
    mem_free(t);
}

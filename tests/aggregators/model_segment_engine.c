/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segment engine against its naive twin: random rows of several sources, tenants and profiles,
 * on time, late, taken back and with second panes, through random windows. However the rows are cut
 * into batches and pieces, however the sources interleave, and wherever the engine is saved and
 * loaded, the outbox must be the twin's byte for byte.
 */
#include "aggregators/metrics/catalogue.h"
#include "base/arena.h"
#include "base/mem.h"
#include "schemas/codec/plan.h"
#include "tests/support/random.h"
#include "tests/support/segment_log.h"
#include "tests/support/segment_twin.h"
#include "tests/support/zones.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

enum { PROFILES = 10, PANES = 40, SOURCES_MAX = 3, RUNS = 4 };

struct world {
    uint64_t seed;
    struct settings settings;
    struct segment_log log;
    struct tz *tz;
    unsigned n_sources;
    evtime_ms first; /* no row is of a pane before it */
    evtime_ms start; /* no row is of an engine pane before it */
    evtime_ms at;    /* end of the run */
    struct str values[PROFILES][3];
    struct str types[PROFILES][2];
};

static unsigned
pick(struct world *w, unsigned n)
{
    return (unsigned)(random_next(&w->seed) >> 33) % n;
}

static bool
chance(struct world *w, unsigned percent)
{
    return pick(w, 100) < percent;
}

static void
make_settings(struct world *w)
{
    static const uint8_t dimensions[] = {0, 1, 2};
    static const uint8_t issue_channel[] = {1, 0};
    struct settings *s = &w->settings;
    bool has_hours = chance(w, 50);
    dur_ms pane = has_hours ? HOUR_MS : MINUTE_MS;
    static const char *const names[] = {"w1", "w2", "w10", "hop"};

    test_settings_init(s);
    s->pane_ms = pane;
    s->n_dimensions = 3;
    s->dimensions[0].id = DIMENSION_CHANNEL;
    s->dimensions[1].id = DIMENSION_ISSUE_TYPE;
    s->dimensions[2].id = DIMENSION_AGENT;
    test_settings_add_segmentation(s, "all", 0, NULL);
    test_settings_add_segmentation(s, "by_channel", 1, dimensions);
    test_settings_add_segmentation(s, "by_issue", 2, issue_channel);
    test_settings_add_segmentation(s, "agent=who", 1, dimensions + 2);
    for (unsigned i = 0; i < 3; i++) {
        dur_ms length = (1 + pick(w, 9)) * pane;

        if (chance(w, 75))
            test_settings_add_window(s, names[i], length, length, pick(w, 12) * pane);
    }
    if (chance(w, 50) || s->n_windows == 0) {
        dur_ms every = (1 + pick(w, 4)) * pane;

        test_settings_add_window(s, names[3], every, every * (1 + pick(w, 4)), pick(w, 12) * pane);
        s->windows[s->n_windows - 1].offset_ms = pane * pick(w, (unsigned)(every / pane));
    }
    if (has_hours && chance(w, 60)) {
        test_settings_add_window(s, "day", 0, 0, pick(w, 30) * pane);
        w->tz = zone_named("Europe/Berlin");
        s->windows[s->n_windows - 1].kind = WINDOW_DAY;
        s->windows[s->n_windows - 1].tz = w->tz;
        s->windows[s->n_windows - 1].zone = STR("Europe/Berlin");
    }
    for (unsigned i = 0; i < s->n_windows; i++)
        if (chance(w, 40))
            s->windows[i].emit_early_ms = (1 + pick(w, 4)) * pane;
}

static void
make_profiles(struct world *w)
{
    static const struct str channels[] = {{"email", 5}, {"chat", 4}, {"", 0}};
    static const struct str types[] = {{"billing", 7}, {"lo=gin", 6}, {"zoo", 3}};
    static const struct str agents[] = {{"", 0}, {"a|n", 3}};

    w->log.settings = &w->settings;
    w->log.n_profiles = PROFILES;
    for (unsigned i = 0; i < PROFILES; i++) {
        struct partial_profile *p = &w->log.profiles[i];
        unsigned first_type = pick(w, 2);

        w->values[i][0] = channels[pick(w, 3)];
        w->values[i][2] = agents[pick(w, 2)];
        w->types[i][0] = types[first_type];
        w->types[i][1] = types[first_type + 1];
        p->tenant = chance(w, 70) ? STR("") : STR("acme");
        p->values.v = w->values[i];
        p->values.n = 3;
        p->issue_types.v = w->types[i];
        p->issue_types.n = pick(w, 3);
    }
}

static void
add_measure(struct log_row *row, enum measure m, int64_t value)
{
    row->measures[row->n_measures++] = (struct partial_measure){.measure = m, .value = value};
}

static void
fill_row(struct world *w, struct log_row *row)
{
    static const enum measure counts[] = {MEASURE_volume, MEASURE_solved, MEASURE_solve_events,
                                          MEASURE_reopens, MEASURE_csat_answers};

    if (row->lateness_class != 0)
        add_measure(row, MEASURE_late, pick(w, 2));
    if (chance(w, 40))
        add_measure(row, MEASURE_level, (int64_t)pick(w, 5) - 2);
    if (chance(w, 60))
        add_measure(row, counts[pick(w, 5)], 1 + pick(w, 2));
    if (chance(w, 30))
        add_measure(row, MEASURE_volume, (int64_t)pick(w, 3) - 1);
    if (chance(w, 20)) {
        add_measure(row, MEASURE_ces_answers, 1);
        add_measure(row, MEASURE_ces_sum, 1000000 * (1 + pick(w, 7)));
    }
    if (chance(w, 30)) {
        dur_ms ms = pick(w, 8) * (dur_ms)pick(w, 1000000);

        add_measure(row, MEASURE_response_ms, ms);
        row->n_durations = 1;
        row->durations[0] = (struct log_duration){DURATION_response, ms, 1};
    }
}

/* Takes back, from an engine pane on, what an earlier row added. */
static void
take_back(struct world *w, struct log_row *row, evtime_ms engine_pane)
{
    struct log_row *from = &w->log.rows[pick(w, (unsigned)w->log.n - 1)];

    if (from->second_pane != 0 || log_row_engine_pane(from) > engine_pane || from->taken_back)
        return;
    from->taken_back = true;
    *row = *from;
    row->source = pick(w, w->n_sources);
    row->lateness_class = engine_pane;
    if (chance(w, 50))
        row->second_pane = from->pane + pick(w, 6) * w->settings.pane_ms;
    for (size_t i = 0; i < row->n_measures; i++)
        row->measures[i].value = -row->measures[i].value;
    for (size_t i = 0; i < row->n_durations; i++)
        row->durations[i].count = -1;
}

static void
make_rows(struct world *w)
{
    dur_ms pane = w->settings.pane_ms;
    unsigned n = 20 + pick(w, 100);
    bool is_aligned = chance(w, 40);

    /* Around the hour that Berlin left out on 2026-03-29. */
    w->first = floor_to(INT64_C(1774745200000), pane) - 20 * pane;
    w->start = w->first + 20 * pane;
    w->at = w->start + PANES * pane + (is_aligned ? 0 : 1 + pick(w, 999));
    for (unsigned i = 0; i < n; i++) {
        struct log_row *row = segment_log_add(&w->log);
        evtime_ms engine_pane = w->start + pick(w, PANES) * pane;

        row->source = pick(w, w->n_sources);
        row->profile = pick(w, PROFILES);
        row->pane = engine_pane;
        if (chance(w, 30)) {
            bool is_at_end = chance(w, 10); /* the watermark stands at the end of the run */

            row->lateness_class = is_at_end ? floor_to(w->at, pane) : engine_pane;
            row->pane = row->lateness_class - (1 + pick(w, 20)) * pane;
        } else if (!is_aligned && chance(w, 5)) {
            row->pane = floor_to(w->at, pane);
        }
        if (i > 0 && chance(w, 15))
            take_back(w, row, engine_pane);
        else
            fill_row(w, row);
    }
}

struct saved {
    struct strbuf bytes; /* keys and bodies, each behind its length */
    size_t n;
};

static void
take_state(void *context, struct str key, struct str body)
{
    struct saved *saved = context;

    strbuf_add_be32(&saved->bytes, (uint32_t)key.n);
    strbuf_add(&saved->bytes, key);
    strbuf_add_be32(&saved->bytes, (uint32_t)body.n);
    strbuf_add(&saved->bytes, body);
    saved->n++;
}

static struct str
next_text(struct str *rest)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    struct str text = str_of(rest->p + 4, n);

    *rest = str_of(text.p + n, rest->n - 4 - n);
    return text;
}

/* Loads the records in random order: a compacted topic does not keep it. */
static struct segment_engine *
load(struct world *w, const struct saved *saved)
{
    struct segment_engine *e = segment_engine_new(&w->settings, w->n_sources);
    struct str(*records)[2] = mem_new(saved->n, sizeof(*records));
    struct str rest = strbuf_str(&saved->bytes);
    struct error error;

    for (size_t i = 0; i < saved->n; i++) {
        records[i][0] = next_text(&rest);
        records[i][1] = next_text(&rest);
    }
    for (size_t i = saved->n; i > 0; i--) {
        size_t other = pick(w, (unsigned)i);
        enum err err = segment_engine_load(e, records[other][0], records[other][1], &error);

        cr_assert(err == ERR_NONE, "%s", error.text);
        records[other][0] = records[i - 1][0];
        records[other][1] = records[i - 1][1];
    }
    mem_free(records);
    return e;
}

struct cut {
    evtime_ms from;
    evtime_ms to;
};

struct source_log {
    struct cut cuts[PANES + 2]; /* batches that were fed */
    size_t n;
    evtime_ms edge;
};

static void
feed(struct world *w, struct segment_engine *e, unsigned source, struct cut cut)
{
    segment_log_feed(&w->log, e, source, cut.from, cut.to, cut.to == w->at, 1 + (int)pick(w, 3));
}

/* Saves, loads into a new engine, and adds again the batches that may have had rows that waited. */
static struct segment_engine *
replace_engine(struct world *w, struct segment_engine *e, const struct source_log *sources)
{
    struct saved saved = {0};
    struct segment_engine *loaded;
    evtime_ms time = segment_engine_time(e);

    segment_engine_save(e, take_state, &saved);
    segment_engine_free(&e);
    loaded = load(w, &saved);
    cr_assert(segment_engine_time(loaded) == time);
    segment_engine_set_as_of(loaded, w->at - 1);
    for (unsigned s = 0; s < w->n_sources; s++)
        for (size_t i = 0; i < sources[s].n; i++)
            if (sources[s].cuts[i].to > time)
                feed(w, loaded, s, sources[s].cuts[i]);
    strbuf_fini(&saved.bytes);
    return loaded;
}

/* The next batch of some source that is not at the end; false if all are. */
static bool
feed_next(struct world *w, struct segment_engine *e, struct source_log *sources)
{
    unsigned source = pick(w, w->n_sources);
    dur_ms pane = w->settings.pane_ms;
    struct source_log *s;
    struct cut cut;

    for (unsigned i = 0; sources[source].edge == w->at; i++) {
        if (i == w->n_sources)
            return false;
        source = (source + 1) % w->n_sources;
    }
    s = &sources[source];
    cut.from = s->edge;
    cut.to = floor_to(s->edge > w->start ? s->edge : w->start, pane) + (1 + pick(w, 8)) * pane;
    if (cut.to > w->at)
        cut.to = w->at;
    feed(w, e, source, cut);
    s->edge = cut.to;
    s->cuts[s->n++] = cut;
    return true;
}

static void
run(struct world *w, bool may_save, struct outbox *out)
{
    struct segment_engine *e = segment_engine_new(&w->settings, w->n_sources);
    struct source_log sources[SOURCES_MAX] = {0};

    segment_engine_set_as_of(e, w->at - 1);
    while (feed_next(w, e, sources)) {
        if (chance(w, 70))
            segment_engine_advance(e, out);
        if (may_save && chance(w, 20))
            e = replace_engine(w, e, sources);
    }
    cr_expect(segment_engine_counters(e)->gaps == 0);
    segment_engine_finish(e, w->at, out);
    segment_engine_free(&e);
}

static void
show_record(const char *whose, const struct outbox *out, size_t i)
{
    struct plan *plan;
    struct arena arena = {0};
    struct rollup r;
    struct error error;

    if (i >= outbox_count(out)) {
        fprintf(stderr, "%s: no record %zu\n", whose, i);
        return;
    }
    cr_assert(plan_compile(str_of(rollup_avsc, ROLLUP_AVSC_LEN), &rollup_desc, &plan, &error) ==
              ERR_NONE);
    cr_assert(plan_decode(plan, outbox_get(out, i).value, &arena, &r, NULL) == DECODE_OK);
    fprintf(stderr,
            "%s: %.*s %.*s %.*s [%lld, %lld) revision %d closed %d watermark %lld late %lld: "
            "volume %lld "
            "backlog %lld net_flow %lld solved %lld mix %g/%g\n",
            whose, STR_ARG(r.tenant), STR_ARG(r.segment_id), STR_ARG(r.window_name),
            (long long)r.window_start, (long long)r.window_end, r.revision, r.is_closed,
            (long long)r.watermark, (long long)r.late, (long long)r.metrics.ticket_volume.value,
            (long long)r.metrics.backlog.value, (long long)r.metrics.net_flow.value,
            (long long)r.metrics.solved_tickets.value, r.metrics.channel_mix.numerator,
            r.metrics.channel_mix.denominator);
    arena_fini(&arena);
    plan_free(&plan);
}

static void
expect_equal(uint64_t seed, const struct outbox *twin, const struct outbox *engine)
{
    size_t n =
        outbox_count(twin) > outbox_count(engine) ? outbox_count(twin) : outbox_count(engine);

    for (size_t i = 0; i < n; i++) {
        bool has_both = i < outbox_count(twin) && i < outbox_count(engine);

        if (has_both) {
            struct outbox_record a = outbox_get(twin, i);
            struct outbox_record b = outbox_get(engine, i);

            if (a.output == b.output && str_equal(a.key, b.key) && str_equal(a.value, b.value))
                continue;
        }
        show_record("twin", twin, i);
        show_record("engine", engine, i);
        cr_assert_fail("seed %llu: record %zu differs", (unsigned long long)seed, i);
    }
}

/* Returns how many records the twin published. */
static size_t
check_seed(uint64_t seed)
{
    struct world *w = mem_new(1, sizeof(*w));
    struct outbox *twin = outbox_new();
    struct outbox *engine = outbox_new();
    size_t n;

    w->seed = seed;
    w->n_sources = 1 + pick(w, SOURCES_MAX);
    make_settings(w);
    make_profiles(w);
    make_rows(w);
    segment_twin_run(&w->log, w->first, w->at, twin);
    n = outbox_count(twin);
    for (int i = 0; i < RUNS; i++) {
        outbox_clear(engine);
        run(w, i % 2 == 1, engine);
        expect_equal(seed, twin, engine);
    }
    outbox_free(&twin);
    outbox_free(&engine);
    segment_log_fini(&w->log);
    if (w->tz != NULL)
        tz_free(&w->tz);
    mem_free(w);
    return n;
}

/* TS_SEED=n runs one seed, TS_MODEL_SEEDS=n more of them than a short run can. */
Test(segment_engine_model, equals_its_twin_however_it_is_cut_and_saved)
{
    const char *one = getenv("TS_SEED");
    const char *many = getenv("TS_MODEL_SEEDS");
    uint64_t n_seeds = many != NULL ? strtoull(many, NULL, 10) : 60;
    size_t records = 0;

    if (one != NULL) {
        check_seed(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= n_seeds; seed++)
        records += check_seed(seed);
    cr_expect(records > 150 * n_seeds, "only %zu records", records);
}

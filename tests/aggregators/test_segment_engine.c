/* SPDX-License-Identifier: Apache-2.0 */
/* The segment engine, rule by rule, by hand: windows of five and ten minutes, panes of one. */
#include "aggregators/metrics/catalogue.h"
#include "aggregators/segments/segment_engine.h"
#include "schemas/codec/plan.h"
#include "tests/support/segment_log.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { FIVE = 5 * MINUTE_MS, TEN = 10 * MINUTE_MS };

/* Minute n after 01:00; a window starts at minute 0. */
#define AT(n) (HOUR_MS + (n) * (evtime_ms)MINUTE_MS)

static struct settings settings;
static struct segment_log rows;
static struct segment_engine *engine;
static struct outbox *out;
static evtime_ms fed; /* to_edge of the last batch */

static struct plan *plan;
static struct arena arena;

static void
set_up(void)
{
    struct error error;

    test_settings_init(&settings);
    rows = (struct segment_log){.settings = &settings, .n_profiles = 1};
    out = outbox_new();
    fed = 0;
    engine = NULL;
    cr_assert(plan_compile(str_of(rollup_avsc, ROLLUP_AVSC_LEN), &rollup_desc, &plan, &error) ==
                  ERR_NONE,
              "%s", error.text);
}

static void
tear_down(void)
{
    segment_engine_free(&engine);
    segment_log_fini(&rows);
    outbox_free(&out);
    plan_free(&plan);
    arena_fini(&arena);
}

TestSuite(segment_engine, .init = set_up, .fini = tear_down);

/* A row of one measure, of profile 0. */
static struct log_row *
add_row(evtime_ms pane, evtime_ms lateness_class, enum measure m, int64_t value)
{
    struct log_row *row = segment_log_add(&rows);

    row->pane = pane;
    row->lateness_class = lateness_class;
    row->n_measures = 1;
    row->measures[0] = (struct partial_measure){.measure = m, .value = value};
    return row;
}

static void
add_measure(struct log_row *row, enum measure m, int64_t value)
{
    row->measures[row->n_measures++] = (struct partial_measure){.measure = m, .value = value};
}

/* Feeds source 0 up to `to` and lets time move there. */
static void
advance_to(evtime_ms to)
{
    if (engine == NULL)
        engine = segment_engine_new(&settings, 1);
    segment_log_feed(&rows, engine, 0, fed, to, false, 1);
    fed = to;
    outbox_clear(out);
    segment_engine_advance(engine, out);
}

static void
finish_at(evtime_ms at)
{
    if (engine == NULL)
        engine = segment_engine_new(&settings, 1);
    segment_log_feed(&rows, engine, 0, fed, at, true, 1);
    outbox_clear(out);
    segment_engine_finish(engine, at, out);
}

/* The i-th record that the last step published; borrowed until the end of the test. */
static const struct rollup *
record(size_t i)
{
    struct rollup *r = arena_alloc(&arena, 1, sizeof(*r));

    cr_assert(i < outbox_count(out), "%zu records", outbox_count(out));
    cr_assert(plan_decode(plan, outbox_get(out, i).value, &arena, r, NULL) == DECODE_OK);
    return r;
}

static void
expect_records(size_t n)
{
    cr_expect(outbox_count(out) == n, "%zu records, not %zu", outbox_count(out), n);
}

static void
expect_head(const struct rollup *r, evtime_ms start, evtime_ms end, int revision,
            evtime_ms watermark)
{
    cr_expect(r->window_start == start && r->window_end == end, "window %lld - %lld",
              (long long)(r->window_start - AT(0)) / MINUTE_MS,
              (long long)(r->window_end - AT(0)) / MINUTE_MS);
    cr_expect(r->revision == revision, "revision %d, not %d", r->revision, revision);
    cr_expect(r->watermark == watermark, "watermark at minute %lld",
              (long long)(r->watermark - AT(0)) / MINUTE_MS);
}

static void
expect_str(struct str s, const char *expected)
{
    cr_expect(str_equal(s, str_from(expected)), "\"%.*s\", not \"%s\"", STR_ARG(s), expected);
}

static void
use_all(dur_ms lateness)
{
    test_settings_add_segmentation(&settings, "all", 0, NULL);
    test_settings_add_window(&settings, "5m", FIVE, FIVE, lateness);
}

Test(segment_engine, window_is_published_at_its_close)
{
    const struct rollup *r;

    use_all(TEN);
    add_row(AT(0), 0, MEASURE_volume, 3);
    add_row(AT(4), 0, MEASURE_volume, 1);
    add_row(AT(5), 0, MEASURE_volume, 7);
    advance_to(AT(4));
    expect_records(0);
    advance_to(AT(5));
    expect_records(1);
    r = record(0);
    expect_head(r, AT(0), AT(5), 0, AT(5));
    cr_expect(r->is_closed && r->corrections_until == AT(15) && r->definition_version == 1);
    cr_expect(r->metrics.has_ticket_volume && r->metrics.ticket_volume.value == 4);
    cr_expect(!r->metrics.has_channel_mix && !r->metrics.has_contacts);
    cr_expect(r->metrics.has_reopen_rate && !r->metrics.reopen_rate.has_value);
    expect_str(r->segment_id, "all");
    expect_str(r->zone, "UTC");
    expect_str(outbox_get(out, 0).key, "all|5m|3600000");
    cr_expect(outbox_get(out, 0).output == OUTPUT_ROLLUPS);
    cr_expect(segment_engine_time(engine) == AT(5));
    advance_to(AT(20));
    expect_records(1);
    expect_head(record(0), AT(5), AT(10), 0, AT(10));
    cr_expect(segment_engine_time(engine) == AT(20));
}

Test(segment_engine, empty_batches_close_nothing_and_rows_that_cancel_publish_nothing)
{
    struct log_row *row;

    use_all(TEN);
    add_row(AT(0), 0, MEASURE_volume, 1);
    row = add_row(AT(1), 0, MEASURE_volume, -1);
    add_measure(row, MEASURE_late, 2);
    advance_to(AT(30));
    expect_records(0);
}

Test(segment_engine, correction_has_the_next_revision_and_only_where_a_value_changed)
{
    struct log_row *row;

    use_all(TEN);
    add_row(AT(0), 0, MEASURE_volume, 1);
    row = add_row(AT(2), AT(6), MEASURE_volume, 2);
    add_measure(row, MEASURE_late, 1);
    add_row(AT(3), AT(8), MEASURE_late, 1);         /* no value of the metrics */
    add_row(AT(3), AT(9), MEASURE_solve_events, 1); /* these two cancel at one edge */
    add_row(AT(3), AT(9), MEASURE_solve_events, -1);
    add_row(AT(3), AT(10), MEASURE_volume, -2); /* back to what revision 0 said */
    advance_to(AT(6));
    expect_records(1);
    advance_to(AT(7));
    expect_records(1);
    expect_head(record(0), AT(0), AT(5), 1, AT(7));
    cr_expect(record(0)->metrics.ticket_volume.value == 3 && record(0)->late == 1);
    advance_to(AT(10));
    expect_records(0);
    advance_to(AT(11));
    expect_records(1);
    expect_head(record(0), AT(0), AT(5), 2, AT(11));
    cr_expect(record(0)->metrics.ticket_volume.value == 1 && record(0)->late == 2);
    cr_expect(segment_engine_counters(engine)->published == 3 &&
              segment_engine_counters(engine)->corrected == 2);
}

Test(segment_engine, rows_are_taken_up_to_the_end_of_allowed_lateness)
{
    use_all(TEN);
    add_row(AT(0), AT(14), MEASURE_volume, 1);
    add_row(AT(0), AT(15), MEASURE_volume, 1);
    advance_to(AT(15));
    expect_records(1);
    expect_head(record(0), AT(0), AT(5), 0, AT(15)); /* nothing was published at the close */
    cr_expect(record(0)->metrics.ticket_volume.value == 1);
    advance_to(AT(40));
    expect_records(0);
}

Test(segment_engine, second_pane_counts_only_where_both_are)
{
    struct log_row *row;

    use_all(TEN);
    test_settings_add_window(&settings, "10m", TEN, TEN, TEN);
    add_row(AT(1), 0, MEASURE_solved, 1);
    add_row(AT(6), 0, MEASURE_solved, 1);
    row = add_row(AT(1), AT(6), MEASURE_solved, -1);
    row->second_pane = AT(6);
    advance_to(AT(10));
    expect_records(3);
    expect_head(record(0), AT(0), AT(5), 0, AT(5));
    cr_expect(record(0)->metrics.solved_tickets.value == 1);
    expect_str(record(1)->window_name, "10m"); /* sorted by name: "10m" < "5m" */
    expect_head(record(1), AT(0), AT(10), 0, AT(10));
    cr_expect(record(1)->metrics.solved_tickets.value == 1);
    expect_head(record(2), AT(5), AT(10), 0, AT(10));
    cr_expect(record(2)->metrics.solved_tickets.value == 1);
}

static void
expect_level(const struct rollup *r, int64_t backlog, int64_t net_flow)
{
    cr_expect(r->metrics.backlog.value == backlog && r->metrics.net_flow.value == net_flow,
              "backlog %lld, net flow %lld", (long long)r->metrics.backlog.value,
              (long long)r->metrics.net_flow.value);
}

Test(segment_engine, level_is_published_where_it_moves)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_level, 3);
    add_row(AT(12), 0, MEASURE_level, -1);
    add_row(AT(16), 0, MEASURE_volume, 1);
    advance_to(AT(30));
    expect_records(3);
    expect_level(record(0), 3, 3);
    expect_head(record(1), AT(10), AT(15), 0, AT(15));
    expect_level(record(1), 2, -1);
    expect_head(record(2), AT(15), AT(20), 0, AT(20));
    expect_level(record(2), 2, 0);
}

Test(segment_engine, late_level_change_corrects_every_later_window_that_was_published)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_level, 3);
    add_row(AT(11), 0, MEASURE_level, 1);
    add_row(AT(1), AT(11), MEASURE_level, 5); /* closed and correctable */
    advance_to(AT(12));
    expect_records(2);
    expect_level(record(0), 3, 3);
    expect_head(record(1), AT(0), AT(5), 1, AT(12));
    expect_level(record(1), 8, 8);
    advance_to(AT(15));
    expect_records(1);
    expect_level(record(0), 9, 1);
}

Test(segment_engine, level_change_too_late_for_its_window_enters_the_next_that_takes_it)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_level, 3);
    add_row(AT(6), 0, MEASURE_volume, 1);
    add_row(AT(11), 0, MEASURE_volume, 1);
    add_row(AT(1), AT(16), MEASURE_level, 5); /* 0-5 is final at 15; 5-10 is not */
    advance_to(AT(16));
    expect_records(3);
    expect_level(record(2), 3, 0);
    advance_to(AT(17));
    expect_records(2);
    expect_head(record(0), AT(5), AT(10), 1, AT(17));
    expect_level(record(0), 8, 5);
    expect_head(record(1), AT(10), AT(15), 1, AT(17));
    expect_level(record(1), 8, 0);
}

Test(segment_engine, entry_made_late_in_a_closed_window_has_the_level_of_then)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_level, 3);
    add_row(AT(10), 0, MEASURE_level, 4);
    add_row(AT(6), AT(13), MEASURE_volume, 1); /* the next entry is of a running window */
    add_row(AT(7), AT(16), MEASURE_volume, 1); /* ... of a closed one */
    advance_to(AT(14));
    expect_records(2);
    expect_head(record(1), AT(5), AT(10), 0, AT(14));
    expect_level(record(1), 3, 0);
    advance_to(AT(17));
    expect_records(2);
    expect_level(record(0), 7, 4);
    expect_head(record(1), AT(5), AT(10), 1, AT(17));
    expect_level(record(1), 3, 0);
}

Test(segment_engine, level_returns_to_zero_and_window_without_change_says_nothing)
{
    use_all(0);
    add_row(AT(0), 0, MEASURE_level, 1);
    add_row(AT(1), 0, MEASURE_level, -1);
    add_row(AT(1), AT(7), MEASURE_level, 1); /* nothing is correctable: enters the running one */
    advance_to(AT(20));
    expect_records(1);
    expect_head(record(0), AT(5), AT(10), 0, AT(10));
    expect_level(record(0), 1, 1);
}

static struct str channel_values[][1] = {{{"email", 5}}, {{"chat", 4}}};

static void
use_channels(void)
{
    static const uint8_t channel[] = {0};

    settings.dimensions[settings.n_dimensions++] = (struct dimension){.id = DIMENSION_CHANNEL};
    test_settings_add_segmentation(&settings, "by_channel", 1, channel);
    test_settings_add_window(&settings, "5m", FIVE, FIVE, TEN);
    rows.n_profiles = 2;
    for (size_t i = 0; i < 2; i++) {
        rows.profiles[i].values.v = channel_values[i];
        rows.profiles[i].values.n = 1;
    }
}

Test(segment_engine, share_of_a_channel_changes_when_a_sibling_does)
{
    const struct rollup *r;

    use_channels();
    add_row(AT(0), 0, MEASURE_volume, 3);
    add_row(AT(0), 0, MEASURE_volume, 1)->profile = 1;
    add_row(AT(0), AT(7), MEASURE_volume, 1)->profile = 1;
    add_row(AT(0), AT(8), MEASURE_solve_events, 1)->profile = 1;
    advance_to(AT(5));
    expect_records(2);
    r = record(0);
    expect_str(r->segment_id, "by_channel|channel=chat");
    expect_str(r->segment.channel, "chat");
    cr_expect(!r->segment.has_queue && r->segment.custom.n == 0);
    cr_expect(r->metrics.channel_mix.numerator == 1 && r->metrics.channel_mix.denominator == 4 &&
              r->metrics.channel_mix.value == 0.25 && !r->metrics.channel_mix.has_low);
    cr_expect(record(1)->metrics.channel_mix.value == 0.75);
    advance_to(AT(8));
    expect_records(2);
    expect_head(record(1), AT(0), AT(5), 1, AT(8));
    cr_expect(record(1)->metrics.channel_mix.denominator == 5);
    advance_to(AT(9));
    expect_records(1);
    expect_str(record(0)->segment_id, "by_channel|channel=chat");
}

Test(segment_engine, last_edge_takes_every_class_and_publishes_running_windows)
{
    use_all(TEN);
    test_settings_add_window(&settings, "1h", HOUR_MS, HOUR_MS, 0);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(7), 0, MEASURE_level, 2);
    add_row(AT(8), 0, MEASURE_volume, 1);     /* in the pane that the run ends in */
    add_row(AT(1), AT(8), MEASURE_volume, 1); /* late in it */
    advance_to(AT(8));
    expect_records(1);
    finish_at(AT(8) + 1);
    expect_records(3);
    expect_head(record(0), AT(0), AT(5), 1, AT(8) + 1);
    expect_head(record(1), AT(5), AT(10), 0, AT(8) + 1);
    cr_expect(record(0)->is_closed && !record(1)->is_closed && !record(2)->is_closed);
    expect_level(record(1), 2, 2);
    cr_expect(record(1)->metrics.ticket_volume.value == 1);
    expect_head(record(2), AT(0), AT(60), 0, AT(8) + 1);
    cr_expect(record(2)->metrics.ticket_volume.value == 3);
    expect_level(record(2), 2, 2);
}

Test(segment_engine, edge_at_the_end_of_the_run_is_one)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(1), AT(5), MEASURE_volume, 1); /* late when the watermark stood at the end */
    engine = segment_engine_new(&settings, 1);
    segment_engine_set_as_of(engine, AT(5) - 1);
    advance_to(AT(5));
    expect_records(0);
    finish_at(AT(5));
    expect_records(1);
    expect_head(record(0), AT(0), AT(5), 0, AT(5));
    cr_expect(record(0)->metrics.ticket_volume.value == 2 && record(0)->is_closed);
}

Test(segment_engine, nothing_closes_before_every_source_was_heard)
{
    use_all(TEN);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(1), 0, MEASURE_volume, 1)->source = 1;
    engine = segment_engine_new(&settings, 2);
    advance_to(AT(30));
    expect_records(0);
    cr_expect(segment_engine_time(engine) == EVTIME_NONE);
    segment_log_feed(&rows, engine, 1, 0, AT(4), false, 1);
    segment_engine_advance(engine, out);
    expect_records(0);
    segment_log_feed(&rows, engine, 1, AT(4), AT(9), false, 3);
    segment_engine_advance(engine, out);
    expect_records(1);
    cr_expect(record(0)->metrics.ticket_volume.value == 2);
    cr_expect(segment_engine_counters(engine)->gaps == 0 &&
              segment_engine_counters(engine)->batches == 3);
    segment_log_feed(&rows, engine, 1, AT(10), AT(11), false, 1);
    cr_expect(segment_engine_counters(engine)->gaps == 1);
}

Test(segment_engine, segments_of_a_profile)
{
    static struct str types[] = {{"billing", 7}, {"login|x=\\", 9}};
    static struct str values[] = {{"", 0}, {"anna", 4}, {"gold", 4}};
    static const uint8_t issues[] = {0};
    static const uint8_t agents[] = {1, 0};
    static const uint8_t plans[] = {2};
    static const char *const ids[] = {"all",
                                      "by_agent|agent=anna|issue_type=billing",
                                      "by_agent|agent=anna|issue_type=login\\|x\\=\\\\",
                                      "by_issue|issue_type=billing",
                                      "by_issue|issue_type=login\\|x\\=\\\\",
                                      "by_plan|custom.the\\=plan=gold"};

    use_all(0);
    settings.n_dimensions = 3;
    settings.dimensions[0].id = DIMENSION_ISSUE_TYPE;
    settings.dimensions[1].id = DIMENSION_AGENT;
    settings.dimensions[2] = (struct dimension){DIMENSION_CUSTOM, STR("the=plan")};
    test_settings_add_segmentation(&settings, "by_issue", 1, issues);
    test_settings_add_segmentation(&settings, "by_agent", 2, agents);
    test_settings_add_segmentation(&settings, "by_plan", 1, plans);
    rows.profiles[0].values.v = values;
    rows.profiles[0].values.n = 3;
    rows.profiles[0].issue_types.v = types;
    rows.profiles[0].issue_types.n = 2;
    rows.profiles[1] = rows.profiles[0];
    rows.profiles[1].tenant = STR("acme");
    rows.n_profiles = 2;
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(0), 0, MEASURE_volume, 10)->profile = 1;
    advance_to(AT(5));
    expect_records(12);
    for (size_t i = 0; i < 12; i++) {
        const struct rollup *r = record(i);

        expect_str(r->segment_id, ids[i % 6]);
        expect_str(r->tenant, i < 6 ? "" : "acme");
        cr_expect(r->metrics.ticket_volume.value == (i < 6 ? 1 : 10));
        cr_expect(outbox_get(out, i).output ==
                  (i % 6 == 1 || i % 6 == 2 ? OUTPUT_ROLLUPS_AGENT : OUTPUT_ROLLUPS));
    }
    expect_str(record(4)->segment.issue_type, "login|x=\\");
    expect_str(record(5)->segment.custom.v[0].key, "the=plan");
    expect_str(record(5)->segment.custom.v[0].value, "gold");
    expect_str(outbox_get(out, 6).key, "acme|all|5m|3600000");
}

Test(segment_engine, segments_that_hold_nothing_are_freed)
{
    enum { ROUNDS = 300, EACH = 64 };
    static char names[EACH][16];
    static struct str values[EACH][1];
    size_t after_some = 0;

    use_channels();
    rows.n_profiles = EACH;
    for (int round = 0; round < ROUNDS; round++) {
        evtime_ms pane = AT(5 * round);

        rows.n = 0;
        for (int i = 0; i < EACH; i++) {
            values[i][0] =
                str_of(names[i], (size_t)snprintf(names[i], 16, "c%d", round * EACH + i));
            rows.profiles[i].values.v = values[i];
            rows.profiles[i].values.n = 1;
            add_row(pane, 0, MEASURE_volume, 1)->profile = (unsigned)i;
            add_row(pane, 0, MEASURE_level, 1)->profile = (unsigned)i;
            add_row(pane + MINUTE_MS, 0, MEASURE_level, -1)->profile = (unsigned)i;
        }
        advance_to(pane + FIVE);
        expect_records(EACH);
        cr_expect(record(0)->metrics.channel_mix.denominator == EACH);
        arena_reset(&arena);
        if (round == ROUNDS / 4)
            after_some = segment_engine_bytes(engine);
    }
    cr_expect(segment_engine_bytes(engine) <= after_some + after_some / 4, "%zu after %zu",
              segment_engine_bytes(engine), after_some);
}

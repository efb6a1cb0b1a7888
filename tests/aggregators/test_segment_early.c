/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segment engine by hand: windows published early (emit_early_every), and the ages of open
 * tickets, which are those of the close. Windows of five minutes, panes of one.
 */
#include "aggregators/metrics/catalogue.h"
#include "aggregators/segments/segment_engine.h"
#include "aggregators/windows/ages.h"
#include "schemas/codec/plan.h"
#include "tests/support/segment_log.h"

#include <criterion/criterion.h>

enum { FIVE = 5 * MINUTE_MS, TEN = 10 * MINUTE_MS, RECORDS_MAX = 1000 };

/* Minute n after 01:00; a window starts at minute 0. */
#define AT(n) (HOUR_MS + (n) * (evtime_ms)MINUTE_MS)

static struct settings settings;
static struct segment_log rows;
static struct segment_engine *engine;
static struct outbox *out;
static evtime_ms fed; /* to_edge of the last batch */
static bool moves;    /* the engine is saved and loaded after every step */

static struct plan *plan;
static struct arena arena;

static void
set_up(void)
{
    struct error error;

    test_settings_init(&settings);
    memset(settings.metrics, 0xFF, sizeof(settings.metrics));
    rows = (struct segment_log){.settings = &settings, .n_profiles = 1};
    out = outbox_new();
    fed = 0;
    moves = false;
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

TestSuite(early, .init = set_up, .fini = tear_down);
TestSuite(ages_at_close, .init = set_up, .fini = tear_down);
TestSuite(early_state, .init = set_up, .fini = tear_down);

/* One segment of everything, windows of five minutes, published early every so often (0: not). */
static void
use_all(dur_ms lateness, dur_ms early)
{
    test_settings_add_segmentation(&settings, "all", 0, NULL);
    test_settings_add_window(&settings, "5m", FIVE, FIVE, lateness);
    settings.windows[0].emit_early_ms = early;
}

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
add_age(struct log_row *row, enum age_kind kind, evtime_ms birth, int64_t count)
{
    row->ages[row->n_ages++] = (struct partial_age){.kind = kind, .at = birth, .count = count};
}

/* Tickets created by customers at the start of that pane, or solved (count < 0) in it. */
static void
add_open(evtime_ms pane, evtime_ms lateness_class, evtime_ms birth, int64_t count)
{
    struct log_row *row = add_row(pane, lateness_class, MEASURE_level, count);

    add_age(row, AGE_OF_TICKET, birth, count);
    add_age(row, AGE_OF_CUSTOMER_MESSAGE, birth, count);
}

struct saved {
    struct strbuf texts[RECORDS_MAX][2];
    size_t n;
};

static void
take_state(void *context, struct str key, struct str body)
{
    struct saved *saved = context;

    cr_assert(saved->n < RECORDS_MAX);
    strbuf_add(&saved->texts[saved->n][0], key);
    strbuf_add(&saved->texts[saved->n][1], body);
    saved->n++;
}

/* Saves, throws away, and loads into a new engine. No row waits between two steps. */
static void
move_engine(void)
{
    static struct saved saved;
    struct error error;

    saved = (struct saved){.n = 0};
    segment_engine_save(engine, take_state, &saved);
    segment_engine_free(&engine);
    engine = segment_engine_new(&settings, 1);
    for (size_t i = 0; i < saved.n; i++) {
        enum err err = segment_engine_load(engine, strbuf_str(&saved.texts[i][0]),
                                           strbuf_str(&saved.texts[i][1]), &error);

        cr_assert(err == ERR_NONE, "%s", error.text);
        strbuf_fini(&saved.texts[i][0]);
        strbuf_fini(&saved.texts[i][1]);
    }
}

static void
advance_to(evtime_ms to)
{
    if (engine == NULL)
        engine = segment_engine_new(&settings, 1);
    segment_log_feed(&rows, engine, 0, fed, to, false, 1);
    fed = to;
    outbox_clear(out);
    segment_engine_advance(engine, out);
    if (moves)
        move_engine();
}

static void
finish_at(evtime_ms at)
{
    segment_log_feed(&rows, engine, 0, fed, at, true, 1);
    outbox_clear(out);
    segment_engine_finish(engine, at, out);
}

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
    cr_assert(outbox_count(out) == n, "%zu records, not %zu", outbox_count(out), n);
}

/* The i-th record is of the window that starts there, closed or not, with that volume. */
static void
expect(size_t i, evtime_ms start, bool is_closed, int revision, int64_t volume)
{
    const struct rollup *r = record(i);

    cr_expect(r->window_start == start && r->is_closed == is_closed && r->revision == revision,
              "minute %lld, closed %d, revision %d",
              (long long)(r->window_start - AT(0)) / MINUTE_MS, r->is_closed, r->revision);
    cr_expect(r->metrics.ticket_volume.value == volume, "volume %lld",
              (long long)r->metrics.ticket_volume.value);
}

Test(early, window_is_published_at_its_steps_and_at_its_close)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 3);
    add_row(AT(1), 0, MEASURE_volume, 1);
    add_row(AT(3), 0, MEASURE_volume, 1);
    advance_to(AT(1));
    expect_records(0);
    advance_to(AT(2));
    expect_records(1);
    expect(0, AT(0), false, 0, 4);
    cr_expect_eq(record(0)->watermark, AT(2));
    advance_to(AT(3));
    expect_records(0);
    advance_to(AT(4));
    expect_records(1);
    expect(0, AT(0), false, 0, 5);
    advance_to(AT(5));
    expect_records(1);
    expect(0, AT(0), true, 0, 5);
    cr_expect(segment_engine_counters(engine)->published == 3 &&
              segment_engine_counters(engine)->corrected == 0);
}

Test(early, time_that_jumps_makes_every_step)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(3), 0, MEASURE_volume, 1);
    add_row(AT(6), 0, MEASURE_volume, 1);
    advance_to(AT(20));
    expect_records(5);
    expect(0, AT(0), false, 0, 1);
    expect(1, AT(0), false, 0, 2);
    expect(2, AT(0), true, 0, 2);
    expect(3, AT(5), false, 0, 1);
    cr_expect_eq(record(3)->watermark, AT(7), "steps count from the window's start");
    expect(4, AT(5), true, 0, 1);
}

Test(early, same_values_are_not_said_again_before_the_close)
{
    use_all(TEN, MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(2), 0, MEASURE_volume, 1);
    add_row(AT(2), 0, MEASURE_volume, -1);
    advance_to(AT(4));
    expect_records(1);
    advance_to(AT(5));
    expect_records(1);
    expect(0, AT(0), true, 0, 1);
}

Test(early, record_that_became_zero_is_put_right)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(2), 0, MEASURE_volume, -1);
    advance_to(AT(2));
    expect_records(1);
    expect(0, AT(0), false, 0, 1);
    advance_to(AT(4));
    expect_records(1);
    expect(0, AT(0), false, 0, 0);
    advance_to(AT(5));
    expect_records(0);
    advance_to(AT(30));
    expect_records(0);
}

Test(early, record_that_became_zero_after_the_last_step_is_put_right_at_the_close)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(4), 0, MEASURE_volume, -1);
    advance_to(AT(4));
    expect_records(1);
    advance_to(AT(5));
    expect_records(1);
    expect(0, AT(0), true, 0, 0);
}

Test(early, rows_of_nothing_publish_nothing)
{
    use_all(TEN, MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(0), 0, MEASURE_volume, -1);
    advance_to(AT(10));
    expect_records(0);
}

Test(early, each_window_has_its_own_steps)
{
    use_all(TEN, 0);
    test_settings_add_window(&settings, "10m", TEN, TEN, TEN);
    settings.windows[1].emit_early_ms = 4 * MINUTE_MS;
    add_row(AT(0), 0, MEASURE_volume, 1);
    advance_to(AT(4));
    expect_records(1);
    expect(0, AT(0), false, 0, 1);
    cr_expect(str_equal(record(0)->window_name, STR("10m")));
    advance_to(AT(9));
    expect_records(1);
    expect(0, AT(0), true, 0, 1);
    cr_expect(str_equal(record(0)->window_name, STR("5m")));
}

Test(early, late_row_is_in_the_next_step)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(0), AT(2), MEASURE_volume, 5);
    advance_to(AT(4));
    expect_records(2);
    expect(0, AT(0), false, 0, 1);
    expect(1, AT(0), false, 0, 6);
}

/* At the end of a run every window that holds something is published, said before or not. */
Test(early, last_edge_says_again_what_runs)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    advance_to(AT(2));
    expect_records(1);
    finish_at(AT(2) + 1);
    expect_records(1);
    expect(0, AT(0), false, 0, 1);
    cr_expect_eq(record(0)->watermark, AT(2) + 1);
}

Test(early, last_edge_puts_right_what_became_zero_and_else_leaves_it)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(2), 0, MEASURE_volume, -1);
    advance_to(AT(2));
    expect_records(1);
    finish_at(AT(3) + 1);
    expect_records(1);
    expect(0, AT(0), false, 0, 0);
}

static void
expect_ages(const struct rollup *r, int64_t tickets, int64_t max_minutes)
{
    const struct histogram_metric *h = &r->metrics.backlog_age;

    cr_assert(r->metrics.has_backlog_age);
    cr_expect(h->lt_1d == tickets && h->d1_3 == 0 && h->ge_30d == 0, "%lld tickets",
              (long long)h->lt_1d);
    cr_expect(h->has_max_ms == (tickets > 0) && h->has_p50_ms == (tickets > 0));
    cr_expect(tickets == 0 || h->max_ms == (double)max_minutes * MINUTE_MS, "%g ms", h->max_ms);
}

static void
expect_no_ages(const struct rollup *r)
{
    cr_expect(!r->metrics.has_backlog_age && !r->metrics.has_time_since_customer_message);
}

Test(ages_at_close, are_those_of_the_window_end)
{
    struct log_row *row;

    use_all(TEN, 0);
    row = add_row(AT(0), 0, MEASURE_level, 3);
    add_age(row, AGE_OF_TICKET, AT(0), 1);
    add_age(row, AGE_OF_TICKET, AT(0) - 2 * (dur_ms)DAY_MS, 2);
    add_age(row, AGE_OF_CUSTOMER_MESSAGE, AT(1), 1);
    advance_to(AT(5));
    expect_records(1);
    cr_assert(record(0)->metrics.has_backlog_age);
    cr_expect(record(0)->metrics.backlog_age.lt_1d == 1 &&
              record(0)->metrics.backlog_age.d1_3 == 2);
    cr_expect(record(0)->metrics.backlog_age.p50_ms == 2.0 * DAY_MS + FIVE);
    cr_expect(record(0)->metrics.time_since_customer_message.lt_1d == 1);
    cr_expect(record(0)->metrics.time_since_customer_message.max_ms == 4.0 * MINUTE_MS);
}

Test(ages_at_close, late_changes_show_from_the_next_close_on)
{
    use_all(TEN, 0);
    add_open(AT(0), 0, AT(0), 3);
    add_open(AT(1), AT(6), AT(0), -1);
    add_row(AT(7), 0, MEASURE_volume, 1);
    advance_to(AT(5));
    expect_ages(record(0), 3, 5);
    advance_to(AT(7));
    expect_records(1);
    cr_expect(record(0)->revision == 1 && record(0)->metrics.backlog.value == 2);
    expect_ages(record(0), 3, 5);
    advance_to(AT(10));
    expect_records(1);
    expect_ages(record(0), 2, 10);
}

/* A late row of the very pane before the close is in time for it. */
Test(ages_at_close, late_change_before_the_close_is_in_it)
{
    use_all(TEN, 0);
    add_open(AT(0), 0, AT(0), 3);
    add_open(AT(1), AT(4), AT(0), -1);
    advance_to(AT(5));
    expect_records(1);
    expect_ages(record(0), 2, 5);
}

Test(ages_at_close, of_nobody_are_zeros)
{
    use_all(TEN, 0);
    add_open(AT(0), 0, AT(0), 1);
    add_open(AT(2), 0, AT(0), -1);
    add_row(AT(3), 0, MEASURE_volume, 1);
    advance_to(AT(5));
    expect_records(1);
    expect_ages(record(0), 0, 0);
}

Test(ages_at_close, are_null_in_windows_that_run)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_open(AT(0), 0, AT(0), 1);
    advance_to(AT(2));
    expect_records(1);
    expect_no_ages(record(0));
    advance_to(AT(5));
    expect_records(1);
    expect_ages(record(0), 1, 5);
    add_open(AT(5), 0, AT(5), 1);
    advance_to(AT(6));
    finish_at(AT(6) + 1);
    expect_records(1);
    cr_expect(!record(0)->is_closed && record(0)->metrics.backlog.value == 2);
    expect_no_ages(record(0));
}

Test(ages_at_close, are_null_where_nothing_was_published_at_the_close)
{
    use_all(TEN, 0);
    add_open(AT(-5), 0, AT(-5), 2);
    add_row(AT(1), AT(6), MEASURE_volume, 1);
    add_row(AT(1), AT(8), MEASURE_volume, 1);
    advance_to(AT(5));
    expect_records(1);
    expect_ages(record(0), 2, 5);
    advance_to(AT(7));
    expect_records(1);
    expect(0, AT(0), true, 0, 1);
    cr_expect_eq(record(0)->metrics.backlog.value, 2);
    expect_no_ages(record(0));
    advance_to(AT(9));
    expect_records(1);
    expect(0, AT(0), true, 1, 2);
    expect_no_ages(record(0));
}

/* The rows cancelled, so there was an entry at the close, and nothing to say. */
Test(ages_at_close, are_null_where_an_entry_held_nothing_at_the_close)
{
    use_all(TEN, 0);
    add_open(AT(-5), 0, AT(-5), 2);
    add_row(AT(1), 0, MEASURE_volume, 1);
    add_row(AT(2), 0, MEASURE_volume, -1);
    add_row(AT(1), AT(6), MEASURE_volume, 4);
    advance_to(AT(5));
    expect_records(1);
    advance_to(AT(7));
    expect_records(1);
    expect(0, AT(0), true, 0, 4);
    expect_no_ages(record(0));
}

Test(ages_at_close, at_the_last_edge_are_there)
{
    use_all(TEN, 0);
    add_open(AT(0), 0, AT(0), 2);
    add_open(AT(1), AT(5), AT(0), -1); /* late when the watermark stood at the end */
    engine = segment_engine_new(&settings, 1);
    segment_engine_set_as_of(engine, AT(5) - 1);
    advance_to(AT(5));
    expect_records(0);
    finish_at(AT(5));
    expect_records(1);
    cr_expect(record(0)->is_closed && record(0)->metrics.backlog.value == 1);
    expect_ages(record(0), 1, 5);
}

/* A window without allowed lateness is final at its close: the last edge's late rows are not in it.
 */
Test(ages_at_close, at_the_last_edge_are_of_what_the_window_takes)
{
    use_all(0, 0);
    add_open(AT(0), 0, AT(0), 2);
    add_open(AT(1), AT(5), AT(0), -1);
    engine = segment_engine_new(&settings, 1);
    segment_engine_set_as_of(engine, AT(5) - 1);
    advance_to(AT(5));
    expect_records(0);
    finish_at(AT(5));
    expect_records(1);
    cr_expect(record(0)->is_closed && record(0)->metrics.backlog.value == 2);
    expect_ages(record(0), 2, 5);
}

/* A quarter of an hour of everything at once: early records, ages, corrections, a record that
 * became zero. */
static void
add_story(void)
{
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 2);
    add_open(AT(0), 0, AT(0), 2);
    add_open(AT(3), 0, AT(0), -1);
    add_row(AT(5), 0, MEASURE_volume, 1);
    add_open(AT(2), AT(6), AT(0), -1);
    add_row(AT(6), AT(7), MEASURE_volume, -1);
    add_row(AT(10), 0, MEASURE_solve_events, 1);
    add_open(AT(10), 0, AT(11), 4);
    add_row(AT(1), AT(12), MEASURE_volume, 1);
    add_row(AT(7), AT(13), MEASURE_volume, 1);
}

/* Everything that is published minute by minute, key behind value. */
static void
tell_story(struct strbuf *told)
{
    fed = 0;
    for (int i = 1; i <= 16; i++) {
        advance_to(AT(i));
        for (size_t k = 0; k < outbox_count(out); k++) {
            strbuf_addf(told, "[%d]", i);
            strbuf_add(told, outbox_get(out, k).value);
            strbuf_add(told, outbox_get(out, k).key);
        }
    }
    finish_at(AT(16) + 1);
    for (size_t k = 0; k < outbox_count(out); k++)
        strbuf_add(told, outbox_get(out, k).value);
    segment_engine_free(&engine);
}

Test(early_state, engine_loaded_at_every_minute_says_the_same_bytes)
{
    struct strbuf straight = {0};
    struct strbuf moved = {0};

    add_story();
    tell_story(&straight);
    moves = true;
    tell_story(&moved);
    cr_expect(straight.n > 1000, "%zu bytes", straight.n);
    cr_expect(str_equal(strbuf_str(&straight), strbuf_str(&moved)), "%zu and %zu bytes", straight.n,
              moved.n);
    strbuf_fini(&straight);
    strbuf_fini(&moved);
}

Test(early_state, keeps_ages_that_were_taken_and_ages_that_go_on)
{
    moves = true;
    use_all(TEN, 0);
    add_open(AT(0), 0, AT(0), 3);
    add_row(AT(1), AT(6), MEASURE_volume, 1);
    add_row(AT(7), 0, MEASURE_volume, 1);
    advance_to(AT(5));
    expect_ages(record(0), 3, 5);
    advance_to(AT(7));
    expect_records(1);
    expect(0, AT(0), true, 1, 1);
    expect_ages(record(0), 3, 5);
    advance_to(AT(10));
    expect_records(1);
    expect_ages(record(0), 3, 10);
}

Test(early_state, keeps_what_was_said_early)
{
    moves = true;
    use_all(TEN, 2 * MINUTE_MS);
    add_row(AT(0), 0, MEASURE_volume, 1);
    add_row(AT(4), 0, MEASURE_volume, -1);
    advance_to(AT(2));
    expect_records(1);
    advance_to(AT(4));
    expect_records(0);
    advance_to(AT(5));
    expect_records(1);
    expect(0, AT(0), true, 0, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for the rows of any stream: they do not depend on where flushes are cut, nor, inside
 * max_out_of_orderness, on the order of arrival and on copies; and no level falls below 0.
 */
#include "tests/support/random.h"
#include "tests/support/random_events.h"
#include "tests/support/scene.h"
#include "tests/support/ticket_run.h"

#include <criterion/criterion.h>

#include <stdlib.h>

enum { SEEDS = 60, EVENTS = 600 };

static const struct random_events usual = {.events = EVENTS,
                                           .tickets = 15,
                                           .tenants = 2,
                                           .start = SCENE_START,
                                           .step_ms = 40000,
                                           .disorder_ms = 5 * MINUTE_MS};

static void
run_log(struct ticket_run *run, const struct settings *settings, const struct event_log *log,
        unsigned flush_every, uint64_t seed)
{
    ticket_run_init(run, settings, log);
    run->flush_every = flush_every;
    run->flush_seed = seed;
    ticket_run_finish(run);
}

Test(ticket_rows, do_not_depend_on_where_flushes_are_cut)
{
    static const unsigned every[] = {1, 3, 40, 200};

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_events options = usual;
        struct settings settings = scene_settings();
        struct event_log log;
        struct ticket_run never;

        options.seed = seed;
        options.late_permille = 200;
        options.late_ms = 2 * HOUR_MS;
        options.duplicate_permille = 50;
        settings.retain_solved_ms = 40 * MINUTE_MS;
        settings.held_events_max = seed % 2 == 0 ? 10 : 1000;
        event_log_init(&log);
        random_events_fill(&options, &log);
        run_log(&never, &settings, &log, 0, 0);
        for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++) {
            struct ticket_run run;

            run_log(&run, &settings, &log, every[i], seed);
            cr_assert(ticket_run_same_rows(&never, &run), "seed %llu, every %u",
                      (unsigned long long)seed, every[i]);
            ticket_run_fini(&run);
        }
        ticket_run_fini(&never);
        event_log_fini(&log);
    }
}

Test(ticket_rows, do_not_depend_on_disorder_and_copies)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_events options = usual;
        struct settings settings = scene_settings();
        struct event_log ordered;
        struct event_log shuffled;
        struct ticket_run a;
        struct ticket_run b;

        options.seed = seed;
        event_log_init(&ordered);
        event_log_init(&shuffled);
        options.disorder_ms = 0;
        random_events_fill(&options, &ordered);
        options.disorder_ms = settings.max_out_of_orderness_ms;
        options.duplicate_permille = 300;
        random_events_fill(&options, &shuffled);
        run_log(&a, &settings, &ordered, 7, seed);
        run_log(&b, &settings, &shuffled, 9, seed);
        cr_assert_gt(shuffled.n, ordered.n + EVENTS / 10);
        cr_assert_eq(ticket_engine_counters(b.engine)->late, 0);
        cr_assert(ticket_run_same_rows(&a, &b), "seed %llu", (unsigned long long)seed);
        cr_assert_eq(ticket_engine_counters(a.engine)->applied,
                     ticket_engine_counters(b.engine)->applied);
        ticket_run_fini(&a);
        ticket_run_fini(&b);
        event_log_fini(&ordered);
        event_log_fini(&shuffled);
    }
}

/* A row's change of the level, with its segment as text. */
struct change {
    evtime_ms pane;
    int64_t value;
    const struct partial_profile *profile;
};

static int
compare_profiles(const struct partial_profile *a, const struct partial_profile *b)
{
    int order = str_compare(a->tenant, b->tenant);

    for (size_t i = 0; order == 0 && i < a->values.n; i++)
        order = str_compare(a->values.v[i], b->values.v[i]);
    for (size_t i = 0; order == 0 && i < a->issue_types.n && i < b->issue_types.n; i++)
        order = str_compare(a->issue_types.v[i], b->issue_types.v[i]);
    if (order == 0)
        order = (a->issue_types.n > b->issue_types.n) - (a->issue_types.n < b->issue_types.n);
    return order;
}

static int
compare_changes(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;
    int order = compare_profiles(x->profile, y->profile);

    return order != 0 ? order : (x->pane > y->pane) - (x->pane < y->pane);
}

/* The level of each segment at the end of each pane. Returns the sum of all at the end. */
static int64_t
check_levels(const struct scene *s, uint64_t seed)
{
    struct change *v = calloc(s->n_rows + 1, sizeof(*v));
    size_t n = 0;
    int64_t level = 0;
    int64_t all = 0;

    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t k = 0; k < s->rows[i].row.measures.n; k++)
            if (s->rows[i].row.measures.v[k].measure == MEASURE_level)
                v[n++] = (struct change){s->rows[i].row.pane, s->rows[i].row.measures.v[k].value,
                                         &s->rows[i].profile};
    qsort(v, n, sizeof(*v), compare_changes);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && compare_profiles(v[i - 1].profile, v[i].profile) != 0)
            level = 0;
        level += v[i].value;
        all += v[i].value;
        if (i + 1 == n || compare_changes(&v[i], &v[i + 1]) != 0)
            cr_assert_geq(level, 0, "seed %llu", (unsigned long long)seed);
    }
    free(v);
    return all;
}

static void
tell_log(struct scene *s, const struct event_log *log)
{
    struct arena arena = {0};

    for (size_t i = 0; i < log->n; i++) {
        struct record record = event_log_record(log, i);
        struct ticket_event event;

        CHECK(plan_decode(record.plan, record.bytes, &arena, &event, NULL) == DECODE_OK);
        (void)scene_say(s, event);
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

/* Every count of every sketch, of a duration, that the windows of an hour would hold. */
static void
check_hours(const struct scene *s, uint64_t seed)
{
    for (evtime_ms hour = SCENE_START; hour < minute(60 * 24); hour += HOUR_MS) {
        const struct row_filter *f = WHERE(.from = hour, .to = hour + HOUR_MS);
        int64_t solved = scene_sum(s, MEASURE_solved, f);
        int64_t resolutions = scene_count(s, DURATION_resolution, f);

        cr_assert(solved >= 0 && resolutions >= 0 && resolutions <= solved, "seed %llu",
                  (unsigned long long)seed);
        cr_assert_leq(solved, scene_sum(s, MEASURE_solve_events, f));
        cr_assert_eq(resolutions, scene_count(s, DURATION_requester_wait, f));
        cr_assert_geq(scene_sum(s, MEASURE_resolution_ms, f),
                      scene_sum(s, MEASURE_requester_wait_ms, f));
        cr_assert_geq(scene_sum(s, MEASURE_volume, f), 0);
    }
}

Test(ticket_rows, no_level_falls_below_0_and_windows_are_consistent)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random_events options = usual;
        struct settings settings = scene_settings();
        struct event_log log;
        struct scene *s = scene_new(&settings);

        options.seed = seed;
        options.late_permille = seed % 2 == 0 ? 0 : 300;
        options.late_ms = 5 * HOUR_MS;
        event_log_init(&log);
        random_events_fill(&options, &log);
        tell_log(s, &log);
        scene_end(s);
        cr_assert_geq(check_levels(s, seed), 0);
        if (options.late_permille == 0)
            check_hours(s, seed);
        scene_free(&s);
        event_log_fini(&log);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold for the whole, whatever the tickets do: random lives from a seed, run in two ways
 * that must not matter. A failure prints the seed and the first record that differs.
 */
#include "tests/support/random.h"
#include "tests/support/random_events.h"
#include "tests/support/runs.h"

#include <criterion/criterion.h>

enum { EVENTS = 600, PARTITIONS_MAX = 5 };

static const char yaml[] =
    "input: {max_out_of_orderness: 5m, source_delay: never, max_future_skew: 1h,\n"
    "        duplicates_within: 30m}\n"
    "retain_solved: 6h\n"
    "segmentations:\n"
    "  all: []\n"
    "  by_channel: [channel]\n"
    "  by_agent: [agent, priority]\n"
    "  by_issue: [issue_type, custom.plan]\n"
    "windows:\n"
    "  10m: {every: 10m, allowed_lateness: 30m}\n"
    "  1h: {every: 1h, allowed_lateness: 1h}\n"
    "  hop: {every: 15m, length: 45m, allowed_lateness: 20m}\n"
    "  1d: {calendar: day, zone: UTC, allowed_lateness: 0s}\n";

static const struct random_events lives = {.events = EVENTS,
                                           .tickets = 12,
                                           .tenants = 2,
                                           .start = 1772438400000,
                                           .step_ms = 2 * MINUTE_MS,
                                           .disorder_ms = 5 * MINUTE_MS,
                                           .late_permille = 60,
                                           .late_ms = 3 * HOUR_MS,
                                           .duplicate_permille = 30};

static struct replay_options
options_of(const struct config *config, uint32_t partitions)
{
    return (struct replay_options){.settings = &config->settings,
                                   .topic = STR("t"),
                                   .partitions = partitions,
                                   .now = EVTIME_NONE};
}

static void
make_log(struct random_events asked, uint64_t seed, struct event_log *log)
{
    asked.seed = seed;
    event_log_init(log);
    random_events_fill(&asked, log);
}

static void
expect_same(const struct sink *a, const struct sink *b, bool refused_too, uint64_t seed)
{
    enum sink_output last = refused_too ? SINK_DEAD_LETTERS : SINK_ROLLUPS_AGENT;

    cr_assert_gt(memory_sink_count(a), 20, "seed %llu: too little came out to mean anything",
                 (unsigned long long)seed);
    for (int output = SINK_ROLLUPS; output <= (int)last; output++)
        cr_assert(runs_same_output(a, b, (enum sink_output)output), "seed %llu, output %d",
                  (unsigned long long)seed, output);
}

Test(replay, where_commits_cut_does_not_show)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();

    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct replay_options options = options_of(config, 1);
        struct replay_summary s;
        struct event_log log;
        struct sink *whole;
        struct sink *cut;

        make_log(lives, seed, &log);
        options.flush_every = EVENTS * 10;
        whole = runs_replay(&options, &log, 0, &s);
        cr_assert(s.counters.late > 0 && s.late_closed > 0 && s.segments.corrected > 0,
                  "seed %llu: nothing late, nothing corrected", (unsigned long long)seed);
        options.flush_every = 1 + (uint32_t)(seed * seed % 50);
        cut = runs_replay(&options, &log, 0, NULL);
        expect_same(whole, cut, true, seed);
        sink_close(&whole);
        sink_close(&cut);
        event_log_fini(&log);
    }
    config_free(&config);
}

Test(replay, how_partitions_interleave_does_not_show)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();

    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        uint32_t n = 2 + (uint32_t)(seed % (PARTITIONS_MAX - 1));
        struct replay_options options = options_of(config, n);
        struct event_log logs[PARTITIONS_MAX];
        struct event_log log;
        struct sink *in_turn;
        struct sink *mixed;

        make_log(lives, seed, &log);
        runs_split(&log, n, logs);
        in_turn = runs_replay(&options, logs, 0, NULL);
        options.flush_every = 1 + (uint32_t)(seed % 97);
        mixed = runs_replay(&options, logs, seed, NULL);
        expect_same(in_turn, mixed, false, seed);
        sink_close(&in_turn);
        sink_close(&mixed);
        for (uint32_t i = 0; i < n; i++)
            event_log_fini(&logs[i]);
        event_log_fini(&log);
    }
    config_free(&config);
}

Test(replay, where_nothing_is_late_the_number_of_partitions_does_not_show)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();
    struct random_events punctual = lives;

    punctual.late_permille = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        uint32_t n = 2 + (uint32_t)(seed % (PARTITIONS_MAX - 1));
        struct replay_options options = options_of(config, 1);
        struct event_log logs[PARTITIONS_MAX];
        struct replay_summary summary;
        struct event_log log;
        struct sink *one;
        struct sink *many;

        make_log(punctual, seed, &log);
        runs_split(&log, n, logs);
        one = runs_replay(&options, &log, 0, &summary);
        cr_assert_eq(summary.counters.late, 0, "seed %llu", (unsigned long long)seed);
        options.partitions = n;
        many = runs_replay(&options, logs, 0, NULL);
        expect_same(one, many, false, seed);
        sink_close(&one);
        sink_close(&many);
        for (uint32_t i = 0; i < n; i++)
            event_log_fini(&logs[i]);
        event_log_fini(&log);
    }
    config_free(&config);
}

Test(replay, inside_the_bound_disorder_and_duplicates_do_not_show)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();
    struct random_events ordered = lives;
    struct random_events shuffled = lives;

    ordered.late_permille = shuffled.late_permille = 0;
    ordered.disorder_ms = 0;
    ordered.duplicate_permille = 0;
    shuffled.duplicate_permille = 100;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct replay_options options = options_of(config, 1);
        struct replay_summary summary;
        struct event_log a;
        struct event_log b;
        struct sink *x;
        struct sink *y;

        make_log(ordered, seed, &a);
        make_log(shuffled, seed, &b);
        x = runs_replay(&options, &a, 0, NULL);
        y = runs_replay(&options, &b, 0, &summary);
        cr_assert_eq(summary.counters.late, 0);
        cr_assert_gt(summary.counters.duplicates, 0);
        expect_same(x, y, false, seed);
        sink_close(&x);
        sink_close(&y);
        event_log_fini(&a);
        event_log_fini(&b);
    }
    config_free(&config);
}

/* Runs late and disordered lives and hands what stands at the end to `check`. */
static void
for_final_rollups(void (*check)(const struct run_rollups *rollups, uint64_t seed))
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();

    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct replay_options options = options_of(config, 1);
        struct run_rollups rollups;
        struct event_log log;
        struct sink *sink;

        make_log(lives, seed, &log);
        sink = runs_replay(&options, &log, 0, NULL);
        runs_final_rollups(sink, &rollups);
        cr_assert_gt(rollups.n, 20);
        check(&rollups, seed);
        runs_rollups_fini(&rollups);
        sink_close(&sink);
        event_log_fini(&log);
    }
    config_free(&config);
}

static bool
same_row(const struct rollup *a, const struct rollup *b)
{
    return str_equal(a->window_name, b->window_name) && str_equal(a->tenant, b->tenant) &&
           str_equal(a->segment_id, b->segment_id);
}

/* A level holds until the next record: the window before has what the record before says, or 0. */
static void
check_backlog(const struct run_rollups *rollups, uint64_t seed)
{
    for (size_t i = 0; i < rollups->n; i++) {
        const struct rollup *r = &rollups->v[i];
        bool is_first = i == 0 || !same_row(r, &rollups->v[i - 1]);
        int64_t before = is_first ? 0 : rollups->v[i - 1].metrics.backlog.value;

        cr_assert_eq(r->metrics.backlog.value, before + r->metrics.net_flow.value,
                     "seed %llu: %.*s %.*s at %lld: %lld is not %lld + %lld",
                     (unsigned long long)seed, STR_ARG(r->window_name), STR_ARG(r->segment_id),
                     (long long)r->window_start, (long long)r->metrics.backlog.value,
                     (long long)before, (long long)r->metrics.net_flow.value);
        cr_assert_geq(r->metrics.backlog.value, 0);
    }
}

Test(replay, backlog_is_the_previous_one_and_net_flow)
{
    for_final_rollups(check_backlog);
}

struct sums {
    int64_t volume;
    int64_t solves;
    int64_t solved;
    int64_t reopens;
    int64_t net_flow;
    int64_t replies;
    int64_t reply_ms;
};

static void
add_sums(struct sums *sums, const struct metrics *m, int64_t sign)
{
    sums->volume += sign * m->ticket_volume.value;
    sums->solves += sign * m->solve_events.value;
    sums->solved += sign * m->solved_tickets.value;
    sums->reopens += sign * m->reopens.value;
    sums->net_flow += sign * m->net_flow.value;
    sums->replies += sign * m->response_time.count;
    sums->reply_ms += sign * m->response_time.sum_ms;
}

/* For each record of `all`, the records by channel of the same tenant and window come to the same.
 */
static void
check_sums(const struct run_rollups *rollups, uint64_t seed)
{
    for (size_t i = 0; i < rollups->n; i++) {
        const struct rollup *all = &rollups->v[i];
        struct sums left = {0};

        if (!str_equal(all->segmentation, STR("all")))
            continue;
        add_sums(&left, &all->metrics, 1);
        for (size_t k = 0; k < rollups->n; k++) {
            const struct rollup *r = &rollups->v[k];

            if (str_equal(r->segmentation, STR("by_channel")) &&
                str_equal(r->tenant, all->tenant) && r->window_start == all->window_start &&
                str_equal(r->window_name, all->window_name))
                add_sums(&left, &r->metrics, -1);
        }
        cr_assert(left.volume == 0 && left.solves == 0 && left.solved == 0 && left.reopens == 0 &&
                      left.net_flow == 0 && left.replies == 0 && left.reply_ms == 0,
                  "seed %llu: %.*s at %lld", (unsigned long long)seed, STR_ARG(all->window_name),
                  (long long)all->window_start);
    }
}

Test(replay, segments_of_a_partition_of_tickets_sum_to_all)
{
    for_final_rollups(check_sums);
}

Test(replay, every_record_is_accounted_for)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();

    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct replay_options options = options_of(config, 1);
        struct replay_summary s;
        struct event_log log;
        struct sink *sink;

        options.end = REPLAY_END_GIVEN;
        options.as_of = lives.start + 10 * HOUR_MS;
        make_log(lives, seed, &log);
        sink = runs_replay(&options, &log, 0, &s);
        cr_assert_eq(s.consumed, log.n);
        cr_assert_eq(s.consumed, s.counters.applied + s.counters.duplicates + s.counters.test +
                                     s.counters.ignored + s.counters.after_as_of);
        cr_assert_gt(s.counters.after_as_of, 0);
        cr_assert_gt(s.counters.test, 0);
        sink_close(&sink);
        event_log_fini(&log);
    }
    config_free(&config);
}

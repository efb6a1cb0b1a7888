/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the number of open tickets and the number of segments cost the engines, in events per CPU
 * second.
 *
 * Tickets: the same stream shape (200 events per second of event time, disorder up to 4 minutes
 * with a max_out_of_orderness of 5, so that the hold cycles all the time) over 10^6 and over 10^4
 * open tickets, each event on a random one. Segmentations all, channel, team, team x priority,
 * issue type: 111 segments on both sides.
 *
 * Segments: the very same events twice, but for the values of one custom dimension: 100,000
 * against 10. Segmentations all and by_account; both sides must publish the same rollups of `all`,
 * byte for byte.
 *
 * Both with pane 1m, windows 1h (lateness 1d) and 1d (lateness 7d), duplicates_within 1h. A round
 * is one hour of event time, so each closes its window. Tables are filled before the first round
 * and events are made between the rounds.
 */
#include "base/check.h"
#include "base/mem.h"

#include "bench/pairs.h"
#include "bench/pipeline.h"

#include <stdio.h>

enum { EVENTS_PER_SECOND = 200, SEED = 7 };

static const evtime_ms start = INT64_C(1767225600000); /* 2026-01-01, midnight */

struct side {
    struct settings settings;
    struct workload *workload;
    struct pipeline pipeline;
    struct records records;
    uint32_t events_per_round;
};

static void
prepare(void *context)
{
    struct side *side = context;

    workload_next(side->workload, side->events_per_round, &side->records);
}

static uint64_t
run(void *context)
{
    struct side *side = context;

    pipeline_feed(&side->pipeline, &side->records);
    return side->records.n;
}

static void
settings_of_tickets(struct settings *s)
{
    uint8_t team_priority[2];
    uint8_t dimension;

    pipeline_settings(s);
    pipeline_add_segmentation(s, STR("all"), 0, NULL);
    dimension = pipeline_add_dimension(s, DIMENSION_CHANNEL, STR(""));
    pipeline_add_segmentation(s, STR("by_channel"), 1, &dimension);
    team_priority[0] = pipeline_add_dimension(s, DIMENSION_TEAM, STR(""));
    pipeline_add_segmentation(s, STR("by_team"), 1, team_priority);
    team_priority[1] = pipeline_add_dimension(s, DIMENSION_PRIORITY, STR(""));
    pipeline_add_segmentation(s, STR("by_team_priority"), 2, team_priority);
    dimension = pipeline_add_dimension(s, DIMENSION_ISSUE_TYPE, STR(""));
    pipeline_add_segmentation(s, STR("by_issue"), 1, &dimension);
}

static void
settings_of_segments(struct settings *s)
{
    uint8_t dimension;

    pipeline_settings(s);
    pipeline_add_segmentation(s, STR("all"), 0, NULL);
    dimension = pipeline_add_dimension(s, DIMENSION_CUSTOM, STR("account"));
    pipeline_add_segmentation(s, STR("by_account"), 1, &dimension);
}

/* Creates the tickets and feeds `warm_hours` more, so that what follows finds tables as they are in
 * the long run. */
static struct side *
side_new(void (*make)(struct settings *s), uint32_t tickets, uint32_t accounts, uint32_t rate,
         unsigned warm_hours)
{
    struct workload_options options = {.seed = SEED,
                                       .tickets = tickets,
                                       .accounts = accounts,
                                       .start = start,
                                       .events_per_second = rate,
                                       .disorder_ms = 4 * MINUTE_MS};
    struct side *side = mem_new(1, sizeof(*side));

    make(&side->settings);
    pipeline_add_window(&side->settings, STR("1h"), HOUR_MS, DAY_MS);
    pipeline_add_window(&side->settings, STR("1d"), DAY_MS, 7 * DAY_MS);
    side->workload = workload_new(&options);
    side->events_per_round = rate * 3600;
    pipeline_init(&side->pipeline, &side->settings, true);
    for (unsigned i = 0; i < warm_hours; i++) {
        prepare(side);
        (void)run(side);
    }
    return side;
}

static void
side_free(struct side **side)
{
    pipeline_check(&(*side)->pipeline);
    pipeline_fini(&(*side)->pipeline);
    workload_free(&(*side)->workload);
    records_fini(&(*side)->records);
    mem_free(*side);
    *side = NULL;
}

static void
bench_tickets(void)
{
    struct side *many = side_new(settings_of_tickets, 1000000, 1, EVENTS_PER_SECOND, 6);
    struct side *few = side_new(settings_of_tickets, 10000, 1, EVENTS_PER_SECOND, 6);
    struct pair pair = {.name = "engines, 10^6 / 10^4 open tickets",
                        .unit = "event",
                        .must = 0.7,
                        .a = many,
                        .b = few,
                        .prepare = prepare,
                        .run = run};

    (void)pairs_run(&pair);
    CHECK(many->pipeline.all_rollups == few->pipeline.all_rollups && many->pipeline.rollups > 500);
    side_free(&many);
    side_free(&few);
}

static void
bench_segments(void)
{
    struct side *many = side_new(settings_of_segments, 200000, 100000, EVENTS_PER_SECOND, 2);
    struct side *few = side_new(settings_of_segments, 200000, 10, EVENTS_PER_SECOND, 2);
    struct pair pair = {.name = "engines, 100k / 10 segments",
                        .unit = "event",
                        .must = 0.6,
                        .a = many,
                        .b = few,
                        .prepare = prepare,
                        .run = run};

    (void)pairs_run(&pair);
    CHECK(many->pipeline.all_rollups > 0 && many->pipeline.rollups > 100000 &&
          many->pipeline.all_rollups == few->pipeline.all_rollups &&
          many->pipeline.all_hash == few->pipeline.all_hash);
    side_free(&many);
    side_free(&few);
}

/* With an argument only one of the two: tickets, segments. */
int
main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "tickets") == 0)
        bench_tickets();
    if (argc < 2 || strcmp(argv[1], "segments") == 0)
        bench_segments();
    return 0;
}

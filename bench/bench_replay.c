/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engines add to reading: a deflate container file through the whole of `replay` (intake,
 * engines, JSON Lines of the rollups) against the same file read, decoded and dropped.
 *
 * The file: 2 hours of event time, 120 times the max_out_of_orderness of 1 minute, 100 events per
 * second over 50,000 open tickets, disorder up to 50 seconds. Segmentations all, channel, team x
 * priority; windows 1h and 1d.
 */
#include "base/check.h"
#include "consumer/file_source.h"
#include "schemas/codec/container.h"
#include "sinks/jsonl_sink.h"
#include "stage/replay.h"

#include "bench/pairs.h"
#include "bench/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TICKETS = 10000, EVENTS_PER_SECOND = 100, HOURS = 2, PATH_LEN = 512 };

struct files {
    struct settings settings;
    char folder[PATH_LEN];
    char events[PATH_LEN + 16];
    char rollups[PATH_LEN + 16];
    uint64_t n;              /* events of the file */
    uint64_t rollups_before; /* that every replay must give again; 0 before the first */
};

/* The world of a bench: what fails here ends it. */
static void
must(enum err err, const struct error *error)
{
    if (err == ERR_NONE)
        return;
    fprintf(stderr, "bench.replay: %s\n", error->text);
    exit(err_exit_code(err));
}

static void
make_folder(struct files *f)
{
    const char *tmp = getenv("TMPDIR");

    (void)snprintf(f->folder, sizeof(f->folder), "%s/ticketstream-bench.XXXXXX",
                   tmp != NULL ? tmp : P_tmpdir);
    if (mkdtemp(f->folder) == NULL) {
        perror(f->folder);
        exit(EXIT_FAILURE);
    }
    (void)snprintf(f->events, sizeof(f->events), "%s/events.avro", f->folder);
    (void)snprintf(f->rollups, sizeof(f->rollups), "%s/out", f->folder);
}

static void
remove_folder(const struct files *f)
{
    static const char *const names[] = {"rollups", "sla", "alerts", "late", "dlq"};
    char path[PATH_LEN + 64];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s.jsonl", f->rollups, names[i]);
        (void)remove(path);
    }
    (void)remove(f->rollups);
    (void)remove(f->events);
    (void)remove(f->folder);
}

static void
write_events(struct files *f)
{
    struct workload_options options = {.seed = 11,
                                       .tickets = TICKETS,
                                       .accounts = 100,
                                       .start = INT64_C(1767225600000),
                                       .events_per_second = EVENTS_PER_SECOND,
                                       .disorder_ms = 50 * SECOND_MS};
    struct workload *workload = workload_new(&options);
    struct records records = {0};
    struct container_writer *writer;
    struct error error;

    must(container_writer_open(f->events, &ticket_event_desc, CONTAINER_DEFLATE, NULL, 0, &writer,
                               &error),
         &error);
    container_writer_set_level(writer, 6);
    for (unsigned hour = 0; hour < HOURS; hour++) {
        workload_next(workload, EVENTS_PER_SECOND * 3600, &records);
        for (size_t i = 0; i < records.n; i++)
            must(container_writer_add(writer, records_get(&records, i), &error), &error);
        f->n += records.n;
    }
    must(container_writer_close(&writer, &error), &error);
    records_fini(&records);
    workload_free(&workload);
}

static void
tell(void *context, const struct error *error)
{
    (void)context;
    must(error->code, error);
}

static uint64_t
run_replay(void *context)
{
    struct files *f = context;
    struct jsonl_sink_options sink_options = {.folder = f->rollups};
    struct replay_options options = {.settings = &f->settings,
                                     .topic = STR("events"),
                                     .partitions = 1,
                                     .now = EVTIME_NONE,
                                     .end = REPLAY_END_LAST_EVENT};
    struct replay_summary summary;
    struct source *source;
    struct sink *sink;
    struct replay *replay;
    struct error error;

    must(jsonl_sink_open(&sink_options, &sink, &error), &error);
    must(file_source_open(f->events, &source, &error), &error);
    replay = replay_new(&options, sink);
    must(replay_run(replay, &source, 1, tell, NULL, &error), &error);
    must(replay_finish(replay, &error), &error);
    must(sink_commit(sink, &error), &error);
    replay_summarize(replay, &summary);
    CHECK(summary.consumed == f->n && summary.counters.applied == f->n && summary.rollups > 200);
    CHECK(f->rollups_before == 0 || f->rollups_before == summary.rollups);
    f->rollups_before = summary.rollups;
    replay_free(&replay);
    source_close(&source);
    sink_close(&sink);
    return summary.consumed;
}

static uint64_t
run_decode(void *context)
{
    struct files *f = context;
    struct arena arena = {0};
    struct source *source;
    struct record record;
    struct error error;
    uint64_t n = 0;

    must(file_source_open(f->events, &source, &error), &error);
    for (bool at_end = false;;) {
        struct ticket_event event;

        must(source_next(source, &record, &at_end, &error), &error);
        if (at_end)
            break;
        arena_reset(&arena);
        CHECK(plan_decode(record.plan, record.bytes, &arena, &event, NULL) == DECODE_OK);
        n++;
    }
    CHECK(n == f->n);
    source_close(&source);
    arena_fini(&arena);
    return n;
}

int
main(void)
{
    static struct files files;
    struct pair pair = {.name = "replay / the same file decoded and dropped",
                        .unit = "event",
                        .must = 0.4,
                        .a = &files,
                        .b = &files,
                        .run = run_replay,
                        .run_b = run_decode};
    uint8_t dimensions[2];

    pipeline_settings(&files.settings);
    files.settings.max_out_of_orderness_ms = MINUTE_MS;
    pipeline_add_segmentation(&files.settings, STR("all"), 0, NULL);
    dimensions[0] = pipeline_add_dimension(&files.settings, DIMENSION_CHANNEL, STR(""));
    pipeline_add_segmentation(&files.settings, STR("by_channel"), 1, dimensions);
    dimensions[0] = pipeline_add_dimension(&files.settings, DIMENSION_TEAM, STR(""));
    dimensions[1] = pipeline_add_dimension(&files.settings, DIMENSION_PRIORITY, STR(""));
    pipeline_add_segmentation(&files.settings, STR("by_team_priority"), 2, dimensions);
    pipeline_add_window(&files.settings, STR("1h"), HOUR_MS, DAY_MS);
    pipeline_add_window(&files.settings, STR("1d"), DAY_MS, 7 * DAY_MS);
    make_folder(&files);
    write_events(&files);
    (void)pairs_run(&pair);
    remove_folder(&files);
    return 0;
}

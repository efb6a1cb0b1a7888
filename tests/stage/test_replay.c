/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: whose turn it is, and what happens when a source or the sink gives out. */
#include "base/murmur2.h"
#include "stage/replay.h"
#include "tests/support/runs.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { BASE_MIN = 29540640, SOURCES_MAX = 3, LOG_MAX = 64 };

static const char yaml[] =
    "input: {max_out_of_orderness: 5m, source_delay: never, max_future_skew: 1h,\n"
    "        duplicates_within: 1h}\n"
    "retain_solved: always\n"
    "segmentations: {all: []}\n"
    "windows: {1h: {every: 1h, allowed_lateness: 0s}}\n";

static void
add_event(struct event_log *log, unsigned number, const char *ticket, int minute)
{
    char id[32];
    struct ticket_event event = {.ticket_id = str_from(ticket),
                                 .occurred_at = (BASE_MIN + minute) * (evtime_ms)MINUTE_MS};

    (void)snprintf(id, sizeof(id), "e%u", number);
    event.event_id = str_from(id);
    event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_CREATED;
    event.payload.u.ticket_created.status = STATUS_NEW;
    event_log_add(log, &event, 0, event.occurred_at);
}

/* A source that writes its letter down at each read, and breaks after `good` records. */
struct told_source {
    struct source source;
    struct source *inner;
    char letter;
    int good;
    char *log;
};

static enum err
told_next(struct source *source, struct record *ret, bool *ret_end, struct error *reterr)
{
    struct told_source *s = (struct told_source *)source;
    size_t n = strlen(s->log);

    cr_assert_lt(n, LOG_MAX - 1);
    s->log[n] = s->letter;
    s->log[n + 1] = '\0';
    if (s->good-- == 0)
        return error_set(reterr, ERR_INPUT, "%c is broken", s->letter);
    return source_next(s->inner, ret, ret_end, reterr);
}

static void
told_close(struct source *source)
{
    struct told_source *s = (struct told_source *)source;

    source_close(&s->inner);
}

static struct told_source
told(const struct event_log *log, char letter, int good, char *reads)
{
    static const struct source_ops ops = {.next = told_next, .close = told_close};

    return (struct told_source){.source.ops = &ops,
                                .inner = event_log_source(log),
                                .letter = letter,
                                .good = good,
                                .log = reads};
}

static void
tell(void *context, const struct error *error)
{
    strbuf_addf(context, "%s;", error->text);
}

static struct replay_options
options_of(const struct config *config, uint32_t partitions)
{
    return (struct replay_options){.settings = &config->settings,
                                   .topic = STR("t"),
                                   .partitions = partitions,
                                   .now = EVTIME_NONE};
}

/* Runs two logs, a and b, of which a breaks after `good` records; returns the order of reads. */
static void
run_two(const struct event_log *logs, int good, char *reads, struct strbuf *problems,
        struct replay_summary *summary)
{
    struct config *config = runs_config(yaml);
    struct replay_options options = options_of(config, 2);
    struct told_source a = told(&logs[0], 'a', good, reads);
    struct told_source b = told(&logs[1], 'b', -1, reads);
    struct source *sources[] = {&a.source, &b.source};
    struct sink *sink = memory_sink_new();
    struct replay *r = replay_new(&options, sink);

    cr_assert_eq(replay_run(r, sources, 2, tell, problems, NULL), ERR_NONE);
    cr_assert_eq(replay_finish(r, NULL), ERR_NONE);
    replay_summarize(r, summary);
    replay_free(&r);
    sink_close(&sink);
    source_close(&sources[0]);
    source_close(&sources[1]);
    config_free(&config);
}

static void
make_two(struct event_log *logs)
{
    event_log_init(&logs[0]);
    event_log_init(&logs[1]);
    add_event(&logs[0], 1, "T-1", 0);
    add_event(&logs[0], 2, "T-2", 100);
    add_event(&logs[1], 3, "T-3", 10);
    add_event(&logs[1], 4, "T-4", 20);
    add_event(&logs[1], 5, "T-5", 120);
}

Test(replay_loop, the_lowest_watermark_is_read_next)
{
    struct replay_summary summary;
    struct strbuf problems = {0};
    struct event_log logs[2];
    char reads[LOG_MAX] = "";

    make_two(logs);
    run_two(logs, -1, reads, &problems, &summary);
    /* a: 0; b, not heard yet: 10; a is behind: 100; b: 20, 120; a: end; b: end. */
    cr_expect_str_eq(reads, "ababbab");
    cr_expect_eq(summary.consumed, 5);
    cr_expect_eq(problems.n, 0);
    event_log_fini(&logs[0]);
    event_log_fini(&logs[1]);
}

Test(replay_loop, a_source_that_breaks_is_told_and_the_others_go_on)
{
    struct replay_summary summary;
    struct strbuf problems = {0};
    struct event_log logs[2];
    char reads[LOG_MAX] = "";

    make_two(logs);
    run_two(logs, 1, reads, &problems, &summary);
    cr_expect_str_eq(reads, "ababbb");
    cr_expect_eq(summary.consumed, 4);
    cr_expect_eq(summary.broken_sources, 1);
    cr_expect(str_equal(strbuf_str(&problems), STR("a is broken;")));
    strbuf_fini(&problems);
    event_log_fini(&logs[0]);
    event_log_fini(&logs[1]);
}

/* A sink that fails at the n-th write. */
struct failing_sink {
    struct sink sink;
    int good;
};

static enum err
failing_write(struct sink *sink, const struct sink_record *record, struct error *reterr)
{
    struct failing_sink *s = (struct failing_sink *)sink;

    (void)record;
    return s->good-- > 0 ? ERR_NONE : error_set(reterr, ERR_IO, "the disk is full");
}

Test(replay_loop, a_sink_that_fails_ends_the_run_with_its_sentence)
{
    static const struct sink_ops ops = {.write = failing_write};
    struct config *config = runs_config(yaml);
    struct replay_options options = options_of(config, 1);
    const char *tickets[] = {"T-1", "T-2", "T-3", "T-4", "T-5"};
    struct event_log log;

    event_log_init(&log);
    for (unsigned i = 0; i < 5; i++)
        add_event(&log, i, tickets[i], (int)i * 120);
    options.flush_every = 1;
    for (int good = 0; good < 7; good++) {
        struct failing_sink sink = {.sink.ops = &ops, .good = good};
        struct replay *r = replay_new(&options, &sink.sink);
        struct source *source = event_log_source(&log);
        struct error error = {0};
        enum err err = replay_run(r, &source, 1, tell, NULL, &error);

        if (err == ERR_NONE)
            err = replay_finish(r, &error);
        cr_expect_eq(err, good < 5 ? ERR_IO : ERR_NONE, "%d", good);
        if (err != ERR_NONE)
            cr_expect_str_eq(error.text, "the disk is full");
        replay_free(&r);
        source_close(&source);
    }
    event_log_fini(&log);
    config_free(&config);
}

Test(replay_loop, a_split_sends_a_ticket_where_java_would)
{
    struct config *config = runs_config(yaml);
    struct replay_options options = options_of(config, 4);
    const char *tickets[] = {"T-1", "T-2", "T-3", "T-4", "T-5", "T-6"};
    struct event_log log;
    struct event_log parts[4];
    struct source *source;
    struct sink *sink = memory_sink_new();
    struct sink *by_hand;
    struct replay *r;

    event_log_init(&log);
    for (int i = 0; i < 4; i++)
        event_log_init(&parts[i]);
    for (unsigned i = 0; i < 6; i++) {
        /* Far apart and backwards: what is late depends on which tickets share a partition. */
        add_event(&log, i, tickets[i], (int)(6 - i) * 60);
        event_log_copy(&parts[murmur2_partition(str_from(tickets[i]), 4)], &log, i);
    }
    source = event_log_source(&log);
    r = replay_new(&options, sink);
    cr_assert_eq(replay_run(r, &source, 1, tell, NULL, NULL), ERR_NONE);
    cr_assert_eq(replay_finish(r, NULL), ERR_NONE);
    by_hand = runs_replay(&options, parts, 0, NULL);
    cr_expect_gt(memory_sink_count(sink), 0);
    cr_expect(runs_same_output(sink, by_hand, SINK_ROLLUPS));
    replay_free(&r);
    source_close(&source);
    sink_close(&sink);
    sink_close(&by_hand);
    for (int i = 0; i < 4; i++)
        event_log_fini(&parts[i]);
    event_log_fini(&log);
    config_free(&config);
}

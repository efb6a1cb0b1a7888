/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Save at any event, load into new engines, go on: the same outbox as of engines that were never
 * stopped. This is what a restart does with the state records of the changelogs; here they are a
 * list.
 */
#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "tests/support/random.h"
#include "tests/support/random_events.h"
#include "tests/support/runs.h"

#include <criterion/criterion.h>

enum { EVENTS = 400, SOURCES = 2, FLUSH_EVERY = 17 };

static const char yaml[] =
    "input: {max_out_of_orderness: 10m, source_delay: never, max_future_skew: 1h,\n"
    "        duplicates_within: 30m}\n"
    "retain_solved: 4h\n"
    "segmentations: {all: [], by_channel: [channel], by_agent: [agent, issue_type]}\n"
    "windows:\n"
    "  10m: {every: 10m, allowed_lateness: 30m}\n"
    "  1h: {every: 1h, allowed_lateness: 2h}\n";

/* Records behind one another: size of the key, key, size of the body, body. */
struct records {
    struct strbuf bytes;
};

struct engines {
    const struct settings *settings;
    struct ticket_engine *tickets[SOURCES];
    struct segment_engine *segments;
    struct intake *intake;
    struct outbox *outbox;
    struct strbuf published;
    struct records batches[SOURCES]; /* the partials topic: every batch that was handed over */
    uint32_t source;                 /* of the flush that runs */
};

static void
add_record(struct strbuf *to, struct str key, struct str body)
{
    strbuf_add_be32(to, (uint32_t)key.n);
    strbuf_add(to, key);
    strbuf_add_be32(to, (uint32_t)body.n);
    strbuf_add(to, body);
}

static struct str
take_part(struct str *left)
{
    uint32_t n = 0;
    struct str part;

    for (int i = 0; i < 4; i++)
        n = n << 8 | (unsigned char)left->p[i];
    part = str_of(left->p + 4, n);
    left->p += 4 + n;
    left->n -= 4 + n;
    return part;
}

static void
open_engines(struct engines *e)
{
    struct intake_limits limits = {.max_future_skew_ms = e->settings->max_future_skew_ms,
                                   .now = EVTIME_NONE};

    for (int32_t i = 0; i < SOURCES; i++)
        e->tickets[i] = ticket_engine_new(e->settings, STR("t"), i);
    e->segments = segment_engine_new(e->settings, SOURCES);
    e->intake = intake_new(&limits);
    e->outbox = outbox_new();
}

static void
close_engines(struct engines *e)
{
    for (int i = 0; i < SOURCES; i++)
        ticket_engine_free(&e->tickets[i]);
    segment_engine_free(&e->segments);
    intake_free(&e->intake);
    outbox_free(&e->outbox);
}

static void
fini(struct engines *e)
{
    close_engines(e);
    strbuf_fini(&e->published);
    for (int i = 0; i < SOURCES; i++)
        strbuf_fini(&e->batches[i].bytes);
}

static void
pass_on(void *context, const struct partial_batch *batch)
{
    struct engines *e = context;
    struct strbuf body = {0};

    avro_encode(&partial_batch_desc, batch, &body);
    add_record(&e->batches[e->source].bytes, STR(""), strbuf_str(&body));
    strbuf_fini(&body);
    segment_engine_add(e->segments, e->source, batch);
}

static void
publish(struct engines *e)
{
    for (size_t i = 0; i < outbox_count(e->outbox); i++) {
        struct outbox_record r = outbox_get(e->outbox, i);

        add_record(&e->published, r.key, r.value);
    }
    outbox_clear(e->outbox);
}

static void
flush(struct engines *e)
{
    for (e->source = 0; e->source < SOURCES; e->source++)
        ticket_engine_flush(e->tickets[e->source], pass_on, e);
    segment_engine_advance(e->segments, e->outbox);
    publish(e);
}

static void
finish(struct engines *e, evtime_ms at)
{
    for (e->source = 0; e->source < SOURCES; e->source++) {
        ticket_engine_advance(e->tickets[e->source], at);
        ticket_engine_finish(e->tickets[e->source], pass_on, e);
    }
    segment_engine_finish(e->segments, at, e->outbox);
    publish(e);
}

static void
submit(struct engines *e, const struct event_log *log, size_t i)
{
    struct record record = event_log_record(log, i);
    struct intake_result result;
    uint32_t closed;

    intake_read(e->intake, &record, &result);
    cr_assert_eq(result.refusal, DECODE_OK);
    (void)!ticket_engine_submit(e->tickets[log->v[i].ticket % SOURCES], result.event, result.body,
                                result.plan, record.position, &closed);
}

static void
keep(void *context, struct str key, struct str body)
{
    struct records *records = context;

    add_record(&records->bytes, key, body);
}

static void
load_tickets(struct ticket_engine *to, const struct records *state)
{
    struct str left = strbuf_str(&state->bytes);
    struct error error;

    while (left.n > 0) {
        struct str key = take_part(&left);
        struct str body = take_part(&left);

        cr_assert_eq(ticket_engine_load(to, key, body, &error), ERR_NONE, "%s", error.text);
    }
}

static void
load_segments(struct engines *e, const struct records *state)
{
    struct str left = strbuf_str(&state->bytes);
    struct error error;

    while (left.n > 0) {
        struct str key = take_part(&left);
        struct str body = take_part(&left);

        cr_assert_eq(segment_engine_load(e->segments, key, body, &error), ERR_NONE, "%s",
                     error.text);
    }
}

/* Gives the segment engine again what the partials topic holds. */
static void
read_batches_again(struct engines *e)
{
    struct str schema = str_of(partial_batch_desc.avsc, partial_batch_desc.avsc_len);
    struct arena arena = {0};
    struct plan *plan;

    cr_assert_eq(plan_compile(schema, &partial_batch_desc, &plan, NULL), ERR_NONE);
    for (uint32_t source = 0; source < SOURCES; source++) {
        struct str left = strbuf_str(&e->batches[source].bytes);

        while (left.n > 0) {
            struct partial_batch batch;

            (void)take_part(&left);
            cr_assert_eq(plan_decode(plan, take_part(&left), &arena, &batch, NULL), DECODE_OK);
            segment_engine_add(e->segments, source, &batch);
        }
    }
    plan_free(&plan);
    arena_fini(&arena);
}

/* Holds again the events that were waiting: the log is read from the oldest of them up to `end`. */
static void
hold_again(struct engines *e, const struct event_log *log, size_t end, const uint64_t *oldest)
{
    for (size_t i = 0; i < end; i++) {
        uint32_t source = log->v[i].ticket % SOURCES;
        struct record record = event_log_record(log, i);
        struct intake_result result;

        if (record.position < oldest[source])
            continue;
        intake_read(e->intake, &record, &result);
        if (!result.event->test)
            ticket_engine_restore(e->tickets[source], result.event, result.body, result.plan,
                                  record.position);
    }
}

static void
restart(struct engines *e, const struct event_log *log, size_t end)
{
    struct records tickets[SOURCES] = {0};
    struct records segments = {0};
    uint64_t oldest[SOURCES];

    for (int i = 0; i < SOURCES; i++) {
        oldest[i] = ticket_engine_oldest_held(e->tickets[i]);
        ticket_engine_save(e->tickets[i], keep, &tickets[i]);
    }
    segment_engine_save(e->segments, keep, &segments);
    close_engines(e);
    open_engines(e);
    for (int i = 0; i < SOURCES; i++) {
        load_tickets(e->tickets[i], &tickets[i]);
        strbuf_fini(&tickets[i].bytes);
    }
    load_segments(e, &segments);
    strbuf_fini(&segments.bytes);
    read_batches_again(e);
    hold_again(e, log, end, oldest);
}

/* With `restarts`: about so many, at random events. */
static void
run(struct engines *e, const struct event_log *log, uint64_t seed, unsigned restarts)
{
    evtime_ms last = 0;

    open_engines(e);
    for (size_t i = 0; i < log->n; i++) {
        if (restarts > 0 && random_next(&seed) % (log->n / restarts) == 0)
            restart(e, log, i);
        submit(e, log, i);
        if (i % FLUSH_EVERY == 0)
            flush(e);
        last = log->v[i].arrival > last ? log->v[i].arrival : last;
    }
    finish(e, last + 1);
}

static void
compare_runs(const struct settings *settings, uint64_t seed, unsigned restarts, unsigned late)
{
    struct random_events lives = {.seed = seed,
                                  .events = EVENTS,
                                  .tickets = 8,
                                  .tenants = 2,
                                  .start = 1772438400000,
                                  .step_ms = 2 * MINUTE_MS,
                                  .disorder_ms = 10 * MINUTE_MS,
                                  .late_permille = late,
                                  .late_ms = 3 * HOUR_MS,
                                  .duplicate_permille = 50};
    struct engines straight = {.settings = settings};
    struct engines stopped = {.settings = settings};
    struct event_log log;

    event_log_init(&log);
    random_events_fill(&lives, &log);
    run(&straight, &log, seed, 0);
    run(&stopped, &log, seed, restarts);
    cr_assert_gt(straight.published.n, 1000);
    cr_expect(str_equal(strbuf_str(&straight.published), strbuf_str(&stopped.published)),
              "seed %llu, %u restarts", (unsigned long long)seed, restarts);
    for (int i = 0; i < SOURCES; i++)
        cr_expect(str_equal(strbuf_str(&straight.batches[i].bytes),
                            strbuf_str(&stopped.batches[i].bytes)),
                  "seed %llu, %u restarts: the batches of source %d differ",
                  (unsigned long long)seed, restarts, i);
    fini(&straight);
    fini(&stopped);
    event_log_fini(&log);
}

Test(save_load, a_restart_at_any_event_does_not_show)
{
    struct config *config = runs_config(yaml);
    struct run_seeds seeds = runs_seeds();

    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++)
        compare_runs(&config->settings, seed, 3, 60);
    config_free(&config);
}

Test(save_load, a_restart_at_nearly_every_event_does_not_show)
{
    struct config *config = runs_config(yaml);

    compare_runs(&config->settings, runs_seeds().first, EVENTS / 6, 60);
    config_free(&config);
}

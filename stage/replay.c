/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/replay.h"

#include "aggregators/windows/window.h"
#include "base/mem.h"
#include "base/murmur2.h"
#include "schemas/codec/json.h"

enum { FLUSH_EVERY = 4096 };

struct replay {
    struct replay_options options;
    struct sink *sink;
    struct intake *intake;
    struct ticket_engine **engines; /* one per partition */
    struct segment_engine *segments;
    struct outbox *outbox;
    struct strbuf windows; /* of a late event, while it is written */
    uint32_t since_flush;
    bool is_finished;
    struct replay_summary summary; /* without what the engines count */
};

struct replay *
replay_new(const struct replay_options *options, struct sink *sink)
{
    struct intake_limits limits = {.max_future_skew_ms = options->settings->max_future_skew_ms,
                                   .now = options->now};
    struct replay *r = mem_new(1, sizeof(*r));

    CHECK(options->partitions > 0 && options->partitions < REPLAY_BY_TICKET);
    r->options = *options;
    if (r->options.flush_every == 0)
        r->options.flush_every = FLUSH_EVERY;
    r->sink = sink;
    r->intake = intake_new(&limits);
    r->engines = mem_new(options->partitions, sizeof(struct ticket_engine *));
    for (uint32_t i = 0; i < options->partitions; i++) {
        r->engines[i] = ticket_engine_new(options->settings, options->topic, (int32_t)i);
        if (options->end == REPLAY_END_GIVEN)
            ticket_engine_set_as_of(r->engines[i], options->as_of);
    }
    r->segments = segment_engine_new(options->settings, options->partitions);
    if (options->end == REPLAY_END_GIVEN)
        segment_engine_set_as_of(r->segments, options->as_of);
    r->outbox = outbox_new();
    r->summary.first_event = r->summary.last_event = EVTIME_NONE;
    r->summary.as_of = options->end == REPLAY_END_GIVEN ? options->as_of : EVTIME_NONE;
    return r;
}

void
replay_free(struct replay **replay)
{
    struct replay *r = *replay;

    if (r == NULL)
        return;
    for (uint32_t i = 0; i < r->options.partitions; i++)
        ticket_engine_free(&r->engines[i]);
    mem_free(r->engines);
    segment_engine_free(&r->segments);
    outbox_free(&r->outbox);
    intake_free(&r->intake);
    strbuf_fini(&r->windows);
    mem_free(r);
    *replay = NULL;
}

/* What the engines publish, as the sink knows it: neither of the two folders includes the other. */
static const enum sink_output sink_outputs[OUTPUTS] = {
    [OUTPUT_ROLLUPS] = SINK_ROLLUPS,
    [OUTPUT_ROLLUPS_AGENT] = SINK_ROLLUPS_AGENT,
    [OUTPUT_LATE] = SINK_LATE,
    [OUTPUT_DEAD_LETTERS] = SINK_DEAD_LETTERS,
};

static enum err
write_outbox(struct replay *r, struct error *reterr)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; i < outbox_count(r->outbox) && err == ERR_NONE; i++) {
        struct outbox_record record = outbox_get(r->outbox, i);
        struct sink_record out = {.output = sink_outputs[record.output],
                                  .key = record.key,
                                  .value = record.value,
                                  .reason = record.reason,
                                  .windows = record.windows};

        r->summary.rollups +=
            record.output == OUTPUT_ROLLUPS || record.output == OUTPUT_ROLLUPS_AGENT;
        err = sink_write(r->sink, &out, reterr);
    }
    outbox_clear(r->outbox);
    return err;
}

struct hop {
    struct segment_engine *segments;
    uint32_t source;
};

static void
pass_on(void *context, const struct partial_batch *batch)
{
    struct hop *hop = context;

    segment_engine_add(hop->segments, hop->source, batch);
}

struct replay_progress
replay_get_progress(const struct replay *r)
{
    return (struct replay_progress){.consumed = r->summary.consumed,
                                    .rollups = r->summary.rollups,
                                    .last_event = r->summary.last_event};
}

static enum err
flush(struct replay *r, struct error *reterr)
{
    struct replay_progress progress = replay_get_progress(r);

    r->since_flush = 0;
    if (r->options.progress != NULL)
        r->options.progress(r->options.progress_context, &progress);
    for (uint32_t i = 0; i < r->options.partitions; i++) {
        struct hop hop = {r->segments, i};

        ticket_engine_flush(r->engines[i], pass_on, &hop);
    }
    segment_engine_advance(r->segments, r->outbox);
    return write_outbox(r, reterr);
}

static void
refuse(struct replay *r, const struct record *record, const struct intake_result *result)
{
    struct outbox_record out = {.output = OUTPUT_DEAD_LETTERS,
                                .key = result->key,
                                .value = record->bytes,
                                .reason = str_from(decode_result_reason(result->refusal))};

    r->summary.refused[result->refusal]++;
    outbox_add(r->outbox, &out);
}

/* Adds the windows of one spec that hold t and cannot be corrected at W, the earliest first. */
static void
add_closed_windows(struct strbuf *out, const struct window_spec *spec, evtime_ms t, evtime_ms w)
{
    struct window window = window_last_holding(spec, t);
    struct window previous = window_previous(spec, window);

    while (window_holds(previous, t)) {
        window = previous;
        previous = window_previous(spec, window);
    }
    for (; window_holds(window, t) && w >= window.end + spec->allowed_lateness_ms;
         window = window_next(spec, window)) {
        strbuf_add(out, out->n > 1 ? STR(",{\"window_name\":") : STR("{\"window_name\":"));
        avro_json_write_string(spec->name, out);
        strbuf_add(out, STR(",\"window_start\":\""));
        evtime_add_text(out, window.start);
        strbuf_add(out, STR("\"}"));
    }
}

static void
tell_late(struct replay *r, const struct record *record, const struct intake_result *result,
          evtime_ms w, uint32_t closed)
{
    const struct settings *settings = r->options.settings;
    struct outbox_record out = {.output = OUTPUT_LATE,
                                .key = result->key,
                                .value = record->bytes,
                                .reason = STR("window_closed")};

    strbuf_clear(&r->windows);
    strbuf_add_char(&r->windows, '[');
    for (unsigned i = 0; i < settings->n_windows; i++)
        if (closed >> i & 1)
            add_closed_windows(&r->windows, &settings->windows[i], result->event->occurred_at, w);
    CHECK(r->windows.n > 1);
    strbuf_add_char(&r->windows, ']');
    out.windows = strbuf_str(&r->windows);
    outbox_add(r->outbox, &out);
    r->summary.late_closed++;
}

static void
submit(struct replay *r, uint32_t partition, const struct record *record,
       const struct intake_result *result)
{
    struct ticket_engine *engine = r->engines[partition];
    evtime_ms t = result->event->occurred_at;
    uint32_t closed = 0;
    enum ticket_verdict verdict = ticket_engine_submit(engine, result->event, result->body,
                                                       result->plan, record->position, &closed);

    /* A late event does not move W, so what W is now is what the event met. */
    if (verdict == TICKET_LATE && closed != 0)
        tell_late(r, record, result, ticket_engine_watermark(engine), closed);
    if (r->summary.first_event == EVTIME_NONE || t < r->summary.first_event)
        r->summary.first_event = t;
    if (t > r->summary.last_event)
        r->summary.last_event = t;
}

enum err
replay_take(struct replay *r, uint32_t partition, const struct record *record, struct error *reterr)
{
    struct intake_result result;

    CHECK(!r->is_finished);
    r->summary.consumed++;
    intake_read(r->intake, record, &result);
    r->summary.unknown_fields += result.unknown_fields;
    if (partition == REPLAY_BY_TICKET)
        partition = murmur2_partition(result.key, r->options.partitions);
    if (result.refusal == DECODE_OK)
        submit(r, partition, record, &result);
    else
        refuse(r, record, &result);
    return ++r->since_flush >= r->options.flush_every ? flush(r, reterr) : ERR_NONE;
}

/* The source to read next, n if all are at their ends. */
static size_t
lowest_watermark(const struct replay *r, struct source *const *sources, size_t n)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++)
        if (sources[i] != NULL && (best == n || ticket_engine_watermark(r->engines[i]) <
                                                    ticket_engine_watermark(r->engines[best])))
            best = i;
    return best;
}

/*
 * Reads one source for as long as its watermark stays where it is, or there is no other: nothing
 * else can change whose turn it is.
 */
static enum err
read_turn(struct replay *r, struct source **source, uint32_t partition, replay_problem_fn *tell,
          void *context, struct error *reterr)
{
    evtime_ms w = partition != REPLAY_BY_TICKET ? ticket_engine_watermark(r->engines[partition])
                                                : EVTIME_NONE;
    enum err err = ERR_NONE;

    do {
        struct record record;
        struct error problem;
        bool at_end = false;
        enum err broken = source_next(*source, &record, &at_end, &problem);

        if (broken != ERR_NONE) {
            tell(context, &problem);
            r->summary.broken_sources++;
        }
        if (broken != ERR_NONE || at_end) {
            *source = NULL;
            return ERR_NONE;
        }
        err = replay_take(r, partition, &record, reterr);
    } while (err == ERR_NONE && (partition == REPLAY_BY_TICKET ||
                                 ticket_engine_watermark(r->engines[partition]) == w));
    return err;
}

enum err
replay_run(struct replay *r, struct source **sources, size_t n, replay_problem_fn *tell,
           void *context, struct error *reterr)
{
    bool split = n == 1 && r->options.partitions > 1;
    struct source **left = mem_new(n, sizeof(struct source *));
    enum err err = ERR_NONE;

    CHECK(split || n == r->options.partitions);
    memcpy(left, sources, n * sizeof(struct source *));
    for (;;) {
        size_t i = lowest_watermark(r, left, n);

        if (i == n || err != ERR_NONE)
            break;
        err = read_turn(r, &left[i], split ? REPLAY_BY_TICKET : (uint32_t)i, tell, context, reterr);
    }
    mem_free(left);
    return err;
}

/* The latest end among the configured windows that hold t. */
static evtime_ms
latest_end(const struct settings *settings, evtime_ms t)
{
    evtime_ms end = t;

    for (unsigned i = 0; i < settings->n_windows; i++) {
        struct window window = window_last_holding(&settings->windows[i], t);

        if (window.end > end)
            end = window.end;
    }
    return end;
}

enum err
replay_finish(struct replay *r, struct error *reterr)
{
    evtime_ms at;

    CHECK(!r->is_finished);
    r->is_finished = true;
    if (r->summary.as_of == EVTIME_NONE && r->summary.last_event != EVTIME_NONE)
        r->summary.as_of = r->options.end == REPLAY_END_LAST_WINDOW
                               ? latest_end(r->options.settings, r->summary.last_event)
                               : r->summary.last_event;
    if (r->summary.as_of == EVTIME_NONE)
        return write_outbox(r, reterr); /* no event, no time: nothing to close */
    at = r->summary.as_of + 1;
    for (uint32_t i = 0; i < r->options.partitions; i++) {
        struct hop hop = {r->segments, i};

        ticket_engine_advance(r->engines[i], at);
        ticket_engine_finish(r->engines[i], pass_on, &hop);
    }
    segment_engine_finish(r->segments, at, r->outbox);
    return write_outbox(r, reterr);
}

static void
add_counters(struct ticket_counters *sum, const struct ticket_counters *one)
{
#define COUNTER(name, sentence) sum->name += one->name;
#include "aggregators/tickets/counters.tbl"
#undef COUNTER
}

static uint64_t
refused_total(const struct replay_summary *s)
{
    uint64_t n = 0;

    for (int i = 0; i < DECODE_RESULT_COUNT; i++)
        n += s->refused[i];
    return n;
}

void
replay_summarize(const struct replay *r, struct replay_summary *ret)
{
    const struct ticket_counters *c = &ret->counters;

    *ret = r->summary;
    for (uint32_t i = 0; i < r->options.partitions; i++) {
        add_counters(&ret->counters, ticket_engine_counters(r->engines[i]));
        ret->tickets += ticket_engine_tickets(r->engines[i]);
    }
    ret->segments = *segment_engine_counters(r->segments);
    CHECK(!r->is_finished || ret->consumed == c->applied + c->duplicates + c->test + c->ignored +
                                                  c->after_as_of + refused_total(ret));
    CHECK(c->late <= c->applied);
}

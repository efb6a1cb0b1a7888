/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time of one partition: W follows the highest event time, events wait until W has passed them,
 * late ones are applied on arrival, and rows leave when W has passed the pane edge behind them.
 *
 * When an event is applied cannot be seen from outside, only in which order: so held events are let
 * go some at a time (before a late one, at a flush, or when enough are due), decoded and looked up
 * together.
 */
#include "aggregators/tickets/ticket_engine.h"

#include "aggregators/tickets/ticket_engine_parts.h"
#include "aggregators/windows/window.h"
#include "base/check.h"
#include "base/mem.h"

enum { DRAIN_AFTER = 64 }; /* submitted events */

struct ticket_engine *
ticket_engine_new(const struct settings *settings, struct str source_topic,
                  int32_t source_partition)
{
    struct ticket_engine *e = mem_new(1, sizeof(*e));
    struct ticket_rules *rules = &e->rules;

    e->settings = settings;
    e->source_topic = mem_new(source_topic.n, 1);
    if (source_topic.n > 0)
        memcpy(e->source_topic, source_topic.p, source_topic.n);
    e->source_topic_text = str_of(e->source_topic, source_topic.n);
    e->source_partition = source_partition;
    e->w = EVTIME_NONE;
    e->w_max = EVTIME_MAX;
    e->now = EVTIME_NONE;
    rules->settings = settings;
    rules->counters = &e->counters;
    rules->profiles = profiles_new(settings);
    rules->partials = partials_new(settings->pane_ms, rules->profiles);
    rules->store = ticket_store_new(settings, rules->profiles, &e->counters);
    memset(rules->dimension, -1, sizeof(rules->dimension));
    for (unsigned i = 0; i < settings->n_dimensions; i++)
        rules->dimension[settings->dimensions[i].id] = (signed char)i;
    e->hold = hold_new(settings->max_out_of_orderness_ms);
    e->duplicates = duplicates_new(settings->duplicates_within_ms, settings->pane_ms);
    return e;
}

void
ticket_engine_free(struct ticket_engine **e)
{
    if (*e == NULL)
        return;
    partials_free(&(*e)->rules.partials);
    ticket_store_free(&(*e)->rules.store);
    profiles_free(&(*e)->rules.profiles);
    arena_fini(&(*e)->rules.arena);
    arena_fini(&(*e)->arena);
    hold_free(&(*e)->hold);
    duplicates_free(&(*e)->duplicates);
    for (int kind = 0; kind < STATE_KINDS; kind++)
        plan_free(&(*e)->plans[kind]);
    mem_free((*e)->source_topic);
    mem_free(*e);
    *e = NULL;
}

void
ticket_engine_set_as_of(struct ticket_engine *e, evtime_ms as_of)
{
    CHECK(e->w == EVTIME_NONE);
    e->w_max = as_of + 1;
}

/* Applies the event unless its id was applied before; false then. */
static bool
apply_once(struct ticket_engine *e, const struct next_event *next, evtime_ms now, bool late)
{
    CHECK(now >= e->now);
    if (e->was_loaded)
        ticket_store_restored(e->rules.store, e->now);
    e->was_loaded = false;
    e->now = now;
    if (duplicates_seen(e->duplicates, next->event_hash, now)) {
        e->counters.duplicates++;
        return false;
    }
    duplicates_add(e->duplicates, next->event_hash, next->event.occurred_at, now);
    e->counters.applied++;
    e->counters.late += late;
    ticket_apply(&e->rules, &next->event, next->id_hash, now, late);
    return true;
}

static void
prepare(struct ticket_engine *e, struct next_event *next)
{
    next->id_hash = ticket_hash(next->event.tenant, next->event.ticket_id);
    next->event_hash = duplicates_hash(next->event.event_id);
    ticket_store_prefetch_index(e->rules.store, next->id_hash);
    duplicates_prefetch(e->duplicates, next->event_hash);
}

/* Takes up to BATCH events that W has passed; returns how many. */
static unsigned
take_batch(struct ticket_engine *e)
{
    unsigned n = 0;
    const struct held *held;

    arena_reset(&e->arena);
    while (n < BATCH && (held = hold_take(e->hold, e->w)) != NULL) {
        struct next_event *next = &e->next[n++];

        CHECK(plan_decode(held->plan, held->body, &e->arena, &next->event, NULL) == DECODE_OK);
        prepare(e, next);
    }
    return n;
}

void
ticket_engine_drain(struct ticket_engine *e)
{
    unsigned n;

    e->waiting = 0;
    while ((n = take_batch(e)) > 0) {
        for (unsigned i = 0; i < n; i++)
            e->next[i].ticket = ticket_store_prefetch_ticket(e->rules.store, e->next[i].id_hash);
        for (unsigned i = 0; i < n; i++)
            if (e->next[i].ticket != 0)
                ticket_store_prefetch_parts(e->rules.store, e->next[i].ticket);
        for (unsigned i = 0; i < n; i++)
            apply_once(e, &e->next[i], e->next[i].event.occurred_at, false);
    }
}

static void
move_watermark(struct ticket_engine *e, evtime_ms w)
{
    if (w > e->w_max)
        w = e->w_max;
    if (w > e->w)
        e->w = w;
}

void
ticket_engine_advance(struct ticket_engine *e, evtime_ms w)
{
    move_watermark(e, w);
    ticket_engine_drain(e);
}

evtime_ms
ticket_engine_watermark(const struct ticket_engine *e)
{
    return e->w;
}

/* Windows of the settings that hold `t` and take no more rows of this lateness (rule 17). */
static uint32_t
closed_windows(const struct ticket_engine *e, evtime_ms t)
{
    const struct settings *settings = e->settings;
    evtime_ms lateness_class = lateness_class_of(t, e->w, settings->pane_ms);
    uint32_t closed = 0;

    for (unsigned i = 0; i < settings->n_windows; i++) {
        const struct window_spec *spec = &settings->windows[i];

        for (struct window w = window_last_holding(spec, t); window_holds(w, t);
             w = window_previous(spec, w))
            if (lateness_class >= w.end + spec->allowed_lateness_ms)
                closed |= UINT32_C(1) << i;
    }
    return closed;
}

static enum ticket_verdict
submit_late(struct ticket_engine *e, const struct ticket_event *event, uint32_t *ret_closed)
{
    struct next_event next = {.event = *event};

    ticket_engine_drain(e);
    *ret_closed = closed_windows(e, event->occurred_at);
    prepare(e, &next);
    return apply_once(e, &next, e->w, true) ? TICKET_LATE : TICKET_DUPLICATE;
}

/* limits.held_events: W becomes the first held event's time + 1 until they fit. */
static void
keep_limit(struct ticket_engine *e)
{
    if (hold_count(e->hold) <= e->settings->held_events_max)
        return;
    ticket_engine_drain(e);
    while (hold_count(e->hold) > e->settings->held_events_max) {
        uint64_t before = hold_count(e->hold);

        move_watermark(e, hold_first(e->hold) + 1);
        ticket_engine_drain(e);
        e->counters.hold_full += before - hold_count(e->hold);
    }
}

void
ticket_engine_hold(struct ticket_engine *e, const struct ticket_event *event, struct str body,
                   const struct plan *plan, uint64_t position)
{
    struct held held = {.occurred_at = event->occurred_at,
                        .sequence = event->has_source_sequence ? event->source_sequence : 0,
                        .has_sequence = event->has_source_sequence,
                        .position = position,
                        .plan = plan,
                        .event_id = event->event_id,
                        .body = body};

    if (!hold_fits(e->hold, event->occurred_at))
        ticket_engine_drain(e);
    hold_add(e->hold, &held, e->w);
    keep_limit(e);
    if (++e->waiting >= DRAIN_AFTER)
        ticket_engine_drain(e);
}

enum ticket_verdict
ticket_engine_submit(struct ticket_engine *e, const struct ticket_event *event, struct str body,
                     const struct plan *plan, uint64_t position, uint32_t *ret_closed)
{
    evtime_ms t = event->occurred_at;

    CHECK(t >= 0 && t < EVTIME_MAX);
    move_watermark(e, t - e->settings->max_out_of_orderness_ms);
    if (event->test) {
        e->counters.test++;
        return TICKET_TEST;
    }
    if (event->payload.kind == TICKET_EVENT_PAYLOAD_UNKNOWN) {
        e->counters.ignored++;
        return TICKET_IGNORED;
    }
    if (t >= e->w_max) {
        e->counters.after_as_of++;
        return TICKET_AFTER_AS_OF;
    }
    if (t < e->w)
        return submit_late(e, event, ret_closed);
    ticket_engine_hold(e, event, body, plan, position);
    return TICKET_HELD;
}

uint64_t
ticket_engine_oldest_held(const struct ticket_engine *e)
{
    return hold_oldest_position(e->hold);
}

static struct partial_batch
batch_header(const struct ticket_engine *e, evtime_ms to_edge)
{
    return (struct partial_batch){.hop_version = HOP_VERSION,
                                  .source_topic = e->source_topic_text,
                                  .source_partition = e->source_partition,
                                  .from_edge = e->edge,
                                  .to_edge = to_edge,
                                  .fingerprint = (int64_t)e->settings->hop_fingerprint};
}

void
ticket_engine_flush(struct ticket_engine *e, partial_batch_fn *take, void *context)
{
    evtime_ms edge = e->w > 0 ? floor_to(e->w, e->settings->pane_ms) : 0;
    struct partial_batch header = batch_header(e, edge);

    if (edge <= e->edge)
        return;
    ticket_engine_drain(e);
    partials_flush(e->rules.partials, edge, &header, take, context);
    e->edge = edge;
}

void
ticket_engine_finish(struct ticket_engine *e, partial_batch_fn *take, void *context)
{
    struct partial_batch header = batch_header(e, e->w);

    ticket_engine_drain(e);
    partials_flush(e->rules.partials, EVTIME_MAX, &header, take, context);
    e->edge = e->w;
}

const struct ticket_counters *
ticket_engine_counters(const struct ticket_engine *e)
{
    return &e->counters;
}

uint64_t
ticket_engine_tickets(const struct ticket_engine *e)
{
    return ticket_store_count(e->rules.store);
}

size_t
ticket_engine_bytes(const struct ticket_engine *e, size_t *ret_id_bytes)
{
    return ticket_store_bytes(e->rules.store, ret_id_bytes) + profiles_bytes(e->rules.profiles) +
           partials_bytes(e->rules.partials) + hold_bytes(e->hold) +
           duplicates_bytes(e->duplicates);
}

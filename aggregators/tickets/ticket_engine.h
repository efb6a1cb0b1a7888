/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ticket engine of one source partition: events in arrival order go in, PartialBatches come
 * out.
 *
 *   submit ──► hold (until occurred_at < W) ──► ticket state ──► observations ──► rows by (profile,
 * pane, class) ──► flush
 *
 * Pure: no clock, no I/O. The same events in the same order give the same batches, wherever flushes
 * are cut; the decisions are those of ARCHITECTURE section 3 and METRICS 1.0.1.
 * @thread worker
 */
#ifndef AGGREGATORS_TICKETS_TICKET_ENGINE_H
#define AGGREGATORS_TICKETS_TICKET_ENGINE_H

#include "aggregators/hop/partial.h"
#include "aggregators/settings.h"
#include "base/arena.h"
#include "schemas/codec/plan.h"
#include "schemas/partial_batch.h"
#include "schemas/ticket_event.h"

struct ticket_engine;

/* What became of a submitted event. */
enum ticket_verdict {
    TICKET_TEST,        /* test: true; not applied */
    TICKET_IGNORED,     /* a type that this version does not know; not applied */
    TICKET_AFTER_AS_OF, /* beyond the end of this run; not applied */
    TICKET_HELD,        /* waits for W, or was applied in order */
    TICKET_LATE,        /* occurred_at < W: applied on arrival */
    TICKET_DUPLICATE    /* late, and its event_id was applied before */
};

/* Counters of one engine; only grow. Sentences are in counters.tbl. */
struct ticket_counters {
#define COUNTER(name, sentence) uint64_t name;
#include "aggregators/tickets/counters.tbl"
#undef COUNTER
};

/* `source_topic` is copied; `settings` is borrowed and must outlive the engine. */
struct ticket_engine *ticket_engine_new(const struct settings *settings, struct str source_topic,
                                        int32_t source_partition);
void ticket_engine_free(struct ticket_engine **e);

/*
 * No event after `as_of` is applied and W stops at as_of + 1. Default: no end. Before the first
 * submit.
 */
void ticket_engine_set_as_of(struct ticket_engine *e, evtime_ms as_of);

/*
 * Takes one accepted event. `body` is its Avro record that `plan` (which lives as long as the
 * engine) decodes to `event`; the engine copies it while it waits. `position` is the event's place
 * in its log and only grows. If the verdict is TICKET_LATE, `*ret_closed` has bit i set where
 * window i of the settings that holds the event can no longer be corrected (the event then belongs
 * into the late topic).
 */
MUST_USE enum ticket_verdict ticket_engine_submit(struct ticket_engine *e,
                                                  const struct ticket_event *event, struct str body,
                                                  const struct plan *plan, uint64_t position,
                                                  uint32_t *ret_closed);

/* Moves W forward to `w` (not back) and applies what that lets go: a quiet partition, or the end of
 * a run. */
void ticket_engine_advance(struct ticket_engine *e, evtime_ms w);

/* W: every event before it is taken to have come. EVTIME_NONE before the first event. */
evtime_ms ticket_engine_watermark(const struct ticket_engine *e);
/* The position of the oldest event that still waits, or UINT64_MAX: what a restore must read again
 * from. */
uint64_t ticket_engine_oldest_held(const struct ticket_engine *e);

/*
 * If W passed a pane edge since the last flush, hands over what was done at engine times before
 * that edge, in pieces (at least one, also without rows). The batch is borrowed during the call.
 */
void ticket_engine_flush(struct ticket_engine *e, partial_batch_fn *take, void *context);
/* The last flush of a run that ends: everything, with to_edge = W. */
void ticket_engine_finish(struct ticket_engine *e, partial_batch_fn *take, void *context);

const struct ticket_counters *ticket_engine_counters(const struct ticket_engine *e);
uint64_t ticket_engine_tickets(const struct ticket_engine *e);
/* Bytes of all tables, and of these the bytes of ticket ids. */
size_t ticket_engine_bytes(const struct ticket_engine *e, size_t *ret_id_bytes);

/*
 * State, as records of schemas/: a key (unique in the partition) and an Avro body, to be loaded in
 * any order. Held events are not in it: after a load, submit again every event from position
 * ticket_engine_oldest_held() (at the time of the save) on, through ticket_engine_restore() up to
 * the place of the save and ticket_engine_submit() from there.
 */
typedef void state_record_fn(void *context, struct str key, struct str body);
void ticket_engine_save(struct ticket_engine *e, state_record_fn *take, void *context);
/* Takes one saved record into a new engine; SCHEMA error if it cannot be read. */
MUST_USE enum err ticket_engine_load(struct ticket_engine *e, struct str key, struct str body,
                                     struct error *reterr);
/* Holds the event again if it was waiting when the state was saved, else does nothing. */
void ticket_engine_restore(struct ticket_engine *e, const struct ticket_event *event,
                           struct str body, const struct plan *plan, uint64_t position);

#endif

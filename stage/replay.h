/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct replay: the engines over records that are already there. No broker, no clock, no file: the
 * caller brings sources and a sink, so the verb, the demo, tests and measurements run the same
 * loop.
 *
 *   source 0 ──► intake ──► ticket engine 0 ──┐ PartialBatch
 *   source 1 ──► intake ──► ticket engine 1 ──┼──► segment engine ──► outbox ──► sink
 *   ...                                       ┘
 *
 * The result is a function of each partition's records alone. How the partitions interleave and
 * where the flushes cut shows only in the order of late events and dead letters.
 * @thread worker
 */
#ifndef STAGE_REPLAY_H
#define STAGE_REPLAY_H

#include "aggregators/segments/segment_engine.h"
#include "aggregators/settings.h"
#include "aggregators/tickets/ticket_engine.h"
#include "consumer/source.h"
#include "sinks/sink.h"

enum replay_end {
    REPLAY_END_LAST_EVENT,  /* as of the last event of all inputs together */
    REPLAY_END_LAST_WINDOW, /* as of the latest end among the windows that hold it */
    REPLAY_END_GIVEN        /* as of `as_of` */
};

/* How far a run is. */
struct replay_progress {
    uint64_t consumed;
    uint64_t rollups;
    evtime_ms last_event; /* the greatest occurred_at so far; EVTIME_NONE: none yet */
};

/* Called before each flush. */
typedef void replay_progress_fn(void *context, const struct replay_progress *progress);

struct replay_options {
    const struct settings *settings; /* borrowed; outlives the replay */
    struct str topic;                /* that the partial batches name */
    uint32_t partitions;             /* ticket engines, > 0 */
    evtime_ms now;                   /* see struct intake_limits; EVTIME_NONE: not known */
    enum replay_end end;
    evtime_ms as_of;              /* of REPLAY_END_GIVEN */
    uint32_t flush_every;         /* records between two flushes; 0: a good number */
    replay_progress_fn *progress; /* or NULL */
    void *progress_context;
};

struct replay_summary {
    uint64_t consumed;
    uint64_t refused[DECODE_RESULT_COUNT];
    uint64_t unknown_fields;
    uint64_t late_closed; /* late events that went to the late output */
    uint64_t rollups;
    uint64_t broken_sources;         /* whose rest could not be read */
    uint64_t tickets;                /* held at the end */
    evtime_ms first_event;           /* least and greatest occurred_at that were accepted; */
    evtime_ms last_event;            /* EVTIME_NONE where there was none */
    evtime_ms as_of;                 /* EVTIME_NONE where nothing said when to end */
    struct ticket_counters counters; /* of all partitions together */
    struct segment_counters segments;
};

struct replay;

/* `sink` is borrowed and gets every record that is published; it is not committed here. */
struct replay *replay_new(const struct replay_options *options, struct sink *sink);
void replay_free(struct replay **r);

/* What is wrong with a source that could not be read to its end. */
typedef void replay_problem_fn(void *context, const struct error *error);

/*
 * Reads all sources to their ends. As many sources as partitions: source i is partition i, and the
 * one whose engine has the lowest watermark is read next (ties: the first). One source and several
 * partitions: it is split by ticket (murmur2), in its own order. A source that breaks is told to
 * `tell` and counted; the others go on. Fails only when the sink does.
 */
MUST_USE enum err replay_run(struct replay *r, struct source **sources, size_t n,
                             replay_problem_fn *tell, void *context, struct error *reterr);

/* One record, for callers with a loop of their own. `partition` may be REPLAY_BY_TICKET. */
#define REPLAY_BY_TICKET UINT32_MAX
MUST_USE enum err replay_take(struct replay *r, uint32_t partition, const struct record *record,
                              struct error *reterr);

struct replay_progress replay_get_progress(const struct replay *r);

/* The end of all input: time goes to the end of the run, and the last edge is published. Once. */
MUST_USE enum err replay_finish(struct replay *r, struct error *reterr);

/* Complete after replay_finish(); CHECKs that every record that came in is accounted for. */
void replay_summarize(const struct replay *r, struct replay_summary *ret);
/* Appends the object of summary.json, with a line end. */
void replay_summary_add_json(struct strbuf *out, const struct replay_summary *s);

#endif

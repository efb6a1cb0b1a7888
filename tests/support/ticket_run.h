/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct ticket_run: an event log through one ticket engine, flushed now and then, and everything
 * that came out. The engine may be saved, thrown away and loaded between any two events.
 */
#ifndef TESTS_SUPPORT_TICKET_RUN_H
#define TESTS_SUPPORT_TICKET_RUN_H

#include "aggregators/tickets/ticket_engine.h"
#include "tests/support/event_log.h"

struct ticket_run {
    const struct settings *settings;
    const struct event_log *log;
    struct ticket_engine *engine;
    size_t next; /* entry of the log */
    unsigned verdicts[TICKET_DUPLICATE + 1];
    uint64_t flush_seed;  /* flushes are drawn from it ... */
    unsigned flush_every; /* ... about every so many events; 0: none before the end */
    struct arena arena;
    struct strbuf batches; /* Avro, one behind the other */
    struct strbuf row;
    struct str
        *rows; /* each a batch of one row without header, so that two equal rows are equal bytes */
    size_t n_rows;
    size_t cap_rows;
};

void ticket_run_init(struct ticket_run *run, const struct settings *settings,
                     const struct event_log *log);
void ticket_run_fini(struct ticket_run *run);
/* Submits up to (not including) entry `end` of the log. */
void ticket_run_feed(struct ticket_run *run, size_t end);
/* The rest of the log, then the end of the run. The rows are sorted after it. */
void ticket_run_finish(struct ticket_run *run);
/*
 * Saves, loads into a new engine (the records in an order drawn from the seed) and submits again
 * what was held. The state of the new engine, saved once more, must be the same bytes.
 */
void ticket_run_move(struct ticket_run *run, uint64_t seed);

/* True if both have the same rows, each as often. After ticket_run_finish(). */
bool ticket_run_same_rows(const struct ticket_run *a, const struct ticket_run *b);

#endif

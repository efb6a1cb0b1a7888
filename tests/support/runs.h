/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the whole over logs in memory, and its results in a form that can be compared. */
#ifndef TESTS_SUPPORT_RUNS_H
#define TESTS_SUPPORT_RUNS_H

#include "schemas/rollup.h"
#include "sinks/memory_sink.h"
#include "stage/config.h"
#include "stage/replay.h"
#include "tests/support/event_log.h"

/* A configuration from YAML text; CHECKs that it is a good one. */
struct config *runs_config(const char *yaml);

/*
 * Replays one log per partition and returns the memory sink; `*ret` (may be NULL) gets the summary.
 * With an `interleave` seed the partitions' records are taken in a random order, else by watermark.
 */
struct sink *runs_replay(const struct replay_options *options, const struct event_log *logs,
                         uint64_t interleave, struct replay_summary *ret);

/* Appends all records of one output, in order. */
void runs_add_output(const struct sink *sink, enum sink_output output, struct strbuf *out);
/* True if the outputs of two runs are the same bytes; prints the first record that differs. */
bool runs_same_output(const struct sink *a, const struct sink *b, enum sink_output output);

/* The rollups of a run, decoded; each borrows from the arena. */
struct run_rollups {
    struct rollup *v;
    size_t n;
    struct arena arena;
};

/*
 * The last record of each segment and window, ordered by (window_name, tenant, segment_id,
 * window_start): what stands when the run is over.
 */
void runs_final_rollups(const struct sink *sink, struct run_rollups *ret);
void runs_rollups_fini(struct run_rollups *r);

/*
 * The seeds of this run: FIRST..LAST of the environment's TS_SEEDS, or 1..12. CI asks for other and
 * more seeds than a developer does.
 */
struct run_seeds {
    uint64_t first;
    uint64_t last;
};
struct run_seeds runs_seeds(void);

/* Splits a log by its ticket numbers into n logs (initialised here). */
void runs_split(const struct event_log *log, uint32_t n, struct event_log *ret);

#endif

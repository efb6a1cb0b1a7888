/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One picture of the running demo, fitted to the size of the terminal: a clock of event time, how
 * much of the log is done, curves over the whole log, and the busiest segments so far. What does
 * not fit is left out from below; a wide page has the tables side by side, a high one has higher
 * curves and longer tables.
 */
#ifndef STAGE_DEMO_FILM_H
#define STAGE_DEMO_FILM_H

#include "stage/cells.h"
#include "stage/demo_sink.h"
#include "stage/replay.h"
#include "stage/terminal.h"

struct demo_film {
    const struct settings *settings;
    const struct demo_results *results;
    struct cells_style style;
    const char *title; /* of the log */
    evtime_ms first;   /* event time of the whole log */
    evtime_ms last;
    uint64_t events; /* of the whole log */
};

/* Appends lines, `size.rows` at most; `at` is where the run is. */
void demo_film_add(struct strbuf *out, const struct demo_film *film, struct terminal_size size,
                   const struct replay_progress *at);

#endif

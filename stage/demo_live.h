/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The demo as a film: the log in fast motion on the screen. The engines compute as always; between
 * two pictures they are held back, so that the whole takes some seconds. Half of the pace follows
 * the events and half their time, so that neither a busy week flies by nor a quiet month stands
 * still.
 */
#ifndef STAGE_DEMO_LIVE_H
#define STAGE_DEMO_LIVE_H

#include "stage/cells.h"
#include "stage/config.h"
#include "stage/demo_sink.h"
#include "stage/replay.h"

struct demo_live {
    const struct config *config;
    const char *data;  /* the file of events; read twice: once to know how long it is */
    const char *title; /* of the log */
    struct cells_style style;
    int out;        /* the terminal */
    int in;         /* where keys come from */
    double seconds; /* that the film takes; 0: as fast as it goes, with all its pictures */
};

/*
 * Ends early when a key is typed: the rest is then computed without pictures. The screen is as it
 * was before, whatever happens. What is wrong with the data is told on stderr behind the film.
 * `*ret_seconds` is the time of the engines alone.
 */
MUST_USE enum err demo_live_run(const struct demo_live *live, struct demo_results *results,
                                struct replay_summary *ret, double *ret_seconds,
                                struct error *reterr);

#endif

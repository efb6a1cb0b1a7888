/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The naive twin of the segment engine: at every edge it computes every record of every window and
 * segment anew, from the list of rows, by the sentences of METRICS 1.0.1 and INTERFACES section 3.
 * It keeps nothing from edge to edge but what was published last. Shares with the engine the
 * arithmetic of windows, the index of the sketch and the encoder.
 */
#ifndef TESTS_SUPPORT_SEGMENT_TWIN_H
#define TESTS_SUPPORT_SEGMENT_TWIN_H

#include "tests/support/segment_log.h"

/*
 * What the engine must publish for the log when the run ends at `at`; no row is of a pane before
 * `first`, which is one. Understands the measures volume, solved, solve_events, reopens,
 * csat_answers, csat_positive, ces_answers, ces_sum, late, level and response_ms, and the duration
 * response.
 */
void segment_twin_run(const struct segment_log *log, evtime_ms first, evtime_ms at,
                      struct outbox *out);

#endif

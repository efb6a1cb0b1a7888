/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo prints at the end: text of 80 columns, tables side by side on a wider page. */
#ifndef STAGE_DEMO_PICTURE_H
#define STAGE_DEMO_PICTURE_H

#include "stage/cells.h"
#include "stage/demo_sink.h"
#include "stage/replay.h"

struct demo_picture {
    const struct settings *settings;
    const struct demo_results *results; /* of a run that is finished */
    const struct replay_summary *summary;
    double seconds; /* of the engines and the reading, without pauses; 0: not told */
    struct cells_style style;
    int columns; /* of the page */
};

/* Appends everything between the heading and what to type next. */
void demo_picture_add(struct strbuf *out, const struct demo_picture *p);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo prints, as text of 80 columns. */
#ifndef STAGE_DEMO_PICTURE_H
#define STAGE_DEMO_PICTURE_H

#include "base/strbuf.h"
#include "stage/demo_sink.h"
#include "stage/replay.h"

struct demo_picture {
    const struct settings *settings;
    const struct demo_results *results;
    const struct replay_summary *summary;
    double seconds;
    bool colours; /* of a terminal */
    bool blocks;  /* bars of UTF-8 block characters; else of '#' */
};

/* Appends everything between the heading and what to type next. Sorts the segments. */
void demo_picture_add(struct strbuf *out, const struct demo_picture *p);

/* Appends "42 s", "12.3 min", "15.1 h", "3.9 d", right-aligned in `width`. */
void demo_add_duration(struct strbuf *out, double ms, int width);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the demo: the busiest segments of each segmentation, a row each. They may stand
 * side by side where the page is wide.
 *
 *   by_team, 5/77         volume            backlog   peak      p50      p90  reopen
 *   Group 70              12,791 ██████████       0    368 13.0 min    5.2 d   1.0 %
 *   Group 20               1,367 █                0    160    3.8 d   23.1 d   1.3 %
 */
#ifndef STAGE_DEMO_TABLE_H
#define STAGE_DEMO_TABLE_H

#include "stage/cells.h"
#include "stage/demo_sink.h"

enum {
    DEMO_TABLE_COLUMNS = 79, /* of the narrowest table */
    DEMO_TABLE_GAP = 2       /* columns between two */
};

enum demo_moment {
    DEMO_NOW,   /* volume so far; the other values of the last closed series window */
    DEMO_AT_END /* all of the widest window */
};

struct demo_tables {
    const struct settings *settings;
    const struct demo_results *results;
    struct cells_style style;
    enum demo_moment moment;
    int columns;    /* of the page */
    int rows_max;   /* of segments in a table */
    int lines_max;  /* in all; tables that have no place are left out; 0: no limit */
    bool has_space; /* an empty line above each table */
};

/* Appends lines of at most `columns` columns. */
void demo_tables_add(struct strbuf *out, const struct demo_tables *t);

#endif

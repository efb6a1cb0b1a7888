/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in columns: labels, numbers, durations, shares, bars and curves for people. A cell of
 * `width` takes at least so many columns; of 0, as many as it needs. Text that comes from the data
 * cannot control the terminal: control characters become '?'.
 *
 * A character is taken for a column.
 */
#ifndef STAGE_CELLS_H
#define STAGE_CELLS_H

#include "base/evtime.h"
#include "base/strbuf.h"

struct cells_style {
    bool colours; /* of a terminal */
    bool blocks;  /* bars and curves of UTF-8 block characters; else of ASCII */
};

enum cells_colour { CELLS_BOLD, CELLS_DIM, CELLS_GREEN, CELLS_CYAN, CELLS_YELLOW };

enum { CELLS_EIGHTHS = 8 };

int cells_columns(struct str s);
void cells_add_spaces(struct strbuf *out, int n);
void cells_add_coloured(struct strbuf *out, struct cells_style style, enum cells_colour colour,
                        struct str s);
/* Left-aligned, cut with "..." where it is longer. */
void cells_add_label(struct strbuf *out, struct str s, int width);
/* Right-aligned. */
void cells_add_right(struct strbuf *out, struct str s, int width);
/* "24,918"; where that is too wide "24.9 k", "1.2 M". */
void cells_add_count(struct strbuf *out, int64_t n, int width);
/* "42 s", "12.3 min", "15.1 h", "3.9 d". */
void cells_add_duration(struct strbuf *out, double ms, int width);
/* "1.3 %"; "-" where there is nothing to divide by. */
void cells_add_share(struct strbuf *out, int64_t part, int64_t whole, int width);
/* "2016-03-28". */
void cells_add_date(struct strbuf *out, evtime_ms t);

/* A bar of `width` columns for n of `most`, to an eighth of a column, with spaces behind it. What
 * is not 0 can be seen. */
void cells_add_bar(struct strbuf *out, struct cells_style style, int64_t n, int64_t most,
                   int width);
/*
 * One row of a curve of `rows` rows: a column for each value, from the bottom up; row 0 is the
 * lowest. Values below 0 are not drawn (nothing is known there).
 */
void cells_add_curve(struct strbuf *out, struct cells_style style, const int64_t *values, int n,
                     int64_t most, int row, int rows);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a table; each but the first has a space in front, so that they never touch:
 *
 *   label 19+  volume 8  bar 1 + 10+  backlog 8  peak 7  p50 9  p90 9  reopened 8
 *
 * A wider table has a longer label and a longer bar. A bar is measured against the busiest segment
 * of its table.
 */
#include "stage/demo_table.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    LABEL_COLUMNS = 19,
    LABEL_COLUMNS_MAX = 30,
    VOLUME_COLUMNS = 7,
    BAR_COLUMNS = 10,
    BACKLOG_COLUMNS = 7,
    PEAK_COLUMNS = 6,
    DURATION_COLUMNS = 8,
    REOPENED_COLUMNS = 7,
    COLUMNS_MAX = 120
};

/* One segmentation's segments. */
struct part {
    unsigned segmentation;
    const struct demo_segment **v; /* busiest first */
    size_t n;
};

struct layout {
    int across; /* tables side by side */
    int columns;
    int label;
    int bar;
};

static int64_t
volume_of(const struct demo_segment *s, enum demo_moment moment)
{
    return moment == DEMO_NOW ? s->volume_so_far : s->total.volume;
}

static int
compare(const struct demo_segment *x, const struct demo_segment *y, enum demo_moment moment)
{
    /* The last widest window counts: who is not in it has nothing to show. */
    if (moment == DEMO_AT_END && x->segmentation == y->segmentation &&
        x->total_start != y->total_start)
        return x->total_start > y->total_start ? -1 : 1;
    if (x->segmentation != y->segmentation)
        return x->segmentation < y->segmentation ? -1 : 1;
    if (volume_of(x, moment) != volume_of(y, moment))
        return volume_of(x, moment) > volume_of(y, moment) ? -1 : 1;
    return strcmp(x->id, y->id);
}

static int
compare_now(const void *a, const void *b)
{
    const struct demo_segment *const *x = a;
    const struct demo_segment *const *y = b;

    return compare(*x, *y, DEMO_NOW);
}

static int
compare_at_end(const void *a, const void *b)
{
    const struct demo_segment *const *x = a;
    const struct demo_segment *const *y = b;

    return compare(*x, *y, DEMO_AT_END);
}

static void
add_cell(struct strbuf *out, struct str s, int width)
{
    strbuf_add_char(out, ' ');
    cells_add_right(out, s, width);
}

static void
add_count_cell(struct strbuf *out, int64_t n, int width)
{
    strbuf_add_char(out, ' ');
    cells_add_count(out, n, width);
}

static void
add_title(struct strbuf *out, const struct demo_tables *t, const struct layout *layout,
          const struct part *part, int shown)
{
    struct strbuf text = {0};
    struct strbuf line = {0};

    strbuf_add(&text, t->settings->segmentations[part->segmentation].name);
    if ((size_t)shown < part->n)
        strbuf_addf(&text, ", %d/%zu", shown, part->n);
    cells_add_label(&line, strbuf_str(&text), layout->label);
    add_cell(&line, STR("volume"), VOLUME_COLUMNS);
    cells_add_spaces(&line, 1 + layout->bar);
    add_cell(&line, STR("backlog"), BACKLOG_COLUMNS);
    add_cell(&line, STR("peak"), PEAK_COLUMNS);
    add_cell(&line, STR("p50"), DURATION_COLUMNS);
    add_cell(&line, STR("p90"), DURATION_COLUMNS);
    add_cell(&line, STR("reopen"), REOPENED_COLUMNS);
    cells_add_coloured(out, t->style, CELLS_BOLD, strbuf_str(&line));
    strbuf_fini(&line);
    strbuf_fini(&text);
}

static void
add_row(struct strbuf *out, const struct demo_tables *t, const struct layout *layout,
        const struct demo_segment *s, int64_t most)
{
    static const struct demo_values nothing;
    bool is_known = t->moment == DEMO_AT_END ? s->total_start == t->results->widest_start
                                             : s->recent_start == t->results->series_start;
    const struct demo_values *values = !is_known                  ? &nothing
                                       : t->moment == DEMO_AT_END ? &s->total
                                                                  : &s->recent;
    int64_t volume = t->moment == DEMO_AT_END ? values->volume : s->volume_so_far;

    cells_add_label(out, str_from(s->label), layout->label);
    add_count_cell(out, volume, VOLUME_COLUMNS);
    strbuf_add_char(out, ' ');
    cells_add_bar(out, t->style, volume < most ? volume : most, most, layout->bar);
    add_count_cell(out, s->backlog, BACKLOG_COLUMNS);
    add_count_cell(out, s->backlog_peak, PEAK_COLUMNS);
    if (values->has_resolution) {
        strbuf_add_char(out, ' ');
        cells_add_duration(out, values->p50_ms, DURATION_COLUMNS);
        strbuf_add_char(out, ' ');
        cells_add_duration(out, values->p90_ms, DURATION_COLUMNS);
    } else {
        add_cell(out, STR("-"), DURATION_COLUMNS);
        add_cell(out, STR("-"), DURATION_COLUMNS);
    }
    strbuf_add_char(out, ' ');
    cells_add_share(out, values->reopens, values->solve_events, REOPENED_COLUMNS);
}

static int
rows_of(const struct demo_tables *t, const struct part *part)
{
    return part->n < (size_t)t->rows_max ? (int)part->n : t->rows_max;
}

/* Line `line` of a table: 0 is its title; behind its rows it is empty. */
static void
add_line(struct strbuf *out, const struct demo_tables *t, const struct layout *layout,
         const struct part *part, int line)
{
    int rows = rows_of(t, part);

    if (line == 0)
        add_title(out, t, layout, part, rows);
    else if (line <= rows)
        add_row(out, t, layout, part->v[line - 1], volume_of(part->v[0], t->moment));
    else
        cells_add_spaces(out, layout->columns);
}

/* The next tables side by side; false if there is no place for them. */
static bool
add_band(struct strbuf *out, const struct demo_tables *t, const struct layout *layout,
         const struct part *parts, int n, int *lines_left)
{
    int rows = 0;
    int lines;

    for (int i = 0; i < n; i++)
        rows = rows_of(t, &parts[i]) > rows ? rows_of(t, &parts[i]) : rows;
    lines = rows + 1 + t->has_space;
    if (t->lines_max > 0 && lines > *lines_left)
        return false;
    *lines_left -= lines;
    if (t->has_space)
        strbuf_add_char(out, '\n');
    for (int line = 0; line <= rows; line++) {
        for (int i = 0; i < n; i++) {
            /* Nothing behind a line's last text. */
            if (i > 0 && line > rows_of(t, &parts[i]))
                break;
            cells_add_spaces(out, i > 0 ? DEMO_TABLE_GAP : 0);
            add_line(out, t, layout, &parts[i], line);
        }
        strbuf_add_char(out, '\n');
    }
    return true;
}

static struct layout
lay_out(int columns)
{
    struct layout layout = {.across =
                                (columns + DEMO_TABLE_GAP) / (DEMO_TABLE_COLUMNS + DEMO_TABLE_GAP)};
    int spare;

    if (layout.across < 1)
        layout.across = 1;
    layout.columns = (columns + DEMO_TABLE_GAP) / layout.across - DEMO_TABLE_GAP;
    if (layout.columns > COLUMNS_MAX)
        layout.columns = COLUMNS_MAX;
    spare = layout.columns - DEMO_TABLE_COLUMNS;
    spare = spare < 0 ? 0 : spare;
    layout.label = LABEL_COLUMNS + (spare + 1) / 2;
    if (layout.label > LABEL_COLUMNS_MAX)
        layout.label = LABEL_COLUMNS_MAX;
    layout.bar = BAR_COLUMNS + spare - (layout.label - LABEL_COLUMNS);
    layout.columns = DEMO_TABLE_COLUMNS + spare;
    return layout;
}

/* The segmentations with dimensions, in their order. */
static int
find_parts(const struct demo_tables *t, const struct demo_segment **segments, struct part *parts)
{
    int n = 0;

    for (size_t i = 0; i < t->results->n_segments; i++) {
        unsigned segmentation = segments[i]->segmentation;

        if (t->settings->segmentations[segmentation].n == 0)
            continue;
        if (n > 0 && parts[n - 1].segmentation == segmentation)
            parts[n - 1].n++;
        else
            parts[n++] = (struct part){.segmentation = segmentation, .v = &segments[i], .n = 1};
    }
    return n;
}

static const struct demo_segment **
sorted_segments(const struct demo_tables *t)
{
    const struct demo_results *r = t->results;
    const struct demo_segment **v = mem_new(r->n_segments, sizeof(const struct demo_segment *));

    for (size_t i = 0; i < r->n_segments; i++)
        v[i] = &r->segments[i];
    if (r->n_segments > 0)
        qsort(v, r->n_segments, sizeof(const struct demo_segment *),
              t->moment == DEMO_NOW ? compare_now : compare_at_end);
    return v;
}

void
demo_tables_add(struct strbuf *out, const struct demo_tables *t)
{
    struct part parts[SEGMENTATIONS_MAX];
    struct layout layout = lay_out(t->columns);
    const struct demo_segment **segments = sorted_segments(t);
    int n = find_parts(t, segments, parts);
    int lines_left = t->lines_max;

    for (int i = 0; i < n; i += layout.across) {
        int here = n - i < layout.across ? n - i : layout.across;

        if (!add_band(out, t, &layout, &parts[i], here, &lines_left))
            break;
    }
    mem_free(segments);
}

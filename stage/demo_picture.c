/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a table of segments, 80 in all:
 *
 *   label 20  volume 8  bar 1 + 10  backlog 8  peak 7  p50 10  p90 9  reopened 7
 *
 * A bar is measured in eighths of a column, against the busiest segment of its table.
 */
#include "stage/demo_picture.h"

#include "base/mem.h"
#include "stage/people.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LABEL_COLUMNS = 20,
    VOLUME_COLUMNS = 8,
    BAR_COLUMNS = 10,
    BACKLOG_COLUMNS = 8,
    PEAK_COLUMNS = 7,
    P50_COLUMNS = 10,
    P90_COLUMNS = 9,
    REOPENED_COLUMNS = 7,
    ROWS_MAX = 5,
    SPARKS_MAX = 60,
    EIGHTHS = 8
};

static const char bold[] = "\033[1m";
static const char green[] = "\033[32m";
static const char plain[] = "\033[0m";

static void
add_coloured(struct strbuf *out, const struct demo_picture *p, const char *colour, struct str s)
{
    if (p->colours)
        strbuf_add(out, str_from(colour));
    strbuf_add(out, s);
    if (p->colours)
        strbuf_add(out, str_from(plain));
}

static void
add_spaces(struct strbuf *out, int n)
{
    for (int i = 0; i < n; i++)
        strbuf_add_char(out, ' ');
}

/* Columns that UTF-8 text takes, for scripts where a character is a column. */
static int
columns(struct str s)
{
    int n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* Left-aligned in `width` columns, cut with "..." where it is longer. */
static void
add_label(struct strbuf *out, struct str s, int width)
{
    int n = columns(s);
    size_t i = 0;

    for (int column = 0; i < s.n && (n <= width || column < width - 3); column++)
        for (i++; i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80;)
            i++;
    strbuf_add(out, str_of(s.p, i));
    if (n > width)
        strbuf_add(out, STR("..."));
    else
        add_spaces(out, width - n);
}

static void
add_right(struct strbuf *out, struct str s, int width)
{
    add_spaces(out, width - columns(s));
    strbuf_add(out, s);
}

static void
add_count(struct strbuf *out, int64_t n, int width)
{
    struct strbuf text = {0};

    if (n < 0)
        strbuf_add_char(&text, '-');
    people_add_number(&text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    add_right(out, strbuf_str(&text), width);
    strbuf_fini(&text);
}

void
demo_add_duration(struct strbuf *out, double ms, int width)
{
    static const struct {
        double below_ms;
        double unit_ms;
        int decimals;
        const char *name;
    } units[] = {
        {MINUTE_MS, SECOND_MS, 0, "s"},
        {HOUR_MS, MINUTE_MS, 1, "min"},
        {2 * DAY_MS, HOUR_MS, 1, "h"},
        {0, DAY_MS, 1, "d"},
    };
    char text[32];
    int i = 0;

    while (units[i].below_ms > 0 && ms >= units[i].below_ms)
        i++;
    (void)snprintf(text, sizeof(text), "%.*f %s", units[i].decimals, ms / units[i].unit_ms,
                   units[i].name);
    add_right(out, str_from(text), width);
}

/* "1.3 %"; "-" where there is nothing to divide by. */
static void
add_share(struct strbuf *out, int64_t part, int64_t whole, int width)
{
    char text[32] = "-";

    if (whole > 0)
        (void)snprintf(text, sizeof(text), "%.1f %%", 100.0 * (double)part / (double)whole);
    add_right(out, str_from(text), width);
}

static void
add_bar(struct strbuf *out, const struct demo_picture *p, int64_t n, int64_t most)
{
    static const char *const parts[EIGHTHS] = {"",
                                               "\xe2\x96\x8f",
                                               "\xe2\x96\x8e",
                                               "\xe2\x96\x8d",
                                               "\xe2\x96\x8c",
                                               "\xe2\x96\x8b",
                                               "\xe2\x96\x8a",
                                               "\xe2\x96\x89"};
    int64_t eighths = most > 0 ? (n * BAR_COLUMNS * EIGHTHS + most - 1) / most : 0;
    int whole = (int)(p->blocks ? eighths / EIGHTHS : (eighths + EIGHTHS - 1) / EIGHTHS);
    const char *part = p->blocks ? parts[eighths % EIGHTHS] : "";
    struct strbuf bar = {0};

    for (int i = 0; i < whole; i++)
        strbuf_add(&bar, p->blocks ? STR("\xe2\x96\x88") : STR("#"));
    strbuf_add(&bar, str_from(part));
    add_coloured(out, p, green, strbuf_str(&bar));
    add_spaces(out, BAR_COLUMNS - whole - (part[0] != '\0'));
    strbuf_fini(&bar);
}

static void
add_durations(struct strbuf *out, const struct demo_segment *s)
{
    if (s->has_resolution) {
        demo_add_duration(out, s->p50_ms, P50_COLUMNS);
        demo_add_duration(out, s->p90_ms, P90_COLUMNS);
    } else {
        add_right(out, STR("-"), P50_COLUMNS);
        add_right(out, STR("-"), P90_COLUMNS);
    }
}

static void
add_row(struct strbuf *out, const struct demo_picture *p, const struct demo_segment *s,
        int64_t most)
{
    add_label(out, str_from(s->label), LABEL_COLUMNS);
    add_count(out, s->volume, VOLUME_COLUMNS);
    strbuf_add_char(out, ' ');
    add_bar(out, p, s->volume, most);
    add_count(out, s->backlog, BACKLOG_COLUMNS);
    add_count(out, s->backlog_peak, PEAK_COLUMNS);
    add_durations(out, s);
    add_share(out, s->reopens, s->solve_events, REOPENED_COLUMNS);
    strbuf_add_char(out, '\n');
}

/* Busiest first; the segments of one segmentation stand together. */
static int
compare_segments(const void *a, const void *b)
{
    const struct demo_segment *x = a;
    const struct demo_segment *y = b;

    if (x->segmentation != y->segmentation)
        return x->segmentation < y->segmentation ? -1 : 1;
    if (x->volume != y->volume)
        return x->volume > y->volume ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void
add_table(struct strbuf *out, const struct demo_picture *p, unsigned segmentation, size_t first,
          size_t n)
{
    const struct demo_segment *v = p->results->segments + first;
    struct strbuf title = {0};

    strbuf_add_char(out, '\n');
    strbuf_add(&title, p->settings->segmentations[segmentation].name);
    if (n > ROWS_MAX)
        strbuf_addf(&title, ", %d of %zu", ROWS_MAX, n);
    if (p->colours)
        strbuf_add(out, str_from(bold));
    add_label(out, strbuf_str(&title), LABEL_COLUMNS);
    add_right(out, STR("volume"), VOLUME_COLUMNS);
    add_spaces(out, 1 + BAR_COLUMNS);
    add_right(out, STR("backlog"), BACKLOG_COLUMNS);
    add_right(out, STR("peak"), PEAK_COLUMNS);
    add_right(out, STR("p50"), P50_COLUMNS);
    add_right(out, STR("p90"), P90_COLUMNS);
    add_right(out, STR("reopen"), REOPENED_COLUMNS);
    if (p->colours)
        strbuf_add(out, str_from(plain));
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < n && i < ROWS_MAX; i++)
        add_row(out, p, &v[i], v[0].volume);
    strbuf_fini(&title);
}

static void
add_tables(struct strbuf *out, const struct demo_picture *p)
{
    const struct demo_results *r = p->results;
    size_t first = 0;

    while (first < r->n_segments) {
        unsigned segmentation = r->segments[first].segmentation;
        size_t end = first;

        while (end < r->n_segments && r->segments[end].segmentation == segmentation)
            end++;
        if (p->settings->segmentations[segmentation].n > 0)
            add_table(out, p, segmentation, first, end - first);
        first = end;
    }
}

/* The window with the most points that still fit on a line; n_windows if none has two. */
static unsigned
spark_window(const struct demo_picture *p)
{
    unsigned best = p->settings->n_windows;
    size_t most = 1;

    for (unsigned w = 0; w < p->settings->n_windows; w++) {
        size_t n = 0;

        for (size_t i = 0; i < p->results->n_points; i++)
            n += p->results->points[i].window == w;
        if (n > most && n <= SPARKS_MAX) {
            most = n;
            best = w;
        }
    }
    return best;
}

static void
add_spark(struct strbuf *out, const struct demo_picture *p, int64_t volume, int64_t most)
{
    static const char *const blocks[EIGHTHS] = {"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
                                                "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
                                                "\xe2\x96\x87", "\xe2\x96\x88"};
    static const char letters[] = "_.,-=+*#";
    int64_t level = most > 0 ? volume * (EIGHTHS - 1) / most : 0;

    CHECK(level >= 0 && level < EIGHTHS);
    if (p->blocks)
        strbuf_add(out, str_from(blocks[level]));
    else
        strbuf_add_char(out, letters[level]);
}

static void
add_sparks(struct strbuf *out, const struct demo_picture *p)
{
    unsigned w = spark_window(p);
    const struct demo_point *busiest = NULL;
    struct strbuf line = {0};

    if (w == p->settings->n_windows)
        return;
    for (size_t i = 0; i < p->results->n_points; i++) {
        const struct demo_point *point = &p->results->points[i];

        if (point->window == w && (busiest == NULL || point->volume > busiest->volume))
            busiest = point;
    }
    for (size_t i = 0; i < p->results->n_points; i++)
        if (p->results->points[i].window == w)
            add_spark(&line, p, p->results->points[i].volume, busiest->volume);
    strbuf_addf(out, "\ncreated per %.*s  ", STR_ARG(p->settings->windows[w].name));
    add_coloured(out, p, green, strbuf_str(&line));
    strbuf_clear(&line);
    evtime_add_text(&line, busiest->start);
    strbuf_add(out, STR("\n                most: "));
    people_add_number(out, (uint64_t)busiest->volume);
    strbuf_addf(out, " in the %.*s from %.10s\n", STR_ARG(p->settings->windows[w].name), line.p);
    strbuf_fini(&line);
}

static void
add_date(struct strbuf *out, evtime_ms t)
{
    struct strbuf text = {0};

    evtime_add_text(&text, t);
    strbuf_add(out, str_of(text.p, 10));
    strbuf_fini(&text);
}

static void
add_facts(struct strbuf *out, const struct demo_picture *p)
{
    const struct replay_summary *s = p->summary;

    people_add_count(out, s->consumed, "event", "events");
    strbuf_add(out, STR(" of "));
    people_add_count(out, s->tickets, "ticket", "tickets");
    if (s->last_event != EVTIME_NONE) {
        strbuf_add(out, STR(", "));
        add_date(out, s->first_event);
        strbuf_add(out, STR(" to "));
        add_date(out, s->last_event);
    }
    strbuf_addf(out, "\nread and computed in %.2f s: ", p->seconds);
    people_add_count(out, s->rollups, "rollup", "rollups");
    strbuf_addf(out, " in %u sizes of window,\n%u segmentations; ", p->settings->n_windows,
                p->settings->n_segmentations);
    people_add_count(out, s->late_closed, "late event", "late events");
    strbuf_add(out, STR("\n"));
}

static void
add_total(struct strbuf *out, const struct demo_picture *p, const struct demo_segment *s)
{
    strbuf_add_char(out, '\n');
    add_coloured(out, p, bold, STR("all tickets"));
    strbuf_add(out, STR("     volume "));
    add_count(out, s->volume, 0);
    strbuf_add(out, STR(", backlog "));
    add_count(out, s->backlog, 0);
    strbuf_add(out, STR(" (peak "));
    add_count(out, s->backlog_peak, 0);
    strbuf_add(out, STR(")\n                reopened "));
    add_count(out, s->reopens, 0);
    strbuf_add(out, STR(" times, "));
    add_share(out, s->reopens, s->solve_events, 0);
    strbuf_add(out, STR(" of solves; SLA: no policies here\n"));
    if (s->has_resolution) {
        strbuf_add(out, STR("                resolution time p50 "));
        demo_add_duration(out, s->p50_ms, 0);
        strbuf_add(out, STR(", p90 "));
        demo_add_duration(out, s->p90_ms, 0);
        strbuf_add_char(out, '\n');
    }
}

void
demo_picture_add(struct strbuf *out, const struct demo_picture *p)
{
    const struct demo_results *r = p->results;

    if (r->n_segments > 0)
        qsort(r->segments, r->n_segments, sizeof(*r->segments), compare_segments);
    add_facts(out, p);
    for (size_t i = 0; i < r->n_segments; i++)
        if (p->settings->segmentations[r->segments[i].segmentation].n == 0)
            add_total(out, p, &r->segments[i]);
    add_sparks(out, p);
    add_tables(out, p);
    strbuf_add(
        out, STR("\npeak: highest backlog at the end of a window; p50, p90: resolution time, half\n"
                 "and nine tenths are faster; reopen: reopenings / solves\n"));
}

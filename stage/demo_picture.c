/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/demo_picture.h"

#include "base/mem.h"
#include "stage/demo_table.h"
#include "stage/people.h"

enum { ROWS_MAX = 5, NAME_COLUMNS = 16 };

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
        if (n > most && n <= DEMO_POINTS_MAX) {
            most = n;
            best = w;
        }
    }
    return best;
}

/* What a curve shows of a point. */
enum curve { CURVE_CREATED, CURVE_SOLVED, CURVE_BACKLOG };

static int64_t
value_of(const struct demo_point *point, enum curve curve)
{
    return curve == CURVE_CREATED  ? point->volume
           : curve == CURVE_SOLVED ? point->solved
                                   : point->backlog;
}

static void
add_curve(struct strbuf *out, const struct demo_picture *p, unsigned window, enum curve curve)
{
    static const char *const names[] = {
        [CURVE_CREATED] = "created", [CURVE_SOLVED] = "solved", [CURVE_BACKLOG] = "backlog"};
    static const enum cells_colour colours[] = {
        [CURVE_CREATED] = CELLS_GREEN, [CURVE_SOLVED] = CELLS_CYAN, [CURVE_BACKLOG] = CELLS_YELLOW};
    struct strbuf line = {0};
    int64_t values[DEMO_POINTS_MAX];
    int64_t most = 0;
    int n = 0;

    for (size_t i = 0; i < p->results->n_points; i++) {
        if (p->results->points[i].window != window)
            continue;
        CHECK(n < DEMO_POINTS_MAX);
        values[n] = value_of(&p->results->points[i], curve);
        most = values[n] > most ? values[n] : most;
        n++;
    }
    strbuf_addf(&line, curve == CURVE_BACKLOG ? "%s" : "%s/%.*s", names[curve],
                STR_ARG(demo_window_word(&p->settings->windows[window])));
    cells_add_label(out, strbuf_str(&line), NAME_COLUMNS);
    strbuf_clear(&line);
    cells_add_curve(&line, p->style, values, n, most, 0, 1);
    while (line.n > 0 && line.p[line.n - 1] == ' ')
        line.n--;
    cells_add_coloured(out, p->style, colours[curve], strbuf_str(&line));
    strbuf_add_char(out, '\n');
    strbuf_fini(&line);
}

static void
add_curves(struct strbuf *out, const struct demo_picture *p)
{
    unsigned w = spark_window(p);
    const struct demo_point *busiest = NULL;

    if (w == p->settings->n_windows)
        return;
    for (size_t i = 0; i < p->results->n_points; i++) {
        const struct demo_point *point = &p->results->points[i];

        if (point->window == w && (busiest == NULL || point->volume > busiest->volume))
            busiest = point;
    }
    strbuf_add_char(out, '\n');
    add_curve(out, p, w, CURVE_CREATED);
    add_curve(out, p, w, CURVE_SOLVED);
    add_curve(out, p, w, CURVE_BACKLOG);
    cells_add_spaces(out, NAME_COLUMNS);
    strbuf_add(out, STR("busiest: "));
    people_add_number(out, (uint64_t)busiest->volume);
    strbuf_addf(out, " created in the %.*s from ",
                STR_ARG(demo_window_word(&p->settings->windows[w])));
    cells_add_date(out, busiest->start);
    strbuf_add_char(out, '\n');
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
        cells_add_date(out, s->first_event);
        strbuf_add(out, STR(" to "));
        cells_add_date(out, s->last_event);
    }
    strbuf_addf(out, "\nread and computed in %.2f s: ", p->seconds);
    people_add_count(out, s->rollups, "rollup", "rollups");
    strbuf_add(out, STR(" in "));
    people_add_count(out, p->settings->n_windows, "size of window", "sizes of window");
    strbuf_add(out, STR(",\n"));
    people_add_count(out, p->settings->n_segmentations, "segmentation", "segmentations");
    strbuf_add(out, STR("; "));
    people_add_count(out, s->late_closed, "late event", "late events");
    strbuf_add(out, STR("\n"));
}

/* Where the widest window does not hold the whole log, the numbers are not of the whole log. */
static void
add_widest(struct strbuf *out, const struct demo_picture *p)
{
    const struct window_spec *widest = &p->settings->windows[p->results->widest];

    if (p->results->widest_start == EVTIME_NONE ||
        p->results->widest_start <= p->summary->first_event)
        return;
    strbuf_addf(out, "below: the last window of \"%.*s\", from ", STR_ARG(widest->name));
    cells_add_date(out, p->results->widest_start);
    strbuf_add(out, STR("; peaks: of the whole log\n"));
}

static void
add_total(struct strbuf *out, const struct demo_picture *p, const struct demo_segment *s)
{
    const struct demo_values *v = &s->total;

    strbuf_add_char(out, '\n');
    cells_add_coloured(out, p->style, CELLS_BOLD, STR("all tickets"));
    strbuf_add(out, STR("     volume "));
    cells_add_count(out, v->volume, 0);
    strbuf_add(out, STR(", backlog "));
    cells_add_count(out, s->backlog, 0);
    strbuf_add(out, STR(" (peak "));
    cells_add_count(out, s->backlog_peak, 0);
    if (s->backlog_peak > 0) {
        strbuf_add(out, STR(" on "));
        cells_add_date(out, s->peak_at - 1);
    }
    strbuf_add_char(out, ')');
    strbuf_add(out, STR("\n                reopened "));
    cells_add_count(out, v->reopens, 0);
    strbuf_add(out, STR(" times, "));
    cells_add_share(out, v->reopens, v->solve_events, 0);
    strbuf_add(out, STR(" of solves\n"));
    if (v->has_resolution) {
        strbuf_add(out, STR("                resolution time p50 "));
        cells_add_duration(out, v->p50_ms, 0);
        strbuf_add(out, STR(", p90 "));
        cells_add_duration(out, v->p90_ms, 0);
        strbuf_add_char(out, '\n');
    }
}

void
demo_picture_add(struct strbuf *out, const struct demo_picture *p)
{
    const struct demo_segment *all = demo_results_find_all(p->results, p->settings);
    struct demo_tables tables = {.settings = p->settings,
                                 .results = p->results,
                                 .style = p->style,
                                 .moment = DEMO_AT_END,
                                 .columns = p->columns,
                                 .rows_max = ROWS_MAX,
                                 .has_space = true};

    add_facts(out, p);
    add_widest(out, p);
    if (all != NULL)
        add_total(out, p, all);
    add_curves(out, p);
    demo_tables_add(out, &tables);
    strbuf_add(
        out, STR("\npeak: highest backlog at the end of a window; p50, p90: resolution time, half\n"
                 "and nine tenths are faster; reopen: reopenings / solves\n"));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the top:
 *
 *   title
 *
 *   Mon 2016-03-14   ████████████                      42 %    56,123 events
 *
 *   created 12,345  open 1,234 (peak 1,869 on 2016-03-16)  p50 2.1 h  p90 9.8 d
 *
 *   created  ▆▇▇▆█▇▇▅▇▇▆▆▄▃          the newest values on the right; the columns of all curves
 *   solved   ▅▆▇▆█▇▇▅▇▇▆▆▄▃          are the same instants, from the first event of the log
 *   backlog  ▁▂▃▄▅▆▇█▇▆▅▄▃▂          to its last
 *            2016-02-29    2017-02-18
 *   tables
 *   help
 *
 * Every number is what rollups said that were published by then.
 */
#include "stage/demo_film.h"

#include "base/mem.h"
#include "stage/demo_table.h"
#include "stage/people.h"

enum {
    NAME_COLUMNS = 9,
    VALUE_COLUMNS = 12, /* behind a curve */
    CURVE_COLUMNS_MIN = 10,
    HIGH_ROWS = 36,  /* of a terminal: higher curves from here */
    SPACE_ROWS = 30, /* an empty line above each table from here */
    WIDE_COLUMNS = 100,
    DATE_COLUMNS = 10,
    UNKNOWN = -1
};

struct curve {
    const char *name;
    enum cells_colour colour;
    int rows;
    unsigned window;
    bool is_solved;
    bool is_backlog;
};

struct page {
    const struct demo_film *film;
    struct terminal_size size;
    const struct replay_progress *at;
    struct strbuf *out;
    int lines; /* added so far */
};

static void
end_line(struct page *p)
{
    strbuf_add_char(p->out, '\n');
    p->lines++;
}

static void
add_title(struct page *p)
{
    struct strbuf right = {0};
    int n;

    cells_add_coloured(p->out, p->film->style, CELLS_BOLD, STR("ticketstream demo"));
    strbuf_add(p->out, STR("   "));
    people_add_count(&right, p->at->rollups, "rollup", "rollups");
    n = p->size.columns - 20 - (int)right.n - 1;
    cells_add_label(p->out, str_from(p->film->title), n > 4 ? n : 4);
    strbuf_add_char(p->out, ' ');
    strbuf_add(p->out, strbuf_str(&right));
    end_line(p);
    end_line(p);
    strbuf_fini(&right);
}

/* "Mon 2016-03-14": the day up to which events were read. */
static void
add_clock(struct strbuf *out, evtime_ms t)
{
    static const char *const weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    int64_t day = floor_to(t, DAY_MS) / DAY_MS;

    strbuf_addf(out, "%s ", weekdays[day - floor_to(day, 7)]);
    cells_add_date(out, t);
}

static void
add_progress(struct page *p)
{
    const struct demo_film *film = p->film;
    struct strbuf clock = {0};
    struct strbuf right = {0};
    evtime_ms now = p->at->last_event == EVTIME_NONE ? film->first : p->at->last_event;
    int share = film->events > 0 ? (int)(100 * p->at->consumed / film->events) : 100;
    int columns;

    add_clock(&clock, now);
    strbuf_addf(&right, "%3d %%  ", share);
    cells_add_count(&right, (int64_t)p->at->consumed, 9);
    strbuf_add(&right, STR(" events"));
    cells_add_coloured(p->out, film->style, CELLS_BOLD, strbuf_str(&clock));
    strbuf_add(p->out, STR("   "));
    columns = p->size.columns - (int)clock.n - 3 - (int)right.n - 1;
    cells_add_bar(p->out, film->style, (int64_t)p->at->consumed, (int64_t)film->events,
                  columns > 1 ? columns : 1);
    strbuf_add_char(p->out, ' ');
    strbuf_add(p->out, strbuf_str(&right));
    end_line(p);
    end_line(p);
    strbuf_fini(&clock);
    strbuf_fini(&right);
}

/* There is a segmentation without dimensions. */
static bool
has_all(const struct settings *settings)
{
    for (unsigned i = 0; i < settings->n_segmentations; i++)
        if (settings->segmentations[i].n == 0)
            return true;
    return false;
}

static void
add_totals(struct page *p)
{
    const struct demo_segment *all = demo_results_find_all(p->film->results, p->film->settings);

    if (!has_all(p->film->settings))
        return;
    if (all == NULL) { /* nothing was published yet */
        end_line(p);
        end_line(p);
        return;
    }
    strbuf_add(p->out, STR("created "));
    cells_add_count(p->out, all->volume_so_far, 0);
    strbuf_add(p->out, STR("  open "));
    cells_add_count(p->out, all->backlog, 0);
    if (all->backlog_peak > 0) {
        strbuf_add(p->out, STR(" (peak "));
        cells_add_count(p->out, all->backlog_peak, 0);
        strbuf_add(p->out, STR(" on "));
        cells_add_date(p->out, all->peak_at - 1);
        strbuf_add_char(p->out, ')');
    }
    if (all->recent.has_resolution) {
        strbuf_add(p->out, STR("  p50 "));
        cells_add_duration(p->out, all->recent.p50_ms, 0);
        strbuf_add(p->out, STR("  p90 "));
        cells_add_duration(p->out, all->recent.p90_ms, 0);
        if (p->size.columns >= WIDE_COLUMNS) {
            strbuf_add(p->out, STR("  reopen "));
            cells_add_share(p->out, all->recent.reopens, all->recent.solve_events, 0);
        }
    }
    end_line(p);
    end_line(p);
}

static int64_t
value_of(const struct demo_point *point, const struct curve *curve)
{
    return curve->is_backlog ? point->backlog : curve->is_solved ? point->solved : point->volume;
}

/* The column of an instant; may be outside of the curve. */
static int64_t
column_of(const struct demo_film *film, evtime_ms t, int columns)
{
    dur_ms span = film->last - film->first + 1;

    return (int64_t)((double)(t - film->first) / (double)span * columns);
}

/*
 * A window fills the columns between its edges, at least one; where several share a column, the
 * greatest shows. Returns the greatest of all; `*ret_newest` is the value of the latest window.
 */
static int64_t
fill_columns(const struct demo_film *film, const struct curve *curve, int64_t *values, int columns,
             int64_t *ret_newest)
{
    evtime_ms newest = EVTIME_NONE;
    int64_t most = 0;

    for (int i = 0; i < columns; i++)
        values[i] = UNKNOWN;
    for (size_t i = 0; i < film->results->n_points; i++) {
        const struct demo_point *point = &film->results->points[i];
        int64_t value = value_of(point, curve);
        int64_t from = column_of(film, point->start, columns);
        int64_t to = column_of(film, point->end, columns);

        if (point->window != curve->window)
            continue;
        if (point->start >= newest) {
            newest = point->start;
            *ret_newest = value;
        }
        from = from < 0 ? 0 : from;
        to = to > columns ? columns : to > from ? to : from + 1;
        for (int64_t c = from; c < to; c++)
            values[c] = value > values[c] ? value : values[c];
        most = value > most ? value : most;
    }
    return most;
}

static void
add_curve(struct page *p, const struct curve *curve, int64_t *values, int columns)
{
    const struct window_spec *window = &p->film->settings->windows[curve->window];
    struct strbuf line = {0};
    int64_t newest = UNKNOWN;
    int64_t most = fill_columns(p->film, curve, values, columns, &newest);

    for (int row = curve->rows - 1; row >= 0; row--) {
        cells_add_label(p->out, row == 0 ? str_from(curve->name) : STR(""), NAME_COLUMNS);
        strbuf_clear(&line);
        cells_add_curve(&line, p->film->style, values, columns, most, row, curve->rows);
        cells_add_coloured(p->out, p->film->style, curve->colour, strbuf_str(&line));
        if (row == 0 && newest != UNKNOWN) {
            strbuf_add_char(p->out, ' ');
            cells_add_count(p->out, newest, 6);
            if (!curve->is_backlog)
                strbuf_addf(p->out, "/%.*s", STR_ARG(demo_window_word(window)));
        }
        end_line(p);
    }
    strbuf_fini(&line);
}

/* The dates of the first and the last column. */
static void
add_axis(struct page *p, int columns)
{
    struct strbuf line = {0};

    cells_add_spaces(&line, NAME_COLUMNS);
    cells_add_date(&line, p->film->first);
    cells_add_spaces(&line, columns - 2 * DATE_COLUMNS);
    if (columns > 2 * DATE_COLUMNS)
        cells_add_date(&line, p->film->last);
    cells_add_coloured(p->out, p->film->style, CELLS_DIM, strbuf_str(&line));
    end_line(p);
    strbuf_fini(&line);
}

static void
add_curves(struct page *p)
{
    const struct demo_results *r = p->film->results;
    bool is_high = p->size.rows >= HIGH_ROWS;
    const struct curve curves[] = {
        {"created", CELLS_GREEN, is_high ? 2 : 1, r->series, false, false},
        {"solved", CELLS_CYAN, is_high ? 2 : 1, r->series, true, false},
        {"backlog", CELLS_YELLOW, is_high ? 5 : 3, r->narrowest, false, true},
    };
    int columns = p->size.columns - NAME_COLUMNS - VALUE_COLUMNS;
    int64_t *values;

    if (columns < CURVE_COLUMNS_MIN || !has_all(p->film->settings))
        return;
    values = mem_new((size_t)columns, sizeof(*values));
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        add_curve(p, &curves[i], values, columns);
    mem_free(values);
    add_axis(p, columns);
}

/* As many tables as have a place with a few rows each, then as many rows as fit. */
static void
add_tables(struct page *p)
{
    enum { ROWS_FEW = 4 };
    const struct demo_film *film = p->film;
    struct demo_tables tables = {.settings = film->settings,
                                 .results = film->results,
                                 .style = film->style,
                                 .moment = DEMO_NOW,
                                 .columns = p->size.columns,
                                 .has_space = p->size.rows >= SPACE_ROWS};
    int lines = p->size.rows - p->lines - 1;
    int across = (p->size.columns + DEMO_TABLE_GAP) / (DEMO_TABLE_COLUMNS + DEMO_TABLE_GAP);
    int wanted = 0;
    int bands;

    for (unsigned i = 0; i < film->settings->n_segmentations; i++)
        wanted += film->settings->segmentations[i].n > 0;
    across = across < 1 ? 1 : across;
    wanted = (wanted + across - 1) / across;
    bands = lines / (ROWS_FEW + 1 + tables.has_space);
    bands = bands < 1 ? 1 : bands > wanted ? wanted : bands;
    if (bands < 1 || lines < 2)
        return;
    tables.lines_max = lines;
    tables.rows_max = lines / bands - 1 - tables.has_space;
    if (tables.rows_max > 0)
        demo_tables_add(p->out, &tables);
}

static void
add_help(struct strbuf *out, const struct demo_film *film)
{
    const struct demo_results *r = film->results;
    struct strbuf line = {0};

    strbuf_add(&line, STR("any key: to the end"));
    if (r->series_start != EVTIME_NONE) {
        strbuf_addf(&line, "   p50, p90, reopen: the %.*s from ",
                    STR_ARG(demo_window_word(&film->settings->windows[r->series])));
        cells_add_date(&line, r->series_start);
    }
    cells_add_coloured(out, film->style, CELLS_DIM, strbuf_str(&line));
    strbuf_fini(&line);
}

static int
count_lines(struct str text)
{
    int n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

void
demo_film_add(struct strbuf *out, const struct demo_film *film, struct terminal_size size,
              const struct replay_progress *at)
{
    struct page page = {.film = film, .size = size, .at = at, .out = out};
    size_t start = out->n;

    add_title(&page);
    add_progress(&page);
    add_totals(&page);
    add_curves(&page);
    if (size.rows < SPACE_ROWS)
        end_line(&page);
    add_tables(&page);
    for (int n = count_lines(str_of(out->p + start, out->n - start)); n < size.rows - 1; n++)
        strbuf_add_char(out, '\n');
    add_help(out, film);
}

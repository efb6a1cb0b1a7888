/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/cells.h"

#include "base/check.h"
#include "stage/people.h"

#include <stdio.h>

static const char *const colours[] = {
    [CELLS_BOLD] = "\033[1m",  [CELLS_DIM] = "\033[2m",     [CELLS_GREEN] = "\033[32m",
    [CELLS_CYAN] = "\033[36m", [CELLS_YELLOW] = "\033[33m",
};

/* From the left, for bars; from the bottom, for curves. */
static const char *const bar_parts[CELLS_EIGHTHS] = {"",
                                                     "\xe2\x96\x8f",
                                                     "\xe2\x96\x8e",
                                                     "\xe2\x96\x8d",
                                                     "\xe2\x96\x8c",
                                                     "\xe2\x96\x8b",
                                                     "\xe2\x96\x8a",
                                                     "\xe2\x96\x89"};
static const char *const curve_parts[CELLS_EIGHTHS + 1] = {" ",
                                                           "\xe2\x96\x81",
                                                           "\xe2\x96\x82",
                                                           "\xe2\x96\x83",
                                                           "\xe2\x96\x84",
                                                           "\xe2\x96\x85",
                                                           "\xe2\x96\x86",
                                                           "\xe2\x96\x87",
                                                           "\xe2\x96\x88"};

int
cells_columns(struct str s)
{
    int n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

void
cells_add_spaces(struct strbuf *out, int n)
{
    for (int i = 0; i < n; i++)
        strbuf_add_char(out, ' ');
}

void
cells_add_coloured(struct strbuf *out, struct cells_style style, enum cells_colour colour,
                   struct str s)
{
    if (style.colours)
        strbuf_add(out, str_from(colours[colour]));
    strbuf_add(out, s);
    if (style.colours)
        strbuf_add(out, STR("\033[0m"));
}

/* Bytes of the character at s.p[i]; `*ret_control` if a terminal may take it for an order. */
static size_t
character_bytes(struct str s, size_t i, bool *ret_control)
{
    unsigned char c = (unsigned char)s.p[i];
    size_t n = 1;

    while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xc0) == 0x80)
        n++;
    /* C0, DEL, and C1, which is c2 80 to c2 9f in UTF-8. */
    *ret_control = c < ' ' || c == 0x7f || (c == 0xc2 && n > 1 && (unsigned char)s.p[i + 1] < 0xa0);
    return n;
}

void
cells_add_label(struct strbuf *out, struct str s, int width)
{
    int n = cells_columns(s);
    int shown = n <= width || width == 0 ? n : width - 3;
    size_t i = 0;

    for (int column = 0; i < s.n && column < shown; column++) {
        bool is_control;
        size_t bytes = character_bytes(s, i, &is_control);

        strbuf_add(out, is_control ? STR("?") : str_of(s.p + i, bytes));
        i += bytes;
    }
    if (shown < n)
        strbuf_add(out, STR("..."));
    else
        cells_add_spaces(out, width - n);
}

void
cells_add_right(struct strbuf *out, struct str s, int width)
{
    cells_add_spaces(out, width - cells_columns(s));
    strbuf_add(out, s);
}

void
cells_add_count(struct strbuf *out, int64_t n, int width)
{
    static const char units[] = " kMGTPE";
    struct strbuf text = {0};
    double shown = (double)n;
    int unit = 0;

    if (n < 0)
        strbuf_add_char(&text, '-');
    people_add_number(&text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    if (width > 0 && cells_columns(strbuf_str(&text)) > width) {
        for (; shown >= 999.5 || shown <= -999.5; unit++)
            shown /= 1000;
        strbuf_clear(&text);
        strbuf_addf(&text, shown < 10 ? "%.1f %c" : "%.0f %c", shown, units[unit]);
    }
    cells_add_right(out, strbuf_str(&text), width);
    strbuf_fini(&text);
}

void
cells_add_duration(struct strbuf *out, double ms, int width)
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
    char text[48];
    int i = 0;

    while (units[i].below_ms > 0 && ms >= units[i].below_ms)
        i++;
    (void)snprintf(text, sizeof(text), "%.*f %s", units[i].decimals, ms / units[i].unit_ms,
                   units[i].name);
    cells_add_right(out, str_from(text), width);
}

void
cells_add_share(struct strbuf *out, int64_t part, int64_t whole, int width)
{
    char text[32] = "-";

    if (whole > 0)
        (void)snprintf(text, sizeof(text), "%.1f %%", 100.0 * (double)part / (double)whole);
    cells_add_right(out, str_from(text), width);
}

void
cells_add_date(struct strbuf *out, evtime_ms t)
{
    struct strbuf text = {0};

    evtime_add_text(&text, t);
    strbuf_add(out, str_of(text.p, 10));
    strbuf_fini(&text);
}

void
cells_add_bar(struct strbuf *out, struct cells_style style, int64_t n, int64_t most, int width)
{
    int64_t eighths = 0;
    int whole;
    const char *part;
    struct strbuf bar = {0};

    if (most > 0 && n > 0)
        eighths = (int64_t)((double)n / (double)most * width * CELLS_EIGHTHS);
    if (n > 0 && eighths == 0)
        eighths = 1;
    CHECK(eighths <= (int64_t)width * CELLS_EIGHTHS);
    whole = (int)(style.blocks ? eighths / CELLS_EIGHTHS
                               : (eighths + CELLS_EIGHTHS - 1) / CELLS_EIGHTHS);
    part = style.blocks ? bar_parts[eighths % CELLS_EIGHTHS] : "";
    for (int i = 0; i < whole; i++)
        strbuf_add(&bar, style.blocks ? STR("\xe2\x96\x88") : STR("#"));
    strbuf_add(&bar, str_from(part));
    if (bar.n > 0)
        cells_add_coloured(out, style, CELLS_GREEN, strbuf_str(&bar));
    cells_add_spaces(out, width - whole - (part[0] != '\0'));
    strbuf_fini(&bar);
}

void
cells_add_curve(struct strbuf *out, struct cells_style style, const int64_t *values, int n,
                int64_t most, int row, int rows)
{
    static const char letters[] = " _.,-=+*#";
    int64_t all = (int64_t)rows * CELLS_EIGHTHS;

    CHECK(row >= 0 && row < rows);
    for (int i = 0; i < n; i++) {
        /* The lowest eighth stands for 0, so that a curve has a ground line. */
        int64_t eighths = values[i] < 0 ? 0
                          : most > 0
                              ? 1 + (int64_t)((double)values[i] / (double)most * (double)(all - 1))
                              : 1;
        int64_t here = eighths - (int64_t)row * CELLS_EIGHTHS;

        here = here < 0 ? 0 : here > CELLS_EIGHTHS ? CELLS_EIGHTHS : here;
        if (style.blocks)
            strbuf_add(out, str_from(curve_parts[here]));
        else
            strbuf_add_char(out, letters[here]);
    }
}

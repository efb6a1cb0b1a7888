/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/explain_text.h"

#include "stage/people.h"

#include <stdarg.h>
#include <stdio.h>

static void
pad(struct strbuf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        strbuf_add_char(out, ' ');
}

/* Characters, not bytes. */
static size_t
width(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* The words of the text from column `indent` on; the cursor already stands there. */
static void
add_wrapped(struct strbuf *out, unsigned indent, struct str text)
{
    size_t column = indent;

    while (text.n > 0) {
        const char *blank = memchr(text.p, ' ', text.n);
        struct str word = blank != NULL ? str_of(text.p, (size_t)(blank - text.p)) : text;

        if (column > indent) {
            if (column + 1 + width(word) > TEXT_COLUMNS) {
                strbuf_add_char(out, '\n');
                pad(out, indent);
                column = indent;
            } else {
                strbuf_add_char(out, ' ');
                column++;
            }
        }
        strbuf_add(out, word);
        column += width(word);
        text = blank != NULL ? str_of(blank + 1, text.n - word.n - 1) : STR("");
    }
    strbuf_add_char(out, '\n');
}

void
text_add_item(struct strbuf *out, unsigned margin, unsigned indent, struct str label,
              const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pad(out, margin);
    strbuf_add(out, label);
    if (margin + width(label) >= indent && label.n > 0) {
        strbuf_add_char(out, '\n');
        pad(out, indent);
    } else {
        pad(out, indent - margin - width(label));
    }
    add_wrapped(out, indent, str_from(text));
}

void
text_add_heading(struct strbuf *out, const char *title)
{
    strbuf_addf(out, "\n%s\n\n", title);
}

/* The time of day, which the caller has in ms since local midnight. */
static void
add_time_of_day(struct strbuf *out, int64_t ms)
{
    strbuf_addf(out, "%02d:%02d", (int)(ms / HOUR_MS), (int)(ms / MINUTE_MS % 60));
    if (ms % MINUTE_MS != 0)
        strbuf_addf(out, ":%02d", (int)(ms / SECOND_MS % 60));
    if (ms % SECOND_MS != 0)
        strbuf_addf(out, ".%03d", (int)(ms % SECOND_MS));
}

static int64_t
local_ms(const struct tz *tz, evtime_ms t)
{
    return t + (int64_t)tz_offset_s(tz, floor_to(t, SECOND_MS) / SECOND_MS) * SECOND_MS;
}

void
text_add_local(struct strbuf *out, const struct tz *tz, evtime_ms t)
{
    static const char *const days[7] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    int64_t local = local_ms(tz, t);
    int64_t day = floor_to(local, DAY_MS) / DAY_MS;
    int year, month, day_of_month;

    date_of_days(day, &year, &month, &day_of_month);
    strbuf_addf(out, "%s %04d-%02d-%02d ", days[(day % 7 + 7) % 7], year, month, day_of_month);
    add_time_of_day(out, local - day * DAY_MS);
}

void
text_add_clock(struct strbuf *out, const struct tz *tz, evtime_ms t)
{
    int64_t local = local_ms(tz, t);

    add_time_of_day(out, local - floor_to(local, DAY_MS));
}

const char *
text_duration(struct strbuf *text, dur_ms d)
{
    strbuf_clear(text);
    duration_add_text(text, d);
    strbuf_add_char(text, 0);
    return text->p;
}

const char *
text_number_of(struct strbuf *text, uint64_t n)
{
    strbuf_clear(text);
    people_add_number(text, n);
    strbuf_add_char(text, 0);
    return text->p;
}

void
text_add_bytes(struct strbuf *out, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    while (bytes >= 999.5 && unit < sizeof units / sizeof units[0] - 1) {
        bytes /= 1000;
        unit++;
    }
    strbuf_addf(out, "%.*f %s", bytes < 9.95 && unit > 0 ? 1 : 0, bytes, units[unit]);
}

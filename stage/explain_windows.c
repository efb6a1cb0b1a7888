/* SPDX-License-Identifier: Apache-2.0 */
/* Each window in words, and the life of one of its windows as a list of real dates. */
#include "aggregators/windows/window.h"
#include "base/check.h"
#include "stage/explain.h"
#include "stage/explain_text.h"

#include <stdarg.h>
#include <stdio.h>

enum { MARGIN = 2, LINE = 6, TIMES = 28 };

/* Monday, 2026-03-02T08:30:00Z: the window that holds it is the example. */
static const evtime_ms example_ms = INT64_C(1772440200000);

/* While the example of one window is written. */
struct example {
    struct strbuf *out;
    const struct config *c;
    const struct window_spec *spec;
    struct window window;
    bool is_first;   /* the others say the same in fewer words */
    struct strbuf a; /* texts of one sentence */
    struct strbuf b;
};

static const char *
local(struct strbuf *text, const struct window_spec *spec, evtime_ms t)
{
    strbuf_clear(text);
    text_add_local(text, spec->tz, t);
    strbuf_add_char(text, 0);
    return text->p;
}

/* Days of the year of the example that are not 24 hours long. */
static void
add_odd_days(struct example *e)
{
    struct strbuf list = {0};
    struct window w = window_last_holding(e->spec, INT64_C(1767225600000) /* 2026-01-01 */);

    for (int i = 0; i < 367; i++, w = window_next(e->spec, w)) {
        dur_ms length = w.end - w.start;

        if (length == DAY_MS)
            continue;
        strbuf_add(&list, list.n > 0 ? STR(", ") : STR(""));
        strbuf_add(&list, str_of(local(&e->a, e->spec, w.start), 14));
        strbuf_addf(&list, " has %d", (int)(length / HOUR_MS));
        if (length % HOUR_MS != 0)
            strbuf_addf(&list, " h %d min", (int)(length % HOUR_MS / MINUTE_MS));
    }
    if (list.n > 0)
        text_add_item(e->out, LINE, LINE, STR(""), "Days of 2026 that do not have 24 hours: %.*s.",
                      STR_ARG(strbuf_str(&list)));
    strbuf_fini(&list);
}

static void
add_head(struct example *e)
{
    static const char *const words[] = {
        [WINDOW_DAY] = "each day",     [WINDOW_WEEK] = "each week, Monday to Sunday,",
        [WINDOW_MONTH] = "each month", [WINDOW_QUARTER] = "each quarter",
        [WINDOW_YEAR] = "each year",
    };
    const struct window_spec *s = e->spec;
    struct strbuf text = {0};

    if (s->kind != WINDOW_FIXED)
        strbuf_addf(&text, "%s of %.*s (the times below are of that zone)", words[s->kind],
                    STR_ARG(s->zone));
    else if (s->length_ms == s->every_ms)
        strbuf_addf(&text, "%s long, one after the other", text_duration(&e->a, s->length_ms));
    else
        strbuf_addf(&text, "%s long, a new one every %s: an event is in %d of them",
                    text_duration(&e->a, s->length_ms), text_duration(&e->b, s->every_ms),
                    (int)(s->length_ms / s->every_ms));
    if (s->kind == WINDOW_FIXED && s->offset_ms > 0)
        strbuf_addf(&text, ", shifted by %s", text_duration(&e->a, s->offset_ms));
    if (s->kind == WINDOW_FIXED)
        strbuf_add(&text, STR(" (UTC)"));
    strbuf_clear(&e->a);
    strbuf_add(&e->a, s->name);
    strbuf_add_char(&e->a, ':');
    text_add_item(e->out, MARGIN, (unsigned)(MARGIN + s->name.n + 2), strbuf_str(&e->a), "%.*s",
                  STR_ARG(strbuf_str(&text)));
    strbuf_add_char(e->out, '\n');
    strbuf_fini(&text);
}

/* One line of the time line: when, and what happens. */
__attribute__((format(printf, 3, 4))) static void
add_moment(struct example *e, evtime_ms t, const char *format, ...)
{
    char sentence[512];
    struct strbuf when = {0};
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    text_add_local(&when, e->spec->tz, t);
    text_add_item(e->out, LINE, TIMES, strbuf_str(&when), "%s", sentence);
    strbuf_fini(&when);
}

/* What happens behind the close. */
static void
add_corrections(struct example *e)
{
    dur_ms lateness = e->spec->allowed_lateness_ms;
    evtime_ms until = e->window.end + lateness;
    struct str late = e->c->topics[CONFIG_TOPIC_LATE];

    if (lateness == 0) {
        text_add_item(e->out, LINE, TIMES, STR("after the close"),
                      "nothing changes it (allowed_lateness 0s): an event for it goes to %.*s",
                      STR_ARG(late));
        return;
    }
    if (e->is_first)
        add_moment(e, until,
                   "corrections_until: until the watermark is here, late events still count in it "
                   "(allowed_lateness %s), and each time its record changes it is published again, "
                   "revision 1, 2, ... After that the record stands, and an event for it goes to "
                   "%.*s",
                   text_duration(&e->a, lateness), STR_ARG(late));
    else
        add_moment(e, until, "corrected until the watermark is here (%s)",
                   text_duration(&e->a, lateness));
}

static void
add_close(struct example *e)
{
    dur_ms disorder = e->c->settings.max_out_of_orderness_ms;

    if (disorder == 0)
        text_add_item(e->out, LINE, TIMES, STR("then"),
                      "closes, once an event of that time or later was seen on every partition; "
                      "published as revision 0");
    else if (e->is_first)
        add_moment(e, e->window.end + disorder,
                   "closes, once an event of this time or later was seen on every partition: the "
                   "watermark, %s behind it, has passed the end. Published as revision 0",
                   text_duration(&e->a, disorder));
    else
        add_moment(e, e->window.end + disorder, "closes: every partition has seen such an event");
}

static void
add_quiet(struct example *e)
{
    dur_ms delay = e->c->settings.source_delay_ms;

    if (delay == NEVER_MS)
        text_add_item(e->out, LINE, TIMES, STR("or later"),
                      "it waits for the next event of a quiet partition (source_delay: never)");
    else if (e->is_first)
        add_moment(e, e->window.end + delay,
                   "closes by the clock where a partition is quiet and was read to its end "
                   "(source_delay %s)",
                   text_duration(&e->a, delay));
    else
        add_moment(e, e->window.end + delay, "closes by the clock, for quiet partitions");
}

void
explain_add_windows(struct strbuf *out, const struct config *c)
{
    const struct settings *s = &c->settings;

    text_add_heading(out, "WINDOWS");
    text_add_item(out, MARGIN, MARGIN, STR(""),
                  "A window is published for each segment in which something happened. It closes, "
                  "and is corrected, in event time: how fast events are read does not matter.");
    for (unsigned i = 0; i < s->n_windows; i++) {
        struct example e = {.out = out, .c = c, .spec = &s->windows[i], .is_first = i == 0};

        e.window = window_last_holding(e.spec, example_ms);
        strbuf_add_char(out, '\n');
        add_head(&e);
        add_moment(&e, e.window.start, "starts");
        add_moment(&e, e.window.end, "ends: an event of this instant is behind it");
        add_close(&e);
        add_quiet(&e);
        add_corrections(&e);
        if (e.spec->kind == WINDOW_DAY)
            add_odd_days(&e);
        strbuf_fini(&e.a);
        strbuf_fini(&e.b);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Windows against Python's datetime (window_cases.inc), a few by hand, and their properties. */
#include "aggregators/windows/window.h"
#include "base/tz.h"
#include "tests/support/random.h"
#include "tests/support/zones.h"

#include <criterion/criterion.h>

#include <signal.h>

struct window_case {
    unsigned zone; /* of zone_files */
    enum window_kind kind;
    int64_t t_s;
    int64_t start_s;
    int64_t end_s;
};

#include "tests/aggregators/window_cases.inc"

static const enum window_kind calendar_kinds[] = {WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH,
                                                  WINDOW_QUARTER, WINDOW_YEAR};

enum { N_CALENDAR_KINDS = 5 };

static struct window_spec
fixed(dur_ms every_ms, dur_ms length_ms, dur_ms offset_ms)
{
    return (struct window_spec){
        .kind = WINDOW_FIXED, .every_ms = every_ms, .length_ms = length_ms, .offset_ms = offset_ms};
}

static struct window_spec
calendar(enum window_kind kind, const struct tz *tz)
{
    return (struct window_spec){.kind = kind, .tz = tz};
}

static evtime_ms
at(const char *text)
{
    evtime_ms t;

    cr_assert(evtime_parse(str_from(text), &t), "%s", text);
    return t;
}

static void
expect_window(struct window w, const char *start, const char *end)
{
    struct strbuf b = {0};

    evtime_add_text(&b, w.start);
    strbuf_add_char(&b, ' ');
    evtime_add_text(&b, w.end);
    cr_expect(w.start == at(start) && w.end == at(end), "%.*s, not %s %s", STR_ARG(strbuf_str(&b)),
              start, end);
    strbuf_fini(&b);
}

Test(window, calendar_windows_agree_with_datetime)
{
    struct tz *all[N_ZONE_FILES];

    for (int i = 0; i < N_ZONE_FILES; i++)
        all[i] = zone_file_read(&zone_files[i]);
    for (size_t i = 0; i < sizeof(window_cases) / sizeof(window_cases[0]); i++) {
        const struct window_case *c = &window_cases[i];
        struct window_spec spec = calendar(c->kind, all[c->zone]);
        struct window w = window_last_holding(&spec, c->t_s * SECOND_MS);

        cr_expect(w.start == c->start_s * SECOND_MS && w.end == c->end_s * SECOND_MS,
                  "%s, kind %d, %lld: %lld %lld, not %lld %lld", zone_files[c->zone].name,
                  (int)c->kind, (long long)c->t_s, (long long)w.start / SECOND_MS,
                  (long long)w.end / SECOND_MS, (long long)c->start_s, (long long)c->end_s);
    }
    for (int i = 0; i < N_ZONE_FILES; i++)
        tz_free(&all[i]);
}

Test(window, tumbling_windows_are_aligned_to_1970_and_the_offset)
{
    struct window_spec hour = fixed(HOUR_MS, HOUR_MS, 0);
    struct window_spec shifted = fixed(DAY_MS, DAY_MS, 6 * HOUR_MS);
    struct window_spec decade = fixed(3650 * (dur_ms)DAY_MS, 3650 * (dur_ms)DAY_MS, 0);

    expect_window(window_last_holding(&hour, at("2026-03-02T08:59:59.999Z")),
                  "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z");
    expect_window(window_last_holding(&hour, at("2026-03-02T09:00:00Z")), "2026-03-02T09:00:00Z",
                  "2026-03-02T10:00:00Z");
    expect_window(window_last_holding(&shifted, at("2026-03-02T05:59:59.999Z")),
                  "2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z");
    expect_window(window_last_holding(&shifted, 0), "1969-12-31T06:00:00Z", "1970-01-01T06:00:00Z");
    expect_window(window_last_holding(&decade, at("2016-05-01T00:00:00Z")), "2009-12-22T00:00:00Z",
                  "2019-12-20T00:00:00Z");
}

Test(window, length_by_every_hopping_windows_hold_an_instant)
{
    struct window_spec spec = fixed(10 * MINUTE_MS, HOUR_MS, 5 * MINUTE_MS);
    evtime_ms t = at("2026-03-02T08:20:00Z");
    struct window w = window_last_holding(&spec, t);
    int n = 0;

    expect_window(w, "2026-03-02T08:15:00Z", "2026-03-02T09:15:00Z");
    for (; window_holds(w, t); w = window_previous(&spec, w))
        n++;
    cr_expect_eq(n, 6);
    expect_window(w, "2026-03-02T07:15:00Z", "2026-03-02T08:15:00Z");
    expect_window(window_next(&spec, w), "2026-03-02T07:25:00Z", "2026-03-02T08:25:00Z");
}

Test(window, days_follow_the_clocks_of_berlin)
{
    struct tz *tz = zone_named("Europe/Berlin");
    struct window_spec day = calendar(WINDOW_DAY, tz);
    struct window_spec week = calendar(WINDOW_WEEK, tz);
    struct window_spec month = calendar(WINDOW_MONTH, tz);
    struct window_spec quarter = calendar(WINDOW_QUARTER, tz);
    struct window_spec year = calendar(WINDOW_YEAR, tz);
    evtime_ms spring = at("2026-03-29T01:00:00Z");
    evtime_ms autumn = at("2026-10-25T01:00:00Z");

    expect_window(window_last_holding(&day, spring), "2026-03-28T23:00:00Z",
                  "2026-03-29T22:00:00Z");
    expect_window(window_last_holding(&day, autumn), "2026-10-24T22:00:00Z",
                  "2026-10-25T23:00:00Z");
    expect_window(window_last_holding(&week, spring), "2026-03-22T23:00:00Z",
                  "2026-03-29T22:00:00Z");
    expect_window(window_last_holding(&month, spring), "2026-02-28T23:00:00Z",
                  "2026-03-31T22:00:00Z");
    expect_window(window_last_holding(&quarter, autumn), "2026-09-30T22:00:00Z",
                  "2026-12-31T23:00:00Z");
    expect_window(window_last_holding(&year, at("2026-12-31T22:59:59.999Z")),
                  "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    expect_window(window_last_holding(&week, at("1970-01-01T00:00:00Z")), "1969-12-28T23:00:00Z",
                  "1970-01-04T23:00:00Z");
    tz_free(&tz);
}

Test(window, a_day_in_lord_howe_is_half_an_hour_longer)
{
    struct tz *tz = zone_named("Australia/Lord_Howe");
    struct window_spec day = calendar(WINDOW_DAY, tz);
    struct window w = window_last_holding(&day, at("2026-04-04T15:00:00Z"));

    expect_window(w, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z");
    w = window_last_holding(&day, at("2026-10-04T00:00:00Z"));
    expect_window(w, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z");
    tz_free(&tz);
}

/* Apia jumped over the whole of 2011-12-30, at 10:00Z. */
Test(window, a_day_that_was_left_out_has_no_window)
{
    struct tz *tz = zone_named("Pacific/Apia");
    struct window_spec day = calendar(WINDOW_DAY, tz);
    struct window w = window_last_holding(&day, at("2011-12-30T09:59:59.999Z"));

    expect_window(w, "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    w = window_next(&day, w);
    expect_window(w, "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z");
    expect_window(window_previous(&day, w), "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    tz_free(&tz);
}

/* Sao Paulo went to summer time at midnight: 2018-11-04 started at 01:00. */
Test(window, a_day_without_midnight_starts_at_the_jump)
{
    struct tz *tz = zone_named("America/Sao_Paulo");
    struct window_spec day = calendar(WINDOW_DAY, tz);

    expect_window(window_last_holding(&day, at("2018-11-04T12:00:00Z")), "2018-11-04T03:00:00Z",
                  "2018-11-05T02:00:00Z");
    tz_free(&tz);
}

static void
expect_neighbours(const struct window_spec *spec, evtime_ms t)
{
    struct window w = window_last_holding(spec, t);
    struct window before = window_previous(spec, w);
    struct window after = window_next(spec, w);
    struct window back = window_next(spec, before);
    struct window forth = window_previous(spec, after);
    struct window again = window_last_holding(spec, w.start);

    cr_assert(window_holds(w, t) && !window_holds(after, t));
    cr_assert(before.start < w.start && w.start < after.start);
    cr_assert(back.start == w.start && back.end == w.end);
    cr_assert(forth.start == w.start && forth.end == w.end);
    cr_assert(again.start == w.start && again.end == w.end);
    if (spec->kind != WINDOW_FIXED || spec->length_ms == spec->every_ms)
        cr_assert(before.end == w.start && w.end == after.start && !window_holds(before, t));
}

Test(window, fixed_windows_have_their_neighbours)
{
    uint64_t seed = 1;

    for (int i = 0; i < 20000; i++) {
        dur_ms every = (dur_ms)(1 + random_next(&seed) % 10000) * MINUTE_MS;
        dur_ms length = every * (dur_ms)(1 + random_next(&seed) % 4);
        struct window_spec spec =
            fixed(every, length, (dur_ms)(random_next(&seed) % (uint64_t)every));
        evtime_ms t = (evtime_ms)(random_next(&seed) % (uint64_t)EVTIME_MAX);
        int n = 0;

        expect_neighbours(&spec, t);
        for (struct window w = window_last_holding(&spec, t); window_holds(w, t);
             w = window_previous(&spec, w))
            n++;
        cr_assert_eq(n, length / every);
    }
}

/* From one window to the next through 140 years: they tile the line, and their edges are minutes.
 */
Test(window, calendar_windows_tile_the_time_line)
{
    uint64_t seed = 2;

    for (int i = 0; i < N_ZONE_FILES; i++) {
        struct tz *tz = zone_file_read(&zone_files[i]);

        for (int k = 0; k < N_CALENDAR_KINDS; k++) {
            struct window_spec spec = calendar(calendar_kinds[k], tz);
            bool fits = window_fits_pane(&spec, MINUTE_MS);
            evtime_ms end = at("2110-01-01T00:00:00Z");

            cr_expect(fits == (strcmp(zone_files[i].name, "Africa/Monrovia") != 0));
            for (struct window w = window_last_holding(&spec, 0); w.start < end;) {
                struct window next = window_next(&spec, w);

                cr_assert(w.end == next.start && next.start < next.end);
                cr_assert(!fits || (w.end % MINUTE_MS == 0));
                w = next;
            }
            for (int n = 0; n < 300; n++)
                expect_neighbours(&spec, (evtime_ms)(random_next(&seed) % (uint64_t)EVTIME_MAX));
        }
        tz_free(&tz);
    }
}

/* No day is longer than 25 hours or shorter than 23, but where the date line moved. */
Test(window, days_last_about_a_day)
{
    for (int i = 0; i < N_ZONE_FILES; i++) {
        struct tz *tz = zone_file_read(&zone_files[i]);
        struct window_spec spec = calendar(WINDOW_DAY, tz);
        int odd = 0;

        for (struct window w = window_last_holding(&spec, at("1980-01-01T00:00:00Z"));
             w.start < at("2100-01-01T00:00:00Z"); w = window_next(&spec, w)) {
            dur_ms length = w.end - w.start;

            cr_assert(length >= 23 * HOUR_MS && length <= 25 * HOUR_MS, "%s", zone_files[i].name);
            odd += length != DAY_MS;
        }
        if (strcmp(zone_files[i].name, "Europe/Berlin") == 0)
            cr_expect_eq(odd, 240); /* two a year since 1980 */
        tz_free(&tz);
    }
}

Test(window, panes_must_divide_what_windows_are_made_of)
{
    struct tz *kathmandu = zone_named("Asia/Kathmandu");
    struct window_spec hopping = fixed(10 * MINUTE_MS, HOUR_MS, 5 * MINUTE_MS);
    struct window_spec day = calendar(WINDOW_DAY, kathmandu);
    struct window_spec utc_day = calendar(WINDOW_DAY, tz_utc());

    cr_expect(window_fits_pane(&hopping, 5 * MINUTE_MS));
    cr_expect(window_fits_pane(&hopping, MINUTE_MS));
    cr_expect(!window_fits_pane(&hopping, 10 * MINUTE_MS));
    cr_expect(!window_fits_pane(&hopping, 7 * SECOND_MS));
    cr_expect(window_fits_pane(&day, 15 * MINUTE_MS));
    cr_expect(!window_fits_pane(&day, HOUR_MS));
    cr_expect(!window_fits_pane(&day, 7 * MINUTE_MS));
    cr_expect(window_fits_pane(&utc_day, DAY_MS));
    cr_expect(!window_fits_pane(&utc_day, 2 * (dur_ms)DAY_MS));
    tz_free(&kathmandu);
}

Test(window, a_spec_without_a_length_is_a_bug, .signal = SIGABRT)
{
    struct window_spec spec = fixed(0, 0, 0);

    window_last_holding(&spec, 0);
}

Test(settings, dimensions_have_the_names_of_the_contract)
{
    static const char *const names[] = {
        "channel", "queue",        "team",          "agent",  "priority", "severity", "issue_type",
        "product", "product_line", "customer_tier", "region", "language", "brand",    "custom"};

    for (int i = 0; i < DIMENSION_COUNT; i++)
        cr_expect_str_eq(dimension_names[i], names[i]);
    cr_expect_eq(DIMENSION_COUNT, sizeof(names) / sizeof(names[0]));
}

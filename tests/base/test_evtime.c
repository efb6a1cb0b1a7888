/* SPDX-License-Identifier: Apache-2.0 */
#include "base/evtime.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <stdio.h>

struct parse_case {
    const char *text;
    bool ok;
    evtime_ms ms;
};

static const struct parse_case parse_cases[] = {
    {"1970-01-01T00:00:00Z", true, 0},
    {"2026-03-02T08:05:12Z", true, 1772438712000},
    {"2026-03-02T08:05:12.345Z", true, 1772438712345},
    {"2026-03-02 08:05:12.3Z", true, 1772438712300},
    {"2026-03-02t08:05:12.34z", true, 1772438712340},
    {"2026-03-02T08:05:12.3459999999999999999999Z", true, 1772438712345},
    {"2026-03-02T09:05:12+01:00", true, 1772438712000},
    {"2026-03-02T02:35:12.345-05:30", true, 1772438712345},
    {"2026-03-02T08:05:12-00:00", true, 1772438712000},
    {"2026-03-03T08:04:12+23:59", true, 1772438712000},
    {"1969-12-31T23:59:59.9999Z", true, -1},
    {"0000-01-01T00:00:00Z", true, -62167219200000},
    {"9999-12-31T23:59:59.999Z", true, 253402300799999},
    {"2016-12-31T23:59:60Z", true, 1483228800000},
    {"2016-12-31T23:59:60.250Z", true, 1483228800250},
    {"2024-02-29T00:00:00Z", true, 1709164800000},
    {"2000-02-29T00:00:00Z", true, 951782400000},
    {"2023-02-29T00:00:00Z", false, 0},
    {"1900-02-29T00:00:00Z", false, 0},
    {"2026-04-31T00:00:00Z", false, 0},
    {"2026-13-01T00:00:00Z", false, 0},
    {"2026-00-01T00:00:00Z", false, 0},
    {"2026-01-00T00:00:00Z", false, 0},
    {"2026-03-02T24:00:00Z", false, 0},
    {"2026-03-02T08:60:00Z", false, 0},
    {"2026-03-02T08:00:61Z", false, 0},
    {"2026-03-02T08:05:12", false, 0},
    {"2026-03-02T08:05:12.345", false, 0},
    {"2026-03-02T08:05:12.Z", false, 0},
    {"2026-03-02T08:05:12ZZ", false, 0},
    {"2026-03-02T08:05:12Z ", false, 0},
    {"2026-03-02T08:05:12+24:00", false, 0},
    {"2026-03-02T08:05:12+01:60", false, 0},
    {"2026-03-02T08:05:12+0100", false, 0},
    {"2026-03-02T08:05:12+01", false, 0},
    {"2026-03-02T08:05Z", false, 0},
    {"2026-3-2T08:05:12Z", false, 0},
    {"2026-03-02", false, 0},
    {"2026/03/02T08:05:12Z", false, 0},
    {"2026-03-02X08:05:12Z", false, 0},
    {"20x6-03-02T08:05:12Z", false, 0},
    {"+026-03-02T08:05:12Z", false, 0},
    {"1772438712000", false, 0},
    {"", false, 0},
};

Test(evtime, parses_rfc_3339_and_nothing_else)
{
    for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
        const struct parse_case *c = &parse_cases[i];
        evtime_ms t = 42;
        bool ok = evtime_parse(str_from(c->text), &t);

        cr_expect(ok == c->ok, "%s", c->text);
        cr_expect(t == (c->ok ? c->ms : 42), "%s: %lld", c->text, (long long)t);
    }
}

Test(evtime, every_shorter_text_is_refused)
{
    struct str whole = STR("2026-03-02T08:05:12.345+01:00");
    evtime_ms t;

    cr_assert(evtime_parse(whole, &t));
    for (size_t n = 0; n < whole.n; n++) {
        /* In a block of its own size, so that a sanitizer sees a byte read behind the end. */
        char *copy = n > 0 ? malloc(n) : NULL;

        if (n > 0)
            memcpy(copy, whole.p, n);
        cr_expect(!evtime_parse(str_of(copy, n), &t), "%zu", n);
        free(copy);
    }
}

/* Counts the days of ten thousand years one after the other. */
Test(evtime, dates_agree_with_counting)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -719528; /* 0000-01-01 */

    for (int year = 0; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            int length = lengths[month - 1] + (month == 2 && leap);

            for (int day = 1; day <= length; day++, days++) {
                int y;
                int m;
                int d;

                if (days_of_date(year, month, day) != days)
                    cr_assert_fail("%d-%d-%d", year, month, day);
                date_of_days(days, &y, &m, &d);
                if (y != year || m != month || d != day)
                    cr_assert_fail("%lld is %d-%d-%d", (long long)days, y, m, d);
            }
        }
    cr_expect_eq(days, 2932897);
    cr_expect_eq(days_of_date(1970, 1, 1), 0);
    cr_expect_eq(days_of_date(-1, 12, 31), -719529);
}

static void
expect_text(evtime_ms t, const char *text)
{
    struct strbuf b = {0};

    strbuf_add_char(&b, '<');
    evtime_add_text(&b, t);
    cr_expect(b.n == 25 && memcmp(b.p + 1, text, 24) == 0, "%.*s, not %s", STR_ARG(strbuf_str(&b)),
              text);
    strbuf_fini(&b);
}

Test(evtime, writes_three_digits_of_milliseconds)
{
    expect_text(0, "1970-01-01T00:00:00.000Z");
    expect_text(1772438712345, "2026-03-02T08:05:12.345Z");
    expect_text(1772438712007, "2026-03-02T08:05:12.007Z");
    expect_text(-1, "1969-12-31T23:59:59.999Z");
    expect_text(-62167219200000, "0000-01-01T00:00:00.000Z");
    expect_text(253402300799999, "9999-12-31T23:59:59.999Z");
}

Test(evtime, text_reads_back)
{
    uint64_t seed = 7;
    struct strbuf b = {0};

    for (int i = 0; i < 200000; i++) {
        evtime_ms t;
        evtime_ms back;

        uint64_t r = random_next(&seed);

        t = (int64_t)(r >> 16) % 315569520000000 - 62167219200000;
        strbuf_clear(&b);
        evtime_add_text(&b, t);
        if (!evtime_parse(strbuf_str(&b), &back) || back != t)
            cr_assert_fail("%lld: %.*s", (long long)t, STR_ARG(strbuf_str(&b)));
    }
    strbuf_fini(&b);
}

Test(evtime, floor_and_ceil_go_towards_their_ends)
{
    for (int64_t t = -50; t <= 50; t++)
        for (int64_t step = 1; step <= 12; step++) {
            int64_t low = floor_to(t, step);
            int64_t high = ceil_to(t, step);

            cr_assert(low % step == 0 && low <= t && t - low < step);
            cr_assert(high % step == 0 && high >= t && high - t < step);
        }
}

struct duration_case {
    const char *text;
    bool ok;
    dur_ms ms;
};

static const struct duration_case duration_cases[] = {
    {"250ms", true, 250},
    {"90s", true, 90000},
    {"15m", true, 900000},
    {"4h", true, 14400000},
    {"2d", true, 172800000},
    {"1h30m", true, 5400000},
    {"1d2h3m4s5ms", true, 93784005},
    {"1d5ms", true, 86400005},
    {"1h90m", true, 9000000},
    {"0s", true, 0},
    {"3650d", true, 315360000000},
    {"007s", true, 7000},
    {"106751991167d", true, 9223372036828800000},
    {"106751991168d", false, 0},
    {"9223372036854775807ms", true, INT64_MAX},
    {"9223372036854775808ms", false, 0},
    {"106751991167d106751991167h", false, 0},
    {"", false, 0},
    {"15", false, 0},
    {"m", false, 0},
    {"15 m", false, 0},
    {" 15m", false, 0},
    {"15m ", false, 0},
    {"30m1h", false, 0},
    {"1m1m", false, 0},
    {"1ms1s", false, 0},
    {"-1s", false, 0},
    {"1.5h", false, 0},
    {"1w", false, 0},
    {"1H", false, 0},
    {"1h30", false, 0},
};

Test(evtime, parses_durations)
{
    for (size_t i = 0; i < sizeof(duration_cases) / sizeof(duration_cases[0]); i++) {
        const struct duration_case *c = &duration_cases[i];
        dur_ms d = 42;
        bool ok = duration_parse(str_from(c->text), &d);

        cr_expect(ok == c->ok, "%s", c->text);
        cr_expect(d == (c->ok ? c->ms : 42), "%s: %lld", c->text, (long long)d);
    }
}

static void
expect_duration(dur_ms d, const char *text)
{
    struct strbuf b = {0};

    duration_add_text(&b, d);
    cr_expect(str_equal(strbuf_str(&b), str_from(text)), "%.*s, not %s", STR_ARG(strbuf_str(&b)),
              text);
    strbuf_fini(&b);
}

Test(evtime, writes_durations_largest_unit_first)
{
    expect_duration(0, "0s");
    expect_duration(250, "250ms");
    expect_duration(90000, "1m30s");
    expect_duration(5400000, "1h30m");
    expect_duration(93784005, "1d2h3m4s5ms");
    expect_duration(86400005, "1d5ms");
    expect_duration(-5400000, "-1h30m");
    expect_duration(INT64_MAX, "106751991167d7h12m55s807ms");
    expect_duration(INT64_MIN, "-106751991167d7h12m55s808ms");
}

Test(evtime, duration_text_reads_back)
{
    uint64_t seed = 11;
    struct strbuf b = {0};

    for (int i = 0; i < 50000; i++) {
        dur_ms d;
        dur_ms back;

        uint64_t r = random_next(&seed);

        d = (int64_t)(r >> (1 + r % 60));
        strbuf_clear(&b);
        duration_add_text(&b, d);
        if (!duration_parse(strbuf_str(&b), &back) || back != d)
            cr_assert_fail("%lld: %.*s", (long long)d, STR_ARG(strbuf_str(&b)));
    }
    strbuf_fini(&b);
}

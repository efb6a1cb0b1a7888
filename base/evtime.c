/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and calendar arithmetic for instants, by hand: the C library's would ask for a struct tm and
 * the zone of the process, and every event of a file passes through here once.
 *
 * Dates are counted in years that begin on 1 March, so that the leap day is the last day of its
 * year, in eras of 400 years (146,097 days), which all have the same shape.
 */
#include "base/evtime.h"

#include "base/check.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

int64_t
days_of_date(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_to(y, 400) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - DAYS_TO_1970;
}

void
date_of_days(int64_t days, int *year, int *month, int *day)
{
    int64_t from_march = days + DAYS_TO_1970;
    int64_t era = floor_to(from_march, DAYS_PER_ERA) / DAYS_PER_ERA;
    unsigned d = (unsigned)(from_march - era * DAYS_PER_ERA);
    unsigned year_of_era = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    unsigned day_of_year = d - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned m = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)((int64_t)year_of_era + era * 400 + (m >= 10));
}

static unsigned
digit(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* Two digits at `p`; anything else gives a number over 99. */
static unsigned
two_digits(const char *p)
{
    unsigned tens = digit(p[0]);
    unsigned ones = digit(p[1]);

    return tens <= 9 && ones <= 9 ? tens * 10 + ones : 1000;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
    if (month == 2)
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* "2026-03-02" at `p`, ten bytes. */
static bool
parse_date(const char *p, int64_t *ret_days)
{
    unsigned century = two_digits(p);
    unsigned year_of_century = two_digits(p + 2);
    unsigned month = two_digits(p + 5);
    unsigned day = two_digits(p + 8);
    unsigned year = century * 100 + year_of_century;

    if (century > 99 || year_of_century > 99 || p[4] != '-' || p[7] != '-')
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *ret_days = days_of_date((int)year, (int)month, (int)day);
    return true;
}

/* "Z" or "+01:00", and nothing behind it. */
static bool
parse_offset(const char *p, const char *end, int *ret_minutes)
{
    unsigned hours;
    unsigned minutes;

    *ret_minutes = 0;
    if (end - p == 1)
        return *p == 'Z' || *p == 'z';
    if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
        return false;
    hours = two_digits(p + 1);
    minutes = two_digits(p + 4);
    if (hours > 23 || minutes > 59)
        return false;
    *ret_minutes = (int)(hours * 60 + minutes);
    if (*p == '-')
        *ret_minutes = -*ret_minutes;
    return true;
}

bool
evtime_parse(struct str text, evtime_ms *ret)
{
    const char *p = text.p;
    const char *end = p + text.n;
    int64_t days;
    int64_t ms;
    int offset_minutes;

    if (text.n < 20 || !parse_date(p, &days))
        return false;
    if ((p[10] != 'T' && p[10] != 't' && p[10] != ' ') || p[13] != ':' || p[16] != ':')
        return false;
    unsigned hour = two_digits(p + 11);
    unsigned minute = two_digits(p + 14);
    unsigned second = two_digits(p + 17);

    if (hour > 23 || minute > 59 || second > 60)
        return false;
    ms = days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
    p += 19;
    if (*p == '.') {
        int64_t worth = 100;
        const char *first = ++p;

        for (; p < end && digit(*p) <= 9; p++, worth /= 10)
            ms += digit(*p) * worth;
        if (p == first)
            return false;
    }
    if (!parse_offset(p, end, &offset_minutes))
        return false;
    *ret = ms - offset_minutes * INT64_C(60000);
    return true;
}

static void
put_two(char *p, unsigned v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
}

void
evtime_add_text(struct strbuf *b, evtime_ms t)
{
    char *p = strbuf_reserve(b, 24);
    int64_t midnight = floor_to(t, DAY_MS);
    unsigned rest = (unsigned)(t - midnight);
    int year;
    int month;
    int day;

    date_of_days(midnight / DAY_MS, &year, &month, &day);
    CHECK(year >= 0 && year <= 9999);
    memcpy(p, "0000-00-00T00:00:00.000Z", 24);
    put_two(p, (unsigned)year / 100);
    put_two(p + 2, (unsigned)year % 100);
    put_two(p + 5, (unsigned)month);
    put_two(p + 8, (unsigned)day);
    put_two(p + 11, rest / HOUR_MS);
    put_two(p + 14, rest / MINUTE_MS % 60);
    put_two(p + 17, rest / SECOND_MS % 60);
    p[20] = (char)('0' + rest % SECOND_MS / 100);
    put_two(p + 21, rest % 100);
    strbuf_added(b, 24);
}

/* The units of a duration, the largest first: the order in which a sum must name them. */
static const struct {
    char name[3];
    dur_ms ms;
} units[] = {{"d", DAY_MS}, {"h", HOUR_MS}, {"m", MINUTE_MS}, {"s", SECOND_MS}, {"ms", 1}};

enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

bool
duration_parse(struct str text, dur_ms *ret)
{
    const char *p = text.p;
    const char *end = p + text.n;
    int64_t sum = 0;
    size_t unit = 0;

    if (text.n == 0)
        return false;
    while (p < end) {
        const char *digits = p;
        const char *name;
        int64_t v = 0;

        for (; p < end && digit(*p) <= 9; p++)
            if (__builtin_mul_overflow(v, INT64_C(10), &v) ||
                __builtin_add_overflow(v, (int64_t)digit(*p), &v))
                return false;
        if (p == digits)
            return false;
        for (name = p; p < end && digit(*p) > 9; p++)
            ;
        while (unit < N_UNITS &&
               !str_equal(str_of(name, (size_t)(p - name)), str_from(units[unit].name)))
            unit++;
        if (unit == N_UNITS || __builtin_mul_overflow(v, units[unit].ms, &v) ||
            __builtin_add_overflow(sum, v, &sum))
            return false;
        unit++;
    }
    *ret = sum;
    return true;
}

void
duration_add_text(struct strbuf *b, dur_ms d)
{
    if (d == 0) {
        strbuf_add(b, STR("0s"));
        return;
    }
    /* Taken apart as it stands, so that INT64_MIN needs no absolute value. */
    if (d < 0)
        strbuf_add_char(b, '-');
    for (size_t i = 0; i < N_UNITS; i++) {
        int64_t v = d / units[i].ms;

        d -= v * units[i].ms;
        if (v == 0)
            continue;
        strbuf_add_int(b, v < 0 ? -v : v);
        strbuf_add(b, str_from(units[i].name));
    }
}

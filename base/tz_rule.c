/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tz_rule.h"

#include "base/check.h"
#include "base/evtime.h"

enum { HOUR_S = 3600, DAY_S = 86400, HOURS_MAX = 167 };

/* What is left of the text; each take_ function moves it forward, or returns false. */
struct rest {
    const char *p;
    const char *end;
};

static bool
take_char(struct rest *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool
take_number(struct rest *r, int low, int high, int *ret)
{
    const char *first = r->p;
    int v = 0;

    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9' && r->p - first < 4; r->p++)
        v = v * 10 + (*r->p - '0');
    if (r->p == first || v < low || v > high)
        return false;
    *ret = v;
    return true;
}

/* "CEST" or "<+01>". */
static bool
take_name(struct rest *r)
{
    bool quoted = take_char(r, '<');
    const char *first = r->p;

    for (; r->p < r->end; r->p++) {
        char c = *r->p;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!letter && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-')))
            break;
    }
    return r->p - first >= 3 && (!quoted || take_char(r, '>'));
}

/* "-1", "2:30", "+167:59:59", in seconds. */
static bool
take_time(struct rest *r, int32_t *ret_s)
{
    bool minus = take_char(r, '-');
    int hours;
    int minutes = 0;
    int seconds = 0;

    if (!minus)
        (void)take_char(r, '+');
    if (!take_number(r, 0, HOURS_MAX, &hours))
        return false;
    if (take_char(r, ':')) {
        if (!take_number(r, 0, 59, &minutes))
            return false;
        if (take_char(r, ':') && !take_number(r, 0, 59, &seconds))
            return false;
    }
    *ret_s = hours * HOUR_S + minutes * 60 + seconds;
    if (minus)
        *ret_s = -*ret_s;
    return true;
}

/* ",M3.5.0/2". */
static bool
take_change(struct rest *r, struct tz_rule_change *ret)
{
    *ret = (struct tz_rule_change){.form = TZ_RULE_DAY, .time_s = 2 * HOUR_S};
    if (!take_char(r, ','))
        return false;
    if (take_char(r, 'M')) {
        ret->form = TZ_RULE_WEEKDAY;
        if (!take_number(r, 1, 12, &ret->month) || !take_char(r, '.') ||
            !take_number(r, 1, 5, &ret->week) || !take_char(r, '.') ||
            !take_number(r, 0, 6, &ret->day))
            return false;
    } else if (take_char(r, 'J')) {
        ret->form = TZ_RULE_JULIAN;
        if (!take_number(r, 1, 365, &ret->day))
            return false;
    } else if (!take_number(r, 0, 365, &ret->day)) {
        return false;
    }
    return !take_char(r, '/') || take_time(r, &ret->time_s);
}

bool
tz_rule_parse(struct str text, struct tz_rule *ret)
{
    struct rest r = {.p = text.p, .end = text.p + text.n};
    struct tz_rule rule = {0};
    int32_t west_s;

    if (!take_name(&r) || !take_time(&r, &west_s) || west_s < -DAY_S || west_s > DAY_S)
        return false;
    rule.standard_s = -west_s;
    if (r.p < r.end) {
        rule.has_daylight = true;
        if (!take_name(&r))
            return false;
        rule.daylight_s = rule.standard_s + HOUR_S;
        if (r.p < r.end && *r.p != ',') {
            if (!take_time(&r, &west_s) || west_s < -DAY_S || west_s > DAY_S)
                return false;
            rule.daylight_s = -west_s;
        }
        if (!take_change(&r, &rule.start) || !take_change(&r, &rule.end) || r.p < r.end)
            return false;
    }
    *ret = rule;
    return true;
}

/* The day of the change, in days since 1970. */
static int64_t
day_of_change(const struct tz_rule_change *c, int year)
{
    int64_t first;
    int64_t next_month;
    int64_t day;

    if (c->form == TZ_RULE_DAY)
        return days_of_date(year, 1, 1) + c->day;
    if (c->form == TZ_RULE_JULIAN) {
        /* Counted within the two parts of the year that leap years do not change. */
        bool before_march = c->day <= 31 + 28;

        return before_march ? days_of_date(year, 1, 1) + c->day - 1
                            : days_of_date(year, 3, 1) + c->day - (31 + 28 + 1);
    }
    first = days_of_date(year, c->month, 1);
    next_month = c->month < 12 ? days_of_date(year, c->month + 1, 1) : days_of_date(year + 1, 1, 1);
    /* 1970-01-04 was a Sunday. */
    day = 3 + c->day + ceil_to(first - 3 - c->day, 7) + 7 * (c->week - 1);
    return day < next_month ? day : day - 7;
}

void
tz_rule_changes(const struct tz_rule *rule, int year, int64_t *ret_start, int64_t *ret_end)
{
    CHECK(rule->has_daylight);
    *ret_start = day_of_change(&rule->start, year) * DAY_S + rule->start.time_s - rule->standard_s;
    *ret_end = day_of_change(&rule->end, year) * DAY_S + rule->end.time_s - rule->daylight_s;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tz_rule: the last line of a TZif file, which says how a zone goes on behind its table, in
 * the form of POSIX's TZ with RFC 8536's extensions: "CET-1CEST,M3.5.0,M10.5.0/3", "<+01>-1".
 */
#ifndef BASE_TZ_RULE_H
#define BASE_TZ_RULE_H

#include "base/str.h"

enum tz_rule_form {
    TZ_RULE_JULIAN,  /* Jn: day n in 1..365 of the year, 29 February never counted */
    TZ_RULE_DAY,     /* n: day n in 0..365 of the year */
    TZ_RULE_WEEKDAY, /* Mm.w.d: the w-th (5: last) weekday d (0: Sunday) of month m */
};

/* When the clocks change in a year. */
struct tz_rule_change {
    enum tz_rule_form form;
    int day; /* JULIAN, DAY: n; WEEKDAY: d */
    int week;
    int month;
    int32_t
        time_s; /* of the day, on the clock before the change; may be negative or of later days */
};

struct tz_rule {
    int32_t standard_s; /* east of UTC */
    int32_t daylight_s; /* may be less than standard_s, as in Dublin */
    bool has_daylight;
    struct tz_rule_change start; /* of daylight_s */
    struct tz_rule_change end;
};

/* False if the text (not empty) is not a TZ string, or has daylight time without dates. */
bool tz_rule_parse(struct str text, struct tz_rule *ret);

/* The instants, in seconds since 1970, at which daylight time of that year starts and ends. */
void tz_rule_changes(const struct tz_rule *rule, int year, int64_t *ret_start, int64_t *ret_end);

#endif

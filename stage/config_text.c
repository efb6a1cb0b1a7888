/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/config_text.h"

#include "base/evtime.h"

bool
text_count(struct str text, uint64_t min, uint64_t max, uint64_t *ret)
{
    uint64_t number = 0;

    if (text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        uint64_t digit = (uint64_t)(unsigned char)text.p[i] - '0';

        if (digit > 9 || digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number < min)
        return false;
    *ret = number;
    return true;
}

bool
text_number(struct str text, double *ret)
{
    static const double tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    bool is_negative = text.n > 0 && text.p[0] == '-';
    const char *dot;
    uint64_t whole, decimals = 0;
    struct str rest;

    if (is_negative)
        text = str_of(text.p + 1, text.n - 1);
    dot = text.n > 0 ? memchr(text.p, '.', text.n) : NULL;
    rest = dot != NULL ? str_of(dot + 1, text.n - (size_t)(dot - text.p) - 1) : STR("");
    if (dot != NULL && (rest.n > 6 || !text_count(rest, 0, 999999, &decimals)))
        return false;
    if (!text_count(str_of(text.p, text.n - rest.n - (dot != NULL)), 0, 1000000000, &whole))
        return false;
    *ret = (double)whole + (double)decimals / tens[rest.n];
    if (is_negative)
        *ret = -*ret;
    return true;
}

bool
text_scale(struct str text, double *ret_low, double *ret_high)
{
    const char *dash = text.n > 1 ? memchr(text.p + 1, '-', text.n - 1) : NULL;
    double low, high;

    if (dash == NULL || !text_number(str_of(text.p, (size_t)(dash - text.p)), &low) ||
        !text_number(str_of(dash + 1, text.n - (size_t)(dash - text.p) - 1), &high) || low >= high)
        return false;
    *ret_low = low;
    *ret_high = high;
    return true;
}

bool
text_date(struct str text, int64_t *ret)
{
    uint64_t year, month, day;
    int back_year, back_month, back_day;
    int64_t days;

    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !text_count(str_of(text.p, 4), 0, 9999, &year) ||
        !text_count(str_of(text.p + 5, 2), 1, 12, &month) ||
        !text_count(str_of(text.p + 8, 2), 1, 31, &day))
        return false;
    /* A day that the month does not have would come back as another one. */
    days = days_of_date((int)year, (int)month, (int)day);
    date_of_days(days, &back_year, &back_month, &back_day);
    if (back_month != (int)month)
        return false;
    *ret = days;
    return true;
}

bool
text_time_of_day(struct str text, unsigned *ret)
{
    uint64_t hours, minutes;

    if (text.n != 5 || text.p[2] != ':' || !text_count(str_of(text.p, 2), 0, 24, &hours) ||
        !text_count(str_of(text.p + 3, 2), 0, 59, &minutes) || (hours == 24 && minutes > 0))
        return false;
    *ret = (unsigned)(hours * 60 + minutes);
    return true;
}

bool
text_percent(struct str text, unsigned *ret)
{
    uint64_t percent;

    if (text.n == 0 || text.p[text.n - 1] != '%' ||
        !text_count(str_of(text.p, text.n - 1), 1, 99, &percent))
        return false;
    *ret = (unsigned)percent;
    return true;
}

bool
text_range(struct str text, uint64_t *ret_min, uint64_t *ret_max)
{
    const char *dot = text.n > 0 ? memchr(text.p, '.', text.n) : NULL;
    size_t n = dot != NULL ? (size_t)(dot - text.p) : 0;

    return dot != NULL && n + 2 < text.n && dot[1] == '.' &&
           text_count(str_of(text.p, n), 0, UINT64_MAX, ret_min) &&
           text_count(str_of(dot + 2, text.n - n - 2), 0, UINT64_MAX, ret_max);
}

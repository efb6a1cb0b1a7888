/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/people.h"

#include "base/evtime.h"
#include "stage/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum { NANOS = 1000000000, DIGITS_MAX = 20 };

__attribute__((format(printf, 1, 0))) static void
say(const char *format, va_list arguments)
{
    (void)fputs("ticketstream: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

void
people_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

bool
people_refuse(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return false;
}

void
people_add_number(struct strbuf *out, uint64_t n)
{
    char digits[DIGITS_MAX + DIGITS_MAX / 3];
    size_t at = sizeof(digits);

    for (unsigned i = 0; n > 0 || i == 0; i++, n /= 10) {
        if (i > 0 && i % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + n % 10);
    }
    strbuf_add(out, str_of(digits + at, sizeof(digits) - at));
}

void
people_add_count(struct strbuf *out, uint64_t n, const char *one, const char *many)
{
    people_add_number(out, n);
    strbuf_addf(out, " %s", n == 1 ? one : many);
}

double
people_seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / NANOS;
}

bool
people_read_time(const char *text, int64_t *ret)
{
    uint64_t ms;

    if (option_number(text, EVTIME_MAX, &ms)) {
        *ret = (int64_t)ms;
        return true;
    }
    return evtime_parse(str_from(text), ret);
}

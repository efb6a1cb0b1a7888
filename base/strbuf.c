/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
strbuf_fini(struct strbuf *b)
{
    mem_free(b->p);
    *b = (struct strbuf){0};
}

void
strbuf_grow(struct strbuf *b, size_t more)
{
    size_t cap = b->cap > 0 ? b->cap : 64;

    while (cap - b->n < more)
        CHECK(!__builtin_mul_overflow(cap, (size_t)2, &cap));
    b->p = mem_resize(b->p, cap, 1);
    b->cap = cap;
}

void
strbuf_add(struct strbuf *b, struct str s)
{
    if (s.n == 0)
        return;
    memcpy(strbuf_reserve(b, s.n), s.p, s.n);
    b->n += s.n;
}

void
strbuf_addf(struct strbuf *b, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(n >= 0);
    strbuf_reserve(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

void
strbuf_add_int(struct strbuf *b, int64_t v)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (v < 0)
        strbuf_add_char(b, '-');
    strbuf_add(b, str_of(digits + at, sizeof(digits) - at));
}

/*
 * Whole numbers and thousandths are nearly all doubles that this program prints. At most 15 digits,
 * and dividing gives the same double back: so these digits are the shortest text.
 */
static bool
add_thousandths(struct strbuf *b, double v)
{
    int64_t n;
    int64_t rest;

    if (!(v > -1e12 && v < 1e12) || v == 0)
        return false;
    n = (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5));
    if ((double)n / 1000 != v)
        return false;
    if (n < 0) {
        strbuf_add_char(b, '-');
        n = -n;
    }
    strbuf_add_int(b, n / 1000);
    rest = n % 1000;
    if (rest > 0) {
        char text[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                        (char)('0' + rest % 10)};

        strbuf_add(b, str_of(text, rest % 10 > 0 ? 4 : rest % 100 > 0 ? 3 : 2));
    }
    return true;
}

void
strbuf_add_double(struct strbuf *b, double v)
{
    char text[32];
    int n = 0;

    CHECK(v - v == 0);
    if (add_thousandths(b, v))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    strbuf_add(b, str_of(text, (size_t)n));
}

void
strbuf_add_be32(struct strbuf *b, uint32_t v)
{
    char bytes[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};

    strbuf_add(b, str_of(bytes, 4));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

Test(strbuf, grows_and_keeps_what_is_there)
{
    struct strbuf b = {0};

    cr_expect(str_equal(strbuf_str(&b), STR("")));
    strbuf_add(&b, str_of(NULL, 0));
    cr_expect(b.p == NULL);
    for (int i = 0; i < 10000; i++)
        strbuf_addf(&b, "%d,", i);
    cr_expect_eq(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 9000 * 5);
    cr_expect(str_starts(strbuf_str(&b), STR("0,1,2,3,")));
    cr_expect(str_equal(str_of(b.p + b.n - 10, 10), STR("9998,9999,")));
    strbuf_clear(&b);
    strbuf_add(&b, STR("a\0b"));
    strbuf_add_char(&b, '!');
    strbuf_add_be32(&b, 0x01020304);
    cr_expect(str_equal(strbuf_str(&b), STR("a\0b!\1\2\3\4")));
    memcpy(strbuf_reserve(&b, 100000), "xyz", 3);
    cr_expect_eq(b.n, 8);
    strbuf_added(&b, 3);
    cr_expect(str_equal(strbuf_str(&b), STR("a\0b!\1\2\3\4xyz")));
    strbuf_fini(&b);
    cr_expect(b.p == NULL && b.n == 0 && b.cap == 0);
}

Test(strbuf, integers_agree_with_printf)
{
    static const int64_t ends[] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    uint64_t seed = 3;
    struct strbuf b = {0};

    for (int i = 0; i < 100000; i++) {
        uint64_t r = random_next(&seed);
        int64_t v = i < 9 ? ends[i] : (int64_t)r >> (r % 64);
        char text[32];

        snprintf(text, sizeof(text), "%" PRId64, v);
        strbuf_clear(&b);
        strbuf_add_int(&b, v);
        cr_assert(str_equal(strbuf_str(&b), str_from(text)), "%s", text);
    }
    strbuf_fini(&b);
}

static void
expect_double(double v, const char *text)
{
    struct strbuf b = {0};

    strbuf_add_double(&b, v);
    cr_expect(str_equal(strbuf_str(&b), str_from(text)), "%.*s, not %s", STR_ARG(strbuf_str(&b)),
              text);
    strbuf_fini(&b);
}

Test(strbuf, doubles_are_short)
{
    expect_double(0.0, "0");
    expect_double(0.875, "0.875");
    expect_double(61234.5, "61234.5");
    expect_double(0.1, "0.1");
    expect_double(0.1 + 0.2, "0.30000000000000004");
    expect_double(1.0 / 3.0, "0.3333333333333333");
    expect_double(1e22, "1e+22");
    expect_double(-2.5, "-2.5");
    expect_double(123456789012.0, "123456789012");
    expect_double(3155760000.0001, "3155760000.0001");
}

/* Reads back as the same bits; and no text of one digit less does. */
static void
check_double(struct strbuf *b, double v)
{
    char text[400];
    int digits = 0;

    strbuf_clear(b);
    strbuf_add_double(b, v);
    cr_assert(b->n < sizeof(text));
    memcpy(text, b->p, b->n);
    text[b->n] = '\0';
    double back = strtod(text, NULL);

    cr_assert(memcmp(&back, &v, sizeof(v)) == 0, "%a: %s", v, text);
    for (const char *p = text; *p != '\0' && *p != 'e'; p++)
        digits += *p >= '0' && *p <= '9' && (digits > 0 || *p != '0');
    if (digits > 15 && fabs(v) < 1e15) {
        snprintf(text, sizeof(text), "%.*g", digits - 1, v);
        cr_assert(strtod(text, NULL) != v, "%a: %s is shorter", v, text);
    }
}

Test(strbuf, doubles_read_back_bit_for_bit)
{
    uint64_t seed = 5;
    struct strbuf b = {0};

    for (int i = 0; i < 100000; i++) {
        uint64_t bits = random_next(&seed);
        double v;

        memcpy(&v, &bits, sizeof(v));
        if (isfinite(v))
            check_double(&b, v);
        check_double(&b, (double)(int64_t)(bits >> 20) / 1000.0);
        check_double(&b, (double)(bits % 10000) / (double)(1 + (bits >> 32) % 10000));
    }
    strbuf_fini(&b);
}

/* Thousandths are written without printf: it must not show. */
Test(strbuf, thousandths_agree_with_printf)
{
    uint64_t seed = 7;

    for (int i = 0; i < 200000; i++) {
        struct strbuf b = {0};
        unsigned bits = (unsigned)(random_next(&seed) % 50);
        double v = (double)(int64_t)(random_next(&seed) >> (14 + bits)) / 1000;
        char text[32];

        v = i % 2 == 0 ? v : -v;
        (void)snprintf(text, sizeof(text), "%.15g", v);
        strbuf_add_double(&b, v);
        if (strtod(text, NULL) == v)
            cr_assert(str_equal(strbuf_str(&b), str_from(text)), "%s: %.*s", text,
                      STR_ARG(strbuf_str(&b)));
        strbuf_fini(&b);
    }
}

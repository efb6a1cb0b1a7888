/* SPDX-License-Identifier: Apache-2.0 */
/* Ages: by hand at the borders, and against a list that has every ticket by itself. */
#include "aggregators/windows/ages.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <stdlib.h>

#define END (INT64_C(400) * DAY_MS)

static struct ages ages;
static struct age_histogram h;

static void
tear_down(void)
{
    ages_fini(&ages);
}

TestSuite(ages, .fini = tear_down);

static void
add_of_age(dur_ms age, int64_t count)
{
    ages_add(&ages, END - age, count);
}

static void
measure(void)
{
    ages_measure(&ages, END, &h);
}

static void
expect_classes(const int64_t expected[AGE_CLASSES])
{
    for (int i = 0; i < AGE_CLASSES; i++)
        cr_expect(h.classes[i] == expected[i], "class %d: %lld, not %lld", i,
                  (long long)h.classes[i], (long long)expected[i]);
}

Test(ages, of_nobody_are_zero)
{
    measure();
    cr_expect_eq(h.n, 0);
    expect_classes((const int64_t[AGE_CLASSES]){0});
}

Test(ages, class_takes_its_lower_border)
{
    static const int days[AGE_CLASSES] = {0, 1, 3, 7, 14, 30};

    for (int i = 0; i < AGE_CLASSES; i++) {
        add_of_age(days[i] * (dur_ms)DAY_MS, 1);
        if (i > 0)
            add_of_age(days[i] * (dur_ms)DAY_MS - 1, 10);
    }
    measure();
    expect_classes((const int64_t[AGE_CLASSES]){11, 11, 11, 11, 11, 1});
    cr_expect_eq(h.n, 56);
    cr_expect_eq(h.max_ms, 30 * (dur_ms)DAY_MS);
}

Test(ages, percentiles_are_nearest_rank)
{
    for (int i = 1; i <= 10; i++)
        add_of_age(i * (dur_ms)HOUR_MS, 1);
    measure();
    cr_expect_eq(h.p50_ms, 5 * (dur_ms)HOUR_MS);
    cr_expect_eq(h.p90_ms, 9 * (dur_ms)HOUR_MS);
    cr_expect_eq(h.max_ms, 10 * (dur_ms)HOUR_MS);
    add_of_age(11 * (dur_ms)HOUR_MS, 1);
    measure();
    cr_expect_eq(h.p50_ms, 6 * (dur_ms)HOUR_MS, "element 5.5, rounded up");
    cr_expect_eq(h.p90_ms, 10 * (dur_ms)HOUR_MS, "element 9.9, rounded up");
}

Test(ages, of_one_are_its_own)
{
    add_of_age(7, 1);
    measure();
    cr_expect(h.n == 1 && h.p50_ms == 7 && h.p90_ms == 7 && h.max_ms == 7);
}

Test(ages, many_of_one_birth_weigh_as_many)
{
    add_of_age(1, 89);
    add_of_age(2, 11);
    measure();
    cr_expect(h.p50_ms == 1 && h.p90_ms == 2);
    add_of_age(1, 1);
    add_of_age(2, -1);
    measure();
    cr_expect(h.p50_ms == 1 && h.p90_ms == 1 && h.max_ms == 2, "90 of 100 are of age 1");
}

Test(ages, counts_below_zero_count_as_none)
{
    add_of_age(5, -3);
    measure();
    cr_expect_eq(h.n, 0);
    add_of_age(9, 1);
    measure();
    cr_expect(h.n == 1 && h.p50_ms == 9 && h.max_ms == 9);
    add_of_age(5, 4);
    measure();
    cr_expect(h.n == 2 && h.p50_ms == 5, "what was missing is made good first");
}

Test(ages, birth_after_the_end_has_age_zero)
{
    ages_add(&ages, END + HOUR_MS, 2);
    measure();
    cr_expect(h.n == 2 && h.classes[0] == 2 && h.p50_ms == 0 && h.max_ms == 0);
}

Test(ages, what_cancels_is_gone)
{
    add_of_age(1, 2);
    add_of_age(3, 1);
    add_of_age(2, 1);
    add_of_age(2, -1);
    add_of_age(3, -1);
    add_of_age(4, 0);
    cr_expect_eq(ages.n, 1);
    add_of_age(1, -2);
    cr_expect_eq(ages.n, 0);
    add_of_age(8, 1);
    ages_clear(&ages);
    measure();
    cr_expect_eq(h.n, 0);
}

/* The naive twin: all changes, and one element for each ticket when asked. */
enum { STEPS = 400, BIRTHS = 40, COUNT_MAX = 5 };

static int
compare_ages(const void *a, const void *b)
{
    dur_ms x = *(const dur_ms *)a;
    dur_ms y = *(const dur_ms *)b;

    return (x > y) - (x < y);
}

static int
naive_class(dur_ms age)
{
    double days = (double)age / DAY_MS;

    return days < 1 ? 0 : days < 3 ? 1 : days < 7 ? 2 : days < 14 ? 3 : days < 30 ? 4 : 5;
}

static void
expect_as_naive(const int64_t *totals, dur_ms step, uint64_t seed)
{
    static dur_ms list[STEPS * COUNT_MAX];
    struct age_histogram expected = {.n = 0};
    size_t n = 0;

    for (int i = 0; i < BIRTHS; i++)
        for (int64_t k = 0; k < totals[i]; k++)
            list[n++] = i * step > 0 ? i * step : 0;
    qsort(list, n, sizeof(*list), compare_ages);
    for (size_t i = 0; i < n; i++)
        expected.classes[naive_class(list[i])]++;
    measure();
    expect_classes(expected.classes);
    cr_assert(h.n == (int64_t)n, "seed %llu", (unsigned long long)seed);
    if (n == 0)
        return;
    cr_assert(h.p50_ms == list[(n * 50 + 99) / 100 - 1], "p50, seed %llu",
              (unsigned long long)seed);
    cr_assert(h.p90_ms == list[(n * 90 + 99) / 100 - 1], "p90, seed %llu",
              (unsigned long long)seed);
    cr_assert(h.max_ms == list[n - 1], "max, seed %llu", (unsigned long long)seed);
}

Test(ages, are_those_of_a_list)
{
    static const dur_ms steps[] = {HOUR_MS, 6 * HOUR_MS, DAY_MS, DAY_MS + 1};

    for (uint64_t run = 1; run <= 60; run++) {
        int64_t totals[BIRTHS] = {0};
        dur_ms step = steps[run % 4];
        uint64_t seed = run;

        ages_clear(&ages);
        for (int i = 0; i < STEPS; i++) {
            int birth = (int)(random_next(&seed) % BIRTHS);
            int64_t count = (int64_t)(random_next(&seed) % (2 * COUNT_MAX)) - COUNT_MAX + 1;

            totals[birth] += count;
            add_of_age(birth * step, count);
            if (i % 50 == 49)
                expect_as_naive(totals, step, run);
        }
    }
}

Test(ages, order_of_adding_does_not_show)
{
    for (uint64_t run = 1; run <= 40; run++) {
        struct ages other = {0};
        int64_t changes[STEPS / 10][2];
        uint64_t seed = run;

        ages_clear(&ages);
        for (size_t i = 0; i < STEPS / 10; i++) {
            changes[i][0] = (int64_t)(random_next(&seed) % 8);
            changes[i][1] = (int64_t)(random_next(&seed) % 5) - 2;
            ages_add(&ages, changes[i][0], changes[i][1]);
        }
        for (size_t i = STEPS / 10; i-- > 0;)
            ages_add(&other, changes[i][0], changes[i][1]);
        cr_assert_eq(ages.n, other.n);
        for (uint32_t i = 0; i < ages.n; i++) {
            cr_assert(ages.v[i].birth == other.v[i].birth && ages.v[i].count == other.v[i].count);
            cr_assert(ages.v[i].count != 0 && (i == 0 || ages.v[i - 1].birth < ages.v[i].birth));
        }
        ages_fini(&other);
    }
}

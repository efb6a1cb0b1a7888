/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sketch against two things that share nothing with it: powers of 201/199 in whole numbers of
 * many limbs, and a twin that keeps every value and sorts.
 */
#include "base/sketch.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { LIMBS = 800, RANGE_DAYS = 36525 };

struct whole {
    uint32_t limb[LIMBS]; /* least significant first */
    unsigned n;
};

static void
whole_times(struct whole *ret, const struct whole *a, uint64_t b)
{
    wide carry = 0;
    unsigned n = 0;

    for (; n < a->n || carry > 0; n++) {
        carry += n < a->n ? (wide)a->limb[n] * b : 0;
        cr_assert(n < LIMBS);
        ret->limb[n] = (uint32_t)carry;
        carry >>= 32;
    }
    ret->n = n;
}

static int
whole_compare(const struct whole *a, const struct whole *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (unsigned i = a->n; i > 0; i--)
        if (a->limb[i - 1] != b->limb[i - 1])
            return a->limb[i - 1] < b->limb[i - 1] ? -1 : 1;
    return 0;
}

/* exact_edges[x] = floor((201/199)^(x-1)), by long arithmetic; [0] = 0. */
static uint64_t exact_edges[SKETCH_INDEX_MAX + 1];

static void
make_exact_edges(void)
{
    static struct whole up = {.limb = {1}, .n = 1};
    static struct whole down = {.limb = {1}, .n = 1};
    static struct whole product;

    for (unsigned x = 1; x <= SKETCH_INDEX_MAX; x++) {
        uint64_t low = exact_edges[x - 1]; /* low * down <= up < high * down */
        uint64_t high = low + low / 50 + 2;

        while (high - low > 1) {
            uint64_t middle = low + (high - low) / 2;

            whole_times(&product, &down, middle);
            if (whole_compare(&product, &up) <= 0)
                low = middle;
            else
                high = middle;
        }
        whole_times(&product, &down, low + 1);
        cr_assert(whole_compare(&product, &up) > 0);
        exact_edges[x] = low;
        whole_times(&up, &up, 201);
        whole_times(&down, &down, 199);
    }
}

static unsigned
exact_index(int64_t v)
{
    unsigned low = 0;
    unsigned high = SKETCH_INDEX_MAX;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (exact_edges[middle] < (uint64_t)v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

TestSuite(sketch, .init = make_exact_edges);

Test(sketch, range_ends_behind_a_hundred_years)
{
    uint64_t range = (uint64_t)RANGE_DAYS * DAY_MS;

    cr_expect(exact_edges[SKETCH_INDEX_MAX] >= range);
    cr_expect(exact_edges[SKETCH_INDEX_MAX - 1] < range);
    cr_expect_eq(sketch_index((int64_t)range), SKETCH_INDEX_MAX);
    cr_expect_eq(sketch_index((int64_t)exact_edges[SKETCH_INDEX_MAX] + 1), SKETCH_INDEX_MAX);
    cr_expect_eq(sketch_index(INT64_MAX), SKETCH_INDEX_MAX);
    cr_expect_eq(sketch_index(0), 0);
    cr_expect_eq(sketch_index(1), 1);
}

Test(sketch, index_is_exact_at_every_edge)
{
    for (unsigned x = 0; x < SKETCH_INDEX_MAX; x++) {
        int64_t edge = (int64_t)exact_edges[x];

        if (x > 0 && exact_edges[x - 1] == exact_edges[x]) {
            cr_expect(!sketch_index_occurs(x));
            continue;
        }
        cr_expect(sketch_index_occurs(x));
        cr_expect_eq(sketch_index(edge), x, "%u", x);
        cr_expect_eq(sketch_index(edge + 1), exact_index(edge + 1), "%u", x);
        cr_expect(sketch_index(edge + 1) > x);
    }
    cr_expect(sketch_index_occurs(SKETCH_INDEX_MAX));
    cr_expect(!sketch_index_occurs(SKETCH_INDEX_MAX + 1));
}

Test(sketch, index_agrees_with_a_search_everywhere)
{
    uint64_t seed = 1;

    for (int64_t v = 0; v < 300000; v++)
        if (sketch_index(v) != exact_index(v))
            cr_assert_fail("%lld", (long long)v);
    for (int i = 0; i < 300000; i++) {
        uint64_t r = random_next(&seed);
        int64_t v = (int64_t)(r >> (22 + r % 42));

        if (sketch_index(v) != exact_index(v))
            cr_assert_fail("%lld", (long long)v);
    }
}

/* In thousandths of a ms: |value - v| <= 0.005 v, without rounding. */
static bool
is_within_bound(double value, uint64_t v)
{
    int64_t thousandths = (int64_t)(value * 1000.0 + 0.5);
    int64_t off = thousandths - (int64_t)(v * 1000);

    return (off < 0 ? -off : off) * 200 <= (int64_t)(v * 1000);
}

Test(sketch, error_bound_holds_at_both_ends_of_every_bin)
{
    cr_expect_eq(sketch_value(0), 0.0);
    for (unsigned x = 1; x <= SKETCH_INDEX_MAX; x++) {
        uint64_t low = exact_edges[x - 1] + 1;
        uint64_t high = exact_edges[x];
        wide doubled; /* twice the thousandths of the harmonic mean, plus a half, for rounding */

        if (low > high)
            continue;
        doubled = ((wide)4000 * low * high + (low + high)) / (low + high);
        cr_expect_eq(sketch_value(x), (double)(uint64_t)(doubled / 2) / 1000.0, "%u", x);
        cr_expect(is_within_bound(sketch_value(x), low), "low end of %u", x);
        cr_expect(is_within_bound(sketch_value(x), high), "high end of %u", x);
        if (low == high)
            cr_expect_eq(sketch_value(x), (double)low);
    }
}

/* A twin that has every bin, and says what the sketch must look like. */
struct twin {
    int64_t count[SKETCH_INDEX_MAX + 1];
};

static void
expect_same(const struct sketch *s, const struct twin *t, const char *what)
{
    uint32_t n = 0;

    for (unsigned x = 0; x <= SKETCH_INDEX_MAX; x++) {
        if (t->count[x] == 0)
            continue;
        cr_assert(n < s->n, "%s: %u is missing", what, x);
        cr_assert(s->bins[n].index == x && s->bins[n].count == t->count[x], "%s: at %u", what, x);
        n++;
    }
    cr_assert_eq(n, s->n, "%s: too many bins", what);
    cr_assert(sketch_bins_are_valid(s->bins, s->n));
}

enum { N_SHAPES = 8 };

/* Durations of many shapes, from constant to all of the range. */
static int64_t
random_duration(unsigned shape, uint64_t *seed)
{
    uint64_t r = random_next(seed);

    switch (shape) {
    case 0:
        return (int64_t)(r % 100);
    case 1:
        return 61234;
    case 2:
        return (int64_t)(r % 4 == 0 ? 0 : r >> 40);
    case 3:
        return (int64_t)(r >> (22 + r % 42));
    case 4:
        return (int64_t)(r % HOUR_MS);
    case 5:
        return (int64_t)((r % 1000) * (random_next(seed) % 1000) * (random_next(seed) % 1000));
    case 6:
        return (int64_t)exact_edges[r % SKETCH_INDEX_MAX] + (int64_t)(r >> 63);
    default:
        return (int64_t)(r % 2 == 0 ? r % 5000 + 60000 : r % 100000 + 5 * (uint64_t)DAY_MS);
    }
}

static int
compare_durations(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
check_quantiles(unsigned shape, size_t n, uint64_t *seed)
{
    static const unsigned percents[] = {1, 25, 50, 50, 90, 95, 99, 100};
    int64_t *values = malloc(n * sizeof(*values));
    struct sketch s = {0};
    double got[8];

    for (size_t i = 0; i < n; i++) {
        values[i] = random_duration(shape, seed);
        sketch_add(&s, sketch_index(values[i]), 1);
    }
    qsort(values, n, sizeof(*values), compare_durations);
    sketch_quantiles(&s, percents, 8, got);
    cr_expect_eq(sketch_count(&s), (int64_t)n);
    cr_expect_eq(sketch_min(&s), sketch_value(exact_index(values[0])));
    cr_expect_eq(sketch_max(&s), sketch_value(exact_index(values[n - 1])));
    for (int i = 0; i < 8; i++) {
        size_t rank = (percents[i] * n + 99) / 100;

        cr_expect_eq(got[i], sketch_value(exact_index(values[rank - 1])), "shape %u, n %zu, p%u",
                     shape, n, percents[i]);
        if ((uint64_t)values[rank - 1] <= exact_edges[SKETCH_INDEX_MAX])
            cr_expect(is_within_bound(got[i], (uint64_t)values[rank - 1]));
    }
    free(values);
    sketch_fini(&s);
}

Test(sketch, quantiles_are_nearest_rank_of_the_sorted_values)
{
    uint64_t seed = 2;

    for (unsigned shape = 0; shape < N_SHAPES; shape++) {
        for (size_t n = 1; n <= 210; n++)
            check_quantiles(shape, n, &seed);
        check_quantiles(shape, 30011, &seed);
    }
}

Test(sketch, negative_bins_count_as_nothing_in_quantiles)
{
    static const unsigned percents[] = {50, 100};
    struct sketch s = {0};
    double got[2];

    sketch_add(&s, sketch_index(5), -3);
    sketch_add(&s, sketch_index(10), 2);
    sketch_add(&s, sketch_index(20), 2);
    sketch_add(&s, sketch_index(30), -1);
    cr_expect_eq(sketch_count(&s), 0);
    sketch_quantiles(&s, percents, 2, got);
    cr_expect_eq(got[0], 10.0);
    cr_expect_eq(got[1], 20.0);
    cr_expect_eq(sketch_min(&s), 10.0);
    cr_expect_eq(sketch_max(&s), 20.0);
    sketch_fini(&s);
}

Test(sketch, random_adds_and_takings_back_agree_with_the_twin)
{
    uint64_t seed = 3;

    for (int round = 0; round < 60; round++) {
        struct sketch s = {0};
        struct twin t = {0};
        unsigned shape = (unsigned)round % N_SHAPES;

        for (int i = 0; i < 2000; i++) {
            unsigned index = exact_index(random_duration(shape, &seed));
            int64_t count = (int64_t)(random_next(&seed) % 7) - 3;

            sketch_add(&s, index, count);
            t.count[index] += count;
        }
        expect_same(&s, &t, "add");
        sketch_clear(&s);
        cr_expect_eq(s.n, 0);
        sketch_fini(&s);
    }
}

Test(sketch, what_is_taken_back_leaves_nothing)
{
    uint64_t seed = 4;
    int64_t values[3000];
    struct sketch s = {0};
    struct sketch taken = {0};

    for (int i = 0; i < 3000; i++) {
        values[i] = random_duration((unsigned)i % N_SHAPES, &seed);
        sketch_add(&s, sketch_index(values[i]), 1);
        sketch_add(&taken, sketch_index(values[i]), -1);
    }
    for (int i = 2999; i >= 1000; i--)
        sketch_add(&s, sketch_index(values[i]), -1);
    for (int i = 0; i < 1000; i++)
        sketch_add(&s, sketch_index(values[i]), -1);
    cr_expect_eq(s.n, 0);
    for (int i = 0; i < 3000; i++)
        sketch_add(&s, sketch_index(values[i]), 1);
    sketch_merge(&s, taken.bins, taken.n);
    cr_expect_eq(s.n, 0);
    sketch_merge(&s, taken.bins, taken.n);
    cr_expect_eq(sketch_count(&s), -3000);
    sketch_fini(&s);
    sketch_fini(&taken);
}

enum { PARTS = 40 };

/* A random sketch: from a single bin to most of the range, with negative counts in some. */
static void
fill_part(struct sketch *s, struct twin *t, uint64_t *seed)
{
    unsigned shape = (unsigned)(random_next(seed) % N_SHAPES);
    uint64_t n = random_next(seed) % 3 == 0 ? random_next(seed) % 4 : random_next(seed) % 3000;
    bool is_signed = random_next(seed) % 2 == 0;

    for (uint64_t i = 0; i < n; i++) {
        unsigned index = exact_index(random_duration(shape, seed));
        int64_t count = is_signed ? (int64_t)(random_next(seed) % 3) - 1 : 1;

        sketch_add(s, index, count);
        t->count[index] += count;
    }
}

Test(sketch, merge_is_the_same_in_any_order_and_grouping)
{
    uint64_t seed = 5;

    for (int round = 0; round < 15; round++) {
        struct sketch parts[PARTS] = {0};
        struct sketch forward = {0};
        struct sketch backward = {0};
        struct twin t = {0};

        for (int i = 0; i < PARTS; i++)
            fill_part(&parts[i], &t, &seed);
        for (int i = 0; i < PARTS; i++) {
            sketch_merge(&forward, parts[i].bins, parts[i].n);
            sketch_merge(&backward, parts[PARTS - 1 - i].bins, parts[PARTS - 1 - i].n);
            cr_assert(sketch_bins_are_valid(forward.bins, forward.n));
        }
        expect_same(&forward, &t, "forward");
        expect_same(&backward, &t, "backward");
        for (int live = PARTS; live > 1;
             live--) { /* a random one into another one, until one is left */
            int from = (int)(random_next(&seed) % (uint64_t)live);
            int into = (int)(random_next(&seed) % (uint64_t)(live - 1));
            struct sketch moved = parts[from];

            parts[from] = parts[live - 1];
            sketch_merge(&parts[into], moved.bins, moved.n);
            sketch_fini(&moved);
        }
        expect_same(&parts[0], &t, "tree");
        sketch_fini(&parts[0]);
        sketch_fini(&forward);
        sketch_fini(&backward);
    }
}

Test(sketch, merge_grows_by_what_is_new)
{
    struct sketch s = {0};
    struct sketch_bin bins[64];

    for (unsigned i = 0; i < 64; i++)
        bins[i] = sketch_bin_of(1000 + i, 1);
    sketch_merge(&s, bins, 64);
    uint32_t cap = s.cap;

    cr_expect(cap >= 64 && cap < 128);
    for (int i = 0; i < 100; i++)
        sketch_merge(&s, bins, 64);
    cr_expect_eq(s.cap, cap);
    cr_expect_eq(s.n, 64);
    cr_expect_eq(sketch_count(&s), 64 * 101);
    sketch_merge(&s, bins, 0);
    sketch_merge(&s, NULL, 0);
    cr_expect_eq(sketch_count(&s), 64 * 101);
    sketch_fini(&s);
}

Test(sketch, bins_from_outside_are_judged)
{
    struct sketch_bin good[] = {sketch_bin_of(0, -1), sketch_bin_of(1, 5),
                                sketch_bin_of(SKETCH_INDEX_MAX, 1)};
    struct sketch_bin zero[] = {sketch_bin_of(0, 0)};
    struct sketch_bin twice[] = {sketch_bin_of(900, 1), sketch_bin_of(900, 1)};
    struct sketch_bin falling[] = {sketch_bin_of(900, 1), sketch_bin_of(899, 1)};
    struct sketch_bin empty[] = {sketch_bin_of(2, 1)}; /* holds no integer: 1 < v <= 1 */
    struct sketch_bin outside[] = {sketch_bin_of(SKETCH_INDEX_MAX + 1, 1)};

    cr_expect(sketch_bins_are_valid(good, 3));
    cr_expect(sketch_bins_are_valid(NULL, 0));
    cr_expect(!sketch_bins_are_valid(zero, 1));
    cr_expect(!sketch_bins_are_valid(twice, 2));
    cr_expect(!sketch_bins_are_valid(falling, 2));
    cr_expect(!sketch_bins_are_valid(empty, 1));
    cr_expect(!sketch_bins_are_valid(outside, 1));
}

Test(sketch, a_count_out_of_range_is_a_bug, .signal = SIGABRT)
{
    struct sketch s = {0};

    sketch_add(&s, 1, SKETCH_COUNT_MAX);
    cr_assert_eq(s.bins[0].count, SKETCH_COUNT_MAX);
    sketch_add(&s, 1, 1);
}

Test(sketch, a_negative_duration_is_a_bug, .signal = SIGABRT)
{
    sketch_index(-1);
}

Test(sketch, quantiles_of_nothing_are_a_bug, .signal = SIGABRT)
{
    static const unsigned percents[] = {50};
    struct sketch s = {0};
    double got;

    sketch_quantiles(&s, percents, 1, &got);
}

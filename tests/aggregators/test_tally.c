/* SPDX-License-Identifier: Apache-2.0 */
/* The tally: by hand, and against arrays that have a place for every measure and every bin. */
#include "aggregators/windows/tally.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>

Test(tally, holds_what_was_added)
{
    struct tally t = {0};

    cr_expect(tally_is_zero(&t) && tally_get(&t, MEASURE_volume) == 0);
    tally_add(&t, MEASURE_qa_points, 5);
    tally_add(&t, MEASURE_volume, 2);
    tally_add(&t, MEASURE_qa_points, -1);
    cr_expect(tally_get(&t, MEASURE_qa_points) == 4);
    cr_expect(tally_get(&t, MEASURE_volume) == 2);
    cr_expect(tally_get(&t, MEASURE_solved) == 0);
    cr_expect(t.n_values == 2 && !tally_is_zero(&t));
    cr_expect(tally_take(&t, MEASURE_qa_points) == 4 && tally_take(&t, MEASURE_qa_points) == 0);
    cr_expect(tally_take(&t, MEASURE_solved) == 0);
    tally_fini(&t);
}

Test(tally, late_alone_is_nothing)
{
    struct tally t = {0};

    tally_add(&t, MEASURE_late, 3);
    cr_expect(tally_is_zero(&t));
    tally_add(&t, MEASURE_solved, 1);
    cr_expect(!tally_is_zero(&t));
    tally_add(&t, MEASURE_solved, -1);
    cr_expect(tally_is_zero(&t));
    tally_add_duration(&t, DURATION_response, 0, 1); /* adds nothing to the sum */
    cr_expect(!tally_is_zero(&t));
    tally_add_duration(&t, DURATION_response, 0, -1);
    cr_expect(tally_is_zero(&t));
    tally_fini(&t);
}

static int64_t
count_of(const struct tally *t, enum duration d)
{
    struct sketch sketch = {0};
    bool has = tally_get_sketch(t, d, &sketch);
    int64_t count = sketch_count(&sketch);

    cr_expect(has == (sketch.n > 0));
    sketch_fini(&sketch);
    return count;
}

Test(tally, duration_goes_into_sum_and_sketch_and_out_again)
{
    struct tally t = {0};

    tally_add_duration(&t, DURATION_resolution, 7000, 1);
    tally_add_duration(&t, DURATION_first_response, 300, 2);
    tally_add_duration(&t, DURATION_resolution, 9000, 1);
    cr_expect(tally_get(&t, MEASURE_resolution_ms) == 16000);
    cr_expect(tally_get(&t, MEASURE_first_response_ms) == 600);
    cr_expect(count_of(&t, DURATION_resolution) == 2);
    cr_expect(count_of(&t, DURATION_first_response) == 2);
    cr_expect(count_of(&t, DURATION_response) == 0);
    tally_add_duration(&t, DURATION_resolution, 7000, -1);
    cr_expect(tally_get(&t, MEASURE_resolution_ms) == 9000);
    cr_expect(count_of(&t, DURATION_resolution) == 1);
    tally_fini(&t);
}

Test(tally, every_duration_has_a_sum_of_its_own)
{
    uint64_t seen[2] = {0};

#define DURATION(number, name)                                                                     \
    {                                                                                              \
        enum measure m = duration_sum(DURATION_##name);                                            \
                                                                                                   \
        cr_expect(m == MEASURE_##name##_ms && !(seen[m / 64] >> (m % 64) & 1));                    \
        seen[m / 64] |= UINT64_C(1) << (m % 64);                                                   \
    }
#include "aggregators/metrics/durations.tbl"
#undef DURATION
}

Test(tally, sum_that_does_not_fit_is_a_bug, .signal = SIGABRT)
{
    struct tally t = {0};

    tally_add(&t, MEASURE_volume, INT64_MAX);
    tally_add(&t, MEASURE_volume, 1);
}

enum { MS_MAX = 4000, TALLIES = 4, STEPS = 20000 };

/* A place for everything. */
struct twin {
    int64_t values[MEASURES_MAX];
    int64_t bins[DURATIONS_MAX][SKETCH_INDEX_MAX + 1];
};

static struct twin twins[TALLIES];

static void
expect_same(const struct tally *t, const struct twin *twin)
{
    bool is_zero = true;
    struct sketch sketch = {0};

    for (int m = 0; m < MEASURES_MAX; m++) {
        cr_assert(tally_get(t, (enum measure)m) == twin->values[m]);
        is_zero &= twin->values[m] == 0 || m == MEASURE_late;
    }
    for (int d = 0; d < DURATIONS_MAX; d++) {
        uint32_t n = 0;

        (void)tally_get_sketch(t, (enum duration)d, &sketch);
        for (int i = 0; i <= SKETCH_INDEX_MAX; i++) {
            if (twin->bins[d][i] == 0)
                continue;
            is_zero = false;
            cr_assert(n < sketch.n && sketch.bins[n].index == (unsigned)i &&
                      sketch.bins[n].count == twin->bins[d][i]);
            n++;
        }
        cr_assert(sketch.n == n);
    }
    sketch_fini(&sketch);
    cr_assert(tally_is_zero(t) == is_zero);
}

static void
merge_twin(struct twin *to, const struct twin *from)
{
    for (int m = 0; m < MEASURES_MAX; m++)
        to->values[m] += from->values[m];
    for (int d = 0; d < DURATIONS_MAX; d++)
        for (int i = 0; i <= SKETCH_INDEX_MAX; i++)
            to->bins[d][i] += from->bins[d][i];
}

/* One random operation on tally a (and b, another one). */
static void
step(struct tally *tallies, unsigned a, unsigned b, uint64_t random)
{
    struct tally *t = &tallies[a];
    enum measure m = (enum measure)(random >> 8 & 127);
    enum duration d = (enum duration)((random >> 16) % 8);
    dur_ms ms = (dur_ms)(random >> 20 & 0xFFF) * (dur_ms)(random >> 32 & 1);
    int64_t count = (random >> 40 & 1) != 0 ? 1 : -1;

    switch (random % 16) {
    case 0:
        if ((random >> 41) % 8 != 0)
            break;
        tally_clear(t);
        memset(&twins[a], 0, sizeof(twins[a]));
        break;
    case 1:
        if (a == b || (random >> 41) % 8 != 0)
            break;
        tally_merge(t, &tallies[b]);
        merge_twin(&twins[a], &twins[b]);
        break;
    case 2:
        cr_assert(tally_take(t, m) == twins[a].values[m]);
        twins[a].values[m] = 0;
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        tally_add_duration(t, d, ms, count);
        twins[a].values[duration_sum(d)] += ms * count;
        twins[a].bins[d][sketch_index(ms)] += count;
        break;
    default:
        tally_add(t, m, count * ms);
        twins[a].values[m] += count * ms;
    }
}

Test(tally, equals_arrays)
{
    static struct tally tallies[TALLIES];
    uint64_t seed = 11;

    for (int i = 0; i < STEPS; i++) {
        uint64_t random = random_next(&seed);
        unsigned a = (unsigned)(random >> 50) % TALLIES;

        step(tallies, a, (unsigned)(random >> 55) % TALLIES, random);
        if (i % 100 == 0)
            expect_same(&tallies[a], &twins[a]);
    }
    for (unsigned i = 0; i < TALLIES; i++) {
        expect_same(&tallies[i], &twins[i]);
        cr_expect(tally_bytes(&tallies[i]) > 0);
        tally_fini(&tallies[i]);
    }
}

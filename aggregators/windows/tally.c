/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/windows/tally.h"

#include "base/check.h"
#include "base/mem.h"

static unsigned
popcount(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

static bool
is_present(const struct tally *t, enum measure m)
{
    return t->present[m / 64] >> (m % 64) & 1;
}

/* Where the value of `m` is, or would go. */
static unsigned
place_of(const struct tally *t, enum measure m)
{
    unsigned place = popcount(t->present[m / 64] & ((UINT64_C(1) << (m % 64)) - 1));

    for (int word = 0; word < m / 64; word++)
        place += popcount(t->present[word]);
    return place;
}

void
tally_fini(struct tally *t)
{
    for (unsigned i = 0; i < t->cap_sketches; i++)
        sketch_fini(&t->sketches[i].sketch);
    mem_free(t->sketches);
    mem_free(t->values);
    *t = (struct tally){0};
}

void
tally_clear(struct tally *t)
{
    for (unsigned i = 0; i < t->n_sketches; i++)
        sketch_clear(&t->sketches[i].sketch);
    memset(t->present, 0, sizeof(t->present));
    t->n_values = 0;
    t->n_sketches = 0;
}

/* The place of the value of `m`, which is made with 0 where there was none. */
static int64_t *
value_of(struct tally *t, enum measure m)
{
    unsigned place = place_of(t, m);

    if (is_present(t, m))
        return &t->values[place];
    if (t->n_values == t->cap_values) {
        t->cap_values = (uint16_t)(t->cap_values > 0 ? t->cap_values * 2 : 4);
        t->values = mem_resize(t->values, t->cap_values, sizeof(*t->values));
    }
    memmove(&t->values[place + 1], &t->values[place], (t->n_values - place) * sizeof(*t->values));
    t->n_values++;
    t->present[m / 64] |= UINT64_C(1) << (m % 64);
    t->values[place] = 0;
    return &t->values[place];
}

void
tally_add(struct tally *t, enum measure m, int64_t value)
{
    int64_t *place = value_of(t, m);

    CHECK(!__builtin_add_overflow(*place, value, place));
}

static struct sketch *
sketch_of(struct tally *t, enum duration d)
{
    unsigned at = 0;
    struct tally_sketch spare;

    while (at < t->n_sketches && t->sketches[at].duration < d)
        at++;
    if (at < t->n_sketches && t->sketches[at].duration == d)
        return &t->sketches[at].sketch;
    if (t->n_sketches == t->cap_sketches) {
        unsigned cap = t->cap_sketches > 0 ? t->cap_sketches * 2u : 2;

        t->sketches = mem_resize(t->sketches, cap, sizeof(*t->sketches));
        memset(&t->sketches[t->cap_sketches], 0, (cap - t->cap_sketches) * sizeof(*t->sketches));
        t->cap_sketches = (uint16_t)cap;
    }
    spare = t->sketches[t->n_sketches];
    memmove(&t->sketches[at + 1], &t->sketches[at], (t->n_sketches - at) * sizeof(*t->sketches));
    t->n_sketches++;
    spare.duration = d;
    t->sketches[at] = spare;
    return &t->sketches[at].sketch;
}

void
tally_add_duration(struct tally *t, enum duration d, dur_ms ms, int64_t count)
{
    int64_t sum;

    CHECK(ms >= 0 && !__builtin_mul_overflow(ms, count, &sum));
    tally_add(t, duration_sum(d), sum);
    sketch_add(sketch_of(t, d), sketch_index(ms), count);
}

void
tally_add_bins(struct tally *t, enum duration d, const struct sketch_bin *bins, size_t n)
{
    sketch_merge(sketch_of(t, d), bins, n);
}

/* Makes room for every measure of `present`, 0 where it is new. */
static void
widen(struct tally *t, const uint64_t present[MEASURES_MAX / 64])
{
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++)
        for (uint64_t bits = present[word] & ~t->present[word]; bits != 0; bits &= bits - 1)
            (void)value_of(t, (enum measure)(word * 64 + (unsigned)__builtin_ctzll(bits)));
}

void
tally_add_values(struct tally *t, const uint64_t present[MEASURES_MAX / 64], const int64_t *values)
{
    int64_t *to;

    widen(t, present);
    /* Both lists are in the order of measures, so one walk along ours meets every value of theirs.
     */
    to = t->values;
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++) {
        uint64_t theirs = present[word];

        for (uint64_t ours = t->present[word]; ours != 0; ours &= ours - 1, to++)
            if (theirs & ours & -ours)
                CHECK(!__builtin_add_overflow(*to, *values++, to));
    }
}

void
tally_merge(struct tally *t, const struct tally *from)
{
    tally_add_values(t, from->present, from->values);
    for (unsigned i = 0; i < from->n_sketches; i++)
        tally_add_bins(t, from->sketches[i].duration, from->sketches[i].sketch.bins,
                       from->sketches[i].sketch.n);
}

int64_t
tally_get(const struct tally *t, enum measure m)
{
    return is_present(t, m) ? t->values[place_of(t, m)] : 0;
}

int64_t
tally_take(struct tally *t, enum measure m)
{
    int64_t value = 0;

    if (is_present(t, m)) {
        value = t->values[place_of(t, m)];
        t->values[place_of(t, m)] = 0;
    }
    return value;
}

const struct sketch *
tally_sketch(const struct tally *t, enum duration d)
{
    for (unsigned i = 0; i < t->n_sketches; i++)
        if (t->sketches[i].duration == d)
            return &t->sketches[i].sketch;
    return NULL;
}

bool
tally_is_zero(const struct tally *t)
{
    unsigned late = is_present(t, MEASURE_late) ? place_of(t, MEASURE_late) : UINT16_MAX;

    for (unsigned i = 0; i < t->n_values; i++)
        if (t->values[i] != 0 && i != late)
            return false;
    for (unsigned i = 0; i < t->n_sketches; i++)
        if (t->sketches[i].sketch.n > 0)
            return false;
    return true;
}

size_t
tally_bytes(const struct tally *t)
{
    size_t bytes = t->cap_values * sizeof(*t->values) + t->cap_sketches * sizeof(*t->sketches);

    for (unsigned i = 0; i < t->cap_sketches; i++)
        bytes += t->sketches[i].sketch.cap * sizeof(struct sketch_bin);
    return bytes;
}

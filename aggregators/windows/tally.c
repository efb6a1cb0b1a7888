/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/windows/tally.h"

#include "base/check.h"
#include "base/mem.h"

_Static_assert(sizeof(struct tally_bin) == sizeof(uint64_t), "values and bins are words");
_Static_assert((int)SKETCH_INDEX_MAX < 1 << TALLY_INDEX_BITS, "an index fits into a key");
_Static_assert((int)DURATIONS_MAX <= 1 << (TALLY_KEY_BITS - TALLY_INDEX_BITS),
               "a duration fits into a key");

struct tally_bin
tally_bin_of(enum duration d, unsigned index, int64_t count)
{
    uint64_t key = (uint64_t)d << TALLY_INDEX_BITS | index;

    CHECK(d >= 0 && d < DURATIONS_MAX && sketch_index_occurs(index));
    CHECK(count != 0 && count >= -TALLY_COUNT_MAX && count <= TALLY_COUNT_MAX);
    return (struct tally_bin){(uint64_t)count << TALLY_KEY_BITS | key};
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
    uint64_t before = t->present[m / 64] & ((UINT64_C(1) << (m % 64)) - 1);
    unsigned place = (unsigned)__builtin_popcountll(before);

    for (int word = 0; word < m / 64; word++)
        place += (unsigned)__builtin_popcountll(t->present[word]);
    return place;
}

static int64_t *
values_of(struct tally *t)
{
    return (int64_t *)t->words;
}

static struct tally_bin *
bins_of(struct tally *t)
{
    return (struct tally_bin *)t->words + t->cap_values;
}

void
tally_fini(struct tally *t)
{
    mem_free(t->words);
    *t = (struct tally){0};
}

void
tally_clear(struct tally *t)
{
    memset(t->present, 0, sizeof(t->present));
    t->n_values = 0;
    t->n_bins = 0;
}

/* Makes room. In small steps: most tallies stop growing early. */
static void
reserve(struct tally *t, size_t n_values, size_t n_bins)
{
    size_t cap_values = t->cap_values;
    size_t cap_bins = t->cap_bins;

    if (n_values <= cap_values && n_bins <= cap_bins)
        return;
    if (n_values > cap_values)
        cap_values = n_values + 2;
    if (n_bins > cap_bins)
        cap_bins = n_bins + n_bins / 2 + 1;
    CHECK(cap_values <= UINT16_MAX && cap_bins <= UINT32_MAX);
    t->words = mem_resize(t->words, cap_values + cap_bins, sizeof(*t->words));
    memmove(t->words + cap_values, t->words + t->cap_values, t->n_bins * sizeof(*t->words));
    t->cap_values = (uint16_t)cap_values;
    t->cap_bins = (uint32_t)cap_bins;
}

/* The value of `m`, which is made with 0 where there was none. */
static int64_t *
value_of(struct tally *t, enum measure m)
{
    unsigned place = place_of(t, m);
    int64_t *values;

    if (is_present(t, m))
        return values_of(t) + place;
    reserve(t, t->n_values + 1u, t->n_bins);
    values = values_of(t);
    memmove(values + place + 1, values + place, (t->n_values - place) * sizeof(*values));
    t->n_values++;
    t->present[m / 64] |= UINT64_C(1) << (m % 64);
    values[place] = 0;
    return values + place;
}

void
tally_add(struct tally *t, enum measure m, int64_t value)
{
    int64_t *place = value_of(t, m);

    CHECK(!__builtin_add_overflow(*place, value, place));
}

static void
bin_add(struct tally_bin *bin, int64_t count)
{
    int64_t sum = tally_bin_count(*bin) + count;

    CHECK(sum >= -TALLY_COUNT_MAX && sum <= TALLY_COUNT_MAX);
    bin->word = (uint64_t)sum << TALLY_KEY_BITS | tally_bin_key(*bin);
}

/* The first place in [from, n_bins) whose key is >= `key`. */
static size_t
seek(const struct tally *t, size_t from, uint32_t key)
{
    const struct tally_bin *bins = tally_bins(t);
    size_t n = t->n_bins - from;

    while (n > 0) {
        size_t half = n / 2;
        bool right = tally_bin_key(bins[from + half]) < key;

        from = right ? from + half + 1 : from;
        n = right ? n - half - 1 : half;
    }
    return from;
}

/* Adds to the bins that are here already. Returns how many are not; notes if one came to 0. */
static size_t
merge_known(struct tally *t, const struct tally_bin *from, size_t n, bool *ret_zero)
{
    struct tally_bin *bins = bins_of(t);
    bool search = n * 8 < t->n_bins; /* a few into many; else walk along */
    size_t at = 0;
    size_t missing = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t key = tally_bin_key(from[i]);

        if (search)
            at = seek(t, at, key);
        while (at < t->n_bins && tally_bin_key(bins[at]) < key)
            at++;
        if (at == t->n_bins || tally_bin_key(bins[at]) != key) {
            missing++;
            continue;
        }
        bin_add(&bins[at], tally_bin_count(from[i]));
        *ret_zero |= tally_bin_count(bins[at]) == 0;
    }
    return missing;
}

/* Puts the bins that merge_known() did not find to their places, from the back. */
static void
merge_missing(struct tally *t, const struct tally_bin *from, size_t n, size_t missing)
{
    size_t at = t->n_bins;
    size_t to = t->n_bins + missing;
    struct tally_bin *bins;

    reserve(t, t->n_values, to);
    t->n_bins = (uint32_t)to;
    bins = bins_of(t);
    while (to > at) {
        const struct tally_bin *bin = &from[--n];

        while (at > 0 && tally_bin_key(bins[at - 1]) > tally_bin_key(*bin))
            bins[--to] = bins[--at];
        if (at == 0 || tally_bin_key(bins[at - 1]) < tally_bin_key(*bin))
            bins[--to] = *bin;
    }
}

static void
remove_zeros(struct tally *t)
{
    struct tally_bin *bins = bins_of(t);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < t->n_bins; i++)
        if (tally_bin_count(bins[i]) != 0)
            bins[kept++] = bins[i];
    t->n_bins = kept;
}

/* One bin: most additions are one, and many into long lists. */
static void
add_bin(struct tally *t, struct tally_bin bin)
{
    uint32_t key = tally_bin_key(bin);
    size_t at = seek(t, 0, key);
    struct tally_bin *bins = bins_of(t);

    if (at == t->n_bins || tally_bin_key(bins[at]) != key) {
        reserve(t, t->n_values, t->n_bins + 1u);
        bins = bins_of(t);
        memmove(bins + at + 1, bins + at, (t->n_bins - at) * sizeof(*bins));
        bins[at] = bin;
        t->n_bins++;
        return;
    }
    bin_add(&bins[at], tally_bin_count(bin));
    if (tally_bin_count(bins[at]) != 0)
        return;
    t->n_bins--;
    memmove(bins + at, bins + at + 1, (t->n_bins - at) * sizeof(*bins));
}

static void
merge_bins(struct tally *t, const struct tally_bin *bins, size_t n)
{
    bool zero = false;
    size_t missing;

    if (n == 1) {
        add_bin(t, bins[0]);
        return;
    }
    missing = merge_known(t, bins, n, &zero);
    if (missing > 0)
        merge_missing(t, bins, n, missing);
    if (zero)
        remove_zeros(t);
}

void
tally_add_duration(struct tally *t, enum duration d, dur_ms ms, int64_t count)
{
    int64_t sum;

    CHECK(ms >= 0 && !__builtin_mul_overflow(ms, count, &sum));
    if (count == 0)
        return;
    tally_add(t, duration_sum(d), sum);
    add_bin(t, tally_bin_of(d, sketch_index(ms), count));
}

void
tally_add_bins(struct tally *t, enum duration d, const struct sketch_bin *bins, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_bin(t, tally_bin_of(d, bins[i].index, bins[i].count));
}

/* Makes a place for every measure of `present`, 0 where it is new. */
static void
widen(struct tally *t, const uint64_t present[MEASURES_MAX / 64])
{
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++)
        for (uint64_t bits = present[word] & ~t->present[word]; bits != 0; bits &= bits - 1)
            (void)value_of(t, (enum measure)(word * 64 + (unsigned)__builtin_ctzll(bits)));
}

static void
add_values(struct tally *t, const uint64_t present[MEASURES_MAX / 64], const int64_t *values)
{
    int64_t *to;

    widen(t, present);
    /* Both lists are in the order of measures, so one walk along ours meets every value of theirs.
     */
    to = values_of(t);
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++) {
        uint64_t theirs = present[word];

        for (uint64_t ours = t->present[word]; ours != 0; ours &= ours - 1, to++)
            if (theirs & ours & -ours)
                CHECK(!__builtin_add_overflow(*to, *values++, to));
    }
}

static unsigned
count_bits(const uint64_t present[MEASURES_MAX / 64])
{
    unsigned n = 0;

    for (unsigned word = 0; word < MEASURES_MAX / 64; word++)
        n += (unsigned)__builtin_popcountll(present[word]);
    return n;
}

void
tally_add_parts(struct tally *t, const uint64_t present[MEASURES_MAX / 64], const int64_t *values,
                const struct tally_bin *bins, size_t n_bins)
{
    if (t->n_values == 0 && t->n_bins == 0) {
        unsigned n = count_bits(present);

        reserve(t, n, n_bins);
        memcpy(t->present, present, sizeof(t->present));
        for (unsigned i = 0; i < n; i++)
            values_of(t)[i] = values[i];
        for (size_t i = 0; i < n_bins; i++)
            bins_of(t)[i] = bins[i];
        t->n_values = (uint16_t)n;
        t->n_bins = (uint32_t)n_bins;
        return;
    }
    add_values(t, present, values);
    merge_bins(t, bins, n_bins);
}

void
tally_merge(struct tally *t, const struct tally *from)
{
    tally_add_parts(t, from->present, tally_values(from), tally_bins(from), from->n_bins);
}

int64_t
tally_get(const struct tally *t, enum measure m)
{
    return is_present(t, m) ? tally_values(t)[place_of(t, m)] : 0;
}

int64_t
tally_take(struct tally *t, enum measure m)
{
    int64_t value = tally_get(t, m);

    if (value != 0)
        values_of(t)[place_of(t, m)] = 0;
    return value;
}

bool
tally_get_sketch(const struct tally *t, enum duration d, struct sketch *ret)
{
    const struct tally_bin *bins = tally_bins(t);
    uint32_t end = (uint32_t)(d + 1) << TALLY_INDEX_BITS;

    sketch_clear(ret);
    for (size_t i = seek(t, 0, (uint32_t)d << TALLY_INDEX_BITS);
         i < t->n_bins && tally_bin_key(bins[i]) < end; i++)
        sketch_add(ret, tally_bin_index(bins[i]), tally_bin_count(bins[i]));
    return ret->n > 0;
}

bool
tally_is_zero(const struct tally *t)
{
    unsigned late = is_present(t, MEASURE_late) ? place_of(t, MEASURE_late) : UINT16_MAX;

    for (unsigned i = 0; i < t->n_values; i++)
        if (tally_values(t)[i] != 0 && i != late)
            return false;
    return t->n_bins == 0;
}

size_t
tally_bytes(const struct tally *t)
{
    return ((size_t)t->cap_values + t->cap_bins) * sizeof(*t->words);
}

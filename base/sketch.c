/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a value is found without floating point: its most significant bit and the seven bits
 * after that name a cell, a table gives the index of the cell's smallest value, and since a cell is
 * narrower than a bin, the answer is that index or the next. The tables are made when building
 * (sketch_table_gen.c).
 */
#include "base/sketch.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/sketch_table.inc"

_Static_assert((int)TABLE_INDEX_MAX == (int)SKETCH_INDEX_MAX, "the header tells the last index");

enum { CAP_MIN = 4 };

/* gcc sees a loss in any assignment to a bit-field of 52 bits; sketch_bin_of() has checked it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"

struct sketch_bin
sketch_bin_of(unsigned index, int64_t count)
{
    CHECK(count >= -SKETCH_COUNT_MAX && count <= SKETCH_COUNT_MAX && index < 1u << 12);
    return (struct sketch_bin){.count = count, .index = index};
}

static void
bin_add(struct sketch_bin *bin, int64_t count)
{
    int64_t sum;

    CHECK(!__builtin_add_overflow((int64_t)bin->count, count, &sum));
    CHECK(sum >= -SKETCH_COUNT_MAX && sum <= SKETCH_COUNT_MAX);
    bin->count = sum;
}

#pragma GCC diagnostic pop

unsigned
sketch_index(dur_ms v)
{
    uint64_t u = (uint64_t)v;
    unsigned msb;
    unsigned cell;
    unsigned index;

    CHECK(v >= 0);
    if (u == 0)
        return 0;
    if (u >= edges[SKETCH_INDEX_MAX])
        return SKETCH_INDEX_MAX;
    msb = 63 - (unsigned)__builtin_clzll(u);
    cell = (unsigned)(u << (63 - msb) << 1 >> (64 - CELL_BITS));
    index = cell_starts[msb << CELL_BITS | cell];
    return index + (u > edges[index]);
}

bool
sketch_index_occurs(unsigned index)
{
    return index == 0 || (index <= SKETCH_INDEX_MAX && edges[index] > edges[index - 1]);
}

double
sketch_value(unsigned index)
{
    CHECK(sketch_index_occurs(index));
    return (double)thousandths[index] / 1000.0;
}

bool
sketch_bins_are_valid(const struct sketch_bin *bins, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bins[i].count == 0 || !sketch_index_occurs(bins[i].index))
            return false;
        if (i > 0 && bins[i - 1].index >= bins[i].index)
            return false;
    }
    return true;
}

void
sketch_fini(struct sketch *s)
{
    mem_free(s->bins);
    *s = (struct sketch){0};
}

void
sketch_clear(struct sketch *s)
{
    s->n = 0;
}

/*
 * Room for `n` bins. By halves, not by doubling: there is a sketch for each segment, window and
 * metric, and most of them stop growing early.
 */
static void
reserve(struct sketch *s, size_t n)
{
    size_t cap = s->cap > 0 ? s->cap : CAP_MIN;

    if (n <= s->cap)
        return;
    while (cap < n)
        cap += cap / 2;
    s->bins = mem_resize(s->bins, cap, sizeof(*s->bins));
    s->cap = (uint32_t)cap;
}

/* The first position in [from, s->n) whose index is >= `index`. */
static size_t
position_of(const struct sketch *s, size_t from, unsigned index)
{
    size_t low = from;
    size_t n = s->n - from;

    while (n > 0) {
        size_t half = n / 2;
        bool right = s->bins[low + half].index < index;

        low = right ? low + half + 1 : low;
        n = right ? n - half - 1 : half;
    }
    return low;
}

void
sketch_add(struct sketch *s, unsigned index, int64_t count)
{
    size_t at = position_of(s, 0, index);

    if (count == 0)
        return;
    if (at < s->n && s->bins[at].index == index) {
        bin_add(&s->bins[at], count);
        if (s->bins[at].count == 0) {
            s->n--;
            memmove(s->bins + at, s->bins + at + 1, (s->n - at) * sizeof(*s->bins));
        }
        return;
    }
    CHECK(sketch_index_occurs(index));
    reserve(s, (size_t)s->n + 1);
    memmove(s->bins + at + 1, s->bins + at, (s->n - at) * sizeof(*s->bins));
    s->bins[at] = sketch_bin_of(index, count);
    s->n++;
}

/* Adds to the bins that are here already. Returns how many are not; notes if one came to 0. */
static size_t
merge_known(struct sketch *s, const struct sketch_bin *bins, size_t n, bool *ret_zero)
{
    /* A few bins into many: search each; else walk along. */
    bool search = n * 8 < s->n;
    size_t at = 0;
    size_t missing = 0;

    for (size_t i = 0; i < n; i++) {
        if (search)
            at = position_of(s, at, bins[i].index);
        else
            while (at < s->n && s->bins[at].index < bins[i].index)
                at++;
        if (at < s->n && s->bins[at].index == bins[i].index) {
            bin_add(&s->bins[at], bins[i].count);
            *ret_zero |= s->bins[at].count == 0;
        } else {
            missing++;
        }
    }
    return missing;
}

/* Puts the `missing` bins that merge_known() did not find to their places, from the back. */
static void
merge_missing(struct sketch *s, const struct sketch_bin *bins, size_t n, size_t missing)
{
    size_t from = s->n;
    size_t to = s->n + missing;

    reserve(s, to);
    s->n = (uint32_t)to;
    while (to > from) {
        const struct sketch_bin *bin = &bins[--n];

        while (from > 0 && s->bins[from - 1].index > bin->index)
            s->bins[--to] = s->bins[--from];
        if (from == 0 || s->bins[from - 1].index < bin->index) {
            CHECK(sketch_index_occurs(bin->index) && bin->count != 0);
            s->bins[--to] = *bin;
        }
    }
}

static void
remove_zeros(struct sketch *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->n; i++)
        if (s->bins[i].count != 0)
            s->bins[kept++] = s->bins[i];
    s->n = kept;
}

void
sketch_merge(struct sketch *s, const struct sketch_bin *bins, size_t n)
{
    bool zero = false;
    size_t missing = merge_known(s, bins, n, &zero);

    if (missing > 0)
        merge_missing(s, bins, n, missing);
    if (zero)
        remove_zeros(s);
}

int64_t
sketch_count(const struct sketch *s)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < s->n; i++)
        sum += s->bins[i].count;
    return sum;
}

void
sketch_quantiles(const struct sketch *s, const unsigned *percents, size_t n, double *ret)
{
    int64_t total = 0;
    int64_t seen = 0;
    size_t next = 0;

    for (uint32_t i = 0; i < s->n; i++)
        total += s->bins[i].count > 0 ? s->bins[i].count : 0;
    CHECK(total > 0);
    for (uint32_t i = 0; i < s->n && next < n; i++) {
        if (s->bins[i].count <= 0)
            continue;
        seen += s->bins[i].count;
        for (; next < n; next++) {
            int64_t p = percents[next];
            /* ceil(p * total / 100) without the product of the whole. */
            int64_t rank = total / 100 * p + (total % 100 * p + 99) / 100;

            CHECK(p >= 1 && p <= 100 && (next == 0 || percents[next - 1] <= percents[next]));
            if (rank > seen)
                break;
            ret[next] = sketch_value(s->bins[i].index);
        }
    }
    CHECK(next == n);
}

double
sketch_min(const struct sketch *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->bins[i].count > 0)
            return sketch_value(s->bins[i].index);
    UNREACHABLE();
}

double
sketch_max(const struct sketch *s)
{
    for (uint32_t i = s->n; i > 0; i--)
        if (s->bins[i - 1].count > 0)
            return sketch_value(s->bins[i - 1].index);
    UNREACHABLE();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct sketch: how many durations fell into which bin, for quantiles. A DDSketch with relative
 * error 0.5 %: gamma = 201/199, and index x >= 1 holds the integers v (ms) with
 *
 *     floor(gamma^(x-2)) < v <= floor(gamma^(x-1))      (x = 1: v = 1;  x = 0: v = 0, the zero bin)
 *
 * up to 36525 days; longer ones go to the last index. The range is fixed and nothing is ever
 * collapsed, so adding sketches is adding counts: exact, and the same in any order and grouping.
 * Counts are signed, a retraction is a negative count, and a bin that comes to 0 is gone.
 *
 * Plain data, meant to be embedded; all zero is empty and valid. The sketch owns its bins, which
 * are sorted by index and never 0. The order of the bits of a bin is the compiler's: bins are for
 * memory, on the wire index and count travel as two numbers.
 */
#ifndef BASE_SKETCH_H
#define BASE_SKETCH_H

#include "base/evtime.h"

enum { SKETCH_INDEX_MAX = 2880 };

#define SKETCH_COUNT_MAX ((INT64_C(1) << 51) - 1) /* a bin's count is in -MAX..MAX, a CHECK */

struct sketch_bin {
    int64_t count : 52;
    uint64_t index : 12;
};

_Static_assert(sizeof(struct sketch_bin) == 8, "a bin is one word");

struct sketch {
    struct sketch_bin *bins;
    uint32_t n;
    uint32_t cap;
};

/* A bin from its parts; the count must be within SKETCH_COUNT_MAX, the index within 12 bits. */
struct sketch_bin sketch_bin_of(unsigned index, int64_t count);

/* The index that holds `v`, which must be >= 0. */
unsigned sketch_index(dur_ms v);

/*
 * The value that stands for an index, in ms: the harmonic mean of the smallest and the largest
 * integer in it, to the thousandth. No integer of the bin is further from it than 0.5 % of itself.
 * Some of the first indexes hold no integer: they never occur, and asking for one is a CHECK.
 */
double sketch_value(unsigned index);

/* True if sketch_index() can give this index. */
bool sketch_index_occurs(unsigned index);
/* True if the bins are what a sketch may hold: indexes that occur, ascending, no count of 0. */
bool sketch_bins_are_valid(const struct sketch_bin *bins, size_t n);

void sketch_fini(struct sketch *s);
/* Empties it and keeps the memory. */
void sketch_clear(struct sketch *s);

/* Adds `count` (any sign) at an index. */
void sketch_add(struct sketch *s, unsigned index, int64_t count);
/* Adds n bins, sorted by index and not of this sketch. Memory grows by what is really new. */
void sketch_merge(struct sketch *s, const struct sketch_bin *bins, size_t n);

/* The sum of all counts, negative ones included. */
int64_t sketch_count(const struct sketch *s);

/*
 * The questions. A bin can be negative while a retraction is here and its addition is not (it was
 * too late for this window): such bins are taken as 0. At least one count must be positive, which
 * sketch_count() > 0 makes sure.
 *
 * ret[i] = the percents[i]-th percentile by nearest rank, the element number ceil(p * n / 100).
 * Percents are ascending and in 1..100.
 */
void sketch_quantiles(const struct sketch *s, const unsigned *percents, size_t n, double *ret);
/* The values of the outermost bins. */
double sketch_min(const struct sketch *s);
double sketch_max(const struct sketch *s);

#endif

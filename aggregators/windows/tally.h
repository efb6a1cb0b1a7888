/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tally: what was added up for one row, or for one segment in one window: measures
 * (integers) and the bins of sketches. Sparse: a tally with two measures costs two integers. Adding
 * is exact and order does not matter; a taking-back is a negative addition. Plain data, meant to be
 * embedded; all zero is empty.
 *
 *     present  0 0 1 0 1 1 ...           bit = measure (catalogue.h)
 *     words    7 3 9 . | b b b b b . .   one value per set bit, in order; then the bins
 *
 * There is a tally for each segment in each window, and most are small and far apart in memory: so
 * all of one lies in one piece, and the bins of all its durations are one sorted list.
 */
#ifndef AGGREGATORS_WINDOWS_TALLY_H
#define AGGREGATORS_WINDOWS_TALLY_H

#include "aggregators/metrics/catalogue.h"
#include "base/evtime.h"
#include "base/sketch.h"

/* A bin of the sketch of one duration: count << 18 | duration << 12 | index. Never 0 as a count. */
struct tally_bin {
    uint64_t word;
};

enum { TALLY_KEY_BITS = 18, TALLY_INDEX_BITS = 12 };

#define TALLY_COUNT_MAX ((INT64_C(1) << 45) - 1) /* a bin's count is in -MAX..MAX, a CHECK */

struct tally {
    uint64_t present[MEASURES_MAX / 64];
    uint64_t *words; /* cap_values values, then cap_bins bins */
    uint32_t n_bins;
    uint32_t cap_bins;
    uint16_t n_values;
    uint16_t cap_values;
};

static inline uint32_t
tally_bin_key(struct tally_bin bin)
{
    return (uint32_t)(bin.word & ((1u << TALLY_KEY_BITS) - 1));
}

static inline enum duration
tally_bin_duration(struct tally_bin bin)
{
    return (enum duration)(tally_bin_key(bin) >> TALLY_INDEX_BITS);
}

static inline unsigned
tally_bin_index(struct tally_bin bin)
{
    return tally_bin_key(bin) & ((1u << TALLY_INDEX_BITS) - 1);
}

static inline int64_t
tally_bin_count(struct tally_bin bin)
{
    return (int64_t)bin.word >> TALLY_KEY_BITS;
}

/* A bin from its parts, which must be ones that occur (CHECK). */
struct tally_bin tally_bin_of(enum duration d, unsigned index, int64_t count);

void tally_fini(struct tally *t);
/* Empty again; keeps the memory. */
void tally_clear(struct tally *t);

void tally_add(struct tally *t, enum measure m, int64_t value);
/* One duration (ms >= 0) into the sum and the sketch, or out of them with count -1. */
void tally_add_duration(struct tally *t, enum duration d, dur_ms ms, int64_t count);
/* Bins of one duration, sorted by index; the sum is not touched. */
void tally_add_bins(struct tally *t, enum duration d, const struct sketch_bin *bins, size_t n);
void tally_merge(struct tally *t, const struct tally *from);
/*
 * The same from parts: one value for each bit of `present`, in the order of measures, and n_bins
 * bins in the order of their keys.
 */
void tally_add_parts(struct tally *t, const uint64_t present[MEASURES_MAX / 64],
                     const int64_t *values, const struct tally_bin *bins, size_t n_bins);

/* The values of the bits of `present`, and the bins; borrowed until the next addition. */
static inline const int64_t *
tally_values(const struct tally *t)
{
    return (const int64_t *)t->words;
}

static inline const struct tally_bin *
tally_bins(const struct tally *t)
{
    return (const struct tally_bin *)t->words + t->cap_values;
}

/* The value, 0 where nothing was added. */
int64_t tally_get(const struct tally *t, enum measure m);
/* Takes the value out and returns it. */
int64_t tally_take(struct tally *t, enum measure m);
/* Makes `ret` (empty or used before) the sketch of the duration. False, and an empty one, if there
 * are no bins. */
bool tally_get_sketch(const struct tally *t, enum duration d, struct sketch *ret);
/* True if every measure but `late` is 0 and every sketch empty. */
bool tally_is_zero(const struct tally *t);

/* Asks for the memory of what will be used soon. */
static inline void
tally_prefetch(const struct tally *t)
{
    __builtin_prefetch(t->words);
    __builtin_prefetch(t->words + 8);
}

size_t tally_bytes(const struct tally *t);

#endif

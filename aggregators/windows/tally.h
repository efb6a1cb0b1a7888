/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tally: what was added up for one row, or for one segment in one window: measures
 * (integers) and sketches. Sparse: a tally with two measures costs two integers. Adding is exact
 * and order does not matter; a taking-back is a negative addition. Plain data, meant to be
 * embedded; all zero is empty.
 *
 *     present  0 0 1 0 1 1 ...      bit = measure (catalogue.h)
 *     values       7   3 9          one value per set bit, in order
 */
#ifndef AGGREGATORS_WINDOWS_TALLY_H
#define AGGREGATORS_WINDOWS_TALLY_H

#include "aggregators/metrics/catalogue.h"
#include "base/evtime.h"
#include "base/sketch.h"

struct tally_sketch {
    enum duration duration;
    struct sketch sketch;
};

struct tally {
    uint64_t present[MEASURES_MAX / 64];
    int64_t *values;
    struct tally_sketch *sketches; /* sorted by duration */
    uint16_t n_values;
    uint16_t cap_values;
    uint16_t n_sketches;
    uint16_t cap_sketches; /* sketches[n_sketches..cap_sketches) keep memory for later use */
};

void tally_fini(struct tally *t);
/* Empty again; keeps the memory. */
void tally_clear(struct tally *t);
void tally_add(struct tally *t, enum measure m, int64_t value);
/* One duration (ms >= 0) into the sum and the sketch, or out of them with count -1. */
void tally_add_duration(struct tally *t, enum duration d, dur_ms ms, int64_t count);
void tally_add_bins(struct tally *t, enum duration d, const struct sketch_bin *bins, size_t n);
/* Adds one value for each bit of `present`, in the order of measures. */
void tally_add_values(struct tally *t, const uint64_t present[MEASURES_MAX / 64],
                      const int64_t *values);
void tally_merge(struct tally *t, const struct tally *from);
/* The value, 0 where nothing was added. */
int64_t tally_get(const struct tally *t, enum measure m);
/* Takes the value out and returns it. */
int64_t tally_take(struct tally *t, enum measure m);
/* The sketch, or NULL where nothing was added. */
const struct sketch *tally_sketch(const struct tally *t, enum duration d);
/* True if every measure but `late` is 0 and every sketch empty. */
bool tally_is_zero(const struct tally *t);

/* Ask for the memory of what will be used soon: first the values, and when these have come, the
 * bins. */
static inline void
tally_prefetch(const struct tally *t)
{
    __builtin_prefetch(t->values);
    __builtin_prefetch(t->sketches);
}

static inline void
tally_prefetch_bins(const struct tally *t)
{
    if (t->n_sketches > 0)
        __builtin_prefetch(t->sketches[0].sketch.bins);
}

size_t tally_bytes(const struct tally *t);

#endif

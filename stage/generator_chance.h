/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance for the generator. One seed gives the same numbers on every machine: integers, and of the
 * doubles only what IEEE 754 rounds the same everywhere. The functions of libm do not, so the two
 * curves that are wanted are worked out here.
 */
#ifndef STAGE_GENERATOR_CHANCE_H
#define STAGE_GENERATOR_CHANCE_H

#include "base/evtime.h"

/* The whole state; any value will do. */
typedef uint64_t chance;

/* SplitMix64. */
static inline uint64_t
chance_next(chance *c)
{
    uint64_t z = (*c += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* The chance of one thing among many: number `n` of stream `stream` of a seed. */
static inline chance
chance_of(uint64_t seed, uint64_t stream, uint64_t n)
{
    chance c = seed;

    c = chance_next(&c) + stream;
    c = chance_next(&c) + n;
    return chance_next(&c);
}

/* 0..n-1; n > 0. */
static inline uint32_t
chance_below(chance *c, uint32_t n)
{
    return (uint32_t)((chance_next(c) >> 32) * n >> 32);
}

/* 0..n-1 of a large n > 0. */
uint64_t chance_below_wide(chance *c, uint64_t n);

/* True in `share` of `of` cases. */
static inline bool
chance_happens(chance *c, uint32_t share, uint32_t of)
{
    return chance_below(c, of) < share;
}

/* A place in weights[0..n), as likely as its weight; their sum is `total`. */
size_t chance_pick(chance *c, const uint16_t *weights, size_t n, uint32_t total);

/* The gap to the next of things that come at random, mean 1. */
double chance_gap(chance *c);

/*
 * A delay around `median_ms` whose logarithm is near normal: half are shorter, and two thirds lie
 * within a factor of 2 ^ (spread / 100) up and down; none is beyond 3.5 times that exponent.
 */
dur_ms chance_delay(chance *c, dur_ms median_ms, unsigned spread);

/* Popularity after Zipf: the k-th of n is picked 1 / (k + 1) as often as the first. */
struct chance_zipf {
    uint32_t *sums; /* weights up to and with the k-th */
    uint32_t n;
};

enum { CHANCE_ZIPF_MAX = 1000000 };

/* 0 < n <= CHANCE_ZIPF_MAX. */
void chance_zipf_init(struct chance_zipf *z, uint32_t n);
void chance_zipf_fini(struct chance_zipf *z);
uint32_t chance_zipf_pick(const struct chance_zipf *z, chance *c);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers for tests: SplitMix64. The same seed gives the same numbers everywhere, so a seed
 * in a failure's message is enough to see it again.
 */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

/* The next number; `*seed` is the whole state, any value will do. */
static inline uint64_t
random_next(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_chance.h"

#include "base/check.h"
#include "base/mem.h"

enum {
    ZIPF_FIRST = 1 << 20, /* weight of the most popular; the last of a million still has one */
    QUARTERS = 4,         /* uniform numbers in a bell: the sum of four is near enough to normal */
    QUARTER_BITS = 16
};

/* Of the sum of four numbers of 0..65535: its mean, and its standard deviation 65536 / sqrt(3). */
static const double bell_mean = 131070;
static const double bell_deviation = 37837.2;

static const double ln_2 = 0.69314718055994531;

uint64_t
chance_below_wide(chance *c, uint64_t n)
{
    CHECK(n > 0);
    return n <= UINT32_MAX ? chance_below(c, (uint32_t)n) : chance_next(c) % n;
}

size_t
chance_pick(chance *c, const uint16_t *weights, size_t n, uint32_t total)
{
    uint32_t rest = chance_below(c, total);

    for (size_t i = 0; i < n; i++) {
        if (rest < weights[i])
            return i;
        rest -= weights[i];
    }
    UNREACHABLE();
}

/* ln(m) for 1 <= m < 2: 2 atanh(y) with y = (m - 1) / (m + 1) <= 1/3, to 7 digits. */
static double
log_of(double m)
{
    double y = (m - 1) / (m + 1);
    double q = y * y;

    return 2 * y * (1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q / 11)))));
}

double
chance_gap(chance *c)
{
    uint64_t bits = chance_next(c) | 1;
    int zeros = __builtin_clzll(bits);
    double m = (double)(bits << zeros >> 11) / (double)(UINT64_C(1) << 52);

    /* -ln(bits / 2^64) */
    return (zeros + 1) * ln_2 - log_of(m);
}

/* 2^x for 0 <= x < 1, to 4 digits: far below what a delay could show. */
static double
power_of_2(double x)
{
    return 1 + x * (0.693147 + x * (0.240227 + x * (0.0555 + x * (0.0096 + x * 0.001526))));
}

dur_ms
chance_delay(chance *c, dur_ms median_ms, unsigned spread)
{
    uint64_t bits;
    uint32_t sum = 0;
    double exponent;
    double factor = 1;

    if (spread == 0)
        return median_ms;
    bits = chance_next(c);
    for (int i = 0; i < QUARTERS; i++, bits >>= QUARTER_BITS)
        sum += (uint32_t)(bits & ((1U << QUARTER_BITS) - 1));
    exponent = (sum - bell_mean) / bell_deviation * spread / 100;
    for (; exponent < 0; exponent += 1)
        factor *= 0.5;
    for (; exponent >= 1; exponent -= 1)
        factor *= 2;
    return (dur_ms)((double)median_ms * factor * power_of_2(exponent));
}

void
chance_zipf_init(struct chance_zipf *z, uint32_t n)
{
    uint32_t sum = 0;

    CHECK(n > 0 && n <= CHANCE_ZIPF_MAX);
    z->n = n;
    z->sums = mem_new(n, sizeof(*z->sums));
    for (uint32_t k = 0; k < n; k++) {
        sum += ZIPF_FIRST / (k + 1);
        z->sums[k] = sum;
    }
}

void
chance_zipf_fini(struct chance_zipf *z)
{
    mem_free(z->sums);
    z->sums = NULL;
}

uint32_t
chance_zipf_pick(const struct chance_zipf *z, chance *c)
{
    uint32_t at = chance_below(c, z->sums[z->n - 1]);
    uint32_t low = 0;
    uint32_t high = z->n - 1;

    /* The first whose sum is above `at`. */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (z->sums[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/pairs.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double
pairs_cpu_seconds(void)
{
    struct timespec t;

    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds_per_unit(const struct pair *pair, void *side, uint64_t (*run)(void *side))
{
    double start;
    uint64_t units;

    if (pair->prepare != NULL)
        pair->prepare(side);
    start = pairs_cpu_seconds();
    units = run(side);
    CHECK(units > 0);
    return (pairs_cpu_seconds() - start) / (double)units;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
median(double *v, unsigned n)
{
    qsort(v, n, sizeof(*v), compare);
    return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void
print(const struct pair *pair, const double *ratios, unsigned n, double middle, double a, double b)
{
    printf("%-46s %6.2f (%.2f-%.2f)   must %.2f%s", pair->name, middle, ratios[0], ratios[n - 1],
           pair->must, middle >= pair->must ? "" : "  MISSED");
    if (pair->goal > 0)
        printf("   goal %.2f%s", pair->goal, middle >= pair->goal ? "" : "  missed");
    printf("   [%.0f / %.0f ns per %s]\n", a * 1e9, b * 1e9, pair->unit);
    (void)fflush(stdout);
}

double
pairs_run(const struct pair *pair)
{
    unsigned n = pair->rounds > 0 ? pair->rounds : PAIRS_ROUNDS;
    double ratios[PAIRS_ROUNDS_MAX];
    double a[PAIRS_ROUNDS_MAX];
    double b[PAIRS_ROUNDS_MAX];
    double middle;
    uint64_t (*run_b)(void *side) = pair->run_b != NULL ? pair->run_b : pair->run;

    CHECK(n <= PAIRS_ROUNDS_MAX);
    for (unsigned i = 0; i < n; i++) {
        if (i % 2 == 0)
            a[i] = seconds_per_unit(pair, pair->a, pair->run);
        b[i] = seconds_per_unit(pair, pair->b, run_b);
        if (i % 2 == 1)
            a[i] = seconds_per_unit(pair, pair->a, pair->run);
        ratios[i] = b[i] / a[i];
    }
    middle = median(ratios, n);
    print(pair, ratios, n, middle, median(a, n), median(b, n));
    return middle;
}

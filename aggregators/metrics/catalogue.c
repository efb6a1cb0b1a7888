/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/metrics/catalogue.h"

#include "aggregators/windows/ages.h"
#include "base/check.h"

/* A row's a, b and c name durations where its kind is DURATION and measures elsewhere; these pick
 * the right table. */
#define ARG_COUNT(x)     MEASURE_##x
#define ARG_LEVEL(x)     MEASURE_##x
#define ARG_NET_FLOW(x)  MEASURE_##x
#define ARG_RATIO(x)     MEASURE_##x
#define ARG_SAMPLE(x)    MEASURE_##x
#define ARG_POINTS(x)    MEASURE_##x
#define ARG_MIX(x)       MEASURE_##x
#define ARG_MEAN(x)      MEASURE_##x
#define ARG_MONEY(x)     MEASURE_##x
#define ARG_SCORE(x)     MEASURE_##x
#define ARG_DURATION(x)  DURATION_##x
#define ARG_HISTOGRAM(x) AGE_OF_##x

const struct metric metrics[METRIC_NUMBERS] = {
#define METRIC(id, kind, a, b, c, since, unit, formula, window)                                    \
    {#id, METRIC_##kind, ARG_##kind(a), ARG_##kind(b), ARG_##kind(c), since, unit, formula, window},
#include "aggregators/metrics/catalogue.tbl"
#undef METRIC
};

static const signed char sums[DURATIONS_MAX] = {
#define DURATION(number, name) [number] = MEASURE_##name##_ms,
#include "aggregators/metrics/durations.tbl"
#undef DURATION
};

enum measure
duration_sum(enum duration d)
{
    CHECK(d >= 0 && d < DURATIONS_MAX && sums[d] > 0);
    return (enum measure)sums[d];
}

const struct metric *
metric_find(struct str id)
{
    for (int i = 0; i < METRIC_NUMBERS; i++)
        if (str_equal(id, str_from(metrics[i].id)))
            return &metrics[i];
    return NULL;
}

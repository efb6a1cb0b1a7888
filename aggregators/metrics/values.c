/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/metrics/values.h"

#include "base/check.h"

#include <math.h>
#include <stddef.h>

/* Scores and points are whole millionths on the way here; published they are the scores and points
 * themselves, and a value is the quotient of what is published: a reader who divides gets the same
 * bits. */
#define MILLIONTHS 1e6
#define WILSON_Z   1.96

enum { LOW_SAMPLE = 30 };

/* Where a metric lies in the generated struct: `has` is its bool, `at` its value. */
struct place {
    uint32_t has;
    uint32_t at;
};

static const struct place places[METRIC_NUMBERS] = {
#define METRIC(id, kind, a, b, c, since, unit, formula, window)                                    \
    {offsetof(struct metrics, has_##id), offsetof(struct metrics, id)},
#include "aggregators/metrics/catalogue.tbl"
#undef METRIC
};

_Static_assert(METRIC_NUMBERS <= 256, "settings.metrics has 256 bits and values.numbers has bytes");

void
values_init(struct values *v, const uint64_t selected[4])
{
    *v = (struct values){0};
    for (int i = 0; i < METRIC_NUMBERS; i++) {
        if (metrics[i].since == 0 || !(selected[i / 64] >> (i % 64) & 1))
            continue;
        v->numbers[v->n++] = (uint8_t)i;
    }
}

void
values_fini(struct values *v)
{
    sketch_fini(&v->sketch);
}

static bool
is_in_millionths(const struct metric *m)
{
    return strcmp(m->unit, "points") == 0 || strcmp(m->unit, "score") == 0;
}

static void
fill_quotient(int64_t above, int64_t below, bool *ret_has, double *ret)
{
    *ret_has = below != 0;
    *ret = *ret_has ? (double)above / (double)below : 0;
}

static void
fill_ratio(int64_t above, int64_t below, struct ratio_metric *ret)
{
    *ret = (struct ratio_metric){.numerator = (double)above, .denominator = (double)below};
    fill_quotient(above, below, &ret->has_value, &ret->value);
}

/*
 * Wilson's interval. A count outside 0..n comes of a retraction without its addition (that one was
 * too late for this window); then there is no interval.
 */
static void
fill_sample(int64_t above, int64_t below, struct ratio_metric *ret)
{
    double n = (double)below;
    double zz = WILSON_Z * WILSON_Z;

    fill_ratio(above, below, ret);
    ret->has_low_sample = true;
    ret->low_sample = below < LOW_SAMPLE;
    if (below > 0 && above >= 0 && above <= below) {
        double p = ret->value;
        double middle = p + zz / (2 * n);
        double half = WILSON_Z * sqrt(p * (1 - p) / n + zz / (4 * n * n));
        double scale = 1 + zz / n;

        ret->has_low = ret->has_high = true;
        ret->low = above == 0 ? 0 : (middle - half) / scale;
        ret->high = above == below ? 1 : (middle + half) / scale;
    }
}

static void
fill_points(int64_t above, int64_t below, struct ratio_metric *ret)
{
    fill_ratio(above, below, ret);
    ret->numerator = (double)above / MILLIONTHS;
    ret->denominator = (double)below / MILLIONTHS;
    if (ret->has_value)
        ret->value = ret->numerator / ret->denominator;
}

static void
fill_mean(int64_t sum, int64_t n, bool in_millionths, struct mean_metric *ret)
{
    *ret = (struct mean_metric){.sum = (double)sum, .n = n};
    fill_quotient(sum, n, &ret->has_value, &ret->value);
    if (in_millionths) {
        ret->sum = (double)sum / MILLIONTHS;
        ret->value = ret->has_value ? ret->sum / (double)n : 0;
    }
}

static void
fill_score(int64_t promoters, int64_t detractors, int64_t n, struct score_metric *ret)
{
    *ret = (struct score_metric){.promoters = promoters, .detractors = detractors, .n = n};
    fill_quotient(100 * (promoters - detractors), n, &ret->has_value, &ret->value);
}

static void
fill_duration(const struct tally *t, enum duration d, struct sketch *sketch,
              struct duration_metric *ret)
{
    static const unsigned percents[] = {50, 90, 95, 99};
    double found[4];

    *ret = (struct duration_metric){.sum_ms = tally_get(t, duration_sum(d))};
    if (!tally_get_sketch(t, d, sketch))
        return;
    ret->count = sketch_count(sketch);
    if (ret->count <= 0)
        return;
    sketch_quantiles(sketch, percents, 4, found);
    ret->has_min_ms = ret->has_max_ms = true;
    ret->has_p50_ms = ret->has_p90_ms = ret->has_p95_ms = ret->has_p99_ms = true;
    ret->min_ms = sketch_min(sketch);
    ret->max_ms = sketch_max(sketch);
    ret->p50_ms = found[0];
    ret->p90_ms = found[1];
    ret->p95_ms = found[2];
    ret->p99_ms = found[3];
}

static void
fill_histogram(const struct age_histogram *ages, struct histogram_metric *ret)
{
    bool has = ages->n > 0;

    *ret = (struct histogram_metric){.lt_1d = ages->classes[0],
                                     .d1_3 = ages->classes[1],
                                     .d3_7 = ages->classes[2],
                                     .d7_14 = ages->classes[3],
                                     .d14_30 = ages->classes[4],
                                     .ge_30d = ages->classes[5],
                                     .has_p50_ms = has,
                                     .p50_ms = (double)ages->p50_ms,
                                     .has_p90_ms = has,
                                     .p90_ms = (double)ages->p90_ms,
                                     .has_max_ms = has,
                                     .max_ms = (double)ages->max_ms};
}

static int64_t
measure_of(const struct values_input *in, int measure)
{
    return tally_get(in->tally, (enum measure)measure);
}

/* The value of one metric at `at`, which is a struct of its kind. False: it is null here. */
static bool
fill_metric(const struct metric *m, const struct values_input *in, struct sketch *sketch, void *at)
{
    switch (m->kind) {
    case METRIC_COUNT:
        ((struct count_metric *)at)->value = measure_of(in, m->a);
        return true;
    case METRIC_LEVEL:
        ((struct count_metric *)at)->value = in->level;
        return true;
    case METRIC_NET_FLOW:
        ((struct count_metric *)at)->value = in->net_flow;
        return true;
    case METRIC_RATIO:
        fill_ratio(measure_of(in, m->a), measure_of(in, m->b), at);
        return true;
    case METRIC_SAMPLE:
        fill_sample(measure_of(in, m->a), measure_of(in, m->b), at);
        return true;
    case METRIC_POINTS:
        fill_points(measure_of(in, m->a), measure_of(in, m->b), at);
        return true;
    case METRIC_MIX:
        if (in->has_mix)
            fill_ratio(measure_of(in, m->a), in->mix_total, at);
        return in->has_mix;
    case METRIC_MEAN:
        fill_mean(measure_of(in, m->a), measure_of(in, m->b), is_in_millionths(m), at);
        return true;
    case METRIC_SCORE:
        fill_score(measure_of(in, m->a), measure_of(in, m->b), measure_of(in, m->c), at);
        return true;
    case METRIC_DURATION:
        fill_duration(in->tally, (enum duration)m->a, sketch, at);
        return true;
    case METRIC_HISTOGRAM:
        if (in->ages != NULL)
            fill_histogram(&in->ages[m->a], at);
        return in->ages != NULL;
    case METRIC_MONEY:
        break; /* planned: values_init() lets none of these through */
    }
    UNREACHABLE();
}

void
values_fill(struct values *v, const struct values_input *input, struct metrics *ret)
{
    char *base = (char *)ret;

    for (unsigned i = 0; i < v->n; i++) {
        unsigned number = v->numbers[i];
        bool *has = (bool *)(base + places[number].has);

        *has = fill_metric(&metrics[number], input, &v->sketch, base + places[number].at);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what was added up to what is published: one loop over the catalogue fills the Metrics
 * record. Pure arithmetic; each value is the quotient of the two numbers that are published beside
 * it.
 */
#ifndef AGGREGATORS_METRICS_VALUES_H
#define AGGREGATORS_METRICS_VALUES_H

#include "aggregators/windows/ages.h"
#include "aggregators/windows/tally.h"
#include "schemas/rollup.h"

/* Which metrics are computed: those that this version knows and the configuration asks for. Meant
 * to be embedded. */
struct values {
    unsigned n;
    uint8_t numbers[METRIC_NUMBERS]; /* enum metric_number, ascending */
    struct sketch sketch;            /* scratch */
};

struct values_input {
    const struct tally *tally;
    int64_t level; /* backlog at the window's end */
    int64_t net_flow;
    bool has_mix;                     /* the segmentation has channel */
    int64_t mix_total;                /* volume of the segment without its channel */
    const struct age_histogram *ages; /* one per enum age_kind; NULL: null in this record */
};

/* `selected`: bit set of settings.metrics. */
void values_init(struct values *v, const uint64_t selected[4]);
void values_fini(struct values *v);

/*
 * Writes every metric that is computed. `ret` is zeroed before its first use (metrics that are not
 * computed stay null) and may then be filled again and again.
 */
void values_fill(struct values *v, const struct values_input *input, struct metrics *ret);

#endif

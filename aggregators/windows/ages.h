/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct ages: how many open tickets there are of each birth, an instant rounded up to the pane:
 * the creation, or the last customer message. Changes are added like every other measure, so rows
 * may carry them in any order; ages themselves exist only at a window's end (end - birth), so
 * nothing has to be scanned as time goes by. Plain data, meant to be embedded; all zero is empty.
 */
#ifndef AGGREGATORS_WINDOWS_AGES_H
#define AGGREGATORS_WINDOWS_AGES_H

#include "base/evtime.h"

/* What an age is counted from. The number crosses the hop: never change it. */
enum age_kind { AGE_OF_none = -1, AGE_OF_TICKET = 0, AGE_OF_CUSTOMER_MESSAGE = 1, AGE_KINDS };

struct age {
    evtime_ms birth;
    int64_t count; /* never 0 */
};

struct ages {
    struct age *v; /* by birth */
    uint32_t n;
    uint32_t cap;
};

/* The classes of a histogram: less than 1 day, 1 to 3, 3 to 7, 7 to 14, 14 to 30, 30 days and more
 * (from inclusive). */
enum { AGE_CLASSES = 6 };

struct age_histogram {
    int64_t classes[AGE_CLASSES];
    int64_t n;     /* all of them; the rest is meaningless when it is 0 */
    dur_ms p50_ms; /* nearest rank */
    dur_ms p90_ms;
    dur_ms max_ms;
};

void ages_fini(struct ages *a);
/* Empty again; keeps the memory. */
void ages_clear(struct ages *a);
void ages_add(struct ages *a, evtime_ms birth, int64_t count);
/*
 * Ages at the instant `end`. A count below 0, which a retraction leaves where its addition is
 * missing, counts as 0; a birth after `end` has age 0.
 */
void ages_measure(const struct ages *a, evtime_ms end, struct age_histogram *ret);

#endif

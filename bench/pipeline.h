/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engines alone: decode -> ticket engine -> hop in memory -> segment engine -> outbox, in one
 * thread, without source, intake and sink. What the outbox gets is counted and thrown away.
 */
#ifndef BENCH_PIPELINE_H
#define BENCH_PIPELINE_H

#include "aggregators/segments/segment_engine.h"
#include "aggregators/tickets/ticket_engine.h"

#include "bench/workload.h"

/* Of `settings`, everything that the benches agree on: the sample configuration's times and limits,
 * all metrics. */
void pipeline_settings(struct settings *ret);
/* Adds a dimension (custom key only for DIMENSION_CUSTOM), returns its number. */
uint8_t pipeline_add_dimension(struct settings *s, enum dimension_id id, struct str custom_key);
/* Adds a segmentation over n dimensions. */
void pipeline_add_segmentation(struct settings *s, struct str name, unsigned n,
                               const uint8_t *dimensions);
void pipeline_add_window(struct settings *s, struct str name, dur_ms length_ms,
                         dur_ms allowed_lateness_ms);

struct pipeline {
    struct ticket_engine *tickets;
    struct segment_engine *segments; /* NULL: batches are dropped */
    struct outbox *outbox;
    struct plan *plan;
    struct arena arena;
    uint64_t position;
    unsigned since_flush;
    uint64_t rollups;
    uint64_t all_rollups; /* of the segmentation `all`; */
    uint64_t
        all_hash; /* of their keys and values: what must not depend on the other segmentations */
};

void pipeline_init(struct pipeline *p, const struct settings *settings, bool with_segments);
void pipeline_fini(struct pipeline *p);
/* Feeds the records, flushing now and then as the replay loop does. */
void pipeline_feed(struct pipeline *p, const struct records *records);
/* CHECKs that every event was applied in order and none was late, refused or a duplicate. */
void pipeline_check(const struct pipeline *p);

#endif

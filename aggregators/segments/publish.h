/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the entries of an edge to rollups in the outbox. Entries are offered in any order; what is
 * really published, and in which order, is decided here:
 *
 *   a running one             published if a measure or its net flow is not 0 and a value is
 * another one than in its last record (at the last edge of a run: always), is_closed false a window
 * that closes      published if a measure or its net flow is not 0, or was when it was published
 * early a closed one that changed published with the next revision if a value of its metrics is
 * another one than in its last record; where it had none, as one that closes a running one (last
 * edge) published as one that closes, is_closed false
 *
 * and sorted by (window end, tenant, segment_id, window name). So the topic does not show how rows
 * came.
 */
#ifndef AGGREGATORS_SEGMENTS_PUBLISH_H
#define AGGREGATORS_SEGMENTS_PUBLISH_H

#include "aggregators/outbox.h"
#include "aggregators/segments/segment_table.h"
#include "aggregators/segments/window_table.h"

struct publisher;

/* All are borrowed. */
struct publisher *publisher_new(const struct settings *settings, struct segment_table *segments,
                                struct window_table *windows);
void publisher_free(struct publisher **p);

/*
 * The entry's window closes: the ages of the tickets that are open now belong to it from here on,
 * if it is published at this edge (rule 9). To be offered at the same edge.
 */
void publisher_close(struct publisher *p, uint32_t entry);
/* The entry's window closes, or closed earlier and the entry changed, or runs. Each entry at most
 * once per edge. */
void publisher_offer(struct publisher *p, uint32_t entry);

struct published {
    uint64_t rollups;
    uint64_t corrections; /* of these with revision > 0 */
};

/* Publishes what was offered, with that watermark. `is_last`: this is the last edge of a run. */
struct published publisher_publish(struct publisher *p, evtime_ms watermark, bool is_last,
                                   struct outbox *out);

size_t publisher_bytes(const struct publisher *p);

#endif

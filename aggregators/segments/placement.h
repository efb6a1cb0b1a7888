/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Placements: which segments a profile counts in, worked out once per profile and remembered by its
 * content.
 *
 *     profile {tenant, values, issue_types} ──► one segment per segmentation; where issue_type is
 * one of its dimensions, one for each of the types ("" where there is none)
 */
#ifndef AGGREGATORS_SEGMENTS_PLACEMENT_H
#define AGGREGATORS_SEGMENTS_PLACEMENT_H

#include "aggregators/segments/segment_table.h"
#include "schemas/partial_batch.h"

struct placement {
    uint64_t hash;
    struct str key;  /* the profile as bytes; lies behind the segments */
    bool is_waiting; /* rows wait that name it: the caller's mark for the next collection */
    uint32_t n;
    uint32_t segments[];
};

struct placements;

/* Both are borrowed. */
struct placements *placements_new(const struct settings *settings, struct segment_table *segments);
void placements_free(struct placements **p);

/*
 * The placements of n profiles into ret[]. They live until a collection before which they were not
 * marked.
 */
void placements_find(struct placements *p, const struct partial_profile *profiles, size_t n,
                     struct placement **ret);

uint32_t placements_count(const struct placements *p);
/* Frees those that are not marked, clears the marks, and marks the segments of what stays. */
void placements_collect(struct placements *p);
size_t placements_bytes(const struct placements *p);

#endif

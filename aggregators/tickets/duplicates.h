/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which event ids were applied: 64-bit hashes with a fixed seed, each kept until engine time has
 * passed the instant at which it was applied + duplicates_within, rounded up to the pane. About 38
 * bytes for each event of that time.
 */
#ifndef AGGREGATORS_TICKETS_DUPLICATES_H
#define AGGREGATORS_TICKETS_DUPLICATES_H

#include "base/evtime.h"
#include "base/str.h"

struct duplicates;

struct duplicates *duplicates_new(dur_ms within_ms, dur_ms pane_ms);
void duplicates_free(struct duplicates **d);

uint64_t duplicates_hash(struct str event_id);
/* Brings the hash's memory near. */
void duplicates_prefetch(const struct duplicates *d, uint64_t hash);
/* True if the id was applied and is not yet forgotten at engine time `now`. Always false when
 * within is 0. */
bool duplicates_seen(const struct duplicates *d, uint64_t hash, evtime_ms now);
/* The id was applied to an event of time `occurred_at`, at engine time `now` (which never goes
 * back). */
void duplicates_add(struct duplicates *d, uint64_t hash, evtime_ms occurred_at, evtime_ms now);

/* All that are remembered, oldest first: hash and the instant after which it is forgotten. */
typedef void duplicates_fn(void *context, uint64_t hash, evtime_ms until);
void duplicates_each(const struct duplicates *d, evtime_ms now, duplicates_fn *take, void *context);
void duplicates_restore(struct duplicates *d, uint64_t hash, evtime_ms until);

size_t duplicates_bytes(const struct duplicates *d);

#endif

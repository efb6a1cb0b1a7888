/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration in words, for people: what is computed, when windows close and until when they
 * are corrected (each with an example in dates), what is late, what a duplicate, what memory it
 * takes. Lines of at most 80 columns. The same bytes on every machine with the same rules of its
 * zones.
 */
#ifndef STAGE_EXPLAIN_H
#define STAGE_EXPLAIN_H

#include "base/strbuf.h"
#include "stage/config.h"

/* What the estimates of memory assume, per source partition where not said otherwise. */
struct explain_load {
    uint64_t rate;     /* events a second */
    uint64_t tickets;  /* open or kept */
    uint64_t segments; /* of all segmentations together, for the whole program */
};

void explain_add(struct strbuf *out, const struct config *c, const struct explain_load *load);

/* The parts, in their order. */
void explain_add_segments(struct strbuf *out, const struct config *c);
void explain_add_time(struct strbuf *out, const struct config *c);
void explain_add_windows(struct strbuf *out, const struct config *c);
void explain_add_memory(struct strbuf *out, const struct config *c,
                        const struct explain_load *load);
void explain_add_notes(struct strbuf *out, const struct config *c, const struct explain_load *load);

#endif

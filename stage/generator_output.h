/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct generator_output: events in the order of event time go into files in the order in which
 * they arrive. How the way between the two is, is asked for: each event is delayed by up to
 * `disorder_ms`; some by more than that (late); some arrive twice. The delay of an event follows
 * from the seed and its id, so the same events arrive in another order and none is changed, but for
 * recorded_at, which is the arrival where there is any delay.
 */
#ifndef STAGE_GENERATOR_OUTPUT_H
#define STAGE_GENERATOR_OUTPUT_H

#include "base/error.h"
#include "schemas/ticket_event.h"

enum {
    OUTPUT_SHARE_ONE = 1000000, /* shares are counted in millionths */
    OUTPUT_PARTITIONS_MAX = 1000
};

struct generator_output_options {
    const char *path;    /* its suffix says the form, see stage/event_writer.h */
    uint32_t partitions; /* 1: the path itself; more: OUT-0.., by murmur2 of the ticket_id */
    int level;           /* effort of compression, 1 to 9 */
    uint64_t seed;
    dur_ms disorder_ms;
    uint32_t
        late; /* share of the events that are delayed by disorder_ms and up to late_by_ms more */
    dur_ms late_by_ms;
    uint32_t duplicates; /* share of the events that arrive twice, no more than disorder_ms apart */
};

struct generator_counts {
    uint64_t events; /* without duplicates */
    uint64_t late;
    uint64_t duplicates;
};

struct generator_output;

/* ERR_USAGE if the suffix is not known; ERR_IO if a file cannot be made. */
MUST_USE enum err generator_output_open(const struct generator_output_options *options,
                                        struct generator_output **ret, struct error *reterr);
/* Event times never go back. */
MUST_USE enum err generator_output_add(struct generator_output *o, const struct ticket_event *event,
                                       struct error *reterr);
/* Writes what is still on its way; the files appear under their names. */
MUST_USE enum err generator_output_commit(struct generator_output *o, struct error *reterr);
/* Frees; removes files that were not committed. Accepts NULL. */
void generator_output_close(struct generator_output **o);

const struct generator_counts *generator_output_counts(const struct generator_output *o);

#endif

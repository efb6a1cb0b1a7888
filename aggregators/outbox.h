/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct outbox: what a commit publishes, as a value. Records in the order in which they must be
 * read per key, as the bytes that a topic gets: key, and Avro body without framing (a sink knows
 * the schema ids). A commit that fails is produced again from the same outbox; nothing in it refers
 * to an engine.
 */
#ifndef AGGREGATORS_OUTBOX_H
#define AGGREGATORS_OUTBOX_H

#include "base/strbuf.h"
#include "schemas/rollup.h"

/* The topics that the stage writes; INTERFACES section 1. */
enum output {
    OUTPUT_ROLLUPS,
    OUTPUT_ROLLUPS_AGENT, /* rollups of segmentations that contain agent */
    OUTPUT_LATE,
    OUTPUT_DEAD_LETTERS,
    OUTPUTS
};

struct outbox_record {
    enum output output;
    struct str key;
    struct str value;   /* rollups: Avro body; late and dead letters: the bytes as they came */
    struct str reason;  /* late and dead letters: the word of INTERFACES section 4; else empty */
    struct str windows; /* late: JSON text [{"window_name":..,"window_start":..}..]; else empty */
};

struct outbox;

struct outbox *outbox_new(void);
void outbox_free(struct outbox **o);
/* Empty again; keeps the memory. */
void outbox_clear(struct outbox *o);

size_t outbox_count(const struct outbox *o);
/* Bytes of all texts of all records. */
size_t outbox_bytes(const struct outbox *o);
/* The i-th record; borrowed until the next add or clear. */
struct outbox_record outbox_get(const struct outbox *o, size_t i);

/* Adds a copy of the record. */
void outbox_add(struct outbox *o, const struct outbox_record *record);
/* Encodes the rollup, with its key `[tenant|]segment_id|window_name|window_start`. */
void outbox_add_rollup(struct outbox *o, enum output output, const struct rollup *rollup);
/* The same with the Metrics record already encoded; rollup->metrics is not looked at. */
void outbox_add_rollup_parts(struct outbox *o, enum output output, const struct rollup *rollup,
                             struct str metrics);

#endif

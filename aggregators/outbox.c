/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every text of every record lies in one buffer, one behind the other; a record is the place where
 * its texts end.
 *
 *     bytes   key0 value0 reason0 windows0 key1 value1 ...
 */
#include "aggregators/outbox.h"

#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"

enum part { PART_KEY, PART_VALUE, PART_REASON, PART_WINDOWS, PARTS };

struct place {
    enum output output;
    size_t start;
    size_t ends[PARTS];
};

struct outbox {
    struct strbuf bytes;
    struct place *places;
    size_t n;
    size_t cap;
    struct strbuf metrics; /* scratch of outbox_add_rollup() */
    struct avro_desc head; /* the Rollup record without its last field, metrics */
};

struct outbox *
outbox_new(void)
{
    struct outbox *o = mem_new(1, sizeof(*o));

    /* A record is the encodings of its fields in order, so its metrics can be encoded apart. */
    o->head = rollup_desc;
    o->head.n--;
    CHECK(rollup_desc.fields[o->head.n].of.named == &metrics_desc);
    return o;
}

void
outbox_free(struct outbox **o)
{
    if (*o == NULL)
        return;
    strbuf_fini(&(*o)->bytes);
    strbuf_fini(&(*o)->metrics);
    mem_free((*o)->places);
    mem_free(*o);
    *o = NULL;
}

void
outbox_clear(struct outbox *o)
{
    strbuf_clear(&o->bytes);
    o->n = 0;
}

size_t
outbox_count(const struct outbox *o)
{
    return o->n;
}

size_t
outbox_bytes(const struct outbox *o)
{
    return o->bytes.n;
}

static struct str
part_of(const struct outbox *o, const struct place *place, enum part part)
{
    size_t start = part == PART_KEY ? place->start : place->ends[part - 1];

    return str_of(o->bytes.p + start, place->ends[part] - start);
}

struct outbox_record
outbox_get(const struct outbox *o, size_t i)
{
    const struct place *place = &o->places[i];

    CHECK(i < o->n);
    return (struct outbox_record){.output = place->output,
                                  .key = part_of(o, place, PART_KEY),
                                  .value = part_of(o, place, PART_VALUE),
                                  .reason = part_of(o, place, PART_REASON),
                                  .windows = part_of(o, place, PART_WINDOWS)};
}

static struct place *
add_place(struct outbox *o, enum output output)
{
    struct place *place;

    CHECK(output < OUTPUTS);
    o->places = mem_grow(o->places, o->n, &o->cap, sizeof(*o->places));
    place = &o->places[o->n++];
    place->output = output;
    place->start = o->bytes.n;
    return place;
}

static void
end_part(struct outbox *o, struct place *place, enum part part)
{
    place->ends[part] = o->bytes.n;
}

void
outbox_add(struct outbox *o, const struct outbox_record *record)
{
    struct place *place = add_place(o, record->output);

    strbuf_add(&o->bytes, record->key);
    end_part(o, place, PART_KEY);
    strbuf_add(&o->bytes, record->value);
    end_part(o, place, PART_VALUE);
    strbuf_add(&o->bytes, record->reason);
    end_part(o, place, PART_REASON);
    strbuf_add(&o->bytes, record->windows);
    end_part(o, place, PART_WINDOWS);
}

static void
add_key(struct strbuf *b, const struct rollup *rollup)
{
    if (rollup->tenant.n > 0) {
        strbuf_add(b, rollup->tenant);
        strbuf_add_char(b, '|');
    }
    strbuf_add(b, rollup->segment_id);
    strbuf_add_char(b, '|');
    strbuf_add(b, rollup->window_name);
    strbuf_add_char(b, '|');
    strbuf_add_int(b, rollup->window_start);
}

void
outbox_add_rollup_parts(struct outbox *o, enum output output, const struct rollup *rollup,
                        struct str metrics)
{
    struct place *place = add_place(o, output);

    add_key(&o->bytes, rollup);
    end_part(o, place, PART_KEY);
    avro_encode(&o->head, rollup, &o->bytes);
    strbuf_add(&o->bytes, metrics);
    end_part(o, place, PART_VALUE);
    end_part(o, place, PART_REASON);
    end_part(o, place, PART_WINDOWS);
}

void
outbox_add_rollup(struct outbox *o, enum output output, const struct rollup *rollup)
{
    strbuf_clear(&o->metrics);
    avro_encode(&metrics_desc, &rollup->metrics, &o->metrics);
    outbox_add_rollup_parts(o, output, rollup, strbuf_str(&o->metrics));
}

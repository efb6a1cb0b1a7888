/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_output.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/murmur2.h"
#include "stage/event_writer.h"
#include "stage/generator_chance.h"
#include "stage/generator_queue.h"

enum { STREAM_DELAYS = 5, FNV_PRIME_BITS = 40 };

/* An encoded event on its way. A place whose `next_free` is set is not used. */
struct held {
    struct strbuf bytes; /* its memory serves the next one in the place */
    uint32_t partition;
    uint32_t next_free; /* place + 1; 0: none */
};

struct generator_output {
    struct generator_output_options options;
    struct event_writer **writers;
    uint32_t n_writers;
    struct strbuf bytes;
    struct queue arrivals; /* places of `held` */
    struct held *held;
    size_t n_held;
    size_t cap_held;
    uint32_t first_free; /* place + 1; 0: none */
    struct generator_counts counts;
};

/* "events.avro" -> "events-3.avro"; the suffix starts at the first dot of the last part. */
static void
name_partition(const char *path, uint32_t partition, struct strbuf *out)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strchr(slash != NULL ? slash + 1 : path, '.');
    size_t n = dot != NULL ? (size_t)(dot - path) : strlen(path);

    strbuf_addf(out, "%.*s-%u%s", (int)n, path, (unsigned)partition, path + n);
    strbuf_add_char(out, 0);
}

static enum err
open_writer(struct generator_output *o, uint32_t partition, struct error *reterr)
{
    struct strbuf path = {0};
    enum err err;

    if (o->options.partitions > 1) {
        name_partition(o->options.path, partition, &path);
        err = event_writer_open(path.p, NULL, 0, &o->writers[partition], reterr);
    } else {
        err = event_writer_open(o->options.path, NULL, 0, &o->writers[partition], reterr);
    }
    strbuf_fini(&path);
    if (err == ERR_NONE) {
        o->n_writers++;
        event_writer_set_level(o->writers[partition], o->options.level);
    }
    return err;
}

enum err
generator_output_open(const struct generator_output_options *options, struct generator_output **ret,
                      struct error *reterr)
{
    struct generator_output *o = mem_new(1, sizeof(*o));
    enum err err = ERR_NONE;

    CHECK(options->partitions > 0 && options->partitions <= OUTPUT_PARTITIONS_MAX);
    o->options = *options;
    o->writers = mem_new(options->partitions, sizeof(struct event_writer *));
    for (uint32_t i = 0; i < options->partitions && err == ERR_NONE; i++)
        err = open_writer(o, i, reterr);
    if (err != ERR_NONE) {
        generator_output_close(&o);
        return err;
    }
    *ret = o;
    return ERR_NONE;
}

void
generator_output_close(struct generator_output **output)
{
    struct generator_output *o = *output;

    if (o == NULL)
        return;
    for (uint32_t i = 0; i < o->n_writers; i++)
        event_writer_close(&o->writers[i]);
    for (size_t i = 0; i < o->n_held; i++)
        strbuf_fini(&o->held[i].bytes);
    mem_free(o->writers);
    mem_free(o->held);
    queue_fini(&o->arrivals);
    strbuf_fini(&o->bytes);
    mem_free(o);
    *output = NULL;
}

const struct generator_counts *
generator_output_counts(const struct generator_output *o)
{
    return &o->counts;
}

static void
hold(struct generator_output *o, evtime_ms arrival, uint32_t partition)
{
    uint32_t place = o->first_free - 1;

    if (o->first_free == 0) {
        o->held = mem_grow(o->held, o->n_held, &o->cap_held, sizeof(*o->held));
        place = (uint32_t)o->n_held++;
        o->held[place] = (struct held){0};
    } else {
        o->first_free = o->held[place].next_free;
    }
    o->held[place].partition = partition;
    strbuf_clear(&o->held[place].bytes);
    strbuf_add(&o->held[place].bytes, strbuf_str(&o->bytes));
    queue_add(&o->arrivals, (struct queue_item){arrival, place});
}

/* Writes what arrives before `before`: what comes later in event time cannot arrive earlier. */
static enum err
write_arrived(struct generator_output *o, evtime_ms before, struct error *reterr)
{
    const struct queue_item *first;
    enum err err = ERR_NONE;

    while (err == ERR_NONE && (first = queue_peek(&o->arrivals)) != NULL && first->at < before) {
        uint32_t place = (uint32_t)queue_take(&o->arrivals).what;
        struct held *held = &o->held[place];

        err =
            event_writer_add_encoded(o->writers[held->partition], strbuf_str(&held->bytes), reterr);
        held->next_free = o->first_free;
        o->first_free = place + 1;
    }
    return err;
}

/* FNV-1a: the delay belongs to the event and not to its place in the stream. */
static chance
delay_chance(const struct generator_output *o, const struct ticket_event *event)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < event->event_id.n; i++)
        hash = (hash ^ (unsigned char)event->event_id.p[i]) *
               ((UINT64_C(1) << FNV_PRIME_BITS) + 0x1b3);
    return chance_of(o->options.seed, STREAM_DELAYS, hash);
}

static dur_ms
draw_delay(struct generator_output *o, chance *c)
{
    const struct generator_output_options *options = &o->options;

    if (chance_happens(c, options->late, OUTPUT_SHARE_ONE)) {
        o->counts.late++;
        return options->disorder_ms + 1 +
               (dur_ms)chance_below_wide(c, (uint64_t)options->late_by_ms);
    }
    return (dur_ms)chance_below_wide(c, (uint64_t)options->disorder_ms + 1);
}

/* In order, and once or twice. */
static enum err
add_at_once(struct generator_output *o, struct event_writer *writer,
            const struct ticket_event *event, bool is_twice, struct error *reterr)
{
    enum err err = ERR_NONE;

    strbuf_clear(&o->bytes);
    event_writer_encode(writer, event, &o->bytes);
    for (int i = 0; i < 1 + is_twice && err == ERR_NONE; i++)
        err = event_writer_add_encoded(writer, strbuf_str(&o->bytes), reterr);
    return err;
}

enum err
generator_output_add(struct generator_output *o, const struct ticket_event *event,
                     struct error *reterr)
{
    const struct generator_output_options *options = &o->options;
    uint32_t partition = murmur2_partition(event->ticket_id, options->partitions);
    chance c = delay_chance(o, event);
    bool is_twice = chance_happens(&c, options->duplicates, OUTPUT_SHARE_ONE);
    struct ticket_event recorded;
    dur_ms delay;
    enum err err;

    o->counts.events++;
    o->counts.duplicates += is_twice;
    if (options->disorder_ms == 0 && options->late == 0)
        return add_at_once(o, o->writers[partition], event, is_twice, reterr);
    err = write_arrived(o, event->occurred_at, reterr);
    delay = draw_delay(o, &c);
    recorded = *event;
    recorded.has_recorded_at = true;
    recorded.recorded_at = event->occurred_at + delay;
    strbuf_clear(&o->bytes);
    event_writer_encode(o->writers[partition], &recorded, &o->bytes);
    hold(o, recorded.recorded_at, partition);
    if (is_twice) {
        dur_ms left =
            delay < options->disorder_ms ? options->disorder_ms - delay : options->disorder_ms;

        hold(o, recorded.recorded_at + (dur_ms)chance_below_wide(&c, (uint64_t)left + 1),
             partition);
    }
    return err;
}

enum err
generator_output_commit(struct generator_output *o, struct error *reterr)
{
    enum err err = write_arrived(o, INT64_MAX, reterr);

    for (uint32_t i = 0; i < o->n_writers && err == ERR_NONE; i++)
        err = event_writer_commit(o->writers[i], reterr);
    return err;
}

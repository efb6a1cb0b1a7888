/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/event_log.h"

#include "base/mem.h"
#include "schemas/codec/encode.h"

#include <stdlib.h>

struct event_log_reader {
    struct source source;
    const struct event_log *log;
    size_t next;
};

void
event_log_init(struct event_log *log)
{
    struct str text = str_of(ticket_event_desc.avsc, ticket_event_desc.avsc_len);

    *log = (struct event_log){0};
    CHECK(plan_compile(text, &ticket_event_desc, &log->plan, NULL) == ERR_NONE);
}

void
event_log_fini(struct event_log *log)
{
    plan_free(&log->plan);
    strbuf_fini(&log->bytes);
    mem_free(log->v);
    *log = (struct event_log){0};
}

static void
add_entry(struct event_log *log, size_t at, uint32_t ticket, evtime_ms arrival)
{
    log->v = mem_grow(log->v, log->n, &log->cap, sizeof(*log->v));
    log->v[log->n++] = (struct event_log_entry){
        .at = at, .size = log->bytes.n - at, .ticket = ticket, .arrival = arrival};
}

void
event_log_add(struct event_log *log, const struct ticket_event *event, uint32_t ticket,
              evtime_ms arrival)
{
    size_t at = log->bytes.n;

    avro_encode(&ticket_event_desc, event, &log->bytes);
    add_entry(log, at, ticket, arrival);
}

void
event_log_copy(struct event_log *log, const struct event_log *from, size_t i)
{
    struct event_log_entry entry = from->v[i];
    size_t at = log->bytes.n;

    (void)strbuf_reserve(&log->bytes, entry.size);
    strbuf_add(&log->bytes, str_of(from->bytes.p + entry.at, entry.size));
    add_entry(log, at, entry.ticket, entry.arrival);
}

/* The place in the bytes is the order in which entries were added. */
static int
compare(const void *a, const void *b)
{
    const struct event_log_entry *x = a;
    const struct event_log_entry *y = b;

    if (x->arrival != y->arrival)
        return x->arrival < y->arrival ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

void
event_log_sort(struct event_log *log)
{
    if (log->n > 0)
        qsort(log->v, log->n, sizeof(*log->v), compare);
}

struct record
event_log_record(const struct event_log *log, size_t i)
{
    CHECK(i < log->n);
    return (struct record){.form = RECORD_AVRO,
                           .bytes = str_of(log->bytes.p + log->v[i].at, log->v[i].size),
                           .timestamp = EVTIME_NONE,
                           .position = i + 1,
                           .plan = log->plan};
}

static enum err
reader_next(struct source *source, struct record *ret, bool *ret_end, struct error *reterr)
{
    struct event_log_reader *reader = (struct event_log_reader *)source;

    (void)reterr;
    *ret_end = reader->next == reader->log->n;
    if (!*ret_end)
        *ret = event_log_record(reader->log, reader->next++);
    return ERR_NONE;
}

static void
reader_close(struct source *source)
{
    mem_free(source);
}

struct source *
event_log_source(const struct event_log *log)
{
    static const struct source_ops ops = {.next = reader_next, .close = reader_close};
    struct event_log_reader *reader = mem_new(1, sizeof(*reader));

    reader->source.ops = &ops;
    reader->log = log;
    return &reader->source;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct event_log: ticket events in the order of a source partition's log, as Avro bodies, and a
 * source that reads them. The fake of a topic partition in tests.
 */
#ifndef TESTS_SUPPORT_EVENT_LOG_H
#define TESTS_SUPPORT_EVENT_LOG_H

#include "base/strbuf.h"
#include "consumer/source.h"

/* `ticket` borrows from the log's own bytes through event_log_record(). */
struct event_log_entry {
    size_t at;
    size_t size;
    uint32_t ticket; /* the number by which a caller splits a log */
    evtime_ms arrival;
};

struct event_log {
    struct plan *plan; /* our schema as the writer's */
    struct strbuf bytes;
    struct event_log_entry *v;
    size_t n;
    size_t cap;
};

void event_log_init(struct event_log *log);
void event_log_fini(struct event_log *log);
/* Encodes the event behind the others. */
void event_log_add(struct event_log *log, const struct ticket_event *event, uint32_t ticket,
                   evtime_ms arrival);
/* Adds a copy of entry i of another log (or of this one). */
void event_log_copy(struct event_log *log, const struct event_log *from, size_t i);
/* Sorts by arrival; entries of the same arrival stay in their order. */
void event_log_sort(struct event_log *log);

/* Entry i as a record with position i + 1; borrowed until the next add. */
struct record event_log_record(const struct event_log *log, size_t i);
/* Reads the log, which must outlive the source and not change. */
struct source *event_log_source(const struct event_log *log);

#endif

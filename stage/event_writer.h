/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct event_writer: ticket events into a file whose suffix says how: .jsonl, .jsonl.gz or .avro
 * (a container file). The same events make the same bytes: no time, no name and no random
 * number goes into a file. It appears under its name when it is complete.
 */
#ifndef STAGE_EVENT_WRITER_H
#define STAGE_EVENT_WRITER_H

#include "base/error.h"
#include "schemas/codec/container.h"
#include "schemas/ticket_event.h"

struct event_writer;

/* What a container file is made of. */
struct event_form {
    enum container_codec codec;
    bool is_flat; /* records of ticket_event_flat.avsc instead of ticket_event.avsc */
};

/*
 * `meta` goes into the header of a container file. ERR_USAGE if the suffix is none of these, or
 * there is metadata or a form (which may be NULL) for a file that has no place for it; ERR_IO if
 * the file cannot be made. event_writer_open() has the usual form: deflate, not flat.
 */
MUST_USE enum err event_writer_open_as(const char *path, const struct event_form *form,
                                       const struct container_meta *meta, size_t n_meta,
                                       struct event_writer **ret, struct error *reterr);
MUST_USE enum err event_writer_open(const char *path, const struct container_meta *meta,
                                    size_t n_meta, struct event_writer **ret, struct error *reterr);
/* The payload must be of a type that we know. */
MUST_USE enum err event_writer_add(struct event_writer *w, const struct ticket_event *event,
                                   struct error *reterr);
/* The two halves of it: appends the event's bytes, which only this kind of file takes; adds them.
 */
void event_writer_encode(const struct event_writer *w, const struct ticket_event *event,
                         struct strbuf *out);
MUST_USE enum err event_writer_add_encoded(struct event_writer *w, struct str bytes,
                                           struct error *reterr);
/* How hard compression tries, 1 (fast) to 9 (small, the default); before the first event. */
void event_writer_set_level(struct event_writer *w, int level);
MUST_USE enum err event_writer_commit(struct event_writer *w, struct error *reterr);
/* Frees; removes a file that was not committed. Accepts NULL. */
void event_writer_close(struct event_writer **w);

#endif

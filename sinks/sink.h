/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct sink: where records go. The outputs of INTERFACES section 1, one topic or file each; a
 * record is what a topic gets: key, value and, for late events and dead letters, the headers that
 * say why. Rollups come as Avro bodies without framing: a sink knows what its readers expect in
 * front.
 *
 * A kind of sink embeds `struct sink` as its first member and fills `ops`.
 * @thread worker
 */
#ifndef SINKS_SINK_H
#define SINKS_SINK_H

#include "base/error.h"
#include "base/str.h"

enum sink_output {
    SINK_ROLLUPS,
    SINK_ROLLUPS_AGENT,
    SINK_SLA,
    SINK_ALERTS,
    SINK_LATE,
    SINK_DEAD_LETTERS,
    SINK_OUTPUTS
};

/* Borrowed during the call. */
struct sink_record {
    enum sink_output output;
    struct str key;
    struct str value;   /* Avro body; of late events and dead letters the bytes as they came */
    struct str reason;  /* of late events and dead letters; else empty */
    struct str windows; /* of late events: a JSON array; else empty */
};

struct sink;

struct sink_ops {
    enum err (*write)(struct sink *sink, const struct sink_record *record, struct error *reterr);
    enum err (*commit)(struct sink *sink, struct error *reterr);
    void (*close)(struct sink *sink);
};

struct sink {
    const struct sink_ops *ops;
};

/* After a failure nothing more should be written; the sink is closed without a commit. */
MUST_USE static inline enum err
sink_write(struct sink *sink, const struct sink_record *record, struct error *reterr)
{
    return sink->ops->write(sink, record, reterr);
}

/* Makes all that was written visible to readers, at once as far as the world allows. Once, at the
 * end. */
MUST_USE static inline enum err
sink_commit(struct sink *sink, struct error *reterr)
{
    return sink->ops->commit(sink, reterr);
}

/* Frees; what was not committed is gone. Accepts NULL. */
static inline void
sink_close(struct sink **sink)
{
    if (*sink != NULL)
        (*sink)->ops->close(*sink);
    *sink = NULL;
}

#endif

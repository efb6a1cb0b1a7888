/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct source: where records come from, one after another in the order of their log. One source
 * is one source partition. A source only cuts bytes into records (struct record of
 * consumer/intake.h); what they mean is decided behind it, so that a file and a topic differ in
 * nothing but here.
 *
 * A kind of source embeds `struct source` as its first member and fills `ops`.
 * @thread worker
 */
#ifndef CONSUMER_SOURCE_H
#define CONSUMER_SOURCE_H

#include "consumer/intake.h"

struct source;

/* How far a source is, in bytes of what it reads; 0 of 0 where that is not known. A source that
 * reads ahead is further than the record that was handed out. */
struct source_progress {
    uint64_t bytes;
    uint64_t bytes_total;
};

struct source_ops {
    enum err (*next)(struct source *source, struct record *ret, bool *ret_end,
                     struct error *reterr);
    void (*close)(struct source *source);
    /* NULL where nothing is known. */
    void (*tell)(const struct source *source, struct source_progress *ret);
};

struct source {
    const struct source_ops *ops;
};

/*
 * The next record, borrowed until the next call; or `*ret_end` when there is none left. A failure
 * (the rest cannot be read: the sentence names file and line or offset) ends the source: all
 * records before it were handed out, and further calls give the end.
 */
MUST_USE static inline enum err
source_next(struct source *source, struct record *ret, bool *ret_end, struct error *reterr)
{
    return source->ops->next(source, ret, ret_end, reterr);
}

static inline struct source_progress
source_tell(const struct source *source)
{
    struct source_progress progress = {0};

    if (source->ops->tell != NULL)
        source->ops->tell(source, &progress);
    return progress;
}

/* Closes and frees; accepts NULL. */
static inline void
source_close(struct source **source)
{
    if (*source != NULL)
        (*source)->ops->close(*source);
    *source = NULL;
}

#endif

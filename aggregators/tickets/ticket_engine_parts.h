/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct ticket_engine, shared by ticket_engine.c and ticket_state.c only. */
#ifndef AGGREGATORS_TICKETS_TICKET_ENGINE_PARTS_H
#define AGGREGATORS_TICKETS_TICKET_ENGINE_PARTS_H

#include "aggregators/tickets/applying.h"
#include "aggregators/tickets/duplicates.h"
#include "aggregators/tickets/hold.h"

enum { STATE_KINDS = 4 };

enum {
    BATCH = 16
}; /* events that are decoded and looked up together, so that memory is near when it is needed */

struct next_event {
    struct ticket_event event;
    uint64_t id_hash;
    uint64_t event_hash;
    uint32_t ticket; /* that it likely is of, for prefetching; 0: none */
};

struct ticket_engine {
    const struct settings *settings;
    char *source_topic;
    struct str source_topic_text;
    int32_t source_partition;

    struct ticket_rules rules;
    struct ticket_counters counters;
    struct hold *hold;
    struct duplicates *duplicates;

    evtime_ms w;      /* the watermark */
    evtime_ms w_max;  /* as_of + 1, or EVTIME_MAX */
    evtime_ms now;    /* engine time; never goes back */
    evtime_ms edge;   /* to_edge of the last flush */
    unsigned waiting; /* events submitted since the last drain */

    struct next_event next[BATCH];
    struct arena arena; /* of the events in `next` */

    bool was_loaded; /* and no event was applied since */
    struct plan
        *plans[STATE_KINDS]; /* that read state records; made when the first one is loaded */
};

/* Applies every held event that W has passed. */
void ticket_engine_drain(struct ticket_engine *e);
/* Holds an event that W has not passed. */
void ticket_engine_hold(struct ticket_engine *e, const struct ticket_event *event, struct str body,
                        const struct plan *plan, uint64_t position);

#endif

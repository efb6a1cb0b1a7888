/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event on its way into one ticket: what the steps of the ticket's life share, and how they
 * observe.
 *
 * A fact is counted at the event's time in the segment that the ticket has after the event's own
 * attributes. A fact of a cancelled ticket is not counted. What an event takes back leaves where it
 * was counted. In both cases the row's lateness class tells the windows behind the hop how late it
 * is.
 */
#ifndef AGGREGATORS_TICKETS_APPLYING_H
#define AGGREGATORS_TICKETS_APPLYING_H

#include "aggregators/hop/partial.h"
#include "aggregators/tickets/ticket_store.h"

/* What all applications of an engine share. */
struct ticket_rules {
    const struct settings *settings;
    struct profiles *profiles;
    struct partials *partials;
    struct ticket_store *store;
    struct ticket_counters *counters;
    struct arena arena; /* of one application */
    signed char
        dimension[DIMENSION_COUNT]; /* place in settings.dimensions, -1: no segmentation uses it */
};

struct applying {
    struct ticket_rules *rules;
    const struct ticket_event *event;
    evtime_ms t;   /* occurred_at */
    evtime_ms now; /* engine time: t when in order, W when late */
    bool late;
    bool silent; /* the ticket was cancelled when the event arrived: no facts */
    bool again;  /* a TicketCreated of a ticket that was created before */

    uint32_t number;
    struct ticket *ticket;
    evtime_ms old_customer; /* last_customer_message() before the event */

    bool made_fact;        /* at t ... */
    uint32_t fact_profile; /* ... in this profile (with a reference) */
};

/* True if the part of the event whose kind has this mark may be applied: in order, or late and not
 * older. */
static inline bool
is_newer(const struct applying *a, struct evtime48 mark)
{
    return !a->late || a->t >= evtime48_get(mark);
}

static inline struct evtime48
later_of(struct evtime48 mark, evtime_ms t)
{
    return evtime48_get(mark) > t ? mark : evtime48_of(t);
}

/* The row for something at `t` in the profile; `second` is another instant whose pane the window
 * must hold too, or EVTIME_NONE. */
struct tally *row_at(struct applying *a, uint32_t profile, evtime_ms t, evtime_ms second);

/* The row of a fact at the event's time, which is thereby made; NULL if the ticket makes none. */
struct tally *fact_row(struct applying *a, uint32_t profile);
/* A fact at the event's time; false if the ticket makes none. */
bool fact(struct applying *a, uint32_t profile, enum measure m, int64_t value);
/* A duration that ends at the event's time; false also if it is negative, which is counted and left
 * out. */
bool fact_duration(struct applying *a, uint32_t profile, enum duration d, dur_ms ms);

/* The steps of a ticket's life; life.c has the table. */
void apply_created(struct applying *a);
void apply_status(struct applying *a);
void apply_message(struct applying *a);
void apply_assigned(struct applying *a);
void apply_escalated(struct applying *a);
void apply_cancel(struct applying *a);
void apply_restored(struct applying *a);
void apply_handed_off(struct applying *a);
void apply_offered(struct applying *a);
void apply_bounced(struct applying *a);
void apply_survey(struct applying *a);
void apply_sentiment(struct applying *a);
void apply_review(struct applying *a);

/* The ticket's last customer message, a creation by a customer is one; EVTIME_NONE if there was
 * none. */
evtime_ms last_customer_message(const struct applying *a);

/* Opens a cycle at the event's time, if none is open and nothing after it has answered. */
void cycle_open(struct applying *a);
void cycle_close(struct applying *a);

/* The whole event into its ticket. */
void ticket_apply(struct ticket_rules *rules, const struct ticket_event *event, uint64_t id_hash,
                  evtime_ms now, bool late);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered of a ticket, in three parts, so that the many tickets that have just been
 * created stay small:
 *
 *   struct ticket   64 bytes   every ticket
 *   struct talk     60 bytes   once there was a message or an assignment
 *   struct work     64 bytes   once it left new and open
 *   struct extras   heap       cancellations, surveys, reviews: few tickets
 *
 * Plain data of the tickets folder; nobody else includes this. Instants are evtime48 (none when all
 * zero); profiles are numbers that hold a reference (hop/profile.h), 0 when there is none.
 */
#ifndef AGGREGATORS_TICKETS_TICKET_H
#define AGGREGATORS_TICKETS_TICKET_H

#include "aggregators/settings.h"
#include "base/evtime48.h"
#include "schemas/ticket_event.h"

/* Marks: the time of the last event of a kind that was applied; a late event before it changes
 * nothing of that kind. */

struct ticket {
    uint32_t id;             /* in the store's texts */
    uint32_t profile;        /* what the ticket is now */
    uint32_t volume_profile; /* where its ticket_volume was counted, 0: was not */
    uint32_t talk;           /* numbers in the store's pools, 0: none */
    uint32_t work;
    uint32_t extras;
    struct evtime48 created_at;
    struct evtime48 stretch_start; /* of the present stretch in {new, open}, pending, hold or
                                      {solved, closed} */
    struct evtime48 status_mark;
    struct evtime48 attrs_mark;
    struct evtime48 last_event;
    struct evtime48
        level_at; /* when it last came into, left or moved between segments of the level */

    unsigned status : 3;         /* enum status */
    unsigned status_reached : 1; /* some event has set the status */
    unsigned
        opened_by_agent : 1; /* initiated_by: first responses run from the first customer message */
    unsigned opened_by_customer : 1; /* initiated_by: the creation counts as a customer message */
    unsigned answered : 1;           /* first_response_time_any is decided */
    unsigned creation_opened : 1; /* the creation, by a customer, opened a cycle, or was part of one
                                     of its instant */
    unsigned in_level : 1;
    unsigned cancelled : 1;
    unsigned escalated : 1;
    unsigned assigned : 1;            /* there was a TicketAssigned */
    unsigned volume_taken : 1;        /* ticket_volume was taken back */
    unsigned first_reply_counted : 1; /* first_response_time has the first reply */
    unsigned solved_before : 1;       /* there was a solve */
    unsigned counted_created : 1; /* the creation was known at the last solve that was counted */
    unsigned
        cycle_from_creation : 1; /* the open cycle starts at created_at and there is no talk yet */
    unsigned on_calendar : 1;    /* waits in the store's calendar to be forgotten */
    unsigned present : 1;        /* the record is in use */
    unsigned dead : 1; /* forgotten; the record goes when its turn in the calendar comes */
};

struct talk {
    struct evtime48 assign_mark;
    struct evtime48 cycle_start; /* oldest unanswered customer message */
    struct evtime48 last_reply;  /* latest human reply */
    struct evtime48 first_reply; /* the first at or after the start */
    struct evtime48
        first_customer; /* first customer message after creation, of tickets opened by an agent */
    struct evtime48 last_cycle; /* start of the last cycle, open or not, that a message opened */
    struct evtime48
        last_customer; /* latest customer message; a creation by a customer is not noted here */
    uint16_t unused;
    uint32_t first_reply_profile;
    uint32_t replies;
    uint32_t customer_messages;
    uint32_t handoffs;
};

/* Time since creation by kind of status, ms. */
struct spent {
    struct evtime48 work; /* new and open */
    struct evtime48 pending;
    struct evtime48 hold;
};

struct work {
    struct spent spent;         /* up to stretch_start */
    struct evtime48 last_solve; /* the last step into solved or closed */
    struct evtime48 counted_at; /* the last solve that was counted, which the next one takes back
                                   where both fall into one window: */
    struct spent counted_spent; /* as it was then */
    uint32_t counted_profile;
    uint32_t counted_replies; /* talk's counters then */
    uint32_t counted_customer_messages;
    uint32_t counted_handoffs;
};

/* The survey answer that counts. */
struct answer {
    evtime_ms at;  /* EVTIME_NONE: there is none */
    int64_t score; /* millionths; mirrored where the scale is reversed, so that higher is better */
    uint32_t profile;
    bool positive;
};

struct review {
    evtime_ms at;
    int64_t points;   /* millionths */
    int64_t possible; /* millionths */
    uint32_t profile;
    uint32_t id; /* in the store's texts, 0: has no id */
};

/* A survey that was offered and counted. */
struct offer {
    evtime_ms at;
    dur_ms delay; /* survey_delay that was counted; -1: none */
    uint32_t profile;
    uint32_t survey_id; /* in the store's texts, 0: has no id */
};

/* Sentiment scores of the ticket, millionths. */
struct sentiment {
    evtime_ms first_at;
    evtime_ms last_at;
    int64_t first;
    int64_t last;
    uint32_t n;
};

struct extras {
    evtime_ms cancel_mark;
    evtime_ms handed_off;  /* first BotHandedOff, EVTIME_NONE: none, or answered since */
    evtime_ms reopened;    /* the last reopening, while no human reply came before or since; else
                              EVTIME_NONE */
    bool handoff_answered; /* first_response_time_since_handoff is decided */
    struct sentiment sentiment;
    struct offer *offers;
    size_t n_offers;
    size_t cap_offers;
    struct answer answers[SURVEY_KINDS];
    struct review *reviews;
    size_t n_reviews;
    size_t cap_reviews;
};

#endif

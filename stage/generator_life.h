/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a generated ticket, as two tables: what a step says and who does it, and what may
 * follow it with which chance and after how long. A ticket has one main thread (each step picks one
 * of its followers) and side steps that go on beside it (surveys, reviews, notes). A side step that
 * finds the ticket in a state it was not made for falls away, with all that would follow it.
 */
#ifndef STAGE_GENERATOR_LIFE_H
#define STAGE_GENERATOR_LIFE_H

#include "schemas/ticket_event.h"

enum life_step {
    LIFE_CREATED,
    LIFE_SPLIT,
    LIFE_DESCRIPTION,
    LIFE_CUSTOMER,
    LIFE_CHASE,
    LIFE_THANKS,
    LIFE_AUTO_RESPONSE,
    LIFE_REMINDER,
    LIFE_BOT_MESSAGE,
    LIFE_BOT_CUSTOMER,
    LIFE_BOT_SOLVE,
    LIFE_HAND_OFF,
    LIFE_ASSIGN,
    LIFE_OPEN,
    LIFE_TRANSFER,
    LIFE_REQUEUE,
    LIFE_PICK_UP,
    LIFE_ESCALATE,
    LIFE_CLASSIFY,
    LIFE_CHANGE_PRIORITY,
    LIFE_REPLY,
    LIFE_NOTE,
    LIFE_PENDING,
    LIFE_HOLD,
    LIFE_UNHOLD,
    LIFE_RESUME,
    LIFE_REOPEN,
    LIFE_MOVE_CHANNEL,
    LIFE_SOLVE,
    LIFE_CLOSE,
    LIFE_MERGE,
    LIFE_SPAM,
    LIFE_DELETE,
    LIFE_RESTORE,
    LIFE_SET_FCR,
    LIFE_APPLY_POLICY,
    LIFE_REMOVE_POLICY,
    LIFE_OFFER,
    LIFE_BOUNCE,
    LIFE_ANSWER,
    LIFE_RERATE,
    LIFE_SENTIMENT,
    LIFE_REVIEW,
    LIFE_REVIEW_AGAIN,
    LIFE_STEPS
};

/* What holds of a ticket; steps and followers ask for some of it. */
enum life_fact {
    FACT_BY_CUSTOMER = 1 << 0, /* who created it */
    FACT_BY_AGENT = 1 << 1,
    FACT_CHILD = 1 << 2,    /* it was split off another one */
    FACT_WITH_BOT = 1 << 3, /* a bot answers first in its channel */
    FACT_PAYING = 1 << 4,   /* its customer has a service level */
    FACT_ASSIGNED = 1 << 5,
    FACT_POLICY = 1 << 6, /* its source has applied a policy */
    FACT_LIVE = 1 << 7,   /* not merged, spam or deleted */
    FACT_UNSOLVED = 1 << 8,
    FACT_PENDING = 1 << 9,
    FACT_SOLVED = 1 << 10,  /* and not closed yet */
    FACT_MOVABLE = 1 << 11, /* people move away from its channel */
    /* Those that change with the ticket's status; the others are kept. */
    FACTS_OF_STATUS = FACT_UNSOLVED | FACT_PENDING | FACT_SOLVED
};

/* Whose hours a delay is counted in, and who the event's actor is. */
enum life_who { WHO_CUSTOMER, WHO_AGENT, WHO_BOT, WHO_SYSTEM };

struct life_row {
    enum ticket_event_payload_kind kind;
    enum life_who who;
    unsigned needs; /* facts; else the step falls away */
    enum status to; /* of a status change; STATUS_UNKNOWN: the step leaves the status */
    const char *reason;
    bool is_internal;  /* of a message */
    bool is_automatic; /* of a message */
    enum life_step as; /* its followers are those of this step; LIFE_CREATED: its own */
};

/* What makes a delay shorter or longer than its row says. */
enum life_scale {
    SCALE_NONE,
    SCALE_CHANNEL, /* chat and phone are fast */
    SCALE_URGENCY  /* the channel, and the priority */
};

enum life_branch { BRANCH_ALSO, BRANCH_ONE };

/*
 * Rows of one `after` lie together, those of BRANCH_ALSO first: each of these happens by a draw of
 * its own; of the others one draw takes one, or none if they do not fill the thousand.
 */
struct life_follow {
    enum life_step after;
    enum life_branch branch;
    unsigned when;   /* facts; else the row is passed over */
    uint32_t chance; /* of 1000; LIFE_CHANCES in BRANCH_ONE: whatever the rows before it left */
    enum life_step then;
    dur_ms median_ms;
    unsigned spread; /* see chance_delay(); 0: always the median */
    enum life_scale scale;
};

enum { LIFE_CHANCES = 1000 };

extern const struct life_row life_rows[LIFE_STEPS];

/* The rows that may follow a step; `*ret_n` may be 0: the life can end there. */
const struct life_follow *life_follows(enum life_step step, size_t *ret_n);

#endif

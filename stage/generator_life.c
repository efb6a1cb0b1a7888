/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers are those of a help desk that is busy and not bad: a ticket takes about a dozen
 * events, a human answers within the hour where it is urgent, 7 % of what is solved comes back.
 * They shape what the stream shows and nothing else; change them freely (and the golden hash of
 * tests/stage/test_generator.c with them).
 */
#include "stage/generator_life.h"

#define STEP(step, payload, by, ...)                                                               \
    [LIFE_##step] = {.kind = TICKET_EVENT_PAYLOAD_##payload, .who = WHO_##by, __VA_ARGS__}
#define LIVE .needs = FACT_LIVE

const struct life_row life_rows[LIFE_STEPS] = {
    STEP(CREATED, TICKET_CREATED, CUSTOMER, .needs = 0),
    STEP(SPLIT, TICKET_SPLIT, AGENT, LIVE),
    STEP(DESCRIPTION, MESSAGE_POSTED, CUSTOMER, LIVE),
    STEP(CUSTOMER, MESSAGE_POSTED, CUSTOMER, LIVE),
    STEP(CHASE, MESSAGE_POSTED, CUSTOMER, .needs = FACT_LIVE | FACT_UNSOLVED),
    STEP(THANKS, MESSAGE_POSTED, CUSTOMER, .needs = FACT_LIVE | FACT_SOLVED),
    STEP(AUTO_RESPONSE, MESSAGE_POSTED, SYSTEM, LIVE, .is_automatic = true),
    STEP(REMINDER, MESSAGE_POSTED, SYSTEM, .needs = FACT_LIVE | FACT_PENDING, .is_automatic = true),
    STEP(BOT_MESSAGE, MESSAGE_POSTED, BOT, LIVE),
    STEP(BOT_CUSTOMER, MESSAGE_POSTED, CUSTOMER, LIVE),
    STEP(BOT_SOLVE, TICKET_STATUS_CHANGED, BOT, LIVE, .to = STATUS_SOLVED, .as = LIFE_SOLVE),
    STEP(HAND_OFF, BOT_HANDED_OFF, BOT, LIVE),
    STEP(ASSIGN, TICKET_ASSIGNED, SYSTEM, LIVE),
    STEP(OPEN, TICKET_STATUS_CHANGED, SYSTEM, LIVE, .to = STATUS_OPEN),
    STEP(TRANSFER, TICKET_ASSIGNED, AGENT, LIVE),
    STEP(REQUEUE, TICKET_ASSIGNED, AGENT, LIVE),
    STEP(PICK_UP, TICKET_ASSIGNED, AGENT, LIVE),
    STEP(ESCALATE, TICKET_ESCALATED, AGENT, LIVE),
    STEP(CLASSIFY, TICKET_ATTRIBUTES_CHANGED, BOT, LIVE),
    STEP(CHANGE_PRIORITY, TICKET_ATTRIBUTES_CHANGED, AGENT, .needs = FACT_LIVE | FACT_UNSOLVED),
    STEP(REPLY, MESSAGE_POSTED, AGENT, LIVE),
    STEP(NOTE, MESSAGE_POSTED, AGENT, LIVE, .is_internal = true),
    STEP(PENDING, TICKET_STATUS_CHANGED, AGENT, LIVE, .to = STATUS_PENDING),
    STEP(HOLD, TICKET_STATUS_CHANGED, AGENT, LIVE, .to = STATUS_HOLD, .reason = "third_party"),
    STEP(UNHOLD, TICKET_STATUS_CHANGED, AGENT, LIVE, .to = STATUS_OPEN),
    STEP(RESUME, TICKET_STATUS_CHANGED, SYSTEM, LIVE, .to = STATUS_OPEN,
         .reason = "customer_replied"),
    STEP(REOPEN, TICKET_STATUS_CHANGED, SYSTEM, LIVE, .to = STATUS_OPEN,
         .reason = "customer_replied"),
    STEP(MOVE_CHANNEL, TICKET_CHANNEL_MOVED, AGENT, LIVE),
    STEP(SOLVE, TICKET_STATUS_CHANGED, AGENT, LIVE, .to = STATUS_SOLVED),
    STEP(CLOSE, TICKET_STATUS_CHANGED, SYSTEM, LIVE, .to = STATUS_CLOSED, .reason = "auto_close"),
    STEP(MERGE, TICKET_MERGED, AGENT, LIVE),
    STEP(SPAM, TICKET_MARKED_SPAM, SYSTEM, LIVE),
    STEP(DELETE, TICKET_DELETED, AGENT, LIVE),
    STEP(RESTORE, TICKET_RESTORED, AGENT, .needs = 0),
    STEP(SET_FCR, FCR_ELIGIBILITY_SET, SYSTEM, LIVE),
    STEP(APPLY_POLICY, SLA_POLICY_APPLIED, SYSTEM, LIVE),
    STEP(REMOVE_POLICY, SLA_POLICY_REMOVED, SYSTEM, .needs = FACT_LIVE | FACT_POLICY),
    STEP(OFFER, SURVEY_OFFERED, SYSTEM, LIVE),
    STEP(BOUNCE, SURVEY_BOUNCED, SYSTEM, LIVE),
    STEP(ANSWER, SURVEY_RESPONDED, CUSTOMER, LIVE),
    STEP(RERATE, SURVEY_RESPONDED, CUSTOMER, LIVE),
    STEP(SENTIMENT, SENTIMENT_SCORED, SYSTEM, LIVE),
    STEP(REVIEW, QA_REVIEW_COMPLETED, AGENT, LIVE),
    STEP(REVIEW_AGAIN, QA_REVIEW_COMPLETED, AGENT, LIVE),
};

#define ALSO(after, when, chance, then, ...)                                                       \
    {                                                                                              \
        LIFE_##after, BRANCH_ALSO, when, chance, LIFE_##then, __VA_ARGS__                          \
    }
#define ONE(after, when, chance, then, ...)                                                        \
    {                                                                                              \
        LIFE_##after, BRANCH_ONE, when, chance, LIFE_##then, __VA_ARGS__                           \
    }
#define REST       LIFE_CHANCES
#define SECONDS(n) ((n)*SECOND_MS)
#define MINUTES(n) ((n)*MINUTE_MS)
#define HOURS(n)   ((n)*HOUR_MS)

/* clang-format off */
static const struct life_follow follows[] = {
    /*   after         when              chance then             median        spread scale */
    ALSO(CREATED,      FACT_CHILD,         REST, SPLIT,           0,            0,   SCALE_NONE),
    ALSO(CREATED,      FACT_BY_CUSTOMER,    500, DESCRIPTION,     0,            0,   SCALE_NONE),
    ALSO(CREATED,      FACT_BY_CUSTOMER,    300, AUTO_RESPONSE,   SECONDS(2),   50,  SCALE_NONE),
    ALSO(CREATED,      FACT_PAYING,         350, APPLY_POLICY,    SECONDS(1),   30,  SCALE_NONE),
    ALSO(CREATED,      0,                   220, CLASSIFY,        SECONDS(4),   60,  SCALE_NONE),
    ALSO(CREATED,      FACT_BY_CUSTOMER,     50, CHASE,           HOURS(5),     150, SCALE_CHANNEL),
    ALSO(CREATED,      0,                    30, SET_FCR,         MINUTES(20),  100, SCALE_NONE),
    ONE(CREATED,       FACT_BY_AGENT,      REST, REPLY,           SECONDS(1),   0,   SCALE_NONE),
    ONE(CREATED,       FACT_BY_CUSTOMER,     15, SPAM,            MINUTES(8),   200, SCALE_NONE),
    ONE(CREATED,       FACT_BY_CUSTOMER,     20, MERGE,           MINUTES(40),  150, SCALE_CHANNEL),
    ONE(CREATED,       0,                     8, DELETE,          HOURS(1),     150, SCALE_NONE),
    ONE(CREATED,       FACT_WITH_BOT,      REST, BOT_MESSAGE,     SECONDS(2),   60,  SCALE_NONE),
    ONE(CREATED,       0,                  REST, ASSIGN,          MINUTES(6),   150, SCALE_URGENCY),

    ONE(BOT_MESSAGE,   0,                   450, BOT_CUSTOMER,    SECONDS(40),  100, SCALE_NONE),
    ONE(BOT_MESSAGE,   0,                   190, BOT_SOLVE,       SECONDS(50),  100, SCALE_NONE),
    ONE(BOT_MESSAGE,   0,                  REST, HAND_OFF,        SECONDS(5),   60,  SCALE_NONE),
    ONE(BOT_CUSTOMER,  0,                  REST, BOT_MESSAGE,     SECONDS(3),   60,  SCALE_NONE),
    ONE(HAND_OFF,      0,                  REST, ASSIGN,          SECONDS(10),  100, SCALE_NONE),

    ONE(ASSIGN,        0,                  REST, OPEN,            SECONDS(1),   0,   SCALE_NONE),
    ALSO(OPEN,         0,                    60, NOTE,            MINUTES(15),  150, SCALE_URGENCY),
    ONE(OPEN,          0,                    70, TRANSFER,        MINUTES(12),  150, SCALE_URGENCY),
    ONE(OPEN,          0,                    30, REQUEUE,         MINUTES(20),  150, SCALE_URGENCY),
    ONE(OPEN,          0,                    20, ESCALATE,        MINUTES(25),  150, SCALE_URGENCY),
    ONE(OPEN,          FACT_BY_CUSTOMER,     10, MERGE,           MINUTES(10),  150, SCALE_URGENCY),
    ONE(OPEN,          0,                  REST, REPLY,           MINUTES(70),  170, SCALE_URGENCY),
    ONE(TRANSFER,      0,                  REST, REPLY,           MINUTES(50),  150, SCALE_URGENCY),
    ONE(REQUEUE,       0,                  REST, PICK_UP,         MINUTES(30),  150, SCALE_URGENCY),
    ONE(PICK_UP,       0,                  REST, REPLY,           MINUTES(25),  150, SCALE_URGENCY),
    ONE(ESCALATE,      0,                   550, TRANSFER,        MINUTES(1),   100, SCALE_NONE),
    ONE(ESCALATE,      0,                  REST, REPLY,           MINUTES(60),  150, SCALE_URGENCY),

    ALSO(REPLY,        0,                   110, NOTE,            MINUTES(3),   150, SCALE_CHANNEL),
    ALSO(REPLY,        0,                    40, CHANGE_PRIORITY, MINUTES(2),   100, SCALE_CHANNEL),
    ONE(REPLY,         0,                   470, SOLVE,           MINUTES(12),  250, SCALE_URGENCY),
    ONE(REPLY,         0,                   380, PENDING,         SECONDS(2),   100, SCALE_NONE),
    ONE(REPLY,         0,                    40, HOLD,            SECONDS(20),  150, SCALE_NONE),
    ONE(REPLY,         FACT_MOVABLE,          60, MOVE_CHANNEL,    MINUTES(2),   100, SCALE_CHANNEL),
    ONE(REPLY,         0,                    30, TRANSFER,        MINUTES(20),  150, SCALE_URGENCY),
    ONE(REPLY,         0,                    15, ESCALATE,        MINUTES(40),  150, SCALE_URGENCY),
    ONE(REPLY,         0,                  REST, REPLY,           HOURS(2),     170, SCALE_URGENCY),
    ONE(MOVE_CHANNEL,  0,                  REST, REPLY,           MINUTES(5),   100, SCALE_CHANNEL),

    ALSO(PENDING,      0,                   150, REMINDER,        HOURS(24),    0,   SCALE_NONE),
    ONE(PENDING,       0,                   870, CUSTOMER,        HOURS(4),     200, SCALE_CHANNEL),
    ONE(PENDING,       0,                  REST, SOLVE,           HOURS(30),    60,  SCALE_CHANNEL),
    ONE(HOLD,          0,                  REST, UNHOLD,          HOURS(14),    130, SCALE_NONE),
    ONE(UNHOLD,        0,                  REST, REPLY,           MINUTES(10),  100, SCALE_CHANNEL),

    ALSO(DESCRIPTION,  0,                   250, SENTIMENT,       SECONDS(2),   60,  SCALE_NONE),
    ALSO(CUSTOMER,     0,                   250, SENTIMENT,       SECONDS(2),   60,  SCALE_NONE),
    ALSO(CUSTOMER,     0,                    50, CHASE,           HOURS(3),     150, SCALE_CHANNEL),
    ONE(CUSTOMER,      FACT_PENDING,       REST, RESUME,          0,            0,   SCALE_NONE),
    ONE(CUSTOMER,      FACT_UNSOLVED,      REST, REPLY,           MINUTES(45),  170, SCALE_URGENCY),
    ONE(CUSTOMER,      0,                  REST, REOPEN,          SECONDS(1),   0,   SCALE_NONE),
    ALSO(CHASE,        0,                   400, SENTIMENT,       SECONDS(2),   60,  SCALE_NONE),
    ALSO(THANKS,       0,                   200, SENTIMENT,       SECONDS(2),   60,  SCALE_NONE),
    ONE(RESUME,        0,                  REST, REPLY,           MINUTES(45),  170, SCALE_URGENCY),
    ONE(REOPEN,        0,                   120, ESCALATE,        MINUTES(20),  150, SCALE_URGENCY),
    ONE(REOPEN,        0,                   100, TRANSFER,        MINUTES(20),  150, SCALE_URGENCY),
    ONE(REOPEN,        0,                  REST, REPLY,           MINUTES(40),  170, SCALE_URGENCY),

    ALSO(SOLVE,        FACT_POLICY,         100, REMOVE_POLICY,   MINUTES(1),   100, SCALE_NONE),
    ALSO(SOLVE,        0,                   600, OFFER,           MINUTES(10),  100, SCALE_NONE),
    ALSO(SOLVE,        0,                    80, THANKS,          MINUTES(40),  200, SCALE_CHANNEL),
    ALSO(SOLVE,        FACT_ASSIGNED,        70, REVIEW,          HOURS(18),    80,  SCALE_NONE),
    ONE(SOLVE,         0,                    70, CUSTOMER,        HOURS(14),    120, SCALE_NONE),
    ONE(SOLVE,         0,                  REST, CLOSE,           HOURS(96),    0,   SCALE_NONE),
    ONE(CLOSE,         0,                     8, CUSTOMER,        HOURS(60),    120, SCALE_NONE),

    ONE(MERGE,         0,                    60, RESTORE,         HOURS(1),     150, SCALE_NONE),
    ONE(SPAM,          0,                    80, RESTORE,         HOURS(2),     150, SCALE_NONE),
    ONE(DELETE,        0,                   150, RESTORE,         HOURS(1),     150, SCALE_NONE),
    ONE(RESTORE,       FACT_ASSIGNED,      REST, REPLY,           MINUTES(30),  150, SCALE_URGENCY),
    ONE(RESTORE,       0,                  REST, ASSIGN,          MINUTES(5),   150, SCALE_URGENCY),

    ALSO(OFFER,        0,                    30, BOUNCE,          SECONDS(20),  100, SCALE_NONE),
    ALSO(OFFER,        0,                   280, ANSWER,          HOURS(5),     200, SCALE_NONE),
    ALSO(ANSWER,       0,                    50, RERATE,          HOURS(8),     150, SCALE_NONE),
    ALSO(REVIEW,       0,                    60, REVIEW_AGAIN,    HOURS(10),    80,  SCALE_NONE),
};
/* clang-format on */

enum { N_FOLLOWS = sizeof(follows) / sizeof(follows[0]) };

const struct life_follow *
life_follows(enum life_step step, size_t *ret_n)
{
    enum life_step of = life_rows[step].as != LIFE_CREATED ? life_rows[step].as : step;
    size_t first = 0;
    size_t n = 0;

    while (first < N_FOLLOWS && follows[first].after != of)
        first++;
    while (first + n < N_FOLLOWS && follows[first + n].after == of)
        n++;
    *ret_n = n;
    return &follows[first];
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers are those of a help desk that is busy and not bad: a ticket takes about a dozen
 * events, a human answers within the hour where it is urgent, 7 % of what is solved comes back.
 * They shape what the stream shows and nothing else; change them freely (and the golden hash of
 * tests/stage/test_generator.c with them).
 */
#include "stage/generator_life.h"

#include "base/check.h"

#define PAYLOAD(name) TICKET_EVENT_PAYLOAD_##name
#define STEP(step)    [LIFE_##step]

const struct life_row life_rows[LIFE_STEPS] = {
    STEP(CREATED) = {PAYLOAD(TICKET_CREATED), WHO_CUSTOMER},
    STEP(SPLIT) = {PAYLOAD(TICKET_SPLIT), WHO_AGENT, FACT_LIVE},
    STEP(DESCRIPTION) = {PAYLOAD(MESSAGE_POSTED), WHO_CUSTOMER, FACT_LIVE},
    STEP(CUSTOMER) = {PAYLOAD(MESSAGE_POSTED), WHO_CUSTOMER, FACT_LIVE},
    STEP(CHASE) = {PAYLOAD(MESSAGE_POSTED), WHO_CUSTOMER, FACT_LIVE | FACT_UNSOLVED},
    STEP(THANKS) = {PAYLOAD(MESSAGE_POSTED), WHO_CUSTOMER, FACT_LIVE | FACT_SOLVED},
    STEP(AUTO_RESPONSE) = {PAYLOAD(MESSAGE_POSTED), WHO_SYSTEM, FACT_LIVE, .is_automatic = true},
    STEP(REMINDER) = {PAYLOAD(MESSAGE_POSTED), WHO_SYSTEM, FACT_LIVE | FACT_PENDING,
                      .is_automatic = true},
    STEP(BOT_MESSAGE) = {PAYLOAD(MESSAGE_POSTED), WHO_BOT, FACT_LIVE},
    STEP(BOT_CUSTOMER) = {PAYLOAD(MESSAGE_POSTED), WHO_CUSTOMER, FACT_LIVE},
    STEP(BOT_SOLVE) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_BOT, FACT_LIVE, STATUS_SOLVED,
                       .as = LIFE_SOLVE},
    STEP(HAND_OFF) = {PAYLOAD(BOT_HANDED_OFF), WHO_BOT, FACT_LIVE},
    STEP(ASSIGN) = {PAYLOAD(TICKET_ASSIGNED), WHO_SYSTEM, FACT_LIVE},
    STEP(OPEN) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_SYSTEM, FACT_LIVE, STATUS_OPEN},
    STEP(TRANSFER) = {PAYLOAD(TICKET_ASSIGNED), WHO_AGENT, FACT_LIVE},
    STEP(REQUEUE) = {PAYLOAD(TICKET_ASSIGNED), WHO_AGENT, FACT_LIVE},
    STEP(PICK_UP) = {PAYLOAD(TICKET_ASSIGNED), WHO_AGENT, FACT_LIVE},
    STEP(ESCALATE) = {PAYLOAD(TICKET_ESCALATED), WHO_AGENT, FACT_LIVE},
    STEP(CLASSIFY) = {PAYLOAD(TICKET_ATTRIBUTES_CHANGED), WHO_BOT, FACT_LIVE},
    STEP(CHANGE_PRIORITY) = {PAYLOAD(TICKET_ATTRIBUTES_CHANGED), WHO_AGENT,
                             FACT_LIVE | FACT_UNSOLVED},
    STEP(REPLY) = {PAYLOAD(MESSAGE_POSTED), WHO_AGENT, FACT_LIVE},
    STEP(NOTE) = {PAYLOAD(MESSAGE_POSTED), WHO_AGENT, FACT_LIVE, .is_internal = true},
    STEP(PENDING) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_AGENT, FACT_LIVE, STATUS_PENDING},
    STEP(HOLD) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_AGENT, FACT_LIVE, STATUS_HOLD, "third_party"},
    STEP(UNHOLD) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_AGENT, FACT_LIVE, STATUS_OPEN},
    STEP(RESUME) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_SYSTEM, FACT_LIVE, STATUS_OPEN,
                    "customer_replied"},
    STEP(REOPEN) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_SYSTEM, FACT_LIVE, STATUS_OPEN,
                    "customer_replied"},
    STEP(MOVE_CHANNEL) = {PAYLOAD(TICKET_CHANNEL_MOVED), WHO_AGENT, FACT_LIVE},
    STEP(SOLVE) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_AGENT, FACT_LIVE, STATUS_SOLVED},
    STEP(CLOSE) = {PAYLOAD(TICKET_STATUS_CHANGED), WHO_SYSTEM, FACT_LIVE, STATUS_CLOSED,
                   "auto_close"},
    STEP(MERGE) = {PAYLOAD(TICKET_MERGED), WHO_AGENT, FACT_LIVE},
    STEP(SPAM) = {PAYLOAD(TICKET_MARKED_SPAM), WHO_SYSTEM, FACT_LIVE},
    STEP(DELETE) = {PAYLOAD(TICKET_DELETED), WHO_AGENT, FACT_LIVE},
    STEP(RESTORE) = {PAYLOAD(TICKET_RESTORED), WHO_AGENT},
    STEP(SET_FCR) = {PAYLOAD(FCR_ELIGIBILITY_SET), WHO_SYSTEM, FACT_LIVE},
    STEP(APPLY_POLICY) = {PAYLOAD(SLA_POLICY_APPLIED), WHO_SYSTEM, FACT_LIVE},
    STEP(REMOVE_POLICY) = {PAYLOAD(SLA_POLICY_REMOVED), WHO_SYSTEM, FACT_LIVE | FACT_POLICY},
    STEP(OFFER) = {PAYLOAD(SURVEY_OFFERED), WHO_SYSTEM, FACT_LIVE},
    STEP(BOUNCE) = {PAYLOAD(SURVEY_BOUNCED), WHO_SYSTEM, FACT_LIVE},
    STEP(ANSWER) = {PAYLOAD(SURVEY_RESPONDED), WHO_CUSTOMER, FACT_LIVE},
    STEP(RERATE) = {PAYLOAD(SURVEY_RESPONDED), WHO_CUSTOMER, FACT_LIVE},
    STEP(SENTIMENT) = {PAYLOAD(SENTIMENT_SCORED), WHO_SYSTEM, FACT_LIVE},
    STEP(REVIEW) = {PAYLOAD(QA_REVIEW_COMPLETED), WHO_AGENT, FACT_LIVE},
    STEP(REVIEW_AGAIN) = {PAYLOAD(QA_REVIEW_COMPLETED), WHO_AGENT, FACT_LIVE},
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
#define SECONDS(n) (n) * SECOND_MS
#define MINUTES(n) (n) * MINUTE_MS
#define HOURS(n)   (n) * HOUR_MS

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

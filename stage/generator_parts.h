/* SPDX-License-Identifier: Apache-2.0 */
/* What generator.c and generator_event.c share: a life, and the event that is being made. */
#ifndef STAGE_GENERATOR_PARTS_H
#define STAGE_GENERATOR_PARTS_H

#include "schemas/ticket_event.h"
#include "stage/generator_life.h"
#include "stage/generator_world.h"

/* A ticket that is not over. Numbers of its events stand for the ids made of them; 0: none yet. */
struct life {
    uint64_t number; /* of the ticket, from 1 */
    chance chance;
    evtime_ms created_at;
    uint32_t tenant;
    uint32_t customer;
    uint32_t team;
    uint32_t product;
    uint32_t issue;
    uint32_t agent;   /* who has it, or will */
    uint32_t events;  /* so far; the number of the last one */
    uint32_t said;    /* the customer's last message */
    uint32_t survey;  /* the last offer */
    uint32_t answer;  /* the last answer */
    uint32_t review;  /* the last review */
    uint32_t waiting; /* steps in the queue */
    uint16_t facts;   /* those that do not follow from the status */
    uint8_t channel;
    uint8_t priority;
    uint8_t status;
    uint8_t survey_kind;
    bool is_second_line;
    bool is_unhappy; /* reopened or escalated */
};

enum { EVENT_TEXT = 512, EVENT_LIST = 4 };

/* Where the strings and lists of one event lie. */
struct event_room {
    struct ticket_event event;
    char text[EVENT_TEXT];
    size_t n_text;
    struct str issue_types[EVENT_LIST];
    struct attrs_custom_entry custom[EVENT_LIST];
    struct sla_policy_applied_targets_entry targets[EVENT_LIST];
    struct sla_policy_applied_due_entry due[EVENT_LIST];
    struct qa_criterion criteria[EVENT_LIST];
};

/* All facts that hold. */
unsigned life_facts(const struct life *life);

/* Does the step: the life changes, and room->event says so. */
void generator_event_make(const struct world *world, struct life *life, enum life_step step,
                          evtime_ms at, struct event_room *room);

/* The tenant of a ticket's number. */
uint32_t generator_tenant_of(const struct world *world, uint64_t number);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The help desk that generated tickets come to: its teams, agents, products and customers, with
 * their names. Made once from the sizes that were asked for; what a customer is follows from the
 * seed and the customer's number, so that nothing is kept for customers.
 */
#ifndef STAGE_GENERATOR_WORLD_H
#define STAGE_GENERATOR_WORLD_H

#include "stage/generator_chance.h"

enum world_channel {
    CHANNEL_EMAIL,
    CHANNEL_WEB,
    CHANNEL_CHAT,
    CHANNEL_PHONE,
    CHANNEL_SOCIAL,
    CHANNEL_BOT,
    CHANNEL_SELF_SERVICE,
    WORLD_CHANNELS
};

enum world_priority {
    PRIORITY_LOW,
    PRIORITY_NORMAL,
    PRIORITY_HIGH,
    PRIORITY_URGENT,
    WORLD_PRIORITIES
};

struct world_sizes {
    uint64_t seed;
    uint32_t segments; /* sets of team, product and issue type */
    uint32_t agents;
    uint32_t tenants;
    uint32_t customers;
};

enum { WORLD_SEGMENTS_MAX = CHANCE_ZIPF_MAX };

/* A word of a list, numbered where the list is longer than its words: "billing", "billing-2". */
struct world_names {
    struct str *v;
    uint32_t n;
};

/* Where a ticket belongs: one of the segments. */
struct world_place {
    uint32_t team;
    uint32_t product;
    uint32_t issue;
};

struct world_customer {
    struct str tier;
    struct str plan;
    struct str region;
    struct str language;
    struct str brand;
    bool is_paying;
};

struct world {
    struct world_sizes sizes;
    uint32_t side; /* teams, products and issue types: the least number whose cube is enough */
    struct chance_zipf segments;
    struct chance_zipf tenants;
    struct world_names teams;
    struct world_names queues; /* of each team its inbox, then its second line */
    struct world_names products;
    struct world_names issues;
    struct world_names tenant_names;
};

void world_init(struct world *w, const struct world_sizes *sizes);
void world_fini(struct world *w);

/* Every segment < sizes.segments is a set of its own. */
struct world_place world_place_of(const struct world *w, uint32_t segment);
/* An agent (from 0) of a team; each agent is in one team, unless there are fewer agents than teams.
 */
uint32_t world_pick_agent(const struct world *w, uint32_t team, chance *c);
/* A customer (from 0); some write much more often than others. */
uint32_t world_pick_customer(const struct world *w, chance *c);
struct world_customer world_customer_of(const struct world *w, uint32_t customer);

extern const char *const world_channel_names[WORLD_CHANNELS];
extern const char *const world_priority_names[WORLD_PRIORITIES];
extern const char *const world_severity_names[WORLD_PRIORITIES];

enum world_channel world_pick_channel(chance *c);
enum world_priority world_pick_priority(chance *c);

/*
 * How long things take, of 1024: 1024 is what the table of lives says. Urgent tickets and channels
 * in which somebody waits on the line are faster.
 */
uint32_t world_pace_of_channel(enum world_channel channel);
uint32_t world_pace_of_priority(enum world_priority priority);

#endif

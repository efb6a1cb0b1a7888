/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator.h"

#include "base/check.h"
#include "base/mem.h"
#include "stage/generator_parts.h"
#include "stage/generator_queue.h"

enum {
    STREAM_ARRIVALS = 1,
    STREAM_LIFE = 2,
    STEP_BITS = 8,
    PACE_ONE_BITS = 10, /* see world_pace_of_channel() */
    THOUSAND = 1000,
    BY_AGENT = 40, /* of a thousand */
    CHILDREN = 12,
    BY_SYSTEM = 30,
    CHAT_WITH_BOT = 600,
};

struct followers {
    const struct life_follow *v;
    size_t n;
};

struct generator {
    struct generator_options options;
    struct world world;
    struct arrivals arrivals;
    chance arrival_chance;
    evtime_ms next_arrival;
    uint64_t arrived;     /* tickets that came in */
    struct calendar *due; /* life << STEP_BITS | step */
    struct life *lives;
    size_t n_lives; /* places used so far */
    size_t cap_lives;
    uint32_t *free_places;
    size_t n_free;
    size_t cap_free;
    uint64_t open_max;
    struct followers followers[LIFE_STEPS];
    struct event_room room;
};

struct generator *
generator_new(const struct generator_options *options)
{
    struct generator *g = mem_new(1, sizeof(*g));

    g->options = *options;
    g->due = calendar_new(options->start);
    world_init(&g->world, &options->sizes);
    arrivals_init(&g->arrivals, options->week, options->start, options->rate);
    g->arrival_chance = chance_of(options->sizes.seed, STREAM_ARRIVALS, 0);
    g->next_arrival = arrivals_next(&g->arrivals, &g->arrival_chance);
    for (int step = 0; step < LIFE_STEPS; step++)
        g->followers[step].v = life_follows((enum life_step)step, &g->followers[step].n);
    return g;
}

void
generator_free(struct generator **generator)
{
    struct generator *g = *generator;

    if (g == NULL)
        return;
    world_fini(&g->world);
    calendar_free(&g->due);
    mem_free(g->lives);
    mem_free(g->free_places);
    mem_free(g);
    *generator = NULL;
}

uint64_t
generator_open(const struct generator *g)
{
    return g->n_lives - g->n_free;
}

uint64_t
generator_open_max(const struct generator *g)
{
    return g->open_max;
}

static uint32_t
take_place(struct generator *g)
{
    if (g->n_free > 0)
        return g->free_places[--g->n_free];
    g->lives = mem_grow(g->lives, g->n_lives, &g->cap_lives, sizeof(*g->lives));
    return (uint32_t)g->n_lives++;
}

static void
give_place(struct generator *g, uint32_t place)
{
    g->free_places = mem_grow(g->free_places, g->n_free, &g->cap_free, sizeof(*g->free_places));
    g->free_places[g->n_free++] = place;
}

/* Who creates it, and what follows from that. People who are not there create nothing. */
static unsigned
draw_origin(const struct generator *g, struct life *life, evtime_ms at)
{
    uint32_t draw = chance_below(&life->chance, THOUSAND);

    if (draw < BY_SYSTEM)
        return 0;
    draw -= BY_SYSTEM;
    if (draw < BY_AGENT + CHILDREN && hours_hold(&g->options.week->agents, at))
        return FACT_BY_AGENT | FACT_ASSIGNED | (draw < CHILDREN ? FACT_CHILD : 0);
    return FACT_BY_CUSTOMER;
}

static void
life_init(const struct generator *g, struct life *life, uint64_t number, evtime_ms at)
{
    struct world_place place;
    unsigned facts = FACT_LIVE;

    *life = (struct life){.number = number,
                          .chance = chance_of(g->options.sizes.seed, STREAM_LIFE, number),
                          .created_at = at};
    life->tenant = generator_tenant_of(&g->world, number);
    place = world_place_of(&g->world, chance_zipf_pick(&g->world.segments, &life->chance));
    life->team = place.team;
    life->product = place.product;
    life->issue = place.issue;
    life->agent = world_pick_agent(&g->world, life->team, &life->chance);
    life->customer = world_pick_customer(&g->world, &life->chance);
    life->channel = (uint8_t)world_pick_channel(&life->chance);
    life->priority = (uint8_t)world_pick_priority(&life->chance);
    facts |= draw_origin(g, life, at);
    if (life->channel == CHANNEL_BOT ||
        (life->channel == CHANNEL_CHAT && chance_happens(&life->chance, CHAT_WITH_BOT, THOUSAND)))
        facts |= FACT_WITH_BOT;
    if (life->channel == CHANNEL_EMAIL || life->channel == CHANNEL_CHAT ||
        life->channel == CHANNEL_SOCIAL)
        facts |= FACT_MOVABLE;
    if (world_customer_of(&g->world, life->customer).is_paying)
        facts |= FACT_PAYING;
    life->facts = (uint16_t)facts;
    life->status = (facts & FACT_BY_AGENT) != 0 ? STATUS_OPEN : STATUS_NEW;
}

static const struct hours *
hours_of(const struct generator *g, enum life_who who)
{
    if (who == WHO_AGENT)
        return &g->options.week->agents;
    return who == WHO_CUSTOMER ? &g->options.week->customers : &hours_always;
}

static void
schedule(struct generator *g, uint32_t place, const struct life_follow *f, evtime_ms now)
{
    struct life *life = &g->lives[place];
    dur_ms median = f->median_ms;

    if (f->scale != SCALE_NONE)
        median = median * world_pace_of_channel(life->channel) >> PACE_ONE_BITS;
    if (f->scale == SCALE_URGENCY)
        median = median * world_pace_of_priority(life->priority) >> PACE_ONE_BITS;
    calendar_add(g->due, (struct queue_item){
                             .at = hours_add(hours_of(g, life_rows[f->then].who), now,
                                             chance_delay(&life->chance, median, f->spread)),
                             .what = (uint64_t)place << STEP_BITS | f->then,
                         });
    life->waiting++;
}

/* Those that happen beside it, and one of those that go on with it. */
static void
schedule_followers(struct generator *g, uint32_t place, enum life_step step, evtime_ms now)
{
    struct life *life = &g->lives[place];
    struct followers followers = g->followers[step];
    unsigned facts = life_facts(life);
    uint32_t draw = LIFE_CHANCES;

    for (size_t i = 0; i < followers.n; i++) {
        const struct life_follow *f = &followers.v[i];

        if ((facts & f->when) != f->when)
            continue;
        if (f->branch == BRANCH_ALSO) {
            if (chance_happens(&life->chance, f->chance, LIFE_CHANCES))
                schedule(g, place, f, now);
            continue;
        }
        if (draw == LIFE_CHANCES)
            draw = chance_below(&life->chance, LIFE_CHANCES);
        if (draw < f->chance) {
            schedule(g, place, f, now);
            return;
        }
        draw -= f->chance;
    }
}

static const struct ticket_event *
take_step(struct generator *g, uint32_t place, enum life_step step, evtime_ms now)
{
    generator_event_make(&g->world, &g->lives[place], step, now, &g->room);
    schedule_followers(g, place, step, now);
    if (g->lives[place].waiting == 0)
        give_place(g, place);
    return &g->room.event;
}

static const struct ticket_event *
begin_life(struct generator *g)
{
    uint32_t place = take_place(g);
    evtime_ms at = g->next_arrival;

    life_init(g, &g->lives[place], ++g->arrived, at);
    g->next_arrival = arrivals_next(&g->arrivals, &g->arrival_chance);
    if (generator_open(g) > g->open_max)
        g->open_max = generator_open(g);
    return take_step(g, place, LIFE_CREATED, at);
}

const struct ticket_event *
generator_next(struct generator *g)
{
    for (;;) {
        const struct queue_item *first = calendar_peek(g->due);
        struct queue_item item;
        struct life *life;
        enum life_step step;

        if (g->arrived < g->options.tickets && (first == NULL || g->next_arrival <= first->at))
            return begin_life(g);
        if (first == NULL)
            return NULL;
        item = calendar_take(g->due);
        step = (enum life_step)(item.what & ((1U << STEP_BITS) - 1));
        life = &g->lives[item.what >> STEP_BITS];
        life->waiting--;
        if ((life_facts(life) & life_rows[step].needs) == life_rows[step].needs)
            return take_step(g, (uint32_t)(item.what >> STEP_BITS), step, item.at);
        if (life->waiting == 0)
            give_place(g, (uint32_t)(item.what >> STEP_BITS));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What each step of a life says: one small function for each type of event. */
#include "base/check.h"
#include "stage/generator_parts.h"

enum { STREAM_TENANT = 4, HUNDRED = 100, SEARCH_MAX = 10000, NUMBER_MAX = 20 };

/* The step that is being done. */
struct saying {
    const struct world *world;
    struct life *life;
    const struct life_row *row;
    enum life_step step;
    struct event_room *room;
};

typedef void say_fn(struct saying *s);

/* Names of customers, agents and so on are a short prefix and numbers, like "c-17", "m42-3". */
static size_t
put_number(char *to, uint64_t n)
{
    char digits[NUMBER_MAX];
    size_t at = NUMBER_MAX;

    do
        digits[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    memcpy(to, digits + at, NUMBER_MAX - at);
    return NUMBER_MAX - at;
}

static struct str
name_of(struct event_room *room, struct str prefix, uint64_t n)
{
    char *start = room->text + room->n_text;

    CHECK(room->n_text + prefix.n + 2 * NUMBER_MAX + 1 < EVENT_TEXT);
    memcpy(start, prefix.p, prefix.n);
    room->n_text += prefix.n + put_number(start + prefix.n, n);
    return str_of(start, (size_t)(room->text + room->n_text - start));
}

/* The id of something that came with the ticket's event of that number. */
static struct str
id_of(struct saying *s, struct str prefix, uint32_t event)
{
    struct str id = name_of(s->room, prefix, s->life->number);

    s->room->text[s->room->n_text++] = '-';
    s->room->n_text += put_number(s->room->text + s->room->n_text, event);
    return str_of(id.p, (size_t)(s->room->text + s->room->n_text - id.p));
}

static struct str
agent_name(struct saying *s, uint32_t agent)
{
    return name_of(s->room, STR("agent-"), (uint64_t)agent + 1);
}

static struct str
customer_name(struct saying *s)
{
    return name_of(s->room, STR("c-"), (uint64_t)s->life->customer + 1);
}

static struct str
queue_name(const struct saying *s)
{
    return s->world->queues.v[2 * s->life->team + s->life->is_second_line];
}

static uint32_t
draw(struct saying *s, uint32_t n)
{
    return chance_below(&s->life->chance, n);
}

uint32_t
generator_tenant_of(const struct world *world, uint64_t number)
{
    chance c = chance_of(world->sizes.seed, STREAM_TENANT, number);

    return world->sizes.tenants > 1 ? chance_zipf_pick(&world->tenants, &c) : 0;
}

/* Another ticket of the tenant, a little older; of its first ticket, the next number. */
static struct str
other_ticket(struct saying *s)
{
    uint64_t number = s->life->number;
    uint64_t other = number > 1 ? number - 1 - draw(s, number > 8 ? 8 : 1) : number + 1;

    for (int i = 0; i < SEARCH_MAX && other > 1 && other < number; i++, other--)
        if (generator_tenant_of(s->world, other) == s->life->tenant)
            break;
    return name_of(s->room, STR("T-"), other);
}

unsigned
life_facts(const struct life *life)
{
    unsigned facts = life->facts;

    if (life->status != STATUS_SOLVED && life->status != STATUS_CLOSED)
        facts |= FACT_UNSOLVED;
    if (life->status == STATUS_PENDING)
        facts |= FACT_PENDING;
    if (life->status == STATUS_SOLVED)
        facts |= FACT_SOLVED;
    return facts;
}

static struct attrs *
say_attrs(struct saying *s)
{
    s->room->event.has_attrs = true;
    return &s->room->event.attrs;
}

#define SET(of, field, ...) ((of)->has_##field = true, (of)->field = (__VA_ARGS__))

static void
set_issues(struct saying *s, struct attrs *attrs, size_t n)
{
    attrs->has_issue_types = true;
    attrs->issue_types.v = s->room->issue_types;
    attrs->issue_types.n = n;
    for (size_t i = 0; i < n; i++)
        s->room->issue_types[i] = s->world->issues.v[(s->life->issue + i) % s->world->issues.n];
}

static void
set_customer(struct saying *s, struct attrs *attrs)
{
    struct world_customer customer = world_customer_of(s->world, s->life->customer);

    SET(attrs, customer_tier, customer.tier);
    SET(attrs, region, customer.region);
    SET(attrs, language, customer.language);
    SET(attrs, brand, customer.brand);
    s->room->custom[0] = (struct attrs_custom_entry){STR("plan"), customer.plan};
    attrs->custom.v = s->room->custom;
    attrs->custom.n = 1;
}

static void
say_created(struct saying *s)
{
    struct ticket_created *p = &s->room->event.payload.u.ticket_created;
    struct attrs *attrs = say_attrs(s);
    struct life *life = s->life;
    bool is_by_agent = (life->facts & FACT_BY_AGENT) != 0;
    bool is_by_customer = (life->facts & FACT_BY_CUSTOMER) != 0;

    SET(p, customer_id, customer_name(s));
    SET(p, created_via,
        is_by_agent      ? STR("agent_form")
        : is_by_customer ? str_from(world_channel_names[life->channel])
                         : STR("monitoring"));
    p->initiated_by = is_by_agent      ? INITIATED_BY_AGENT
                      : is_by_customer ? INITIATED_BY_CUSTOMER
                                       : INITIATED_BY_SYSTEM;
    p->status = (enum status)life->status;
    p->fcr_eligible = true;
    if ((life->facts & FACT_CHILD) != 0)
        SET(p, parent_ticket_id, other_ticket(s));
    SET(attrs, channel, str_from(world_channel_names[life->channel]));
    SET(attrs, queue, queue_name(s));
    SET(attrs, team, s->world->teams.v[life->team]);
    if (is_by_agent)
        SET(attrs, agent, agent_name(s, life->agent));
    SET(attrs, priority, str_from(world_priority_names[life->priority]));
    SET(attrs, severity, str_from(world_severity_names[life->priority]));
    set_issues(s, attrs, 1);
    SET(attrs, product, s->world->products.v[life->product]);
    SET(attrs, product_line, life->product % 2 == 0 ? STR("commerce") : STR("platform"));
    set_customer(s, attrs);
}

static void
say_status(struct saying *s)
{
    struct ticket_status_changed *p = &s->room->event.payload.u.ticket_status_changed;

    SET(p, from, (enum status)s->life->status);
    p->to = s->row->to;
    if (s->row->reason != NULL)
        SET(p, reason, str_from(s->row->reason));
    s->life->status = (uint8_t)s->row->to;
    if (s->step == LIFE_REOPEN)
        s->life->is_unhappy = true;
}

static void
say_message(struct saying *s)
{
    static const enum author_kind authors[] = {AUTHOR_KIND_CUSTOMER, AUTHOR_KIND_AGENT,
                                               AUTHOR_KIND_BOT, AUTHOR_KIND_SYSTEM};
    struct message_posted *p = &s->room->event.payload.u.message_posted;

    p->message_id = id_of(s, STR("m"), s->life->events);
    p->author_kind = authors[s->row->who];
    p->visibility = s->row->is_internal ? VISIBILITY_INTERNAL : VISIBILITY_PUBLIC;
    p->auto_response = s->row->is_automatic;
    if (!s->row->is_internal)
        SET(p, channel, str_from(world_channel_names[s->life->channel]));
    if (s->row->who == WHO_CUSTOMER)
        s->life->said = s->life->events;
    else if (s->life->said > 0 && !s->row->is_internal)
        SET(p, in_reply_to, id_of(s, STR("m"), s->life->said));
}

/* To somebody else of the team, or of another one; after an escalation to the second line. */
static void
transfer(struct saying *s, struct ticket_assigned *p)
{
    struct life *life = s->life;
    uint32_t team = life->is_second_line || draw(s, 2) == 0 ? life->team : draw(s, s->world->side);

    SET(p, from_agent, agent_name(s, life->agent));
    SET(p, from_team, s->world->teams.v[life->team]);
    SET(p, from_queue, queue_name(s));
    life->team = team;
    life->agent = world_pick_agent(s->world, team, &life->chance);
    SET(p, kind, ASSIGNMENT_KIND_TRANSFER);
}

static void
say_assigned(struct saying *s)
{
    struct ticket_assigned *p = &s->room->event.payload.u.ticket_assigned;
    struct life *life = s->life;

    if (s->step == LIFE_TRANSFER)
        transfer(s, p);
    if (s->step == LIFE_ASSIGN)
        SET(p, kind, ASSIGNMENT_KIND_INITIAL);
    if (s->step == LIFE_REQUEUE) {
        /* Back into the queue: nobody has it. */
        SET(p, kind, ASSIGNMENT_KIND_REQUEUE);
        SET(p, from_agent, agent_name(s, life->agent));
        SET(say_attrs(s), agent, STR(""));
        life->agent = world_pick_agent(s->world, life->team, &life->chance);
    } else {
        SET(p, to_agent, agent_name(s, life->agent));
    }
    SET(p, to_team, s->world->teams.v[life->team]);
    SET(p, to_queue, queue_name(s));
    life->facts |= FACT_ASSIGNED;
}

static void
say_escalated(struct saying *s)
{
    static const uint16_t weights[] = {60, 25, 15};
    static const enum escalation_kind kinds[] = {
        ESCALATION_KIND_FUNCTIONAL, ESCALATION_KIND_MANAGERIAL, ESCALATION_KIND_ENGINEERING};
    struct ticket_escalated *p = &s->room->event.payload.u.ticket_escalated;

    SET(p, from_tier, s->life->is_second_line ? STR("tier2") : STR("tier1"));
    SET(p, to_tier, s->life->is_second_line ? STR("tier3") : STR("tier2"));
    SET(p, kind, kinds[chance_pick(&s->life->chance, weights, 3, HUNDRED)]);
    SET(p, trigger, draw(s, 3) == 0 ? STR("customer") : STR("agent"));
    s->life->is_second_line = true;
    s->life->is_unhappy = true;
}

/* A model reads the text and knows better what it is about; or an agent sets the priority. */
static void
say_attributes(struct saying *s)
{
    struct ticket_attributes_changed *p = &s->room->event.payload.u.ticket_attributes_changed;
    struct attrs *attrs = say_attrs(s);
    struct life *life = s->life;

    if (s->step == LIFE_CHANGE_PRIORITY) {
        life->priority = (uint8_t)world_pick_priority(&life->chance);
        SET(attrs, priority, str_from(world_priority_names[life->priority]));
        SET(attrs, severity, str_from(world_severity_names[life->priority]));
        return;
    }
    SET(p, classified_by, STR("intent-model"));
    SET(p, confidence, (double)(50 + draw(s, 50)) / HUNDRED);
    if (draw(s, 3) == 0)
        life->issue = draw(s, s->world->issues.n);
    set_issues(s, attrs, s->world->issues.n > 1 && draw(s, 4) == 0 ? 2 : 1);
}

static void
say_channel_moved(struct saying *s)
{
    struct ticket_channel_moved *p = &s->room->event.payload.u.ticket_channel_moved;
    enum world_channel to = s->life->channel == CHANNEL_SOCIAL ? CHANNEL_EMAIL : CHANNEL_PHONE;

    SET(p, from, str_from(world_channel_names[s->life->channel]));
    SET(p, to, str_from(world_channel_names[to]));
    p->private = s->life->channel == CHANNEL_SOCIAL;
    s->life->channel = (uint8_t)to;
    s->life->facts &= (uint16_t)~FACT_MOVABLE;
}

static void
say_nothing(struct saying *s)
{
    if (s->step != LIFE_HAND_OFF)
        s->life->facts &= (uint16_t)~FACT_LIVE;
}

static void
say_merged(struct saying *s)
{
    s->room->event.payload.u.ticket_merged.into = other_ticket(s);
    s->life->facts &= (uint16_t)~FACT_LIVE;
}

static void
say_restored(struct saying *s)
{
    s->life->facts |= FACT_LIVE;
}

static void
say_split(struct saying *s)
{
    SET(&s->room->event.payload.u.ticket_split, from_ticket, other_ticket(s));
}

static void
say_fcr(struct saying *s)
{
    struct fcr_eligibility_set *p = &s->room->event.payload.u.fcr_eligibility_set;

    p->eligible = false;
    SET(p, reason, draw(s, 2) == 0 ? STR("outage") : STR("third_party"));
}

/* The policy of a paying customer; now and then the source has decided the due instant itself. */
static void
say_policy_applied(struct saying *s)
{
    static const dur_ms resolutions[WORLD_PRIORITIES] = {72 * HOUR_MS, 48 * HOUR_MS, 16 * HOUR_MS,
                                                         8 * HOUR_MS};
    struct sla_policy_applied *p = &s->room->event.payload.u.sla_policy_applied;
    struct event_room *room = s->room;
    dur_ms resolution = resolutions[s->life->priority];

    p->policy_id = STR("premium");
    SET(p, version, STR("1"));
    SET(p, clock_start, draw(s, 4) == 0 ? CLOCK_START_POLICY_APPLIED : CLOCK_START_CREATED);
    if ((s->life->facts & FACT_WITH_BOT) != 0)
        p->clock_start = CLOCK_START_BOT_HANDOFF;
    room->targets[0].key = STR("first_reply");
    room->targets[0].value = resolution / 8;
    room->targets[1].key = STR("resolution");
    room->targets[1].value = resolution;
    p->targets.v = room->targets;
    p->targets.n = 2;
    if (draw(s, 5) == 0) {
        room->due[0].key = STR("resolution");
        room->due[0].value = s->life->created_at + resolution;
        p->due.v = room->due;
        p->due.n = 1;
    }
    s->life->facts |= FACT_POLICY;
}

static void
say_policy_removed(struct saying *s)
{
    s->room->event.payload.u.sla_policy_removed.policy_id = STR("premium");
    s->life->facts &= (uint16_t)~FACT_POLICY;
}

static void
say_offered(struct saying *s)
{
    static const uint16_t weights[] = {70, 15, 15};
    struct survey_offered *p = &s->room->event.payload.u.survey_offered;

    s->life->survey = s->life->events;
    s->life->survey_kind =
        (uint8_t)(SURVEY_KIND_CSAT + chance_pick(&s->life->chance, weights, 3, HUNDRED));
    p->survey_id = id_of(s, STR("s"), s->life->survey);
    p->kind = (enum survey_kind)s->life->survey_kind;
}

static void
say_bounced(struct saying *s)
{
    struct survey_bounced *p = &s->room->event.payload.u.survey_bounced;

    p->survey_id = id_of(s, STR("s"), s->life->survey);
    p->kind = (enum survey_kind)s->life->survey_kind;
}

/* Answers by kind and mood, from the lowest score on. */
static const struct answers {
    const char *scale;
    int lowest;
    size_t n;
    uint16_t weights[2][11];
} answers[SURVEY_KIND_COUNT] = {
    [SURVEY_KIND_CSAT] = {"1-5", 1, 5, {{5, 4, 9, 30, 52}, {26, 20, 20, 20, 14}}},
    [SURVEY_KIND_CES] = {"1-7", 1, 7, {{3, 4, 6, 10, 20, 30, 27}, {20, 18, 16, 16, 14, 10, 6}}},
    [SURVEY_KIND_NPS] = {"0-10",
                         0,
                         11,
                         {{3, 1, 2, 2, 3, 6, 6, 13, 18, 22, 24},
                          {14, 8, 9, 9, 9, 12, 11, 10, 8, 6, 4}}},
};

static void
say_answered(struct saying *s)
{
    const struct answers *a = &answers[s->life->survey_kind];
    struct survey_responded *p = &s->room->event.payload.u.survey_responded;
    size_t score = chance_pick(&s->life->chance, a->weights[s->life->is_unhappy], a->n, HUNDRED);

    p->survey_id = id_of(s, STR("s"), s->life->survey);
    p->kind = (enum survey_kind)s->life->survey_kind;
    SET(p, scale, str_from(a->scale));
    p->comment_present = draw(s, 4) == 0;
    /* Some only write a comment. */
    if (!p->comment_present || draw(s, 12) != 0)
        SET(p, score, (double)(a->lowest + (int)score));
    if (s->step == LIFE_RERATE)
        SET(p, supersedes, id_of(s, STR(""), s->life->answer));
    s->life->answer = s->life->events;
}

static void
say_sentiment(struct saying *s)
{
    struct sentiment_scored *p = &s->room->event.payload.u.sentiment_scored;
    int score = (int)draw(s, 141) - (s->life->is_unhappy ? 100 : 60);

    score += (int)draw(s, 61) - 30;
    p->message_id = id_of(s, STR("m"), s->life->said);
    SET(p, score, (double)(score < -100 ? -100 : score > 100 ? 100 : score) / HUNDRED);
    SET(p, model, STR("mood"));
    SET(p, model_version, STR("3"));
}

static void
say_reviewed(struct saying *s)
{
    static const char *const criteria[] = {"tone", "accuracy", "process"};
    struct qa_review_completed *p = &s->room->event.payload.u.qa_review_completed;

    p->review_id = id_of(s, STR("q"), s->life->events);
    SET(p, agent, agent_name(s, s->life->agent));
    p->criteria.v = s->room->criteria;
    p->criteria.n = sizeof(criteria) / sizeof(criteria[0]);
    for (size_t i = 0; i < p->criteria.n; i++) {
        double points = (double)(8 + draw(s, 13)) / 2;

        s->room->criteria[i] = (struct qa_criterion){str_from(criteria[i]), points, 10};
        p->points += points;
        p->possible += 10;
    }
    if (s->step == LIFE_REVIEW_AGAIN)
        SET(p, supersedes, id_of(s, STR("q"), s->life->review));
    s->life->review = s->life->events;
}

static say_fn *const sayings[TICKET_EVENT_PAYLOAD_COUNT] = {
    [TICKET_EVENT_PAYLOAD_TICKET_CREATED] = say_created,
    [TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED] = say_status,
    [TICKET_EVENT_PAYLOAD_MESSAGE_POSTED] = say_message,
    [TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED] = say_assigned,
    [TICKET_EVENT_PAYLOAD_TICKET_ESCALATED] = say_escalated,
    [TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED] = say_attributes,
    [TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED] = say_channel_moved,
    [TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF] = say_nothing,
    [TICKET_EVENT_PAYLOAD_TICKET_MERGED] = say_merged,
    [TICKET_EVENT_PAYLOAD_TICKET_SPLIT] = say_split,
    [TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM] = say_nothing,
    [TICKET_EVENT_PAYLOAD_TICKET_DELETED] = say_nothing,
    [TICKET_EVENT_PAYLOAD_TICKET_RESTORED] = say_restored,
    [TICKET_EVENT_PAYLOAD_FCR_ELIGIBILITY_SET] = say_fcr,
    [TICKET_EVENT_PAYLOAD_SLA_POLICY_APPLIED] = say_policy_applied,
    [TICKET_EVENT_PAYLOAD_SLA_POLICY_REMOVED] = say_policy_removed,
    [TICKET_EVENT_PAYLOAD_SURVEY_OFFERED] = say_offered,
    [TICKET_EVENT_PAYLOAD_SURVEY_BOUNCED] = say_bounced,
    [TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED] = say_answered,
    [TICKET_EVENT_PAYLOAD_SENTIMENT_SCORED] = say_sentiment,
    [TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED] = say_reviewed,
};

/* Who did it, before the step changes who has the ticket. */
static void
set_actor(struct saying *s, struct actor *actor)
{
    enum life_who who = s->row->who;

    if (s->step == LIFE_CREATED && (s->life->facts & FACT_BY_CUSTOMER) == 0)
        who = (s->life->facts & FACT_BY_AGENT) != 0 ? WHO_AGENT : WHO_SYSTEM;
    switch (who) {
    case WHO_CUSTOMER:
        actor->kind = ACTOR_KIND_CUSTOMER;
        SET(actor, id, customer_name(s));
        break;
    case WHO_AGENT:
        actor->kind = ACTOR_KIND_AGENT;
        SET(actor, id, agent_name(s, s->life->agent));
        break;
    case WHO_BOT:
        actor->kind = ACTOR_KIND_BOT;
        SET(actor, id, STR("assistant"));
        break;
    case WHO_SYSTEM:
        actor->kind = ACTOR_KIND_SYSTEM;
        break;
    }
}

void
generator_event_make(const struct world *world, struct life *life, enum life_step step,
                     evtime_ms at, struct event_room *room)
{
    struct saying s = {world, life, &life_rows[step], step, room};
    struct ticket_event *event = &room->event;

    life->events++;
    room->n_text = 0;
    *event = (struct ticket_event){.occurred_at = at,
                                   .has_source_sequence = true,
                                   .source_sequence = life->events,
                                   .tenant = world->tenant_names.v[life->tenant],
                                   .source = STR("generated"),
                                   .has_actor = true};
    event->event_id = id_of(&s, STR(""), life->events);
    event->ticket_id = name_of(room, STR("T-"), life->number);
    set_actor(&s, &event->actor);
    event->payload.kind = s.row->kind;
    sayings[s.row->kind](&s);
}

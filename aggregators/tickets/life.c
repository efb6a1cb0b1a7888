/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a ticket, as a table over the event types: what an event of each type changes in the
 * ticket's dimensions beside attrs, and what it does. The rules are METRICS 1.0.1; rule numbers
 * stand beside the code that is them.
 *
 * An application goes: find the ticket -> attrs, then the type's own dimensions (one new profile)
 * -> the step of the type, which counts facts -> the level, which follows from what the ticket is
 * now.
 */
#include "aggregators/tickets/applying.h"
#include "base/check.h"

struct tally *
row_at(struct applying *a, uint32_t profile, evtime_ms t, evtime_ms second)
{
    dur_ms pane = a->rules->settings->pane_ms;
    evtime_ms at = floor_to(t, pane);
    evtime_ms other = second != EVTIME_NONE ? floor_to(second, pane) : EVTIME_NONE;

    return partials_row(a->rules->partials, profile, at, other == at ? EVTIME_NONE : other,
                        lateness_class_of(t, a->now, pane));
}

struct tally *
fact_row(struct applying *a, uint32_t profile)
{
    if (a->silent)
        return NULL;
    if (!a->made_fact)
        profile_hold(a->rules->profiles, a->fact_profile = profile);
    a->made_fact = true;
    return row_at(a, profile, a->t, EVTIME_NONE);
}

bool
fact(struct applying *a, uint32_t profile, enum measure m, int64_t value)
{
    struct tally *row = fact_row(a, profile);

    if (row != NULL)
        tally_add(row, m, value);
    return row != NULL;
}

bool
fact_duration(struct applying *a, uint32_t profile, enum duration d, dur_ms ms)
{
    struct tally *row;

    if (ms < 0 && !a->silent)
        a->rules->counters->negative_duration++;
    row = ms >= 0 ? fact_row(a, profile) : NULL;
    if (row != NULL)
        tally_add_duration(row, d, ms, 1);
    return row != NULL;
}

/* The ticket's dimension values while an event changes them. */
struct change {
    uint32_t tuple[PROFILE_TUPLE_MAX];
    uint32_t owned[PROFILE_TUPLE_MAX * 2]; /* texts whose reference is ours */
    unsigned n_owned;
    bool changed;
    bool only_missing; /* a late TicketCreated fills what the ticket lacks (rule 13) */
};

static void
change_set(struct applying *a, struct change *c, unsigned dimension, struct str value)
{
    uint32_t *place = &c->tuple[1 + dimension];
    uint32_t text;

    if (c->only_missing && *place != 0)
        return;
    /* Sources repeat what they know with every event: mostly nothing changes. */
    if (profiles_text_is(a->rules->profiles, *place, value))
        return;
    text = profiles_text(a->rules->profiles, value);
    c->owned[c->n_owned++] = text;
    c->changed = true;
    *place = text;
}

static struct str
canonical_channel(const struct settings *settings, struct str channel)
{
    for (size_t i = 0; i < settings->n_channels; i++)
        if (str_equal(settings->channels[i].from, channel))
            return settings->channels[i].to;
    return channel;
}

/* Where attrs has the plain dimensions. */
static const struct {
    size_t has;
    size_t value;
} attr_members[DIMENSION_COUNT] = {
#define ATTR(id, name)                                                                             \
    [DIMENSION_##id] = {offsetof(struct attrs, has_##name), offsetof(struct attrs, name)}
    ATTR(CHANNEL, channel),
    ATTR(QUEUE, queue),
    ATTR(TEAM, team),
    ATTR(AGENT, agent),
    ATTR(PRIORITY, priority),
    ATTR(SEVERITY, severity),
    ATTR(PRODUCT, product),
    ATTR(PRODUCT_LINE, product_line),
    ATTR(CUSTOMER_TIER, customer_tier),
    ATTR(REGION, region),
    ATTR(LANGUAGE, language),
    ATTR(BRAND, brand),
#undef ATTR
};

static bool
attr_value(struct applying *a, const struct dimension *dimension, struct str *ret)
{
    const struct attrs *attrs = &a->event->attrs;
    const char *bytes = (const char *)attrs;

    if (dimension->id == DIMENSION_ISSUE_TYPE) {
        if (attrs->has_issue_types)
            *ret = issue_types_pack(attrs->issue_types.v, attrs->issue_types.n, &a->rules->arena);
        return attrs->has_issue_types;
    }
    if (dimension->id == DIMENSION_CUSTOM) {
        for (size_t i = 0; i < attrs->custom.n; i++)
            if (str_equal(attrs->custom.v[i].key, dimension->custom_key)) {
                *ret = attrs->custom.v[i].value;
                return true;
            }
        return false;
    }
    if (bytes[attr_members[dimension->id].has] == 0)
        return false;
    memcpy(ret, bytes + attr_members[dimension->id].value, sizeof(*ret));
    if (dimension->id == DIMENSION_CHANNEL)
        *ret = canonical_channel(a->rules->settings, *ret);
    return true;
}

static void
change_attrs(struct applying *a, struct change *c)
{
    const struct settings *settings = a->rules->settings;
    struct ticket *t = a->ticket;
    bool creation = a->event->payload.kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED;
    struct str value;

    if (!a->event->has_attrs || a->again)
        return;
    if (!creation && !is_newer(a, t->attrs_mark)) {
        a->rules->counters->late_approximate++;
        return;
    }
    t->attrs_mark = later_of(t->attrs_mark, a->t);
    c->only_missing = creation && a->late;
    for (unsigned i = 0; i < settings->n_dimensions; i++)
        if (attr_value(a, &settings->dimensions[i], &value))
            change_set(a, c, i, value);
    c->only_missing = false;
}

static void
change_own(struct applying *a, struct change *c, enum dimension_id id, bool has, struct str value)
{
    if (has && a->rules->dimension[id] >= 0)
        change_set(a, c, (unsigned)a->rules->dimension[id], value);
}

static void
change_assigned(struct applying *a, struct change *c)
{
    const struct ticket_assigned *p = &a->event->payload.u.ticket_assigned;
    const struct talk *talk = ticket_talk(a->rules->store, a->ticket);

    if (talk != NULL && !is_newer(a, talk->assign_mark))
        return;
    change_own(a, c, DIMENSION_AGENT, p->has_to_agent, p->to_agent);
    change_own(a, c, DIMENSION_TEAM, p->has_to_team, p->to_team);
    change_own(a, c, DIMENSION_QUEUE, p->has_to_queue, p->to_queue);
}

/* Attributes and channel moves share a mark (rule 13): attrs of this very event may have moved it
 * to t already. */
static void
change_channel(struct applying *a, struct change *c)
{
    const struct ticket_channel_moved *p = &a->event->payload.u.ticket_channel_moved;

    if (!is_newer(a, a->ticket->attrs_mark)) {
        a->rules->counters->late_approximate++;
        return;
    }
    a->ticket->attrs_mark = later_of(a->ticket->attrs_mark, a->t);
    if (p->has_to)
        change_own(a, c, DIMENSION_CHANNEL, true, canonical_channel(a->rules->settings, p->to));
}

/* What an event of a type does: to the ticket's dimensions beside attrs, and then to the ticket. */
static const struct {
    void (*own)(struct applying *a, struct change *c);
    void (*apply)(struct applying *a);
} life[] = {
    [TICKET_EVENT_PAYLOAD_TICKET_CREATED] = {NULL, apply_created},
    [TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED] = {NULL, apply_status},
    [TICKET_EVENT_PAYLOAD_MESSAGE_POSTED] = {NULL, apply_message},
    [TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED] = {change_assigned, apply_assigned},
    [TICKET_EVENT_PAYLOAD_TICKET_ESCALATED] = {NULL, apply_escalated},
    [TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED] = {NULL, NULL},
    [TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED] = {change_channel, NULL},
    [TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF] = {NULL, apply_handed_off},
    [TICKET_EVENT_PAYLOAD_TICKET_MERGED] = {NULL, apply_cancel},
    [TICKET_EVENT_PAYLOAD_TICKET_SPLIT] = {NULL, NULL},
    [TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM] = {NULL, apply_cancel},
    [TICKET_EVENT_PAYLOAD_TICKET_DELETED] = {NULL, apply_cancel},
    [TICKET_EVENT_PAYLOAD_TICKET_RESTORED] = {NULL, apply_restored},
    [TICKET_EVENT_PAYLOAD_FCR_ELIGIBILITY_SET] = {NULL, NULL},
    [TICKET_EVENT_PAYLOAD_SLA_POLICY_APPLIED] = {NULL, NULL},
    [TICKET_EVENT_PAYLOAD_SLA_POLICY_REMOVED] = {NULL, NULL},
    [TICKET_EVENT_PAYLOAD_SURVEY_OFFERED] = {NULL, apply_offered},
    [TICKET_EVENT_PAYLOAD_SURVEY_BOUNCED] = {NULL, apply_bounced},
    [TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED] = {NULL, apply_survey},
    [TICKET_EVENT_PAYLOAD_SENTIMENT_SCORED] = {NULL, apply_sentiment},
    [TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED] = {NULL, apply_review},
};

/* Attrs first, then the type's own fields, both before a fact is counted (rule 2). */
static void
change_dimensions(struct applying *a)
{
    struct ticket_rules *rules = a->rules;
    struct change c; /* large, so only what is read is set */

    if (!a->event->has_attrs && life[a->event->payload.kind].own == NULL)
        return;
    c.n_owned = 0;
    c.changed = c.only_missing = false;
    memcpy(c.tuple, profile_tuple(rules->profiles, a->ticket->profile),
           (1 + rules->settings->n_dimensions) * sizeof(*c.tuple));
    change_attrs(a, &c);
    if (life[a->event->payload.kind].own != NULL)
        life[a->event->payload.kind].own(a, &c);
    if (c.changed)
        ticket_set_profile(rules->store, &a->ticket->profile,
                           profile_get(rules->profiles, c.tuple));
    for (unsigned i = 0; i < c.n_owned; i++)
        profiles_text_release(rules->profiles, c.owned[i]);
}

static void
add_age(struct applying *a, uint32_t profile, evtime_ms at, enum age_kind kind, evtime_ms birth,
        int64_t count)
{
    dur_ms pane = a->rules->settings->pane_ms;

    if (birth != EVTIME_NONE)
        partials_add_age(a->rules->partials, profile, floor_to(at, pane),
                         lateness_class_of(at, a->now, pane), kind, ceil_to(birth, pane), count);
}

/* The ticket enters (1) or leaves (-1) the level of a profile, with its ages. */
static void
move_level(struct applying *a, uint32_t profile, evtime_ms at, evtime_ms customer_message,
           int64_t count)
{
    tally_add(row_at(a, profile, at, EVTIME_NONE), MEASURE_level, count);
    add_age(a, profile, at, AGE_OF_TICKET, evtime48_get(a->ticket->created_at), count);
    add_age(a, profile, at, AGE_OF_CUSTOMER_MESSAGE, customer_message, count);
}

/*
 * The backlog (rule 9): created, not cancelled, unsolved. The change of a late event enters no
 * earlier than the ticket's last move in the level, so that no level falls below 0.
 */
static void
follow_level(struct applying *a, uint32_t old_profile)
{
    struct ticket *t = a->ticket;
    bool was_in = t->in_level;
    bool is_in = !evtime48_is_none(t->created_at) && !t->cancelled && t->status != STATUS_SOLVED &&
                 t->status != STATUS_CLOSED;
    evtime_ms customer = last_customer_message(a);
    evtime_ms at = a->t;

    if (was_in == is_in && (!is_in || old_profile == t->profile)) {
        if (is_in && customer != a->old_customer) {
            add_age(a, t->profile, at, AGE_OF_CUSTOMER_MESSAGE, a->old_customer, -1);
            add_age(a, t->profile, at, AGE_OF_CUSTOMER_MESSAGE, customer, 1);
        }
        return;
    }
    if (a->late && evtime48_get(t->level_at) > at)
        at = evtime48_get(t->level_at);
    if (was_in)
        move_level(a, old_profile, at, a->old_customer, -1);
    if (is_in)
        move_level(a, t->profile, at, customer, 1);
    t->in_level = is_in;
    t->level_at = evtime48_of(at);
}

/* The event's ticket, a new one where there is none. */
static void
find_ticket(struct applying *a, uint64_t id_hash)
{
    struct ticket_rules *rules = a->rules;
    uint32_t tenant = profiles_text(rules->profiles, a->event->tenant);

    a->number = ticket_store_find(rules->store, tenant, a->event->ticket_id, id_hash, a->now);
    if (a->number == 0) {
        uint32_t tuple[PROFILE_TUPLE_MAX] = {tenant};

        ticket_store_make_room(rules->store);
        a->number = ticket_store_add(rules->store, a->event->ticket_id, id_hash,
                                     profile_get(rules->profiles, tuple));
    }
    profiles_text_release(rules->profiles, tenant);
    a->ticket = ticket_get(rules->store, a->number);
}

void
ticket_apply(struct ticket_rules *rules, const struct ticket_event *event, uint64_t id_hash,
             evtime_ms now, bool late)
{
    struct applying a = {
        .rules = rules, .event = event, .t = event->occurred_at, .now = now, .late = late};
    uint32_t old_profile;

    CHECK(event->payload.kind > TICKET_EVENT_PAYLOAD_UNKNOWN &&
          event->payload.kind < sizeof(life) / sizeof(life[0]));
    arena_reset(&rules->arena);
    ticket_store_advance(rules->store, now);
    find_ticket(&a, id_hash);
    a.silent = a.ticket->cancelled;
    a.again = event->payload.kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED &&
              !evtime48_is_none(a.ticket->created_at);
    old_profile = a.ticket->profile;
    a.old_customer = last_customer_message(&a);
    profile_hold(rules->profiles, old_profile);

    rules->counters->after_cancel +=
        a.silent && event->payload.kind != TICKET_EVENT_PAYLOAD_TICKET_RESTORED;
    change_dimensions(&a);
    if (life[event->payload.kind].apply != NULL)
        life[event->payload.kind].apply(&a);
    follow_level(&a, old_profile);
    a.ticket->last_event = later_of(a.ticket->last_event, a.t);
    ticket_store_touched(rules->store, a.number);
    if (a.made_fact) {
        if (late)
            tally_add(row_at(&a, a.fact_profile, a.t, EVTIME_NONE), MEASURE_late, 1);
        profile_release(rules->profiles, a.fact_profile);
    }
    profile_release(rules->profiles, old_profile);
}

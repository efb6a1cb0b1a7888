/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time goes forward in random steps (often none, so that events tie); at each step one of the
 * tickets alive gets an event, chosen by weight. A ticket is now and then given up for a new one,
 * and a few never get their TicketCreated.
 */
#include "tests/support/random_events.h"

#include "base/mem.h"
#include "tests/support/random.h"

#include <stdio.h>

enum { NAME_MAX_LEN = 32, ISSUE_TYPES_MAX = 3 };

struct maker {
    const struct random_events *options;
    uint64_t seed;         /* of what happens; */
    uint64_t arrival_seed; /* of when it arrives */
    uint32_t *tickets;     /* numbers of those alive */
    bool *created;
    uint32_t next_ticket;
    struct ticket_event event;
    char event_id[NAME_MAX_LEN];
    char ticket_id[NAME_MAX_LEN];
    char tenant[NAME_MAX_LEN];
    struct str issue_types[ISSUE_TYPES_MAX];
    struct attrs_custom_entry custom;
};

static unsigned
below(struct maker *m, unsigned n)
{
    return (unsigned)(random_next(&m->seed) % n);
}

static bool
one_in(struct maker *m, unsigned n)
{
    return below(m, n) == 0;
}

static struct str
pick(struct maker *m, const char *const *words, unsigned n)
{
    return str_from(words[below(m, n)]);
}

#define PICK(m, ...)                                                                               \
    pick((m), (const char *const[]){__VA_ARGS__},                                                  \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void
fill_attrs(struct maker *m)
{
    struct attrs *a = &m->event.attrs;

    m->event.has_attrs = true;
    if ((a->has_channel = one_in(m, 2)))
        a->channel = PICK(m, "email", "chat", "phone", "");
    if ((a->has_priority = one_in(m, 3)))
        a->priority = PICK(m, "low", "high", "urgent", "");
    if ((a->has_team = one_in(m, 3)))
        a->team = PICK(m, "tier1", "tier2");
    if ((a->has_agent = one_in(m, 3)))
        a->agent = PICK(m, "ann", "bob", "cem", "");
    if ((a->has_issue_types = one_in(m, 3))) {
        a->issue_types.v = m->issue_types;
        a->issue_types.n = below(m, ISSUE_TYPES_MAX + 1);
        m->issue_types[0] = STR("billing");
        m->issue_types[1] = STR("login");
        m->issue_types[2] = STR("a|b=c\\d");
    }
    if (one_in(m, 4)) {
        m->custom = (struct attrs_custom_entry){STR("plan"), PICK(m, "gold", "basic", "")};
        a->custom.v = &m->custom;
        a->custom.n = 1;
    }
}

static void
make_created(struct maker *m)
{
    struct ticket_created *p = &m->event.payload.u.ticket_created;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_CREATED;
    p->initiated_by = (enum initiated_by)(1 + below(m, 3));
    p->status = one_in(m, 8) ? (enum status)below(m, STATUS_COUNT) : STATUS_NEW;
    p->fcr_eligible = true;
    fill_attrs(m);
}

static void
make_status(struct maker *m)
{
    struct ticket_status_changed *p = &m->event.payload.u.ticket_status_changed;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED;
    p->to = one_in(m, 3) ? STATUS_SOLVED : (enum status)below(m, STATUS_COUNT);
}

static void
make_message(struct maker *m)
{
    struct message_posted *p = &m->event.payload.u.message_posted;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_MESSAGE_POSTED;
    p->message_id = STR("m");
    p->author_kind = (enum author_kind)(1 + below(m, AUTHOR_KIND_COUNT - 1));
    p->visibility = one_in(m, 5) ? VISIBILITY_INTERNAL : VISIBILITY_PUBLIC;
    p->auto_response = one_in(m, 10);
    m->event.has_actor = one_in(m, 2);
    m->event.actor = (struct actor){
        .kind = ACTOR_KIND_AGENT, .has_id = true, .id = PICK(m, "ann", "bob", "dan")};
}

static void
make_assigned(struct maker *m)
{
    struct ticket_assigned *p = &m->event.payload.u.ticket_assigned;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED;
    p->has_to_agent = one_in(m, 2);
    p->to_agent = PICK(m, "ann", "bob", "cem", "");
    p->has_to_team = one_in(m, 3);
    p->to_team = PICK(m, "tier1", "tier2");
    p->has_kind = one_in(m, 2);
    p->kind = (enum assignment_kind)below(m, ASSIGNMENT_KIND_COUNT);
}

static void
make_attributes(struct maker *m)
{
    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED;
    fill_attrs(m);
}

static void
make_channel_move(struct maker *m)
{
    struct ticket_channel_moved *p = &m->event.payload.u.ticket_channel_moved;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED;
    p->has_to = true;
    p->to = PICK(m, "email", "chat", "phone");
}

static void
make_end(struct maker *m)
{
    static const enum ticket_event_payload_kind kinds[] = {
        TICKET_EVENT_PAYLOAD_TICKET_MERGED, TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM,
        TICKET_EVENT_PAYLOAD_TICKET_DELETED, TICKET_EVENT_PAYLOAD_TICKET_RESTORED,
        TICKET_EVENT_PAYLOAD_TICKET_RESTORED};

    m->event.payload.kind = kinds[below(m, sizeof(kinds) / sizeof(kinds[0]))];
    if (m->event.payload.kind == TICKET_EVENT_PAYLOAD_TICKET_MERGED)
        m->event.payload.u.ticket_merged.into = STR("T-other");
}

static void
make_escalated(struct maker *m)
{
    m->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ESCALATED;
}

static void
make_answer(struct maker *m)
{
    struct survey_responded *p = &m->event.payload.u.survey_responded;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED;
    p->survey_id = STR("s");
    p->kind = (enum survey_kind)(1 + below(m, SURVEY_KIND_COUNT - 1));
    p->has_score = !one_in(m, 10);
    p->score = below(m, 12);
}

static void
make_review(struct maker *m)
{
    struct qa_review_completed *p = &m->event.payload.u.qa_review_completed;

    m->event.payload.kind = TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED;
    p->review_id = PICK(m, "r1", "r2");
    p->has_agent = one_in(m, 2);
    p->agent = PICK(m, "ann", "bob");
    p->possible = 1 + below(m, 10);
    p->points = (double)below(m, 100) / 16;
}

static void
make_other(struct maker *m)
{
    static const enum ticket_event_payload_kind kinds[] = {
        TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF, TICKET_EVENT_PAYLOAD_TICKET_SPLIT,
        TICKET_EVENT_PAYLOAD_FCR_ELIGIBILITY_SET, TICKET_EVENT_PAYLOAD_SLA_POLICY_REMOVED};

    m->event.payload.kind = kinds[below(m, sizeof(kinds) / sizeof(kinds[0]))];
}

typedef void make_fn(struct maker *m);

static const struct {
    make_fn *make;
    unsigned weight;
} choices[] = {
    {make_message, 30}, {make_status, 20}, {make_assigned, 10},    {make_attributes, 10},
    {make_answer, 8},   {make_review, 4},  {make_channel_move, 4}, {make_escalated, 4},
    {make_end, 4},      {make_other, 3},   {make_created, 2},
};

static void
make_any(struct maker *m)
{
    unsigned total = 0;
    unsigned at;

    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        total += choices[i].weight;
    at = below(m, total);
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        if (at < choices[i].weight) {
            choices[i].make(m);
            return;
        }
        at -= choices[i].weight;
    }
    UNREACHABLE();
}

/* One event of one of the tickets alive, at t. Returns the ticket's number. */
static uint32_t
make_event(struct maker *m, unsigned number, evtime_ms t)
{
    unsigned slot = below(m, m->options->tickets);
    struct ticket_event *e = &m->event;
    uint32_t ticket;

    if (one_in(m, 40)) {
        m->tickets[slot] = m->next_ticket++;
        m->created[slot] = one_in(m, 20);
    }
    ticket = m->tickets[slot];
    *e = (struct ticket_event){.occurred_at = t};
    (void)snprintf(m->event_id, NAME_MAX_LEN, "e%u", number);
    (void)snprintf(m->ticket_id, NAME_MAX_LEN, "T-%u", ticket);
    (void)snprintf(m->tenant, NAME_MAX_LEN, "%.0u", ticket % m->options->tenants);
    e->event_id = str_from(m->event_id);
    e->ticket_id = str_from(m->ticket_id);
    e->tenant = str_from(m->tenant);
    e->has_source_sequence = one_in(m, 2);
    e->source_sequence = below(m, 5);
    e->test = one_in(m, 50);
    if (!m->created[slot]) {
        m->created[slot] = true;
        make_created(m);
    } else {
        make_any(m);
        if (one_in(m, 20))
            fill_attrs(m);
    }
    return ticket;
}

static dur_ms
up_to(uint64_t *seed, dur_ms most)
{
    return (dur_ms)(random_next(seed) % (uint64_t)(most + 1));
}

static evtime_ms
arrival_of(struct maker *m, evtime_ms t)
{
    const struct random_events *o = m->options;

    t += up_to(&m->arrival_seed, o->disorder_ms);
    if (random_next(&m->arrival_seed) % 1000 < o->late_permille)
        t += up_to(&m->arrival_seed, o->late_ms);
    return t;
}

void
random_events_fill(const struct random_events *options, struct event_log *log)
{
    struct maker *m = mem_new(1, sizeof(*m));
    evtime_ms t = options->start;

    CHECK(options->tickets > 0 && options->tenants > 0 && log->n == 0);
    m->options = options;
    m->seed = options->seed;
    m->arrival_seed = ~options->seed;
    m->tickets = mem_new(options->tickets, sizeof(*m->tickets));
    m->created = mem_new(options->tickets, sizeof(*m->created));
    for (unsigned i = 0; i < options->tickets; i++)
        m->tickets[i] = m->next_ticket++;
    for (unsigned i = 0; i < options->events; i++) {
        uint32_t ticket = make_event(m, i, t);

        event_log_add(log, &m->event, ticket, arrival_of(m, t));
        if (random_next(&m->arrival_seed) % 1000 < options->duplicate_permille)
            event_log_add(log, &m->event, ticket, arrival_of(m, t));
        if (!one_in(m, 3))
            t += below(m, 2 * (unsigned)options->step_ms + 1);
    }
    event_log_sort(log);
    mem_free(m->tickets);
    mem_free(m->created);
    mem_free(m);
}

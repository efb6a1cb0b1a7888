/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/workload.h"

#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "schemas/ticket_event.h"

#include <stdio.h>
#include <stdlib.h>

enum { UUID_LEN = 36, TEXT_MAX = 40, CHANNELS = 5, PRIORITIES = 4, TEAMS = 20, AGENTS = 400 };

static const char *const channels[CHANNELS] = {"email", "chat", "phone", "web_form", "social"};
static const char *const priorities[PRIORITIES] = {"low", "normal", "high", "urgent"};

/* The ticket that is open in one of the places. */
struct place {
    uint32_t serial; /* of its tickets; 0: none was created yet */
    uint16_t team;
    uint8_t priority;
    uint8_t channel;
    uint32_t account;
    bool is_solved;
    bool is_pending;
};

struct arrival {
    evtime_ms at;
    size_t start;
    size_t size;
};

struct workload {
    struct workload_options options;
    uint64_t seed;
    struct place *places;
    uint32_t created; /* places whose first ticket was created */
    uint64_t n;       /* events made */
    uint32_t solved;  /* the place whose ticket was solved last; */
    bool follows;     /* the next event is of it */
    struct arrival *arrivals;
    size_t cap_arrivals;
    struct strbuf unsorted;

    /* The event that is being made. */
    struct ticket_event event;
    char event_id[TEXT_MAX];
    char ticket_id[TEXT_MAX];
    char agent[TEXT_MAX];
    char team[TEXT_MAX];
    char account[TEXT_MAX];
    struct attrs_custom_entry custom;
    struct str issue_type;
};

void
records_fini(struct records *r)
{
    strbuf_fini(&r->bytes);
    mem_free(r->ends);
    *r = (struct records){0};
}

struct workload *
workload_new(const struct workload_options *options)
{
    struct workload *w = mem_new(1, sizeof(*w));

    CHECK(options->tickets > 0 && options->accounts > 0 && options->events_per_second > 0);
    w->options = *options;
    w->seed = options->seed;
    w->places = mem_new(options->tickets, sizeof(*w->places));
    return w;
}

void
workload_free(struct workload **w)
{
    if (*w == NULL)
        return;
    strbuf_fini(&(*w)->unsorted);
    mem_free((*w)->arrivals);
    mem_free((*w)->places);
    mem_free(*w);
    *w = NULL;
}

/* SplitMix64. */
static uint32_t
below(struct workload *w, uint32_t n)
{
    uint64_t z = (w->seed += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

/* Prefix and number, cheaper than snprintf: the generator makes many millions. */
static struct str
name(char *to, const char *prefix, uint64_t number)
{
    char digits[20];
    size_t n = strlen(prefix);
    size_t k = 0;

    do
        digits[k++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    CHECK(n + k <= TEXT_MAX);
    memcpy(to, prefix, n);
    while (k > 0)
        to[n++] = digits[--k];
    return str_of(to, n);
}

/* As most sources make their event ids. */
static struct str
uuid(struct workload *w, char *to)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = 0;

    for (size_t i = 0; i < UUID_LEN; i++) {
        bits = i % 9 == 0 ? (uint64_t)below(w, UINT32_MAX) << 32 | below(w, UINT32_MAX) : bits >> 4;
        to[i] = i == 8 || i == 13 || i == 18 || i == 23 ? '-' : digits[bits & 15];
    }
    return str_of(to, UUID_LEN);
}

/* What the source knows of the ticket, with every event. */
static void
fill_attrs(struct workload *w, const struct place *place)
{
    struct attrs *a = &w->event.attrs;

    w->event.has_attrs = true;
    a->has_channel = a->has_priority = a->has_team = a->has_customer_tier = a->has_region = true;
    a->channel = str_from(channels[place->channel]);
    a->priority = str_from(priorities[place->priority]);
    a->team = name(w->team, "team-", place->team);
    a->customer_tier = STR("business");
    a->region = STR("eu-central");
}

static void
start_event(struct workload *w, uint32_t number)
{
    const struct place *place = &w->places[number];
    evtime_ms t = w->options.start + (evtime_ms)(w->n * 1000 / w->options.events_per_second);

    w->event = (struct ticket_event){.occurred_at = t,
                                     .has_recorded_at = true,
                                     .recorded_at = t + 700,
                                     .has_source_sequence = true,
                                     .source_sequence = (int64_t)w->n,
                                     .source = STR("helpdesk")};
    w->event.event_id = uuid(w, w->event_id);
    w->n++;
    w->event.ticket_id =
        name(w->ticket_id, "T-", (uint64_t)place->serial * w->options.tickets + number);
    fill_attrs(w, place);
}

static void
make_created(struct workload *w, uint32_t number)
{
    static const char *const issues[] = {"billing", "login", "delivery", "refund", "other"};
    struct place *place = &w->places[number];
    struct ticket_created *p = &w->event.payload.u.ticket_created;
    struct attrs *a = &w->event.attrs;

    *place = (struct place){.serial = place->serial + 1,
                            .team = (uint16_t)below(w, TEAMS),
                            .priority = (uint8_t)below(w, PRIORITIES),
                            .channel = (uint8_t)below(w, CHANNELS),
                            .account = below(w, UINT32_MAX)};
    start_event(w, number);
    w->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_CREATED;
    p->initiated_by = INITIATED_BY_CUSTOMER;
    p->status = STATUS_NEW;
    p->has_customer_id = true;
    p->customer_id = STR("customer-77120");
    a->has_issue_types = true;
    w->issue_type = str_from(issues[below(w, 5)]);
    a->issue_types.v = &w->issue_type;
    a->issue_types.n = 1;
    /* Drawn without regard to `accounts`, so that workloads differ in nothing else. */
    w->custom.key = STR("account");
    w->custom.value = name(w->account, "account-", place->account % w->options.accounts);
    a->custom.v = &w->custom;
    a->custom.n = 1;
}

static void
make_message(struct workload *w, enum author_kind author, enum visibility visibility)
{
    struct message_posted *p = &w->event.payload.u.message_posted;

    w->event.payload.kind = TICKET_EVENT_PAYLOAD_MESSAGE_POSTED;
    p->message_id = STR("m-5550123");
    p->author_kind = author;
    p->visibility = visibility;
    w->event.has_actor = true;
    w->event.actor.kind = author == AUTHOR_KIND_AGENT ? ACTOR_KIND_AGENT : ACTOR_KIND_CUSTOMER;
    w->event.actor.has_id = true;
    w->event.actor.id = name(w->agent, "agent-", below(w, AGENTS));
}

static void
make_status(struct workload *w, struct place *place, enum status to)
{
    w->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED;
    w->event.payload.u.ticket_status_changed.to = to;
    place->is_pending = to == STATUS_PENDING;
    place->is_solved = to == STATUS_SOLVED;
}

static void
make_assigned(struct workload *w, struct place *place)
{
    struct ticket_assigned *p = &w->event.payload.u.ticket_assigned;

    w->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED;
    p->has_to_agent = p->has_to_team = true;
    p->to_agent = name(w->agent, "agent-", below(w, AGENTS));
    if (below(w, 4) == 0)
        place->team = (uint16_t)below(w, TEAMS);
    p->to_team = w->event.attrs.team = name(w->team, "team-", place->team);
}

static void
make_attributes(struct workload *w, struct place *place)
{
    w->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED;
    place->priority = (uint8_t)below(w, PRIORITIES);
    w->event.attrs.priority = str_from(priorities[place->priority]);
}

static void
make_rating(struct workload *w)
{
    struct survey_responded *p = &w->event.payload.u.survey_responded;

    w->event.payload.kind = TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED;
    p->survey_id = STR("s-1");
    p->kind = SURVEY_KIND_CSAT;
    p->has_score = true;
    p->score = 1 + below(w, 5);
}

static void
make_open(struct workload *w, struct place *place)
{
    uint32_t which = below(w, 100);

    if (which < 33)
        make_message(w, AUTHOR_KIND_CUSTOMER, VISIBILITY_PUBLIC);
    else if (which < 66)
        make_message(w, AUTHOR_KIND_AGENT, VISIBILITY_PUBLIC);
    else if (which < 73)
        make_message(w, AUTHOR_KIND_AGENT, VISIBILITY_INTERNAL);
    else if (which < 81)
        make_status(w, place, place->is_pending ? STATUS_OPEN : STATUS_PENDING);
    else if (which < 88)
        make_assigned(w, place);
    else if (which < 92)
        make_attributes(w, place);
    else if (which < 93)
        w->event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_ESCALATED;
    else
        make_status(w, place, STATUS_SOLVED);
}

/* What follows a solve at once, if anything: so that it does not depend on the number of tickets
 * what there is of it. */
static void
make_follow_up(struct workload *w, struct place *place)
{
    if (below(w, 3) == 0)
        make_status(w, place, STATUS_OPEN);
    else
        make_rating(w);
}

static void
make_event(struct workload *w)
{
    bool is_first = w->created < w->options.tickets;
    uint32_t number = is_first ? w->created++ : below(w, w->options.tickets);
    bool is_follow_up = w->follows && !is_first;
    struct place *place;

    if (is_follow_up)
        number = w->solved;
    w->follows = false;
    place = &w->places[number];
    if (is_first || (place->is_solved && !is_follow_up)) {
        make_created(w, number);
        return;
    }
    start_event(w, number);
    if (is_follow_up) {
        make_follow_up(w, place);
        return;
    }
    make_open(w, place);
    w->solved = number;
    w->follows = place->is_solved && below(w, 3) == 0;
}

static int
compare(const void *a, const void *b)
{
    const struct arrival *x = a;
    const struct arrival *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static void
clear(struct records *r, size_t n)
{
    strbuf_clear(&r->bytes);
    if (r->cap < n) {
        r->ends = mem_resize(r->ends, n, sizeof(*r->ends));
        r->cap = n;
    }
    r->n = 0;
}

void
workload_next(struct workload *w, size_t n, struct records *ret)
{
    clear(ret, n);
    strbuf_clear(&w->unsorted);
    if (w->cap_arrivals < n) {
        w->arrivals = mem_resize(w->arrivals, n, sizeof(*w->arrivals));
        w->cap_arrivals = n;
    }
    for (size_t i = 0; i < n; i++) {
        struct arrival *arrival = &w->arrivals[i];

        make_event(w);
        arrival->at = w->event.occurred_at + below(w, (uint32_t)w->options.disorder_ms + 1);
        arrival->start = w->unsorted.n;
        avro_encode(&ticket_event_desc, &w->event, &w->unsorted);
        arrival->size = w->unsorted.n - arrival->start;
    }
    qsort(w->arrivals, n, sizeof(*w->arrivals), compare);
    for (size_t i = 0; i < n; i++) {
        strbuf_add(&ret->bytes, str_of(w->unsorted.p + w->arrivals[i].start, w->arrivals[i].size));
        ret->ends[ret->n++] = ret->bytes.n;
    }
}

void
workload_step(struct workload *w, enum workload_step step, uint32_t first, uint32_t n,
              struct records *ret)
{
    CHECK(first + n <= w->options.tickets);
    clear(ret, n);
    for (uint32_t number = first; number < first + n; number++) {
        if (step == WORKLOAD_CREATE)
            make_created(w, number);
        else
            start_event(w, number);
        if (step == WORKLOAD_ASSIGN)
            make_assigned(w, &w->places[number]);
        if (step == WORKLOAD_ANSWER)
            make_message(w, AUTHOR_KIND_AGENT, VISIBILITY_PUBLIC);
        avro_encode(&ticket_event_desc, &w->event, &ret->bytes);
        ret->ends[ret->n++] = ret->bytes.n;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The generated world: complete, valid, reproducible, and shaped as it was asked for. */
#include "base/mem.h"
#include "base/strbuf.h"
#include "consumer/intake.h"
#include "schemas/event_json.h"
#include "stage/generator.h"

#include <criterion/criterion.h>

#include <stdlib.h>

#define MONDAY  INT64_C(1767571200000) /* 2026-01-05T00:00:00Z */
#define FNV     UINT64_C(0xcbf29ce484222325)
#define WEEK(s) week_find(STR(s))

enum { FIRST_HOUR = 8, LAST_HOUR = 17 };

static struct generator_options
options_of(uint64_t tickets, uint64_t rate)
{
    return (struct generator_options){
        .sizes = {.seed = 1, .segments = 60, .agents = 40, .tenants = 1, .customers = 5000},
        .week = WEEK("office"),
        .start = MONDAY,
        .tickets = tickets,
        .rate = rate};
}

static uint64_t
hash_event(uint64_t hash, const struct ticket_event *event, struct strbuf *line)
{
    strbuf_clear(line);
    event_json_write(event, line);
    strbuf_add_char(line, '\n');
    for (size_t i = 0; i < line->n; i++)
        hash = (hash ^ (unsigned char)line->p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t
number_of(const struct ticket_event *event)
{
    uint64_t number = 0;

    for (size_t i = strlen("T-"); i < event->ticket_id.n; i++)
        number = number * 10 + (uint64_t)(event->ticket_id.p[i] - '0');
    return number;
}

/* A hash of the events of tickets up to `last`, in their order. */
static uint64_t
hash_of(const struct generator_options *options, uint64_t last)
{
    struct generator *g = generator_new(options);
    struct strbuf line = {0};
    const struct ticket_event *event;
    uint64_t hash = FNV;

    while ((event = generator_next(g)) != NULL)
        if (number_of(event) <= last)
            hash = hash_event(hash, event, &line);
    strbuf_fini(&line);
    generator_free(&g);
    return hash;
}

Test(generator, says_the_same_on_every_machine)
{
    struct generator_options options = options_of(500, 200);

    /* Of `generate --tickets 500 --rate 200 x.jsonl`; a change of the lives' tables changes it. */
    cr_assert_eq(hash_of(&options, UINT64_MAX), UINT64_C(0xa1cc87406eaccce1), "%llx",
                 (unsigned long long)hash_of(&options, UINT64_MAX));
    options.sizes.seed = 2;
    cr_assert_neq(hash_of(&options, UINT64_MAX), UINT64_C(0xa1cc87406eaccce1));
}

Test(generator, more_tickets_change_no_life)
{
    struct generator_options few = options_of(100, 500);
    struct generator_options many = options_of(400, 500);

    cr_assert_eq(hash_of(&few, 100), hash_of(&many, 100));
}

/* What a stream has shown, one flag for each thing that must come up. */
struct seen {
    uint64_t types[TICKET_EVENT_PAYLOAD_COUNT];
    uint64_t by_agent, by_customer, by_system, children;
    uint64_t notes, auto_responses, bot_messages, bot_solves;
    uint64_t initial, transfers, requeues, unkinded;
    uint64_t holds, reopens, late_reopens, auto_closes;
    uint64_t several_issues, cleared_agents, private_moves;
    uint64_t surveys[SURVEY_KIND_COUNT], rerated, unscored, review_again, due;
};

static void
see_created(struct seen *seen, const struct ticket_created *p)
{
    seen->by_agent += p->initiated_by == INITIATED_BY_AGENT;
    seen->by_customer += p->initiated_by == INITIATED_BY_CUSTOMER;
    seen->by_system += p->initiated_by == INITIATED_BY_SYSTEM;
    seen->children += p->has_parent_ticket_id;
}

static void
see_status(struct seen *seen, const struct ticket_event *event)
{
    const struct ticket_status_changed *p = &event->payload.u.ticket_status_changed;

    cr_assert(p->has_from);
    cr_assert_neq(p->from, p->to, "a step to where it was");
    seen->holds += p->to == STATUS_HOLD;
    seen->reopens += p->from == STATUS_SOLVED && p->to == STATUS_OPEN;
    seen->late_reopens += p->from == STATUS_CLOSED && p->to == STATUS_OPEN;
    seen->auto_closes += p->has_reason && str_equal(p->reason, STR("auto_close"));
    seen->bot_solves += p->to == STATUS_SOLVED && event->actor.kind == ACTOR_KIND_BOT;
}

static void
see_assigned(struct seen *seen, const struct ticket_assigned *p)
{
    seen->unkinded += !p->has_kind;
    seen->initial += p->has_kind && p->kind == ASSIGNMENT_KIND_INITIAL;
    seen->transfers += p->has_kind && p->kind == ASSIGNMENT_KIND_TRANSFER;
    seen->requeues += p->has_kind && p->kind == ASSIGNMENT_KIND_REQUEUE;
}

static void
see_message(struct seen *seen, const struct message_posted *p)
{
    seen->notes += p->visibility == VISIBILITY_INTERNAL;
    seen->auto_responses += p->auto_response;
    seen->bot_messages += p->author_kind == AUTHOR_KIND_BOT;
}

static void
see_answer(struct seen *seen, const struct survey_responded *p)
{
    seen->surveys[p->kind]++;
    seen->rerated += p->has_supersedes;
    seen->unscored += !p->has_score;
}

static void
see(struct seen *seen, const struct ticket_event *event)
{
    enum ticket_event_payload_kind kind = event->payload.kind;

    seen->types[kind]++;
    seen->several_issues += event->has_attrs && event->attrs.issue_types.n > 1;
    seen->cleared_agents += event->has_attrs && event->attrs.has_agent && event->attrs.agent.n == 0;
    if (kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED)
        see_created(seen, &event->payload.u.ticket_created);
    else if (kind == TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED)
        see_status(seen, event);
    else if (kind == TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED)
        see_assigned(seen, &event->payload.u.ticket_assigned);
    else if (kind == TICKET_EVENT_PAYLOAD_MESSAGE_POSTED)
        see_message(seen, &event->payload.u.message_posted);
    else if (kind == TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED)
        see_answer(seen, &event->payload.u.survey_responded);
    else if (kind == TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED)
        seen->review_again += event->payload.u.qa_review_completed.has_supersedes;
    else if (kind == TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED)
        seen->private_moves += event->payload.u.ticket_channel_moved.private;
    else if (kind == TICKET_EVENT_PAYLOAD_SLA_POLICY_APPLIED)
        seen->due += event->payload.u.sla_policy_applied.due.n;
}

Test(generator, every_event_type_and_turn_of_a_life_appears)
{
    struct generator_options options = options_of(5000, 1000);
    struct generator *g = generator_new(&options);
    const struct ticket_event *event;
    struct seen seen = {0};

    while ((event = generator_next(g)) != NULL)
        see(&seen, event);
    for (int i = 1; i < TICKET_EVENT_PAYLOAD_COUNT; i++)
        cr_expect_gt(seen.types[i], 0, "%s", ticket_event_payload_names[i]);
    for (int i = SURVEY_KIND_CSAT; i < SURVEY_KIND_COUNT; i++)
        cr_expect_gt(seen.surveys[i], 0, "%s", survey_kind_names[i]);
    cr_expect_eq(seen.types[TICKET_EVENT_PAYLOAD_TICKET_CREATED], 5000);
    cr_expect(seen.by_agent > 0 && seen.by_customer > 4000 && seen.by_system > 0);
    cr_expect(seen.children > 0 && seen.notes > 0 && seen.auto_responses > 0);
    cr_expect(seen.bot_messages > 0 && seen.bot_solves > 0);
    cr_expect(seen.initial > 0 && seen.transfers > 0 && seen.requeues > 0 && seen.unkinded > 0);
    cr_expect(seen.holds > 0 && seen.reopens > 0 && seen.late_reopens > 0 && seen.auto_closes > 0);
    cr_expect(seen.several_issues > 0 && seen.cleared_agents > 0 && seen.private_moves > 0);
    cr_expect(seen.rerated > 0 && seen.unscored > 0 && seen.review_again > 0 && seen.due > 0);
    generator_free(&g);
}

/* In order, numbered within the ticket, and nothing that the intake refuses. */
Test(generator, events_are_valid_and_in_order)
{
    struct generator_options options = options_of(3000, 3000);
    struct generator *g = generator_new(&options);
    struct intake_limits limits = {.now = EVTIME_NONE};
    int64_t *sequences = mem_new(3001, sizeof(*sequences));
    const struct ticket_event *event;
    evtime_ms last = MONDAY;

    while ((event = generator_next(g)) != NULL) {
        uint64_t number = number_of(event);
        const char *field = "";

        cr_assert_geq(event->occurred_at, last);
        last = event->occurred_at;
        cr_assert(number >= 1 && number <= 3000);
        cr_assert_eq(event->source_sequence, ++sequences[number]);
        cr_assert_eq(event->source_sequence == 1,
                     event->payload.kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED);
        cr_assert_eq(intake_check(&limits, event, EVTIME_NONE, &field), DECODE_OK, "%s", field);
    }
    cr_assert_eq(generator_open(g), 0, "all lives are over");
    mem_free(sequences);
    generator_free(&g);
}

Test(generator, memory_is_that_of_open_tickets)
{
    struct generator_options options = options_of(20000, 200);
    struct generator *g = generator_new(&options);

    while (generator_next(g) != NULL)
        continue;
    /* 100 days of tickets; one lives for a week or so. */
    cr_assert_lt(generator_open_max(g), 4000);
    cr_assert_gt(generator_open_max(g), 200);
    generator_free(&g);
}

static int
hour_of(evtime_ms t)
{
    return (int)(t / HOUR_MS % 24);
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static int
day_of(evtime_ms t)
{
    return (int)((t / DAY_MS + 3) % 7);
}

static uint64_t
count_agents_at_night(const char *week)
{
    struct generator_options options = options_of(3000, 500);
    struct generator *g;
    const struct ticket_event *event;
    uint64_t n = 0;

    options.week = week_find(str_from(week));
    g = generator_new(&options);
    while ((event = generator_next(g)) != NULL) {
        int hour = hour_of(event->occurred_at);

        n += event->actor.kind == ACTOR_KIND_AGENT &&
             (day_of(event->occurred_at) > 4 || hour < FIRST_HOUR || hour > LAST_HOUR);
    }
    generator_free(&g);
    return n;
}

Test(generator, an_office_does_not_work_at_night)
{
    cr_assert_eq(count_agents_at_night("office"), 0);
    cr_assert_gt(count_agents_at_night("round-the-clock"), 3000);
    cr_assert_null(WEEK("weekend"));
}

Test(generator, tickets_come_in_at_the_rate_and_by_the_shape_of_the_week)
{
    struct generator_options options = options_of(28000, 1000);
    struct generator *g = generator_new(&options);
    const struct ticket_event *event;
    uint64_t days[28] = {0};
    uint64_t morning = 0;
    uint64_t night = 0;

    while ((event = generator_next(g)) != NULL) {
        int64_t day = (event->occurred_at - MONDAY) / DAY_MS;
        int hour = hour_of(event->occurred_at);

        if (event->payload.kind != TICKET_EVENT_PAYLOAD_TICKET_CREATED || day >= 28)
            continue;
        days[day]++;
        morning += hour >= 9 && hour < 12;
        night += hour < 3;
    }
    for (int week = 0; week < 4; week++) {
        uint64_t sum = 0;

        for (int day = 0; day < 7; day++)
            sum += days[week * 7 + day];
        /* Poisson: the deviation of a week is 84. */
        cr_assert(week == 3 || (sum > 6600 && sum < 7400), "week %d: %llu", week,
                  (unsigned long long)sum);
        cr_assert_gt(days[week * 7], 5 * days[week * 7 + 6], "Monday and Sunday");
    }
    cr_assert_gt(morning, 20 * night);
    generator_free(&g);
}

static int
compare_longs(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t
median(int64_t *v, size_t n)
{
    cr_assert_gt(n, 100);
    qsort(v, n, sizeof(*v), compare_longs);
    return v[n / 2];
}

/* Of a ticket: when it came, and whether a human has answered. */
struct waiting {
    evtime_ms created_at;
    bool is_urgent;
    bool is_answered;
};

Test(generator, urgent_tickets_are_answered_sooner)
{
    struct generator_options options = options_of(8000, 800);
    struct generator *g;
    struct waiting *tickets = mem_new(8001, sizeof(*tickets));
    int64_t *waits[2] = {mem_new(8001, sizeof(int64_t)), mem_new(8001, sizeof(int64_t))};
    size_t n[2] = {0};
    const struct ticket_event *event;

    options.week = WEEK("round-the-clock");
    g = generator_new(&options);
    while ((event = generator_next(g)) != NULL) {
        const struct message_posted *message = &event->payload.u.message_posted;
        struct waiting *t = &tickets[number_of(event)];

        if (event->payload.kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED) {
            t->created_at = event->occurred_at;
            t->is_urgent = str_equal(event->attrs.priority, STR("urgent"));
        } else if (event->payload.kind == TICKET_EVENT_PAYLOAD_MESSAGE_POSTED && !t->is_answered &&
                   message->author_kind == AUTHOR_KIND_AGENT &&
                   message->visibility == VISIBILITY_PUBLIC) {
            t->is_answered = true;
            waits[t->is_urgent][n[t->is_urgent]++] = event->occurred_at - t->created_at;
        }
    }
    cr_assert_lt(4 * median(waits[true], n[true]), median(waits[false], n[false]));
    cr_assert_gt(n[true] + n[false], 6500, "most are answered");
    mem_free(tickets);
    mem_free(waits[0]);
    mem_free(waits[1]);
    generator_free(&g);
}

Test(generator, segments_are_as_many_as_asked_and_skewed)
{
    struct world_sizes sizes = {
        .seed = 7, .segments = 100, .agents = 3, .tenants = 5, .customers = 10};
    bool is_used[5][5][5] = {{{false}}};
    uint32_t tenants[5] = {0};
    struct world w;

    world_init(&w, &sizes);
    cr_assert_eq(w.side, 5, "5 * 5 * 5 >= 100");
    for (uint32_t i = 0; i < sizes.segments; i++) {
        struct world_place p = world_place_of(&w, i);

        cr_assert_not(is_used[p.team][p.product][p.issue], "segment %u is another one's", i);
        is_used[p.team][p.product][p.issue] = true;
    }
    for (chance c = 1, i = 0; i < 10000; i++)
        tenants[chance_zipf_pick(&w.tenants, &c)]++;
    /* 1 : 1/2 : 1/3 : 1/4 : 1/5 */
    cr_assert(tenants[0] > 4100 && tenants[0] < 4700, "%u", tenants[0]);
    cr_assert(tenants[4] > 740 && tenants[4] < 1020, "%u", tenants[4]);
    for (chance c = 1, i = 0; i < 1000; i++)
        cr_assert_lt(world_pick_agent(&w, (uint32_t)(i % 5), &c), 3);
    cr_assert(str_equal(w.tenant_names.v[1], STR("tenant-2")));
    cr_assert(str_equal(w.queues.v[1], STR("billing second line")));
    world_fini(&w);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much faster a plan is than avro-c's generic decoder, on a ticket event as they are: envelope,
 * actor, segment values and a message. Both read the same bytes; avro-c reuses one value, which is
 * as fast as it gets.
 */
#include "base/check.h"
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"
#include "schemas/ticket_event.h"

#include "bench/pairs.h"

#include <avro.h>

/* A side of a pair takes some 200 us, so that both meet the same neighbours on the machine. */
enum { ROUNDS_PLAN = 2000, ROUNDS_AVRO_C = 100 };

struct side {
    struct str bytes;
    struct plan *plan;
    struct arena arena;
    avro_value_t value;
};

static void
fill_attrs(struct attrs *a)
{
    static struct str issue_types[] = {{"billing", 7}, {"refund", 6}};
    static struct attrs_custom_entry custom[] = {{{"plan", 4}, {"gold", 4}}};

    a->has_channel = true;
    a->channel = STR("email");
    a->has_team = true;
    a->team = STR("tier1");
    a->has_agent = true;
    a->agent = STR("agent-0042");
    a->has_priority = true;
    a->priority = STR("high");
    a->has_issue_types = true;
    a->issue_types.v = issue_types;
    a->issue_types.n = 2;
    a->has_customer_tier = true;
    a->customer_tier = STR("enterprise");
    a->has_region = true;
    a->region = STR("eu-central");
    a->custom.v = custom;
    a->custom.n = 1;
}

static void
fill_event(struct ticket_event *e)
{
    struct message_posted *m = &e->payload.u.message_posted;

    *e = (struct ticket_event){
        .event_id = STR("8c1f6d0e-6a1c-4f0e-9a55-6b1f0f3a9c11"),
        .ticket_id = STR("T-1029384"),
        .occurred_at = INT64_C(1772438712345),
        .has_recorded_at = true,
        .recorded_at = INT64_C(1772438713001),
        .has_source_sequence = true,
        .source_sequence = 482911,
        .tenant = STR("acme"),
        .source = STR("zendesk"),
        .has_actor = true,
        .actor = {.kind = ACTOR_KIND_AGENT, .has_id = true, .id = STR("agent-0042")},
        .has_attrs = true,
        .payload.kind = TICKET_EVENT_PAYLOAD_MESSAGE_POSTED,
    };
    fill_attrs(&e->attrs);
    m->message_id = STR("m-5550123");
    m->author_kind = AUTHOR_KIND_AGENT;
    m->visibility = VISIBILITY_PUBLIC;
    m->has_channel = true;
    m->channel = STR("email");
}

static uint64_t
run_plan(void *context)
{
    struct side *side = context;
    struct ticket_event event;

    for (int i = 0; i < ROUNDS_PLAN; i++) {
        arena_reset(&side->arena);
        CHECK(plan_decode(side->plan, side->bytes, &side->arena, &event, NULL) == DECODE_OK);
    }
    return ROUNDS_PLAN;
}

static uint64_t
run_avro_c(void *context)
{
    struct side *side = context;
    avro_reader_t reader = avro_reader_memory(side->bytes.p, (int64_t)side->bytes.n);

    for (int i = 0; i < ROUNDS_AVRO_C; i++) {
        avro_reader_memory_set_source(reader, side->bytes.p, (int64_t)side->bytes.n);
        avro_value_reset(&side->value);
        CHECK(avro_value_read(reader, &side->value) == 0);
    }
    avro_reader_free(reader);
    return ROUNDS_AVRO_C;
}

/* One function for both sides, as pairs want it; the side without a plan is avro-c. */
static uint64_t
run_side(void *context)
{
    return ((struct side *)context)->plan != NULL ? run_plan(context) : run_avro_c(context);
}

int
main(void)
{
    struct str avsc = str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN);
    struct ticket_event event;
    struct strbuf bytes = {0};
    struct side ours = {0};
    struct side theirs = {0};
    struct pair pair = {.name = "decode: plan / avro-c generic",
                        .unit = "event",
                        .must = 20,
                        .goal = 30,
                        .rounds = PAIRS_ROUNDS_MAX,
                        .a = &ours,
                        .b = &theirs,
                        .run = run_side};
    avro_schema_t schema;
    avro_value_iface_t *iface;

    fill_event(&event);
    avro_encode(&ticket_event_desc, &event, &bytes);
    ours.bytes = theirs.bytes = strbuf_str(&bytes);
    CHECK(plan_compile(avsc, &ticket_event_desc, &ours.plan, NULL) == ERR_NONE);
    CHECK(avro_schema_from_json_length(avsc.p, avsc.n, &schema) == 0);
    iface = avro_generic_class_from_schema(schema);
    CHECK(avro_generic_value_new(iface, &theirs.value) == 0);
    (void)pairs_run(&pair);
    avro_value_decref(&theirs.value);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
    plan_free(&ours.plan);
    arena_fini(&ours.arena);
    strbuf_fini(&bytes);
    return 0;
}

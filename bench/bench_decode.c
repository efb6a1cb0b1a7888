/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much faster a plan is than avro-c's generic decoder, on a ticket event as they are: envelope,
 * actor, segment values and a message. Both read the same bytes; they take turns, so that a machine
 * that slows down slows down both, and the figure is the median of the ratios of the pairs.
 */
#include "base/check.h"
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"
#include "schemas/ticket_event.h"

#include <avro.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAIRS = 101, ROUNDS_PLAN = 20000, ROUNDS_AVRO_C = 1000 };

static double
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

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

static double
time_plan(const struct plan *plan, struct str bytes, struct arena *arena)
{
    struct ticket_event event;
    double start = now_ns();

    for (int i = 0; i < ROUNDS_PLAN; i++) {
        arena_reset(arena);
        CHECK(plan_decode(plan, bytes, arena, &event, NULL) == DECODE_OK);
    }
    return (now_ns() - start) / ROUNDS_PLAN;
}

static double
time_avro_c(avro_value_t *value, struct str bytes)
{
    avro_reader_t reader = avro_reader_memory(bytes.p, (int64_t)bytes.n);
    double start = now_ns();

    for (int i = 0; i < ROUNDS_AVRO_C; i++) {
        avro_reader_memory_set_source(reader, bytes.p, (int64_t)bytes.n);
        avro_value_reset(value);
        CHECK(avro_value_read(reader, value) == 0);
    }
    start = (now_ns() - start) / ROUNDS_AVRO_C;
    avro_reader_free(reader);
    return start;
}

static int
order(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
run_pairs(const struct plan *plan, avro_value_t *value, struct str bytes)
{
    struct arena arena = {0};
    double ratios[PAIRS];
    double plans[PAIRS];

    for (int i = 0; i < PAIRS; i++) {
        plans[i] = time_plan(plan, bytes, &arena);
        ratios[i] = time_avro_c(value, bytes) / plans[i];
    }
    qsort(ratios, PAIRS, sizeof(ratios[0]), order);
    qsort(plans, PAIRS, sizeof(plans[0]), order);
    printf("decode: plan / avro-c generic, %zu bytes: %.1f times as fast (plan %.0f ns)\n", bytes.n,
           ratios[PAIRS / 2], plans[PAIRS / 2]);
    arena_fini(&arena);
}

int
main(void)
{
    struct str avsc = str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN);
    struct ticket_event event;
    struct strbuf bytes = {0};
    struct plan *plan;
    struct error error;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;

    fill_event(&event);
    avro_encode(&ticket_event_desc, &event, &bytes);
    CHECK(plan_compile(avsc, &ticket_event_desc, &plan, &error) == ERR_NONE);
    CHECK(avro_schema_from_json_length(avsc.p, avsc.n, &schema) == 0);
    iface = avro_generic_class_from_schema(schema);
    CHECK(avro_generic_value_new(iface, &value) == 0);
    run_pairs(plan, &value, strbuf_str(&bytes));
    avro_value_decref(&value);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
    plan_free(&plan);
    strbuf_fini(&bytes);
    return 0;
}

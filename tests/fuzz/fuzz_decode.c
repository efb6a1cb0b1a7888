/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a ticket event of either shape. What decodes must encode as ours, decode to the same
 * again, and be measured; a refusal must leave nothing behind.
 */
#include "schemas/codec/encode.h"
#include "schemas/event_flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct plan *plan;
static struct plan *flat;

static void
round_trip(const struct ticket_event *event, struct arena *arena)
{
    struct strbuf first = {0};
    struct strbuf second = {0};
    struct ticket_event again;

    avro_encode(&ticket_event_desc, event, &first);
    CHECK(plan_decode(plan, strbuf_str(&first), arena, &again, NULL) == DECODE_OK);
    avro_encode(&ticket_event_desc, &again, &second);
    CHECK(str_equal(strbuf_str(&first), strbuf_str(&second)));
    strbuf_fini(&first);
    strbuf_fini(&second);
}

static void
compile(struct str schema, struct plan **ret)
{
    if (*ret == NULL)
        CHECK(event_plan_compile(schema, ret, NULL) == ERR_NONE);
}

static void
try(const struct plan *writer, struct str bytes)
{
    struct arena arena = {0};
    struct ticket_event event;
    size_t used = 0;
    size_t measured = 0;

    if (event_plan_decode(writer, bytes, &arena, &event, &used, NULL) == DECODE_OK) {
        CHECK(plan_measure(writer, bytes, &measured) == DECODE_OK && measured == used);
        /* A flat record of a type that we do not know has nothing to encode. */
        if (event.payload.kind != TICKET_EVENT_PAYLOAD_UNKNOWN)
            round_trip(&event, &arena);
    }
    arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_of((const char *)data, size);

    compile(str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN), &plan);
    compile(str_of(ticket_event_flat_avsc, TICKET_EVENT_FLAT_AVSC_LEN), &flat);
    try(plan, bytes);
    try(flat, bytes);
    return 0;
}

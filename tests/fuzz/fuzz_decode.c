/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a ticket event. What decodes must encode, decode to the same again, and be measured;
 * a refusal must leave nothing behind.
 */
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"
#include "schemas/ticket_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct plan *plan;

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_of((const char *)data, size);
    struct arena arena = {0};
    struct ticket_event event;
    size_t used = 0;
    size_t measured = 0;

    if (plan == NULL)
        CHECK(plan_compile(str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN), &ticket_event_desc,
                           &plan, NULL) == ERR_NONE);
    if (plan_decode(plan, bytes, &arena, &event, &used) == DECODE_OK) {
        CHECK(plan_measure(plan, bytes, &measured) == DECODE_OK && measured == used);
        round_trip(&event, &arena);
    }
    arena_fini(&arena);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/encode.h"
#include "schemas/event_flat.h"
#include "schemas/event_json.h"
#include "tests/support/codec_events.h"

#include <criterion/criterion.h>

Test(event_flat, every_event_goes_to_flat_bytes_and_back)
{
    struct plan *plan = NULL;
    struct error error = {0};
    uint64_t seed = 3;

    cr_assert_eq(event_plan_compile(str_of(ticket_event_flat_avsc, TICKET_EVENT_FLAT_AVSC_LEN),
                                    &plan, &error),
                 ERR_NONE, "%s", error.text);
    cr_assert_eq(plan_reader(plan), &ticket_event_flat_desc);
    for (int i = 0; i < 3000; i++) {
        struct arena arena = {0};
        struct strbuf before = {0};
        struct strbuf after = {0};
        struct strbuf bytes = {0};
        struct ticket_event event;
        struct ticket_event_flat flat;
        const char *field = "";
        enum decode_result r;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &before);
        memset(&flat, 0xA5, sizeof(flat));
        event_to_flat(&event, &arena, &flat);
        avro_encode(&ticket_event_flat_desc, &flat, &bytes);
        memset(&event, 0xA5, sizeof(event));
        r = event_plan_decode(plan, strbuf_str(&bytes), &arena, &event, NULL, &field);
        cr_assert_eq(r, DECODE_OK, "%s: %s", field, decode_result_sentence(r));
        avro_encode(&ticket_event_desc, &event, &after);
        cr_assert(str_equal(strbuf_str(&before), strbuf_str(&after)), "event %d", i);
        strbuf_fini(&before);
        strbuf_fini(&after);
        strbuf_fini(&bytes);
        arena_fini(&arena);
    }
    plan_free(&plan);
}

/* As Flink SQL makes them: every record called "record", everything nullable, only the columns that
 * there are. */
static const char flink[] =
    "{\"type\":\"record\",\"name\":\"record\",\"namespace\":\"org.apache.flink.avro.generated\","
    "\"fields\":["
    "{\"name\":\"event_type\",\"type\":\"string\"},{\"name\":\"event_id\",\"type\":[\"null\","
    "\"string\"]},"
    "{\"name\":\"ticket_id\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"occurred_at\",\"type\":[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-"
    "millis\"}]},"
    "{\"name\":\"attrs\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"record_attrs\","
    "\"fields\":["
    "{\"name\":\"team\",\"type\":[\"null\",\"string\"],\"default\":null}]}]},"
    "{\"name\":\"to\",\"type\":[\"null\",\"string\"]},{\"name\":\"points\",\"type\":[\"null\","
    "\"double\"]}]}";

/* The bytes of such a record; `type` and `to` of less than 64 bytes, a NULL `to` is null. */
static enum decode_result
read_flink(const char *type, const char *to, struct arena *arena, struct ticket_event *ret,
           const char **ret_field)
{
    struct strbuf b = {0};
    struct plan *plan = NULL;
    struct error error = {0};
    enum decode_result r;

    avro_encode_long(&b, (int64_t)strlen(type));
    strbuf_add(&b, str_from(type));
    strbuf_add(&b, STR("\x02\x04"
                       "e1"
                       "\x02\x04"
                       "T1"
                       "\x02\x02"
                       "\x02\x02\x02"
                       "a"));
    strbuf_add(&b, to == NULL ? str_of("", 1) : STR("\x02"));
    if (to != NULL) {
        avro_encode_long(&b, (int64_t)strlen(to));
        strbuf_add(&b, str_from(to));
    }
    strbuf_add(&b, str_of("", 1));
    cr_assert_eq(event_plan_compile(str_from(flink), &plan, &error), ERR_NONE, "%s", error.text);
    r = event_plan_decode(plan, arena_copy(arena, strbuf_str(&b)), arena, ret, NULL, ret_field);
    strbuf_fini(&b);
    plan_free(&plan);
    return r;
}

Test(event_flat, reads_what_a_tool_without_unions_writes)
{
    struct arena arena = {0};
    struct ticket_event e;
    const char *field = "";

    cr_assert_eq(read_flink("TicketStatusChanged", "solved", &arena, &e, &field), DECODE_OK, "%s",
                 field);
    cr_assert_eq(e.payload.kind, TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED);
    cr_assert_eq(e.payload.u.ticket_status_changed.to, STATUS_SOLVED);
    cr_assert(!e.payload.u.ticket_status_changed.has_from);
    cr_assert_eq(e.occurred_at, 1);
    cr_assert(e.has_attrs && e.attrs.has_team && str_equal(e.attrs.team, STR("a")));
    cr_assert(!e.attrs.has_channel && e.attrs.custom.n == 0 && !e.has_actor && !e.test);
    cr_assert_eq(read_flink("TicketStatusChanged", "odd", &arena, &e, &field), DECODE_OK);
    cr_assert_eq(e.payload.u.ticket_status_changed.to, STATUS_UNKNOWN);
    cr_assert_eq(read_flink("TicketTickled", NULL, &arena, &e, &field), DECODE_OK);
    cr_assert_eq(e.payload.kind, TICKET_EVENT_PAYLOAD_UNKNOWN);
    arena_fini(&arena);
}

Test(event_flat, refuses_an_event_that_lacks_what_its_type_requires)
{
    struct arena arena = {0};
    struct ticket_event e;
    const char *field = "";

    cr_assert_eq(read_flink("TicketStatusChanged", NULL, &arena, &e, &field), DECODE_MISSING_FIELD);
    cr_assert_str_eq(field, "to");
    cr_assert_eq(read_flink("QaReviewCompleted", NULL, &arena, &e, &field), DECODE_MISSING_FIELD);
    cr_assert_str_eq(field, "points");
    arena_fini(&arena);
}

/* The flat schema of a tool knows nothing of our limits. */
Test(event_flat, refuses_an_id_that_is_longer_than_ours_may_be)
{
    struct ticket_event_flat flat = {.event_type = STR("BotHandedOff"), .ticket_id = STR("T")};
    struct strbuf id = {0};
    struct arena arena = {0};
    struct ticket_event e;
    const char *field = "";

    for (int i = 0; i < 1024; i++)
        strbuf_add_char(&id, 'x');
    flat.event_id = strbuf_str(&id);
    cr_assert_eq(event_from_flat(&flat, &arena, &e, &field), DECODE_OK, "%s", field);
    strbuf_add_char(&id, 'x');
    flat.event_id = strbuf_str(&id);
    cr_assert_eq(event_from_flat(&flat, &arena, &e, &field), DECODE_TOO_LONG);
    cr_assert_str_eq(field, "event_id");
    strbuf_fini(&id);
    arena_fini(&arena);
}

Test(event_flat, a_schema_with_a_payload_is_not_flat)
{
    struct plan *plan = NULL;
    struct error error = {0};

    cr_assert_eq(
        event_plan_compile(str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN), &plan, &error),
        ERR_NONE);
    cr_assert_eq(plan_reader(plan), &ticket_event_desc);
    plan_free(&plan);
    cr_assert_eq(event_plan_compile(STR("{}"), &plan, &error), ERR_SCHEMA);
}

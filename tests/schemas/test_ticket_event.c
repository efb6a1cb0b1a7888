/* SPDX-License-Identifier: Apache-2.0 */
/* Our own schema through all of the codec: encode, decode, JSON, avro-c, damage. */
#include "schemas/codec/encode.h"
#include "schemas/codec/json.h"
#include "schemas/codec/plan.h"
#include "schemas/event_json.h"
#include "tests/support/codec_events.h"

#include <avro.h>
#include <criterion/criterion.h>

enum { EVENTS = 3000 };

static struct plan *
own_plan(void)
{
    struct error error = {0};
    struct plan *plan = NULL;
    struct str avsc = str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN);

    cr_assert_eq(plan_compile(avsc, &ticket_event_desc, &plan, &error), ERR_NONE, "%s", error.text);
    return plan;
}

Test(ticket_event, decodes_to_what_was_encoded)
{
    struct plan *plan = own_plan();
    uint64_t seed = 42;

    for (int i = 0; i < EVENTS; i++) {
        struct arena arena = {0};
        struct strbuf first = {0};
        struct strbuf second = {0};
        struct ticket_event event;
        struct ticket_event again;
        size_t size = 0;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &first);
        memset(&again, 0xA5, sizeof(again));
        cr_assert_eq(plan_decode(plan, strbuf_str(&first), &arena, &again, NULL), DECODE_OK);
        avro_encode(&ticket_event_desc, &again, &second);
        cr_assert(str_equal(strbuf_str(&first), strbuf_str(&second)), "event %d", i);
        cr_assert_eq(plan_measure(plan, strbuf_str(&first), &size), DECODE_OK);
        cr_assert_eq(size, first.n);
        strbuf_fini(&first);
        strbuf_fini(&second);
        arena_fini(&arena);
    }
    plan_free(&plan);
}

Test(ticket_event, every_cut_of_a_message_is_refused_as_truncated)
{
    struct plan *plan = own_plan();
    uint64_t seed = 43;

    for (int i = 0; i < 60; i++) {
        struct arena arena = {0};
        struct strbuf bytes = {0};
        struct ticket_event event;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &bytes);
        for (size_t n = 0; n < bytes.n; n++) {
            struct strbuf cut = {0};
            enum decode_result r;

            strbuf_add(&cut, str_of(bytes.p, n));
            r = plan_decode(plan, strbuf_str(&cut), &arena, &event, NULL);
            cr_assert_eq(r, DECODE_TRUNCATED, "event %d cut to %zu of %zu: %s", i, n, bytes.n,
                         decode_result_sentence(r));
            strbuf_fini(&cut);
        }
        strbuf_fini(&bytes);
        arena_fini(&arena);
    }
    plan_free(&plan);
}

/* What is still an event after damage must encode and decode as itself; nothing may be read that is
 * not there. */
Test(ticket_event, damage_is_refused_or_is_another_event)
{
    struct plan *plan = own_plan();
    uint64_t seed = 44;
    int refused = 0;

    for (int i = 0; i < EVENTS; i++) {
        struct arena arena = {0};
        struct strbuf bytes = {0};
        struct strbuf again = {0};
        struct ticket_event event;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &bytes);
        bytes.p[codec_random(&seed) % bytes.n] = (char)codec_random(&seed);
        if (plan_decode(plan, strbuf_str(&bytes), &arena, &event, NULL) == DECODE_OK) {
            avro_encode(&ticket_event_desc, &event, &again);
            cr_assert_eq(plan_decode(plan, strbuf_str(&again), &arena, &event, NULL), DECODE_OK);
        } else {
            refused++;
        }
        strbuf_fini(&bytes);
        strbuf_fini(&again);
        arena_fini(&arena);
    }
    cr_assert(refused > EVENTS / 10);
    plan_free(&plan);
}

Test(ticket_event, avro_c_reads_what_we_write_and_we_what_it_writes)
{
    struct plan *plan = own_plan();
    uint64_t seed = 45;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;

    cr_assert_eq(avro_schema_from_json_length(ticket_event_avsc, TICKET_EVENT_AVSC_LEN, &schema),
                 0);
    iface = avro_generic_class_from_schema(schema);
    avro_generic_value_new(iface, &value);
    for (int i = 0; i < 500; i++) {
        struct arena arena = {0};
        struct strbuf ours = {0};
        struct strbuf theirs = {0};
        struct ticket_event event;
        avro_reader_t reader;
        avro_writer_t writer;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &ours);
        reader = avro_reader_memory(ours.p, (int64_t)ours.n);
        writer = avro_writer_memory(strbuf_reserve(&theirs, ours.n + 64), (int64_t)ours.n + 64);
        avro_value_reset(&value);
        cr_assert_eq(avro_value_read(reader, &value), 0, "%s", avro_strerror());
        cr_assert_eq(avro_value_write(writer, &value), 0, "%s", avro_strerror());
        strbuf_added(&theirs, (size_t)avro_writer_tell(writer));
        cr_assert(str_equal(strbuf_str(&ours), strbuf_str(&theirs)), "event %d", i);
        cr_assert_eq(plan_decode(plan, strbuf_str(&theirs), &arena, &event, NULL), DECODE_OK);
        avro_reader_free(reader);
        avro_writer_free(writer);
        strbuf_fini(&ours);
        strbuf_fini(&theirs);
        arena_fini(&arena);
    }
    avro_value_decref(&value);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
    plan_free(&plan);
}

Test(ticket_event, json_gives_back_every_event)
{
    uint64_t seed = 46;

    for (int i = 0; i < EVENTS; i++) {
        struct arena arena = {0};
        struct strbuf bytes = {0};
        struct strbuf flat = {0};
        struct strbuf nested = {0};
        struct strbuf again = {0};
        struct ticket_event event;
        unsigned unknown = 0;
        const char *field = "";
        enum decode_result r;

        codec_random_record(&ticket_event_desc, &seed, &arena, &event);
        avro_encode(&ticket_event_desc, &event, &bytes);
        event_json_write(&event, &flat);
        avro_json_write(&ticket_event_desc, &event, JSON_WRITE_NULLS, &nested);
        r = event_json_read(strbuf_str(&flat), &arena, &event, &unknown, &field);
        cr_assert_eq(r, DECODE_OK, "%s %s", decode_result_reason(r), field);
        cr_assert_eq(unknown, 0);
        avro_encode(&ticket_event_desc, &event, &again);
        cr_assert(str_equal(strbuf_str(&bytes), strbuf_str(&again)), "%.*s",
                  STR_ARG(strbuf_str(&flat)));
        r = avro_json_read(&ticket_event_desc, strbuf_str(&nested), &arena, &event, &unknown,
                           &field);
        cr_assert_eq(r, DECODE_OK, "%s %s: %.*s", decode_result_reason(r), field,
                     STR_ARG(strbuf_str(&nested)));
        cr_assert_eq(unknown, 0);
        strbuf_clear(&again);
        avro_encode(&ticket_event_desc, &event, &again);
        cr_assert(str_equal(strbuf_str(&bytes), strbuf_str(&again)), "%.*s",
                  STR_ARG(strbuf_str(&nested)));
        strbuf_fini(&bytes);
        strbuf_fini(&flat);
        strbuf_fini(&nested);
        strbuf_fini(&again);
        arena_fini(&arena);
    }
}

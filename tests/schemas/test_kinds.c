/* SPDX-License-Identifier: Apache-2.0 */
/* What avsc2c makes of every kind: members by their names, tables that the codec walks. */
#include "schemas/codec/encode.h"
#include "schemas/codec/json.h"
#include "schemas/codec/plan.h"
#include "schemas/kinds.h"
#include "tests/support/codec_events.h"
#include "tests/support/desc_build.h"

#include <avro.h>
#include <criterion/criterion.h>

static struct plan *
own_plan(void)
{
    struct error error = {0};
    struct plan *plan = NULL;

    cr_assert_eq(plan_compile(str_of(kinds_avsc, KINDS_AVSC_LEN), &kinds_desc, &plan, &error),
                 ERR_NONE, "%s", error.text);
    return plan;
}

Test(kinds, members_have_the_types_that_the_header_promises)
{
    struct kinds k = {
        .yes = true,
        .default_ = 0.5,
        .at = (evtime_ms)1,
        .price = INT64_C(123),
        .huge_money = STR("\x01"),
        .colour = COLOUR_LIGHT_BLUE,
        .has_maybe_colour = true,
        .maybe_colour = COLOUR_GREEN,
        .any = {.kind = KINDS_ANY_POINT, .u.point = {.x = 1, .y = 2}},
        .empty = {0},
    };
    struct kinds_maybe_texts_item items[] = {{.has_value = false},
                                             {.has_value = true, .value = STR("b")}};
    struct kinds_choices_entry entry = {
        .key = STR("k"), .value = {.kind = KINDS_CHOICES_ENTRY_BOOLEAN, .u.boolean = true}};
    struct http_tree child = {.value = 7};

    k.maybe_texts.v = items;
    k.maybe_texts.n = 2;
    k.choices.v = &entry;
    k.choices.n = 1;
    k.tree.children.v = &child;
    k.tree.children.n = 1;
    cr_assert_eq(sizeof(k.hash), 16);
    cr_assert_eq(COLOUR_COUNT, 3);
    cr_assert_str_eq(colour_names[COLOUR_LIGHT_BLUE], "light_blue");
    cr_assert_eq(KINDS_ANY_COUNT, 10);
    cr_assert_str_eq(kinds_any_names[KINDS_ANY_POINT], "Point");
    cr_assert_eq(k.tree.children.v[0].value, 7);
    cr_assert_eq(kinds_desc.fingerprint, KINDS_FINGERPRINT);
    {
        struct strbuf out = {0};
        struct str part = STR("\"choices\":{\"k\":{\"boolean\":true}},\"point\":{\"x\":0,\"y\":0},"
                              "\"empty\":{},\"tree\":{\"value\":0,\"children\":[{\"value\":7,");

        avro_json_write(&kinds_desc, &k, 0, &out);
        strbuf_add_char(&out, '\0');
        cr_assert(strstr(out.p, part.p) != NULL, "%s", out.p);
        cr_assert(strstr(out.p, "\"maybe_texts\":[null,\"b\"]") != NULL, "%s", out.p);
        cr_assert(strstr(out.p, "\"price\":\"1.23\"") != NULL, "%s", out.p);
        strbuf_fini(&out);
    }
}

Test(kinds, random_values_survive_every_form)
{
    struct plan *plan = own_plan();
    uint64_t seed = 7;

    for (int i = 0; i < 3000; i++) {
        struct arena arena = {0};
        struct strbuf first = {0};
        struct strbuf second = {0};
        struct strbuf json = {0};
        struct kinds k;
        const char *field = "";
        enum decode_result r;

        codec_random_record(&kinds_desc, &seed, &arena, &k);
        avro_encode(&kinds_desc, &k, &first);
        avro_json_write(&kinds_desc, &k, 0, &json);
        memset(&k, 0xA5, sizeof(k));
        r = plan_decode_field(plan, strbuf_str(&first), &arena, &k, NULL, &field);
        cr_assert_eq(r, DECODE_OK, "%s: %s", field, decode_result_sentence(r));
        avro_encode(&kinds_desc, &k, &second);
        cr_assert(str_equal(strbuf_str(&first), strbuf_str(&second)));
        memset(&k, 0xA5, sizeof(k));
        r = avro_json_read(&kinds_desc, strbuf_str(&json), &arena, &k, NULL, &field);
        cr_assert_eq(r, DECODE_OK, "%s: %s", field, decode_result_sentence(r));
        strbuf_clear(&second);
        avro_encode(&kinds_desc, &k, &second);
        cr_assert(str_equal(strbuf_str(&first), strbuf_str(&second)), "%.*s",
                  STR_ARG(strbuf_str(&json)));
        strbuf_fini(&first);
        strbuf_fini(&second);
        strbuf_fini(&json);
        arena_fini(&arena);
    }
    plan_free(&plan);
}

/* The tables that avsc2c prints and those that the tests make at run time write the same bytes. */
Test(kinds, printed_tables_agree_with_tables_made_from_the_same_text)
{
    struct arena arena = {0};
    const struct avro_desc *made = desc_build_text(kinds_avsc, &arena);
    struct plan *plan = NULL;
    struct error error;
    uint64_t seed = 8;
    void *other = arena_alloc(&arena, made->size, 1);

    cr_assert_eq(plan_compile(str_of(kinds_avsc, KINDS_AVSC_LEN), made, &plan, &error), ERR_NONE,
                 "%s", error.text);
    for (int i = 0; i < 1000; i++) {
        struct strbuf first = {0};
        struct strbuf second = {0};
        struct kinds k;

        codec_random_record(&kinds_desc, &seed, &arena, &k);
        avro_encode(&kinds_desc, &k, &first);
        cr_assert_eq(plan_decode(plan, strbuf_str(&first), &arena, other, NULL), DECODE_OK);
        avro_encode(made, other, &second);
        cr_assert(str_equal(strbuf_str(&first), strbuf_str(&second)));
        strbuf_fini(&first);
        strbuf_fini(&second);
    }
    plan_free(&plan);
    arena_fini(&arena);
}

Test(kinds, avro_c_reads_them_and_writes_the_same)
{
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
    uint64_t seed = 9;

    cr_assert_eq(avro_schema_from_json_length(kinds_avsc, KINDS_AVSC_LEN, &schema), 0);
    iface = avro_generic_class_from_schema(schema);
    avro_generic_value_new(iface, &value);
    for (int i = 0; i < 500; i++) {
        struct arena arena = {0};
        struct strbuf ours = {0};
        struct strbuf theirs = {0};
        struct kinds k;
        avro_reader_t reader;
        avro_writer_t writer;

        codec_random_record(&kinds_desc, &seed, &arena, &k);
        avro_encode(&kinds_desc, &k, &ours);
        reader = avro_reader_memory(ours.p, (int64_t)ours.n);
        writer = avro_writer_memory(strbuf_reserve(&theirs, ours.n + 64), (int64_t)ours.n + 64);
        avro_value_reset(&value);
        cr_assert_eq(avro_value_read(reader, &value), 0, "%s", avro_strerror());
        cr_assert_eq(avro_value_write(writer, &value), 0, "%s", avro_strerror());
        strbuf_added(&theirs, (size_t)avro_writer_tell(writer));
        cr_assert(str_equal(strbuf_str(&ours), strbuf_str(&theirs)));
        avro_reader_free(reader);
        avro_writer_free(writer);
        strbuf_fini(&ours);
        strbuf_fini(&theirs);
        arena_fini(&arena);
    }
    avro_value_decref(&value);
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
}

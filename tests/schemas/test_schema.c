/* SPDX-License-Identifier: Apache-2.0 */
/* What the schema parser refuses, with avro-c as the second opinion where it has one. */
#include "base/strbuf.h"
#include "schemas/codec/schema.h"

#include <avro.h>
#include <criterion/criterion.h>

struct refused {
    const char *schema;
    const char *sentence; /* part of it */
};

static const struct refused refused[] = {
    {"", "not JSON"},
    {"{", "not JSON"},
    {"7", "must be a name, an object or a list"},
    {"\"Foo\"", "type Foo is not defined before its use"},
    {"{}", "not defined"},
    {"[]", "a union needs"},
    {"[\"int\",\"int\"]", "two branches of the same type, int"},
    {"[\"null\",[\"int\"]]", "may not be a branch"},
    {"{\"type\":\"array\"}", "lacks \"items\""},
    {"{\"type\":\"map\"}", "lacks \"values\""},
    {"{\"type\":\"enum\",\"name\":\"E\"}", "no list of symbols"},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"A\"]}", "there twice"},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"9\"]}", "not a name"},
    {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"B\"}",
     "not one of its symbols"},
    {"{\"type\":\"fixed\",\"name\":\"F\"}", "needs a size"},
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}", "needs a size"},
    {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2000000000}", "needs a size"},
    {"{\"type\":\"record\",\"fields\":[]}", "no valid name"},
    {"{\"type\":\"record\",\"name\":\"9\",\"fields\":[]}", "no valid name"},
    {"{\"type\":\"record\",\"name\":\"int\",\"fields\":[]}", "may not be called int"},
    {"{\"type\":\"record\",\"name\":\"R\"}", "no list of fields"},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"type\":\"int\"}]}", "no valid name"},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\"}]}",
     "field a of R has no type"},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},{\"name\":"
     "\"a\",\"type\":\"int\"}]}",
     "field a of R is there twice"},
    {"[{\"type\":\"fixed\",\"name\":\"F\",\"size\":1},{\"type\":\"enum\",\"name\":\"F\","
     "\"symbols\":[\"A\"]}]",
     "type F is defined twice"},
};

Test(schema, refuses_with_a_sentence)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct arena arena = {0};
        struct error error = {0};
        const struct schema *schema;

        cr_assert_eq(schema_parse(str_from(refused[i].schema), &arena, &schema, &error), ERR_SCHEMA,
                     "%s", refused[i].schema);
        cr_assert(strstr(error.text, refused[i].sentence) != NULL, "%s: %s", refused[i].schema,
                  error.text);
        arena_fini(&arena);
    }
}

Test(schema, bounds_depth_and_length)
{
    struct arena arena = {0};
    struct strbuf text = {0};
    struct error error;
    const struct schema *schema;

    for (int i = 0; i < 1000; i++)
        strbuf_add(&text, STR("{\"type\":\"array\",\"items\":"));
    strbuf_add(&text, STR("\"int\""));
    for (int i = 0; i < 1000; i++)
        strbuf_add_char(&text, '}');
    cr_assert_eq(schema_parse(strbuf_str(&text), &arena, &schema, &error), ERR_SCHEMA);
    cr_assert(strstr(error.text, "inside each other") != NULL, "%s", error.text);
    while (text.n <= SCHEMA_TEXT_MAX)
        strbuf_add_char(&text, ' ');
    cr_assert_eq(schema_parse(strbuf_str(&text), &arena, &schema, &error), ERR_SCHEMA);
    cr_assert(strstr(error.text, "longer than") != NULL, "%s", error.text);
    strbuf_fini(&text);
    arena_fini(&arena);
}

static const char *const accepted[] = {
    "\"int\"",
    "{\"type\":\"int\"}",
    "[\"null\",\"string\",{\"type\":\"array\",\"items\":\"int\"},{\"type\":\"map\",\"values\":"
    "\"int\"}]",
    "{\"type\":\"record\",\"name\":\"a.R\",\"fields\":[{\"name\":\"s\",\"type\":[\"null\",\"a.R\"]}"
    "]}",
    "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a\",\"fields\":[{\"name\":\"s\",\"type\":["
    "\"null\",\"R\"]}]}",
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}",
    "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":5,\"scale\":9}",
};

Test(schema, accepts_what_avro_c_accepts)
{
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct arena arena = {0};
        struct error error;
        const struct schema *schema;
        avro_schema_t second;

        cr_assert_eq(schema_parse(str_from(accepted[i]), &arena, &schema, &error), ERR_NONE, "%s",
                     error.text);
        cr_assert_eq(avro_schema_from_json_length(accepted[i], strlen(accepted[i]), &second), 0,
                     "%s: %s", accepted[i], avro_strerror());
        avro_schema_decref(second);
        arena_fini(&arena);
    }
}

Test(schema, ignores_a_logical_type_that_does_not_fit)
{
    struct arena arena = {0};
    struct error error;
    const struct schema *s;

    cr_assert_eq(
        schema_parse(
            STR("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":5,\"scale\":9}"),
            &arena, &s, &error),
        ERR_NONE);
    cr_assert_eq(s->logical, AVL_NONE);
    cr_assert_eq(schema_parse(STR("{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"logicalType\":"
                                  "\"decimal\",\"precision\":10}"),
                              &arena, &s, &error),
                 ERR_NONE);
    cr_assert_eq(s->logical, AVL_NONE);
    cr_assert_eq(schema_parse(STR("{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"logicalType\":"
                                  "\"decimal\",\"precision\":9}"),
                              &arena, &s, &error),
                 ERR_NONE);
    cr_assert_eq(s->logical, AVL_DECIMAL);
    cr_assert_eq(schema_parse(STR("{\"type\":\"string\",\"logicalType\":\"timestamp-millis\"}"),
                              &arena, &s, &error),
                 ERR_NONE);
    cr_assert_eq(s->logical, AVL_NONE);
    arena_fini(&arena);
}

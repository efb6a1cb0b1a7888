/* SPDX-License-Identifier: Apache-2.0 */
/* Schema resolution, case by case: a writer, a reader, the writer's bytes, and what the reader must
 * see as JSON. */
#include "schemas/codec/json.h"
#include "schemas/codec/plan.h"
#include "tests/support/desc_build.h"

#include <criterion/criterion.h>

#include <stdio.h>

struct world {
    struct arena arena;
    struct strbuf bytes;
    struct strbuf json;
    struct plan *plan;
    struct error error;
};

/* "04 61 62" */
static void
from_hex(const char *hex, struct strbuf *out)
{
    for (; *hex != '\0'; hex++) {
        unsigned byte;

        if (*hex == ' ')
            continue;
        cr_assert_eq(sscanf(hex, "%2x", &byte), 1);
        strbuf_add_char(out, (char)byte);
        hex++;
    }
}

static void
fini(struct world *w)
{
    plan_free(&w->plan);
    strbuf_fini(&w->bytes);
    strbuf_fini(&w->json);
    arena_fini(&w->arena);
}

/* A record R with one field "f" of the type. */
static char *
record_of(struct world *w, const char *field)
{
    struct strbuf text = {0};
    char *copy;

    strbuf_addf(&text, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[%s]}", field);
    strbuf_add_char(&text, '\0');
    copy = arena_alloc(&w->arena, text.n, 1);
    memcpy(copy, text.p, text.n);
    strbuf_fini(&text);
    return copy;
}

/* Decodes into a struct that was full of other bytes before. Returns the result and writes JSON or
 * the field's name. */
static enum decode_result
read_as(struct world *w, const char *writer, const char *reader, const char *hex)
{
    const struct avro_desc *desc = desc_build_text(reader, &w->arena);
    const char *field = "";
    char *value;
    enum decode_result r;
    enum err err;

    cr_assert(desc != NULL);
    err = plan_compile(str_from(writer), desc, &w->plan, &w->error);
    cr_assert_eq(err, ERR_NONE, "%s", w->error.text);
    value = arena_alloc(&w->arena, desc->size, 1);
    memset(value, 0xA5, desc->size);
    from_hex(hex, &w->bytes);
    r = plan_decode_field(w->plan, strbuf_str(&w->bytes), &w->arena, value, NULL, &field);
    if (r == DECODE_OK)
        avro_json_write(desc, value, JSON_WRITE_NULLS, &w->json);
    else
        strbuf_add(&w->json, str_from(field != NULL ? field : ""));
    strbuf_add_char(&w->json, '\0');
    return r;
}

struct good {
    const char *writer; /* fields */
    const char *reader;
    const char *hex;
    const char *json;
};

#define F(type)       "{\"name\":\"f\",\"type\":" type "}"
#define FD(type, def) "{\"name\":\"f\",\"type\":" type ",\"default\":" def "}"
#define ENUM_ABC      "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\",\"C\"]}"
#define ENUM_CBU                                                                                   \
    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"U\",\"C\",\"B\"],\"default\":\"U\"}"
#define MILLIS         "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
#define MICROS         "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}"
#define DECIMAL        "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":18,\"scale\":4}"
#define FIXED4(name)   "{\"type\":\"fixed\",\"name\":\"" name "\",\"size\":4}"
#define ARRAY(items)   "{\"type\":\"array\",\"items\":" items "}"
#define MAP(values)    "{\"type\":\"map\",\"values\":" values "}"
#define SUB(name, fs)  "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fs "]}"
#define NAMED(n, type) "{\"name\":\"" n "\",\"type\":" type "}"

static const struct good goods[] = {
    /* every primitive as itself */
    {F("\"boolean\""), F("\"boolean\""), "01", "{\"f\":true}"},
    {F("\"int\""), F("\"int\""), "01", "{\"f\":-1}"},
    {F("\"int\""), F("\"int\""), "ff ff ff ff 0f", "{\"f\":-2147483648}"},
    {F("\"long\""), F("\"long\""), "ff ff ff ff ff ff ff ff ff 01", "{\"f\":-9223372036854775808}"},
    {F("\"long\""), F("\"long\""), "fe ff ff ff ff ff ff ff ff 01", "{\"f\":9223372036854775807}"},
    {F("\"long\""), F("\"long\""), "80 00", "{\"f\":0}"},
    {F("\"float\""), F("\"float\""), "00 00 c0 3f", "{\"f\":1.5}"},
    {F("\"double\""), F("\"double\""), "00 00 00 00 00 00 f8 3f", "{\"f\":1.5}"},
    {F("\"double\""), F("\"double\""), "00 00 00 00 00 00 f8 7f", "{\"f\":null}"},
    {F("\"string\""), F("\"string\""), "06 66 c3 bc", "{\"f\":\"f\xC3\xBC\"}"},
    {F("\"string\""), F("\"string\""), "00", "{\"f\":\"\"}"},
    {F("\"bytes\""), F("\"bytes\""), "04 00 ff", "{\"f\":\"\\u0000\xC3\xBF\"}"},
    {F("\"null\""), F("\"null\""), "", "{\"f\":null}"},
    {F(FIXED4("X")), F(FIXED4("X")), "41 42 43 44", "{\"f\":\"ABCD\"}"},
    {F(FIXED4("old.X")), F(FIXED4("new.X")), "41 42 43 44", "{\"f\":\"ABCD\"}"},
    /* promotions */
    {F("\"int\""), F("\"long\""), "03", "{\"f\":-2}"},
    {F("\"int\""), F("\"float\""), "06", "{\"f\":3}"},
    {F("\"int\""), F("\"double\""), "06", "{\"f\":3}"},
    {F("\"long\""), F("\"float\""), "06", "{\"f\":3}"},
    {F("\"long\""), F("\"double\""), "06", "{\"f\":3}"},
    {F("\"float\""), F("\"double\""), "00 00 c0 3f", "{\"f\":1.5}"},
    {F("\"string\""), F("\"bytes\""), "02 61", "{\"f\":\"a\"}"},
    {F("\"bytes\""), F("\"string\""), "02 61", "{\"f\":\"a\"}"},
    /* logical types */
    {F(MILLIS), F(MILLIS), "02", "{\"f\":\"1970-01-01T00:00:00.001Z\"}"},
    {F(MICROS), F(MILLIS), "9e 1f", "{\"f\":\"1970-01-01T00:00:00.001Z\"}"},
    {F(MICROS), F(MILLIS), "01", "{\"f\":-1}"},
    {F(MILLIS), F(MICROS), "04", "{\"f\":2000}"},
    {F("\"long\""), F(MILLIS), "02", "{\"f\":\"1970-01-01T00:00:00.001Z\"}"},
    {F(DECIMAL), F(DECIMAL), "04 30 39", "{\"f\":\"1.2345\"}"},
    {F(DECIMAL), F(DECIMAL), "02 ff", "{\"f\":\"-0.0001\"}"},
    {F(DECIMAL), F(DECIMAL), "00", "{\"f\":\"0.0000\"}"},
    {F(DECIMAL), F(DECIMAL), "14 ff ff ff ff ff ff ff ff ff 85", "{\"f\":\"-0.0123\"}"},
    {F("\"bytes\""), F(DECIMAL), "04 30 39", "{\"f\":\"1.2345\"}"},
    /* enums */
    {F(ENUM_ABC), F(ENUM_ABC), "04", "{\"f\":\"C\"}"},
    {F(ENUM_ABC), F(ENUM_CBU), "04", "{\"f\":\"C\"}"},
    {F(ENUM_ABC), F(ENUM_CBU), "00", "{\"f\":\"U\"}"},
    /* null */
    {F("[\"null\",\"string\"]"), F("[\"null\",\"string\"]"), "00", "{\"f\":null}"},
    {F("[\"null\",\"string\"]"), F("[\"null\",\"string\"]"), "02 02 61", "{\"f\":\"a\"}"},
    {F("[\"string\",\"null\"]"), F("[\"null\",\"string\"]"), "02", "{\"f\":null}"},
    {F("[\"string\",\"null\"]"), F("[\"null\",\"string\"]"), "00 02 61", "{\"f\":\"a\"}"},
    {F("[\"null\",\"string\"]"), F("[\"null\",\"string\"]"), "82 00 02 61", "{\"f\":\"a\"}"},
    {F("\"string\""), F("[\"null\",\"string\"]"), "02 61", "{\"f\":\"a\"}"},
    {F("\"null\""), F("[\"null\",\"string\"]"), "", "{\"f\":null}"},
    {F("[\"null\",\"int\"]"), F("[\"null\",\"double\"]"), "02 06", "{\"f\":3}"},
    {F("[\"null\",\"string\"]"), F("\"string\""), "02 02 61", "{\"f\":\"a\"}"},
    {F("[\"null\",\"int\",\"string\"]"), F("[\"null\",\"string\"]"), "04 02 61", "{\"f\":\"a\"}"},
    {F("[\"string\"]"), F("\"string\""), "00 02 61", "{\"f\":\"a\"}"},
    {F("[\"null\"]"), F("[\"null\",\"string\"]"), "00", "{\"f\":null}"},
    {F("[\"null\"," MICROS "]"), F("[\"null\"," MILLIS "]"), "02 d0 0f",
     "{\"f\":\"1970-01-01T00:00:00.001Z\"}"},
    /* unions of several types */
    {F("[\"int\",\"string\"]"), F("[\"string\",\"int\"]"), "00 06", "{\"f\":{\"int\":3}}"},
    {F("[\"int\",\"string\"]"), F("[\"string\",\"long\"]"), "00 06", "{\"f\":{\"long\":3}}"},
    {F("\"int\""), F("[\"float\",\"int\"]"), "06", "{\"f\":{\"int\":3}}"},
    {F("\"int\""), F("[\"string\",\"double\"]"), "06", "{\"f\":{\"double\":3}}"},
    {F("[\"int\",\"string\"]"), F("[\"null\",\"string\",\"boolean\"]"), "02 02 61",
     "{\"f\":{\"string\":\"a\"}}"},
    {F("[\"int\",\"string\"]"), F("[\"null\",\"string\",\"boolean\"]"), "00 06", "{\"f\":null}"},
    {F("[\"null\",\"string\",\"boolean\"]"), F("[\"null\",\"string\",\"boolean\"]"), "00",
     "{\"f\":null}"},
    {F("[" SUB("P", F("\"int\"")) "," SUB("Q", F("\"int\"")) "]"),
     F("[" SUB("Q", F("\"long\"")) "," SUB("P", F("\"long\"")) "]"), "02 06",
     "{\"f\":{\"Q\":{\"f\":3}}}"},
    {F("[" SUB("P", F("\"int\"")) "," SUB("N", F(ARRAY("\"int\""))) "]"),
     F("[" SUB("Q", F("\"long\"")) "," SUB("P", F("\"long\"")) "]"), "02 02 06 00", "{\"f\":null}"},
    /* lists */
    {F(ARRAY("\"string\"")), F(ARRAY("\"string\"")), "04 02 61 02 62 00", "{\"f\":[\"a\",\"b\"]}"},
    {F(ARRAY("\"string\"")), F(ARRAY("\"string\"")), "02 02 61 01 04 02 62 00",
     "{\"f\":[\"a\",\"b\"]}"},
    {F(ARRAY("\"int\"")), F(ARRAY("\"double\"")), "04 02 04 02 06 00", "{\"f\":[1,2,3]}"},
    {F(ARRAY("\"null\"")), F(ARRAY("\"null\"")), "04 00", "{\"f\":[null,null]}"},
    {F(ARRAY("[\"null\",\"int\"]")), F(ARRAY("[\"null\",\"int\"]")), "04 00 02 06 00",
     "{\"f\":[null,3]}"},
    {F(ARRAY(ARRAY("\"int\""))), F(ARRAY(ARRAY("\"int\""))), "04 02 02 00 00 00",
     "{\"f\":[[1],[]]}"},
    {F(ARRAY("[\"int\",\"string\"]")), F(ARRAY("[\"int\",\"string\"]")), "04 02 02 61 00 06 00",
     "{\"f\":[{\"string\":\"a\"},{\"int\":3}]}"},
    {F(MAP("\"int\"")), F(MAP("\"long\"")), "02 02 6b 06 00", "{\"f\":{\"k\":3}}"},
    {F(MAP("\"string\"")), F(MAP("\"string\"")), "01 08 02 6b 02 76 00", "{\"f\":{\"k\":\"v\"}}"},
    {F(MAP("[\"null\",\"int\"]")), F(MAP("[\"null\",\"int\"]")), "02 02 6b 00 00",
     "{\"f\":{\"k\":null}}"},
    {F(ARRAY("\"int\"")), F("[\"null\"," ARRAY("\"int\"") "]"), "00", "{\"f\":[]}"},
    /* what the writer lacks */
    {NAMED("x", "\"int\""), FD("\"int\"", "7"), "02", "{\"f\":7}"},
    {NAMED("x", "\"int\""), FD("\"long\"", "-7"), "02", "{\"f\":-7}"},
    {NAMED("x", "\"int\""), FD("\"float\"", "1.5"), "02", "{\"f\":1.5}"},
    {NAMED("x", "\"int\""), FD("\"double\"", "2"), "02", "{\"f\":2}"},
    {NAMED("x", "\"int\""), FD("\"boolean\"", "true"), "02", "{\"f\":true}"},
    {NAMED("x", "\"int\""), FD("\"string\"", "\"a\\\"b\""), "02", "{\"f\":\"a\\\"b\"}"},
    {NAMED("x", "\"int\""), FD("\"bytes\"", "\"\\u00ff\""), "02", "{\"f\":\"\xC3\xBF\"}"},
    {NAMED("x", "\"int\""), FD(FIXED4("X"), "\"ABCD\""), "02", "{\"f\":\"ABCD\"}"},
    {NAMED("x", "\"int\""), FD("\"null\"", "null"), "02", "{\"f\":null}"},
    {NAMED("x", "\"int\""), FD(ARRAY("\"boolean\""), "[true,false]"), "02", "{\"f\":[true,false]}"},
    {NAMED("x", "\"int\""), FD(ARRAY(ENUM_ABC), "[\"B\",\"A\"]"), "02", "{\"f\":[\"B\",\"A\"]}"},
    {NAMED("x", "\"int\""), FD(ENUM_ABC, "\"B\""), "02", "{\"f\":\"B\"}"},
    {NAMED("x", "\"int\""), FD(DECIMAL, "\"\\u0030\\u0039\""), "02", "{\"f\":\"1.2345\"}"},
    {NAMED("x", "\"int\""), FD("[\"null\",\"int\"]", "null"), "02", "{\"f\":null}"},
    {NAMED("x", "\"int\""), FD("[\"int\",\"null\"]", "4"), "02", "{\"f\":4}"},
    {NAMED("x", "\"int\""), FD("[\"int\",\"string\",\"null\"]", "4"), "02", "{\"f\":{\"int\":4}}"},
    {NAMED("x", "\"int\""), FD(ARRAY("\"int\""), "[1,2]"), "02", "{\"f\":[1,2]}"},
    {NAMED("x", "\"int\""), FD(MAP("\"int\""), "{\"k\":1}"), "02", "{\"f\":{\"k\":1}}"},
    {NAMED("x", "\"int\""),
     FD(SUB("S", NAMED("a", "\"int\"") ","
                                       "{\"name\":\"b\",\"type\":\"int\",\"default\":9}"),
        "{\"a\":1}"),
     "02", "{\"f\":{\"a\":1,\"b\":9}}"},
    /* order, dropped fields, aliases */
    {NAMED("a", "\"int\"") "," NAMED("b", "\"string\""),
     NAMED("b", "\"string\"") "," NAMED("a", "\"int\""), "06 02 61", "{\"b\":\"a\",\"a\":3}"},
    {NAMED("a", "\"string\"") "," F("\"int\""), F("\"int\""), "02 61 06", "{\"f\":3}"},
    {NAMED("a", ARRAY(MAP("\"double\""))) "," F("\"int\""), F("\"int\""),
     "02 02 02 6b 00 00 00 00 00 00 00 00 00 00 06", "{\"f\":3}"},
    {NAMED("a", ARRAY("\"double\"")) "," F("\"int\""), F("\"int\""), "01 06 ff ff ff 00 06",
     "{\"f\":3}"},
    {NAMED("a", "[\"null\",\"string\"," FIXED4("X") "]") "," F("\"int\""), F("\"int\""),
     "04 41 42 43 44 06", "{\"f\":3}"},
    {NAMED("old", "\"int\""), "{\"name\":\"f\",\"type\":\"int\",\"aliases\":[\"older\",\"old\"]}",
     "06", "{\"f\":3}"},
    {NAMED("old", "\"int\"") "," F("\"int\""),
     "{\"name\":\"f\",\"type\":\"int\",\"aliases\":[\"old\"]}", "02 06", "{\"f\":3}"},
    {F(SUB("Old", F("\"int\""))),
     F("{\"type\":\"record\",\"name\":\"New\",\"aliases\":[\"Old\"],\"fields\":[" F(
         "\"int\"") "]}"),
     "06", "{\"f\":{\"f\":3}}"},
    {F(SUB("a.S", F("\"int\""))), F(SUB("b.S", F("\"int\""))), "06", "{\"f\":{\"f\":3}}"},
    {F(SUB("S", "")), F(SUB("S", "")), "", "{\"f\":{}}"},
};

Test(plan, reads_each_pair_of_types)
{
    for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
        struct world w = {0};
        const char *writer = record_of(&w, goods[i].writer);
        const char *reader = record_of(&w, goods[i].reader);
        enum decode_result r;

        r = read_as(&w, writer, reader, goods[i].hex);
        cr_assert_eq(r, DECODE_OK, "case %zu: %s: %s", i, goods[i].writer, decode_result_reason(r));
        cr_assert_str_eq(w.json.p, goods[i].json, "case %zu: %s as %s: %s", i, goods[i].writer,
                         goods[i].reader, w.json.p);
        fini(&w);
    }
}

struct bad {
    const char *writer;
    const char *reader;
    const char *hex;
    enum decode_result result;
};

static const struct bad bads[] = {
    {F("\"boolean\""), F("\"boolean\""), "02", DECODE_BAD_VALUE},
    {F("\"boolean\""), F("\"boolean\""), "", DECODE_TRUNCATED},
    {F("\"int\""), F("\"int\""), "80 80 80 80 10", DECODE_BAD_VALUE},
    {F("\"int\""), F("\"long\""), "80 80 80 80 10", DECODE_BAD_VALUE},
    {F("\"int\""), F("\"double\""), "80 80 80 80 10", DECODE_BAD_VALUE},
    {F("\"long\""), F("\"long\""), "ff ff ff ff ff ff ff ff ff 02", DECODE_BAD_VALUE},
    {F("\"long\""), F("\"long\""), "ff ff ff ff ff ff ff ff ff ff 01", DECODE_BAD_VALUE},
    {F("\"long\""), F("\"long\""), "ff ff", DECODE_TRUNCATED},
    {F("\"long\""), F("\"long\""), "", DECODE_TRUNCATED},
    {F("\"long\""), F("\"long\""), "02 00", DECODE_TRAILING_BYTES},
    {F("\"string\""), F("\"string\""), "01", DECODE_BAD_VALUE},
    {F("\"string\""), F("\"string\""), "06 61 62", DECODE_TRUNCATED},
    {F("\"string\""), F("\"string\""), "fe ff ff ff 0f", DECODE_TOO_LONG},
    {F("\"string\""), F("{\"type\":\"string\",\"x-max-len\":2}"), "06 61 62 63", DECODE_TOO_LONG},
    {F("\"string\""), F("\"string\""), "04 c3 28", DECODE_BAD_UTF8},
    {F("\"string\""), F("\"string\""), "06 ed a0 80", DECODE_BAD_UTF8},
    {F("\"string\""), F("\"string\""), "14 61 61 61 61 61 61 61 61 61 ff", DECODE_BAD_UTF8},
    {F("[\"null\",\"string\"]"), F("[\"null\",\"string\"]"), "04 02 61", DECODE_BAD_VALUE},
    {F("[\"null\",\"string\"]"), F("[\"null\",\"string\"]"), "01", DECODE_BAD_VALUE},
    {F("[\"null\",\"int\"]"), F("[\"null\",\"int\"]"), "04 02", DECODE_BAD_VALUE},
    {F("[\"int\",\"string\"]"), F("[\"int\",\"string\"]"), "04 02", DECODE_BAD_VALUE},
    {F("[\"null\",\"string\"]"), F("\"string\""), "00", DECODE_MISSING_FIELD},
    {F("[\"int\",\"string\"]"), F("\"string\""), "00 06", DECODE_BAD_VALUE},
    {F(ENUM_ABC), F(ENUM_ABC), "06", DECODE_BAD_VALUE},
    {F(ENUM_ABC), F(ENUM_ABC), "01", DECODE_BAD_VALUE},
    {F(ENUM_CBU), F(ENUM_ABC), "00", DECODE_UNKNOWN_ENUM},
    {F(FIXED4("X")), F(FIXED4("X")), "41 42 43", DECODE_TRUNCATED},
    {F(DECIMAL), F(DECIMAL), "12 7f ff ff ff ff ff ff ff ff", DECODE_BAD_VALUE},
    {F(DECIMAL), F(DECIMAL), "10 7f ff ff ff ff ff ff ff", DECODE_BAD_VALUE},
    {F(DECIMAL), F(DECIMAL), "12 00 80 00 00 00 00 00 00 00", DECODE_BAD_VALUE},
    {F(MILLIS), F(MICROS), "fe ff ff ff ff ff ff ff ff 01", DECODE_BAD_VALUE},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "fe ff ff ff 0f", DECODE_TRUNCATED},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "04 02", DECODE_TRUNCATED},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "02 02", DECODE_TRUNCATED},
    {F(ARRAY("\"null\"")), F(ARRAY("\"null\"")), "fe ff ff ff ff ff ff ff ff 01", DECODE_TOO_LONG},
    {F(ARRAY("\"null\"")), F(ARRAY("\"null\"")), "fe ff ff ff 0f 00", DECODE_TOO_LONG},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "ff ff ff ff ff ff ff ff ff 01 00",
     DECODE_BAD_VALUE},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "01 01 02 00", DECODE_BAD_VALUE},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "01 20 02 00", DECODE_TRUNCATED},
    {F(ARRAY("\"int\"")), F(ARRAY("\"int\"")), "01 04 02 00", DECODE_BAD_VALUE},
    {F(MAP("\"int\"")), F(MAP("\"int\"")), "02 02 ff 02 00", DECODE_BAD_UTF8},
    {NAMED("a", ARRAY("\"null\"")) "," F("\"int\""), F("\"int\""),
     "fe ff ff ff ff ff ff ff ff 01 00 06", DECODE_TOO_LONG},
    {NAMED("a", ARRAY("\"int\"")) "," F("\"int\""), F("\"int\""), "01 40 00 06", DECODE_TRUNCATED},
    {NAMED("a", "\"string\"") "," F("\"int\""), F("\"int\""), "03 06", DECODE_BAD_VALUE},
};

Test(plan, refuses_what_is_no_value)
{
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct world w = {0};
        enum decode_result r =
            read_as(&w, record_of(&w, bads[i].writer), record_of(&w, bads[i].reader), bads[i].hex);

        cr_assert_eq(r, bads[i].result, "case %zu: %s [%s]: %s", i, bads[i].writer, bads[i].hex,
                     decode_result_sentence(r));
        fini(&w);
    }
}

Test(plan, names_the_field_of_a_refusal)
{
    struct world w = {0};
    enum decode_result r =
        read_as(&w, record_of(&w, NAMED("a", "\"int\"") "," NAMED("b", "\"string\"")),
                record_of(&w, NAMED("a", "\"int\"") "," NAMED("b", "\"string\"")), "02 02 ff");

    cr_assert_eq(r, DECODE_BAD_UTF8);
    cr_assert_str_eq(w.json.p, "b");
    fini(&w);
}

struct impossible {
    const char *writer;
    const char *reader;
    const char *sentence; /* part of it */
};

static const struct impossible impossibles[] = {
    {F("\"string\""), F("\"int\""), "field f: the writer has string, which cannot be read as int"},
    {F("\"long\""), F("\"int\""), "field f"},
    {F("\"double\""), F("\"float\""), "field f"},
    {F("\"boolean\""), F("[\"null\",\"int\"]"), "field f"},
    {F("[\"null\",\"int\"]"), F("\"string\""), "field f"},
    {F("\"int\""), F("[\"string\",\"boolean\"]"), "field f"},
    {F(FIXED4("X")), F(FIXED4("Y")), "fixed X, which cannot be read as fixed Y"},
    {F("{\"type\":\"fixed\",\"name\":\"X\",\"size\":5}"), F(FIXED4("X")), "field f"},
    {F("{\"type\":\"enum\",\"name\":\"G\",\"symbols\":[\"A\"]}"), F(ENUM_ABC), "enum G"},
    {F(ARRAY("\"string\"")), F(ARRAY("\"int\"")), "field f"},
    {F(MAP("\"int\"")), F(ARRAY("\"int\"")), "field f"},
    {F("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":18,\"scale\":2}"), F(DECIMAL),
     "field f"},
    {NAMED("x", "\"int\""), F("\"int\""), "field f: the writer lacks it and it has no default"},
    {F(SUB("S", NAMED("x", "\"int\""))), F(SUB("S", NAMED("y", "\"int\""))),
     "field f.y: the writer lacks it"},
    {F(SUB("S", F("\"int\""))), F(SUB("T", F("\"int\""))),
     "record S, which cannot be read as record T"},
};

Test(plan, refuses_impossible_pairs_with_the_field_named)
{
    for (size_t i = 0; i < sizeof(impossibles) / sizeof(impossibles[0]); i++) {
        struct world w = {0};
        const struct avro_desc *desc =
            desc_build_text(record_of(&w, impossibles[i].reader), &w.arena);
        enum err err =
            plan_compile(str_from(record_of(&w, impossibles[i].writer)), desc, &w.plan, &w.error);

        cr_assert_eq(err, ERR_SCHEMA, "case %zu", i);
        cr_assert(strstr(w.error.text, impossibles[i].sentence) != NULL, "case %zu: %s", i,
                  w.error.text);
        fini(&w);
    }
}

Test(plan, takes_a_record_of_another_namespace_but_not_of_another_name)
{
    struct world w = {0};
    const char *reader = "{\"type\":\"record\",\"name\":\"b.R\",\"fields\":[]}";
    const struct avro_desc *desc = desc_build_text(reader, &w.arena);

    cr_assert_eq(plan_compile(STR("{\"type\":\"record\",\"name\":\"a.R\",\"fields\":[]}"), desc,
                              &w.plan, &w.error),
                 ERR_NONE);
    plan_free(&w.plan);
    cr_assert_eq(plan_compile(STR("{\"type\":\"record\",\"name\":\"b.S\",\"fields\":[]}"), desc,
                              &w.plan, &w.error),
                 ERR_SCHEMA);
    fini(&w);
}

#define TREE(name)                                                                                 \
    "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[{\"name\":\"v\",\"type\":\"int\"},"    \
    "{\"name\":\"c\",\"type\":{\"type\":\"array\",\"items\":\"" name "\"}}]}"

Test(plan, reads_a_type_that_contains_itself)
{
    struct world w = {0};

    cr_assert_eq(read_as(&w, TREE("T"), TREE("T"), "02 04 04 00 06 02 08 00 00 00"), DECODE_OK);
    cr_assert_str_eq(w.json.p,
                     "{\"v\":1,\"c\":[{\"v\":2,\"c\":[]},{\"v\":3,\"c\":[{\"v\":4,\"c\":[]}]}]}");
    fini(&w);
}

Test(plan, skips_a_type_that_contains_itself_to_a_bounded_depth)
{
    struct world w = {0};
    const char *writer = record_of(&w, NAMED("t", TREE("T")) "," F("\"int\""));
    const char *reader = record_of(&w, F("\"int\""));
    struct strbuf deep = {0};

    cr_assert_eq(read_as(&w, writer, reader, "02 04 04 00 06 02 08 00 00 00 06"), DECODE_OK);
    cr_assert_str_eq(w.json.p, "{\"f\":3}");
    for (int i = 0; i < 1000; i++)
        strbuf_add(&deep, STR("\x02\x02"));
    {
        char value[64];

        cr_assert_eq(plan_decode(w.plan, strbuf_str(&deep), &w.arena, value, NULL),
                     DECODE_TOO_LONG);
    }
    strbuf_fini(&deep);
    fini(&w);
}

Test(plan, ends_with_a_record_that_holds_itself_twice_and_nothing_else)
{
    struct world w = {0};
    const char *writer =
        record_of(&w, NAMED("t", "{\"type\":\"record\",\"name\":\"T\",\"fields\":[" NAMED(
                                     "a", "\"T\"") "," NAMED("b", "\"T\"") "]}"));

    cr_assert_eq(read_as(&w, writer, record_of(&w, FD("\"int\"", "1")), ""), DECODE_TOO_LONG);
    fini(&w);
}

Test(plan, measures_a_record_whose_content_it_refuses)
{
    struct world w = {0};
    const char *schema =
        record_of(&w, NAMED("a", "\"string\"") "," NAMED("b", "[\"null\"," ARRAY("\"int\"") "]"));
    size_t size = 0;

    cr_assert_eq(read_as(&w, schema, schema, "02 ff 02 04 02 04 00 99"), DECODE_BAD_UTF8);
    cr_assert_eq(plan_measure(w.plan, strbuf_str(&w.bytes), &size), DECODE_OK);
    cr_assert_eq(size, 7);
    cr_assert_eq(plan_measure(w.plan, str_of(w.bytes.p, 4), &size), DECODE_TRUNCATED);
    fini(&w);
}

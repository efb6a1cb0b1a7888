/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/canonical.h"
#include "schemas/codec/framing.h"
#include "schemas/ticket_event.h"

#include <criterion/criterion.h>

Test(framing, splits_what_it_adds)
{
    static const uint64_t keys[] = {7, UINT64_C(0x63dd24e7cc258f8a), 0};

    for (int f = FRAMING_CONFLUENT; f <= FRAMING_RAW; f++) {
        struct strbuf b = {0};
        struct str body;
        uint64_t key;

        framing_add((enum framing)f, keys[f], &b);
        strbuf_add(&b, STR("body"));
        cr_assert_eq(framing_split((enum framing)f, strbuf_str(&b), &key, &body), DECODE_OK);
        cr_assert_eq(key, keys[f]);
        cr_assert(str_equal(body, STR("body")));
        strbuf_fini(&b);
    }
}

Test(framing, knows_the_bytes_of_each)
{
    struct str body;
    uint64_t key;

    cr_assert_eq(framing_split(FRAMING_CONFLUENT, str_of("\0\0\0\1\2", 5), &key, &body), DECODE_OK);
    cr_assert_eq(key, 258);
    cr_assert_eq(body.n, 0);
    cr_assert_eq(framing_split(FRAMING_SINGLE_OBJECT, str_of("\xC3\x01\1\0\0\0\0\0\0\x80x", 11),
                               &key, &body),
                 DECODE_OK);
    cr_assert_eq(key, UINT64_C(0x8000000000000001));
    cr_assert_eq(body.n, 1);
}

Test(framing, refuses_other_bytes_and_messages_that_are_too_short)
{
    struct str body;
    uint64_t key;

    cr_assert_eq(framing_split(FRAMING_CONFLUENT, str_of("\1\0\0\0\1", 5), &key, &body),
                 DECODE_BAD_FRAMING);
    cr_assert_eq(framing_split(FRAMING_CONFLUENT, str_of("\0\0\0\0", 4), &key, &body),
                 DECODE_BAD_FRAMING);
    cr_assert_eq(framing_split(FRAMING_CONFLUENT, (struct str){0}, &key, &body),
                 DECODE_BAD_FRAMING);
    cr_assert_eq(
        framing_split(FRAMING_SINGLE_OBJECT, str_of("\xC3\x02\1\0\0\0\0\0\0\0", 10), &key, &body),
        DECODE_BAD_FRAMING);
    cr_assert_eq(
        framing_split(FRAMING_SINGLE_OBJECT, str_of("\xC3\x01\1\0\0\0\0\0\0", 9), &key, &body),
        DECODE_BAD_FRAMING);
    cr_assert_eq(framing_split(FRAMING_RAW, (struct str){0}, &key, &body), DECODE_OK);
}

Test(framing, has_the_names_of_the_configuration)
{
    enum framing f;

    cr_assert(framing_from_name(STR("single_object"), &f) && f == FRAMING_SINGLE_OBJECT);
    cr_assert(framing_from_name(STR("raw"), &f) && f == FRAMING_RAW);
    cr_assert(!framing_from_name(STR("protobuf"), &f));
    cr_assert_str_eq(framing_name(FRAMING_CONFLUENT), "confluent");
}

struct form {
    const char *schema;
    const char *canonical;
    uint64_t fingerprint; /* 0: not compared */
};

/* Forms and fingerprints as the specification and the Java library's test data have them. */
static const struct form forms[] = {
    {"\"null\"", "\"null\"", UINT64_C(7195948357588979594)},
    {"{\"type\":\"null\"}", "\"null\"", UINT64_C(7195948357588979594)},
    {"\"boolean\"", "\"boolean\"", UINT64_C(0x9f42fc78a4d4f764)},
    {"\"int\"", "\"int\"", UINT64_C(8247732601305521295)},
    {"\"long\"", "\"long\"", UINT64_C(0xd054e14493f41db7)},
    {"\"float\"", "\"float\"", UINT64_C(5583340709985441680)},
    {"\"double\"", "\"double\"", UINT64_C(0x8e7535c032ab957e)},
    {"\"bytes\"", "\"bytes\"", UINT64_C(0x4fc016dac3201965)},
    {"\"string\"", "\"string\"", UINT64_C(0x8f014872634503c7)},
    {"[ \"int\"  ]", "[\"int\"]", UINT64_C(0xb763638a48b2fb03)},
    {"{\"type\":\"fixed\", \"name\":\"foo\", \"size\":15}",
     "{\"name\":\"foo\",\"type\":\"fixed\",\"size\":15}", UINT64_C(1756455273707447556)},
    {"{\"type\":\"fixed\",\"size\":32,\"namespace\":\"x.y\",\"name\":\"Foo\",\"doc\":\"d\"}",
     "{\"name\":\"x.y.Foo\",\"type\":\"fixed\",\"size\":32}", 0},
    {"{\"type\":\"record\",\"doc\":\"d\",\"name\":\"R\",\"namespace\":\"a.b\",\"aliases\":[\"Q\"],"
     "\"fields\":["
     "{\"default\":null,\"name\":\"f\",\"type\":[\"null\",{\"symbols\":[\"A\"],\"name\":\"E\","
     "\"type\":\"enum\"}]},"
     "{\"name\":\"g\",\"type\":\"E\",\"order\":\"ignore\"},{\"name\":\"h\",\"type\":{\"type\":"
     "\"map\",\"values\":{\"type\":\"array\",\"items\":\"R\"}}},"
     "{\"name\":\"t\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}]}",
     "{\"name\":\"a.b.R\",\"type\":\"record\",\"fields\":[{\"name\":\"f\",\"type\":[\"null\",{"
     "\"name\":\"a.b.E\",\"type\":\"enum\","
     "\"symbols\":[\"A\"]}]},{\"name\":\"g\",\"type\":\"a.b.E\"},{\"name\":\"h\",\"type\":{"
     "\"type\":\"map\",\"values\":{\"type\":\"array\","
     "\"items\":\"a.b.R\"}}},{\"name\":\"t\",\"type\":\"long\"}]}",
     0},
};

Test(canonical, has_the_forms_and_fingerprints_of_the_specification)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct arena arena = {0};
        struct strbuf out = {0};
        const struct schema *schema = NULL;
        struct error error;

        cr_assert_eq(schema_parse(str_from(forms[i].schema), &arena, &schema, &error), ERR_NONE,
                     "%s", error.text);
        canonical_add(schema, &out);
        cr_assert(str_equal(strbuf_str(&out), str_from(forms[i].canonical)), "%.*s",
                  STR_ARG(strbuf_str(&out)));
        if (forms[i].fingerprint != 0)
            cr_assert_eq(canonical_fingerprint(schema), forms[i].fingerprint, "%s: %016llx",
                         forms[i].schema, (unsigned long long)canonical_fingerprint(schema));
        strbuf_fini(&out);
        arena_fini(&arena);
    }
}

Test(canonical, of_our_event_is_what_avsc2c_printed)
{
    struct arena arena = {0};
    const struct schema *schema = NULL;
    struct error error;

    cr_assert_eq(
        schema_parse(str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN), &arena, &schema, &error),
        ERR_NONE);
    cr_assert_eq(canonical_fingerprint(schema), TICKET_EVENT_FINGERPRINT);
    cr_assert_eq(ticket_event_desc.fingerprint, TICKET_EVENT_FINGERPRINT);
    arena_fini(&arena);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of kinds that our events do not have: decimals, bytes, unions, nullable items. */
#include "schemas/codec/json.h"
#include "tests/support/desc_build.h"

#include <criterion/criterion.h>

static const char schema[] =
    "{\"type\":\"record\",\"name\":\"K\",\"fields\":["
    "{\"name\":\"money\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":18,"
    "\"scale\":4},\"default\":\"\\u0000\"},"
    "{\"name\":\"whole\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,"
    "\"scale\":0},\"default\":\"\\u0000\"},"
    "{\"name\":\"raw\",\"type\":[\"null\",{\"type\":\"bytes\",\"x-max-len\":4}],\"default\":null},"
    "{\"name\":\"tag\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"F2\",\"size\":2}],"
    "\"default\":null},"
    "{\"name\":\"i\",\"type\":\"int\",\"default\":0},"
    "{\"name\":\"f\",\"type\":\"float\",\"default\":0},"
    "{\"name\":\"u\",\"type\":[\"null\",\"string\",\"long\",{\"type\":\"record\",\"name\":\"P\","
    "\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}],\"default\":null},"
    "{\"name\":\"list\",\"type\":{\"type\":\"array\",\"items\":[\"null\",\"int\"]},\"default\":[]},"
    "{\"name\":\"micros\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"},"
    "\"default\":0,\"aliases\":[\"us\"]},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]},"
    "\"default\":\"B\"}]}";

struct sample {
    const char *in;
    const char *out; /* NULL: the result below */
    enum decode_result result;
};

#define ZERO "\"i\":0,\"f\":0,\"u\":null,\"list\":[],\"micros\":0,\"e\":\"B\"}"

static const struct sample samples[] = {
    {"{}", "{\"money\":\"0.0000\",\"whole\":\"0\"," ZERO, DECODE_OK},
    {"{\"money\":\"12.5\",\"whole\":\"-7\"}", "{\"money\":\"12.5000\",\"whole\":\"-7\"," ZERO,
     DECODE_OK},
    {"{\"money\":-0.0001,\"whole\":7}", "{\"money\":\"-0.0001\",\"whole\":\"7\"," ZERO, DECODE_OK},
    {"{\"money\":\"12.50000\"}", "{\"money\":\"12.5000\",\"whole\":\"0\"," ZERO, DECODE_OK},
    {"{\"money\":\"12.50001\"}", NULL, DECODE_BAD_VALUE},
    {"{\"money\":\"12,5\"}", NULL, DECODE_BAD_VALUE},
    {"{\"money\":\"\"}", NULL, DECODE_BAD_VALUE},
    {"{\"money\":\"-\"}", NULL, DECODE_BAD_VALUE},
    {"{\"money\":\"999999999999999999\"}", NULL, DECODE_BAD_VALUE},
    {"{\"money\":\"99999999999999.9999\"}",
     "{\"money\":\"99999999999999.9999\",\"whole\":\"0\"," ZERO, DECODE_OK},
    {"{\"raw\":\"\\u00ffA\"}",
     "{\"money\":\"0.0000\",\"whole\":\"0\",\"raw\":\"\xC3\xBF"
     "A\"," ZERO,
     DECODE_OK},
    {"{\"raw\":\"\\u0100\"}", NULL, DECODE_BAD_VALUE},
    {"{\"raw\":\"12345\"}", NULL, DECODE_TOO_LONG},
    {"{\"tag\":\"ab\"}", "{\"money\":\"0.0000\",\"whole\":\"0\",\"tag\":\"ab\"," ZERO, DECODE_OK},
    {"{\"tag\":\"abc\"}", NULL, DECODE_BAD_VALUE},
    {"{\"i\":2147483648}", NULL, DECODE_BAD_VALUE},
    {"{\"i\":1.0}", NULL, DECODE_BAD_VALUE},
    {"{\"f\":\"1\"}", NULL, DECODE_BAD_VALUE},
    {"{\"e\":\"C\"}", NULL, DECODE_UNKNOWN_ENUM},
    {"{\"e\":1}", NULL, DECODE_BAD_VALUE},
    {"{\"list\":[1,\"x\"]}", NULL, DECODE_BAD_VALUE},
    {"{\"list\":{}}", NULL, DECODE_BAD_VALUE},
    {"{\"u\":\"text\"}", NULL, DECODE_BAD_VALUE},
    {"{\"u\":{\"P\":{}}}", NULL, DECODE_MISSING_FIELD},
    {"{\"i\":1,\"f\":1.5,\"u\":{\"P\":{\"x\":3}},\"list\":[null,4],\"us\":\"1970-01-01T00:00:00."
     "002Z\",\"e\":\"A\"}",
     "{\"money\":\"0.0000\",\"whole\":\"0\",\"i\":1,\"f\":1.5,\"u\":{\"P\":{\"x\":3}},\"list\":["
     "null,4],\"micros\":2000,\"e\":\"A\"}",
     DECODE_OK},
    {"{\"u\":{\"Other\":{}}}", "{\"money\":\"0.0000\",\"whole\":\"0\"," ZERO, DECODE_OK},
};

Test(json, reads_and_writes_each_kind)
{
    struct arena arena = {0};
    const struct avro_desc *desc = desc_build_text(schema, &arena);
    char *value = arena_alloc(&arena, desc->size, 1);

    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct strbuf out = {0};
        const char *field = NULL;
        enum decode_result r;

        memset(value, 0xA5, desc->size);
        r = avro_json_read(desc, str_from(samples[i].in), &arena, value, NULL, &field);
        cr_assert_eq(r, samples[i].result, "%s: %s", samples[i].in, decode_result_sentence(r));
        cr_assert_eq(r != DECODE_OK, field != NULL);
        if (r == DECODE_OK) {
            avro_json_write(desc, value, 0, &out);
            cr_assert(str_equal(strbuf_str(&out), str_from(samples[i].out)), "%s: %.*s",
                      samples[i].in, STR_ARG(strbuf_str(&out)));
        }
        strbuf_fini(&out);
    }
    arena_fini(&arena);
}

Test(json, escapes_what_json_cannot_hold)
{
    struct strbuf out = {0};

    avro_json_write_string(str_of("a\"\\\n\t\x01\0/", 8), &out);
    cr_assert(str_equal(strbuf_str(&out), STR("\"a\\\"\\\\\\n\\t\\u0001\\u0000/\"")), "%.*s",
              STR_ARG(strbuf_str(&out)));
    strbuf_fini(&out);
}

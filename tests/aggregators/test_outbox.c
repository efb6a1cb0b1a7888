/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/outbox.h"
#include "base/arena.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"

#include <criterion/criterion.h>

#include <stdio.h>

static void
expect_str(struct str s, const char *expected)
{
    cr_expect(str_equal(s, str_from(expected)), "\"%.*s\", not \"%s\"", STR_ARG(s), expected);
}

Test(outbox, gives_back_what_was_added_in_order)
{
    struct outbox *o = outbox_new();
    char text[32];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            size_t n = (size_t)snprintf(text, sizeof(text), "value %d", i);

            outbox_add(o,
                       &(struct outbox_record){.output = i % 2 ? OUTPUT_LATE : OUTPUT_DEAD_LETTERS,
                                               .key = str_of(text + 6, n - 6),
                                               .value = str_of(text, n),
                                               .reason = STR("bad_json")});
        }
        cr_assert(outbox_count(o) == 1000);
        for (int i = 0; i < 1000; i++) {
            struct outbox_record r = outbox_get(o, (size_t)i);

            snprintf(text, sizeof(text), "value %d", i);
            expect_str(r.key, text + 6);
            expect_str(r.value, text);
            expect_str(r.reason, "bad_json");
            cr_expect(r.windows.n == 0 && r.output == (i % 2 ? OUTPUT_LATE : OUTPUT_DEAD_LETTERS));
        }
        outbox_clear(o);
        cr_expect(outbox_count(o) == 0 && outbox_bytes(o) == 0);
    }
    outbox_free(&o);
    cr_expect(o == NULL);
    outbox_free(&o);
}

Test(outbox, rollup_is_encoded_with_its_key)
{
    struct outbox *o = outbox_new();
    struct rollup *r = mem_new(1, sizeof(*r));
    struct rollup *back = mem_new(1, sizeof(*back));
    struct strbuf whole = {0};
    struct arena arena = {0};
    struct plan *plan;
    struct error error;

    r->segment_id = STR("by_channel|channel=a\\|b");
    r->window_name = STR("1h");
    r->window_start = 3600000;
    r->metrics.has_reopens = true;
    r->metrics.reopens.value = 42;
    outbox_add_rollup(o, OUTPUT_ROLLUPS, r);
    avro_encode(&rollup_desc, r, &whole);
    cr_expect(str_equal(outbox_get(o, 0).value, strbuf_str(&whole)));
    expect_str(outbox_get(o, 0).key, "by_channel|channel=a\\|b|1h|3600000");
    r->tenant = STR("acme");
    outbox_add_rollup(o, OUTPUT_ROLLUPS_AGENT, r);
    expect_str(outbox_get(o, 1).key, "acme|by_channel|channel=a\\|b|1h|3600000");
    cr_expect(outbox_get(o, 1).output == OUTPUT_ROLLUPS_AGENT);
    cr_assert(plan_compile(str_of(rollup_avsc, ROLLUP_AVSC_LEN), &rollup_desc, &plan, &error) ==
              ERR_NONE);
    cr_assert(plan_decode(plan, outbox_get(o, 1).value, &arena, back, NULL) == DECODE_OK);
    expect_str(back->tenant, "acme");
    cr_expect(back->metrics.has_reopens && back->metrics.reopens.value == 42);
    strbuf_fini(&whole);
    arena_fini(&arena);
    plan_free(&plan);
    mem_free(r);
    mem_free(back);
    outbox_free(&o);
}

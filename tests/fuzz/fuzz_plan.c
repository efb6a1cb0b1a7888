/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a writer's schema, and behind a line end any bytes as a record of it. A schema that
 * parses has a canonical form that parses and has the same form again.
 */
#include "schemas/codec/canonical.h"
#include "schemas/codec/plan.h"
#include "schemas/ticket_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_canonical(struct str text, struct arena *arena)
{
    struct strbuf form = {0};
    struct strbuf again = {0};
    const struct schema *schema;

    if (schema_parse(text, arena, &schema, NULL) == ERR_NONE) {
        canonical_add(schema, &form);
        CHECK(schema_parse(strbuf_str(&form), arena, &schema, NULL) == ERR_NONE);
        canonical_add(schema, &again);
        CHECK(str_equal(strbuf_str(&form), strbuf_str(&again)));
    }
    strbuf_fini(&form);
    strbuf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t n = end != NULL ? (size_t)(end - data) : size;
    struct str text = str_of((const char *)data, n);
    struct arena arena = {0};
    struct plan *plan = NULL;
    struct ticket_event event;
    size_t used;

    check_canonical(text, &arena);
    if (plan_compile(text, &ticket_event_desc, &plan, NULL) == ERR_NONE && end != NULL) {
        struct str bytes = str_of((const char *)end + 1, size - n - 1);

        if (plan_decode(plan, bytes, &arena, &event, &used) == DECODE_OK)
            CHECK(used <= bytes.n);
    }
    plan_free(&plan);
    arena_fini(&arena);
    return 0;
}

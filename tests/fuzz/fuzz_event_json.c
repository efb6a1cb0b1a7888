/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any line as an event. What reads must be written as a line that reads as the same event; a double
 * is the same to the last bit, and no member is lost or invented.
 */
#include "schemas/event_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const struct ticket_event *event, struct arena *arena)
{
    struct strbuf first = {0};
    struct strbuf second = {0};
    struct ticket_event again;
    unsigned unknown = 0;

    event_json_write(event, &first);
    CHECK(event_json_read(strbuf_str(&first), arena, &again, &unknown, NULL) == DECODE_OK);
    CHECK(unknown == 0);
    event_json_write(&again, &second);
    CHECK(str_equal(strbuf_str(&first), strbuf_str(&second)));
    strbuf_fini(&first);
    strbuf_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ticket_event event;
    unsigned unknown = 0;
    const char *field = NULL;
    struct str line = str_of((const char *)data, size);

    if (event_json_read(line, &arena, &event, &unknown, &field) == DECODE_OK)
        round_trip(&event, &arena);
    arena_fini(&arena);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/event_json.h"

#include "base/check.h"
#include "schemas/codec/json.h"

/* The union is the last field of the record: all before it is the envelope. */
static size_t
n_envelope(void)
{
    size_t n = ticket_event_desc.n - 1;

    CHECK(ticket_event_desc.fields[n].kind == AVK_UNION);
    return n;
}

static const struct avro_field *
branch_of(enum ticket_event_payload_kind kind)
{
    return &ticket_event_desc.fields[n_envelope()].of.branches->v[kind - 1];
}

static enum ticket_event_payload_kind
kind_of(struct str event_type)
{
    for (int i = 1; i < TICKET_EVENT_PAYLOAD_COUNT; i++)
        if (str_equal(event_type, str_from(ticket_event_payload_names[i])))
            return (enum ticket_event_payload_kind)i;
    return TICKET_EVENT_PAYLOAD_UNKNOWN;
}

static enum decode_result
read_object(const struct json_object *object, struct json_read *read, struct ticket_event *ret)
{
    struct str event_type;
    enum decode_result r = json_object_string(object, "event_type", &event_type);
    const struct avro_field *branch;
    char *payload = (char *)&ret->payload;

    /* An event without a type is one of a type that we do not know. */
    if (r == DECODE_MISSING_FIELD) {
        event_type = (struct str){0};
        r = DECODE_OK;
    }
    read->field = r == DECODE_OK ? NULL : "event_type";
    if (r == DECODE_OK)
        r = json_object_read(object, ticket_event_desc.fields, n_envelope(), read, ret);
    if (r != DECODE_OK)
        return r;
    ret->payload.kind = kind_of(event_type);
    read->used++;
    if (ret->payload.kind == TICKET_EVENT_PAYLOAD_UNKNOWN) {
        read->used = json_object_members(object);
        return DECODE_OK;
    }
    branch = branch_of(ret->payload.kind);
    return json_object_read(object, branch->of.named->fields, branch->of.named->n, read,
                            payload + branch->at);
}

enum decode_result
event_json_read(struct str line, struct arena *arena, struct ticket_event *ret,
                unsigned *unknown_fields, const char **ret_field)
{
    struct json_read read = {.arena = arena};
    struct json_object *object = NULL;
    enum decode_result r;

    r = line.n > EVENT_JSON_MAX ? DECODE_OVERSIZED : json_object_parse(line, &object);
    if (r == DECODE_OK)
        r = read_object(object, &read, ret);
    if (r == DECODE_OK && unknown_fields != NULL)
        *unknown_fields = json_object_members(object) - read.used + read.unknown;
    if (r != DECODE_OK && ret_field != NULL)
        *ret_field = read.field;
    json_object_free(&object);
    return r;
}

void
event_json_write(const struct ticket_event *event, struct strbuf *out)
{
    enum ticket_event_payload_kind kind = event->payload.kind;
    const char *payload = (const char *)&event->payload;

    strbuf_add(out, STR("{\"event_type\":"));
    avro_json_write_string(str_from(ticket_event_payload_names[kind]), out);
    avro_json_write_fields(ticket_event_desc.fields, n_envelope(), event, 0, out);
    if (kind != TICKET_EVENT_PAYLOAD_UNKNOWN) {
        const struct avro_field *branch = branch_of(kind);

        avro_json_write_fields(branch->of.named->fields, branch->of.named->n, payload + branch->at,
                               0, out);
    }
    strbuf_add_char(out, '}');
}

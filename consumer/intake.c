/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules are two tables: what every event needs, and what the record of its type needs. A JSON
 * line and a flat record are encoded again with our own schema, so that behind this door there is
 * one kind of event: decoded, with an Avro body beside it that the engine can keep while the event
 * waits.
 */
#include "consumer/intake.h"

#include "base/arena.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "schemas/codec/json.h"
#include "schemas/event_flat.h"
#include "schemas/event_json.h"

#include <math.h>

enum { POINTS_MAX = 1000000 }; /* of a review; more is refused as bad_value */

enum rule_kind {
    RULE_TEXT,    /* a string that is not empty */
    RULE_SYMBOL,  /* an enum with a symbol that we know */
    RULE_NUMBER,  /* a double in -POINTS_MAX..POINTS_MAX */
    RULE_POSITIVE /* the same, and above 0 */
};

struct rule {
    enum ticket_event_payload_kind payload;
    enum rule_kind kind;
    size_t at; /* in the payload's record */
    const char *field;
};

#define RULE(branch, record, kind, member)                                                         \
    {                                                                                              \
        TICKET_EVENT_PAYLOAD_##branch, RULE_##kind, offsetof(struct record, member), #member       \
    }

/* Grouped by type, each group in the order in which the fields are looked at. */
static const struct rule rules[] = {
    RULE(MESSAGE_POSTED, message_posted, SYMBOL, author_kind),
    RULE(MESSAGE_POSTED, message_posted, SYMBOL, visibility),
    RULE(TICKET_MERGED, ticket_merged, TEXT, into),
    RULE(SURVEY_OFFERED, survey_offered, SYMBOL, kind),
    RULE(SURVEY_BOUNCED, survey_bounced, SYMBOL, kind),
    RULE(SURVEY_RESPONDED, survey_responded, SYMBOL, kind),
    RULE(QA_REVIEW_COMPLETED, qa_review_completed, NUMBER, points),
    RULE(QA_REVIEW_COMPLETED, qa_review_completed, POSITIVE, possible),
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

struct intake {
    struct intake_limits limits;
    struct arena arena; /* of the event that was read last */
    struct strbuf body;
    struct plan *own; /* our schema as the writer: decodes what we encode */
    struct ticket_event event;
};

struct intake *
intake_new(const struct intake_limits *limits)
{
    struct intake *in = mem_new(1, sizeof(*in));
    struct str text = str_of(ticket_event_desc.avsc, ticket_event_desc.avsc_len);

    in->limits = *limits;
    CHECK(plan_compile(text, &ticket_event_desc, &in->own, NULL) == ERR_NONE);
    return in;
}

void
intake_free(struct intake **in)
{
    if (*in == NULL)
        return;
    plan_free(&(*in)->own);
    arena_fini(&(*in)->arena);
    strbuf_fini(&(*in)->body);
    mem_free(*in);
    *in = NULL;
}

/* The engines add points up as millionths in 64 bits: millions of the largest fit. */
static bool
is_number(double v)
{
    return isfinite(v) && fabs(v) <= POINTS_MAX;
}

static enum decode_result
check_rule(const struct rule *rule, const void *payload)
{
    const void *at = (const char *)payload + rule->at;

    switch (rule->kind) {
    case RULE_TEXT:
        return ((const struct str *)at)->n > 0 ? DECODE_OK : DECODE_MISSING_FIELD;
    case RULE_SYMBOL:
        /* Every enum of ours has UNKNOWN first. */
        return *(const int *)at != 0 ? DECODE_OK : DECODE_UNKNOWN_ENUM;
    case RULE_NUMBER:
        return is_number(*(const double *)at) ? DECODE_OK : DECODE_BAD_VALUE;
    case RULE_POSITIVE:
        return is_number(*(const double *)at) && *(const double *)at > 0 ? DECODE_OK
                                                                         : DECODE_BAD_VALUE;
    }
    UNREACHABLE();
}

static bool
in_range(evtime_ms t)
{
    return t >= 0 && t < EVTIME_MAX;
}

static enum decode_result
check_envelope(const struct ticket_event *event, const char **ret_field)
{
    if (event->event_id.n == 0) {
        *ret_field = "event_id";
        return DECODE_MISSING_FIELD;
    }
    if (event->ticket_id.n == 0) {
        *ret_field = "ticket_id";
        return DECODE_MISSING_FIELD;
    }
    if (!in_range(event->occurred_at)) {
        *ret_field = "occurred_at";
        return DECODE_TIME_OUT_OF_RANGE;
    }
    if (event->has_recorded_at && !in_range(event->recorded_at)) {
        *ret_field = "recorded_at";
        return DECODE_TIME_OUT_OF_RANGE;
    }
    return DECODE_OK;
}

/* The log's own time judges; a file has none, there it is the event's recorded_at, else `now`. */
static bool
is_too_far_ahead(const struct intake_limits *limits, const struct ticket_event *event,
                 evtime_ms timestamp)
{
    evtime_ms judge = timestamp != EVTIME_NONE ? timestamp
                      : event->has_recorded_at ? event->recorded_at
                                               : limits->now;

    return judge != EVTIME_NONE && event->occurred_at - limits->max_future_skew_ms > judge;
}

enum decode_result
intake_check(const struct intake_limits *limits, const struct ticket_event *event,
             evtime_ms timestamp, const char **ret_field)
{
    enum decode_result result = check_envelope(event, ret_field);

    for (size_t i = 0; i < RULES && result == DECODE_OK; i++) {
        if (rules[i].payload != event->payload.kind)
            continue;
        result = check_rule(&rules[i], &event->payload.u);
        if (result != DECODE_OK)
            *ret_field = rules[i].field;
    }
    if (result == DECODE_OK && is_too_far_ahead(limits, event, timestamp)) {
        *ret_field = "occurred_at";
        result = DECODE_TIME_IN_FUTURE;
    }
    return result;
}

static enum decode_result
decode(struct intake *in, const struct record *record, struct intake_result *ret)
{
    ret->event = record->event != NULL ? record->event : &in->event;
    if (record->bytes.n > INTAKE_RECORD_MAX)
        return DECODE_OVERSIZED;
    if (record->event != NULL)
        return DECODE_OK;
    if (record->form == RECORD_AVRO)
        return event_plan_decode(record->plan, record->bytes, &in->arena, &in->event, NULL,
                                 &ret->field);
    return event_json_read(record->bytes, &in->arena, &in->event, &ret->unknown_fields,
                           &ret->field);
}

/* An event of a type that we do not know has no body: nobody will decode it. */
static void
attach_body(struct intake *in, const struct record *record, struct intake_result *ret)
{
    if (ret->event->payload.kind == TICKET_EVENT_PAYLOAD_UNKNOWN)
        return;
    if (record->form == RECORD_AVRO && plan_reader(record->plan) == &ticket_event_desc) {
        ret->body = record->bytes;
        ret->plan = record->plan;
        return;
    }
    strbuf_clear(&in->body);
    avro_encode(&ticket_event_desc, ret->event, &in->body);
    ret->body = strbuf_str(&in->body);
    ret->plan = in->own;
}

/* A line that is refused may still say whose it was: a dead letter keeps the key of its ticket. */
static struct str
find_key(struct intake *in, struct str line)
{
    struct json_object *object = NULL;
    struct str key = {0};

    if (json_object_parse(line, &object) != DECODE_OK)
        return key;
    if (json_object_string(object, "ticket_id", &key) == DECODE_OK)
        key = arena_copy(&in->arena, key);
    else
        key = (struct str){0};
    json_object_free(&object);
    return key;
}

void
intake_decode(struct intake *in, const struct record *record, struct intake_result *ret)
{
    arena_reset(&in->arena);
    *ret = (struct intake_result){
        .key = record->key, .refusal = record->refusal, .field = record->field};
    if (ret->refusal == DECODE_OK)
        ret->refusal = decode(in, record, ret);
    if (ret->refusal != DECODE_OK) {
        ret->event = NULL;
        if (ret->key.n == 0 && record->form == RECORD_JSON)
            ret->key = find_key(in, record->bytes);
        return;
    }
    if (ret->key.n == 0)
        ret->key = ret->event->ticket_id;
}

void
intake_read(struct intake *in, const struct record *record, struct intake_result *ret)
{
    intake_decode(in, record, ret);
    if (ret->refusal == DECODE_OK)
        ret->refusal = intake_check(&in->limits, ret->event, record->timestamp, &ret->field);
    if (ret->refusal == DECODE_OK)
        attach_body(in, record, ret);
}

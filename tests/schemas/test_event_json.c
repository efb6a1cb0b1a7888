/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/event_json.h"

#include <criterion/criterion.h>

#define ENVELOPE                                                                                   \
    "\"event_id\":\"e1\",\"ticket_id\":\"T-1\",\"occurred_at\":\"2026-03-02T08:00:00Z\""
#define CREATED "{\"event_type\":\"TicketCreated\"," ENVELOPE "}"

static void
read_good(const char *line, struct arena *arena, struct ticket_event *e, unsigned *unknown)
{
    const char *field = NULL;
    enum decode_result r = event_json_read(str_from(line), arena, e, unknown, &field);

    cr_assert_eq(r, DECODE_OK, "%s: %s %s", line, decode_result_reason(r), field);
}

Test(event_json, fills_envelope_payload_and_defaults)
{
    struct arena arena = {0};
    struct ticket_event e;
    unsigned unknown = 99;

    memset(&e, 0xA5, sizeof(e));
    read_good(
        "{\"event_type\":\"TicketCreated\",\"event_id\":\"e1\",\"ticket_id\":\"T-1\","
        "\"occurred_at\":\"2026-03-02T08:00:00+01:00\",\"customer_id\":\"C-9\",\"status\":\"open\","
        "\"attrs\":{\"channel\":\"email\",\"priority\":\"\",\"issue_types\":[\"billing\","
        "\"refund\"],"
        "\"custom\":{\"plan\":\"gold\"}}}",
        &arena, &e, &unknown);
    cr_assert_eq(unknown, 0);
    cr_assert(str_equal(e.event_id, STR("e1")));
    cr_assert_eq(e.occurred_at, INT64_C(1772434800000));
    cr_assert(!e.has_recorded_at && !e.has_source_sequence && !e.has_actor && !e.test);
    cr_assert(str_equal(e.tenant, STR("")));
    cr_assert(e.has_attrs && e.attrs.has_channel && str_equal(e.attrs.channel, STR("email")));
    cr_assert(e.attrs.has_priority && e.attrs.priority.n == 0);
    cr_assert(!e.attrs.has_team);
    cr_assert(e.attrs.has_issue_types && e.attrs.issue_types.n == 2);
    cr_assert(str_equal(e.attrs.issue_types.v[1], STR("refund")));
    cr_assert_eq(e.attrs.custom.n, 1);
    cr_assert(str_equal(e.attrs.custom.v[0].key, STR("plan")));
    cr_assert(str_equal(e.attrs.custom.v[0].value, STR("gold")));
    cr_assert_eq(e.payload.kind, TICKET_EVENT_PAYLOAD_TICKET_CREATED);
    cr_assert_eq(e.payload.u.ticket_created.status, STATUS_OPEN);
    cr_assert_eq(e.payload.u.ticket_created.initiated_by, INITIATED_BY_CUSTOMER);
    cr_assert(e.payload.u.ticket_created.fcr_eligible);
    cr_assert(e.payload.u.ticket_created.has_customer_id);
    arena_fini(&arena);
}

Test(event_json, takes_epoch_milliseconds_and_null_for_absent)
{
    struct arena arena = {0};
    struct ticket_event e;

    read_good("{\"event_type\":\"TicketSplit\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_"
              "at\":1772438400123,"
              "\"recorded_at\":null,\"tenant\":null,\"source_sequence\":7,\"attrs\":null,\"from_"
              "ticket\":null}",
              &arena, &e, NULL);
    cr_assert_eq(e.occurred_at, INT64_C(1772438400123));
    cr_assert(!e.has_recorded_at && !e.has_attrs && e.tenant.n == 0);
    cr_assert(e.has_source_sequence && e.source_sequence == 7);
    cr_assert(!e.payload.u.ticket_split.has_from_ticket);
    arena_fini(&arena);
}

Test(event_json, counts_fields_that_it_does_not_know)
{
    struct arena arena = {0};
    struct ticket_event e;
    unsigned unknown = 0;

    read_good("{\"event_type\":\"TicketCreated\"," ENVELOPE
              ",\"colour\":1,\"into\":\"x\",\"attrs\":{\"mood\":2,\"team\":\"a\"},"
              "\"actor\":{\"kind\":\"bot\",\"shoe\":[]}}",
              &arena, &e, &unknown);
    cr_assert_eq(unknown, 4);
    cr_assert_eq(e.actor.kind, ACTOR_KIND_BOT);
    arena_fini(&arena);
}

Test(event_json, an_unknown_or_absent_type_is_no_refusal)
{
    struct arena arena = {0};
    struct ticket_event e;

    read_good("{\"event_type\":\"TicketTickled\"," ENVELOPE ",\"colour\":1}", &arena, &e, NULL);
    cr_assert_eq(e.payload.kind, TICKET_EVENT_PAYLOAD_UNKNOWN);
    cr_assert(str_equal(e.ticket_id, STR("T-1")));
    read_good("{" ENVELOPE "}", &arena, &e, NULL);
    cr_assert_eq(e.payload.kind, TICKET_EVENT_PAYLOAD_UNKNOWN);
    arena_fini(&arena);
}

Test(event_json, an_unknown_symbol_is_the_default_of_its_enum)
{
    struct arena arena = {0};
    struct ticket_event e;

    read_good("{\"event_type\":\"TicketStatusChanged\"," ENVELOPE
              ",\"from\":\"odd\",\"to\":\"odder\"}",
              &arena, &e, NULL);
    cr_assert(e.payload.u.ticket_status_changed.has_from);
    cr_assert_eq(e.payload.u.ticket_status_changed.from, STATUS_UNKNOWN);
    cr_assert_eq(e.payload.u.ticket_status_changed.to, STATUS_UNKNOWN);
    arena_fini(&arena);
}

Test(event_json, reads_the_lists_and_maps_of_payloads)
{
    struct arena arena = {0};
    struct ticket_event e;

    read_good("{\"event_type\":\"QaReviewCompleted\"," ENVELOPE ",\"points\":7,\"possible\":8.5,"
              "\"criteria\":[{\"name\":\"tone\",\"points\":1},{}]}",
              &arena, &e, NULL);
    cr_assert_eq(e.payload.u.qa_review_completed.points, 7.0);
    cr_assert_eq(e.payload.u.qa_review_completed.criteria.n, 2);
    cr_assert_eq(e.payload.u.qa_review_completed.criteria.v[0].points, 1.0);
    cr_assert_eq(e.payload.u.qa_review_completed.criteria.v[1].name.n, 0);
    read_good("{\"event_type\":\"SlaPolicyApplied\"," ENVELOPE
              ",\"policy_id\":\"gold\",\"targets\":{\"update\":60000},"
              "\"due\":{\"update\":\"1970-01-01T00:00:01Z\"}}",
              &arena, &e, NULL);
    cr_assert_eq(e.payload.u.sla_policy_applied.targets.v[0].value, 60000);
    cr_assert_eq(e.payload.u.sla_policy_applied.due.v[0].value, 1000);
    arena_fini(&arena);
}

struct refusal {
    const char *line;
    enum decode_result result;
    const char *field; /* NULL: none */
};

static const struct refusal refusals[] = {
    {"", DECODE_BAD_JSON, NULL},
    {"nonsense", DECODE_BAD_JSON, NULL},
    {"[]", DECODE_BAD_JSON, NULL},
    {"\"text\"", DECODE_BAD_JSON, NULL},
    {"{\"event_type\":\"TicketCreated\"", DECODE_BAD_JSON, NULL},
    {CREATED "x", DECODE_BAD_JSON, NULL},
    {"{\"event_type\":\"\xff\"}", DECODE_BAD_UTF8, NULL},
    {"{\"event_type\":5," ENVELOPE "}", DECODE_BAD_VALUE, "event_type"},
    {"{\"event_type\":\"TicketCreated\",\"ticket_id\":\"t\",\"occurred_at\":1}",
     DECODE_MISSING_FIELD, "event_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":null,\"ticket_id\":\"t\",\"occurred_at\":1}",
     DECODE_MISSING_FIELD, "event_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"occurred_at\":1}",
     DECODE_MISSING_FIELD, "ticket_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"ticket_id\":\"t\"}",
     DECODE_MISSING_FIELD, "occurred_at"},
    {"{\"event_type\":\"Odd\",\"event_id\":\"e\",\"ticket_id\":\"t\"}", DECODE_MISSING_FIELD,
     "occurred_at"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_at\":"
     "\"soon\"}",
     DECODE_BAD_VALUE, "occurred_at"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_at\":"
     "\"2026-03-02T08:00:00\"}",
     DECODE_BAD_VALUE, "occurred_at"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_at\":1."
     "5}",
     DECODE_BAD_VALUE, "occurred_at"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":7,\"ticket_id\":\"t\",\"occurred_at\":1}",
     DECODE_BAD_VALUE, "event_id"},
    {"{\"event_type\":\"TicketCreated\"," ENVELOPE ",\"test\":\"yes\"}", DECODE_BAD_VALUE, "test"},
    {"{\"event_type\":\"TicketCreated\"," ENVELOPE ",\"attrs\":[]}", DECODE_BAD_VALUE, "attrs"},
    {"{\"event_type\":\"TicketCreated\"," ENVELOPE ",\"attrs\":{\"team\":1}}", DECODE_BAD_VALUE,
     "team"},
    {"{\"event_type\":\"TicketCreated\"," ENVELOPE ",\"attrs\":{\"issue_types\":[1]}}",
     DECODE_BAD_VALUE, "issue_types"},
    {"{\"event_type\":\"TicketCreated\"," ENVELOPE ",\"attrs\":{\"custom\":{\"a\":1}}}",
     DECODE_BAD_VALUE, "custom"},
    {"{\"event_type\":\"TicketStatusChanged\"," ENVELOPE "}", DECODE_MISSING_FIELD, "to"},
    {"{\"event_type\":\"TicketStatusChanged\"," ENVELOPE ",\"to\":3}", DECODE_BAD_VALUE, "to"},
    {"{\"event_type\":\"MessagePosted\"," ENVELOPE ",\"visibility\":\"public\"}",
     DECODE_MISSING_FIELD, "author_kind"},
    {"{\"event_type\":\"MessagePosted\"," ENVELOPE ",\"author_kind\":\"agent\"}",
     DECODE_MISSING_FIELD, "visibility"},
    {"{\"event_type\":\"TicketMerged\"," ENVELOPE "}", DECODE_MISSING_FIELD, "into"},
    {"{\"event_type\":\"SurveyOffered\"," ENVELOPE "}", DECODE_MISSING_FIELD, "kind"},
    {"{\"event_type\":\"SurveyBounced\"," ENVELOPE "}", DECODE_MISSING_FIELD, "kind"},
    {"{\"event_type\":\"SurveyResponded\"," ENVELOPE "}", DECODE_MISSING_FIELD, "kind"},
    {"{\"event_type\":\"SurveyResponded\"," ENVELOPE ",\"kind\":\"csat\",\"score\":\"5\"}",
     DECODE_BAD_VALUE, "score"},
    {"{\"event_type\":\"QaReviewCompleted\"," ENVELOPE ",\"possible\":1}", DECODE_MISSING_FIELD,
     "points"},
    {"{\"event_type\":\"QaReviewCompleted\"," ENVELOPE ",\"points\":1}", DECODE_MISSING_FIELD,
     "possible"},
};

Test(event_json, refuses_with_reason_and_field)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct arena arena = {0};
        struct ticket_event e;
        const char *field = NULL;
        enum decode_result r =
            event_json_read(str_from(refusals[i].line), &arena, &e, NULL, &field);

        cr_assert_eq(r, refusals[i].result, "%s: %s", refusals[i].line, decode_result_reason(r));
        if (refusals[i].field == NULL)
            cr_assert(field == NULL, "%s: %s", refusals[i].line, field);
        else
            cr_assert_str_eq(field, refusals[i].field, "%s", refusals[i].line);
        arena_fini(&arena);
    }
}

Test(event_json, refuses_a_line_and_a_string_that_are_too_long)
{
    struct arena arena = {0};
    struct strbuf line = {0};
    struct ticket_event e;

    strbuf_add(&line, STR("{\"event_type\":\"TicketCreated\",\"ticket_id\":\"t\",\"occurred_at\":1,"
                          "\"event_id\":\""));
    for (int i = 0; i < AVRO_STRING_MAX + 1; i++)
        strbuf_add_char(&line, 'x');
    strbuf_add(&line, STR("\"}"));
    cr_assert_eq(event_json_read(strbuf_str(&line), &arena, &e, NULL, NULL), DECODE_TOO_LONG);
    while (line.n <= EVENT_JSON_MAX)
        strbuf_add_char(&line, ' ');
    cr_assert_eq(event_json_read(strbuf_str(&line), &arena, &e, NULL, NULL), DECODE_OVERSIZED);
    strbuf_fini(&line);
    arena_fini(&arena);
}

static const char *const round_trips[] = {
    "{\"event_type\":\"TicketCreated\",\"event_id\":\"e\\\"1\\n\",\"ticket_id\":\"T\xC3\xBC\","
    "\"occurred_at\":\"2026-03-02T08:00:00.123Z\","
    "\"recorded_at\":\"2026-03-02T08:00:01.000Z\",\"source_sequence\":-3,\"tenant\":\"a\","
    "\"source\":\"b\",\"correlation_id\":\"c\","
    "\"actor\":{\"kind\":\"agent\",\"id\":\"x\"},\"test\":true,\"attrs\":{\"team\":\"\",\"issue_"
    "types\":[],\"custom\":{\"k\":\"v\",\"w\":\"\"}},"
    "\"customer_id\":\"C\",\"initiated_by\":\"agent\",\"status\":\"hold\",\"fcr_eligible\":false}",
    "{\"event_type\":\"SurveyResponded\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_at\":"
    "\"1970-01-01T00:00:00.000Z\","
    "\"tenant\":\"\",\"source\":\"\",\"test\":false,\"survey_id\":\"s\",\"kind\":\"nps\",\"scale\":"
    "\"0-10\",\"score\":9.5,"
    "\"comment_present\":true}",
    "{\"event_type\":\"UNKNOWN\",\"event_id\":\"e\",\"ticket_id\":\"t\",\"occurred_at\":\"1970-01-"
    "01T00:00:00.000Z\","
    "\"tenant\":\"\",\"source\":\"\",\"test\":false}",
};

Test(event_json, what_is_written_reads_back_as_the_same)
{
    for (size_t i = 0; i < sizeof(round_trips) / sizeof(round_trips[0]); i++) {
        struct arena arena = {0};
        struct strbuf out = {0};
        struct ticket_event e;

        read_good(round_trips[i], &arena, &e, NULL);
        event_json_write(&e, &out);
        strbuf_add_char(&out, '\0');
        cr_assert_str_eq(out.p, round_trips[i]);
        strbuf_fini(&out);
        arena_fini(&arena);
    }
}

Test(event_json, no_field_of_a_payload_hides_one_of_the_envelope)
{
    size_t last = ticket_event_desc.n - 1;
    const struct avro_union *u = ticket_event_desc.fields[last].of.branches;

    for (size_t b = 0; b < u->n; b++)
        for (size_t i = 0; i < u->v[b].of.named->n; i++)
            for (size_t k = 0; k < last; k++)
                cr_assert_str_neq(u->v[b].of.named->fields[i].name,
                                  ticket_event_desc.fields[k].name);
}

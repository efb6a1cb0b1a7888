/* SPDX-License-Identifier: Apache-2.0 */
/* One row per way to be refused, and per thing that looks bad and is accepted. */
#include "base/evtime.h"
#include "consumer/intake.h"
#include "schemas/codec/encode.h"
#include "schemas/event_flat.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>

enum { SKEW_MS = HOUR_MS };

#define NOW      INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */
#define EVENT    "\"event_id\":\"e1\",\"ticket_id\":\"T-1\","
#define AT       "\"occurred_at\":\"2026-03-02T08:00:00Z\""
#define OF(type) "{\"event_type\":\"" type "\"," EVENT AT

struct line {
    const char *json;
    const char *reason; /* "": accepted */
    const char *field;
};

static struct line lines[] = {
    /* the envelope */
    {OF("TicketCreated") "}", "", ""},
    {"{\"event_type\":\"TicketCreated\",\"ticket_id\":\"T-1\"," AT "}", "missing_field",
     "event_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"\",\"ticket_id\":\"T-1\"," AT "}",
     "missing_field", "event_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\"," AT "}", "missing_field", "ticket_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":\"e\",\"ticket_id\":\"\"," AT "}",
     "missing_field", "ticket_id"},
    {"{\"event_type\":\"TicketCreated\",\"event_id\":7,\"ticket_id\":\"T\"," AT "}", "bad_value",
     "event_id"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"x\":1}", "missing_field", "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":null}", "missing_field",
     "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":\"yesterday\"}", "bad_value",
     "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":\"2026-03-02T08:00:00\"}",
     "bad_value", "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":1.5}", "bad_value", "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":1772438400000}", "", ""},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":0}", "", ""},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":-1}", "time_out_of_range",
     "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":\"1969-12-31T23:59:59.999Z\"}",
     "time_out_of_range", "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":253402300800000}",
     "time_out_of_range", "occurred_at"},
    {OF("TicketCreated") ",\"recorded_at\":-1}", "time_out_of_range", "recorded_at"},
    {OF("TicketCreated") ",\"test\":\"yes\"}", "bad_value", "test"},
    {OF("TicketCreated") ",\"attrs\":{\"custom\":{\"plan\":null}}}", "", ""},
    {OF("TicketCreated") ",\"attrs\":{\"custom\":{\"plan\":1}}}", "bad_value", "custom"},
    {OF("TicketCreated") ",\"attrs\":{\"issue_types\":\"billing\"}}", "bad_value", "issue_types"},
    /* what is not JSON */
    {"", "bad_json", ""},
    {"{\"event_id\":", "bad_json", ""},
    {"[1,2]", "bad_json", ""},
    {"\"text\"", "bad_json", ""},
    {OF("TicketCreated") "} {}", "bad_json", ""},
    {OF("TicketCreated") ",\"source\":\"\xff\"}", "bad_utf8", ""},
    /* fields of the types */
    {OF("TicketStatusChanged") "}", "missing_field", "to"},
    {OF("TicketStatusChanged") ",\"to\":\"solved\"}", "", ""},
    {OF("TicketStatusChanged") ",\"to\":\"sleeping\"}", "", ""},
    {OF("MessagePosted") ",\"visibility\":\"public\"}", "missing_field", "author_kind"},
    {OF("MessagePosted") ",\"author_kind\":\"agent\"}", "missing_field", "visibility"},
    {OF("MessagePosted") ",\"author_kind\":\"ghost\",\"visibility\":\"public\"}", "unknown_enum",
     "author_kind"},
    {OF("MessagePosted") ",\"author_kind\":\"agent\",\"visibility\":\"secret\"}", "unknown_enum",
     "visibility"},
    {OF("MessagePosted") ",\"author_kind\":\"bot\",\"visibility\":\"internal\"}", "", ""},
    {OF("TicketStatusChanged") ",\"to\":\"\"}", "missing_field", "to"},
    {OF("TicketMerged") "}", "missing_field", "into"},
    {OF("TicketMerged") ",\"into\":\"\"}", "missing_field", "into"},
    {OF("TicketMerged") ",\"into\":\"T-2\"}", "", ""},
    {OF("SurveyOffered") "}", "missing_field", "kind"},
    {OF("SurveyBounced") ",\"kind\":\"stars\"}", "unknown_enum", "kind"},
    {OF("SurveyResponded") ",\"kind\":\"stars\"}", "unknown_enum", "kind"},
    {OF("SurveyResponded") ",\"kind\":\"csat\"}", "", ""},
    {OF("SurveyResponded") ",\"kind\":\"csat\",\"score\":\"5\"}", "bad_value", "score"},
    {OF("QaReviewCompleted") ",\"possible\":5}", "missing_field", "points"},
    {OF("QaReviewCompleted") ",\"points\":5}", "missing_field", "possible"},
    {OF("QaReviewCompleted") ",\"points\":5,\"possible\":0}", "bad_value", "possible"},
    {OF("QaReviewCompleted") ",\"points\":5,\"possible\":-1}", "bad_value", "possible"},
    {OF("QaReviewCompleted") ",\"points\":\"5\",\"possible\":5}", "bad_value", "points"},
    {OF("QaReviewCompleted") ",\"points\":4.5,\"possible\":5}", "", ""},
    {OF("QaReviewCompleted") ",\"points\":-1e6,\"possible\":1e6}", "", ""},
    {OF("QaReviewCompleted") ",\"points\":1000001,\"possible\":5}", "bad_value", "points"},
    {OF("QaReviewCompleted") ",\"points\":5,\"possible\":1e300}", "bad_value", "possible"},
    /* what we do not know is not an error */
    {OF("TicketTeleported") ",\"to\":7}", "", ""},
    {"{" EVENT AT "}", "", ""},
    {OF("TicketAssigned") ",\"kind\":\"juggle\"}", "", ""},
    {OF("TicketEscalated") ",\"kind\":\"loud\"}", "", ""},
    /* ahead of time: of its own recorded_at, else of now, by more than an hour */
    {OF("TicketCreated") ",\"recorded_at\":\"2026-03-02T07:00:00Z\"}", "", ""},
    {OF("TicketCreated") ",\"recorded_at\":\"2026-03-02T06:59:59.999Z\"}", "time_in_future",
     "occurred_at"},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":\"2026-03-02T09:00:00Z\"}", "",
     ""},
    {"{\"event_type\":\"TicketCreated\"," EVENT "\"occurred_at\":\"2026-03-02T09:00:00.001Z\"}",
     "time_in_future", "occurred_at"},
};

ParameterizedTestParameters(intake, judges_a_line)
{
    return cr_make_param_array(struct line, lines, sizeof(lines) / sizeof(lines[0]));
}

ParameterizedTest(struct line *line, intake, judges_a_line)
{
    struct intake_limits limits = {.max_future_skew_ms = SKEW_MS, .now = NOW};
    struct intake *in = intake_new(&limits);
    struct record record = {
        .form = RECORD_JSON, .bytes = str_from(line->json), .timestamp = EVTIME_NONE};
    struct intake_result result;

    intake_read(in, &record, &result);
    cr_expect_str_eq(decode_result_reason(result.refusal), line->reason, "%s: got %s", line->json,
                     decode_result_reason(result.refusal));
    if (result.refusal != DECODE_OK && line->field[0] != '\0')
        cr_expect(result.field != NULL && strcmp(result.field, line->field) == 0, "%s: field %s",
                  line->json, result.field != NULL ? result.field : "none");
    if (result.refusal == DECODE_OK && result.plan != NULL) {
        struct ticket_event again;
        struct arena arena = {0};

        /* The body is the event: who decodes it later gets the same. */
        cr_expect_eq(plan_decode(result.plan, result.body, &arena, &again, NULL), DECODE_OK);
        cr_expect(str_equal(again.event_id, result.event->event_id));
        cr_expect_eq(again.payload.kind, result.event->payload.kind, "%s", line->json);
        cr_expect(str_equal(result.key, STR("T-1")));
        arena_fini(&arena);
    }
    intake_free(&in);
}

struct fixture {
    struct ticket_event event;
    struct intake_limits limits;
};

static struct fixture
review(void)
{
    struct fixture f = {.limits = {.max_future_skew_ms = SKEW_MS, .now = EVTIME_NONE}};

    f.event.event_id = STR("e");
    f.event.ticket_id = STR("T");
    f.event.occurred_at = NOW;
    f.event.payload.kind = TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED;
    f.event.payload.u.qa_review_completed.points = 1;
    f.event.payload.u.qa_review_completed.possible = 1;
    return f;
}

static const char *
judge(const struct fixture *f, evtime_ms timestamp)
{
    const char *field = NULL;

    return decode_result_reason(intake_check(&f->limits, &f->event, timestamp, &field));
}

Test(intake, numbers_that_json_cannot_write_are_refused_too)
{
    struct fixture f = review();

    cr_expect_str_eq(judge(&f, EVTIME_NONE), "");
    f.event.payload.u.qa_review_completed.points = NAN;
    cr_expect_str_eq(judge(&f, EVTIME_NONE), "bad_value");
    f = review();
    f.event.payload.u.qa_review_completed.possible = INFINITY;
    cr_expect_str_eq(judge(&f, EVTIME_NONE), "bad_value");
}

Test(intake, the_log_s_own_time_judges_before_the_event_s)
{
    struct fixture f = review();

    f.limits.now = 0;
    f.event.has_recorded_at = true;
    f.event.recorded_at = 0;
    cr_expect_str_eq(judge(&f, NOW - SKEW_MS), "");
    cr_expect_str_eq(judge(&f, NOW - SKEW_MS - 1), "time_in_future");
    cr_expect_str_eq(judge(&f, EVTIME_NONE), "time_in_future");
    f.event.has_recorded_at = false;
    cr_expect_str_eq(judge(&f, EVTIME_NONE), "time_in_future");
    f.limits.now = EVTIME_NONE;
    cr_expect_str_eq(judge(&f, EVTIME_NONE), "", "without any time nothing is judged");
}

Test(intake, a_skew_of_centuries_does_not_overflow)
{
    struct fixture f = review();

    f.event.occurred_at = EVTIME_MAX - 1;
    f.limits.max_future_skew_ms = INT64_MAX / 2;
    cr_expect_str_eq(judge(&f, 0), "");
}

static struct strbuf
encoded(const struct ticket_event *event)
{
    struct strbuf body = {0};

    avro_encode(&ticket_event_desc, event, &body);
    return body;
}

Test(intake, every_cut_of_an_avro_record_is_truncated)
{
    struct fixture f = review();
    struct str schema = str_of(ticket_event_desc.avsc, ticket_event_desc.avsc_len);
    struct strbuf body = encoded(&f.event);
    struct intake *in = intake_new(&f.limits);
    struct record record = {.form = RECORD_AVRO, .timestamp = EVTIME_NONE};
    struct plan *plan;
    struct intake_result result;

    cr_assert_eq(plan_compile(schema, &ticket_event_desc, &plan, NULL), ERR_NONE);
    record.plan = plan;
    for (size_t n = 0; n < body.n; n++) {
        record.bytes = str_of(body.p, n);
        intake_read(in, &record, &result);
        cr_expect_str_eq(decode_result_reason(result.refusal), "truncated", "at %zu", n);
    }
    record.bytes = strbuf_str(&body);
    intake_read(in, &record, &result);
    cr_expect_eq(result.refusal, DECODE_OK);
    cr_expect(str_equal(result.key, STR("T")));
    cr_expect_eq(result.plan, plan);
    strbuf_add_char(&body, 0);
    record.bytes = strbuf_str(&body);
    intake_read(in, &record, &result);
    cr_expect_str_eq(decode_result_reason(result.refusal), "bad_value", "a byte too many");
    plan_free(&plan);
    strbuf_fini(&body);
    intake_free(&in);
}

/* What the engine keeps of a flat record is one of our own shape. */
Test(intake, a_flat_record_gets_a_body_of_ours)
{
    struct fixture f = review();
    struct strbuf want = encoded(&f.event);
    struct strbuf body = {0};
    struct arena arena = {0};
    struct intake *in = intake_new(&f.limits);
    struct record record = {.form = RECORD_AVRO, .timestamp = EVTIME_NONE};
    struct ticket_event_flat flat;
    struct ticket_event again;
    struct intake_result result;
    struct plan *plan;

    cr_assert_eq(
        event_plan_compile(str_of(ticket_event_flat_desc.avsc, ticket_event_flat_desc.avsc_len),
                           &plan, NULL),
        ERR_NONE);
    event_to_flat(&f.event, &arena, &flat);
    avro_encode(&ticket_event_flat_desc, &flat, &body);
    record.plan = plan;
    record.bytes = strbuf_str(&body);
    intake_read(in, &record, &result);
    cr_assert_eq(result.refusal, DECODE_OK, "%s", result.field);
    cr_expect(str_equal(result.body, strbuf_str(&want)));
    cr_expect_eq(plan_decode(result.plan, result.body, &arena, &again, NULL), DECODE_OK);
    flat.has_points = false;
    strbuf_clear(&body);
    avro_encode(&ticket_event_flat_desc, &flat, &body);
    record.bytes = strbuf_str(&body);
    intake_read(in, &record, &result);
    cr_expect_eq(result.refusal, DECODE_MISSING_FIELD);
    cr_expect_str_eq(result.field, "points");
    cr_expect(result.event == NULL && result.body.n == 0);
    plan_free(&plan);
    strbuf_fini(&want);
    strbuf_fini(&body);
    arena_fini(&arena);
    intake_free(&in);
}

/* The rules look at an event that the source decoded as at any other. */
Test(intake, an_event_of_the_source_is_judged_too)
{
    struct fixture f = review();
    struct strbuf body = encoded(&f.event);
    struct intake *in = intake_new(&f.limits);
    struct plan *plan;
    struct record record = {.form = RECORD_AVRO,
                            .timestamp = EVTIME_NONE,
                            .bytes = strbuf_str(&body),
                            .event = &f.event};
    struct intake_result result;

    cr_assert_eq(plan_compile(str_of(ticket_event_desc.avsc, ticket_event_desc.avsc_len),
                              &ticket_event_desc, &plan, NULL),
                 ERR_NONE);
    record.plan = plan;
    intake_read(in, &record, &result);
    cr_expect_eq(result.refusal, DECODE_OK);
    cr_expect_eq(result.event, &f.event);
    cr_expect(str_equal(result.body, strbuf_str(&body)));
    f.event.payload.u.qa_review_completed.possible = 0;
    intake_read(in, &record, &result);
    cr_expect_eq(result.refusal, DECODE_BAD_VALUE);
    f.event.payload.u.qa_review_completed.possible = 1;
    record.bytes.n = INTAKE_RECORD_MAX + 1;
    intake_read(in, &record, &result);
    cr_expect_eq(result.refusal, DECODE_OVERSIZED);
    cr_expect(result.event == NULL);
    plan_free(&plan);
    strbuf_fini(&body);
    intake_free(&in);
}

Test(intake, what_the_source_refused_stays_refused)
{
    struct intake_limits limits = {.now = EVTIME_NONE};
    struct intake *in = intake_new(&limits);
    struct record record = {.form = RECORD_JSON,
                            .bytes = STR(OF("TicketCreated") "}"),
                            .key = STR("T-9"),
                            .timestamp = EVTIME_NONE,
                            .refusal = DECODE_BAD_FRAMING};
    struct intake_result result;

    intake_read(in, &record, &result);
    cr_expect_str_eq(decode_result_reason(result.refusal), "bad_framing");
    cr_expect(str_equal(result.key, STR("T-9")), "the log's key is kept");
    intake_free(&in);
}

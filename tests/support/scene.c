/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/scene.h"

#include "base/mem.h"
#include "schemas/codec/encode.h"

#include <stdio.h>

enum { RUBBISH = 0xA5 };

struct settings
scene_settings(void)
{
    static const enum dimension_id ids[SCENE_DIMENSIONS] = {
        DIMENSION_CHANNEL,  DIMENSION_TEAM,       DIMENSION_AGENT,
        DIMENSION_PRIORITY, DIMENSION_ISSUE_TYPE, DIMENSION_CUSTOM};
    struct settings settings = {.pane_ms = MINUTE_MS,
                                .max_out_of_orderness_ms = 5 * MINUTE_MS,
                                .source_delay_ms = NEVER_MS,
                                .max_future_skew_ms = HOUR_MS,
                                .duplicates_within_ms = HOUR_MS,
                                .retain_solved_ms = ALWAYS_MS,
                                .n_dimensions = SCENE_DIMENSIONS,
                                .n_segmentations = 1,
                                .n_windows = 2,
                                .held_events_max = 1000000,
                                .tickets_max = 1000000};

    settings.segmentations[0] = (struct segmentation){.name = STR("full"), .n = SCENE_DIMENSIONS};
    for (unsigned i = 0; i < SCENE_DIMENSIONS; i++) {
        settings.dimensions[i].id = ids[i];
        settings.segmentations[0].dimensions[i] = (uint8_t)i;
    }
    settings.dimensions[SCENE_DIMENSIONS - 1].custom_key = STR("plan");
    settings.windows[0] = (struct window_spec){.name = STR("1h"),
                                               .every_ms = HOUR_MS,
                                               .length_ms = HOUR_MS,
                                               .zone = STR("UTC"),
                                               .allowed_lateness_ms = DAY_MS};
    settings.windows[1] = (struct window_spec){.name = STR("1d"),
                                               .every_ms = DAY_MS,
                                               .length_ms = DAY_MS,
                                               .zone = STR("UTC"),
                                               .allowed_lateness_ms = 7 * (dur_ms)DAY_MS};
    settings.surveys[SURVEY_CSAT] = (struct survey_scale){.low = 1, .high = 5, .positive = 4};
    settings.surveys[SURVEY_CES] = (struct survey_scale){.low = 1, .high = 7, .positive = 5};
    settings.surveys[SURVEY_NPS] = (struct survey_scale){.low = 0, .high = 10, .positive = 9};
    return settings;
}

struct ticket_event
event_of(const char *ticket, evtime_ms t, enum ticket_event_payload_kind kind)
{
    struct ticket_event event = {.ticket_id = str_from(ticket), .occurred_at = t};

    event.payload.kind = kind;
    return event;
}

struct ticket_event
event_created_by(const char *ticket, evtime_ms t, enum initiated_by by, enum status status)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_CREATED);

    event.payload.u.ticket_created =
        (struct ticket_created){.initiated_by = by, .status = status, .fcr_eligible = true};
    return event;
}

struct ticket_event
event_created(const char *ticket, evtime_ms t)
{
    return event_created_by(ticket, t, INITIATED_BY_CUSTOMER, STATUS_NEW);
}

struct ticket_event
event_status(const char *ticket, evtime_ms t, enum status to)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_STATUS_CHANGED);

    event.payload.u.ticket_status_changed.to = to;
    return event;
}

struct ticket_event
event_message(const char *ticket, evtime_ms t, enum author_kind author)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_MESSAGE_POSTED);

    event.payload.u.message_posted = (struct message_posted){
        .message_id = STR("m"), .author_kind = author, .visibility = VISIBILITY_PUBLIC};
    return event;
}

struct ticket_event
event_question(const char *ticket, evtime_ms t)
{
    return event_message(ticket, t, AUTHOR_KIND_CUSTOMER);
}

struct ticket_event
event_reply(const char *ticket, evtime_ms t)
{
    return event_message(ticket, t, AUTHOR_KIND_AGENT);
}

struct ticket_event
event_assigned(const char *ticket, evtime_ms t, enum assignment_kind kind)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_ASSIGNED);
    struct ticket_assigned *p = &event.payload.u.ticket_assigned;

    p->has_kind = (int)kind != ASSIGNMENT_KIND_COUNT;
    p->kind = p->has_kind ? kind : ASSIGNMENT_KIND_UNKNOWN;
    return event;
}

struct ticket_event
event_answer(const char *ticket, evtime_ms t, enum survey_kind kind, double score)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_SURVEY_RESPONDED);

    event.payload.u.survey_responded = (struct survey_responded){
        .survey_id = STR("s"), .kind = kind, .has_score = true, .score = score};
    return event;
}

struct ticket_event
event_review(const char *ticket, evtime_ms t, const char *review, double points, double possible)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_QA_REVIEW_COMPLETED);

    event.payload.u.qa_review_completed = (struct qa_review_completed){
        .review_id = str_from(review), .points = points, .possible = possible};
    return event;
}

struct ticket_event
event_with(struct ticket_event event, const char *dimension, const char *value)
{
    static const struct {
        const char *name;
        size_t has;
        size_t value;
    } places[] = {
        {"channel", offsetof(struct attrs, has_channel), offsetof(struct attrs, channel)},
        {"team", offsetof(struct attrs, has_team), offsetof(struct attrs, team)},
        {"agent", offsetof(struct attrs, has_agent), offsetof(struct attrs, agent)},
        {"priority", offsetof(struct attrs, has_priority), offsetof(struct attrs, priority)},
    };
    char *attrs = (char *)&event.attrs;
    struct str text = str_from(value);

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strcmp(places[i].name, dimension) == 0) {
            event.has_attrs = true;
            attrs[places[i].has] = 1;
            memcpy(attrs + places[i].value, &text, sizeof(text));
            return event;
        }
    UNREACHABLE();
}

struct ticket_event
event_by(struct ticket_event event, enum actor_kind kind, const char *actor)
{
    event.has_actor = true;
    event.actor = (struct actor){.kind = kind, .has_id = true, .id = str_from(actor)};
    return event;
}

static struct plan *
plan_of(const struct avro_desc *desc)
{
    struct plan *plan = NULL;

    CHECK(plan_compile(str_of(desc->avsc, desc->avsc_len), desc, &plan, NULL) == ERR_NONE);
    return plan;
}

struct scene *
scene_new(const struct settings *settings)
{
    struct scene *s = mem_new(1, sizeof(*s));

    s->engine = ticket_engine_new(settings, STR("support.ticket.events"), 0);
    s->events = plan_of(&ticket_event_desc);
    s->batches = plan_of(&partial_batch_desc);
    return s;
}

void
scene_free(struct scene **s)
{
    if (*s == NULL)
        return;
    ticket_engine_free(&(*s)->engine);
    plan_free(&(*s)->events);
    plan_free(&(*s)->batches);
    arena_fini(&(*s)->arena);
    arena_fini(&(*s)->said);
    strbuf_fini(&(*s)->body);
    strbuf_fini(&(*s)->batch);
    mem_free((*s)->rows);
    mem_free(*s);
    *s = NULL;
}

enum ticket_verdict
scene_say(struct scene *s, struct ticket_event event)
{
    char id[32];
    struct ticket_event *copy;
    struct str body;
    enum ticket_verdict verdict;

    (void)snprintf(id, sizeof(id), "event-%llu", (unsigned long long)++s->position);
    if (event.event_id.n == 0)
        event.event_id = str_from(id);
    strbuf_clear(&s->body);
    avro_encode(&ticket_event_desc, &event, &s->body);
    arena_reset(&s->said);
    body = arena_copy(&s->said, strbuf_str(&s->body));
    copy = arena_alloc(&s->said, 1, sizeof(*copy));
    memset(copy, RUBBISH, sizeof(*copy));
    CHECK(plan_decode(s->events, body, &s->said, copy, NULL) == DECODE_OK);
    verdict = ticket_engine_submit(s->engine, copy, body, s->events, s->position, &s->closed);
    /* The engine borrows nothing beyond the call. */
    memset(copy, RUBBISH, sizeof(*copy));
    return verdict;
}

void
scene_advance(struct scene *s, evtime_ms w)
{
    ticket_engine_advance(s->engine, w);
}

static void
take_batch(void *context, const struct partial_batch *batch)
{
    struct scene *s = context;
    struct partial_batch *copy = arena_alloc(&s->arena, 1, sizeof(*copy));

    strbuf_clear(&s->batch);
    avro_encode(&partial_batch_desc, batch, &s->batch);
    CHECK(plan_decode(s->batches, arena_copy(&s->arena, strbuf_str(&s->batch)), &s->arena, copy,
                      NULL) == DECODE_OK);
    s->n_batches++;
    s->last_batch = copy;
    for (size_t i = 0; i < copy->rows.n; i++) {
        s->rows = mem_grow(s->rows, s->n_rows, &s->cap_rows, sizeof(*s->rows));
        s->rows[s->n_rows++] = (struct scene_row){
            .row = copy->rows.v[i], .profile = copy->profiles.v[copy->rows.v[i].profile]};
    }
}

void
scene_flush(struct scene *s)
{
    ticket_engine_flush(s->engine, take_batch, s);
}

void
scene_end(struct scene *s)
{
    evtime_ms w = ticket_engine_watermark(s->engine);

    ticket_engine_advance(s->engine, w + 366 * (dur_ms)DAY_MS);
    ticket_engine_finish(s->engine, take_batch, s);
}

static bool
is_text(const char *wanted, struct str text)
{
    return wanted == NULL || str_equal(str_from(wanted), text);
}

static bool
has_issue_types(const char *wanted, const struct partial_profile *profile)
{
    struct strbuf joined = {0};
    bool same;

    for (size_t i = 0; i < profile->issue_types.n; i++) {
        if (i > 0)
            strbuf_add_char(&joined, ',');
        strbuf_add(&joined, profile->issue_types.v[i]);
    }
    same = is_text(wanted, strbuf_str(&joined));
    strbuf_fini(&joined);
    return same;
}

static bool
is_in(evtime_ms t, const struct row_filter *f)
{
    return (f->from == 0 || t >= f->from) && (f->to == 0 || t < f->to);
}

static bool
fits(const struct scene_row *r, const struct row_filter *f)
{
    const struct str *values = r->profile.values.v;

    CHECK(r->profile.values.n == SCENE_DIMENSIONS);
    return is_text(f->tenant, r->profile.tenant) && is_text(f->channel, values[0]) &&
           is_text(f->team, values[1]) && is_text(f->agent, values[2]) &&
           is_text(f->priority, values[3]) && has_issue_types(f->issue_types, &r->profile) &&
           is_text(f->plan, values[5]) && is_in(r->row.pane, f) &&
           (!r->row.has_second_pane || is_in(r->row.second_pane, f)) &&
           (f->class_below == 0 || r->row.lateness_class < f->class_below);
}

int64_t
scene_sum(const struct scene *s, enum measure m, const struct row_filter *f)
{
    int64_t sum = 0;

    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t k = 0; k < s->rows[i].row.measures.n; k++)
            if (s->rows[i].row.measures.v[k].measure == (int)m && fits(&s->rows[i], f))
                sum += s->rows[i].row.measures.v[k].value;
    return sum;
}

static int64_t
count_of(const struct partial_sketch *sketch)
{
    int64_t count = 0;

    for (size_t i = 0; i < sketch->bins.n; i++)
        count += sketch->bins.v[i].count;
    return count;
}

int64_t
scene_count(const struct scene *s, enum duration d, const struct row_filter *f)
{
    int64_t count = 0;

    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t k = 0; k < s->rows[i].row.sketches.n; k++)
            if (s->rows[i].row.sketches.v[k].duration == (int)d && fits(&s->rows[i], f))
                count += count_of(&s->rows[i].row.sketches.v[k]);
    return count;
}

size_t
scene_rows(const struct scene *s, const struct row_filter *f)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_rows; i++)
        n += fits(&s->rows[i], f);
    return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct scene: one ticket engine that is told events made in C, and sums over the rows that it
 * hands over. For tests that follow the rules of METRICS 1.0.1 sentence by sentence:
 *
 *     say(event_created("T", minute(0)));
 *     say(event_status("T", minute(10), STATUS_SOLVED));
 *     scene_end(s);
 *     scene_sum(s, MEASURE_solved, WHERE(.channel = "email"))
 *
 * Each event goes through Avro and back, into memory full of rubbish: what the wire leaves out (the
 * value of a null) must not be looked at.
 */
#ifndef TESTS_SUPPORT_SCENE_H
#define TESTS_SUPPORT_SCENE_H

#include "aggregators/tickets/ticket_engine.h"

#define SCENE_START INT64_C(1772409600000) /* 2026-03-02T00:00:00Z, a Monday */

/* Instants and times of scenes, in minutes. */
static inline evtime_ms
minute(int64_t n)
{
    return SCENE_START + n * MINUTE_MS;
}

static inline dur_ms
minutes(int64_t n)
{
    return n * MINUTE_MS;
}

/*
 * Panes of a minute, 5 minutes of disorder, duplicates within an hour, solved tickets kept for
 * ever; windows of an hour (corrected for a day) and of a day (for a week); one segmentation by
 * channel, team, agent, priority, issue_type and custom.plan, whose places are 0 to 5.
 */
enum { SCENE_ISSUE_TYPE = 4, SCENE_DIMENSIONS = 6 };
struct settings scene_settings(void);

/* Events. The texts are borrowed; event_id "" becomes a new one when the event is told. */
struct ticket_event event_of(const char *ticket, evtime_ms t, enum ticket_event_payload_kind kind);
struct ticket_event event_created(const char *ticket, evtime_ms t); /* by a customer, new */
struct ticket_event event_created_by(const char *ticket, evtime_ms t, enum initiated_by by,
                                     enum status status);
struct ticket_event event_status(const char *ticket, evtime_ms t, enum status to);
struct ticket_event event_message(const char *ticket, evtime_ms t, enum author_kind author);
struct ticket_event event_question(const char *ticket, evtime_ms t); /* public, of the customer */
struct ticket_event event_reply(const char *ticket, evtime_ms t);    /* public, of an agent */
/* ASSIGNMENT_KIND_COUNT: without kind. */
struct ticket_event event_assigned(const char *ticket, evtime_ms t, enum assignment_kind kind);
struct ticket_event event_answer(const char *ticket, evtime_ms t, enum survey_kind kind,
                                 double score);
struct ticket_event event_review(const char *ticket, evtime_ms t, const char *review, double points,
                                 double possible);
/* The event with one more value in its attrs: channel, team, agent or priority. */
struct ticket_event event_with(struct ticket_event event, const char *dimension, const char *value);
struct ticket_event event_by(struct ticket_event event, enum actor_kind kind, const char *actor);

struct scene_row {
    struct partial_row row;
    struct partial_profile profile;
};

struct scene {
    struct ticket_engine *engine;
    struct plan *events;
    struct plan *batches;
    struct arena arena; /* of the rows */
    struct arena said;  /* of the event that is told */
    struct strbuf body;
    struct strbuf batch;
    struct scene_row *rows;
    size_t n_rows;
    size_t cap_rows;
    unsigned n_batches;                     /* pieces that were handed over; */
    const struct partial_batch *last_batch; /* the last of them, or NULL */
    uint64_t position;
    uint32_t closed; /* windows that the last late event came too late for */
};

struct scene *scene_new(const struct settings *settings);
void scene_free(struct scene **s);
enum ticket_verdict scene_say(struct scene *s, struct ticket_event event);
/* W moves to `w`: events before it are late from now on. */
void scene_advance(struct scene *s, evtime_ms w);
/* Takes the rows that are ready. */
void scene_flush(struct scene *s);
/* W moves past everything said, and all rows are taken. */
void scene_end(struct scene *s);

/* Which rows: every field that is set must fit. Texts NULL, instants 0: any. */
struct row_filter {
    const char *tenant;
    const char *channel;
    const char *team;
    const char *agent;
    const char *priority;
    const char *issue_types; /* with a comma between them */
    const char *plan;
    evtime_ms from;        /* panes (the second one too) from here ... */
    evtime_ms to;          /* ... to before here: what a window of that span takes */
    evtime_ms class_below; /* end + allowed_lateness of a window */
};

#define ALL        (&(struct row_filter){.tenant = NULL})
#define WHERE(...) (&(struct row_filter){__VA_ARGS__})

int64_t scene_sum(const struct scene *s, enum measure m, const struct row_filter *f);
/* How many of a duration are in the sketches. */
int64_t scene_count(const struct scene *s, enum duration d, const struct row_filter *f);
size_t scene_rows(const struct scene *s, const struct row_filter *f);

#endif

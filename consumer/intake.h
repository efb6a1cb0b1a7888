/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct intake: a record becomes an event, or a refusal with its reason. This is the one door:
 * what passes it has every field that the engines rely on (METRICS 1.0.1 rule 1), what does not
 * goes to the dead letters untouched. Nothing that comes in can stop the program here.
 *
 *   line of JSON ─────────► event_json_read ───┐
 *   Avro body, even flat ─► event_plan_decode ─┴─► rules of the event type ─► time ─► accepted
 *
 * @thread worker
 */
#ifndef CONSUMER_INTAKE_H
#define CONSUMER_INTAKE_H

#include "base/error.h"
#include "base/evtime.h"
#include "schemas/codec/plan.h"
#include "schemas/codec/result.h"
#include "schemas/ticket_event.h"

enum {
    INTAKE_RECORD_MAX = 1024 * 1024 /* bytes of a record; more is refused as oversized */
};

enum record_form {
    RECORD_JSON, /* one flat JSON object */
    RECORD_AVRO  /* an Avro body of one of the two shapes of event_flat.h; `plan` decodes it */
};

/* A record as it came, before anybody looked into it. All bytes are borrowed from the source. */
struct record {
    enum record_form form;
    struct str bytes;
    struct str key;                   /* of the log; empty in files */
    evtime_ms timestamp;              /* of the log's record; EVTIME_NONE in files */
    uint64_t position;                /* in its log; only grows */
    const struct plan *plan;          /* of RECORD_AVRO */
    const struct ticket_event *event; /* of a source that had to decode `bytes`; else NULL */
    enum decode_result refusal;       /* not DECODE_OK: the source itself cannot take it */
    const char *field;                /* that the source found at fault, or NULL */
};

struct intake_limits {
    dur_ms max_future_skew_ms;
    evtime_ms
        now; /* judges events of records without any time of their own; EVTIME_NONE: nothing does */
};

/* What became of a record; all of it is valid until the next intake_read(). */
struct intake_result {
    enum decode_result refusal; /* DECODE_OK: accepted */
    const char *field;          /* at fault, where known; else NULL */
    struct str key; /* the log's, else the ticket_id where it could be read, else empty */
    const struct ticket_event *event; /* NULL where nothing could be decoded */
    struct str body;         /* of an accepted event of a known type: Avro, and its plan; */
    const struct plan *plan; /* of an unknown type empty and NULL */
    unsigned unknown_fields; /* of JSON, ignored */
};

struct intake;

struct intake *intake_new(const struct intake_limits *limits);
void intake_free(struct intake **in);

void intake_read(struct intake *in, const struct record *record, struct intake_result *ret);
/* Decodes only: the rules are not applied, and the result has no body. */
void intake_decode(struct intake *in, const struct record *record, struct intake_result *ret);

/*
 * The rules alone. `timestamp` is the log's (EVTIME_NONE: none). `*ret_field` is written on a
 * refusal.
 */
enum decode_result intake_check(const struct intake_limits *limits,
                                const struct ticket_event *event, evtime_ms timestamp,
                                const char **ret_field);

#endif

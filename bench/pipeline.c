/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/pipeline.h"

#include "aggregators/metrics/catalogue.h"
#include "base/index.h"

enum { FLUSH_EVERY = 4096 };

void
pipeline_settings(struct settings *ret)
{
    *ret = (struct settings){.pane_ms = 60 * 1000,
                             .max_out_of_orderness_ms = 5 * 60 * 1000,
                             .source_delay_ms = NEVER_MS,
                             .max_future_skew_ms = HOUR_MS,
                             .duplicates_within_ms = HOUR_MS,
                             .retain_solved_ms = HOUR_MS,
                             .held_events_max = 1000000,
                             .tickets_max = 100000000};
    for (int i = 0; i < METRIC_NUMBERS; i++)
        if (metrics[i].since > 0)
            ret->metrics[i / 64] |= UINT64_C(1) << (i % 64);
    ret->surveys[SURVEY_CSAT] = (struct survey_scale){.low = 1, .high = 5, .positive = 4};
    ret->surveys[SURVEY_CES] = (struct survey_scale){.low = 1, .high = 7, .positive = 5};
    ret->surveys[SURVEY_NPS] = (struct survey_scale){.low = 0, .high = 10, .positive = 9};
}

uint8_t
pipeline_add_dimension(struct settings *s, enum dimension_id id, struct str custom_key)
{
    CHECK(s->n_dimensions < DIMENSIONS_MAX);
    s->dimensions[s->n_dimensions] = (struct dimension){.id = id, .custom_key = custom_key};
    return (uint8_t)s->n_dimensions++;
}

void
pipeline_add_segmentation(struct settings *s, struct str name, unsigned n,
                          const uint8_t *dimensions)
{
    struct segmentation *segmentation = &s->segmentations[s->n_segmentations++];

    CHECK(s->n_segmentations <= SEGMENTATIONS_MAX && n <= DIMENSIONS_MAX);
    *segmentation = (struct segmentation){.name = name, .n = n};
    for (unsigned i = 0; i < n; i++)
        segmentation->dimensions[i] = dimensions[i];
}

void
pipeline_add_window(struct settings *s, struct str name, dur_ms length_ms,
                    dur_ms allowed_lateness_ms)
{
    CHECK(s->n_windows < WINDOWS_MAX);
    s->windows[s->n_windows++] = (struct window_spec){.name = name,
                                                      .kind = WINDOW_FIXED,
                                                      .every_ms = length_ms,
                                                      .length_ms = length_ms,
                                                      .zone = STR("UTC"),
                                                      .allowed_lateness_ms = allowed_lateness_ms};
}

void
pipeline_init(struct pipeline *p, const struct settings *settings, bool with_segments)
{
    struct str avsc = str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN);

    *p = (struct pipeline){.tickets = ticket_engine_new(settings, STR("events"), 0),
                           .outbox = outbox_new()};
    if (with_segments)
        p->segments = segment_engine_new(settings, 1);
    CHECK(plan_compile(avsc, &ticket_event_desc, &p->plan, NULL) == ERR_NONE);
}

void
pipeline_fini(struct pipeline *p)
{
    ticket_engine_free(&p->tickets);
    segment_engine_free(&p->segments);
    outbox_free(&p->outbox);
    plan_free(&p->plan);
    arena_fini(&p->arena);
}

static void
pass_on(void *context, const struct partial_batch *batch)
{
    struct pipeline *p = context;

    if (p->segments != NULL)
        segment_engine_add(p->segments, 0, batch);
}

static void
flush(struct pipeline *p)
{
    ticket_engine_flush(p->tickets, pass_on, p);
    if (p->segments == NULL)
        return;
    segment_engine_advance(p->segments, p->outbox);
    for (size_t i = 0; i < outbox_count(p->outbox); i++) {
        struct outbox_record record = outbox_get(p->outbox, i);

        p->rollups++;
        if (!str_starts(record.key, STR("all|")))
            continue;
        p->all_rollups++;
        p->all_hash = hash_str(record.value, hash_str(record.key, p->all_hash));
    }
    outbox_clear(p->outbox);
}

void
pipeline_feed(struct pipeline *p, const struct records *records)
{
    for (size_t i = 0; i < records->n; i++) {
        struct str body = records_get(records, i);
        struct ticket_event event;
        uint32_t closed = 0;

        arena_reset(&p->arena);
        CHECK(plan_decode(p->plan, body, &p->arena, &event, NULL) == DECODE_OK);
        CHECK(ticket_engine_submit(p->tickets, &event, body, p->plan, ++p->position, &closed) ==
              TICKET_HELD);
        if (++p->since_flush < FLUSH_EVERY)
            continue;
        p->since_flush = 0;
        flush(p);
    }
}

void
pipeline_check(const struct pipeline *p)
{
    const struct ticket_counters *c = ticket_engine_counters(p->tickets);

    CHECK(c->applied > 0 && c->applied <= p->position);
    CHECK(c->late == 0 && c->duplicates == 0 && c->hold_full == 0 && c->late_approximate == 0);
    CHECK(p->segments == NULL || segment_engine_counters(p->segments)->gaps == 0);
}

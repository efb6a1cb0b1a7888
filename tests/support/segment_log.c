/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/segment_log.h"

#include "aggregators/metrics/catalogue.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/sketch.h"

void
segment_log_fini(struct segment_log *log)
{
    mem_free(log->rows);
    log->rows = NULL;
    log->n = log->cap = 0;
}

struct log_row *
segment_log_add(struct segment_log *log)
{
    log->rows = mem_grow(log->rows, log->n, &log->cap, sizeof(*log->rows));
    log->rows[log->n] = (struct log_row){0};
    return &log->rows[log->n++];
}

evtime_ms
log_row_engine_pane(const struct log_row *row)
{
    return row->lateness_class != 0 ? row->lateness_class : row->pane;
}

static struct partial_row
describe(const struct log_row *row, struct arena *a)
{
    struct partial_row to = {.profile = (int32_t)row->profile,
                             .pane = row->pane,
                             .has_second_pane = row->second_pane != 0,
                             .second_pane = row->second_pane,
                             .lateness_class = row->lateness_class};

    to.measures.n = row->n_measures;
    to.measures.v = arena_alloc(a, row->n_measures, sizeof(*to.measures.v));
    memcpy(to.measures.v, row->measures, row->n_measures * sizeof(*to.measures.v));
    to.sketches.n = row->n_durations;
    to.sketches.v = arena_alloc(a, row->n_durations, sizeof(*to.sketches.v));
    for (size_t i = 0; i < row->n_durations; i++) {
        struct partial_sketch *sketch = &to.sketches.v[i];

        sketch->duration = row->durations[i].duration;
        sketch->bins.n = 1;
        sketch->bins.v = arena_alloc(a, 1, sizeof(*sketch->bins.v));
        sketch->bins.v[0] = (struct partial_bin){
            .index = (int32_t)sketch_index(row->durations[i].ms), .count = row->durations[i].count};
    }
    to.ages.n = row->n_ages;
    to.ages.v = arena_alloc(a, row->n_ages, sizeof(*to.ages.v));
    memcpy(to.ages.v, row->ages, row->n_ages * sizeof(*to.ages.v));
    return to;
}

void
segment_log_feed(const struct segment_log *log, struct segment_engine *e, unsigned source,
                 evtime_ms from, evtime_ms to, bool is_last, int pieces)
{
    struct arena a = {0};
    struct partial_row *rows = arena_alloc(&a, log->n, sizeof(*rows));
    struct partial_profile *profiles = arena_alloc(&a, log->n_profiles, sizeof(*profiles));
    size_t n = 0;
    size_t done = 0;

    CHECK(pieces >= 1 && from <= to);
    memcpy(profiles, log->profiles, log->n_profiles * sizeof(*profiles));
    for (size_t i = 0; i < log->n; i++) {
        evtime_ms pane = log_row_engine_pane(&log->rows[i]);

        if (log->rows[i].source == source && pane >= from && (is_last || pane < to))
            rows[n++] = describe(&log->rows[i], &a);
    }
    for (int piece = 0; piece < pieces; piece++) {
        struct partial_batch batch = {
            .hop_version = 1, .from_edge = from, .to_edge = to, .piece = piece, .pieces = pieces};
        size_t end = piece == pieces - 1 ? n : n * (size_t)(piece + 1) / (size_t)pieces;

        batch.profiles.v = profiles;
        batch.profiles.n = log->n_profiles;
        batch.rows.v = rows + done;
        batch.rows.n = end - done;
        segment_engine_add(e, source, &batch);
        done = end;
    }
    arena_fini(&a);
}

/* What the twin of the segment engine leaves to the oracle: more of the same kinds, and the ages of
 * open tickets. */
static const enum metric_number not_in_twin[] = {METRIC_NUMBER_first_response_time_any,
                                                 METRIC_NUMBER_first_response_time_since_handoff,
                                                 METRIC_NUMBER_first_response_time_since_reopen,
                                                 METRIC_NUMBER_survey_response_rate,
                                                 METRIC_NUMBER_survey_delay,
                                                 METRIC_NUMBER_sentiment,
                                                 METRIC_NUMBER_sentiment_change,
                                                 METRIC_NUMBER_sentiment_negative,
                                                 METRIC_NUMBER_qa_sample_rate,
                                                 METRIC_NUMBER_solves_without_reply,
                                                 METRIC_NUMBER_pause_share,
                                                 METRIC_NUMBER_backlog_age,
                                                 METRIC_NUMBER_time_since_customer_message};

void
test_settings_init(struct settings *s)
{
    *s = (struct settings){.pane_ms = MINUTE_MS, .hop_fingerprint = 7};
    memset(s->metrics, 0xFF, sizeof(s->metrics));
    for (size_t i = 0; i < sizeof not_in_twin / sizeof not_in_twin[0]; i++)
        s->metrics[not_in_twin[i] / 64] &= ~(UINT64_C(1) << (not_in_twin[i] % 64));
}

void
test_settings_add_window(struct settings *s, const char *name, dur_ms every, dur_ms length,
                         dur_ms lateness)
{
    s->windows[s->n_windows++] = (struct window_spec){.name = str_from(name),
                                                      .kind = WINDOW_FIXED,
                                                      .every_ms = every,
                                                      .length_ms = length,
                                                      .zone = STR("UTC"),
                                                      .allowed_lateness_ms = lateness};
}

void
test_settings_add_segmentation(struct settings *s, const char *name, unsigned n,
                               const uint8_t *dimensions)
{
    struct segmentation *to = &s->segmentations[s->n_segmentations++];

    to->name = str_from(name);
    to->n = n;
    for (unsigned i = 0; i < n; i++)
        to->dimensions[i] = dimensions[i];
}

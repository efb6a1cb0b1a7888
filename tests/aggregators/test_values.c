/* SPDX-License-Identifier: Apache-2.0 */
/* From tallies to metrics, by hand; and that catalogue, schema and selection name the same metrics
 * in one order. */
#include "aggregators/metrics/values.h"
#include "base/mem.h"

#include <criterion/criterion.h>

static const uint64_t everything[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

static struct values values;
static struct tally tally;
static struct values_input input;
static struct metrics *m;

static void
set_up(void)
{
    values_init(&values, everything);
    tally = (struct tally){0};
    input = (struct values_input){.tally = &tally};
    m = mem_new(1, sizeof(*m));
}

static void
tear_down(void)
{
    tally_fini(&tally);
    values_fini(&values);
    mem_free(m);
}

TestSuite(values, .init = set_up, .fini = tear_down);

static const char *const records[] = {
    [METRIC_COUNT] = "ticketstream.Count",       [METRIC_LEVEL] = "ticketstream.Count",
    [METRIC_NET_FLOW] = "ticketstream.Count",    [METRIC_RATIO] = "ticketstream.Ratio",
    [METRIC_SAMPLE] = "ticketstream.Ratio",      [METRIC_POINTS] = "ticketstream.Ratio",
    [METRIC_MIX] = "ticketstream.Ratio",         [METRIC_MEAN] = "ticketstream.Mean",
    [METRIC_MONEY] = "ticketstream.MoneyMean",   [METRIC_SCORE] = "ticketstream.Score",
    [METRIC_DURATION] = "ticketstream.Duration", [METRIC_HISTOGRAM] = "ticketstream.Histogram"};

/* The part of a record's name that says what it is: CountMetric is a Count. */
static bool
names_kind(const char *name, const char *record)
{
    return strncmp(name, record, strlen(record)) == 0;
}

Test(values, catalogue_and_schema_have_the_same_metrics_in_the_same_order)
{
    cr_assert(metrics_desc.n == METRIC_NUMBERS);
    for (size_t i = 0; i < metrics_desc.n; i++) {
        const struct avro_field *f = &metrics_desc.fields[i];

        cr_expect(strcmp(f->name, metrics[i].id) == 0, "%s, %s", f->name, metrics[i].id);
        cr_expect(f->is_nullable && f->kind == AVK_RECORD);
        cr_expect(names_kind(f->of.named->name, records[metrics[i].kind]), "%s is a %s", f->name,
                  f->of.named->name);
        cr_expect(metric_find(str_from(f->name)) == &metrics[i]);
    }
    cr_expect(metric_find(STR("first_response")) == NULL);
}

Test(values, nothing_added_is_zero_or_null)
{
    values_fill(&values, &input, m);
    cr_expect(m->has_ticket_volume && m->ticket_volume.value == 0);
    cr_expect(m->has_csat && m->csat.denominator == 0 && !m->csat.has_value && !m->csat.has_low &&
              m->csat.has_low_sample && m->csat.low_sample);
    cr_expect(m->has_reopen_rate && !m->reopen_rate.has_value && !m->reopen_rate.has_low_sample);
    cr_expect(m->has_nps && !m->nps.has_value && m->nps.n == 0);
    cr_expect(m->has_ces && !m->ces.has_value);
    cr_expect(m->has_first_response_time && m->first_response_time.count == 0 &&
              !m->first_response_time.has_p50_ms && !m->first_response_time.has_min_ms);
    cr_expect(!m->has_channel_mix);
    cr_expect(!m->has_contacts && !m->has_backlog_age && !m->has_cost_per_ticket &&
              !m->has_first_response_time_business);
}

Test(values, only_what_is_selected)
{
    uint64_t selected[4] = {0};

    selected[METRIC_NUMBER_csat / 64] |= UINT64_C(1) << (METRIC_NUMBER_csat % 64);
    selected[METRIC_NUMBER_contacts / 64] |= UINT64_C(1) << (METRIC_NUMBER_contacts % 64);
    values_init(&values, selected);
    cr_expect(values.n == 1); /* contacts are planned */
    values_fill(&values, &input, m);
    cr_expect(m->has_csat && !m->has_ticket_volume && !m->has_contacts);
}

Test(values, counts_and_ratios)
{
    tally_add(&tally, MEASURE_volume, 3);
    tally_add(&tally, MEASURE_solved, 2);
    tally_add(&tally, MEASURE_solve_events, 4);
    tally_add(&tally, MEASURE_reopens, 5);
    tally_add(&tally, MEASURE_first_escalations, 1);
    tally_add(&tally, MEASURE_escalations, 6);
    tally_add(&tally, MEASURE_solved_replies, 7);
    input.level = 11;
    input.net_flow = -2;
    input.has_mix = true;
    input.mix_total = 12;
    values_fill(&values, &input, m);
    cr_expect(m->ticket_volume.value == 3 && m->solved_tickets.value == 2);
    cr_expect(m->backlog.value == 11 && m->net_flow.value == -2);
    cr_expect(m->reopen_rate.numerator == 5 && m->reopen_rate.denominator == 4 &&
              m->reopen_rate.value == 1.25); /* a flow rate may pass 1 */
    cr_expect(m->escalation_rate.value == 1.0 / 3 && m->escalations.value == 6);
    cr_expect(m->resolution_rate.value == 2.0 / 3 && !m->resolution_rate.has_low);
    cr_expect(m->interactions_per_ticket.sum == 7 && m->interactions_per_ticket.n == 2 &&
              m->interactions_per_ticket.value == 3.5);
    cr_expect(m->channel_mix.value == 0.25 && m->channel_mix.denominator == 12);
    input.mix_total = 0;
    values_fill(&values, &input, m);
    cr_expect(m->has_channel_mix && !m->channel_mix.has_value);
    input.has_mix = false;
    values_fill(&values, &input, m);
    cr_expect(!m->has_channel_mix);
}

static void
expect_near(double value, double expected)
{
    cr_expect(value > expected - 5e-5 && value < expected + 5e-5, "%.6f, not %.4f", value,
              expected);
}

/* The example of INTERFACES.md: 7 of 8; and textbook values of the interval. */
Test(values, share_of_a_sample_has_a_wilson_interval)
{
    tally_add(&tally, MEASURE_csat_answers, 8);
    tally_add(&tally, MEASURE_csat_positive, 7);
    tally_add(&tally, MEASURE_ces_answers, 100);
    tally_add(&tally, MEASURE_ces_positive, 50);
    values_fill(&values, &input, m);
    cr_expect(m->csat.value == 0.875 && m->csat.low_sample);
    expect_near(m->csat.low, 0.5291);
    expect_near(m->csat.high, 0.9776);
    cr_expect(!m->ces_positive.low_sample);
    expect_near(m->ces_positive.low, 0.4038);
    expect_near(m->ces_positive.high, 0.5962);
    tally_add(&tally, MEASURE_csat_positive, -7);
    values_fill(&values, &input, m);
    cr_expect(m->csat.value == 0 && m->csat.low == 0);
    expect_near(m->csat.high, 0.3244);
    tally_add(&tally, MEASURE_csat_positive, 9); /* a retraction whose addition is not here */
    values_fill(&values, &input, m);
    cr_expect(m->csat.value == 1.125 && !m->csat.has_low && !m->csat.has_high);
}

Test(values, low_sample_is_less_than_thirty)
{
    tally_add(&tally, MEASURE_csat_answers, 29);
    tally_add(&tally, MEASURE_csat_positive, 29);
    values_fill(&values, &input, m);
    cr_expect(m->csat.low_sample && m->csat.high == 1);
    tally_add(&tally, MEASURE_csat_answers, 1);
    values_fill(&values, &input, m);
    cr_expect(!m->csat.low_sample);
}

Test(values, scores_and_points_leave_their_millionths)
{
    tally_add(&tally, MEASURE_ces_answers, 3);
    tally_add(&tally, MEASURE_ces_sum, 16100000);
    tally_add(&tally, MEASURE_nps_answers, 8);
    tally_add(&tally, MEASURE_nps_promoters, 2);
    tally_add(&tally, MEASURE_nps_detractors, 5);
    tally_add(&tally, MEASURE_qa_points, 7500000);
    tally_add(&tally, MEASURE_qa_possible, 10000000);
    values_fill(&values, &input, m);
    cr_expect(m->ces.sum == 16.1 && m->ces.n == 3 && m->ces.value == 16.1 / 3);
    cr_expect(m->nps.promoters == 2 && m->nps.detractors == 5 && m->nps.n == 8 &&
              m->nps.value == -37.5);
    cr_expect(m->qa_score.numerator == 7.5 && m->qa_score.denominator == 10 &&
              m->qa_score.value == 0.75 && !m->qa_score.has_low_sample);
}

Test(values, durations_have_exact_sums_and_nearest_ranks)
{
    for (dur_ms i = 1; i <= 10; i++)
        tally_add_duration(&tally, DURATION_resolution, i * 1000, 1);
    values_fill(&values, &input, m);
    cr_expect(m->resolution_time.count == 10 && m->resolution_time.sum_ms == 55000);
    cr_expect(m->resolution_time.p50_ms == sketch_value(sketch_index(5000)));
    cr_expect(m->resolution_time.p90_ms == sketch_value(sketch_index(9000)));
    cr_expect(m->resolution_time.p95_ms == sketch_value(sketch_index(10000)));
    cr_expect(m->resolution_time.p99_ms == sketch_value(sketch_index(10000)));
    cr_expect(m->resolution_time.min_ms == sketch_value(sketch_index(1000)));
    cr_expect(m->resolution_time.max_ms == sketch_value(sketch_index(10000)));
    for (dur_ms i = 1; i <= 10; i++)
        tally_add_duration(&tally, DURATION_resolution, i * 1000, -1);
    values_fill(&values, &input, m);
    cr_expect(m->resolution_time.count == 0 && !m->resolution_time.has_p50_ms);
}

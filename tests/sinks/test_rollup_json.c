/* SPDX-License-Identifier: Apache-2.0 */
/* The text of INTERFACES section 3 is the measure, byte for byte. */
#include "base/strbuf.h"
#include "sinks/rollup_json.h"

#include <criterion/criterion.h>

static struct rollup
example(void)
{
    struct rollup r = {.tenant = STR(""),
                       .segmentation = STR("by_channel"),
                       .segment_id = STR("by_channel|channel=email"),
                       .window_name = STR("1h"),
                       .window_start = 1772438400000,
                       .window_end = 1772442000000,
                       .zone = STR("UTC"),
                       .is_closed = true,
                       .corrections_until = 1772528400000,
                       .watermark = 1772442000000,
                       .definition_version = 1};

    r.segment.has_channel = true;
    r.segment.channel = STR("email");
    return r;
}

static void
expect(const struct rollup *r, const char *text)
{
    struct strbuf out = {0};

    rollup_json_add(&out, r);
    cr_expect(str_equal(strbuf_str(&out), str_from(text)), "%.*s\n", STR_ARG(strbuf_str(&out)));
    strbuf_fini(&out);
}

Test(rollup_json, the_example_of_the_contract)
{
    struct rollup r = example();

    r.metrics.has_ticket_volume = true;
    r.metrics.ticket_volume.value = 12;
    r.metrics.has_first_response_time = true;
    r.metrics.first_response_time = (struct duration_metric){.count = 9,
                                                             .sum_ms = 812000,
                                                             .has_min_ms = true,
                                                             .min_ms = 4000,
                                                             .has_max_ms = true,
                                                             .max_ms = 312000,
                                                             .has_p50_ms = true,
                                                             .p50_ms = 61234.5,
                                                             .has_p90_ms = true,
                                                             .p90_ms = 1,
                                                             .has_p95_ms = true,
                                                             .p95_ms = 2,
                                                             .has_p99_ms = true,
                                                             .p99_ms = 3};
    r.metrics.has_csat = true;
    r.metrics.csat = (struct ratio_metric){.numerator = 7,
                                           .denominator = 8,
                                           .has_value = true,
                                           .value = 0.875,
                                           .has_low = true,
                                           .low = 0.529,
                                           .has_high = true,
                                           .high = 0.978,
                                           .has_low_sample = true,
                                           .low_sample = true};
    expect(&r,
           "{\"tenant\":\"\",\"segmentation\":\"by_channel\",\"segment\":{\"channel\":\"email\"},"
           "\"segment_id\":\"by_channel|channel=email\",\"window_name\":\"1h\","
           "\"window_start\":\"2026-03-02T08:00:00.000Z\","
           "\"window_end\":\"2026-03-02T09:00:00.000Z\",\"zone\":\"UTC\","
           "\"revision\":0,\"is_closed\":true,"
           "\"corrections_until\":\"2026-03-03T09:00:00.000Z\","
           "\"watermark\":\"2026-03-02T09:00:00.000Z\",\"late\":0,\"definition_version\":1,"
           "\"metrics\":{\"first_response_time\":{\"count\":9,\"sum_ms\":812000,"
           "\"min_ms\":4000,\"max_ms\":312000,\"p50_ms\":61234.5,\"p90_ms\":1,\"p95_ms\":2,"
           "\"p99_ms\":3},\"csat\":{\"numerator\":7,\"denominator\":8,\"value\":0.875,"
           "\"low\":0.529,\"high\":0.978,\"low_sample\":true},"
           "\"ticket_volume\":{\"value\":12}}}");
}

Test(rollup_json, inside_a_metric_null_is_written_but_not_an_interval_that_is_none)
{
    struct rollup r = example();
    const char *head = "{\"tenant\":\"\",\"segmentation\":\"by_channel\","
                       "\"segment\":{\"channel\":\"email\"},"
                       "\"segment_id\":\"by_channel|channel=email\",\"window_name\":\"1h\","
                       "\"window_start\":\"2026-03-02T08:00:00.000Z\","
                       "\"window_end\":\"2026-03-02T09:00:00.000Z\",\"zone\":\"UTC\","
                       "\"revision\":0,\"is_closed\":true,"
                       "\"corrections_until\":\"2026-03-03T09:00:00.000Z\","
                       "\"watermark\":\"2026-03-02T09:00:00.000Z\",\"late\":0,"
                       "\"definition_version\":1,\"metrics\":";
    struct strbuf text = {0};

    r.metrics.has_first_response_time = true;
    r.metrics.has_csat = true;
    r.metrics.csat.has_low_sample = true;
    r.metrics.csat.low_sample = true;
    r.metrics.has_reopen_rate = true;
    r.metrics.has_cost_per_ticket = true;
    r.metrics.cost_per_ticket.sum = -12345;
    strbuf_addf(&text, "%s%s%c", head,
                "{\"first_response_time\":{\"count\":0,\"sum_ms\":0,\"min_ms\":null,"
                "\"max_ms\":null,\"p50_ms\":null,\"p90_ms\":null,\"p95_ms\":null,"
                "\"p99_ms\":null},"
                "\"csat\":{\"numerator\":0,\"denominator\":0,\"value\":null,\"low\":null,"
                "\"high\":null,\"low_sample\":true},"
                "\"reopen_rate\":{\"numerator\":0,\"denominator\":0,\"value\":null},"
                "\"cost_per_ticket\":{\"sum\":\"-1.2345\",\"n\":0,\"value\":null}}}",
                '\0');
    expect(&r, text.p);
    strbuf_fini(&text);
}

Test(rollup_json, a_segment_shows_its_dimensions_only)
{
    struct rollup r = example();
    struct segment_dimensions_custom_entry custom[] = {{STR("plan"), STR("go\"ld")}};
    struct strbuf out = {0};

    r.segment = (struct segment_dimensions){.has_priority = true, .priority = STR("")};
    r.segment.custom.v = custom;
    r.segment.custom.n = 1;
    rollup_json_add(&out, &r);
    strbuf_add_char(&out, '\0');
    cr_assert_not_null(strstr(out.p, "\"segment\":{\"priority\":\"\",\"custom\":{\"plan\":"
                                     "\"go\\\"ld\"}},"));
    r.segment = (struct segment_dimensions){0};
    strbuf_clear(&out);
    rollup_json_add(&out, &r);
    strbuf_add_char(&out, '\0');
    cr_assert_not_null(strstr(out.p, "\"segment\":{},"));
    strbuf_fini(&out);
}

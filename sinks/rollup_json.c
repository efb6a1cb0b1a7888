/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over the tables of the Rollup schema, so that a new metric needs no line here. What the
 * tables don't say is where a null is written and where it is left out:
 *
 *   segment, metrics   what is null is left out, and custom dimensions where there are none
 *   one metric         what is null is written, but the interval of a ratio that has none
 *
 * Every member is written with a comma in front; the first comma of an object becomes its brace.
 */
#include "sinks/rollup_json.h"

#include "base/check.h"
#include "schemas/codec/json.h"

/* Of a ratio: numerator, denominator and value stand before the interval. */
enum { RATIO_WITHOUT_INTERVAL = 3 };

static void
add_name(struct strbuf *out, const char *name)
{
    strbuf_add(out, STR(",\""));
    strbuf_add(out, str_from(name));
    strbuf_add(out, STR("\":"));
}

static void
close_object(struct strbuf *out, size_t start)
{
    if (out->n == start)
        strbuf_add_char(out, '{');
    out->p[start] = '{';
    strbuf_add_char(out, '}');
}

static void
add_segment(struct strbuf *out, const struct segment_dimensions *segment)
{
    size_t start = out->n;

    for (size_t i = 0; i < segment_dimensions_desc.n; i++) {
        const struct avro_field *f = &segment_dimensions_desc.fields[i];

        if (f->kind != AVK_MAP || segment->custom.n > 0)
            avro_json_write_fields(f, 1, segment, 0, out);
    }
    close_object(out, start);
}

static void
add_metric(struct strbuf *out, const struct avro_desc *desc, const void *metric)
{
    size_t start = out->n;
    size_t n = desc->n;

    if (desc == &ratio_metric_desc && !((const struct ratio_metric *)metric)->has_low_sample)
        n = RATIO_WITHOUT_INTERVAL;
    avro_json_write_fields(desc->fields, n, metric, JSON_WRITE_NULLS, out);
    close_object(out, start);
}

static void
add_metrics(struct strbuf *out, const struct metrics *metrics)
{
    const char *base = (const char *)metrics;
    size_t start = out->n;

    for (size_t i = 0; i < metrics_desc.n; i++) {
        const struct avro_field *f = &metrics_desc.fields[i];

        CHECK(f->kind == AVK_RECORD && f->is_nullable);
        if (!*(const bool *)(const void *)(base + f->has_at))
            continue;
        add_name(out, f->name);
        add_metric(out, f->of.named, base + f->at);
    }
    close_object(out, start);
}

void
rollup_json_add(struct strbuf *out, const struct rollup *rollup)
{
    size_t start = out->n;

    for (size_t i = 0; i < rollup_desc.n; i++) {
        const struct avro_field *f = &rollup_desc.fields[i];

        if (f->kind != AVK_RECORD) {
            avro_json_write_fields(f, 1, rollup, 0, out);
            continue;
        }
        add_name(out, f->name);
        if (f->of.named == &metrics_desc)
            add_metrics(out, &rollup->metrics);
        else
            add_segment(out, &rollup->segment);
    }
    close_object(out, start);
}

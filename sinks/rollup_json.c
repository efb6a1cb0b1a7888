/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over the tables of the Rollup schema, so that a new metric needs no line here. The rule where
 * a null is written and where it is left out is the only thing that the tables don't say:
 *
 *   segment, metrics   what is null is left out
 *   one metric         what is null is written as null, but the interval of a ratio that has none
 */
#include "sinks/rollup_json.h"

#include "base/check.h"
#include "base/json_text.h"
#include "schemas/codec/desc.h"

enum nulls { NULLS_OMITTED, NULLS_WRITTEN };

enum { DECIMAL_DIGITS_MAX = 24 };

/* An unscaled number with `scale` digits behind the point: -12345, 4 -> "-1.2345". */
static void
add_decimal(struct strbuf *out, int64_t unscaled, unsigned scale)
{
    char digits[DECIMAL_DIGITS_MAX];
    uint64_t rest = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
    size_t at = sizeof(digits);

    CHECK(scale < DECIMAL_DIGITS_MAX - 2);
    for (unsigned i = 0; rest > 0 || i <= scale; i++) {
        if (i == scale && scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    strbuf_add(out, unscaled < 0 ? STR("\"-") : STR("\""));
    strbuf_add(out, str_of(digits + at, sizeof(digits) - at));
    strbuf_add_char(out, '"');
}

static void add_record(struct strbuf *out, const struct avro_desc *desc, const char *base,
                       enum nulls nulls);

/* A map of strings, the only kind of map in a rollup. */
static void
add_map(struct strbuf *out, const struct avro_items *items, const char *at)
{
    struct {
        const char *v;
        size_t n;
    } map;

    CHECK(items->slot.kind == AVK_STRING);
    memcpy(&map, at, sizeof(map));
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < map.n; i++) {
        const char *entry = map.v + i * items->size;

        if (i > 0)
            strbuf_add_char(out, ',');
        json_add_string(out, *(const struct str *)(const void *)entry);
        strbuf_add_char(out, ':');
        json_add_string(out, *(const struct str *)(const void *)(entry + items->slot.at));
    }
    strbuf_add_char(out, '}');
}

static void
add_long(struct strbuf *out, const struct avro_field *f, int64_t v)
{
    if (f->logical == AVL_TIMESTAMP_MILLIS)
        json_add_time(out, v);
    else
        strbuf_add_int(out, v);
}

static void
add_value(struct strbuf *out, const struct avro_field *f, const char *base)
{
    const void *at = base + f->at;

    if (f->kind == AVK_STRING)
        json_add_string(out, *(const struct str *)at);
    else if (f->kind == AVK_BOOLEAN)
        strbuf_add(out, *(const bool *)at ? STR("true") : STR("false"));
    else if (f->kind == AVK_INT)
        strbuf_add_int(out, *(const int32_t *)at);
    else if (f->kind == AVK_LONG)
        add_long(out, f, *(const int64_t *)at);
    else if (f->kind == AVK_DOUBLE)
        strbuf_add_double(out, *(const double *)at);
    else if (avro_field_is_decimal64(f))
        add_decimal(out, *(const int64_t *)at, f->scale);
    else if (f->kind == AVK_MAP)
        add_map(out, f->of.items, at);
    else if (f->kind == AVK_RECORD)
        add_record(out, f->of.named, at, f->is_nullable ? NULLS_WRITTEN : NULLS_OMITTED);
    else
        UNREACHABLE();
}

static bool
is_null(const struct avro_field *f, const char *base)
{
    return f->is_nullable && !*(const bool *)(const void *)(base + f->has_at);
}

/* An empty map of custom dimensions is one that the segmentation doesn't have. */
static bool
is_empty_map(const struct avro_field *f, const char *base)
{
    size_t n;

    if (f->kind != AVK_MAP)
        return false;
    memcpy(&n, base + f->at + sizeof(void *), sizeof(n));
    return n == 0;
}

/* Numerator, denominator and value stand before `low`; the interval is the rest. */
static size_t
fields_shown(const struct avro_desc *desc, const char *base)
{
    if (desc == &ratio_metric_desc &&
        !((const struct ratio_metric *)(const void *)base)->has_low_sample)
        return 3;
    return desc->n;
}

static void
add_record(struct strbuf *out, const struct avro_desc *desc, const char *base, enum nulls nulls)
{
    size_t n = fields_shown(desc, base);
    bool first = true;

    strbuf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        const struct avro_field *f = &desc->fields[i];
        bool null = is_null(f, base);

        if ((null && nulls == NULLS_OMITTED) || is_empty_map(f, base))
            continue;
        if (!first)
            strbuf_add_char(out, ',');
        first = false;
        strbuf_add_char(out, '"');
        strbuf_add(out, str_from(f->name));
        strbuf_add(out, STR("\":"));
        if (null)
            strbuf_add(out, STR("null"));
        else
            add_value(out, f, base);
    }
    strbuf_add_char(out, '}');
}

void
rollup_json_add(struct strbuf *out, const struct rollup *rollup)
{
    add_record(out, &rollup_desc, (const char *)rollup, NULLS_OMITTED);
}

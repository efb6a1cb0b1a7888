/* SPDX-License-Identifier: Apache-2.0 */
/* summary.json: the accounts of INTERFACES section 5, and what the engines counted beside them. */
#include "schemas/codec/json.h"
#include "stage/replay.h"

static void
add_name(struct strbuf *out, const char *name)
{
    char last = out->n > 0 ? out->p[out->n - 1] : '{';

    if (last != '{')
        strbuf_add_char(out, ',');
    avro_json_write_string(str_from(name), out);
    strbuf_add_char(out, ':');
}

static void
add_count(struct strbuf *out, const char *name, uint64_t n)
{
    add_name(out, name);
    strbuf_add_int(out, (int64_t)n);
}

/* Several results may share a word, and only words that occurred are shown. */
static void
add_refused(struct strbuf *out, const struct replay_summary *s)
{
    add_name(out, "refused");
    strbuf_add_char(out, '{');
    for (int i = 0; i < DECODE_RESULT_COUNT; i++) {
        const char *word = decode_result_reason((enum decode_result)i);
        bool is_first = true;
        uint64_t n = 0;

        for (int j = 0; j < DECODE_RESULT_COUNT; j++) {
            if (strcmp(word, decode_result_reason((enum decode_result)j)) != 0)
                continue;
            is_first = is_first && (j >= i);
            n += s->refused[j];
        }
        if (is_first && n > 0)
            add_count(out, word, n);
    }
    strbuf_add_char(out, '}');
}

static void
add_counters(struct strbuf *out, const struct replay_summary *s)
{
    const struct ticket_counters *c = &s->counters;

    add_name(out, "counters");
    strbuf_add_char(out, '{');
#define COUNTER(name, sentence) add_count(out, #name, c->name);
#include "aggregators/tickets/counters.tbl"
#undef COUNTER
    add_count(out, "unknown_fields", s->unknown_fields);
    add_count(out, "late_closed", s->late_closed);
    add_count(out, "tickets", s->tickets);
    add_count(out, "rollups", s->segments.published);
    add_count(out, "rollups_corrected", s->segments.corrected);
    add_count(out, "batches", s->segments.batches);
    add_count(out, "rows", s->segments.rows);
    add_count(out, "gaps", s->segments.gaps);
    add_count(out, "broken_inputs", s->broken_sources);
    strbuf_add_char(out, '}');
}

void
replay_summary_add_json(struct strbuf *out, const struct replay_summary *s)
{
    const struct ticket_counters *c = &s->counters;

    strbuf_add_char(out, '{');
    add_count(out, "consumed", s->consumed);
    add_count(out, "applied", c->applied);
    add_count(out, "late", c->late);
    add_count(out, "duplicates", c->duplicates);
    add_count(out, "test", c->test);
    add_count(out, "ignored", c->ignored);
    add_count(out, "after_as_of", c->after_as_of);
    add_refused(out, s);
    add_counters(out, s);
    strbuf_add(out, STR("}\n"));
}

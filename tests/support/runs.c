/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/runs.h"

#include "base/mem.h"
#include "sinks/rollup_json.h"
#include "tests/support/random.h"

#include <stdio.h>
#include <stdlib.h>

struct config *
runs_config(const char *yaml)
{
    struct config *config = NULL;
    struct error error;

    if (config_parse(str_from(yaml), STR("test"), &config, NULL, &error) != ERR_NONE) {
        (void)fprintf(stderr, "%s\n", error.text);
        CHECK(config != NULL);
    }
    return config;
}

static void
no_problem(void *context, const struct error *error)
{
    (void)context;
    (void)fprintf(stderr, "%s\n", error->text);
    UNREACHABLE();
}

static void
take_by_watermark(struct replay *r, const struct event_log *logs, uint32_t n)
{
    struct source **sources = mem_new(n, sizeof(struct source *));

    for (uint32_t i = 0; i < n; i++)
        sources[i] = event_log_source(&logs[i]);
    CHECK(replay_run(r, sources, n, no_problem, NULL, NULL) == ERR_NONE);
    for (uint32_t i = 0; i < n; i++)
        source_close(&sources[i]);
    mem_free(sources);
}

static void
take_at_random(struct replay *r, const struct event_log *logs, uint32_t n, uint64_t seed)
{
    size_t *next = mem_new(n, sizeof(*next));
    size_t left = 0;

    for (uint32_t i = 0; i < n; i++)
        left += logs[i].n;
    while (left > 0) {
        uint32_t i = (uint32_t)(random_next(&seed) % n);
        /* Runs of records, so that one partition gets far ahead now and then. */
        size_t run = random_next(&seed) % 200;

        for (; run > 0 && next[i] < logs[i].n; run--, left--) {
            struct record record = event_log_record(&logs[i], next[i]++);

            CHECK(replay_take(r, i, &record, NULL) == ERR_NONE);
        }
    }
    mem_free(next);
}

struct sink *
runs_replay(const struct replay_options *options, const struct event_log *logs, uint64_t interleave,
            struct replay_summary *ret)
{
    struct sink *sink = memory_sink_new();
    struct replay *r = replay_new(options, sink);

    if (interleave != 0)
        take_at_random(r, logs, options->partitions, interleave);
    else
        take_by_watermark(r, logs, options->partitions);
    CHECK(replay_finish(r, NULL) == ERR_NONE);
    if (ret != NULL)
        replay_summarize(r, ret);
    replay_free(&r);
    return sink;
}

void
runs_add_output(const struct sink *sink, enum sink_output output, struct strbuf *out)
{
    for (size_t i = 0; i < memory_sink_count(sink); i++) {
        struct sink_record r = memory_sink_get(sink, i);

        if (r.output != output)
            continue;
        strbuf_addf(out, "%zu %zu %zu ", r.key.n, r.value.n, r.windows.n);
        strbuf_add(out, r.key);
        strbuf_add(out, r.value);
        strbuf_add(out, r.reason);
        strbuf_add(out, r.windows);
    }
}

static void
print_rollup(const char *name, const struct sink_record *r)
{
    struct str schema = str_of(rollup_desc.avsc, rollup_desc.avsc_len);
    struct strbuf text = {0};
    struct arena arena = {0};
    struct rollup rollup;
    struct plan *plan;

    CHECK(plan_compile(schema, &rollup_desc, &plan, NULL) == ERR_NONE);
    if (plan_decode(plan, r->value, &arena, &rollup, NULL) == DECODE_OK)
        rollup_json_add(&text, &rollup);
    (void)fprintf(stderr, "%s %.*s\n  %.*s\n", name, STR_ARG(r->key), STR_ARG(strbuf_str(&text)));
    plan_free(&plan);
    arena_fini(&arena);
    strbuf_fini(&text);
}

/* The next record of the output at or after *i. */
static bool
next_of(const struct sink *sink, enum sink_output output, size_t *i, struct sink_record *ret)
{
    while (*i < memory_sink_count(sink)) {
        *ret = memory_sink_get(sink, (*i)++);
        if (ret->output == output)
            return true;
    }
    return false;
}

bool
runs_same_output(const struct sink *a, const struct sink *b, enum sink_output output)
{
    struct sink_record x = {0};
    struct sink_record y = {0};
    size_t i = 0;
    size_t j = 0;

    for (;;) {
        bool more_a = next_of(a, output, &i, &x);
        bool more_b = next_of(b, output, &j, &y);

        if (!more_a && !more_b)
            return true;
        if (more_a && more_b && str_equal(x.key, y.key) && str_equal(x.value, y.value) &&
            str_equal(x.reason, y.reason) && str_equal(x.windows, y.windows))
            continue;
        if (more_a)
            print_rollup("first run: ", &x);
        if (more_b)
            print_rollup("second run:", &y);
        return false;
    }
}

static int
compare(const void *a, const void *b)
{
    const struct rollup *x = a;
    const struct rollup *y = b;
    int order = str_compare(x->window_name, y->window_name);

    if (order == 0)
        order = str_compare(x->tenant, y->tenant);
    if (order == 0)
        order = str_compare(x->segment_id, y->segment_id);
    if (order == 0)
        order = (x->window_start > y->window_start) - (x->window_start < y->window_start);
    return order != 0 ? order : (x->revision > y->revision) - (x->revision < y->revision);
}

void
runs_final_rollups(const struct sink *sink, struct run_rollups *ret)
{
    struct str schema = str_of(rollup_desc.avsc, rollup_desc.avsc_len);
    size_t n = memory_sink_count(sink);
    size_t kept = 0;
    struct plan *plan;

    *ret = (struct run_rollups){.v = mem_new(n + 1, sizeof(struct rollup))};
    CHECK(plan_compile(schema, &rollup_desc, &plan, NULL) == ERR_NONE);
    for (size_t i = 0; i < n; i++) {
        struct sink_record r = memory_sink_get(sink, i);

        if (r.output != SINK_ROLLUPS && r.output != SINK_ROLLUPS_AGENT)
            continue;
        r.value = arena_copy(&ret->arena, r.value);
        CHECK(plan_decode(plan, r.value, &ret->arena, &ret->v[ret->n++], NULL) == DECODE_OK);
    }
    plan_free(&plan);
    qsort(ret->v, ret->n, sizeof(*ret->v), compare);
    for (size_t i = 0; i < ret->n; i++) {
        const struct rollup *next = i + 1 < ret->n ? &ret->v[i + 1] : NULL;

        if (next == NULL || next->window_start != ret->v[i].window_start ||
            !str_equal(next->segment_id, ret->v[i].segment_id) ||
            !str_equal(next->tenant, ret->v[i].tenant) ||
            !str_equal(next->window_name, ret->v[i].window_name))
            ret->v[kept++] = ret->v[i];
    }
    ret->n = kept;
}

void
runs_rollups_fini(struct run_rollups *r)
{
    mem_free(r->v);
    arena_fini(&r->arena);
}

struct run_seeds
runs_seeds(void)
{
    const char *text = getenv("TS_SEEDS");
    unsigned long long first = 1;
    unsigned long long last = 12;

    if (text != NULL)
        CHECK(sscanf(text, "%llu..%llu", &first, &last) == 2 && first <= last);
    return (struct run_seeds){.first = first, .last = last};
}

void
runs_split(const struct event_log *log, uint32_t n, struct event_log *ret)
{
    for (uint32_t i = 0; i < n; i++)
        event_log_init(&ret[i]);
    for (size_t i = 0; i < log->n; i++)
        event_log_copy(&ret[log->v[i].ticket % n], log, i);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of a table per output says which file shows it as JSON and which as key and value. Both
 * outputs of rollups share rollups.jsonl, in the order in which they come.
 */
#include "sinks/jsonl_sink.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/mem.h"
#include "schemas/codec/json.h"
#include "schemas/codec/plan.h"
#include "sinks/out_file.h"
#include "sinks/rollup_json.h"

enum file_number {
    FILE_ROLLUPS,
    FILE_SLA,
    FILE_ALERTS,
    FILE_LATE,
    FILE_DEAD_LETTERS,
    FILE_KV_ROLLUPS,
    FILE_KV_ROLLUPS_AGENT,
    FILE_KV_SLA,
    FILE_KV_ALERTS,
    FILE_KV_LATE,
    FILE_KV_DEAD_LETTERS,
    FILES,
    FILES_JSON = FILE_KV_ROLLUPS
};

static const char *const file_names[FILES] = {
    [FILE_ROLLUPS] = "rollups.jsonl",
    [FILE_SLA] = "sla.jsonl",
    [FILE_ALERTS] = "alerts.jsonl",
    [FILE_LATE] = "late.jsonl",
    [FILE_DEAD_LETTERS] = "dlq.jsonl",
    [FILE_KV_ROLLUPS] = "rollups.kv",
    [FILE_KV_ROLLUPS_AGENT] = "rollups.agent.kv",
    [FILE_KV_SLA] = "sla.kv",
    [FILE_KV_ALERTS] = "alerts.kv",
    [FILE_KV_LATE] = "late.kv",
    [FILE_KV_DEAD_LETTERS] = "dlq.kv",
};

struct jsonl_sink {
    struct sink sink;
    bool raw;
    char prefix[SINK_PREFIX_MAX];
    size_t prefix_len;
    struct plan *rollups; /* our schema as the writer */
    struct arena arena;   /* of the rollup that is written */
    struct strbuf line;
    struct out_file files[FILES];
};

static void
add_rollup(struct jsonl_sink *s, const struct sink_record *r)
{
    struct rollup rollup;

    arena_reset(&s->arena);
    /* The bytes are our own engine's: not to understand them is a bug. */
    CHECK(plan_decode(s->rollups, r->value, &s->arena, &rollup, NULL) == DECODE_OK);
    rollup_json_add(&s->line, &rollup);
}

/* Bytes that are no text would be lost in JSON. */
static void
add_text_or_base64(struct strbuf *out, struct str s)
{
    if (str_is_utf8(s)) {
        avro_json_write_string(s, out);
        return;
    }
    strbuf_add_char(out, '"');
    base64_add(out, s);
    strbuf_add_char(out, '"');
}

static void
add_refused(struct jsonl_sink *s, const struct sink_record *r)
{
    strbuf_add(&s->line, STR("{\"key\":"));
    add_text_or_base64(&s->line, r->key);
    strbuf_add(&s->line, STR(",\"reason\":"));
    avro_json_write_string(r->reason, &s->line);
    if (r->windows.n > 0) {
        strbuf_add(&s->line, STR(",\"windows\":"));
        strbuf_add(&s->line, r->windows);
    }
    strbuf_add(&s->line, STR(",\"value\":"));
    add_text_or_base64(&s->line, r->value);
    strbuf_add_char(&s->line, '}');
}

static const struct {
    void (*add)(struct jsonl_sink *s, const struct sink_record *r);
    enum file_number json;
    enum file_number kv;
} outputs[SINK_OUTPUTS] = {
    [SINK_ROLLUPS] = {add_rollup, FILE_ROLLUPS, FILE_KV_ROLLUPS},
    [SINK_ROLLUPS_AGENT] = {add_rollup, FILE_ROLLUPS, FILE_KV_ROLLUPS_AGENT},
    [SINK_SLA] = {NULL, FILE_SLA, FILE_KV_SLA},
    [SINK_ALERTS] = {NULL, FILE_ALERTS, FILE_KV_ALERTS},
    [SINK_LATE] = {add_refused, FILE_LATE, FILE_KV_LATE},
    [SINK_DEAD_LETTERS] = {add_refused, FILE_DEAD_LETTERS, FILE_KV_DEAD_LETTERS},
};

static enum err
write_kv(struct jsonl_sink *s, const struct sink_record *r, struct error *reterr)
{
    bool is_framed = r->output == SINK_ROLLUPS || r->output == SINK_ROLLUPS_AGENT;
    size_t prefix = is_framed ? s->prefix_len : 0;

    strbuf_clear(&s->line);
    strbuf_add_be32(&s->line, (uint32_t)r->key.n);
    strbuf_add(&s->line, r->key);
    strbuf_add_be32(&s->line, (uint32_t)(prefix + r->value.n));
    strbuf_add(&s->line, str_of(s->prefix, prefix));
    strbuf_add(&s->line, r->value);
    return out_file_write(&s->files[outputs[r->output].kv], strbuf_str(&s->line), reterr);
}

static enum err
jsonl_sink_write(struct sink *sink, const struct sink_record *r, struct error *reterr)
{
    struct jsonl_sink *s = (struct jsonl_sink *)sink;
    enum err err;

    CHECK(r->output < SINK_OUTPUTS && outputs[r->output].add != NULL);
    strbuf_clear(&s->line);
    outputs[r->output].add(s, r);
    strbuf_add_char(&s->line, '\n');
    err = out_file_write(&s->files[outputs[r->output].json], strbuf_str(&s->line), reterr);
    if (err == ERR_NONE && s->raw)
        err = write_kv(s, r, reterr);
    return err;
}

static enum err
jsonl_sink_commit(struct sink *sink, struct error *reterr)
{
    struct jsonl_sink *s = (struct jsonl_sink *)sink;
    enum err err = ERR_NONE;

    for (int i = 0; i < FILES && err == ERR_NONE; i++)
        if (s->files[i].file != NULL)
            err = out_file_commit(&s->files[i], reterr);
    return err;
}

static void
jsonl_sink_close(struct sink *sink)
{
    struct jsonl_sink *s = (struct jsonl_sink *)sink;

    for (int i = 0; i < FILES; i++)
        out_file_fini(&s->files[i]);
    plan_free(&s->rollups);
    arena_fini(&s->arena);
    strbuf_fini(&s->line);
    mem_free(s);
}

enum err
jsonl_sink_open(const struct jsonl_sink_options *options, struct sink **ret, struct error *reterr)
{
    static const struct sink_ops ops = {
        .write = jsonl_sink_write, .commit = jsonl_sink_commit, .close = jsonl_sink_close};
    struct jsonl_sink *s = mem_new(1, sizeof(*s));
    struct str schema = str_of(rollup_desc.avsc, rollup_desc.avsc_len);
    enum err err = out_folder_make(options->folder, reterr);

    CHECK(options->rollup_prefix.n <= sizeof(s->prefix));
    CHECK(plan_compile(schema, &rollup_desc, &s->rollups, NULL) == ERR_NONE);
    s->sink.ops = &ops;
    s->raw = options->raw;
    s->prefix_len = options->rollup_prefix.n;
    if (s->prefix_len > 0)
        memcpy(s->prefix, options->rollup_prefix.p, s->prefix_len);
    for (int i = 0; i < (s->raw ? FILES : FILES_JSON) && err == ERR_NONE; i++)
        err = out_file_open(&s->files[i], options->folder, file_names[i], reterr);
    if (err != ERR_NONE) {
        jsonl_sink_close(&s->sink);
        return err;
    }
    *ret = &s->sink;
    return ERR_NONE;
}

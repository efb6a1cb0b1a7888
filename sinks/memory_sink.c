/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All records lie behind one another in one buffer, each behind the sizes of its four parts, and a
 * table of where they start.
 */
#include "sinks/memory_sink.h"

#include "base/mem.h"
#include "base/strbuf.h"

enum { PARTS = 4 };

struct head {
    uint32_t output;
    uint32_t sizes[PARTS];
};

struct memory_sink {
    struct sink sink;
    struct strbuf bytes;
    size_t *starts;
    size_t n;
    size_t cap;
};

static enum err
memory_sink_write(struct sink *sink, const struct sink_record *r, struct error *reterr)
{
    struct memory_sink *s = (struct memory_sink *)sink;
    struct str parts[PARTS] = {r->key, r->value, r->reason, r->windows};
    struct head head = {.output = r->output};

    (void)reterr;
    s->starts = mem_grow(s->starts, s->n, &s->cap, sizeof(*s->starts));
    s->starts[s->n++] = s->bytes.n;
    for (int i = 0; i < PARTS; i++)
        head.sizes[i] = (uint32_t)parts[i].n;
    strbuf_add(&s->bytes, str_of((const char *)&head, sizeof(head)));
    for (int i = 0; i < PARTS; i++)
        strbuf_add(&s->bytes, parts[i]);
    return ERR_NONE;
}

static enum err
memory_sink_commit(struct sink *sink, struct error *reterr)
{
    (void)sink;
    (void)reterr;
    return ERR_NONE;
}

static void
memory_sink_close(struct sink *sink)
{
    struct memory_sink *s = (struct memory_sink *)sink;

    strbuf_fini(&s->bytes);
    mem_free(s->starts);
    mem_free(s);
}

struct sink *
memory_sink_new(void)
{
    static const struct sink_ops ops = {
        .write = memory_sink_write, .commit = memory_sink_commit, .close = memory_sink_close};
    struct memory_sink *s = mem_new(1, sizeof(*s));

    s->sink.ops = &ops;
    return &s->sink;
}

size_t
memory_sink_count(const struct sink *sink)
{
    return ((const struct memory_sink *)sink)->n;
}

struct sink_record
memory_sink_get(const struct sink *sink, size_t i)
{
    const struct memory_sink *s = (const struct memory_sink *)sink;
    struct str parts[PARTS];
    struct head head;
    const char *p;

    CHECK(i < s->n);
    p = s->bytes.p + s->starts[i];
    memcpy(&head, p, sizeof(head));
    p += sizeof(head);
    for (int part = 0; part < PARTS; part++) {
        parts[part] = str_of(p, head.sizes[part]);
        p += head.sizes[part];
    }
    return (struct sink_record){.output = (enum sink_output)head.output,
                                .key = parts[0],
                                .value = parts[1],
                                .reason = parts[2],
                                .windows = parts[3]};
}

struct str
memory_sink_bytes(const struct sink *sink)
{
    return strbuf_str(&((const struct memory_sink *)sink)->bytes);
}

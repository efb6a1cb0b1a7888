/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record in a block has no length in front: where it ends is known by decoding it, so it is
 * decoded here and goes on as an event. One that is bad as an event (a broken string, a symbol that
 * we lack) still has an end, found by walking over it with the writer's schema, and the next one
 * can be read. Only where that walk fails too is the rest of the block one dead letter.
 */
#include "consumer/container_source.h"

#include "base/arena.h"
#include "base/mem.h"
#include "consumer/file_bytes.h"
#include "schemas/codec/container.h"
#include "schemas/event_flat.h"

struct container_source {
    struct source source;
    struct container_reader *reader;
    struct plan *plan;         /* the writer's record, flat or not, as our event */
    struct ticket_event event; /* the record that was handed out last */
    struct arena arena;        /* its lists */
    uint64_t n;                /* records handed out */
    uint64_t bytes_total;      /* of the file when it was opened */
    enum err broken;           /* found behind the record that was handed out last */
    struct error failure;      /* of `broken` */
};

static void
container_source_close(struct source *source)
{
    struct container_source *s = (struct container_source *)source;

    container_reader_close(&s->reader);
    plan_free(&s->plan);
    arena_fini(&s->arena);
    mem_free(s);
}

/* Cuts the first record off what is left of the block. */
static void
cut_record(struct container_source *s, struct str left, struct record *ret)
{
    enum decode_result walk = DECODE_OK;
    size_t used = 0;

    arena_reset(&s->arena);
    *ret = (struct record){.form = RECORD_AVRO,
                           .timestamp = EVTIME_NONE,
                           .position = ++s->n,
                           .plan = s->plan,
                           .bytes = left};
    ret->refusal = event_plan_decode(s->plan, left, &s->arena, &s->event, &used, &ret->field);
    if (ret->refusal == DECODE_OK)
        ret->event = &s->event;
    else
        walk = plan_measure(s->plan, left, &used);
    if (walk != DECODE_OK) {
        ret->refusal = walk;
        container_reader_drop_block(s->reader);
        return;
    }
    ret->bytes.n = used;
    s->broken = container_reader_take(s->reader, used, &s->failure);
}

static enum err
container_source_next(struct source *source, struct record *ret, bool *ret_end,
                      struct error *reterr)
{
    struct container_source *s = (struct container_source *)source;
    struct str left = {0};

    *ret_end = true;
    if (s->reader == NULL)
        return ERR_NONE;
    if (s->broken == ERR_NONE)
        s->broken = container_reader_peek(s->reader, &left, &s->failure);
    if (s->broken != ERR_NONE) {
        *reterr = s->failure;
        container_reader_close(&s->reader);
        return s->broken;
    }
    if (left.p != NULL) {
        *ret_end = false;
        cut_record(s, left, ret);
    }
    return ERR_NONE;
}

/* To the block that is being read. */
static void
container_source_tell(const struct source *source, struct source_progress *ret)
{
    const struct container_source *s = (const struct container_source *)source;

    ret->bytes_total = s->bytes_total;
    ret->bytes = s->reader != NULL ? container_reader_offset(s->reader) : s->bytes_total;
}

static enum err
compile(struct container_source *s, const char *path, struct error *reterr)
{
    struct error why;

    if (event_plan_compile(container_reader_schema(s->reader), &s->plan, &why) != ERR_NONE)
        return error_set(reterr, ERR_INPUT, "%s: its schema cannot be read as TicketEvent: %s",
                         path, why.text);
    return ERR_NONE;
}

enum err
container_source_open(const char *path, struct source **ret, struct error *reterr)
{
    static const struct source_ops ops = {.next = container_source_next,
                                          .close = container_source_close,
                                          .tell = container_source_tell};
    struct container_source *s = mem_new(1, sizeof(*s));
    enum err err = container_reader_open(path, &s->reader, reterr);

    s->source.ops = &ops;
    s->bytes_total = file_bytes(path);
    if (err == ERR_NONE)
        err = compile(s, path, reterr);
    if (err != ERR_NONE) {
        container_source_close(&s->source);
        return err;
    }
    *ret = &s->source;
    return ERR_NONE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as a thing: begins, holds and ends what resolve.c fills. The subs found on the way
 * (items of lists, skipped records) are compiled one after the other behind the main program, each
 * once, so a type that contains itself ends.
 */
#include "schemas/codec/plan.h"

#include "base/mem.h"
#include "schemas/codec/resolve.h"

/* Lists of strings are the lists of events: the decoder does them without running a program for
 * each item. */
static void
mark_string(struct plan *plan, struct sub *sub)
{
    const struct op *op = &plan->ops[sub->start];

    if (plan->n_ops != sub->start + 1 || op->of.code != OP_STRING)
        return;
    sub->is_string = true;
    sub->string_at = op->at;
    sub->string_max = op->n;
}

/* From codes to places. */
static void
link_ops(struct plan *plan)
{
    const void *const *places = decode_places();

    for (size_t i = 0; i < plan->n_ops; i++) {
        struct op *op = &plan->ops[i];

        if (op->of.code == OP_LIST && ((const struct sub *)op->ref)->is_string)
            op->of.code = OP_STRINGS;
        op->of.go = places[op->of.code];
    }
}

static enum err
compile(struct resolver *r, const struct schema *writer, const struct avro_desc *reader)
{
    const struct avro_field top = {.name = reader->name, .kind = AVK_RECORD, .of.named = reader};
    enum err err = resolve_slot(r, writer, &top, 0);

    resolve_emit(r, OP_RETURN, NULL);
    if (err == ERR_NONE)
        r->plan->measure = resolve_sub(r, writer, NULL);
    for (size_t i = 0; err == ERR_NONE && i < r->plan->n_subs; i++) {
        struct sub *sub = r->plan->subs[i];

        sub->start = (uint32_t)r->plan->n_ops;
        strbuf_clear(&r->path);
        if (sub->items != NULL) {
            strbuf_add(&r->path, str_from(sub->items->slot.name));
            err = resolve_slot(r, sub->writer->items, &sub->items->slot, 0);
            mark_string(r->plan, sub);
        } else {
            err = resolve_skip_content(r, sub->writer);
        }
        resolve_emit(r, OP_RETURN, NULL);
    }
    if (err == ERR_NONE && r->plan->n_ops > RESOLVE_OPS_MAX)
        err = error_set(r->reterr, ERR_SCHEMA, "the schema is too large");
    if (err == ERR_NONE)
        link_ops(r->plan);
    return err;
}

enum err
plan_compile(struct str writer_json, const struct avro_desc *reader, struct plan **ret,
             struct error *reterr)
{
    struct plan *plan = mem_new(1, sizeof(*plan));
    struct resolver r = {.plan = plan, .reterr = reterr};
    const struct schema *writer = NULL;
    enum err err;

    CHECK(reader->kind == AVK_RECORD);
    plan->reader = reader;
    err = schema_parse(writer_json, &plan->arena, &writer, reterr);
    if (err == ERR_NONE)
        err = compile(&r, writer, reader);
    strbuf_fini(&r.path);
    if (err != ERR_NONE) {
        plan_free(&plan);
        return err;
    }
    *ret = plan;
    return ERR_NONE;
}

const struct avro_desc *
plan_reader(const struct plan *plan)
{
    return plan->reader;
}

void
plan_free(struct plan **plan)
{
    struct plan *p = *plan;

    if (p == NULL)
        return;
    arena_fini(&p->arena);
    mem_free(p->ops);
    mem_free(p->names);
    mem_free(p->subs);
    mem_free(p);
    *plan = NULL;
}

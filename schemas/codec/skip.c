/* SPDX-License-Identifier: Apache-2.0 */
/* Skipping what we do not read. A record is a program of its own, called: it may contain itself. */
#include "schemas/codec/resolve.h"

static void
skip_raw(struct resolver *r, size_t n)
{
    if (n > 0)
        resolve_emit(r, OP_SKIP_RAW, NULL)->n = (uint32_t)n;
}

static void
skip_union(struct resolver *r, const struct schema *w)
{
    uint32_t *targets = arena_alloc(&r->plan->arena, w->n, sizeof(*targets));
    size_t *ends = arena_alloc(&r->plan->arena, w->n, sizeof(*ends));
    size_t at = r->plan->n_ops;
    struct op *op = resolve_emit(r, OP_UNION, NULL);

    op->n = (uint32_t)w->n;
    op->ref = targets;
    for (size_t i = 0; i < w->n; i++) {
        targets[i] = (uint32_t)(r->plan->n_ops - at - 1);
        resolve_skip(r, w->branches[i]);
        ends[i] = r->plan->n_ops;
        resolve_emit(r, OP_JUMP, NULL);
    }
    for (size_t i = 0; i < w->n; i++)
        r->plan->ops[ends[i]].more = (uint32_t)(r->plan->n_ops - ends[i] - 1);
}

void
resolve_skip(struct resolver *r, const struct schema *w)
{
    switch (w->kind) {
    case AVK_NULL:
        break;
    case AVK_BOOLEAN:
        skip_raw(r, 1);
        break;
    case AVK_INT:
    case AVK_LONG:
    case AVK_ENUM:
        resolve_emit(r, OP_SKIP_VARINT, NULL);
        break;
    case AVK_FLOAT:
        skip_raw(r, 4);
        break;
    case AVK_DOUBLE:
        skip_raw(r, 8);
        break;
    case AVK_BYTES:
    case AVK_STRING:
        resolve_emit(r, OP_SKIP_BYTES, NULL);
        break;
    case AVK_FIXED:
        skip_raw(r, w->size);
        break;
    case AVK_RECORD:
        resolve_emit(r, OP_CALL, NULL)->ref = resolve_sub(r, w, NULL);
        break;
    case AVK_ARRAY:
    case AVK_MAP:
        resolve_emit(r, OP_SKIP_LIST, NULL)->ref = resolve_sub(r, w, NULL);
        break;
    case AVK_UNION:
        skip_union(r, w);
        break;
    }
}

enum err
resolve_skip_content(struct resolver *r, const struct schema *w)
{
    if (w->kind == AVK_RECORD)
        for (size_t i = 0; i < w->n; i++)
            resolve_skip(r, w->fields[i].type);
    else if (w->kind == AVK_ARRAY || w->kind == AVK_MAP)
        resolve_skip(r, w->items);
    else
        resolve_skip(r, w);
    return r->plan->n_ops > RESOLVE_OPS_MAX
               ? error_set(r->reterr, ERR_SCHEMA, "the schema is too large")
               : ERR_NONE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lays a writer's type out over a slot of ours. Each branch of a writer's union that can be read is
 * laid out in full and ends with a jump behind the last one; records are laid out in the writer's
 * order, with what the writer lacks copied from an image first.
 */
#include "schemas/codec/resolve.h"

#include "base/mem.h"
#include "schemas/codec/cursor.h"
#include "schemas/codec/default.h"

static enum err resolve_value(struct resolver *r, const struct schema *w,
                              const struct avro_field *f, uint32_t shift);

struct op *
resolve_emit(struct resolver *r, enum op_code code, const char *name)
{
    struct plan *p = r->plan;
    struct op *op;

    p->ops = mem_grow(p->ops, p->n_ops, &p->cap_ops, sizeof(*p->ops));
    p->names = mem_grow(p->names, p->n_ops, &p->cap_names, sizeof(*p->names));
    p->names[p->n_ops] = name;
    op = &p->ops[p->n_ops++];
    *op = (struct op){.of.code = code};
    return op;
}

struct sub *
resolve_sub(struct resolver *r, const struct schema *w, const struct avro_items *items)
{
    struct plan *p = r->plan;
    struct sub *sub;

    for (size_t i = 0; i < p->n_subs; i++)
        if (p->subs[i]->writer == w && p->subs[i]->items == items)
            return p->subs[i];
    sub = arena_alloc(&p->arena, 1, sizeof(*sub));
    *sub = (struct sub){.writer = w,
                        .items = items,
                        .size = items != NULL ? (uint32_t)items->size : 0,
                        .has_key = w->kind == AVK_MAP,
                        .takes_bytes = w->items != NULL && w->items->takes_bytes};
    p->subs = mem_grow(p->subs, p->n_subs, &p->cap_subs, sizeof(struct sub *));
    p->subs[p->n_subs++] = sub;
    return sub;
}

/* Returns the length of the path before, to cut it back to. */
static size_t
path_push(struct resolver *r, const char *name)
{
    size_t before = r->path.n;

    if (before > 0)
        strbuf_add_char(&r->path, '.');
    strbuf_add(&r->path, str_from(name));
    return before;
}

static enum err
mismatch(struct resolver *r, const struct schema *w, const struct avro_field *f)
{
    bool is_named = f->kind == AVK_FIXED || f->kind == AVK_ENUM || f->kind == AVK_RECORD;

    return error_set(
        r->reterr, ERR_SCHEMA, "%s%.*s: the writer has %s%s%.*s, which cannot be read as %s%s%s",
        r->path.n > 0 ? "field " : "the record", STR_ARG(strbuf_str(&r->path)),
        avro_kind_name(w->kind), w->name.n > 0 ? " " : "", STR_ARG(w->name),
        avro_kind_name(f->kind), is_named ? " " : "", is_named ? f->of.named->name : "");
}

/* How a value without parts is read; OP_RETURN: not by one operation. */
static enum op_code
scalar_op(const struct schema *w, const struct avro_field *f)
{
    switch (f->kind) {
    case AVK_BOOLEAN:
        return OP_BOOLEAN;
    case AVK_INT:
        return OP_INT;
    case AVK_LONG:
        if (w->kind == AVK_INT)
            return OP_INT_AS_LONG;
        if (w->logical == AVL_TIMESTAMP_MICROS && f->logical == AVL_TIMESTAMP_MILLIS)
            return OP_MICROS_AS_MILLIS;
        if (w->logical == AVL_TIMESTAMP_MILLIS && f->logical == AVL_TIMESTAMP_MICROS)
            return OP_MILLIS_AS_MICROS;
        return OP_LONG;
    case AVK_FLOAT:
        return w->kind == AVK_FLOAT ? OP_FLOAT : OP_INT_AS_FLOAT;
    case AVK_DOUBLE:
        return w->kind == AVK_DOUBLE  ? OP_DOUBLE
               : w->kind == AVK_FLOAT ? OP_FLOAT_AS_DOUBLE
                                      : OP_INT_AS_DOUBLE;
    case AVK_STRING:
        return f->max_len >= CURSOR_SHORT_MAX ? OP_STRING : OP_SHORT_STRING;
    case AVK_BYTES:
        return avro_field_is_decimal64(f) ? OP_DECIMAL_BYTES : OP_BYTES;
    case AVK_FIXED:
        return avro_field_is_decimal64(f) ? OP_DECIMAL_FIXED : OP_FIXED;
    default:
        return OP_RETURN;
    }
}

static void
emit_scalar(struct resolver *r, enum op_code code, const struct schema *w,
            const struct avro_field *f, uint32_t shift)
{
    struct op *op = resolve_emit(r, code, f->name);

    op->at = shift + f->at;
    op->has_at = shift + f->has_at;
    if (f->kind == AVK_STRING || f->kind == AVK_BYTES)
        op->n = f->max_len;
    else if (f->kind == AVK_FIXED)
        op->n = (uint32_t)f->of.named->size;
    else
        op->n = w->kind == AVK_INT; /* INT_AS_...: the range to check */
}

static void
emit_enum(struct resolver *r, const struct schema *w, const struct avro_field *f, uint32_t shift)
{
    const struct avro_desc *desc = f->of.named;
    int32_t *map = arena_alloc(&r->plan->arena, w->symbols.n, sizeof(*map));
    struct op *op = resolve_emit(r, OP_ENUM, f->name);

    for (size_t i = 0; i < w->symbols.n; i++) {
        map[i] = desc->default_symbol;
        for (size_t k = 0; k < desc->n; k++)
            if (str_equal(w->symbols.v[i], str_from(desc->symbols[k])))
                map[i] = (int32_t)k;
    }
    op->at = shift + f->at;
    op->n = (uint32_t)w->symbols.n;
    op->ref = map;
}

/* The writer's field that feeds ours: by name, else by one of our aliases. n if there is none. */
static size_t
find_source(const struct schema *w, const struct avro_field *f)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_equal(w->fields[i].name, str_from(f->name)))
            return i;
    for (size_t k = 0; f->aliases != NULL && f->aliases[k] != NULL; k++)
        for (size_t i = 0; i < w->n; i++)
            if (str_equal(w->fields[i].name, str_from(f->aliases[k])))
                return i;
    return w->n;
}

static uint32_t
start_of(const struct avro_field *f)
{
    return f->is_nullable && f->has_at < f->at ? f->has_at : f->at;
}

/* Copies fields [from, to) of the image. They lie behind each other, and what is between them is
 * padding. */
static void
emit_copy(struct resolver *r, const struct avro_desc *desc, size_t from, size_t to,
          const char *image, uint32_t shift)
{
    uint32_t start = start_of(&desc->fields[from]);
    size_t end = desc->fields[to - 1].at + avro_field_size(&desc->fields[to - 1]);
    struct op *op = resolve_emit(r, OP_COPY, desc->fields[from].name);

    op->at = shift + start;
    op->n = (uint32_t)(end - start);
    op->ref = image + start;
}

/* Fields that no field of the writer feeds get their default, neighbours in one copy. */
static enum err
resolve_missing(struct resolver *r, const struct avro_desc *desc, const size_t *source, size_t none,
                uint32_t shift)
{
    char *image = NULL;
    size_t from = 0;

    for (size_t i = 0; i <= desc->n; i++) {
        if (i < desc->n && source[i] == none) {
            if (image == NULL) {
                image = arena_alloc(&r->plan->arena, desc->size, 1);
                memset(image, 0, desc->size);
            }
            if (default_write(&desc->fields[i], &r->plan->arena, image))
                continue;
            path_push(r, desc->fields[i].name);
            return error_set(r->reterr, ERR_SCHEMA,
                             "field %.*s: the writer lacks it and it has no default",
                             STR_ARG(strbuf_str(&r->path)));
        }
        if (from < i)
            emit_copy(r, desc, from, i, image, shift);
        from = i + 1;
    }
    return ERR_NONE;
}

static enum err
resolve_record(struct resolver *r, const struct schema *w, const struct avro_desc *desc,
               uint32_t shift)
{
    size_t *source = mem_new(desc->n, sizeof(*source));
    const struct avro_field **target = mem_new(w->n, sizeof(struct avro_field *));
    enum err err;

    for (size_t i = 0; i < desc->n; i++) {
        source[i] = find_source(w, &desc->fields[i]);
        if (source[i] < w->n && target[source[i]] != NULL)
            source[i] = w->n; /* an alias of two of ours: the first has it */
        if (source[i] < w->n)
            target[source[i]] = &desc->fields[i];
    }
    err = resolve_missing(r, desc, source, w->n, shift);
    for (size_t i = 0; i < w->n && err == ERR_NONE; i++) {
        if (target[i] == NULL) {
            resolve_skip(r, w->fields[i].type);
            continue;
        }
        size_t before = path_push(r, target[i]->name);

        err = resolve_slot(r, w->fields[i].type, target[i], shift);
        r->path.n = before;
    }
    mem_free(source);
    mem_free(target);
    return err;
}

static enum err
resolve_union_value(struct resolver *r, const struct schema *w, const struct avro_field *f,
                    uint32_t shift)
{
    const struct avro_field *branch = resolve_branch(w, f);
    struct op *op = resolve_emit(r, OP_KIND, f->name);
    size_t before = path_push(r, branch->name);
    enum err err;

    op->at = shift + f->at;
    op->n = (uint32_t)(branch - f->of.branches->v) + 1;
    err = resolve_value(r, w, branch, shift + f->at);
    r->path.n = before;
    return err;
}

/* The writer's type is not a union and matches; null of a nullable slot is settled. */
static enum err
resolve_value(struct resolver *r, const struct schema *w, const struct avro_field *f,
              uint32_t shift)
{
    struct sub *sub;
    struct op *op;

    switch (f->kind) {
    case AVK_NULL:
        return ERR_NONE;
    case AVK_ENUM:
        emit_enum(r, w, f, shift);
        return ERR_NONE;
    case AVK_RECORD:
        return resolve_record(r, w, f->of.named, shift + f->at);
    case AVK_UNION:
        return resolve_union_value(r, w, f, shift);
    case AVK_ARRAY:
    case AVK_MAP:
        sub = resolve_sub(r, w, f->of.items);
        op = resolve_emit(r, OP_LIST, f->name);
        op->at = shift + f->at;
        op->ref = sub;
        return ERR_NONE;
    default:
        emit_scalar(r, scalar_op(w, f), w, f, shift);
        return ERR_NONE;
    }
}

/* ["null", T] read into a nullable slot: the usual case, and one operation for strings. */
static enum err
resolve_nullable(struct resolver *r, const struct schema *w, const struct avro_field *f,
                 uint32_t shift)
{
    const struct schema *value = schema_nullable(w);
    uint32_t null_byte = w->branches[0] == value ? 2 : 0; /* index 1 is 2 as a varint */
    size_t at = r->plan->n_ops;
    enum err err;

    if (scalar_op(value, f) == OP_STRING) {
        emit_scalar(r, OP_NULL_STRING, value, f, shift);
        r->plan->ops[at].n = null_byte;
        r->plan->ops[at].more = f->max_len;
        return ERR_NONE;
    }
    resolve_emit(r, OP_NULLABLE, f->name);
    err = resolve_value(r, value, f, shift);
    r->plan->ops[at].n = null_byte;
    r->plan->ops[at].has_at = shift + f->has_at;
    r->plan->ops[at].more = (uint32_t)(r->plan->n_ops - at - 1);
    return err;
}

/* One branch of a writer's union: read, skipped as a branch that we do not know, or refused when it
 * comes. */
static enum err
resolve_writer_branch(struct resolver *r, const struct schema *w, const struct avro_field *f,
                      uint32_t shift)
{
    if (resolve_matches(w, f))
        return resolve_slot(r, w, f, shift);
    if (f->kind == AVK_UNION) {
        resolve_emit(r, OP_KIND, f->name)->at = shift + f->at;
        resolve_skip(r, w);
    } else {
        resolve_emit(r, OP_REFUSE, f->name)->n =
            w->kind == AVK_NULL ? DECODE_MISSING_FIELD : DECODE_BAD_VALUE;
    }
    return ERR_NONE;
}

static enum err
resolve_writer_union(struct resolver *r, const struct schema *w, const struct avro_field *f,
                     uint32_t shift)
{
    uint32_t *targets = arena_alloc(&r->plan->arena, w->n, sizeof(*targets));
    size_t *ends = arena_alloc(&r->plan->arena, w->n, sizeof(*ends));
    size_t at = r->plan->n_ops;
    struct op *op = resolve_emit(r, OP_UNION, f->name);
    enum err err = ERR_NONE;

    op->n = (uint32_t)w->n;
    op->ref = targets;
    for (size_t i = 0; i < w->n; i++) {
        targets[i] = (uint32_t)(r->plan->n_ops - at - 1);
        if (err == ERR_NONE)
            err = resolve_writer_branch(r, w->branches[i], f, shift);
        ends[i] = r->plan->n_ops;
        resolve_emit(r, OP_JUMP, f->name);
    }
    for (size_t i = 0; i < w->n; i++)
        r->plan->ops[ends[i]].more = (uint32_t)(r->plan->n_ops - ends[i] - 1);
    return err;
}

enum err
resolve_slot(struct resolver *r, const struct schema *w, const struct avro_field *f, uint32_t shift)
{
    const struct schema *value = schema_nullable(w);

    if (r->plan->n_ops > RESOLVE_OPS_MAX)
        return error_set(r->reterr, ERR_SCHEMA, "the schema is too large");
    if (!resolve_matches(w, f))
        return mismatch(r, w, f);
    if (value != NULL && f->is_nullable && resolve_matches(value, f))
        return resolve_nullable(r, w, f, shift);
    if (w->kind == AVK_UNION)
        return resolve_writer_union(r, w, f, shift);
    if (f->is_nullable) {
        bool is_null = w->kind == AVK_NULL;

        resolve_emit(r, is_null ? OP_FALSE : OP_TRUE, f->name)->has_at = shift + f->has_at;
        if (is_null)
            return ERR_NONE;
    }
    return resolve_value(r, w, f, shift);
}

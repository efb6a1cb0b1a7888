/* SPDX-License-Identifier: Apache-2.0 */
/* Which types of a writer fit which slots of ours, before anything is laid out. */
#include "schemas/codec/resolve.h"

bool
resolve_is_named(struct str writer_name, const struct avro_desc *desc)
{
    struct str name = schema_short_name(writer_name);

    if (desc->any_name || str_equal(name, schema_short_name(str_from(desc->name))))
        return true;
    for (size_t i = 0; desc->aliases != NULL && desc->aliases[i] != NULL; i++)
        if (str_equal(name, schema_short_name(str_from(desc->aliases[i]))))
            return true;
    return false;
}

/* A decimal of another scale would be another number; without a logical type the writer only left
 * it out. */
static bool
same_decimal(const struct schema *w, const struct avro_field *f)
{
    if (f->logical != AVL_DECIMAL)
        return true;
    return w->kind == f->kind &&
           (w->logical == AVL_NONE || (w->logical == AVL_DECIMAL && w->scale == f->scale));
}

static bool
is_same_kind(const struct schema *w, const struct avro_field *f)
{
    if (w->kind != f->kind)
        return false;
    switch (f->kind) {
    case AVK_BYTES:
        return same_decimal(w, f);
    case AVK_FIXED:
        return w->size == f->of.named->size && resolve_is_named(w->name, f->of.named) &&
               same_decimal(w, f);
    case AVK_ENUM:
    case AVK_RECORD:
        return resolve_is_named(w->name, f->of.named);
    case AVK_ARRAY:
    case AVK_MAP:
        return resolve_matches(w->items, &f->of.items->slot);
    default:
        return true;
    }
}

static bool
is_promoted(const struct schema *w, const struct avro_field *f)
{
    switch (w->kind) {
    case AVK_INT:
        return f->kind == AVK_LONG || f->kind == AVK_FLOAT || f->kind == AVK_DOUBLE;
    case AVK_LONG:
        return f->kind == AVK_FLOAT || f->kind == AVK_DOUBLE;
    case AVK_FLOAT:
        return f->kind == AVK_DOUBLE;
    case AVK_STRING:
        return f->kind == AVK_BYTES && f->logical != AVL_DECIMAL;
    case AVK_BYTES:
        return f->kind == AVK_STRING;
    default:
        return false;
    }
}

/*
 * The specification takes the first branch that matches, promotions included; as the Java library
 * does, a branch of the very type goes first, so that an int does not become a float because that
 * is listed earlier.
 */
const struct avro_field *
resolve_branch(const struct schema *w, const struct avro_field *f)
{
    const struct avro_union *u = f->of.branches;

    for (size_t i = 0; i < u->n; i++)
        if (is_same_kind(w, &u->v[i]))
            return &u->v[i];
    for (size_t i = 0; i < u->n; i++)
        if (is_promoted(w, &u->v[i]))
            return &u->v[i];
    return NULL;
}

bool
resolve_matches(const struct schema *w, const struct avro_field *f)
{
    if (w->kind == AVK_UNION) {
        for (size_t i = 0; i < w->n; i++)
            if (resolve_matches(w->branches[i], f))
                return true;
        return false;
    }
    if (f->is_nullable && w->kind == AVK_NULL)
        return true;
    if (f->kind == AVK_UNION)
        return resolve_branch(w, f) != NULL;
    return is_same_kind(w, f) || is_promoted(w, f);
}

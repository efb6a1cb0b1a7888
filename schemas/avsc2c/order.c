/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record must stand behind every record that it holds by value. What it holds through a pointer
 * (items of arrays, values of maps) may stand anywhere, so those are visited after the record
 * itself: that is what lets a type refer to itself. The items of an array of unions are an unnamed
 * struct inside the record, so their branches are by value.
 */
#include "base/mem.h"
#include "schemas/avsc2c/emit.h"

struct walk {
    struct emit_order *order; /* records done, or begun */
    struct emit_order begun;  /* records whose members are being walked */
    struct error *reterr;
};

static enum err order_record(struct walk *w, const struct schema *s);

static void
append(struct emit_order *list, const struct schema *s)
{
    list->v = mem_grow(list->v, list->n, &list->cap, sizeof(*list->v));
    list->v[list->n++] = s;
}

static bool
contains(const struct emit_order *list, const struct schema *s)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i] == s)
            return true;
    return false;
}

/* Walks `s`: the records in it by value, or those behind pointers. */
static enum err
order_members(struct walk *w, const struct schema *s, bool by_value, bool is_inside_pointer)
{
    enum err err = ERR_NONE;

    if (s->kind == AVK_RECORD)
        return by_value != is_inside_pointer ? order_record(w, s) : ERR_NONE;
    if (s->kind == AVK_ARRAY || s->kind == AVK_MAP) {
        bool is_named =
            s->kind == AVK_MAP || s->items->kind == AVK_RECORD || schema_nullable(s->items) != NULL;

        return order_members(w, s->items, by_value, is_inside_pointer || is_named);
    }
    if (s->kind != AVK_UNION)
        return ERR_NONE;
    for (size_t i = 0; i < s->n && err == ERR_NONE; i++)
        err = order_members(w, s->branches[i], by_value, is_inside_pointer);
    return err;
}

static enum err
order_record(struct walk *w, const struct schema *s)
{
    enum err err = ERR_NONE;

    if (contains(w->order, s))
        return ERR_NONE;
    if (contains(&w->begun, s))
        return error_set(w->reterr, ERR_SCHEMA, "record %.*s holds itself by value",
                         STR_ARG(s->name));
    append(&w->begun, s);
    for (size_t i = 0; i < s->n && err == ERR_NONE; i++)
        err = order_members(w, s->fields[i].type, true, false);
    w->begun.n--;
    append(w->order, s);
    for (size_t i = 0; i < s->n && err == ERR_NONE; i++)
        err = order_members(w, s->fields[i].type, false, false);
    return err;
}

/* Enums and fixed, wherever they are. */
static void
order_small(struct walk *w, const struct schema *s)
{
    if (s->kind == AVK_ENUM || s->kind == AVK_FIXED) {
        if (!contains(w->order, s))
            append(w->order, s);
    } else if (s->kind == AVK_ARRAY || s->kind == AVK_MAP) {
        order_small(w, s->items);
    } else if (s->kind == AVK_UNION) {
        for (size_t i = 0; i < s->n; i++)
            order_small(w, s->branches[i]);
    } else if (s->kind == AVK_RECORD && !contains(&w->begun, s)) {
        append(&w->begun, s);
        for (size_t i = 0; i < s->n; i++)
            order_small(w, s->fields[i].type);
    }
}

enum err
emit_order_types(const struct schema *top, struct emit_order *ret, struct error *reterr)
{
    struct emit_order order = {0};
    struct walk w = {.order = &order, .reterr = reterr};
    enum err err;

    if (top->kind != AVK_RECORD)
        return error_set(reterr, ERR_SCHEMA, "the schema is not a record");
    order_small(&w, top);
    w.begun.n = 0;
    err = order_record(&w, top);
    mem_free(w.begun.v);
    if (err != ERR_NONE) {
        mem_free(order.v);
        return err;
    }
    *ret = order;
    return ERR_NONE;
}

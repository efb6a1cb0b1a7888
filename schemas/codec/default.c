/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON encoding of the specification for defaults: bytes and fixed are strings whose code
 * points are the bytes, a union's default belongs to its first branch, a record may leave out
 * fields that have defaults themselves.
 */
#include "schemas/codec/default.h"

#include "base/check.h"

#include <jansson.h>

struct writer {
    struct arena *arena;
};

static bool write_slot(struct writer *w, const struct avro_field *f, json_t *json, char *base);

#define STORE(base, at, value) memcpy((base) + (at), &(value), sizeof(value))

bool
default_latin1(struct str text, struct arena *arena, struct str *ret)
{
    const unsigned char *from = (const unsigned char *)text.p;
    char *to = arena_alloc(arena, text.n, 1);
    size_t used = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (from[i] < 0x80) {
            to[used++] = (char)from[i];
            continue;
        }
        if (from[i] > 0xc3 || i + 1 == text.n)
            return false;
        to[used++] = (char)((from[i] << 6) | (from[i + 1] & 0x3f));
        i++;
    }
    *ret = str_of(to, used);
    return true;
}

static bool
write_bytes(struct writer *w, const struct avro_field *f, json_t *json, char *base)
{
    struct str text = str_of(json_string_value(json), json_string_length(json));
    struct str bytes;
    int64_t v = 0;

    if (!json_is_string(json) || !default_latin1(text, w->arena, &bytes))
        return false;
    if (f->kind == AVK_FIXED && bytes.n != f->of.named->size)
        return false;
    if (avro_field_is_decimal64(f)) {
        if (bytes.n > 8)
            return false;
        v = bytes.n > 0 && (unsigned char)bytes.p[0] >= 0x80 ? -1 : 0;
        for (size_t i = 0; i < bytes.n; i++)
            v = (int64_t)(((uint64_t)v << 8) | (unsigned char)bytes.p[i]);
        STORE(base, f->at, v);
    } else if (f->kind == AVK_FIXED) {
        memcpy(base + f->at, bytes.p, bytes.n);
    } else {
        STORE(base, f->at, bytes);
    }
    return true;
}

static bool
write_number(const struct avro_field *f, json_t *json, char *base)
{
    int64_t v = json_integer_value(json);
    double d = json_number_value(json);
    int32_t small = (int32_t)v;
    float narrow = (float)d;

    if (f->kind == AVK_FLOAT || f->kind == AVK_DOUBLE) {
        if (f->kind == AVK_FLOAT)
            STORE(base, f->at, narrow);
        else
            STORE(base, f->at, d);
        return json_is_number(json);
    }
    if (f->kind == AVK_LONG)
        STORE(base, f->at, v);
    else
        STORE(base, f->at, small);
    return json_is_integer(json) && (f->kind == AVK_LONG || small == v);
}

static bool
write_symbol(const struct avro_field *f, struct str symbol, char *base)
{
    for (size_t i = 0; i < f->of.named->n; i++) {
        int index = (int)i;

        if (str_equal(symbol, str_from(f->of.named->symbols[i]))) {
            STORE(base, f->at, index);
            return true;
        }
    }
    return false;
}

static bool
write_record(struct writer *w, const struct avro_desc *desc, json_t *json, char *base)
{
    if (!json_is_object(json))
        return false;
    for (size_t i = 0; i < desc->n; i++) {
        const struct avro_field *f = &desc->fields[i];
        json_t *value = json_object_get(json, f->name);

        if (value != NULL ? !write_slot(w, f, value, base) : !default_write(f, w->arena, base))
            return false;
    }
    return true;
}

static bool
write_list(struct writer *w, const struct avro_field *f, json_t *json, char *base)
{
    const struct avro_items *items = f->of.items;
    bool is_map = f->kind == AVK_MAP;
    size_t n = is_map ? json_object_size(json) : json_array_size(json);
    struct avro_list list = {.v = n > 0 ? arena_alloc(w->arena, n, items->size) : NULL};
    const char *name;
    json_t *value;
    size_t i;

    if (is_map ? !json_is_object(json) : !json_is_array(json))
        return false;
    if (n > 0)
        memset(list.v, 0, n * items->size);
    json_array_foreach(
        json, i, value) if (!write_slot(w, &items->slot, value,
                                        (char *)list.v + list.n++ * items->size)) return false;
    json_object_foreach(json, name, value)
    {
        char *entry = (char *)list.v + list.n++ * items->size;
        struct str key = arena_copy(w->arena, str_from(name));

        STORE(entry, 0, key);
        if (!write_slot(w, &items->slot, value, entry))
            return false;
    }
    STORE(base, f->at, list);
    return true;
}

static bool
write_union(struct writer *w, const struct avro_field *f, json_t *json, char *base)
{
    int kind = 1;

    STORE(base, f->at, kind);
    return write_slot(w, &f->of.branches->v[0], json, base + f->at);
}

static bool
write_value(struct writer *w, const struct avro_field *f, json_t *json, char *base)
{
    struct str text;

    switch (f->kind) {
    case AVK_NULL:
        base[f->at] = 0;
        return json_is_null(json);
    case AVK_BOOLEAN:
        base[f->at] = json_is_true(json);
        return json_is_boolean(json);
    case AVK_INT:
    case AVK_LONG:
    case AVK_FLOAT:
    case AVK_DOUBLE:
        return write_number(f, json, base);
    case AVK_STRING:
        text = arena_copy(w->arena, str_of(json_string_value(json), json_string_length(json)));
        STORE(base, f->at, text);
        return json_is_string(json);
    case AVK_BYTES:
    case AVK_FIXED:
        return write_bytes(w, f, json, base);
    case AVK_ENUM:
        return json_is_string(json) && write_symbol(f, str_from(json_string_value(json)), base);
    case AVK_RECORD:
        return write_record(w, f->of.named, json, base + f->at);
    case AVK_ARRAY:
    case AVK_MAP:
        return write_list(w, f, json, base);
    case AVK_UNION:
        return write_union(w, f, json, base);
    }
    return false;
}

static bool
write_slot(struct writer *w, const struct avro_field *f, json_t *json, char *base)
{
    if (f->is_nullable) {
        base[f->has_at] = !json_is_null(json);
        if (json_is_null(json))
            return true;
    }
    return write_value(w, f, json, base);
}

/* The defaults that nearly all fields have, without a parser: reading JSON events meets several in
 * each. */
static bool
write_usual(const struct avro_field *f, struct str text, char *base)
{
    struct str empty = STR("");
    struct avro_list none = {0};

    if (f->is_nullable && str_equal(text, STR("null")))
        base[f->has_at] = 0;
    else if (f->is_nullable)
        return false;
    else if (f->kind == AVK_STRING && str_equal(text, STR("\"\"")))
        STORE(base, f->at, empty);
    else if (f->kind == AVK_BOOLEAN && str_equal(text, STR("false")))
        base[f->at] = 0;
    else if (f->kind == AVK_BOOLEAN && str_equal(text, STR("true")))
        base[f->at] = 1;
    else if (f->kind == AVK_ENUM && text.n > 2 && text.p[0] == '"')
        return write_symbol(f, str_of(text.p + 1, text.n - 2), base);
    else if ((f->kind == AVK_ARRAY && str_equal(text, STR("[]"))) ||
             (f->kind == AVK_MAP && str_equal(text, STR("{}"))))
        STORE(base, f->at, none);
    else
        return false;
    return true;
}

bool
default_write(const struct avro_field *f, struct arena *arena, char *base)
{
    struct writer w = {.arena = arena};
    json_t *json;
    bool is_good;

    if (f->default_json == NULL)
        return false;
    if (write_usual(f, str_from(f->default_json), base))
        return true;
    json = json_loads(f->default_json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    CHECK(json != NULL);
    is_good = write_slot(&w, f, json, base);
    json_decref(json);
    return is_good;
}

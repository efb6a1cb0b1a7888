/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/evtime.h"
#include "base/mem.h"
#include "schemas/codec/default.h"
#include "schemas/codec/json.h"

#include <jansson.h>

struct json_object {
    json_t *json;
};

static enum decode_result read_value(struct json_read *r, const struct avro_field *f, json_t *json,
                                     char *base);

#define STORE(base, at, value) memcpy((base) + (at), &(value), sizeof(value))

enum decode_result
json_object_parse(struct str text, struct json_object **ret)
{
    struct json_object *object;
    json_t *json;

    if (!str_is_utf8(text))
        return DECODE_BAD_UTF8;
    json = json_loadb(text.n > 0 ? text.p : "", text.n, JSON_ALLOW_NUL, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return DECODE_BAD_JSON;
    }
    object = mem_new(1, sizeof(*object));
    object->json = json;
    *ret = object;
    return DECODE_OK;
}

void
json_object_free(struct json_object **object)
{
    if (*object == NULL)
        return;
    json_decref((*object)->json);
    mem_free(*object);
    *object = NULL;
}

unsigned
json_object_members(const struct json_object *object)
{
    return (unsigned)json_object_size(object->json);
}

static struct str
text_of(json_t *json)
{
    return str_of(json_string_value(json), json_string_length(json));
}

enum decode_result
json_object_string(const struct json_object *object, const char *name, struct str *ret)
{
    json_t *json = json_object_get(object->json, name);

    if (json == NULL || json_is_null(json))
        return DECODE_MISSING_FIELD;
    if (!json_is_string(json))
        return DECODE_BAD_VALUE;
    *ret = text_of(json);
    return DECODE_OK;
}

static enum decode_result
read_time(const struct avro_field *f, json_t *json, char *base)
{
    int64_t v = json_integer_value(json);
    int64_t unit = f->logical == AVL_TIMESTAMP_MICROS ? 1000 : 1;

    if (json_is_string(json)) {
        if (!evtime_parse(text_of(json), &v))
            return DECODE_BAD_VALUE;
        v *= unit; /* years are of four digits: far from the end of an int64_t */
    } else if (!json_is_integer(json)) {
        return DECODE_BAD_VALUE;
    }
    STORE(base, f->at, v);
    return DECODE_OK;
}

/* "-12.34" with at most `scale` digits behind the point (more may be zeros) and 18 in all. */
static bool
parse_decimal(struct str s, int scale, int64_t *ret)
{
    bool is_negative = s.n > 0 && s.p[0] == '-';
    int64_t v = 0;
    int after = -1; /* digits behind the point, -1: before it */
    size_t digits = 0;

    for (size_t i = is_negative; i < s.n; i++) {
        char c = s.p[i];

        if (c == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (c < '0' || c > '9' || (after >= scale && c != '0') || v >= INT64_C(100000000000000000))
            return false;
        digits++;
        if (after < scale)
            v = v * 10 + (c - '0');
        if (after >= 0 && after < scale)
            after++;
    }
    for (after = after < 0 ? 0 : after; after < scale; after++) {
        if (v >= INT64_C(100000000000000000))
            return false;
        v *= 10;
    }
    *ret = is_negative ? -v : v;
    return digits > 0;
}

static enum decode_result
read_decimal(const struct avro_field *f, json_t *json, char *base)
{
    struct strbuf text = {0};
    int64_t v;
    bool is_good;

    if (json_is_integer(json))
        strbuf_add_int(&text, json_integer_value(json));
    else if (json_is_real(json))
        strbuf_add_double(&text, json_real_value(json));
    else if (json_is_string(json))
        strbuf_add(&text, text_of(json));
    is_good = parse_decimal(strbuf_str(&text), f->scale, &v);
    strbuf_fini(&text);
    if (!is_good)
        return DECODE_BAD_VALUE;
    STORE(base, f->at, v);
    return DECODE_OK;
}

static enum decode_result
read_number(const struct avro_field *f, json_t *json, char *base)
{
    int64_t v = json_integer_value(json);
    double wide = json_number_value(json);
    int32_t small = (int32_t)v;
    float narrow = (float)wide;

    if (f->kind == AVK_FLOAT || f->kind == AVK_DOUBLE) {
        if (!json_is_number(json))
            return DECODE_BAD_VALUE;
        if (f->kind == AVK_FLOAT)
            STORE(base, f->at, narrow);
        else
            STORE(base, f->at, wide);
        return DECODE_OK;
    }
    if (f->logical == AVL_TIMESTAMP_MILLIS || f->logical == AVL_TIMESTAMP_MICROS)
        return read_time(f, json, base);
    if (!json_is_integer(json) || (f->kind == AVK_INT && small != v))
        return DECODE_BAD_VALUE;
    if (f->kind == AVK_INT)
        STORE(base, f->at, small);
    else
        STORE(base, f->at, v);
    return DECODE_OK;
}

static enum decode_result
read_string(struct json_read *r, const struct avro_field *f, json_t *json, char *base)
{
    struct str s;

    if (!json_is_string(json))
        return DECODE_BAD_VALUE;
    if (json_string_length(json) > f->max_len)
        return DECODE_TOO_LONG;
    s = arena_copy(r->arena, text_of(json));
    STORE(base, f->at, s);
    return DECODE_OK;
}

/* Code points 0 to 255 become bytes. */
static enum decode_result
read_bytes(struct json_read *r, const struct avro_field *f, json_t *json, char *base)
{
    struct str text = text_of(json);
    struct str bytes;

    if (!json_is_string(json) || !default_latin1(text, r->arena, &bytes))
        return DECODE_BAD_VALUE;
    if (f->kind == AVK_FIXED) {
        if (bytes.n != f->of.named->size)
            return DECODE_BAD_VALUE;
        memcpy(base + f->at, bytes.p, bytes.n);
        return DECODE_OK;
    }
    if (bytes.n > f->max_len)
        return DECODE_TOO_LONG;
    STORE(base, f->at, bytes);
    return DECODE_OK;
}

static enum decode_result
read_enum(const struct avro_field *f, json_t *json, char *base)
{
    const struct avro_desc *desc = f->of.named;
    int index = desc->default_symbol;

    if (!json_is_string(json))
        return DECODE_BAD_VALUE;
    for (size_t i = 0; i < desc->n; i++)
        if (strcmp(desc->symbols[i], json_string_value(json)) == 0)
            index = (int)i;
    if (index < 0)
        return DECODE_UNKNOWN_ENUM;
    STORE(base, f->at, index);
    return DECODE_OK;
}

/* The kind of the union's null branch, 0 if it has none. */
static int
null_kind(const struct avro_union *u)
{
    for (size_t i = 0; i < u->n; i++)
        if (u->v[i].kind == AVK_NULL)
            return (int)i + 1;
    return 0;
}

/* Is null a value of the slot itself, beside what `is_nullable` says? */
static bool
takes_null(const struct avro_field *f)
{
    return f->kind == AVK_NULL || (f->kind == AVK_UNION && null_kind(f->of.branches) > 0);
}

static enum decode_result
read_fields(struct json_read *r, const struct avro_field *fields, size_t n, json_t *json,
            char *base)
{
    for (size_t i = 0; i < n; i++) {
        const struct avro_field *f = &fields[i];
        json_t *value = json_object_get(json, f->name);
        enum decode_result result = DECODE_OK;

        for (size_t k = 0; value == NULL && f->aliases != NULL && f->aliases[k] != NULL; k++)
            value = json_object_get(json, f->aliases[k]);
        if (value != NULL)
            r->used++;
        /* "" is no symbol of any enum: it says as much as nothing. */
        if (f->kind == AVK_ENUM && json_is_string(value) && json_string_length(value) == 0)
            value = NULL;
        if (value != NULL && (!json_is_null(value) || takes_null(f))) {
            if (f->is_nullable)
                base[f->has_at] = 1;
            result = read_value(r, f, value, base);
        } else if (f->is_nullable && value != NULL) {
            base[f->has_at] = 0;
        } else if (!default_write(f, r->arena, base)) {
            result = DECODE_MISSING_FIELD;
        }
        if (result != DECODE_OK) {
            r->field = r->field != NULL ? r->field : f->name;
            return result;
        }
    }
    return DECODE_OK;
}

static enum decode_result
read_record(struct json_read *r, const struct avro_desc *desc, json_t *json, char *base)
{
    struct json_read inner = {.arena = r->arena};
    enum decode_result result;

    if (!json_is_object(json))
        return DECODE_BAD_VALUE;
    result = read_fields(&inner, desc->fields, desc->n, json, base);
    r->unknown += inner.unknown + (unsigned)json_object_size(json) - inner.used;
    r->field = inner.field;
    return result;
}

/* An item or a map's value; null only where the slot may be. */
static enum decode_result
read_item(struct json_read *r, const struct avro_field *f, json_t *json, char *item)
{
    if (f->is_nullable) {
        item[f->has_at] = !json_is_null(json);
        if (json_is_null(json))
            return DECODE_OK;
    }
    return read_value(r, f, json, item);
}

static enum decode_result
read_list(struct json_read *r, const struct avro_field *f, json_t *json, char *base)
{
    const struct avro_items *items = f->of.items;
    bool is_map = f->kind == AVK_MAP;
    size_t n = is_map ? json_object_size(json) : json_array_size(json);
    struct avro_list list = {.v = n > 0 ? arena_alloc(r->arena, n, items->size) : NULL};
    enum decode_result result = DECODE_OK;
    const char *name;
    json_t *value;
    size_t i;

    if (is_map ? !json_is_object(json) : !json_is_array(json))
        return DECODE_BAD_VALUE;
    json_array_foreach(json, i, value)
    {
        if (result == DECODE_OK)
            result = read_item(r, &items->slot, value, (char *)list.v + list.n++ * items->size);
    }
    json_object_foreach(json, name, value)
    {
        char *entry = (char *)list.v + list.n * items->size;
        struct str key;

        /* Null where a value must be is as absent: no entry. */
        if (json_is_null(value) && !items->slot.is_nullable)
            continue;
        list.n++;
        key = arena_copy(r->arena, str_from(name));

        STORE(entry, 0, key);
        if (result == DECODE_OK)
            result = read_item(r, &items->slot, value, entry);
    }
    STORE(base, f->at, list);
    return result;
}

/* null or {"Name": value}; a name that we do not know is kind 0. */
static enum decode_result
read_union(struct json_read *r, const struct avro_field *f, json_t *json, char *base)
{
    const struct avro_union *u = f->of.branches;
    const char *name = json_object_iter_key(json_object_iter(json));
    int kind = json_is_null(json) ? null_kind(u) : 0;

    if (kind > 0) {
        STORE(base, f->at, kind);
        return DECODE_OK;
    }
    if (!json_is_object(json) || json_object_size(json) != 1)
        return DECODE_BAD_VALUE;
    for (size_t i = 0; i < u->n; i++)
        if (strcmp(u->names[i + 1], name) == 0)
            kind = (int)i + 1;
    STORE(base, f->at, kind);
    if (kind == 0)
        return DECODE_OK;
    return read_value(r, &u->v[kind - 1], json_object_get(json, name), base + f->at);
}

/* The value is not null, unless the union below has a branch for it. */
static enum decode_result
read_value(struct json_read *r, const struct avro_field *f, json_t *json, char *base)
{
    if (avro_field_is_decimal64(f))
        return read_decimal(f, json, base);
    switch (f->kind) {
    case AVK_NULL:
        return json_is_null(json) ? DECODE_OK : DECODE_BAD_VALUE;
    case AVK_BOOLEAN:
        base[f->at] = json_is_true(json);
        return json_is_boolean(json) ? DECODE_OK : DECODE_BAD_VALUE;
    case AVK_INT:
    case AVK_LONG:
    case AVK_FLOAT:
    case AVK_DOUBLE:
        return read_number(f, json, base);
    case AVK_STRING:
        return read_string(r, f, json, base);
    case AVK_BYTES:
    case AVK_FIXED:
        return read_bytes(r, f, json, base);
    case AVK_ENUM:
        return read_enum(f, json, base);
    case AVK_RECORD:
        return read_record(r, f->of.named, json, base + f->at);
    case AVK_ARRAY:
    case AVK_MAP:
        return read_list(r, f, json, base);
    case AVK_UNION:
        return read_union(r, f, json, base);
    }
    return DECODE_BAD_VALUE;
}

enum decode_result
json_object_read(const struct json_object *object, const struct avro_field *fields, size_t n,
                 struct json_read *read, void *ret)
{
    return read_fields(read, fields, n, object->json, ret);
}

enum decode_result
avro_json_read(const struct avro_desc *desc, struct str text, struct arena *arena, void *ret,
               unsigned *unknown_fields, const char **ret_field)
{
    struct json_read read = {.arena = arena};
    struct json_object *object = NULL;
    enum decode_result result = json_object_parse(text, &object);

    if (result == DECODE_OK)
        result = json_object_read(object, desc->fields, desc->n, &read, ret);
    if (result == DECODE_OK && unknown_fields != NULL)
        *unknown_fields = json_object_members(object) - read.used + read.unknown;
    if (result != DECODE_OK && ret_field != NULL)
        *ret_field = read.field;
    json_object_free(&object);
    return result;
}

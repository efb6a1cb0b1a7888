/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/avro_twin.h"

#include <jansson.h>

struct twin {
    int64_t v; /* numbers, boolean, index of enum or union */
    double d;
    struct str s; /* string, bytes, fixed */
    size_t n;
    const struct twin **items; /* of lists, fields, the branch's value */
    struct str *keys;
};

static struct twin *
new_twin(struct arena *arena, size_t n)
{
    struct twin *t = arena_alloc(arena, 1, sizeof(*t));

    *t = (struct twin){.n = n};
    t->items = arena_alloc(arena, n, sizeof(struct twin *));
    t->keys = arena_alloc(arena, n, sizeof(*t->keys));
    return t;
}

/* ---- reading ---- */

static bool
get_long(struct str *b, int64_t *ret)
{
    uint64_t v = 0;

    for (int shift = 0; shift < 70 && b->n > 0; shift += 7) {
        unsigned char byte = (unsigned char)b->p[0];

        *b = str_of(b->p + 1, b->n - 1);
        v |= (uint64_t)(byte & 127) << (shift & 63);
        if (byte < 128) {
            *ret = (v & 1) != 0 ? (int64_t) ~(v >> 1) : (int64_t)(v >> 1);
            return true;
        }
    }
    return false;
}

static bool
get_bytes(struct str *b, size_t n, struct str *ret)
{
    if (n > b->n)
        return false;
    *ret = str_of(b->p, n);
    *b = str_of(b->p + n, b->n - n);
    return true;
}

static const struct twin *
read_list(const struct schema *w, struct str *b, struct arena *arena)
{
    struct twin *t = new_twin(arena, b->n);
    int64_t count;
    int64_t size;

    t->n = 0;
    do {
        if (!get_long(b, &count) || (count < 0 && !get_long(b, &size)))
            return NULL;
        for (int64_t i = count < 0 ? -count : count; i > 0; i--) {
            int64_t n = 0;

            if (w->kind == AVK_MAP &&
                (!get_long(b, &n) || !get_bytes(b, (size_t)n, &t->keys[t->n])))
                return NULL;
            t->items[t->n] = twin_read(w->items, b, arena);
            if (t->items[t->n++] == NULL)
                return NULL;
        }
    } while (count != 0);
    return t;
}

static const struct twin *
read_fields(const struct schema *w, struct str *b, struct arena *arena)
{
    struct twin *t = new_twin(arena, w->n);

    for (size_t i = 0; i < w->n; i++) {
        t->items[i] = twin_read(w->fields[i].type, b, arena);
        if (t->items[i] == NULL)
            return NULL;
    }
    return t;
}

static bool
read_scalar(const struct schema *w, struct str *b, struct twin *t)
{
    struct str raw;
    float narrow;
    int64_t n;

    switch (w->kind) {
    case AVK_NULL:
        return true;
    case AVK_BOOLEAN:
        if (!get_bytes(b, 1, &raw))
            return false;
        t->v = raw.p[0];
        return true;
    case AVK_FLOAT:
        if (!get_bytes(b, 4, &raw))
            return false;
        memcpy(&narrow, raw.p, 4);
        t->d = (double)narrow;
        return true;
    case AVK_DOUBLE:
        if (!get_bytes(b, 8, &raw))
            return false;
        memcpy(&t->d, raw.p, 8);
        return true;
    case AVK_FIXED:
        return get_bytes(b, w->size, &t->s);
    case AVK_BYTES:
    case AVK_STRING:
        return get_long(b, &n) && n >= 0 && get_bytes(b, (size_t)n, &t->s);
    default:
        return get_long(b, &t->v);
    }
}

const struct twin *
twin_read(const struct schema *w, struct str *b, struct arena *arena)
{
    struct twin *t;

    if (w->kind == AVK_ARRAY || w->kind == AVK_MAP)
        return read_list(w, b, arena);
    if (w->kind == AVK_RECORD)
        return read_fields(w, b, arena);
    t = new_twin(arena, 1);
    if (!read_scalar(w, b, t))
        return NULL;
    if (w->kind == AVK_UNION) {
        if ((uint64_t)t->v >= w->n)
            return NULL;
        t->items[0] = twin_read(w->branches[t->v], b, arena);
        return t->items[0] != NULL ? t : NULL;
    }
    return t;
}

/* ---- matching ---- */

static bool
same_name(const struct schema *w, const struct schema *r)
{
    struct str name = schema_short_name(w->name);

    if (str_equal(name, schema_short_name(r->name)))
        return true;
    for (size_t i = 0; i < r->aliases.n; i++)
        if (str_equal(name, schema_short_name(r->aliases.v[i])))
            return true;
    return false;
}

static bool meets(const struct schema *w, const struct schema *r);

/* 2: the same kind, 1: by promotion, 0: not. Neither is a union. */
static int
fit(const struct schema *w, const struct schema *r)
{
    bool is_number = w->kind == AVK_INT || w->kind == AVK_LONG || w->kind == AVK_FLOAT;

    if (w->kind == r->kind) {
        if (w->kind == AVK_FIXED)
            return w->size == r->size && same_name(w, r) ? 2 : 0;
        if (w->kind == AVK_ENUM || w->kind == AVK_RECORD)
            return same_name(w, r) ? 2 : 0;
        if (w->kind == AVK_ARRAY || w->kind == AVK_MAP)
            return meets(w->items, r->items) ? 2 : 0;
        return 2;
    }
    if (is_number && r->kind > w->kind && r->kind <= AVK_DOUBLE)
        return 1;
    if (w->kind == AVK_STRING && r->kind == AVK_BYTES && r->logical != AVL_DECIMAL)
        return 1;
    return w->kind == AVK_BYTES && r->kind == AVK_STRING ? 1 : 0;
}

/* Index of the reader's branch for a writer's type; -1 if there is none. */
static int
choose(const struct schema *w, const struct schema *r)
{
    for (int want = 2; want >= 1; want--)
        for (size_t i = 0; i < r->n; i++)
            if (fit(w, r->branches[i]) == want)
                return (int)i;
    return -1;
}

/* Could some value of the writer's be one of the reader's, as far as kinds and names tell? */
static bool
meets(const struct schema *w, const struct schema *r)
{
    for (size_t i = 0; w->kind == AVK_UNION && i < w->n; i++)
        if (meets(w->branches[i], r))
            return true;
    if (w->kind == AVK_UNION)
        return false;
    return r->kind == AVK_UNION ? choose(w, r) >= 0 : fit(w, r) > 0;
}

static const struct schema_field *
source_of(const struct schema *w, const struct schema_field *f)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_equal(w->fields[i].name, f->name))
            return &w->fields[i];
    for (size_t k = 0; k < f->aliases.n; k++)
        for (size_t i = 0; i < w->n; i++)
            if (str_equal(w->fields[i].name, f->aliases.v[k]))
                return &w->fields[i];
    return NULL;
}

static bool
is_possible_union(const struct schema *w, const struct schema *r)
{
    bool any = false;

    for (size_t i = 0; i < w->n; i++) {
        if (!meets(w->branches[i], r))
            continue;
        any = true;
        if (!twin_is_possible(w->branches[i], r))
            return false;
    }
    return any;
}

bool
twin_is_possible(const struct schema *w, const struct schema *r)
{
    if (w->kind == AVK_UNION)
        return is_possible_union(w, r);
    if (r->kind == AVK_UNION) {
        int i = choose(w, r);

        return i >= 0 && twin_is_possible(w, r->branches[i]);
    }
    if (fit(w, r) == 0)
        return false;
    if (w->kind == AVK_ARRAY || w->kind == AVK_MAP)
        return twin_is_possible(w->items, r->items);
    if (w->kind != AVK_RECORD)
        return true;
    for (size_t i = 0; i < r->n; i++) {
        const struct schema_field *from = source_of(w, &r->fields[i]);

        if (from == NULL ? r->fields[i].default_json.n == 0
                         : !twin_is_possible(from->type, r->fields[i].type))
            return false;
    }
    return true;
}

/* ---- defaults ---- */

static const struct twin *default_of(const struct schema *r, json_t *json, struct arena *arena);

static struct str
latin1(json_t *json, struct arena *arena)
{
    const char *p = json_string_value(json);
    char *out = arena_alloc(arena, json_string_length(json), 1);
    size_t n = 0;

    for (size_t i = 0; i < json_string_length(json); i++) {
        unsigned char c = (unsigned char)p[i];

        out[n++] = (char)(c < 0x80 ? c : ((c & 3) << 6) | (p[++i] & 0x3f));
    }
    return str_of(out, n);
}

static const struct twin *
default_fields(const struct schema *r, json_t *json, struct arena *arena)
{
    struct twin *t = new_twin(arena, r->n);

    for (size_t i = 0; i < r->n; i++) {
        const struct schema_field *f = &r->fields[i];
        json_t *given = json_object_getn(json, f->name.p, f->name.n);
        json_t *own = given != NULL ? NULL
                                    : json_loadb(f->default_json.p, f->default_json.n,
                                                 JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        t->items[i] = default_of(f->type, given != NULL ? given : own, arena);
        json_decref(own);
    }
    return t;
}

static const struct twin *
default_list(const struct schema *r, json_t *json, struct arena *arena)
{
    size_t n = r->kind == AVK_MAP ? json_object_size(json) : json_array_size(json);
    struct twin *t = new_twin(arena, n);
    const char *key;
    json_t *value;
    size_t i;

    t->n = 0;
    json_array_foreach(json, i, value) t->items[t->n++] = default_of(r->items, value, arena);
    json_object_foreach(json, key, value)
    {
        t->keys[t->n] = arena_copy(arena, str_from(key));
        t->items[t->n++] = default_of(r->items, value, arena);
    }
    return t;
}

static const struct twin *
default_of(const struct schema *r, json_t *json, struct arena *arena)
{
    struct twin *t;

    if (r->kind == AVK_RECORD)
        return default_fields(r, json, arena);
    if (r->kind == AVK_ARRAY || r->kind == AVK_MAP)
        return default_list(r, json, arena);
    t = new_twin(arena, 1);
    t->v = json_is_boolean(json) ? json_is_true(json) : json_integer_value(json);
    t->d = json_number_value(json);
    if (r->kind == AVK_STRING)
        t->s = arena_copy(arena, str_of(json_string_value(json), json_string_length(json)));
    if (r->kind == AVK_BYTES || r->kind == AVK_FIXED)
        t->s = latin1(json, arena);
    if (r->kind == AVK_ENUM)
        for (size_t i = 0; i < r->symbols.n; i++)
            if (str_equal(r->symbols.v[i], str_from(json_string_value(json))))
                t->v = (int64_t)i;
    if (r->kind == AVK_UNION) {
        t->v = 0;
        t->items[0] = default_of(r->branches[0], json, arena);
    }
    return t;
}

/* ---- resolving ---- */

static enum twin_verdict
worse(enum twin_verdict a, enum twin_verdict b)
{
    return a > b ? a : b;
}

static enum twin_verdict
resolve_fields(const struct schema *w, const struct schema *r, const struct twin *value,
               struct arena *arena, const struct twin **ret)
{
    struct twin *t = new_twin(arena, r->n);
    enum twin_verdict verdict = TWIN_GOOD;

    for (size_t i = 0; i < r->n; i++) {
        const struct schema_field *from = source_of(w, &r->fields[i]);

        if (from != NULL) {
            verdict =
                worse(verdict, twin_resolve(from->type, r->fields[i].type,
                                            value->items[from - w->fields], arena, &t->items[i]));
        } else {
            struct str text = r->fields[i].default_json;
            json_t *json = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

            t->items[i] = default_of(r->fields[i].type, json, arena);
            json_decref(json);
        }
    }
    *ret = t;
    return verdict;
}

static enum twin_verdict
resolve_list(const struct schema *w, const struct schema *r, const struct twin *value,
             struct arena *arena, const struct twin **ret)
{
    struct twin *t = new_twin(arena, value->n);
    enum twin_verdict verdict = TWIN_GOOD;

    for (size_t i = 0; i < value->n; i++) {
        t->keys[i] = value->keys[i];
        verdict =
            worse(verdict, twin_resolve(w->items, r->items, value->items[i], arena, &t->items[i]));
    }
    *ret = t;
    return verdict;
}

/* To the reader's union from a value that is of no union. */
static enum twin_verdict
resolve_to_union(const struct schema *w, const struct schema *r, const struct twin *value,
                 struct arena *arena, const struct twin **ret)
{
    struct twin *t = new_twin(arena, 1);

    t->v = choose(w, r);
    if (t->v < 0)
        return schema_nullable(r) != NULL ? TWIN_REFUSED : TWIN_UNKNOWN_BRANCH;
    *ret = t;
    return twin_resolve(w, r->branches[t->v], value, arena, &t->items[0]);
}

static enum twin_verdict
resolve_enum(const struct schema *w, const struct schema *r, const struct twin *value,
             struct twin *t)
{
    t->v = r->default_symbol;
    for (size_t i = 0; i < r->symbols.n; i++)
        if (str_equal(r->symbols.v[i], w->symbols.v[value->v]))
            t->v = (int64_t)i;
    return t->v < 0 ? TWIN_REFUSED : TWIN_GOOD;
}

static enum twin_verdict
resolve_number(const struct schema *w, const struct schema *r, const struct twin *value,
               struct twin *t)
{
    if (w->kind == AVK_INT || w->kind == AVK_LONG)
        t->d = r->kind == AVK_FLOAT ? (double)(float)value->v : (double)value->v;
    if (w->logical == AVL_TIMESTAMP_MICROS && r->logical == AVL_TIMESTAMP_MILLIS) {
        t->v = value->v / 1000;
        while (t->v * 1000 > value->v)
            t->v--;
    }
    if (w->logical == AVL_TIMESTAMP_MILLIS && r->logical == AVL_TIMESTAMP_MICROS) {
        if (value->v > INT64_MAX / 1000 || value->v < INT64_MIN / 1000)
            return TWIN_REFUSED;
        t->v = value->v * 1000;
    }
    return TWIN_GOOD;
}

enum twin_verdict
twin_resolve(const struct schema *w, const struct schema *r, const struct twin *value,
             struct arena *arena, const struct twin **ret)
{
    struct twin *t;

    if (w->kind == AVK_UNION) {
        w = w->branches[value->v];
        return twin_resolve(w, r, value->items[0], arena, ret);
    }
    if (r->kind == AVK_UNION)
        return resolve_to_union(w, r, value, arena, ret);
    if (fit(w, r) == 0)
        return TWIN_REFUSED;
    if (w->kind == AVK_RECORD)
        return resolve_fields(w, r, value, arena, ret);
    if (w->kind == AVK_ARRAY || w->kind == AVK_MAP)
        return resolve_list(w, r, value, arena, ret);
    t = new_twin(arena, 1);
    *t = *value;
    *ret = t;
    if (w->kind == AVK_ENUM)
        return resolve_enum(w, r, value, t);
    return resolve_number(w, r, value, t);
}

/* ---- writing ---- */

static void
put_long(struct strbuf *out, int64_t v)
{
    uint64_t z = v < 0 ? ~((uint64_t)v << 1) : (uint64_t)v << 1;

    for (; z > 127; z >>= 7)
        strbuf_add_char(out, (char)(128 + z % 128));
    strbuf_add_char(out, (char)z);
}

static void
write_scalar(const struct schema *r, const struct twin *t, struct strbuf *out)
{
    float narrow = (float)t->d;

    switch (r->kind) {
    case AVK_NULL:
        break;
    case AVK_BOOLEAN:
        strbuf_add_char(out, (char)t->v);
        break;
    case AVK_FLOAT:
        strbuf_add(out, str_of((const char *)&narrow, 4));
        break;
    case AVK_DOUBLE:
        strbuf_add(out, str_of((const char *)&t->d, 8));
        break;
    case AVK_BYTES:
    case AVK_STRING:
        put_long(out, (int64_t)t->s.n);
        strbuf_add(out, t->s);
        break;
    case AVK_FIXED:
        strbuf_add(out, t->s);
        break;
    default:
        put_long(out, t->v);
        break;
    }
}

void
twin_write(const struct schema *r, const struct twin *t, struct strbuf *out)
{
    bool is_list = r->kind == AVK_ARRAY || r->kind == AVK_MAP;

    if (!is_list && r->kind != AVK_RECORD)
        write_scalar(r, t, out);
    if (r->kind == AVK_UNION)
        twin_write(r->branches[t->v], t->items[0], out);
    for (size_t i = 0; r->kind == AVK_RECORD && i < r->n; i++)
        twin_write(r->fields[i].type, t->items[i], out);
    if (is_list && t->n > 0)
        put_long(out, (int64_t)t->n);
    for (size_t i = 0; is_list && i < t->n; i++) {
        if (r->kind == AVK_MAP) {
            put_long(out, (int64_t)t->keys[i].n);
            strbuf_add(out, t->keys[i]);
        }
        twin_write(r->items, t->items[i], out);
    }
    if (is_list)
        put_long(out, 0);
}

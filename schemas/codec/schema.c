/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON to tree, one function per complex type. The names seen so far are a list (a schema has tens
 * of them, not thousands, and SCHEMA_NAMES_MAX bounds it). The namespace is passed down; a name
 * with a dot changes it.
 */
#include "schemas/codec/schema.h"

#include <jansson.h>

#include <string.h>

enum { SCHEMA_NAMES_MAX = 4096, SCHEMA_LIST_MAX = 4096 };

struct parser {
    struct arena *arena;
    struct error *reterr;
    struct schema **named;
    size_t n_named;
};

static const char *const kind_names[] = {"null",   "boolean", "int",    "long",  "float",
                                         "double", "bytes",   "string", "fixed", "enum",
                                         "record", "array",   "map",    "union"};

static const struct schema *parse_type(struct parser *p, json_t *json, struct str space, int depth);

const char *
avro_kind_name(enum avro_kind kind)
{
    return kind_names[kind];
}

struct str
schema_short_name(struct str full)
{
    size_t at = full.n;

    while (at > 0 && full.p[at - 1] != '.')
        at--;
    return str_of(full.p + at, full.n - at);
}

const struct schema *
schema_nullable(const struct schema *s)
{
    if (s->kind != AVK_UNION || s->n != 2)
        return NULL;
    if (s->branches[0]->kind == AVK_NULL)
        return s->branches[1];
    return s->branches[1]->kind == AVK_NULL ? s->branches[0] : NULL;
}

#define REFUSE(p, ...) (error_set((p)->reterr, ERR_SCHEMA, __VA_ARGS__), NULL)

static struct str
text_of(json_t *json)
{
    return json_is_string(json) ? str_of(json_string_value(json), json_string_length(json))
                                : str_of("", 0);
}

/* Letters, digits and underscores, not a digit first; with dots between such parts where `dots`
 * says so. */
static bool
is_name(struct str s, bool dots)
{
    bool at_start = true;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (c == '.' && dots && !at_start)
            at_start = true;
        else if (letter || (c >= '0' && c <= '9' && !at_start))
            at_start = false;
        else
            return false;
    }
    return !at_start;
}

static struct str
full_name(struct parser *p, struct str name, struct str space)
{
    char *text;

    if (space.n == 0 || memchr(name.p, '.', name.n) != NULL)
        return arena_copy(p->arena, name);
    text = arena_alloc(p->arena, space.n + 1 + name.n, 1);
    memcpy(text, space.p, space.n);
    text[space.n] = '.';
    memcpy(text + space.n + 1, name.p, name.n);
    return str_of(text, space.n + 1 + name.n);
}

static struct str
space_of(struct str full)
{
    struct str last = schema_short_name(full);

    return str_of(full.p, full.n > last.n ? full.n - last.n - 1 : 0);
}

static int
primitive_of(struct str name)
{
    for (int kind = AVK_NULL; kind <= AVK_STRING; kind++)
        if (str_equal(name, str_from(kind_names[kind])))
            return kind;
    return -1;
}

static struct schema *
new_schema(struct parser *p, enum avro_kind kind)
{
    struct schema *s = arena_alloc(p->arena, 1, sizeof(*s));

    *s = (struct schema){.kind = kind, .max_len = -1, .default_symbol = -1};
    s->takes_bytes = kind != AVK_NULL && kind != AVK_FIXED && kind != AVK_RECORD;
    return s;
}

static int64_t
max_len_of(json_t *json)
{
    json_t *limit = json_object_get(json, "x-max-len");

    if (!json_is_integer(limit) || json_integer_value(limit) < 0)
        return -1;
    return json_integer_value(limit) < INT32_MAX ? json_integer_value(limit) : INT32_MAX;
}

/* Aliases of a type get its namespace; those of a field have none. What is not a name is refused.
 */
static bool
parse_aliases(struct parser *p, json_t *json, struct str space, struct schema_names *ret)
{
    json_t *list = json_object_get(json, "aliases");

    if (list == NULL || !json_is_array(list))
        return true;
    if (json_array_size(list) > SCHEMA_LIST_MAX)
        return REFUSE(p, "too many aliases") != NULL;
    ret->v = arena_alloc(p->arena, json_array_size(list), sizeof(*ret->v));
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str alias = text_of(json_array_get(list, i));

        if (!is_name(alias, true))
            return REFUSE(p, "\"%.*s\" is not a name for an alias", STR_ARG(alias)) != NULL;
        ret->v[ret->n++] = full_name(p, alias, space);
    }
    return true;
}

/* The node of a named type, known from here on, so that its own fields can refer to it. */
static struct schema *
new_named(struct parser *p, enum avro_kind kind, json_t *json, struct str space)
{
    struct str name = text_of(json_object_get(json, "name"));
    json_t *own_space = json_object_get(json, "namespace");
    struct schema *s = new_schema(p, kind);

    if (json_is_string(own_space))
        space = text_of(own_space);
    if (!is_name(name, true) || (space.n > 0 && !is_name(space, true)))
        return REFUSE(p, "a type of kind %s has no valid name", kind_names[kind]);
    s->name = full_name(p, name, space);
    if (primitive_of(s->name) >= 0)
        return REFUSE(p, "a type may not be called %.*s", STR_ARG(s->name));
    for (size_t i = 0; i < p->n_named; i++)
        if (str_equal(p->named[i]->name, s->name))
            return REFUSE(p, "type %.*s is defined twice", STR_ARG(s->name));
    if (p->n_named == SCHEMA_NAMES_MAX)
        return REFUSE(p, "more than %d named types", SCHEMA_NAMES_MAX);
    s->doc = arena_copy(p->arena, text_of(json_object_get(json, "doc")));
    s->any_name = json_is_true(json_object_get(json, "x-any-name"));
    if (!parse_aliases(p, json, space_of(s->name), &s->aliases))
        return NULL;
    p->named[p->n_named++] = s;
    return s;
}

static bool
parse_field(struct parser *p, struct schema *record, json_t *json, int depth)
{
    struct schema_field *f = &record->fields[record->n];
    json_t *by_default = json_object_get(json, "default");

    *f = (struct schema_field){.max_len = max_len_of(json)};
    f->name = arena_copy(p->arena, text_of(json_object_get(json, "name")));
    if (!is_name(f->name, false))
        return REFUSE(p, "a field of %.*s has no valid name", STR_ARG(record->name)) != NULL;
    for (size_t i = 0; i < record->n; i++)
        if (str_equal(record->fields[i].name, f->name))
            return REFUSE(p, "field %.*s of %.*s is there twice", STR_ARG(f->name),
                          STR_ARG(record->name)) != NULL;
    if (json_object_get(json, "type") == NULL)
        return REFUSE(p, "field %.*s of %.*s has no type", STR_ARG(f->name),
                      STR_ARG(record->name)) != NULL;
    if (by_default != NULL) {
        char *text = json_dumps(by_default, JSON_COMPACT | JSON_ENCODE_ANY);

        CHECK(text != NULL);
        f->default_json = arena_copy(p->arena, str_from(text));
        free(text);
    }
    f->type = parse_type(p, json_object_get(json, "type"), space_of(record->name), depth);
    record->n++;
    return f->type != NULL && parse_aliases(p, json, STR(""), &f->aliases);
}

static const struct schema *
parse_record(struct parser *p, json_t *json, struct str space, int depth)
{
    struct schema *s = new_named(p, AVK_RECORD, json, space);
    json_t *fields = json_object_get(json, "fields");

    if (s == NULL)
        return NULL;
    if (!json_is_array(fields) || json_array_size(fields) > SCHEMA_LIST_MAX)
        return REFUSE(p, "record %.*s has no list of fields", STR_ARG(s->name));
    s->fields = arena_alloc(p->arena, json_array_size(fields), sizeof(*s->fields));
    for (size_t i = 0; i < json_array_size(fields); i++)
        if (!parse_field(p, s, json_array_get(fields, i), depth))
            return NULL;
    /* A record inside itself counts as nothing here: what is left after its other fields is what it
     * takes. */
    for (size_t i = 0; i < s->n; i++)
        s->takes_bytes = s->takes_bytes || s->fields[i].type->takes_bytes;
    return s;
}

static const struct schema *
parse_enum(struct parser *p, json_t *json, struct str space)
{
    struct schema *s = new_named(p, AVK_ENUM, json, space);
    json_t *list = json_object_get(json, "symbols");
    json_t *by_default = json_object_get(json, "default");

    if (s == NULL)
        return NULL;
    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > SCHEMA_NAMES_MAX)
        return REFUSE(p, "enum %.*s has no list of symbols", STR_ARG(s->name));
    s->symbols.v = arena_alloc(p->arena, json_array_size(list), sizeof(*s->symbols.v));
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str symbol = text_of(json_array_get(list, i));

        if (!is_name(symbol, false))
            return REFUSE(p, "a symbol of enum %.*s is not a name", STR_ARG(s->name));
        for (size_t k = 0; k < i; k++)
            if (str_equal(s->symbols.v[k], symbol))
                return REFUSE(p, "symbol %.*s of enum %.*s is there twice", STR_ARG(symbol),
                              STR_ARG(s->name));
        if (json_is_string(by_default) && str_equal(text_of(by_default), symbol))
            s->default_symbol = (int)i;
        s->symbols.v[s->symbols.n++] = arena_copy(p->arena, symbol);
    }
    if (by_default != NULL && s->default_symbol < 0)
        return REFUSE(p, "the default of enum %.*s is not one of its symbols", STR_ARG(s->name));
    return s;
}

static struct schema *
parse_fixed(struct parser *p, json_t *json, struct str space)
{
    struct schema *s = new_named(p, AVK_FIXED, json, space);
    json_t *size = json_object_get(json, "size");

    if (s == NULL)
        return NULL;
    if (!json_is_integer(size) || json_integer_value(size) < 0 ||
        json_integer_value(size) > SCHEMA_FIXED_MAX)
        return REFUSE(p, "fixed %.*s needs a size from 0 to %d", STR_ARG(s->name),
                      SCHEMA_FIXED_MAX);
    s->size = (size_t)json_integer_value(size);
    s->takes_bytes = s->size > 0;
    return s;
}

static const struct schema *
parse_list(struct parser *p, enum avro_kind kind, json_t *items, struct str space, int depth)
{
    struct schema *s = new_schema(p, kind);

    if (items == NULL)
        return REFUSE(p, "a type of kind %s lacks \"%s\"", kind_names[kind],
                      kind == AVK_ARRAY ? "items" : "values");
    s->items = parse_type(p, items, space, depth);
    return s->items != NULL ? s : NULL;
}

/* Two branches that a reader could not tell apart. */
static bool
is_same_branch(const struct schema *a, const struct schema *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == AVK_RECORD || a->kind == AVK_ENUM || a->kind == AVK_FIXED)
        return str_equal(a->name, b->name);
    return true;
}

static const struct schema *
parse_union(struct parser *p, json_t *json, struct str space, int depth)
{
    struct schema *s = new_schema(p, AVK_UNION);

    if (json_array_size(json) == 0 || json_array_size(json) > SCHEMA_NAMES_MAX)
        return REFUSE(p, "a union needs 1 to %d branches", SCHEMA_NAMES_MAX);
    s->branches = arena_alloc(p->arena, json_array_size(json), sizeof(struct schema *));
    for (size_t i = 0; i < json_array_size(json); i++) {
        const struct schema *branch = parse_type(p, json_array_get(json, i), space, depth);

        if (branch == NULL)
            return NULL;
        if (branch->kind == AVK_UNION)
            return REFUSE(p, "a union may not be a branch of a union");
        for (size_t k = 0; k < i; k++)
            if (is_same_branch(s->branches[k], branch))
                return REFUSE(p, "a union has two branches of the same type, %s",
                              kind_names[branch->kind]);
        s->branches[s->n++] = branch;
    }
    return s;
}

/* Digits that a two's complement number of so many bytes can hold: floor(log10(2^(8 n - 1) - 1)).
 */
static int
digits_of_bytes(size_t n)
{
    return n > 1000 ? 2000 : n == 0 ? 0 : (int)((double)(8 * n - 1) * 0.30102999566398120);
}

/* An attribute that does not fit its type is ignored, as the specification says. */
static void
parse_logical(struct schema *s, json_t *json)
{
    struct str name = text_of(json_object_get(json, "logicalType"));
    json_t *scale = json_object_get(json, "scale");
    json_int_t digits = json_integer_value(json_object_get(json, "precision"));
    json_int_t after = json_integer_value(scale);

    s->max_len = max_len_of(json);
    if (s->kind == AVK_LONG && str_equal(name, STR("timestamp-millis")))
        s->logical = AVL_TIMESTAMP_MILLIS;
    if (s->kind == AVK_LONG && str_equal(name, STR("timestamp-micros")))
        s->logical = AVL_TIMESTAMP_MICROS;
    if ((s->kind == AVK_STRING || (s->kind == AVK_FIXED && s->size == 16)) &&
        str_equal(name, STR("uuid")))
        s->logical = AVL_UUID;
    if ((s->kind != AVK_BYTES && s->kind != AVK_FIXED) || !str_equal(name, STR("decimal")))
        return;
    if (digits < 1 || digits > UINT8_MAX || after < 0 || after > digits ||
        (scale != NULL && !json_is_integer(scale)))
        return;
    if (s->kind == AVK_FIXED && digits > digits_of_bytes(s->size))
        return;
    s->logical = AVL_DECIMAL;
    s->precision = (int)digits;
    s->scale = (int)after;
}

static const struct schema *
parse_name(struct parser *p, struct str name, struct str space)
{
    int primitive = primitive_of(name);
    struct str full;

    if (primitive >= 0)
        return new_schema(p, (enum avro_kind)primitive);
    full = full_name(p, name, space);
    for (size_t i = 0; i < p->n_named; i++)
        if (str_equal(p->named[i]->name, full))
            return p->named[i];
    for (size_t i = 0; i < p->n_named; i++)
        if (str_equal(p->named[i]->name, name))
            return p->named[i];
    return REFUSE(p, "type %.*s is not defined before its use", STR_ARG(name));
}

static const struct schema *
parse_object(struct parser *p, json_t *json, struct str space, int depth)
{
    json_t *type = json_object_get(json, "type");
    struct str word = text_of(type);
    struct schema *s;
    int primitive = primitive_of(word);

    if (type != NULL && !json_is_string(type))
        return parse_type(p, type, space, depth);
    if (primitive >= 0)
        s = new_schema(p, (enum avro_kind)primitive);
    else if (str_equal(word, STR("record")) || str_equal(word, STR("error")))
        return parse_record(p, json, space, depth);
    else if (str_equal(word, STR("enum")))
        return parse_enum(p, json, space);
    else if (str_equal(word, STR("fixed")))
        s = parse_fixed(p, json, space);
    else if (str_equal(word, STR("array")))
        return parse_list(p, AVK_ARRAY, json_object_get(json, "items"), space, depth);
    else if (str_equal(word, STR("map")))
        return parse_list(p, AVK_MAP, json_object_get(json, "values"), space, depth);
    else
        return parse_name(p, word, space);
    if (s != NULL)
        parse_logical(s, json);
    return s;
}

static const struct schema *
parse_type(struct parser *p, json_t *json, struct str space, int depth)
{
    if (depth >= SCHEMA_DEPTH_MAX)
        return REFUSE(p, "more than %d types inside each other", SCHEMA_DEPTH_MAX);
    if (json_is_string(json))
        return parse_name(p, text_of(json), space);
    if (json_is_array(json))
        return parse_union(p, json, space, depth + 1);
    if (json_is_object(json))
        return parse_object(p, json, space, depth + 1);
    return REFUSE(p, "a type must be a name, an object or a list");
}

enum err
schema_parse(struct str text, struct arena *arena, const struct schema **ret, struct error *reterr)
{
    struct parser p = {.arena = arena, .reterr = reterr};
    const struct schema *s;
    json_error_t json_error;
    json_t *json;

    if (text.n > SCHEMA_TEXT_MAX)
        return error_set(reterr, ERR_SCHEMA, "the schema is longer than %d bytes", SCHEMA_TEXT_MAX);
    json = json_loadb(text.p != NULL ? text.p : "", text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL,
                      &json_error);
    if (json == NULL)
        return error_set(reterr, ERR_SCHEMA, "the schema is not JSON: %s (line %d, column %d)",
                         json_error.text, json_error.line, json_error.column);
    p.named = arena_alloc(arena, SCHEMA_NAMES_MAX, sizeof(*p.named));
    s = parse_type(&p, json, STR(""), 0);
    json_decref(json);
    if (s == NULL)
        return ERR_SCHEMA;
    *ret = s;
    return ERR_NONE;
}

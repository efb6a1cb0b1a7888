/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/desc_build.h"

#include <stdio.h>

enum { NAMED_MAX = 256, ITEMS_MAX = 1024 };

struct builder {
    struct arena *arena;
    const struct schema *schemas[NAMED_MAX];
    struct avro_desc *descs[NAMED_MAX];
    bool done[NAMED_MAX];
    size_t n;
    struct avro_items *items[ITEMS_MAX]; /* sized when all records are */
    size_t n_items;
    bool failed;
};

static void build_slot(struct builder *b, const struct schema *s, struct str name, size_t at,
                       struct avro_field *ret);

static char *
text_of(struct builder *b, struct str s)
{
    char *p = arena_alloc(b->arena, s.n + 1, 1);

    memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

static const char *const *
list_of(struct builder *b, const struct schema_names *names)
{
    const char **v;

    if (names->n == 0)
        return NULL;
    v = arena_alloc(b->arena, names->n + 1, sizeof(char *));
    for (size_t i = 0; i < names->n; i++)
        v[i] = text_of(b, names->v[i]);
    v[names->n] = NULL;
    return v;
}

static size_t
end_of(const struct avro_field *f)
{
    return (f->at + avro_field_size(f) + 7) / 8 * 8;
}

static void
build_fields(struct builder *b, const struct schema *s, struct avro_desc *desc)
{
    struct avro_field *fields = arena_alloc(b->arena, s->n + 1, sizeof(*fields));
    size_t at = 0;

    for (size_t i = 0; i < s->n; i++) {
        build_slot(b, s->fields[i].type, s->fields[i].name, at, &fields[i]);
        fields[i].aliases = list_of(b, &s->fields[i].aliases);
        if (s->fields[i].default_json.n > 0)
            fields[i].default_json = text_of(b, s->fields[i].default_json);
        if (s->fields[i].max_len >= 0)
            fields[i].max_len = (uint32_t)s->fields[i].max_len;
        at = end_of(&fields[i]);
    }
    desc->n = s->n;
    desc->fields = fields;
    desc->size = at > 0 ? at : 8;
}

static const struct avro_desc *
build_named(struct builder *b, const struct schema *s, bool by_value)
{
    struct avro_desc *desc;
    size_t at = b->n;

    for (size_t i = 0; i < b->n; i++) {
        if (b->schemas[i] != s)
            continue;
        if (by_value && !b->done[i])
            b->failed = true;
        return b->descs[i];
    }
    CHECK(b->n < NAMED_MAX);
    desc = arena_alloc(b->arena, 1, sizeof(*desc));
    *desc = (struct avro_desc){.kind = s->kind,
                               .name = text_of(b, s->name),
                               .aliases = list_of(b, &s->aliases),
                               .default_symbol = s->default_symbol,
                               .any_name = s->any_name,
                               .size = s->size};
    b->schemas[b->n] = s;
    b->descs[b->n++] = desc;
    if (s->kind == AVK_RECORD)
        build_fields(b, s, desc);
    if (s->kind == AVK_ENUM) {
        desc->n = s->symbols.n;
        desc->symbols = list_of(b, &s->symbols);
    }
    b->done[at] = true;
    return desc;
}

static const struct avro_items *
build_items(struct builder *b, const struct schema *s, struct str name)
{
    struct avro_items *items = arena_alloc(b->arena, 1, sizeof(*items));

    CHECK(b->n_items < ITEMS_MAX);
    *items = (struct avro_items){0};
    b->items[b->n_items++] = items;
    if (s->items->kind == AVK_RECORD)
        items->slot = (struct avro_field){.name = text_of(b, name),
                                          .kind = AVK_RECORD,
                                          .at = s->kind == AVK_MAP ? sizeof(struct str) : 0,
                                          .of.named = build_named(b, s->items, false)};
    else
        build_slot(b, s->items, name, s->kind == AVK_MAP ? sizeof(struct str) : 0, &items->slot);
    return items;
}

static const struct avro_union *
build_union(struct builder *b, const struct schema *s)
{
    struct avro_union *u = arena_alloc(b->arena, 1, sizeof(*u));
    struct avro_field *v = arena_alloc(b->arena, s->n, sizeof(*v));
    const char **names = arena_alloc(b->arena, s->n + 1, sizeof(char *));

    *u = (struct avro_union){.size = 8, .n = s->n, .v = v, .names = names};
    names[0] = "UNKNOWN";
    for (size_t i = 0; i < s->n; i++) {
        const struct schema *branch = s->branches[i];
        struct str name = branch->name.n > 0 ? schema_short_name(branch->name)
                                             : str_from(avro_kind_name(branch->kind));

        build_slot(b, branch, name, 8, &v[i]);
        names[i + 1] = v[i].name;
        if (end_of(&v[i]) > u->size)
            u->size = end_of(&v[i]);
    }
    return u;
}

static void
build_slot(struct builder *b, const struct schema *s, struct str name, size_t at,
           struct avro_field *ret)
{
    const struct schema *value = schema_nullable(s);

    *ret = (struct avro_field){.name = text_of(b, name)};
    if (value != NULL) {
        ret->is_nullable = true;
        ret->null_is_last = s->branches[0] == value;
        ret->has_at = (uint32_t)at;
        at += 8;
        s = value;
    }
    ret->at = (uint32_t)at;
    ret->kind = s->kind;
    ret->logical = s->logical;
    ret->precision = (uint8_t)s->precision;
    ret->scale = (uint8_t)s->scale;
    ret->max_len = s->max_len >= 0         ? (uint32_t)s->max_len
                   : s->kind == AVK_STRING ? AVRO_STRING_MAX
                                           : AVRO_BYTES_MAX;
    if (s->kind == AVK_FIXED || s->kind == AVK_ENUM || s->kind == AVK_RECORD)
        ret->of.named = build_named(b, s, true);
    else if (s->kind == AVK_ARRAY || s->kind == AVK_MAP)
        ret->of.items = build_items(b, s, name);
    else if (s->kind == AVK_UNION)
        ret->of.branches = build_union(b, s);
}

const struct avro_desc *
desc_build(const struct schema *schema, struct arena *arena)
{
    struct builder *b = arena_alloc(arena, 1, sizeof(*b));
    const struct avro_desc *desc;

    *b = (struct builder){.arena = arena};
    desc = build_named(b, schema, true);
    for (size_t i = 0; i < b->n_items && !b->failed; i++)
        b->items[i]->size = end_of(&b->items[i]->slot);
    return b->failed ? NULL : desc;
}

const struct avro_desc *
desc_build_text(const char *text, struct arena *arena)
{
    const struct schema *schema = NULL;
    struct error error;

    if (schema_parse(str_from(text), arena, &schema, &error) != ERR_NONE) {
        fprintf(stderr, "%s: %s\n", text, error.text);
        check_failed(__FILE__, __LINE__, "a schema");
    }
    return desc_build(schema, arena);
}

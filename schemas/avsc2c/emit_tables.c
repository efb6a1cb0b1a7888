/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generated C file. Offsets are left to the compiler: a slot is written as the C expression of
 * what it lies in
 * (`base`, never evaluated) and the member in it, so unnamed structs at any depth need no names.
 */
#include "schemas/avsc2c/emit.h"
#include "schemas/avsc2c/names.h"
#include "schemas/codec/canonical.h"

struct slot {
    struct str path;   /* "ticket_event_attrs": prefix of the tables below it */
    struct str base;   /* "A(ticket_event)" */
    struct str member; /* "attrs"; empty: the base itself */
    const struct schema *type;
    const struct schema_field *field; /* NULL: an item, entry or branch */
    struct str name;
};

static void add_slot(struct strbuf *out, struct strbuf *tables, const struct slot *slot);

static void
add_strings(struct strbuf *out, const struct schema_names *list)
{
    for (size_t i = 0; i < list->n; i++) {
        names_add_literal(out, list->v[i]);
        strbuf_add(out, STR(", "));
    }
}

static void
add_aliases(struct strbuf *out, const struct schema_names *aliases)
{
    if (aliases->n == 0)
        return;
    strbuf_add(out, STR(".aliases = (const char *const[]){"));
    add_strings(out, aliases);
    strbuf_add(out, STR("NULL}, "));
}

/* The expression of the value itself, for what lies inside it. */
static struct str
expr_of(const struct slot *slot, struct strbuf *buffer)
{
    strbuf_add(buffer, slot->base);
    if (slot->member.n > 0) {
        strbuf_add_char(buffer, '.');
        strbuf_add(buffer, slot->member);
    }
    return strbuf_str(buffer);
}

/* The table of an array's item or a map's entry. */
static void
add_items(struct strbuf *tables, const struct slot *slot, const struct schema *s)
{
    bool is_named = s->kind == AVK_MAP || schema_nullable(s->items) != NULL;
    struct strbuf path = {0};
    struct strbuf base = {0};
    struct strbuf init = {0};

    strbuf_addf(&path, "%.*s_%s", STR_ARG(slot->path), s->kind == AVK_MAP ? "entry" : "item");
    expr_of(slot, &base);
    strbuf_add(&base, STR(".v[0]"));
    add_slot(&init, tables,
             &(struct slot){.path = strbuf_str(&path),
                            .base = strbuf_str(&base),
                            .member = is_named ? STR("value") : STR(""),
                            .type = s->items,
                            .name = slot->name});
    strbuf_addf(tables, "static const struct avro_items %.*s = {\n    .size = sizeof(%.*s),\n",
                STR_ARG(strbuf_str(&path)), STR_ARG(strbuf_str(&base)));
    strbuf_addf(tables, "    .slot = %.*s,\n};\n\n", STR_ARG(strbuf_str(&init)));
    strbuf_fini(&path);
    strbuf_fini(&base);
    strbuf_fini(&init);
}

/* One branch of a union as a row of its table. */
static void
add_branch(struct strbuf *rows, struct strbuf *tables, const struct slot *slot,
           const struct schema *branch)
{
    struct str name = branch->name.n > 0 ? branch->name : str_from(avro_kind_name(branch->kind));
    struct strbuf snake = {0};
    struct strbuf path = {0};
    struct strbuf base = {0};
    struct strbuf member = {0};

    names_add_snake(&snake, name);
    names_add_member(&member, strbuf_str(&snake));
    strbuf_addf(&path, "%.*s_%.*s", STR_ARG(slot->path), STR_ARG(strbuf_str(&member)));
    strbuf_clear(&member);
    strbuf_add(&member, branch->kind == AVK_NULL ? STR("u") : STR("u."));
    if (branch->kind != AVK_NULL)
        names_add_member(&member, strbuf_str(&snake));
    add_slot(rows, tables,
             &(struct slot){.path = strbuf_str(&path),
                            .base = expr_of(slot, &base),
                            .member = strbuf_str(&member),
                            .type = branch,
                            .name = schema_short_name(name)});
    strbuf_add(rows, STR(",\n    "));
    strbuf_fini(&snake);
    strbuf_fini(&path);
    strbuf_fini(&base);
    strbuf_fini(&member);
}

static void
add_union(struct strbuf *tables, const struct slot *slot, const struct schema *s)
{
    struct strbuf rows = {0};
    struct strbuf expr = {0};

    for (size_t i = 0; i < s->n; i++)
        add_branch(&rows, tables, slot, s->branches[i]);
    strbuf_addf(tables, "const char *const %.*s_names[%zu] = {\n    \"UNKNOWN\",\n",
                STR_ARG(slot->path), s->n + 1);
    for (size_t i = 0; i < s->n; i++) {
        const struct schema *branch = s->branches[i];
        struct str name =
            branch->name.n > 0 ? branch->name : str_from(avro_kind_name(branch->kind));

        strbuf_addf(tables, "    \"%.*s\",\n", STR_ARG(schema_short_name(name)));
    }
    strbuf_addf(tables, "};\n\nstatic const struct avro_field %.*s_branches[] = {\n    ",
                STR_ARG(slot->path));
    strbuf_add(tables, strbuf_str(&rows));
    strbuf_addf(tables, "\n};\n\nstatic const struct avro_union %.*s_union = {\n",
                STR_ARG(slot->path));
    expr_of(slot, &expr);
    strbuf_addf(tables, "    .size = sizeof(%.*s),\n", STR_ARG(strbuf_str(&expr)));
    strbuf_addf(tables, "    .n = %zu,\n    .v = %.*s_branches,\n    .names = %.*s_names,\n};\n\n",
                s->n, STR_ARG(slot->path), STR_ARG(slot->path));
    strbuf_fini(&rows);
    strbuf_fini(&expr);
}

/* What the slot's type refers to; the tables it needs are written to `tables` first. */
static void
add_of(struct strbuf *out, struct strbuf *tables, const struct slot *slot, const struct schema *s)
{
    switch (s->kind) {
    case AVK_ARRAY:
    case AVK_MAP:
        add_items(tables, slot, s);
        strbuf_addf(out, ".of.items = &%.*s_%s, ", STR_ARG(slot->path),
                    s->kind == AVK_MAP ? "entry" : "item");
        break;
    case AVK_UNION:
        add_union(tables, slot, s);
        strbuf_addf(out, ".of.branches = &%.*s_union, ", STR_ARG(slot->path));
        break;
    case AVK_FIXED:
    case AVK_ENUM:
    case AVK_RECORD:
        strbuf_add(out, STR(".of.named = &"));
        names_add_snake(out, s->name);
        strbuf_add(out, STR("_desc, "));
        break;
    default:
        break;
    }
}

static void
add_limits(struct strbuf *out, const struct slot *slot, const struct schema *s)
{
    int64_t max = s->max_len;

    if (s->logical == AVL_DECIMAL)
        strbuf_addf(out, ".precision = %d, .scale = %d, ", s->precision, s->scale);
    if (s->kind != AVK_STRING && s->kind != AVK_BYTES)
        return;
    if (slot->field != NULL && slot->field->max_len >= 0)
        max = slot->field->max_len;
    if (max < 0)
        max = s->kind == AVK_STRING ? AVRO_STRING_MAX : AVRO_BYTES_MAX;
    strbuf_addf(out, ".max_len = %lld, ", (long long)max);
}

/* "{.name = ..., .kind = ...}" */
static void
add_slot(struct strbuf *out, struct strbuf *tables, const struct slot *slot)
{
    static const char *const kinds[] = {"NULL",   "BOOLEAN", "INT",    "LONG",  "FLOAT",
                                        "DOUBLE", "BYTES",   "STRING", "FIXED", "ENUM",
                                        "RECORD", "ARRAY",   "MAP",    "UNION"};
    static const char *const logicals[] = {"NONE", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS",
                                           "DECIMAL", "UUID"};
    const struct schema *value = schema_nullable(slot->type);
    const struct schema *s = value != NULL ? value : slot->type;

    strbuf_add(out, STR("{.name = "));
    names_add_literal(out, slot->name);
    strbuf_addf(out, ", .kind = AVK_%s, ", kinds[s->kind]);
    if (s->logical != AVL_NONE)
        strbuf_addf(out, ".logical = AVL_%s, ", logicals[s->logical]);
    if (slot->member.n > 0)
        strbuf_addf(out, "\n     .at = AT(%.*s, %.*s), ", STR_ARG(slot->base),
                    STR_ARG(slot->member));
    if (value != NULL)
        strbuf_addf(out, ".is_nullable = true, .has_at = AT(%.*s, has_%.*s), ", STR_ARG(slot->base),
                    STR_ARG(slot->member));
    if (value != NULL && slot->type->branches[0] == value)
        strbuf_add(out, STR(".null_is_last = true, "));
    add_limits(out, slot, s);
    add_of(out, tables, slot, s);
    if (slot->field != NULL && slot->field->default_json.n > 0) {
        strbuf_add(out, STR("\n     .default_json = "));
        names_add_literal(out, slot->field->default_json);
        strbuf_add(out, STR(", "));
    }
    if (slot->field != NULL)
        add_aliases(out, &slot->field->aliases);
    out->n -= 2; /* the last comma */
    strbuf_add_char(out, '}');
}

static void
add_desc_start(struct strbuf *out, const struct schema *s, const char *kind)
{
    strbuf_add(out, s->kind == AVK_RECORD ? STR("const struct avro_desc ")
                                          : STR("static const struct avro_desc "));
    names_add_snake(out, s->name);
    strbuf_addf(out, "_desc = {\n    .kind = AVK_%s,\n    .name = \"%.*s\",\n    ", kind,
                STR_ARG(s->name));
    add_aliases(out, &s->aliases);
    if (s->any_name)
        strbuf_add(out, STR(".any_name = true, "));
    strbuf_addf(out, ".default_symbol = %d,\n", s->default_symbol);
}

static void
emit_enum(struct strbuf *out, const struct schema *s)
{
    strbuf_add(out, STR("const char *const "));
    names_add_snake(out, s->name);
    strbuf_addf(out, "_names[%zu] = {\n    ", s->symbols.n);
    add_strings(out, &s->symbols);
    strbuf_add(out, STR("\n};\n\n"));
    add_desc_start(out, s, "ENUM");
    strbuf_addf(out, "    .n = %zu,\n    .symbols = ", s->symbols.n);
    names_add_snake(out, s->name);
    strbuf_add(out, STR("_names,\n};\n\n"));
}

static void
emit_fixed(struct strbuf *out, const struct schema *s)
{
    add_desc_start(out, s, "FIXED");
    strbuf_addf(out, "    .size = %zu,\n};\n\n", s->size);
}

static void
add_fields(struct strbuf *out, const struct schema *s, struct str snake)
{
    struct strbuf rows = {0};
    struct strbuf path = {0};
    struct strbuf base = {0};
    struct strbuf member = {0};

    strbuf_addf(&base, "A(%.*s)", STR_ARG(snake));
    for (size_t i = 0; i < s->n; i++) {
        const struct schema_field *f = &s->fields[i];

        strbuf_clear(&path);
        strbuf_clear(&member);
        strbuf_addf(&path, "%.*s_%.*s", STR_ARG(snake), STR_ARG(f->name));
        names_add_member(&member, f->name);
        strbuf_add(&rows, STR("    "));
        add_slot(&rows, out,
                 &(struct slot){.path = strbuf_str(&path),
                                .base = strbuf_str(&base),
                                .member = strbuf_str(&member),
                                .type = f->type,
                                .field = f,
                                .name = f->name});
        strbuf_add(&rows, STR(",\n"));
    }
    strbuf_addf(out, "static const struct avro_field %.*s_fields[] = {\n", STR_ARG(snake));
    strbuf_add(out, strbuf_str(&rows));
    strbuf_add(out, STR("};\n\n"));
    strbuf_fini(&rows);
    strbuf_fini(&path);
    strbuf_fini(&base);
    strbuf_fini(&member);
}

static void
emit_record(struct strbuf *out, const struct schema *s, const struct schema *top, struct str avsc)
{
    struct strbuf snake = {0};

    names_add_snake(&snake, s->name);
    if (s->n > 0)
        add_fields(out, s, strbuf_str(&snake));
    add_desc_start(out, s, "RECORD");
    strbuf_addf(out, "    .size = sizeof(struct %.*s),\n    .n = %zu,\n",
                STR_ARG(strbuf_str(&snake)), s->n);
    if (s->n > 0)
        strbuf_addf(out, "    .fields = %.*s_fields,\n", STR_ARG(strbuf_str(&snake)));
    if (s == top)
        strbuf_addf(out,
                    "    .avsc = %.*s_avsc,\n    .avsc_len = %zu,\n"
                    "    .fingerprint = UINT64_C(0x%016llx),\n",
                    STR_ARG(strbuf_str(&snake)), avsc.n,
                    (unsigned long long)canonical_fingerprint(s));
    strbuf_add(out, STR("};\n\n"));
    strbuf_fini(&snake);
}

void
emit_tables(const struct emit_order *order, const struct schema *top, struct str base,
            struct str avsc, struct strbuf *out)
{
    strbuf_addf(out, "/* Made by avsc2c from %.*s.avsc. */\n#include \"schemas/%.*s.h\"\n\n",
                STR_ARG(base), STR_ARG(base));
    strbuf_add(out, STR("#include <stddef.h>\n\n"));
    strbuf_add(out, STR("/* The schema is one long literal, and C promises only 4,095 characters. "
                        "*/\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"));
    strbuf_add(out, STR("#define A(tag)           (*(struct tag *)0)\n"
                        "#define AT(base, member) offsetof(__typeof__(base), member)\n\n"));
    strbuf_add(out, STR("const char "));
    names_add_snake(out, top->name);
    strbuf_addf(out, "_avsc[%zu] =\n    ", avsc.n + 1);
    names_add_literal(out, avsc);
    strbuf_add(out, STR(";\n\n"));
    for (size_t i = 0; i < order->n; i++) {
        if (order->v[i]->kind == AVK_ENUM)
            emit_enum(out, order->v[i]);
        else if (order->v[i]->kind == AVK_FIXED)
            emit_fixed(out, order->v[i]);
        else
            emit_record(out, order->v[i], top, avsc);
    }
    out->n--; /* one line end is enough */
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The generated header. What each type becomes is written in schemas/codec/desc.h. */
#include "schemas/avsc2c/emit.h"
#include "schemas/avsc2c/names.h"
#include "schemas/codec/canonical.h"

static void declare(struct strbuf *out, int depth, const struct schema *s, struct str path,
                    struct str name);

static void
indent(struct strbuf *out, int depth)
{
    for (int i = 0; i < depth; i++)
        strbuf_add(out, STR("    "));
}

static const char *
scalar_type(const struct schema *s)
{
    if (s->logical == AVL_DECIMAL && s->precision <= AVRO_DECIMAL64_DIGITS)
        return "int64_t";
    if (s->logical == AVL_TIMESTAMP_MILLIS)
        return "evtime_ms";
    switch (s->kind) {
    case AVK_NULL:
        return "char";
    case AVK_BOOLEAN:
        return "bool";
    case AVK_INT:
        return "int32_t";
    case AVK_LONG:
        return "int64_t";
    case AVK_FLOAT:
        return "float";
    case AVK_DOUBLE:
        return "double";
    case AVK_BYTES:
    case AVK_STRING:
        return "struct str";
    default:
        return NULL;
    }
}

/* "enum status", "struct actor" */
static void
add_tag(struct strbuf *out, const struct schema *s)
{
    strbuf_add(out, s->kind == AVK_ENUM ? STR("enum ") : STR("struct "));
    names_add_snake(out, s->name);
}

/* The member of a union's branch, and the last part of its constant. */
static void
add_branch_name(struct strbuf *out, const struct schema *s, bool upper)
{
    struct str name = s->name.n > 0 ? s->name : str_from(avro_kind_name(s->kind));
    struct strbuf snake = {0};

    if (upper) {
        names_add_upper(out, name);
        return;
    }
    names_add_snake(&snake, name);
    names_add_member(out, strbuf_str(&snake));
    strbuf_fini(&snake);
}

static void
declare_list(struct strbuf *out, int depth, const struct schema *s, struct str path,
             struct str name)
{
    bool is_named = s->kind == AVK_MAP || schema_nullable(s->items) != NULL;

    indent(out, depth);
    strbuf_add(out, STR("struct {\n"));
    if (is_named) {
        indent(out, depth + 1);
        strbuf_addf(out, "struct %.*s_%s *v;\n", STR_ARG(path),
                    s->kind == AVK_MAP ? "entry" : "item");
    } else {
        struct strbuf below = {0};

        strbuf_addf(&below, "%.*s_item", STR_ARG(path));
        declare(out, depth + 1, s->items, strbuf_str(&below), STR("*v"));
        strbuf_fini(&below);
    }
    indent(out, depth + 1);
    strbuf_add(out, STR("size_t n;\n"));
    indent(out, depth);
    strbuf_addf(out, "} %.*s;\n", STR_ARG(name));
}

static void
declare_union(struct strbuf *out, int depth, const struct schema *s, struct str path,
              struct str name)
{
    bool is_empty = true;

    indent(out, depth);
    strbuf_add(out, STR("struct {\n"));
    indent(out, depth + 1);
    strbuf_addf(out, "enum %.*s_kind kind;\n", STR_ARG(path));
    indent(out, depth + 1);
    strbuf_add(out, STR("union {\n"));
    for (size_t i = 0; i < s->n; i++) {
        struct strbuf member = {0};
        struct strbuf below = {0};

        if (s->branches[i]->kind == AVK_NULL)
            continue;
        is_empty = false;
        add_branch_name(&member, s->branches[i], false);
        strbuf_addf(&below, "%.*s_%.*s", STR_ARG(path), STR_ARG(strbuf_str(&member)));
        declare(out, depth + 2, s->branches[i], strbuf_str(&below), strbuf_str(&member));
        strbuf_fini(&member);
        strbuf_fini(&below);
    }
    if (is_empty) {
        indent(out, depth + 2);
        strbuf_add(out, STR("char none;\n"));
    }
    indent(out, depth + 1);
    strbuf_add(out, STR("} u;\n"));
    indent(out, depth);
    strbuf_addf(out, "} %.*s;\n", STR_ARG(name));
}

/* The declaration of one slot; `name` is a member's name or "*v". */
static void
declare(struct strbuf *out, int depth, const struct schema *s, struct str path, struct str name)
{
    const struct schema *value = schema_nullable(s);
    const char *scalar;

    if (value != NULL) {
        indent(out, depth);
        strbuf_addf(out, "bool has_%.*s;\n", STR_ARG(name));
        s = value;
    }
    scalar = scalar_type(s);
    if (scalar != NULL) {
        indent(out, depth);
        strbuf_addf(out, "%s %.*s;\n", scalar, STR_ARG(name));
    } else if (s->kind == AVK_ARRAY || s->kind == AVK_MAP) {
        declare_list(out, depth, s, path, name);
    } else if (s->kind == AVK_UNION) {
        declare_union(out, depth, s, path, name);
    } else if (s->kind == AVK_FIXED) {
        indent(out, depth);
        strbuf_addf(out, name.p[0] == '*' ? "uint8_t (%.*s)[%zu];\n" : "uint8_t %.*s[%zu];\n",
                    STR_ARG(name), s->size > 0 ? s->size : 1);
    } else {
        indent(out, depth);
        add_tag(out, s);
        strbuf_addf(out, " %.*s;\n", STR_ARG(name));
    }
}

/* The constants of a union that is not just nullable. */
static void
declare_kinds(struct strbuf *out, const struct schema *s, struct str path)
{
    struct strbuf prefix = {0};

    names_add_upper(&prefix, path);
    strbuf_addf(out, "\nenum %.*s_kind {\n    %.*s_UNKNOWN = 0,\n", STR_ARG(path),
                STR_ARG(strbuf_str(&prefix)));
    for (size_t i = 0; i < s->n; i++) {
        strbuf_addf(out, "    %.*s_", STR_ARG(strbuf_str(&prefix)));
        add_branch_name(out, s->branches[i], true);
        strbuf_add(out, STR(",\n"));
    }
    strbuf_addf(out, "};\nenum { %.*s_COUNT = %zu };\n", STR_ARG(strbuf_str(&prefix)), s->n + 1);
    strbuf_addf(out, "extern const char *const %.*s_names[%zu];\n", STR_ARG(path), s->n + 1);
    strbuf_fini(&prefix);
}

/* Calls itself for what lies inside; `is_after` chooses what stands behind the record: items and
 * entries. */
static void
declare_helpers(struct strbuf *out, const struct schema *s, struct str path, bool is_after)
{
    struct strbuf below = {0};

    if (schema_nullable(s) != NULL)
        s = schema_nullable(s);
    if (s->kind == AVK_UNION) {
        if (!is_after)
            declare_kinds(out, s, path);
        for (size_t i = 0; i < s->n; i++) {
            strbuf_clear(&below);
            strbuf_addf(&below, "%.*s_", STR_ARG(path));
            add_branch_name(&below, s->branches[i], false);
            declare_helpers(out, s->branches[i], strbuf_str(&below), is_after);
        }
    } else if (s->kind == AVK_ARRAY || s->kind == AVK_MAP) {
        bool is_map = s->kind == AVK_MAP;

        strbuf_addf(&below, "%.*s_%s", STR_ARG(path), is_map ? "entry" : "item");
        declare_helpers(out, s->items, strbuf_str(&below), is_after);
        if (is_after && (is_map || schema_nullable(s->items) != NULL)) {
            strbuf_addf(out, "\nstruct %.*s {\n", STR_ARG(strbuf_str(&below)));
            if (is_map)
                strbuf_add(out, STR("    struct str key;\n"));
            declare(out, 1, s->items, strbuf_str(&below), STR("value"));
            strbuf_add(out, STR("};\n"));
        }
    }
    strbuf_fini(&below);
}

static void
helpers_of_record(struct strbuf *out, const struct schema *s, bool is_after)
{
    struct strbuf path = {0};

    for (size_t i = 0; i < s->n; i++) {
        strbuf_clear(&path);
        names_add_snake(&path, s->name);
        strbuf_addf(&path, "_%.*s", STR_ARG(s->fields[i].name));
        declare_helpers(out, s->fields[i].type, strbuf_str(&path), is_after);
    }
    strbuf_fini(&path);
}

static void
add_doc(struct strbuf *out, const struct schema *s)
{
    if (s->doc.n == 0)
        return;
    strbuf_add(out, STR("/* "));
    for (size_t i = 0; i < s->doc.n; i++)
        strbuf_add_char(out,
                        s->doc.p[i] == '/' && i > 0 && s->doc.p[i - 1] == '*' ? ' ' : s->doc.p[i]);
    strbuf_add(out, STR(" */\n"));
}

static void
emit_enum(struct strbuf *out, const struct schema *s)
{
    strbuf_add_char(out, '\n');
    add_doc(out, s);
    add_tag(out, s);
    strbuf_add(out, STR(" {\n"));
    for (size_t i = 0; i < s->symbols.n; i++) {
        strbuf_add(out, STR("    "));
        names_add_upper(out, s->name);
        strbuf_add_char(out, '_');
        names_add_upper(out, s->symbols.v[i]);
        strbuf_add(out, i == 0 ? STR(" = 0,\n") : STR(",\n"));
    }
    strbuf_add(out, STR("};\nenum { "));
    names_add_upper(out, s->name);
    strbuf_addf(out, "_COUNT = %zu };\nextern const char *const ", s->symbols.n);
    names_add_snake(out, s->name);
    strbuf_addf(out, "_names[%zu];\n", s->symbols.n);
}

static void
emit_record(struct strbuf *out, const struct schema *s)
{
    struct strbuf path = {0};
    struct strbuf member = {0};

    helpers_of_record(out, s, false);
    strbuf_add_char(out, '\n');
    add_doc(out, s);
    add_tag(out, s);
    strbuf_add(out, STR(" {\n"));
    for (size_t i = 0; i < s->n; i++) {
        strbuf_clear(&path);
        strbuf_clear(&member);
        names_add_snake(&path, s->name);
        strbuf_addf(&path, "_%.*s", STR_ARG(s->fields[i].name));
        names_add_member(&member, s->fields[i].name);
        declare(out, 1, s->fields[i].type, strbuf_str(&path), strbuf_str(&member));
    }
    if (s->n == 0)
        strbuf_add(out, STR("    char none; /* the record has no fields */\n"));
    strbuf_add(out, STR("};\nextern const struct avro_desc "));
    names_add_snake(out, s->name);
    strbuf_add(out, STR("_desc;\n"));
    strbuf_fini(&path);
    strbuf_fini(&member);
}

static void
emit_top(struct strbuf *out, const struct schema *top, struct str avsc)
{
    strbuf_add(out, STR("\n/* The schema's own text, and the CRC-64-AVRO of its canonical form. "
                        "*/\nextern const char "));
    names_add_snake(out, top->name);
    strbuf_addf(out, "_avsc[%zu];\n#define ", avsc.n + 1);
    names_add_upper(out, top->name);
    strbuf_addf(out, "_AVSC_LEN    ((size_t)%zu)\n#define ", avsc.n);
    names_add_upper(out, top->name);
    strbuf_addf(out, "_FINGERPRINT UINT64_C(0x%016llx)\n",
                (unsigned long long)canonical_fingerprint(top));
}

void
emit_types(const struct emit_order *order, const struct schema *top, struct str base,
           struct str avsc, struct strbuf *out)
{
    struct strbuf guard = {0};

    names_add_upper(&guard, base);
    strbuf_addf(out, "/* Made by avsc2c from %.*s.avsc. */\n", STR_ARG(base));
    strbuf_addf(out, "#ifndef SCHEMAS_%.*s_H\n#define SCHEMAS_%.*s_H\n\n",
                STR_ARG(strbuf_str(&guard)), STR_ARG(strbuf_str(&guard)));
    strbuf_add(out, STR("#include \"base/evtime.h\"\n#include \"schemas/codec/desc.h\"\n"));
    for (size_t i = 0; i < order->n; i++) {
        if (order->v[i]->kind == AVK_ENUM)
            emit_enum(out, order->v[i]);
        if (order->v[i]->kind == AVK_RECORD)
            emit_record(out, order->v[i]);
    }
    for (size_t i = 0; i < order->n; i++)
        if (order->v[i]->kind == AVK_RECORD)
            helpers_of_record(out, order->v[i], true);
    emit_top(out, top, avsc);
    strbuf_add(out, STR("\n#endif\n"));
    strbuf_fini(&guard);
}

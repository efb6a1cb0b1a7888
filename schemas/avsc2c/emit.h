/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tree of a schema to C: the order of its types (order.c), the header (emit_types.c) and
 * the tables (emit_tables.c). Each of them walks the same list of named types, records behind all
 * that they hold by value.
 */
#ifndef SCHEMAS_AVSC2C_EMIT_H
#define SCHEMAS_AVSC2C_EMIT_H

#include "base/strbuf.h"
#include "schemas/codec/schema.h"

struct emit_order {
    const struct schema **v;
    size_t n;
    size_t cap;
};

/*
 * Lists the named types below `top`: enums and fixed first, then records. Fails for a record that
 * holds itself by value (through null unions too): a C struct can't; through an array or a map it
 * may. The caller frees `ret->v`.
 */
MUST_USE enum err emit_order_types(const struct schema *top, struct emit_order *ret,
                                   struct error *reterr);

/* Checks that each default in the schema is a value of its field's type. */
MUST_USE enum err emit_check_defaults(const struct emit_order *order, struct error *reterr);

/* The header: enums, structs, declarations. `base` is the name of the file without folder and
 * suffix. */
void emit_types(const struct emit_order *order, const struct schema *top, struct str base,
                struct str avsc, struct strbuf *out);

/* The C file: names, fields and descriptors. */
void emit_tables(const struct emit_order *order, const struct schema *top, struct str base,
                 struct str avsc, struct strbuf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Schema resolution: from a writer's type and a slot of ours to operations of a program. Used by
 * plan.c only. */
#ifndef SCHEMAS_CODEC_RESOLVE_H
#define SCHEMAS_CODEC_RESOLVE_H

#include "base/strbuf.h"
#include "schemas/codec/program.h"

/* Records are laid out flat, once for each branch that they can be read from, so a schema could ask
 * for very many. */
enum { RESOLVE_OPS_MAX = 65536 };

struct resolver {
    struct plan *plan;
    struct error *reterr;
    struct strbuf path; /* "payload.TicketMerged.into", for error sentences */
};

/* Appends operations that read the writer's type into the slot, which lies `shift` bytes into the
 * program's base. */
MUST_USE enum err resolve_slot(struct resolver *r, const struct schema *w,
                               const struct avro_field *f, uint32_t shift);
/* Appends operations that skip a value of the writer's type. */
void resolve_skip(struct resolver *r, const struct schema *w);
/* The same, laid out here even for a record: what a record's sub consists of. */
enum err resolve_skip_content(struct resolver *r, const struct schema *w);

/* Appends one operation; valid until the next. `name`: of the field, for refusals. */
struct op *resolve_emit(struct resolver *r, enum op_code code, const char *name);
/*
 * The sub for the items of a list, or (`items` NULL: skipped) of a list or record; found or made,
 * compiled later.
 */
struct sub *resolve_sub(struct resolver *r, const struct schema *w, const struct avro_items *items);

/* What is known without looking inside: can this type of the writer be read as the slot's? */
bool resolve_matches(const struct schema *w, const struct avro_field *f);
/* The branch of our union that takes the writer's type (not a union), NULL if none does. */
const struct avro_field *resolve_branch(const struct schema *w, const struct avro_field *f);
/*
 * True if a type of the writer's name is meant by our type: by name or alias, without namespaces;
 * or by any name, where our schema says "x-any-name".
 */
bool resolve_is_named(struct str writer_name, const struct avro_desc *desc);

#endif

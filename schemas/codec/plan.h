/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan reads records of one writer's schema into one of our structs. Compiling it does all the
 * thinking that schema resolution asks for (Avro 1.11, "Schema Resolution"), once per schema;
 * decoding is then a walk over a short program.
 *
 *   writer's schema (text) ─┐
 *                           ├─ plan_compile ─► plan ── plan_decode(bytes) ─► struct
 *   our tables (desc.h) ────┘
 *
 * What the specification leaves open, or where we are more generous: names match without their
 * namespace; a union's branch that ours lacks is kind 0 and its bytes are skipped; the logical
 * types must agree where both sides have them (micros and milliseconds convert, rounding down;
 * decimals need the same scale); for a union of ours an exact type goes before a promotion.
 */
#ifndef SCHEMAS_CODEC_PLAN_H
#define SCHEMAS_CODEC_PLAN_H

#include "base/arena.h"
#include "base/error.h"
#include "schemas/codec/desc.h"
#include "schemas/codec/result.h"

struct plan;

/*
 * `reader` must be a record and outlive the plan. Fails with ERR_SCHEMA and a sentence that names
 * the field, if the text is no schema or no record of it could ever be read as ours.
 */
MUST_USE enum err plan_compile(struct str writer_json, const struct avro_desc *reader,
                               struct plan **ret, struct error *reterr);
void plan_free(struct plan **plan);

/*
 * Fills the struct at `ret` (of the reader's size). Strings borrow from `bytes`, defaults from the
 * plan, arrays and maps lie in the arena. `used` gets the number of bytes read; NULL means that
 * bytes behind the record are refused (DECODE_TRAILING_BYTES). After a refusal `*ret` says nothing.
 */
MUST_USE enum decode_result plan_decode(const struct plan *plan, struct str bytes,
                                        struct arena *arena, void *ret, size_t *used);

/* As plan_decode(); a refusal puts the name of the field into `*ret_field` (NULL if it has none).
 */
MUST_USE enum decode_result plan_decode_field(const struct plan *plan, struct str bytes,
                                              struct arena *arena, void *ret, size_t *used,
                                              const char **ret_field);

/*
 * How long the record at the start of `bytes` is, whatever it says: for going on behind a record
 * that was refused for its content. A refusal here means that nobody can say where it ends.
 */
MUST_USE enum decode_result plan_measure(const struct plan *plan, struct str bytes, size_t *ret);

/* What the plan fills. */
const struct avro_desc *plan_reader(const struct plan *plan);

#endif

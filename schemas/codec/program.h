/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a plan: the program that plan.c compiles and decode.c runs. Records inside records,
 * nullable slots and branches of unions are laid out flat with offsets from the outermost struct;
 * only items of lists, and records that are skipped, are programs of their own (subs), since they
 * are run several times or may contain themselves.
 */
#ifndef SCHEMAS_CODEC_PROGRAM_H
#define SCHEMAS_CODEC_PROGRAM_H

#include "schemas/codec/plan.h"
#include "schemas/codec/schema.h"

enum op_code {
#define OP(name)   OP_##name,
#define SLOW(name) OP_##name,
#define LIST(name) OP_##name,
#include "schemas/codec/ops.tbl"
#undef OP
#undef SLOW
#undef LIST
    OP_RETURN
};

struct op {
    union {
        uint64_t code;  /* enum op_code, while the plan is compiled */
        const void *go; /* the place in the decoder that does it, then */
    } of;
    const void *ref;
    uint32_t at;
    uint32_t has_at;
    uint32_t n;
    uint32_t more; /* NULLABLE, JUMP: how many of the operations behind it are left out;
                      NULL_STRING: max_len */
};

/* The places of all operations, by their code. */
const void *const *decode_places(void);

/* The program of an item, of an entry's value, or of a record that is skipped. */
struct sub {
    const struct schema *writer;    /* the list; or the record, or the whole, that is skipped */
    const struct avro_items *items; /* NULL: skipped */
    uint32_t start;
    uint32_t size;  /* bytes of an item or entry in memory */
    bool has_key;   /* a map's entry */
    bool is_string; /* the value is one string, at string_at, of at most string_max bytes */
    uint32_t string_at;
    uint32_t string_max;
    bool takes_bytes; /* each item is at least one byte on the wire */
};

struct plan {
    struct arena arena; /* the writer's tree, images of defaults, tables of operations */
    const struct avro_desc *reader;
    struct op *ops;     /* the main program is at 0 */
    const char **names; /* of the field, for each operation */
    size_t n_ops;
    size_t cap_ops;
    size_t cap_names;
    struct sub **subs;
    size_t n_subs;
    size_t cap_subs;
    const struct sub *measure; /* skips one record */
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema as a tree: what plan_compile() knows of the writer and what avsc2c prints from. It keeps
 * what avro-c's parser forgets (defaults, aliases, logical types, enum defaults), and it bounds
 * what a hostile schema may ask for.
 *
 * Plain data, all in the caller's arena. A named type that is used again is the same pointer, so a
 * recursive type is a cycle: whoever walks the tree must expect that.
 */
#ifndef SCHEMAS_CODEC_SCHEMA_H
#define SCHEMAS_CODEC_SCHEMA_H

#include "base/arena.h"
#include "base/error.h"
#include "schemas/codec/desc.h"

enum {
    SCHEMA_TEXT_MAX = 1024 * 1024, /* bytes of a schema's text */
    SCHEMA_DEPTH_MAX = 64,         /* types inside types */
    SCHEMA_FIXED_MAX = 1024 * 1024 /* bytes of a fixed */
};

struct schema_names {
    struct str *v;
    size_t n;
};

struct schema_field {
    struct str name;
    struct schema_names aliases;
    const struct schema *type;
    struct str default_json; /* compact; n is 0 if there is no default */
    int64_t max_len;         /* "x-max-len", -1 if absent */
};

struct schema {
    enum avro_kind kind;
    enum avro_logical
        logical; /* AVL_NONE also where the attribute is not valid, as the specification wants */
    int precision;
    int scale;
    int64_t max_len;             /* "x-max-len", -1 if absent */
    struct str name;             /* record, enum, fixed: with namespace */
    struct schema_names aliases; /* with namespace */
    bool any_name; /* "x-any-name": a reader's type that takes a writer's of any name */
    struct str doc;
    struct schema_field *fields;    /* record: n of them */
    struct schema_names symbols;    /* enum */
    int default_symbol;             /* enum: index, -1 if there is none */
    const struct schema **branches; /* union: n of them */
    size_t n;
    const struct schema *items; /* array, map */
    size_t size;                /* fixed */
    bool takes_bytes; /* false: a value may be nothing on the wire (null, empty fixed, empty record)
                       */
};

/* Parses a schema. Fails with ERR_SCHEMA and a sentence that names the type or field at fault. */
MUST_USE enum err schema_parse(struct str text, struct arena *arena, const struct schema **ret,
                               struct error *reterr);

/* "long", "record" ... as schemas write it. */
const char *avro_kind_name(enum avro_kind kind);

/* The part of a full name behind the last dot. */
struct str schema_short_name(struct str full);

/* The type of a nullable union ("null" and one other), else NULL. */
const struct schema *schema_nullable(const struct schema *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that describe our side of the wire. avsc2c prints one `struct avro_desc` for each
 * named type of a schema and one `struct avro_field` for each place that holds a value; everything
 * else (decoding, encoding, JSON) is generic code that walks them. So no control flow is ever
 * generated, and the dangerous code exists once.
 *
 * A *slot* is a place for a value: a field of a record, an item of an array, a value of a map, a
 * branch of a union. `at` and `has_at` are offsets from the start of what the slot lies in: the
 * record's struct, the item, the entry, or the union's struct. How each kind lies in memory:
 *
 *   null         char                          float, double  float, double
 *   boolean      bool                          enum           an enum, counted in the order of our
 * symbols int          int32_t                       record         its struct long         int64_t
 * (also timestamps)     array          struct { T *v; size_t n; } string       struct str, borrowed
 * map            struct { struct { struct str key; T value; } *v; size_t n; } bytes        struct
 * str, borrowed          union          struct { enum kind; union { ... } u; } fixed        uint8_t
 * [size]                decimal        int64_t, unscaled (more than 18 digits: as bytes or fixed)
 *
 * A union of null and one other type is that type in a nullable slot: bool at `has_at`, the value
 * at `at`. When the bool is false the value's bytes say nothing. The kind of any other union is 0
 * for "a branch that we do not know" and 1 + index for ours.
 */
#ifndef SCHEMAS_CODEC_DESC_H
#define SCHEMAS_CODEC_DESC_H

#include "base/str.h"

enum avro_kind {
    AVK_NULL,
    AVK_BOOLEAN,
    AVK_INT,
    AVK_LONG,
    AVK_FLOAT,
    AVK_DOUBLE,
    AVK_BYTES,
    AVK_STRING,
    AVK_FIXED,
    AVK_ENUM,
    AVK_RECORD,
    AVK_ARRAY,
    AVK_MAP,
    AVK_UNION
};

enum avro_logical { AVL_NONE, AVL_TIMESTAMP_MILLIS, AVL_TIMESTAMP_MICROS, AVL_DECIMAL, AVL_UUID };

enum {
    AVRO_STRING_MAX = 65535,      /* bytes of a string without "x-max-len" */
    AVRO_BYTES_MAX = 1024 * 1024, /* bytes of a bytes value without "x-max-len" */
    AVRO_DECIMAL64_DIGITS = 18    /* decimals up to this precision are int64_t */
};

struct avro_desc;
struct avro_items;
struct avro_union;

struct avro_field {
    const char *name;
    enum avro_kind kind; /* of the value; of T where the schema says ["null", T] */
    enum avro_logical logical;
    bool is_nullable;
    bool null_is_last; /* the schema says [T, "null"] */
    uint8_t precision; /* decimal */
    uint8_t scale;     /* decimal */
    uint32_t at;
    uint32_t has_at;  /* where is_nullable */
    uint32_t max_len; /* string, bytes: more is refused */
    union {
        const struct avro_desc *named;     /* fixed, enum, record */
        const struct avro_items *items;    /* array, map */
        const struct avro_union *branches; /* union */
    } of;
    const char *const *aliases; /* ends with NULL; NULL if there is none */
    const char *default_json;   /* NULL: the field has no default */
};

/* What an array or a map holds: `size` bytes per item or entry, an entry's key at its start. */
struct avro_items {
    size_t size;
    struct avro_field slot;
};

/*
 * A union that is more than null and one type: `size` bytes. `names` has n + 1 entries, the first
 * for a branch that we do not know.
 */
struct avro_union {
    size_t size;
    size_t n;
    const struct avro_field *v;
    const char *const *names;
};

/* A named type: record, enum or fixed. */
struct avro_desc {
    enum avro_kind kind;
    const char *name;           /* with its namespace */
    const char *const *aliases; /* with namespace; ends with NULL; NULL if there is none */
    size_t size;                /* of the struct (record) or of the value (fixed) */
    size_t n;                   /* fields or symbols */
    const struct avro_field *fields;
    const char *const *symbols;
    int default_symbol; /* index, -1 if there is none */
    bool any_name;      /* "x-any-name": a writer's type may be called anything */

    /* The schema of the file that the type is the top of; else NULL, 0, 0. */
    const char *avsc; /* JSON without white space; with doc, defaults and logical types */
    size_t avsc_len;
    uint64_t fingerprint; /* CRC-64-AVRO of its Parsing Canonical Form */
};

/* What every array and map begins with, whatever its items are: for code that walks the tables. */
struct avro_list {
    void *v;
    size_t n;
};

/* Bytes of the slot's value in memory, without the bool of a nullable one. */
size_t avro_field_size(const struct avro_field *f);

/* True if the slot holds a decimal as an unscaled int64_t. */
static inline bool
avro_field_is_decimal64(const struct avro_field *f)
{
    return f->logical == AVL_DECIMAL && f->precision <= AVRO_DECIMAL64_DIGITS;
}

#endif

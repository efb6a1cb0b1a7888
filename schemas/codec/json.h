/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for the structs of our schemas, in the form that people write: null and the value instead of
 * tagged branches, times as RFC 3339, enums as their symbols, decimals as strings. A union of
 * several types is {"Name": value}; bytes and fixed are strings whose code points are the bytes.
 */
#ifndef SCHEMAS_CODEC_JSON_H
#define SCHEMAS_CODEC_JSON_H

#include "base/arena.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "schemas/codec/desc.h"
#include "schemas/codec/result.h"

enum { JSON_WRITE_NULLS = 1 }; /* flag: nulls are written too where null is the default anyway */

/* Appends the record as one JSON object without white space. A double that JSON lacks (NaN,
 * infinities) is null. */
void avro_json_write(const struct avro_desc *desc, const void *value, unsigned flags,
                     struct strbuf *out);

/*
 * Appends `,"name":value` for each of `n` fields of the struct at `value`, so that several records
 * may share an object.
 */
void avro_json_write_fields(const struct avro_field *fields, size_t n, const void *value,
                            unsigned flags, struct strbuf *out);

/* Appends a string with its quotes. */
void avro_json_write_string(struct str s, struct strbuf *out);

/* A parsed object that records are read from. */
struct json_object;

/* DECODE_BAD_UTF8, or DECODE_BAD_JSON where the text is not one JSON object. */
MUST_USE enum decode_result json_object_parse(struct str text, struct json_object **ret);
void json_object_free(struct json_object **object);

/* The string under the name; DECODE_MISSING_FIELD (also for null), or DECODE_BAD_VALUE if it is
 * none. Borrowed. */
MUST_USE enum decode_result json_object_string(const struct json_object *object, const char *name,
                                               struct str *ret);

/*
 * Fills `n` fields of the struct at `ret`; strings, arrays and maps are copied to the arena.
 * Absent, or null where null is not allowed: the default, and DECODE_MISSING_FIELD if there is
 * none. An enum symbol that we do not know: the enum's default. Times may be integers too:
 * milliseconds since 1970 (of a timestamp-micros: microseconds). Members of the object that are no
 * fields are left alone.
 */
struct json_read {
    struct arena *arena;
    unsigned used;     /* members of the object that were fields */
    unsigned unknown;  /* members of objects inside it that were none */
    const char *field; /* after a refusal: the field's name */
};
MUST_USE enum decode_result json_object_read(const struct json_object *object,
                                             const struct avro_field *fields, size_t n,
                                             struct json_read *read, void *ret);

/* Members of the object itself. */
unsigned json_object_members(const struct json_object *object);

/* One text, one record: the above in one call. `unknown_fields` (may be NULL) counts members that
 * are no fields. */
MUST_USE enum decode_result avro_json_read(const struct avro_desc *desc, struct str text,
                                           struct arena *arena, void *ret, unsigned *unknown_fields,
                                           const char **ret_field);

#endif

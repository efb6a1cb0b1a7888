/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of our fields: from the schema's JSON to the bytes that a struct has where the writer
 * lacks the field. */
#ifndef SCHEMAS_CODEC_DEFAULT_H
#define SCHEMAS_CODEC_DEFAULT_H

#include "base/arena.h"
#include "schemas/codec/desc.h"

/*
 * Writes the default of the field into the struct at `base`; strings, arrays and maps lie in the
 * arena. False if the field has none, or if it is not a value of the field's type.
 */
bool default_write(const struct avro_field *f, struct arena *arena, char *base);

/* Bytes from a string whose code points are 0 to 255: the specification's JSON for bytes. False for
 * others. */
bool default_latin1(struct str text, struct arena *arena, struct str *ret);

#endif

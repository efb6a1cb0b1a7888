/* SPDX-License-Identifier: Apache-2.0 */
/* From our structs to Avro's binary form, with our schema as the writer's. */
#ifndef SCHEMAS_CODEC_ENCODE_H
#define SCHEMAS_CODEC_ENCODE_H

#include "base/strbuf.h"
#include "schemas/codec/desc.h"

/*
 * Appends the record. A value that the schema has no bytes for is a bug (CHECK): a union's kind 0,
 * an enum beyond its symbols. Strings are written as they are: whoever fills them vouches for
 * UTF-8.
 */
void avro_encode(const struct avro_desc *desc, const void *value, struct strbuf *out);

/* Appends a zigzag varint. */
void avro_encode_long(struct strbuf *out, int64_t v);

#endif

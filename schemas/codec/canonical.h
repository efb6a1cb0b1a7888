/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Parsing Canonical Form of a schema (Avro specification, "Transforming into Parsing Canonical
 * Form") and its CRC-64-AVRO fingerprint: what single-object messages name their schema by. Two
 * schemas with the same form read the same bytes; doc, defaults, aliases and logical types are not
 * part of it.
 */
#ifndef SCHEMAS_CODEC_CANONICAL_H
#define SCHEMAS_CODEC_CANONICAL_H

#include "base/strbuf.h"
#include "schemas/codec/schema.h"

/* Appends the Parsing Canonical Form. */
void canonical_add(const struct schema *schema, struct strbuf *out);

/* CRC-64-AVRO of any bytes. */
uint64_t canonical_crc64(struct str bytes);

/* The fingerprint of a schema: CRC-64-AVRO of its Parsing Canonical Form. */
uint64_t canonical_fingerprint(const struct schema *schema);

#endif

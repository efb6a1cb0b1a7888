/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in front of a record and says which schema wrote it.
 *
 *   confluent      00 | schema id, 4 bytes, big-endian | record
 *   single_object  C3 01 | CRC-64-AVRO of the schema's canonical form, 8 bytes, little-endian |
 * record raw            record (one schema, agreed on elsewhere)
 */
#ifndef SCHEMAS_CODEC_FRAMING_H
#define SCHEMAS_CODEC_FRAMING_H

#include "base/strbuf.h"
#include "schemas/codec/result.h"

enum framing { FRAMING_CONFLUENT, FRAMING_SINGLE_OBJECT, FRAMING_RAW };

/* The name in the configuration; false if there is no such framing. */
bool framing_from_name(struct str name, enum framing *ret);
const char *framing_name(enum framing framing);

/*
 * Splits a message into the schema's key (id or fingerprint; 0 for raw) and the record's bytes,
 * borrowed. Refusal: DECODE_BAD_FRAMING, also for a message that is too short to have one.
 */
MUST_USE enum decode_result framing_split(enum framing framing, struct str message,
                                          uint64_t *ret_key, struct str *ret_body);

/* Appends what stands in front of a record. A confluent id must fit 32 bits. */
void framing_add(enum framing framing, uint64_t key, struct strbuf *out);

#endif

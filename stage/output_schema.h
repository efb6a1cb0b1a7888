/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in front of an Avro body in an output topic: the configured framing, with the id of
 * our schema. The id is the number of the file ID.avsc in the folder of schemas whose text is ours.
 */
#ifndef STAGE_OUTPUT_SCHEMA_H
#define STAGE_OUTPUT_SCHEMA_H

#include "base/strbuf.h"
#include "schemas/codec/desc.h"
#include "stage/config.h"

/*
 * Appends the prefix. True if it is the one that `output` asks for. False: it asks for an id and no
 * file (or no folder) has it; the prefix then has the id 0, which no registry gives, and `reterr`
 * says what is missing.
 */
bool output_schema_prefix(const struct config *config, const struct avro_desc *desc,
                          struct strbuf *prefix, struct error *reterr);

/* The id of the file in the folder whose text, white space apart, is the schema's; 0 if none. */
uint32_t output_schema_find(const char *folder, const struct avro_desc *desc);

#endif

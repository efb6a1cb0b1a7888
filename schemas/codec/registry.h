/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct registry: from the key in front of a record (a schema id, or a fingerprint) to the plan
 * that reads it. Plans are compiled when their schema is first met and kept; a schema that cannot
 * be read is remembered with its sentence.
 *
 * Where the schemas come from is one function; the folder (ID.avsc files, as a Confluent registry
 * numbers them) is the first such source, and of a folder single-object fingerprints are found by
 * reading all of it once.
 *
 * @thread the one that made it
 */
#ifndef SCHEMAS_CODEC_REGISTRY_H
#define SCHEMAS_CODEC_REGISTRY_H

#include "schemas/codec/framing.h"
#include "schemas/codec/plan.h"

struct registry;

/*
 * Reads the text of schema `key` and appends it to `out`. DECODE_OK; DECODE_UNKNOWN_SCHEMA with a
 * sentence in `reterr` if there is no such schema (asked again the next time that the key is met
 * only if `registry_forget_unknown` is called). `context` is the source's own.
 */
typedef enum decode_result registry_load_fn(void *context, uint64_t key, struct strbuf *out,
                                            struct error *reterr);

/* `load` is called with `context`; `reader` must outlive the registry. */
struct registry *registry_new(registry_load_fn *load, void *context,
                              void (*free_context)(void *context), const struct avro_desc *reader);

/*
 * A registry over the .avsc files of a folder: with confluent framing key 7 is the file 7.avsc;
 * with single-object framing a key is the fingerprint of any of its files; with raw framing the
 * folder's only schema is meant. ERR_IO if the folder cannot be read.
 */
MUST_USE enum err registry_open_folder(const char *path, enum framing framing,
                                       const struct avro_desc *reader, struct registry **ret,
                                       struct error *reterr);

void registry_free(struct registry **r);

/*
 * The plan for a key: DECODE_OK, or DECODE_UNKNOWN_SCHEMA or DECODE_IMPOSSIBLE_SCHEMA with the
 * sentence in `reterr` (may be NULL). The plan belongs to the registry.
 */
MUST_USE enum decode_result registry_get(struct registry *r, uint64_t key, const struct plan **ret,
                                         struct error *reterr);

/* Gives a schema by hand: for a fixed schema, and for files that carry theirs. */
MUST_USE enum decode_result registry_add(struct registry *r, uint64_t key, struct str schema_json,
                                         struct error *reterr);

/* Keys that were unknown are asked for again. */
void registry_forget_unknown(struct registry *r);

#endif

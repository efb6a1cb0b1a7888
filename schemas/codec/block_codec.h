/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the blocks of a container file are packed: a table of codecs, each a name, a packer and an
 * unpacker. What a block says about its size is held against a limit, and against what so few bytes
 * could ever become, before memory is taken for it.
 */
#ifndef SCHEMAS_CODEC_BLOCK_CODEC_H
#define SCHEMAS_CODEC_BLOCK_CODEC_H

#include "base/strbuf.h"
#include "schemas/codec/container.h"

struct block_packer;

/* `codec` must not be CONTAINER_NULL: there is nothing to pack. */
struct block_packer *block_packer_new(enum container_codec codec);
/* Accepts NULL. */
void block_packer_free(struct block_packer **p);
/* Effort from 1 (fast) to 9 (small, the default); before the first block. Snappy has none. */
void block_packer_set_level(struct block_packer *p, int level);
/* Appends the packed block. The same bytes give the same block. */
void block_packer_pack(struct block_packer *p, struct str plain, struct strbuf *out);

/*
 * Appends what the block was before it was packed, at most CONTAINER_PLAIN_MAX bytes. Returns NULL,
 * or what is wrong with the block: then `*out` says nothing. `codec` must not be CONTAINER_NULL.
 */
MUST_USE const char *block_unpack(enum container_codec codec, struct str raw, struct strbuf *out);

#endif

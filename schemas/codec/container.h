/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Object container files: a header with the writer's schema, then blocks of records, each block
 * packed by the codec that the header names (block_codec.h).
 *
 *   "Obj" 01 | metadata (map of bytes: avro.schema, avro.codec, others) | sync marker, 16 bytes
 *   { records in the block | bytes of the block | the bytes | sync marker } ...
 *
 * A record in a block has no length of its own: only who decodes it knows where it ends. So the
 * reader shows what is left of a block and is told how much of that was the record.
 */
#ifndef SCHEMAS_CODEC_CONTAINER_H
#define SCHEMAS_CODEC_CONTAINER_H

#include "base/error.h"
#include "base/strbuf.h"
#include "schemas/codec/desc.h"

enum container_codec {
    CONTAINER_NULL,
    CONTAINER_DEFLATE,
    CONTAINER_SNAPPY,
    CONTAINER_ZSTANDARD,
    CONTAINER_CODECS /* how many there are */
};

enum {
    CONTAINER_BLOCK_MAX = 64 * 1024 * 1024, /* bytes of a block in the file; more is refused */
    CONTAINER_PLAIN_MAX = 256 * 1024 * 1024 /* bytes of a block when unpacked */
};

struct container_meta {
    struct str key;
    struct str value;
};

/* As it stands in the header: "null", "deflate", "snappy", "zstandard". */
const char *container_codec_name(enum container_codec codec);
/* False if there is none of this name. */
bool container_codec_find(struct str name, enum container_codec *ret);

struct container_reader;

/*
 * Opens a file and reads its header. ERR_IO if it cannot be opened or read, ERR_INPUT with the
 * file's name if it is no container file or has a codec that we lack.
 */
MUST_USE enum err container_reader_open(const char *path, struct container_reader **ret,
                                        struct error *reterr);
void container_reader_close(struct container_reader **r);

/* The writer's schema as JSON; other metadata (empty if absent). Borrowed until the close. */
struct str container_reader_schema(const struct container_reader *r);
struct str container_reader_meta(const struct container_reader *r, struct str key);

/*
 * Shows the bytes from the next record to the end of its block; `ret->p` is NULL at the end of the
 * file. They are valid until the last record of the block is taken and the next peek. ERR_INPUT
 * with file and byte offset where the file is damaged or ends inside a block: all whole blocks
 * before it have been shown by then.
 */
MUST_USE enum err container_reader_peek(struct container_reader *r, struct str *ret,
                                        struct error *reterr);
/* The record was the first `used` bytes of what peek showed. ERR_INPUT if the block's count and
 * size disagree. */
MUST_USE enum err container_reader_take(struct container_reader *r, size_t used,
                                        struct error *reterr);

/* Gives up what is left of the block: a record in it has no end that could be found. The next peek
 * shows the next block. */
void container_reader_drop_block(struct container_reader *r);

/* Byte offset in the file of the block that peek shows, and the number of the record in it (from
 * 0): for messages. */
uint64_t container_reader_offset(const struct container_reader *r);
uint64_t container_reader_record(const struct container_reader *r);

struct container_writer;

/*
 * Creates (or empties) a file for records of our schema `desc`, which must be the top of its file.
 * The sync marker comes from schema and metadata, so the same records make the same file. ERR_IO if
 * it cannot be written.
 */
MUST_USE enum err container_writer_open(const char *path, const struct avro_desc *desc,
                                        enum container_codec codec,
                                        const struct container_meta *meta, size_t n_meta,
                                        struct container_writer **ret, struct error *reterr);
/* Effort of deflate and zstandard, 1 (fast) to 9 (small, the default); before the first record. */
void container_writer_set_level(struct container_writer *w, int level);
/* Adds the bytes of one record, as avro_encode() made them. */
MUST_USE enum err container_writer_add(struct container_writer *w, struct str record,
                                       struct error *reterr);
/* Writes what is left and closes; `*w` is NULL afterwards, whatever happened. Accepts NULL. */
MUST_USE enum err container_writer_close(struct container_writer **w, struct error *reterr);

#endif

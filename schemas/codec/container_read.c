/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/block_codec.h"
#include "schemas/codec/container.h"
#include "schemas/codec/cursor.h"
#include "schemas/codec/schema.h"

#include <errno.h>
#include <stdio.h>

enum { SYNC_BYTES = 16, META_MAX = 1000, META_BYTES_MAX = 4 * 1024 * 1024, CHUNK = 65536 };

struct container_reader {
    FILE *file;
    char *path;
    uint64_t at; /* bytes read of the file */
    enum container_codec codec;
    struct arena arena; /* metadata */
    struct container_meta *meta;
    size_t n_meta;
    char sync[SYNC_BYTES];

    uint64_t block_at;  /* where the block begins in the file */
    uint64_t n_blocks;  /* whole ones before it */
    uint64_t n_records; /* in it */
    uint64_t n_taken;   /* of them */
    struct strbuf raw;  /* the block as it lies in the file */
    struct strbuf plain;
    struct str left; /* of the block */
};

static enum err
damaged(const struct container_reader *r, const char *what, struct error *reterr)
{
    return error_set(reterr, ERR_INPUT, "%s: %s at byte %llu (%llu whole blocks before)", r->path,
                     what, (unsigned long long)r->block_at, (unsigned long long)r->n_blocks);
}

/* The file ends, or cannot be read. */
static enum err
cut(const struct container_reader *r, struct error *reterr)
{
    if (ferror(r->file))
        return error_set(reterr, ERR_IO, "%s: %s", r->path, strerror(errno));
    if (r->n_meta == 0)
        return error_set(reterr, ERR_INPUT, "%s: the file ends in its header", r->path);
    return damaged(r, "the file ends in the middle of the block", reterr);
}

/* Appends `n` bytes of the file, in steps, so that a lie about `n` costs no more memory than the
 * file is long. */
static enum err
read_bytes(struct container_reader *r, size_t n, struct strbuf *out, struct error *reterr)
{
    while (n > 0) {
        size_t step = n < CHUNK ? n : CHUNK;
        size_t got = fread(strbuf_reserve(out, step), 1, step, r->file);

        strbuf_added(out, got);
        r->at += got;
        if (got < step)
            return cut(r, reterr);
        n -= got;
    }
    return ERR_NONE;
}

/* A varint of the file. `*ret_end` (may be NULL): the file ended before its first byte. */
static enum err
read_long(struct container_reader *r, int64_t *ret, bool *ret_end, struct error *reterr)
{
    char bytes[VARINT_MAX];
    size_t n = 0;
    struct cursor c;

    do {
        int byte = getc(r->file);

        if (byte == EOF && n == 0 && ret_end != NULL && !ferror(r->file)) {
            *ret_end = true;
            return ERR_NONE;
        }
        if (byte == EOF)
            return cut(r, reterr);
        r->at++;
        bytes[n++] = (char)byte;
    } while (n < VARINT_MAX && (unsigned char)bytes[n - 1] >= 0x80);
    c = cursor_of(str_of(bytes, n));
    if (cursor_long(&c, ret) != DECODE_OK)
        return damaged(r, "a damaged number", reterr);
    return ERR_NONE;
}

/* One string or bytes of the header. */
static enum err
read_header_bytes(struct container_reader *r, struct str *ret, struct error *reterr)
{
    struct strbuf bytes = {0};
    int64_t n;
    enum err err = read_long(r, &n, NULL, reterr);

    if (err != ERR_NONE)
        return err;
    if (n < 0 || n > META_BYTES_MAX)
        return damaged(r, "the header is damaged", reterr);
    err = read_bytes(r, (size_t)n, &bytes, reterr);
    *ret = arena_copy(&r->arena, strbuf_str(&bytes));
    strbuf_fini(&bytes);
    return err;
}

static enum err
read_meta(struct container_reader *r, struct error *reterr)
{
    enum err err = ERR_NONE;
    size_t n_read = 0;
    int64_t n;
    int64_t skip;

    r->meta = arena_alloc(&r->arena, META_MAX, sizeof(*r->meta));
    for (;;) {
        err = read_long(r, &n, NULL, reterr);
        if (err == ERR_NONE && n < 0) {
            n = n == INT64_MIN ? INT64_MAX : -n;
            err = read_long(r, &skip, NULL, reterr);
        }
        if (err != ERR_NONE || n == 0)
            break;
        if (n > META_MAX - (int64_t)n_read)
            return damaged(r, "the header is damaged", reterr);
        for (; n > 0 && err == ERR_NONE; n--) {
            err = read_header_bytes(r, &r->meta[n_read].key, reterr);
            if (err == ERR_NONE)
                err = read_header_bytes(r, &r->meta[n_read].value, reterr);
            n_read++;
        }
        if (err != ERR_NONE || r->at > META_BYTES_MAX)
            return err != ERR_NONE ? err : damaged(r, "the header is damaged", reterr);
    }
    r->n_meta = n_read;
    return err;
}

static enum err
read_header(struct container_reader *r, struct error *reterr)
{
    struct strbuf bytes = {0};
    struct str codec;
    enum err err = read_bytes(r, 4, &bytes, NULL);
    bool is_magic = err == ERR_NONE && memcmp(bytes.p, "Obj\1", 4) == 0;

    strbuf_clear(&bytes);
    if (!is_magic)
        err = error_set(reterr, ERR_INPUT, "%s: not an Avro container file", r->path);
    if (err == ERR_NONE)
        err = read_meta(r, reterr);
    if (err == ERR_NONE)
        err = read_bytes(r, SYNC_BYTES, &bytes, reterr);
    if (err == ERR_NONE)
        memcpy(r->sync, bytes.p, SYNC_BYTES);
    strbuf_fini(&bytes);
    if (err != ERR_NONE)
        return err;
    codec = container_reader_meta(r, STR("avro.codec"));
    /* No codec named means null. */
    if (codec.n > 0 && !container_codec_find(codec, &r->codec))
        return error_set(reterr, ERR_INPUT,
                         "%s: codec %.*s is not supported (null, deflate, snappy, zstandard)",
                         r->path, STR_ARG(codec));
    if (container_reader_schema(r).n == 0)
        return error_set(reterr, ERR_INPUT, "%s: the header has no avro.schema", r->path);
    return ERR_NONE;
}

enum err
container_reader_open(const char *path, struct container_reader **ret, struct error *reterr)
{
    struct container_reader *r = mem_new(1, sizeof(*r));
    enum err err;

    r->path = mem_new(strlen(path) + 1, 1);
    memcpy(r->path, path, strlen(path));
    r->file = fopen(path, "rb");
    if (r->file == NULL)
        err = error_set(reterr, ERR_IO, "%s: %s", path, strerror(errno));
    else
        err = read_header(r, reterr);
    if (err != ERR_NONE) {
        container_reader_close(&r);
        return err;
    }
    *ret = r;
    return ERR_NONE;
}

void
container_reader_close(struct container_reader **reader)
{
    struct container_reader *r = *reader;

    if (r == NULL)
        return;
    if (r->file != NULL)
        fclose(r->file);
    arena_fini(&r->arena);
    strbuf_fini(&r->raw);
    strbuf_fini(&r->plain);
    mem_free(r->path);
    mem_free(r);
    *reader = NULL;
}

struct str
container_reader_meta(const struct container_reader *r, struct str key)
{
    for (size_t i = 0; i < r->n_meta; i++)
        if (str_equal(r->meta[i].key, key))
            return r->meta[i].value;
    return STR("");
}

struct str
container_reader_schema(const struct container_reader *r)
{
    return container_reader_meta(r, STR("avro.schema"));
}

uint64_t
container_reader_offset(const struct container_reader *r)
{
    return r->block_at;
}

uint64_t
container_reader_record(const struct container_reader *r)
{
    return r->n_taken;
}

/* Reads the head of the next block; `*ret_end` at the end of the file. */
static enum err
read_block_head(struct container_reader *r, int64_t *ret_size, bool *ret_end, struct error *reterr)
{
    int64_t n = 0;
    enum err err = read_long(r, &n, ret_end, reterr);

    if (err != ERR_NONE || *ret_end)
        return err;
    err = read_long(r, ret_size, NULL, reterr);
    if (err != ERR_NONE)
        return err;
    if (n < 0 || *ret_size < 0)
        return damaged(r, "a damaged block", reterr);
    if (*ret_size > CONTAINER_BLOCK_MAX)
        return damaged(r, "a block that is too large", reterr);
    r->n_records = (uint64_t)n;
    return ERR_NONE;
}

static enum err
read_block(struct container_reader *r, bool *ret_end, struct error *reterr)
{
    int64_t size = 0;
    enum err err;

    r->block_at = r->at;
    r->n_taken = 0;
    r->n_records = 0;
    strbuf_clear(&r->raw);
    strbuf_clear(&r->plain);
    err = read_block_head(r, &size, ret_end, reterr);
    if (err == ERR_NONE && !*ret_end)
        err = read_bytes(r, (size_t)size + SYNC_BYTES, &r->raw, reterr);
    if (err != ERR_NONE || *ret_end)
        return err;
    if (memcmp(r->raw.p + size, r->sync, SYNC_BYTES) != 0)
        return damaged(r, "no sync marker behind the block", reterr);
    r->left = str_of(r->raw.p, (size_t)size);
    if (r->codec != CONTAINER_NULL) {
        const char *wrong = block_unpack(r->codec, r->left, &r->plain);

        if (wrong != NULL)
            return damaged(r, wrong, reterr);
        r->left = strbuf_str(&r->plain);
    }
    if (r->n_records == 0 && r->left.n > 0)
        return damaged(r, "bytes without records in the block", reterr);
    r->n_blocks++;
    return ERR_NONE;
}

enum err
container_reader_peek(struct container_reader *r, struct str *ret, struct error *reterr)
{
    while (r->n_taken == r->n_records) {
        bool is_end = false;
        enum err err = read_block(r, &is_end, reterr);

        if (err != ERR_NONE) {
            r->n_taken = r->n_records = 0;
            return err;
        }
        if (is_end) {
            *ret = (struct str){0};
            return ERR_NONE;
        }
    }
    *ret = r->left.n > 0 ? r->left : STR("");
    return ERR_NONE;
}

enum err
container_reader_take(struct container_reader *r, size_t used, struct error *reterr)
{
    CHECK(used <= r->left.n && r->n_taken < r->n_records);
    r->left.p += used;
    r->left.n -= used;
    r->n_taken++;
    if (r->n_taken == r->n_records && r->left.n > 0)
        return damaged(r, "bytes behind the last record of the block", reterr);
    return ERR_NONE;
}

void
container_reader_drop_block(struct container_reader *r)
{
    r->left = (struct str){0};
    r->n_taken = r->n_records;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/block_codec.h"
#include "schemas/codec/canonical.h"
#include "schemas/codec/container.h"
#include "schemas/codec/encode.h"

#include <errno.h>
#include <stdio.h>

enum { SYNC_BYTES = 16, BLOCK_BYTES = 128 * 1024 };

struct container_writer {
    FILE *file;
    char *path;
    enum container_codec codec;
    struct block_packer *packer; /* NULL: null */
    char sync[SYNC_BYTES];
    uint64_t n_records; /* in the block */
    struct strbuf block;
    struct strbuf packed;
    struct strbuf out;
};

static enum err
failed(const struct container_writer *w, struct error *reterr)
{
    return error_set(reterr, ERR_IO, "%s: %s", w->path, strerror(errno));
}

static enum err
flush(struct container_writer *w, struct error *reterr)
{
    size_t n = w->out.n;

    strbuf_clear(&w->out);
    return fwrite(w->out.p, 1, n, w->file) == n ? ERR_NONE : failed(w, reterr);
}

static void
add_bytes(struct strbuf *out, struct str s)
{
    avro_encode_long(out, (int64_t)s.n);
    strbuf_add(out, s);
}

static void
add_header(struct container_writer *w, const struct avro_desc *desc,
           const struct container_meta *meta, size_t n_meta)
{
    strbuf_add(&w->out, STR("Obj\1"));
    avro_encode_long(&w->out, (int64_t)n_meta + 2);
    add_bytes(&w->out, STR("avro.schema"));
    add_bytes(&w->out, str_of(desc->avsc, desc->avsc_len));
    add_bytes(&w->out, STR("avro.codec"));
    add_bytes(&w->out, str_from(container_codec_name(w->codec)));
    for (size_t i = 0; i < n_meta; i++) {
        add_bytes(&w->out, meta[i].key);
        add_bytes(&w->out, meta[i].value);
    }
    avro_encode_long(&w->out, 0);
}

/* Two checksums of the header, the second over the first too: no chance, so that the same records
 * make the same file. */
static void
set_sync(struct container_writer *w)
{
    for (size_t part = 0; part < SYNC_BYTES; part += 8) {
        uint64_t crc = canonical_crc64(strbuf_str(&w->out));

        for (size_t i = 0; i < 8; i++)
            w->sync[part + i] = (char)(crc >> (8 * i));
        /* What a checksum is appended to always leaves the same: scramble it. */
        for (size_t i = 0; i < 8; i++)
            strbuf_add_char(&w->out, (char)(w->sync[part + i] * 5 + 1));
    }
    w->out.n -= SYNC_BYTES;
    strbuf_add(&w->out, str_of(w->sync, SYNC_BYTES));
}

enum err
container_writer_open(const char *path, const struct avro_desc *desc, enum container_codec codec,
                      const struct container_meta *meta, size_t n_meta,
                      struct container_writer **ret, struct error *reterr)
{
    struct container_writer *w = mem_new(1, sizeof(*w));
    enum err err;

    CHECK(desc->avsc != NULL);
    w->codec = codec;
    if (codec != CONTAINER_NULL)
        w->packer = block_packer_new(codec);
    w->path = mem_new(strlen(path) + 1, 1);
    memcpy(w->path, path, strlen(path));
    w->file = fopen(path, "wb");
    if (w->file == NULL) {
        err = failed(w, reterr);
    } else {
        add_header(w, desc, meta, n_meta);
        set_sync(w);
        err = flush(w, reterr);
    }
    if (err != ERR_NONE) {
        w->n_records = 0;
        (void)!container_writer_close(&w, NULL);
        return err;
    }
    *ret = w;
    return ERR_NONE;
}

void
container_writer_set_level(struct container_writer *w, int level)
{
    if (w->packer != NULL)
        block_packer_set_level(w->packer, level);
}

static enum err
end_block(struct container_writer *w, struct error *reterr)
{
    struct str data = strbuf_str(&w->block);

    if (w->n_records == 0)
        return ERR_NONE;
    if (w->packer != NULL) {
        strbuf_clear(&w->packed);
        block_packer_pack(w->packer, data, &w->packed);
        data = strbuf_str(&w->packed);
    }
    avro_encode_long(&w->out, (int64_t)w->n_records);
    add_bytes(&w->out, data);
    strbuf_add(&w->out, str_of(w->sync, SYNC_BYTES));
    strbuf_clear(&w->block);
    w->n_records = 0;
    return flush(w, reterr);
}

enum err
container_writer_add(struct container_writer *w, struct str record, struct error *reterr)
{
    enum err err = ERR_NONE;

    CHECK(record.n <= CONTAINER_BLOCK_MAX / 2);
    if (w->n_records > 0 && w->block.n + record.n > BLOCK_BYTES)
        err = end_block(w, reterr);
    strbuf_add(&w->block, record);
    w->n_records++;
    return err;
}

enum err
container_writer_close(struct container_writer **writer, struct error *reterr)
{
    struct container_writer *w = *writer;
    enum err err = ERR_NONE;

    if (w == NULL)
        return ERR_NONE;
    if (w->file != NULL) {
        err = end_block(w, reterr);
        if (fclose(w->file) != 0 && err == ERR_NONE)
            err = failed(w, reterr);
    }
    block_packer_free(&w->packer);
    strbuf_fini(&w->block);
    strbuf_fini(&w->packed);
    strbuf_fini(&w->out);
    mem_free(w->path);
    mem_free(w);
    *writer = NULL;
    return err;
}

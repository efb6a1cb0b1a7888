/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deflate and zstandard say too little about the size behind them to be trusted, so they unpack in
 * steps until the limit is passed. A snappy block begins with its size, which is checked first.
 */
#include "schemas/codec/block_codec.h"

#include "base/check.h"
#include "base/mem.h"

#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

enum {
    STEP = 65536,
    SNAPPY_CRC = 4,        /* bytes behind each block: the CRC-32 of what was packed, big-endian */
    SNAPPY_RATIO_MAX = 22, /* its best: 64 bytes from three */
    ZSTD_WINDOW_LOG_MAX = 27
};

static const char too_large[] = "a block that is too large when unpacked";

struct block_packer {
    enum container_codec codec;
    int level;
    z_stream deflate;
    bool has_deflate; /* it was made; made once, for its tables are larger than a block */
    ZSTD_CCtx *zstandard;
};

struct codec {
    const char *name; /* in `avro.codec` */
    void (*pack)(struct block_packer *p, struct str plain, struct strbuf *out);
    const char *(*unpack)(struct str raw, struct strbuf *out);
};

/* Raw deflate, as the specification has it: no zlib header, no checksum. */
static void
deflate_pack(struct block_packer *p, struct str plain, struct strbuf *out)
{
    z_stream *z = &p->deflate;
    int status = p->has_deflate ? deflateReset(z)
                                : deflateInit2(z, p->level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    size_t room;

    CHECK(status == Z_OK);
    p->has_deflate = true;
    room = deflateBound(z, plain.n);
    z->next_in = (Bytef *)(uintptr_t)plain.p;
    z->avail_in = (uInt)plain.n;
    z->next_out = (Bytef *)strbuf_reserve(out, room);
    z->avail_out = (uInt)room;
    status = deflate(z, Z_FINISH);
    CHECK(status == Z_STREAM_END);
    strbuf_added(out, room - z->avail_out);
}

/* How much room the next step gets: all that is there, for it costs nothing. */
static size_t
step_of(const struct strbuf *out)
{
    return out->cap - out->n > STEP ? out->cap - out->n : STEP;
}

static const char *
deflate_unpack(struct str raw, struct strbuf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)raw.p, .avail_in = (uInt)raw.n};
    int status = inflateInit2(&z, -15);

    CHECK(status == Z_OK);
    do {
        size_t room = step_of(out);

        z.next_out = (Bytef *)strbuf_reserve(out, room);
        z.avail_out = (uInt)room;
        status = inflate(&z, Z_NO_FLUSH);
        strbuf_added(out, room - z.avail_out);
    } while (status == Z_OK && out->n <= CONTAINER_PLAIN_MAX);
    inflateEnd(&z);
    if (out->n > CONTAINER_PLAIN_MAX)
        return too_large;
    return status == Z_STREAM_END && z.avail_in == 0 ? NULL : "the block cannot be inflated";
}

static uint32_t
crc_of(struct str s)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), (const Bytef *)s.p, s.n);
}

static void
snappy_pack(struct block_packer *p, struct str plain, struct strbuf *out)
{
    size_t n = snappy_max_compressed_length(plain.n);
    snappy_status status = snappy_compress(plain.p, plain.n, strbuf_reserve(out, n), &n);

    (void)p;
    CHECK(status == SNAPPY_OK);
    strbuf_added(out, n);
    strbuf_add_be32(out, crc_of(plain));
}

static const char *
snappy_unpack(struct str raw, struct strbuf *out)
{
    struct str packed = {raw.p, raw.n - SNAPPY_CRC};
    struct strbuf crc = {0};
    size_t n = 0;
    bool is_same;

    if (raw.n < SNAPPY_CRC || snappy_uncompressed_length(packed.p, packed.n, &n) != SNAPPY_OK)
        return "the block is not snappy";
    if (n > CONTAINER_PLAIN_MAX)
        return too_large;
    if (n > packed.n * SNAPPY_RATIO_MAX)
        return "the block claims a size that it cannot have";
    /* One more byte, so that there is a place even for nothing. */
    if (snappy_uncompress(packed.p, packed.n, strbuf_reserve(out, n + 1), &n) != SNAPPY_OK)
        return "the block is not snappy";
    strbuf_add_be32(&crc, crc_of(str_of(out->p + out->n, n)));
    strbuf_added(out, n);
    is_same = memcmp(crc.p, packed.p + packed.n, SNAPPY_CRC) == 0;
    strbuf_fini(&crc);
    return is_same ? NULL : "the checksum of the block does not match";
}

static void
zstandard_pack(struct block_packer *p, struct str plain, struct strbuf *out)
{
    size_t room = ZSTD_compressBound(plain.n);
    size_t n;

    if (p->zstandard == NULL)
        p->zstandard = ZSTD_createCCtx();
    CHECK(p->zstandard != NULL);
    n = ZSTD_compressCCtx(p->zstandard, strbuf_reserve(out, room), room, plain.p, plain.n,
                          p->level);
    CHECK(!ZSTD_isError(n));
    strbuf_added(out, n);
}

/* Frames one after another, in steps; false if they are damaged or the last one is cut. */
static bool
run_frames(ZSTD_DCtx *d, struct str raw, struct strbuf *out)
{
    ZSTD_inBuffer in = {.src = raw.p, .size = raw.n};
    size_t left; /* 0: a frame has ended */
    bool is_full;

    do {
        size_t room = step_of(out);
        ZSTD_outBuffer o = {.dst = strbuf_reserve(out, room), .size = room};

        left = ZSTD_decompressStream(d, &o, &in);
        if (ZSTD_isError(left))
            return false;
        strbuf_added(out, o.pos);
        is_full = o.pos == o.size;
    } while (out->n <= CONTAINER_PLAIN_MAX && (in.pos < in.size || (left > 0 && is_full)));
    return left == 0 || out->n > CONTAINER_PLAIN_MAX;
}

static const char *
zstandard_unpack(struct str raw, struct strbuf *out)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    bool is_good;

    CHECK(d != NULL);
    /* A frame's window is memory too. */
    (void)ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    is_good = run_frames(d, raw, out);
    (void)ZSTD_freeDCtx(d);
    if (!is_good)
        return "the block is not zstandard";
    return out->n > CONTAINER_PLAIN_MAX ? too_large : NULL;
}

static const struct codec codecs[CONTAINER_CODECS] = {
    [CONTAINER_NULL] = {"null", NULL, NULL},
    [CONTAINER_DEFLATE] = {"deflate", deflate_pack, deflate_unpack},
    [CONTAINER_SNAPPY] = {"snappy", snappy_pack, snappy_unpack},
    [CONTAINER_ZSTANDARD] = {"zstandard", zstandard_pack, zstandard_unpack},
};

const char *
container_codec_name(enum container_codec codec)
{
    CHECK(codec < CONTAINER_CODECS);
    return codecs[codec].name;
}

bool
container_codec_find(struct str name, enum container_codec *ret)
{
    for (int i = 0; i < CONTAINER_CODECS; i++) {
        if (!str_equal(name, str_from(codecs[i].name)))
            continue;
        *ret = (enum container_codec)i;
        return true;
    }
    return false;
}

struct block_packer *
block_packer_new(enum container_codec codec)
{
    struct block_packer *p = mem_new(1, sizeof(*p));

    CHECK(codec > CONTAINER_NULL && codec < CONTAINER_CODECS);
    p->codec = codec;
    p->level = Z_BEST_COMPRESSION;
    return p;
}

void
block_packer_free(struct block_packer **packer)
{
    struct block_packer *p = *packer;

    if (p == NULL)
        return;
    if (p->has_deflate)
        (void)deflateEnd(&p->deflate);
    (void)ZSTD_freeCCtx(p->zstandard);
    mem_free(p);
    *packer = NULL;
}

void
block_packer_set_level(struct block_packer *p, int level)
{
    CHECK(level >= Z_BEST_SPEED && level <= Z_BEST_COMPRESSION && !p->has_deflate);
    p->level = level;
}

void
block_packer_pack(struct block_packer *p, struct str plain, struct strbuf *out)
{
    codecs[p->codec].pack(p, plain, out);
}

const char *
block_unpack(enum container_codec codec, struct str raw, struct strbuf *out)
{
    CHECK(codec > CONTAINER_NULL && codec < CONTAINER_CODECS);
    return codecs[codec].unpack(raw, out);
}

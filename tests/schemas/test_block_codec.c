/* SPDX-License-Identifier: Apache-2.0 */
/* Packed blocks: there and back, against bytes written by hand, and what damaged ones may cost. */
#include "base/check.h"
#include "schemas/codec/block_codec.h"
#include "tests/support/codec_events.h"

#include <criterion/criterion.h>

#define BYTES(s)                                                                                   \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }

enum { MIB = 1024 * 1024 };

static struct strbuf
pack(enum container_codec codec, struct str plain)
{
    struct block_packer *p = block_packer_new(codec);
    struct strbuf out = {0};

    block_packer_pack(p, plain, &out);
    block_packer_free(&p);
    cr_assert(p == NULL);
    return out;
}

/* Text with repeats, and noise between them. */
static struct strbuf
make_plain(size_t n)
{
    struct strbuf out = {0};
    uint64_t seed = n;

    while (out.n < n) {
        strbuf_add(&out, STR("TicketStatusChanged"));
        strbuf_add_char(&out, (char)codec_random(&seed));
    }
    out.n = n;
    return out;
}

static void
expect_back(enum container_codec codec, size_t n)
{
    struct strbuf plain = make_plain(n);
    struct strbuf packed = pack(codec, strbuf_str(&plain));
    struct strbuf again = pack(codec, strbuf_str(&plain));
    struct strbuf back = {0};
    const char *wrong = block_unpack(codec, strbuf_str(&packed), &back);

    cr_assert(wrong == NULL, "%s, %zu bytes: %s", container_codec_name(codec), n, wrong);
    cr_assert(str_equal(strbuf_str(&back), strbuf_str(&plain)));
    cr_assert(str_equal(strbuf_str(&packed), strbuf_str(&again)), "the same bytes each time");
    cr_assert(n < 1000 || packed.n < n / 2);
    strbuf_fini(&plain);
    strbuf_fini(&packed);
    strbuf_fini(&again);
    strbuf_fini(&back);
}

Test(block_codec, gives_back_blocks_of_every_size)
{
    static const size_t sizes[] = {0, 1, 3, 100, 65535, 65536, 65537, 300000, MIB};

    for (int codec = CONTAINER_DEFLATE; codec < CONTAINER_CODECS; codec++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            expect_back((enum container_codec)codec, sizes[i]);
}

Test(block_codec, one_packer_packs_many_blocks)
{
    for (int codec = CONTAINER_DEFLATE; codec < CONTAINER_CODECS; codec++) {
        struct block_packer *p = block_packer_new((enum container_codec)codec);

        block_packer_set_level(p, 1);
        for (size_t n = 1; n < 100000; n *= 3) {
            struct strbuf plain = make_plain(n);
            struct strbuf packed = {0};
            struct strbuf back = {0};

            block_packer_pack(p, strbuf_str(&plain), &packed);
            cr_assert(block_unpack((enum container_codec)codec, strbuf_str(&packed), &back) ==
                      NULL);
            cr_assert(str_equal(strbuf_str(&back), strbuf_str(&plain)));
            strbuf_fini(&plain);
            strbuf_fini(&packed);
            strbuf_fini(&back);
        }
        block_packer_free(&p);
    }
}

Test(block_codec, every_cut_is_refused)
{
    for (int codec = CONTAINER_DEFLATE; codec < CONTAINER_CODECS; codec++) {
        struct strbuf plain = make_plain(2000);
        struct strbuf packed = pack((enum container_codec)codec, strbuf_str(&plain));
        struct strbuf back = {0};

        for (size_t n = 0; n < packed.n; n++) {
            strbuf_clear(&back);
            cr_assert(block_unpack((enum container_codec)codec, str_of(packed.p, n), &back) != NULL,
                      "%s at %zu", container_codec_name((enum container_codec)codec), n);
        }
        strbuf_add_char(&packed, 'x');
        strbuf_clear(&back);
        cr_assert(block_unpack((enum container_codec)codec, strbuf_str(&packed), &back) != NULL);
        strbuf_fini(&plain);
        strbuf_fini(&packed);
        strbuf_fini(&back);
    }
}

/* Deflate and zstandard as we write it have no checksum; a changed byte may go unseen there, but
 * must do no harm. */
Test(block_codec, damage_is_seen_by_the_checksum_of_snappy_and_survived_by_all)
{
    for (int codec = CONTAINER_DEFLATE; codec < CONTAINER_CODECS; codec++) {
        struct strbuf plain = make_plain(1000);
        struct strbuf packed = pack((enum container_codec)codec, strbuf_str(&plain));
        struct strbuf back = {0};

        for (size_t i = 0; i < packed.n * 8; i++) {
            const char *wrong;

            packed.p[i / 8] ^= (char)(1 << i % 8);
            strbuf_clear(&back);
            wrong = block_unpack((enum container_codec)codec, strbuf_str(&packed), &back);
            packed.p[i / 8] ^= (char)(1 << i % 8);
            cr_assert(codec != CONTAINER_SNAPPY || wrong != NULL, "bit %zu", i);
            cr_assert(back.n <= CONTAINER_PLAIN_MAX);
        }
        strbuf_fini(&plain);
        strbuf_fini(&packed);
        strbuf_fini(&back);
    }
}

struct vector {
    enum container_codec codec;
    struct str raw;
    const char *wrong; /* NULL: it says "hello" */
};

/* Written by hand from the descriptions of the formats. */
static const struct vector vectors[] = {
    {CONTAINER_DEFLATE, BYTES("\x01\x05\x00\xfa\xffhello"), NULL},
    {CONTAINER_DEFLATE, BYTES("\x01\x05\x00\xfb\xffhello"), "cannot be inflated"},
    {CONTAINER_SNAPPY, BYTES("\x05\x10hello\x36\x10\xa6\x86"), NULL},
    {CONTAINER_SNAPPY, BYTES("\x05\x10hello\x86\xa6\x10\x36"), "checksum"},
    {CONTAINER_SNAPPY, BYTES("\x05\x10hellO\x36\x10\xa6\x86"), "checksum"},
    {CONTAINER_SNAPPY, BYTES("\x05\x10hell\x36\x10\xa6\x86"), "not snappy"},
    {CONTAINER_SNAPPY, BYTES("\xff\xff\xff\xff\x0f\x36\x10\xa6\x86"), "too large"},
    {CONTAINER_SNAPPY, BYTES("\x80\x80\x80\x40\x10hello\x36\x10\xa6\x86"), "claims a size"},
    {CONTAINER_SNAPPY, BYTES("\xff\xff\xff\xff\xff\x0f\x36\x10\xa6\x86"), "not snappy"},
    {CONTAINER_SNAPPY, BYTES("\x00\x00\x00"), "not snappy"},
    {CONTAINER_ZSTANDARD, BYTES("\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello"), NULL},
    /* Two frames, "hel" and "lo". */
    {CONTAINER_ZSTANDARD,
     BYTES("\x28\xb5\x2f\xfd\x20\x03\x19\x00\x00hel\x28\xb5\x2f\xfd\x20\x02\x11\x00\x00lo"), NULL},
    {CONTAINER_ZSTANDARD, BYTES("\x28\xb5\x2f\xfc\x20\x05\x29\x00\x00hello"), "not zstandard"},
    /* A window of 2 TiB. */
    {CONTAINER_ZSTANDARD, BYTES("\x28\xb5\x2f\xfd\x00\xf8\x29\x00\x00hello"), "not zstandard"},
    /* Five bytes that say they are 2^60. */
    {CONTAINER_ZSTANDARD,
     BYTES("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x10\x29\x00\x00hello"),
     "not zstandard"},
};

Test(block_codec, reads_what_others_write_and_says_what_is_wrong)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *v = &vectors[i];
        struct strbuf back = {0};
        const char *wrong = block_unpack(v->codec, v->raw, &back);

        if (v->wrong == NULL) {
            cr_expect(wrong == NULL, "case %zu: %s", i, wrong);
            cr_expect(str_equal(strbuf_str(&back), STR("hello")), "case %zu", i);
        } else {
            cr_expect(wrong != NULL && strstr(wrong, v->wrong) != NULL, "case %zu: %s", i, wrong);
        }
        cr_expect(back.cap <= MIB, "case %zu took %zu bytes", i, back.cap);
        strbuf_fini(&back);
    }
}

/* A few kilobytes that would become more than the limit: 17 frames of 16 MiB of zeros each. */
Test(block_codec, a_bomb_is_defused)
{
    struct strbuf zeros = {0};
    struct strbuf frame;
    struct strbuf bomb = {0};
    struct strbuf back = {0};
    const char *wrong;

    memset(strbuf_reserve(&zeros, 16 * MIB), 0, 16 * MIB);
    strbuf_added(&zeros, 16 * MIB);
    frame = pack(CONTAINER_ZSTANDARD, strbuf_str(&zeros));
    for (int i = 0; i < 17; i++)
        strbuf_add(&bomb, strbuf_str(&frame));
    cr_assert(bomb.n < MIB);
    wrong = block_unpack(CONTAINER_ZSTANDARD, strbuf_str(&bomb), &back);
    cr_assert(wrong != NULL && strstr(wrong, "too large") != NULL, "%s", wrong);
    strbuf_fini(&zeros);
    strbuf_fini(&frame);
    strbuf_fini(&bomb);
    strbuf_fini(&back);
}

Test(block_codec, names)
{
    enum container_codec found;

    for (int codec = 0; codec < CONTAINER_CODECS; codec++) {
        const char *name = container_codec_name((enum container_codec)codec);

        cr_assert(container_codec_find(str_from(name), &found));
        cr_assert_eq((int)found, codec);
    }
    cr_assert(!container_codec_find(STR("bzip2"), &found));
    cr_assert(!container_codec_find(STR(""), &found));
}

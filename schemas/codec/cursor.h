/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct cursor: reads Avro's binary form from bytes that nobody vouches for. Every length is
 * compared with what remains before it is used; nothing is allocated. A failed read may have moved
 * the cursor.
 *
 * The functions are here, not in a .c file, because the decoder's speed is theirs: inlined, the
 * cursor lives in two registers.
 */
#ifndef SCHEMAS_CODEC_CURSOR_H
#define SCHEMAS_CODEC_CURSOR_H

#include "base/check.h"
#include "base/str.h"
#include "schemas/codec/result.h"

#define CURSOR_INLINE static inline __attribute__((always_inline))

struct cursor {
    const unsigned char *p;
    const unsigned char *end;
};

enum { VARINT_MAX = 10 }; /* bytes of a 64-bit varint */

static inline struct cursor
cursor_of(struct str bytes)
{
    const unsigned char *p = (const unsigned char *)(bytes.n > 0 ? bytes.p : "");

    return (struct cursor){.p = p, .end = p + bytes.n};
}

static inline size_t
cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

/* Eight and four bytes, little-endian whatever the machine. */
static inline uint64_t
cursor_le64(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(v) : v;
}

static inline uint32_t
cursor_le32(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(v) : v;
}

static inline int64_t
cursor_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/*
 * A varint of more than one byte: by value and out of line, so that the caller's cursor stays in
 * registers. Failed: p is NULL and v is the decode_result, DECODE_TRUNCATED or (more than 64 bits)
 * DECODE_BAD_VALUE.
 */
struct cursor_varint {
    const unsigned char *p; /* behind it */
    int64_t v;
};
struct cursor_varint cursor_read_varint(const unsigned char *p, const unsigned char *end);

/* A zigzag varint: int, long, lengths, counts, union and enum indexes. */
CURSOR_INLINE enum decode_result
cursor_long(struct cursor *c, int64_t *ret)
{
    struct cursor_varint wide;

    if (__builtin_expect(c->p < c->end && *c->p < 0x80, 1)) {
        *ret = cursor_unzigzag(*c->p++);
        return DECODE_OK;
    }
    wide = cursor_read_varint(c->p, c->end);
    *ret = wide.v;
    if (__builtin_expect(wide.p == NULL, 0))
        return (enum decode_result)wide.v;
    c->p = wide.p;
    return DECODE_OK;
}

/* `n` bytes as they are. */
CURSOR_INLINE enum decode_result
cursor_raw(struct cursor *c, size_t n, const unsigned char **ret)
{
    if (n > cursor_left(c))
        return DECODE_TRUNCATED;
    *ret = c->p;
    c->p += n;
    return DECODE_OK;
}

/* A length and so many bytes, borrowed. More than `max` is refused even where the bytes are not
 * there. */
CURSOR_INLINE enum decode_result
cursor_bytes(struct cursor *c, uint32_t max, struct str *ret)
{
    int64_t n;
    enum decode_result r = cursor_long(c, &n);

    if (__builtin_expect(r != DECODE_OK, 0))
        return r;
    if (__builtin_expect((uint64_t)n > max || (uint64_t)n > cursor_left(c), 0))
        return n < 0 ? DECODE_BAD_VALUE : (uint64_t)n > max ? DECODE_TOO_LONG : DECODE_TRUNCATED;
    *ret = str_of((const char *)c->p, (size_t)n);
    c->p += n;
    return DECODE_OK;
}

/* The high bits of all bytes, or more: of a short string also those of the bytes behind it, where
 * they are there. */
CURSOR_INLINE uint64_t
cursor_high_bits(struct str s, const unsigned char *end)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint64_t all = 0;

    if (__builtin_expect(end - p >= 8, 1)) {
        all = cursor_le64(p);
        if (s.n > 8) {
            for (size_t i = 8; i < s.n - 8; i += 8)
                all |= cursor_le64(p + i);
            all |= cursor_le64(p + s.n - 8);
        }
    } else {
        for (size_t i = 0; i < s.n; i++)
            all |= p[i];
    }
    return all & UINT64_C(0x8080808080808080);
}

/* A string, borrowed: bytes that are UTF-8. */
CURSOR_INLINE enum decode_result
cursor_string(struct cursor *c, uint32_t max, struct str *ret)
{
    enum decode_result r = cursor_bytes(c, max, ret);

    if (__builtin_expect(r != DECODE_OK, 0))
        return r;
    if (__builtin_expect(cursor_high_bits(*ret, c->end) != 0, 0) && !str_is_utf8(*ret))
        return DECODE_BAD_UTF8;
    return DECODE_OK;
}

enum { CURSOR_SHORT_MAX = 63 }; /* bytes of a string whose length is one byte */

/* As cursor_string() for a `max` of at least CURSOR_SHORT_MAX, which short strings then need not be
 * compared with. */
CURSOR_INLINE enum decode_result
cursor_usual_string(struct cursor *c, uint32_t max, struct str *ret)
{
    const unsigned char *p = c->p;
    size_t left = cursor_left(c);
    uint64_t byte;

    if (__builtin_expect(left == 0, 0))
        return DECODE_TRUNCATED;
    byte = *p++;
    /* One byte, not negative: neither the high bit (more follows) nor the low one (the sign). */
    if (__builtin_expect((byte & 0x81) != 0 || byte >> 1 >= left, 0))
        return cursor_string(c, max, ret);
    *ret = str_of((const char *)p, byte >> 1);
    c->p = p + (byte >> 1);
    if (__builtin_expect(cursor_high_bits(*ret, c->end) != 0, 0) && !str_is_utf8(*ret))
        return DECODE_BAD_UTF8;
    return DECODE_OK;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/cursor.h"

static struct cursor_varint
refused(enum decode_result result)
{
    return (struct cursor_varint){.v = result};
}

/* Near the end of the bytes, or of more than eight: byte by byte. */
static struct cursor_varint
read_slow(const unsigned char *p, const unsigned char *end)
{
    size_t left = (size_t)(end - p);
    size_t max = left < VARINT_MAX ? left : VARINT_MAX;
    uint64_t v = 0;

    for (size_t i = 0; i < max; i++) {
        uint64_t byte = p[i];

        if (i == VARINT_MAX - 1 && byte > 1)
            return refused(DECODE_BAD_VALUE);
        v |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return (struct cursor_varint){.p = p + i + 1, .v = cursor_unzigzag(v)};
    }
    return refused(max == VARINT_MAX ? DECODE_BAD_VALUE : DECODE_TRUNCATED);
}

/* Eight bytes at once: find the first without its high bit, then close the gaps of one bit, two
 * bits, four bits. */
struct cursor_varint
cursor_read_varint(const unsigned char *p, const unsigned char *end)
{
    uint64_t v;
    uint64_t stop;

    if (__builtin_expect(end - p < 8, 0))
        return read_slow(p, end);
    v = cursor_le64(p);
    stop = ~v & UINT64_C(0x8080808080808080);
    if (__builtin_expect(stop == 0, 0))
        return read_slow(p, end);
    v &= (stop ^ (stop - 1)) & UINT64_C(0x7f7f7f7f7f7f7f7f);
    v = (v & UINT64_C(0x007f007f007f007f)) | ((v & UINT64_C(0x7f007f007f007f00)) >> 1);
    v = (v & UINT64_C(0x00003fff00003fff)) | ((v & UINT64_C(0x3fff00003fff0000)) >> 2);
    v = (v & UINT64_C(0x000000000fffffff)) | (v >> 32 << 28);
    return (struct cursor_varint){.p = p + (__builtin_ctzll(stop) >> 3) + 1,
                                  .v = cursor_unzigzag(v)};
}

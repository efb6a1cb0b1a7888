/* SPDX-License-Identifier: Apache-2.0 */
#include "base/murmur2.h"

enum { ROTATE = 24 };

#define SEED UINT32_C(0x9747b28c)
#define MIX  UINT32_C(0x5bd1e995)

/* Little-endian, whatever the machine: Java reads byte by byte. */
static uint32_t
load32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t
murmur2(struct str key)
{
    const unsigned char *p = (const unsigned char *)key.p;
    size_t left = key.n;
    uint32_t h = SEED ^ (uint32_t)key.n;

    for (; left >= 4; p += 4, left -= 4) {
        uint32_t k = load32(p) * MIX;

        k ^= k >> ROTATE;
        h = (h * MIX) ^ (k * MIX);
    }
    if (left > 0) {
        if (left == 3)
            h ^= (uint32_t)p[2] << 16;
        if (left >= 2)
            h ^= (uint32_t)p[1] << 8;
        h = (h ^ p[0]) * MIX;
    }
    h = (h ^ (h >> 13)) * MIX;
    return h ^ (h >> 15);
}

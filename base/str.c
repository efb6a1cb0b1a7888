/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

/* Bytes that follow the lead byte, and the range that the first of them must be in (Unicode 15,
 * table 3-7). */
static int
utf8_tail(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0)
            *low = 0xA0;
        if (lead == 0xED)
            *high = 0x9F;
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0)
            *low = 0x90;
        if (lead == 0xF4)
            *high = 0x8F;
        return 3;
    }
    return -1;
}

bool
str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    const unsigned char *end = p + s.n;
    unsigned char low;
    unsigned char high;

    while (p < end) {
        uint64_t word;

        if (end - p >= 8) {
            memcpy(&word, p, 8);
            if ((word & 0x8080808080808080u) == 0) {
                p += 8;
                continue;
            }
        }
        if (*p < 0x80) {
            p++;
            continue;
        }
        int tail = utf8_tail(*p, &low, &high);

        if (tail < 0 || end - p <= tail || p[1] < low || p[1] > high)
            return false;
        for (int i = 2; i <= tail; i++)
            if ((p[i] & 0xC0) != 0x80)
                return false;
        p += tail + 1;
    }
    return true;
}

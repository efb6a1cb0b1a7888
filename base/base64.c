/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

void
base64_add(struct strbuf *out, struct str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)bytes.p;

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)p[i + 2] : 0);
        char four[4] = {digits[three >> 18], digits[(three >> 12) & 63],
                        left > 1 ? digits[(three >> 6) & 63] : '=',
                        left > 2 ? digits[three & 63] : '='};

        strbuf_add(out, str_of(four, sizeof(four)));
    }
}

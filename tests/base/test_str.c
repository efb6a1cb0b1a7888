/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <criterion/criterion.h>

#include <stdlib.h>

struct utf8_case {
    struct str bytes;
    bool ok;
};

/* STR() is not a constant expression. */
#define BYTES(literal)                                                                             \
    {                                                                                              \
        .p = literal, .n = sizeof(literal) - 1                                                     \
    }

/* The rows of Unicode's table 3-7, each at its ends and just outside them. */
static const struct utf8_case utf8_cases[] = {
    {BYTES(""), true},
    {BYTES("plain"), true},
    {BYTES("\0"), true},
    {BYTES("\x7f"), true},
    {BYTES("\x80"), false},
    {BYTES("\xbf"), false},
    {BYTES("\xc0\x80"), false}, /* overlong */
    {BYTES("\xc1\xbf"), false},
    {BYTES("\xc2\x80"), true},
    {BYTES("\xdf\xbf"), true},
    {BYTES("\xc2\x7f"), false},
    {BYTES("\xc2\xc0"), false},
    {BYTES("\xc2"), false},
    {BYTES("\xe0\x9f\xbf"), false}, /* overlong */
    {BYTES("\xe0\xa0\x80"), true},
    {BYTES("\xe1\x80\x80"), true},
    {BYTES("\xec\xbf\xbf"), true},
    {BYTES("\xed\x9f\xbf"), true},
    {BYTES("\xed\xa0\x80"), false}, /* surrogates */
    {BYTES("\xed\xbf\xbf"), false},
    {BYTES("\xee\x80\x80"), true},
    {BYTES("\xef\xbf\xbf"), true},
    {BYTES("\xe1\x80"), false},
    {BYTES("\xe1\x80\x7f"), false},
    {BYTES("\xe1\x80\xc0"), false},
    {BYTES("\xf0\x8f\xbf\xbf"), false}, /* overlong */
    {BYTES("\xf0\x90\x80\x80"), true},
    {BYTES("\xf3\xbf\xbf\xbf"), true},
    {BYTES("\xf4\x8f\xbf\xbf"), true},
    {BYTES("\xf4\x90\x80\x80"), false}, /* above U+10FFFF */
    {BYTES("\xf5\x80\x80\x80"), false},
    {BYTES("\xff"), false},
    {BYTES("\xf0\x90\x80"), false},
    {BYTES("\xf0\x90\x80\x7f"), false},
    {BYTES("\xf0\x90\x7f\x80"), false},
};

Test(str, utf8_table)
{
    for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++)
        cr_expect(str_is_utf8(utf8_cases[i].bytes) == utf8_cases[i].ok, "case %zu", i);
}

/* The same cases behind and before plain text of every length: the fast path takes eight at once.
 */
Test(str, utf8_is_found_anywhere)
{
    for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++)
        for (size_t before = 0; before <= 17; before++)
            for (size_t after = 0; after <= 17; after++) {
                struct str bytes = utf8_cases[i].bytes;
                size_t n = before + bytes.n + after;
                char *text = malloc(n > 0 ? n : 1);

                memset(text, 'a', n);
                memcpy(text + before, bytes.p, bytes.n);
                cr_expect(str_is_utf8(str_of(text, n)) == utf8_cases[i].ok, "case %zu, %zu, %zu", i,
                          before, after);
                free(text);
            }
}

static size_t
encode_utf8(uint32_t c, char *p)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xc0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        p[0] = (char)(0xe0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3f));
        p[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    p[0] = (char)(0xf0 | c >> 18);
    p[1] = (char)(0x80 | (c >> 12 & 0x3f));
    p[2] = (char)(0x80 | (c >> 6 & 0x3f));
    p[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

Test(str, every_scalar_value_is_utf8_and_no_surrogate_is)
{
    char bytes[4];

    for (uint32_t c = 0; c < 0x111000; c++) {
        bool ok = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

        if (str_is_utf8(str_of(bytes, encode_utf8(c, bytes))) != ok)
            cr_assert_fail("U+%04X", c);
    }
}

Test(str, compares_unsigned_bytes_and_shorter_first)
{
    static const char *const ascending[] = {"", "a", "aa", "ab", "b", "\x7f", "\x80", "\xff"};
    int n = (int)(sizeof(ascending) / sizeof(ascending[0]));

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            struct str a = str_from(ascending[i]);
            struct str b = str_from(ascending[j]);
            int order = str_compare(a, b);

            cr_expect((order > 0) - (order < 0) == (i > j) - (i < j), "%d %d", i, j);
            cr_expect(str_equal(a, b) == (i == j));
        }
    cr_expect(str_equal(str_of(NULL, 0), STR("")));
    cr_expect_eq(str_compare(str_of(NULL, 0), STR("")), 0);
    cr_expect(str_compare(STR("a\0b"), STR("a\0c")) < 0);
}

Test(str, starts)
{
    cr_expect(str_starts(STR("custom.plan"), STR("custom.")));
    cr_expect(str_starts(STR("custom."), STR("custom.")));
    cr_expect(str_starts(STR("x"), STR("")));
    cr_expect(!str_starts(STR("custom"), STR("custom.")));
    cr_expect(!str_starts(STR("Custom.plan"), STR("custom.")));
}

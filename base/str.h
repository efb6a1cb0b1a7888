/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct str: a view of bytes, passed by value. It borrows: whoever keeps it longer than the bytes
 * live must copy it, in one place (an arena, or an intern table). Not terminated by 0. `p` may be
 * NULL only when n is 0.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A literal as a view: STR("open"). */
#define STR(literal) ((struct str){.p = "" literal, .n = sizeof(literal) - 1})
/* The two arguments that printf's "%.*s" takes. */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str
str_of(const char *p, size_t n)
{
    return (struct str){.p = p, .n = n};
}

static inline struct str
str_from(const char *cstring)
{
    return str_of(cstring, strlen(cstring));
}

static inline bool
str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Order of unsigned bytes, shorter first: <0, 0 or >0. */
static inline int
str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

static inline bool
str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_equal(str_of(s.p, prefix.n), prefix);
}

/* True if the bytes are well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool str_is_utf8(struct str s);

#endif

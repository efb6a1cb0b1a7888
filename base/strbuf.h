/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct strbuf: bytes that grow at the end. Plain data, meant to be embedded; all zero is empty
 * and valid. The buffer owns its memory; strbuf_str() borrows it until the next append.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/str.h"

struct strbuf {
    char *p;
    size_t n;
    size_t cap;
};

void strbuf_fini(struct strbuf *b);

static inline void
strbuf_clear(struct strbuf *b)
{
    b->n = 0;
}

static inline struct str
strbuf_str(const struct strbuf *b)
{
    return str_of(b->p, b->n);
}

/* The slow half of strbuf_reserve(). */
void strbuf_grow(struct strbuf *b, size_t more);

/* Makes room for `more` bytes behind the end and returns where they go; strbuf_added() then counts
 * them in. */
static inline char *
strbuf_reserve(struct strbuf *b, size_t more)
{
    if (b->cap - b->n < more)
        strbuf_grow(b, more);
    return b->p + b->n;
}

static inline void
strbuf_added(struct strbuf *b, size_t n)
{
    b->n += n;
}

void strbuf_add(struct strbuf *b, struct str s);

static inline void
strbuf_add_char(struct strbuf *b, char c)
{
    *strbuf_reserve(b, 1) = c;
    b->n++;
}

void strbuf_addf(struct strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal digits, faster than strbuf_addf(). */
void strbuf_add_int(struct strbuf *b, int64_t v);
/* Shortest text that reads back as the same double ("61234.5", "0.875", "1e+22"); `v` must be
 * finite. */
void strbuf_add_double(struct strbuf *b, double v);
/* Unsigned 32-bit number, big-endian. */
void strbuf_add_be32(struct strbuf *b, uint32_t v);

#endif

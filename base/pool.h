/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct pool: items of one size in chunks that never move, named by 32-bit numbers. Number 0 is
 * never handed out, so that it can mean "none". Freed items are handed out again, last freed first.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

enum { POOL_CHUNK_BITS = 10, POOL_CHUNK_ITEMS = 1 << POOL_CHUNK_BITS };

struct pool {
    size_t size; /* of an item, at least 4 */
    char **chunks;
    size_t n_chunks;
    size_t cap_chunks;
    uint32_t next;  /* first number that was never handed out */
    uint32_t freed; /* head of the list of freed items, 0 when empty */
    uint32_t n;     /* items in use */
};

void pool_init(struct pool *p, size_t size);
void pool_fini(struct pool *p);
/* The number of an item of zero bytes. */
uint32_t pool_add(struct pool *p);
void pool_remove(struct pool *p, uint32_t number);

static inline void *
pool_get(const struct pool *p, uint32_t number)
{
    return p->chunks[number >> POOL_CHUNK_BITS] + (number & (POOL_CHUNK_ITEMS - 1)) * p->size;
}

size_t pool_bytes(const struct pool *p);

#endif

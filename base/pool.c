/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

void
pool_init(struct pool *p, size_t size)
{
    CHECK(size >= sizeof(uint32_t));
    *p = (struct pool){.size = size, .next = 1};
}

void
pool_fini(struct pool *p)
{
    for (size_t i = 0; i < p->n_chunks; i++)
        mem_free(p->chunks[i]);
    mem_free(p->chunks);
    pool_init(p, p->size);
}

uint32_t
pool_add(struct pool *p)
{
    uint32_t number = p->freed;

    p->n++;
    if (number != 0) {
        void *item = pool_get(p, number);

        memcpy(&p->freed, item, sizeof(p->freed));
        memset(item, 0, p->size);
        return number;
    }
    number = p->next++;
    CHECK(number < UINT32_MAX);
    if (number >> POOL_CHUNK_BITS >= p->n_chunks) {
        p->chunks = mem_grow(p->chunks, p->n_chunks, &p->cap_chunks, sizeof(*p->chunks));
        p->chunks[p->n_chunks++] = mem_new(POOL_CHUNK_ITEMS, p->size);
    }
    return number;
}

void
pool_remove(struct pool *p, uint32_t number)
{
    CHECK(number > 0 && number < p->next && p->n > 0);
    memcpy(pool_get(p, number), &p->freed, sizeof(p->freed));
    p->freed = number;
    p->n--;
}

size_t
pool_bytes(const struct pool *p)
{
    return p->n_chunks * POOL_CHUNK_ITEMS * p->size + p->cap_chunks * sizeof(*p->chunks);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdalign.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t cap;
    alignas(max_align_t) char bytes[];
};

void
arena_fini(struct arena *a)
{
    struct arena_block *block = a->first;

    while (block != NULL) {
        struct arena_block *next = block->next;

        mem_free(block);
        block = next;
    }
    *a = (struct arena){0};
}

void
arena_reset(struct arena *a)
{
    a->current = a->first;
    a->used = 0;
}

/* Moves on to a block with room for `bytes`: the next one of an earlier round if it is large
 * enough, else a new one. */
static void
next_block(struct arena *a, size_t bytes)
{
    struct arena_block **link = a->current != NULL ? &a->current->next : &a->first;

    if (*link == NULL || (*link)->cap < bytes) {
        size_t cap = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        struct arena_block *block = mem_resize(NULL, sizeof(*block) + cap, 1);

        block->cap = cap;
        block->next = *link;
        *link = block;
    }
    a->current = *link;
    a->used = 0;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    void *p;

    CHECK(!__builtin_mul_overflow(n, size, &bytes) && bytes < SIZE_MAX / 2);
    bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (a->current == NULL || a->current->cap - a->used < bytes)
        next_block(a, bytes);
    p = a->current->bytes + a->used;
    a->used += bytes;
    return p;
}

struct str
arena_copy(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n, 1);

    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return str_of(p, s.n);
}

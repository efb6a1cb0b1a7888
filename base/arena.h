/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct arena: memory that is given back all at once. A bump pointer over a list of blocks;
 * arena_reset() keeps the blocks for the next round, so a steady loop allocates nothing. All zero
 * is a valid empty arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *first;
    struct arena_block *current;
    size_t used; /* of the current block */
};

void arena_fini(struct arena *a);
/* Everything handed out becomes invalid; the memory is kept. */
void arena_reset(struct arena *a);
/* `n * size` bytes aligned for any type, not zeroed. Never NULL. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
/* A copy of the bytes that lives until the reset. */
struct str arena_copy(struct arena *a, struct str s);

#endif

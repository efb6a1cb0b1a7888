/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"

#include "base/check.h"
#include "base/mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    SLOTS_MIN = 16,
    MOVES_PER_CHANGE = 8 /* see grow() */
};

uint64_t
hash_bytes(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

void
index_fini(struct index *x)
{
    mem_free(x->now.slots);
    mem_free(x->old.slots);
    *x = (struct index){0};
}

static void
put(struct index_slots *s, uint64_t slot)
{
    uint32_t at = (uint32_t)(slot >> 32) & s->mask;

    /* Places of removed items are used again: a key that comes and goes would leave a trail of
     * them. */
    while (s->slots[at] != 0 && s->slots[at] != INDEX_MOVED)
        at = (at + 1) & s->mask;
    s->used += s->slots[at] == 0;
    s->slots[at] = slot;
}

static void
drop_old(struct index *x)
{
    mem_free(x->old.slots);
    x->old = (struct index_slots){0};
    x->next_move = 0;
}

static void
move_some(struct index *x, uint32_t slots)
{
    if (x->old.slots == NULL)
        return;
    for (; slots > 0 && x->next_move <= x->old.mask; slots--, x->next_move++) {
        uint64_t slot = x->old.slots[x->next_move];

        if (slot == 0 || (uint32_t)slot == (uint32_t)INDEX_MOVED)
            continue;
        put(&x->now, slot);
        x->old.slots[x->next_move] = INDEX_MOVED;
    }
    if (x->next_move > x->old.mask)
        drop_old(x);
}

/*
 * Full at three quarters, then twice as large: eight old slots are moved at each change, so the old
 * table is empty long before the new one is full again.
 */
static void
grow(struct index *x)
{
    uint32_t slots = x->now.slots != NULL ? (x->now.mask + 1) * 2 : SLOTS_MIN;

    CHECK(x->old.slots == NULL && slots > x->now.mask);
    x->old = x->now;
    x->now = (struct index_slots){.slots = mem_new(slots, sizeof(uint64_t)), .mask = slots - 1};
    x->next_move = 0;
    if (x->old.slots == NULL)
        drop_old(x);
}

void
index_add(struct index *x, uint64_t hash, uint32_t item)
{
    CHECK(item <= INDEX_ITEM_MAX);
    if (x->now.slots == NULL || x->now.used >= (x->now.mask + 1) / 4 * 3)
        grow(x);
    move_some(x, MOVES_PER_CHANGE);
    put(&x->now, (uint64_t)index_tag(hash) << 32 | (item + 1));
    x->n++;
}

/* The place of the slot, or UINT32_MAX. */
static uint32_t
find(const struct index_slots *s, uint64_t wanted)
{
    uint32_t at = (uint32_t)(wanted >> 32) & s->mask;

    if (s->slots == NULL)
        return UINT32_MAX;
    while (s->slots[at] != 0 && s->slots[at] != wanted)
        at = (at + 1) & s->mask;
    return s->slots[at] != 0 ? at : UINT32_MAX;
}

/*
 * Empties a slot of `now`, and moves up those behind it that only stood there because it was taken.
 * A mark in its place would stay for good: a key that comes and goes would leave one each time, all
 * in a row that every look-up walks.
 */
static void
close_gap(struct index_slots *s, uint32_t gap)
{
    for (uint32_t at = (gap + 1) & s->mask; s->slots[at] != 0; at = (at + 1) & s->mask) {
        uint32_t home = (uint32_t)(s->slots[at] >> 32) & s->mask;

        if (((at - home) & s->mask) < ((at - gap) & s->mask))
            continue;
        s->slots[gap] = s->slots[at];
        gap = at;
    }
    s->slots[gap] = 0;
    s->used--;
}

void
index_remove(struct index *x, uint64_t hash, uint32_t item)
{
    uint64_t wanted = (uint64_t)index_tag(hash) << 32 | (item + 1);
    uint32_t at = find(&x->now, wanted);

    if (at != UINT32_MAX) {
        close_gap(&x->now, at);
    } else {
        at = find(&x->old, wanted);
        CHECK(at != UINT32_MAX);
        x->old.slots[at] = INDEX_MOVED;
    }
    x->n--;
    move_some(x, MOVES_PER_CHANGE);
}

void
index_clear(struct index *x)
{
    drop_old(x);
    if (x->now.slots != NULL)
        memset(x->now.slots, 0, (x->now.mask + 1u) * sizeof(uint64_t));
    x->now.used = 0;
    x->n = 0;
}

size_t
index_bytes(const struct index *x)
{
    return (x->now.slots != NULL ? (x->now.mask + 1u) * sizeof(uint64_t) : 0) +
           (x->old.slots != NULL ? (x->old.mask + 1u) * sizeof(uint64_t) : 0);
}

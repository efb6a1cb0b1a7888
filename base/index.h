/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct index: from a hash to the numbers of items that have it. The one hash table of this
 * program.
 *
 * It holds 8-byte slots (32 bits of the hash, a 32-bit item number) in open addressing with linear
 * probing; the items and their keys live with the caller, who compares them:
 *
 *     for (struct index_probe probe = index_probe(&x, hash); index_next(&x, &probe);)
 *         if (key_equal(items[probe.item], key))
 *             return probe.item;
 *
 * It grows by doubling without a pause: while the old slots are being moved, each change moves a
 * few of them and a look-up tries both. All zero is a valid empty index. What order items were
 * added in is never visible. A probe ends with the next change: adding and removing move slots.
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include "base/str.h"

#define INDEX_ITEM_MAX UINT32_C(0xFFFFFFFD)

struct index_slots {
    uint64_t *slots; /* tag << 32 | item + 1; 0 is empty; in `old` also INDEX_MOVED: was moved or
                        removed */
    uint32_t mask;   /* number of slots - 1 */
    uint32_t used;   /* that are not empty */
};

struct index {
    struct index_slots now;
    struct index_slots old; /* being moved into `now`; slots == NULL when there is none */
    uint32_t next_move;     /* first slot of `old` that was not yet looked at */
    uint32_t n;             /* items */
};

struct index_probe {
    uint32_t tag;
    uint32_t at;
    uint32_t item; /* the candidate, valid after index_next() returned true */
    bool in_old;
};

/* XXH3 of the bytes with a fixed seed: the hash that all tables use. The same on every machine. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);

static inline uint64_t
hash_str(struct str s, uint64_t seed)
{
    return hash_bytes(s.p, s.n, seed);
}

void index_fini(struct index *x);
/* Adds an item that is not in it. `item` <= INDEX_ITEM_MAX. */
void index_add(struct index *x, uint64_t hash, uint32_t item);
/* Removes an item that is in it under that hash (CHECKed). */
void index_remove(struct index *x, uint64_t hash, uint32_t item);
/* Forgets all items; keeps the memory. */
void index_clear(struct index *x);
size_t index_bytes(const struct index *x);

#define INDEX_MOVED UINT64_C(0xFFFFFFFF)

static inline uint32_t
index_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

/* The home of a tag: its low bits, so that a slot can be moved without its item's key. */
static inline struct index_probe
index_probe(const struct index *x, uint64_t hash)
{
    uint32_t tag = index_tag(hash);

    return (struct index_probe){.tag = tag, .at = tag & x->now.mask};
}

/* Steps to the next item whose tag fits; false when there is none left. */
static inline bool
index_next(const struct index *x, struct index_probe *probe)
{
    const struct index_slots *s = probe->in_old ? &x->old : &x->now;

    for (;;) {
        uint64_t slot = s->slots != NULL ? s->slots[probe->at] : 0;

        if (slot == 0) {
            if (probe->in_old || x->old.slots == NULL)
                return false;
            probe->in_old = true;
            s = &x->old;
            probe->at = probe->tag & s->mask;
            continue;
        }
        probe->at = (probe->at + 1) & s->mask;
        if ((uint32_t)(slot >> 32) == probe->tag && (uint32_t)slot != (uint32_t)INDEX_MOVED) {
            probe->item = (uint32_t)slot - 1;
            return true;
        }
    }
}

static inline void
index_prefetch(const struct index *x, uint64_t hash)
{
    if (x->now.slots != NULL)
        __builtin_prefetch(&x->now.slots[index_tag(hash) & x->now.mask]);
}

#endif

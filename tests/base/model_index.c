/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index against a twin that keeps every (hash, item) in a list. Hashes are drawn so that many
 * items share one tag, many tags share a home, and tables grow while they are asked.
 */
#include "base/index.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>

enum { ITEMS = 6000, OPERATIONS = 60000, SEEDS = 8 };

struct twin {
    uint64_t hash[ITEMS];
    bool there[ITEMS];
    uint32_t n;
};

/* Few tags (many equal ones), tags of one home, or any. */
static uint64_t
make_hash(uint64_t *seed, int kind)
{
    uint64_t r = random_next(seed);

    switch (kind) {
    case 0:
        return (r % 5) << 32;
    case 1:
        return (r % 64) << 52;
    case 2:
        return (UINT64_C(0xFFFFFFFF) - r % 3) << 32 | (r & 0xFF);
    default:
        return r;
    }
}

/* The items that a look-up finds are those of the twin with that tag, each once. */
static void
check_probe(const struct index *x, const struct twin *twin, uint64_t hash)
{
    static unsigned char found[ITEMS];
    uint32_t n = 0;

    memset(found, 0, sizeof(found));
    for (struct index_probe probe = index_probe(x, hash); index_next(x, &probe);) {
        cr_assert_lt(probe.item, ITEMS);
        cr_assert_eq(found[probe.item]++, 0, "item %u twice", probe.item);
        cr_assert(twin->there[probe.item] && twin->hash[probe.item] >> 32 == hash >> 32);
        n++;
    }
    for (uint32_t i = 0; i < ITEMS; i++)
        if (twin->there[i] && twin->hash[i] >> 32 == hash >> 32)
            n--;
    cr_assert_eq(n, 0, "an item was not found");
}

static void
step(struct index *x, struct twin *twin, uint64_t *seed, int kind, unsigned adds)
{
    uint32_t i = (uint32_t)(random_next(seed) % ITEMS);
    bool wants_add = random_next(seed) % 100 < adds;

    if (twin->there[i] && !wants_add) {
        index_remove(x, twin->hash[i], i);
        twin->there[i] = false;
        twin->n--;
    } else if (!twin->there[i] && wants_add) {
        twin->hash[i] = make_hash(seed, kind);
        index_add(x, twin->hash[i], i);
        twin->there[i] = true;
        twin->n++;
    }
    cr_assert_eq(x->n, twin->n);
}

static void
run(uint64_t seed, int kind)
{
    static struct twin twin;
    struct index x = {0};

    memset(&twin, 0, sizeof(twin));
    for (int i = 0; i < OPERATIONS; i++) {
        /* Waves: the table fills, empties, fills. With few tags the chains are long, so fewer
         * there. */
        if (kind == 0 && i == OPERATIONS / 10)
            break;
        step(&x, &twin, &seed, kind, i / (OPERATIONS / 6) % 2 == 0 ? 85 : 20);
        if (i % 197 == 0)
            check_probe(&x, &twin, make_hash(&seed, kind));
        if (i % 197 == 1 && twin.there[i % ITEMS])
            check_probe(&x, &twin, twin.hash[i % ITEMS]);
        if (i == OPERATIONS / 2) {
            index_clear(&x);
            memset(&twin, 0, sizeof(twin));
        }
    }
    index_fini(&x);
    cr_expect_eq(index_bytes(&x), 0);
}

Test(index, finds_what_its_twin_finds)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed, (int)(seed % 4));
}

Test(index, an_empty_one_finds_nothing)
{
    struct index x = {0};
    struct index_probe probe = index_probe(&x, 7);

    cr_expect_not(index_next(&x, &probe));
    index_clear(&x);
    index_fini(&x);
}

Test(index, everything_is_found_at_each_step_of_its_growth)
{
    struct index x = {0};

    for (uint32_t n = 0; n < 2000; n++) {
        index_add(&x, (uint64_t)n * n << 32, n);
        for (uint32_t i = 0; i <= n; i += n / 16 + 1) {
            bool found = false;

            for (struct index_probe p = index_probe(&x, (uint64_t)i * i << 32); index_next(&x, &p);)
                found = found || p.item == i;
            cr_assert(found, "item %u of %u", i, n);
        }
    }
    index_fini(&x);
}

/* Twelve bytes of table for an item: 8-byte slots, never more than twice what three quarters ask
 * for. */
Test(index, memory_follows_the_number_of_items)
{
    struct index x = {0};
    uint64_t seed = 3;

    for (uint32_t n = 1; n <= 100000; n++) {
        index_add(&x, random_next(&seed), n);
        cr_assert(n < 100 || index_bytes(&x) <= (size_t)n * 40, "%zu bytes for %u", index_bytes(&x),
                  n);
    }
    index_fini(&x);
}

Test(index, adding_and_removing_for_ever_does_not_grow_it)
{
    struct index x = {0};
    uint64_t seed = 9;
    static uint64_t hashes[64];

    for (uint32_t i = 0; i < 200000; i++) {
        if (i >= 64)
            index_remove(&x, hashes[i % 64], i % 64);
        hashes[i % 64] = random_next(&seed);
        index_add(&x, hashes[i % 64], i % 64);
    }
    cr_expect_eq(x.n, 64);
    cr_expect_leq(index_bytes(&x), 8 * 1024u);
    index_fini(&x);
}

Test(index, the_largest_item_is_an_item)
{
    struct index x = {0};
    struct index_probe probe;

    index_add(&x, 0, INDEX_ITEM_MAX);
    probe = index_probe(&x, 0);
    cr_assert(index_next(&x, &probe));
    cr_expect_eq(probe.item, INDEX_ITEM_MAX);
    index_remove(&x, 0, INDEX_ITEM_MAX);
    probe = index_probe(&x, 0);
    cr_expect_not(index_next(&x, &probe));
    index_fini(&x);
}

Test(index, removing_what_is_not_there_is_a_bug, .signal = SIGABRT)
{
    struct index x = {0};

    index_add(&x, 1, 1);
    index_remove(&x, 1, 2);
}

Test(index, hashes_are_the_same_everywhere)
{
    /* XXH3 of two texts as its authors give it: stored state has such hashes. */
    cr_expect_eq(hash_bytes("", 0, 0), UINT64_C(0x2D06800538D394C2));
    cr_expect_neq(hash_str(STR("a"), 0), hash_str(STR("a"), 1));
    cr_expect_eq(hash_str(STR("abc"), 0), UINT64_C(0x78AF5F94892F3950));
}

/* Marks in the places of removed items would pile up behind one home, and every look-up there would
 * walk them. */
Test(index, a_key_that_comes_and_goes_leaves_nothing_behind)
{
    struct index x = {0};

    for (uint32_t i = 0; i < 20; i++)
        index_add(&x, (uint64_t)i << 32, i);
    for (uint32_t i = 0; i < 5000; i++) {
        index_add(&x, UINT64_C(7) << 32, 1000);
        index_remove(&x, UINT64_C(7) << 32, 1000);
    }
    cr_expect_null(x.old.slots);
    cr_expect_eq(x.now.used, 20);
    index_fini(&x);
}

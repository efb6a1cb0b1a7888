/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <stddef.h>
#include <stdlib.h>

enum { PIECES = 3000 };

struct piece {
    unsigned char *p;
    size_t n;
};

/* Small and large pieces, each filled with its own byte: none may lie on another. */
static void
fill_and_check(struct arena *a, uint64_t *seed)
{
    static struct piece pieces[PIECES];

    for (int i = 0; i < PIECES; i++) {
        uint64_t r = random_next(seed);
        size_t n = r % 500 == 0 ? 200000 : r % 100;

        pieces[i] = (struct piece){.p = arena_alloc(a, n, 1), .n = n};
        cr_assert_eq((uintptr_t)pieces[i].p % _Alignof(max_align_t), 0);
        memset(pieces[i].p, i % 251, n);
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t at = 0; at < pieces[i].n; at++)
            cr_assert_eq(pieces[i].p[at], i % 251);
}

Test(arena, pieces_are_aligned_and_apart_in_every_round)
{
    struct arena a = {0};
    uint64_t seed = 1;

    for (int round = 0; round < 4; round++) {
        fill_and_check(&a, &seed);
        arena_reset(&a);
    }
    arena_fini(&a);
}

Test(arena, a_steady_loop_gets_the_same_memory)
{
    struct arena a = {0};
    char *first = NULL;
    char *last = NULL;

    for (int round = 0; round < 5; round++) {
        char *begin = arena_alloc(&a, 10, 8);
        char *end = NULL;

        for (int i = 0; i < 10000; i++)
            end = arena_alloc(&a, 5, 8);
        if (round > 0)
            cr_expect(begin == first && end == last, "round %d", round);
        first = begin;
        last = end;
        arena_reset(&a);
    }
    arena_fini(&a);
}

Test(arena, copies_stand_for_themselves)
{
    struct arena a = {0};
    char bytes[] = "billing";
    struct str copy = arena_copy(&a, str_of(bytes, 7));
    struct str empty = arena_copy(&a, str_of(NULL, 0));

    bytes[0] = 'x';
    cr_expect(str_equal(copy, STR("billing")));
    cr_expect_eq(empty.n, 0);
    arena_fini(&a);
    cr_expect(a.first == NULL);
}

Test(arena, empty_and_reset_arenas_are_valid)
{
    struct arena a = {0};

    arena_reset(&a);
    cr_expect(arena_alloc(&a, 0, 8) != NULL);
    arena_fini(&a);
    arena_fini(&a);
}

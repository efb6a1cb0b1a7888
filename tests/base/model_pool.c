/* SPDX-License-Identifier: Apache-2.0 */
/* The pool against a twin: items never move, are zero when handed out, and are handed out again. */
#include "base/pool.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdbool.h>
#include <string.h>

enum { ITEMS = 5000, OPERATIONS = 100000 };

struct item {
    uint32_t first;
    unsigned char bytes[20];
};

static struct {
    struct item *at; /* NULL: free */
    unsigned char fill;
} twin[ITEMS + 1];

static bool
is_filled(const struct item *item, unsigned char fill)
{
    const unsigned char *p = (const unsigned char *)item;

    for (size_t i = 0; i < sizeof(*item); i++)
        if (p[i] != fill)
            return false;
    return true;
}

static void
add(struct pool *p, uint64_t *seed)
{
    uint32_t number = pool_add(p);

    cr_assert(number > 0 && number <= ITEMS, "numbers are small");
    cr_assert_null(twin[number].at, "handed out twice");
    twin[number].at = pool_get(p, number);
    twin[number].fill = (unsigned char)(1 + random_next(seed) % 255);
    cr_assert(is_filled(twin[number].at, 0), "not zero");
    memset(twin[number].at, twin[number].fill, sizeof(struct item));
}

static void
check(const struct pool *p, uint32_t number)
{
    if (twin[number].at == NULL)
        return;
    cr_assert_eq(pool_get(p, number), twin[number].at, "moved");
    cr_assert(is_filled(twin[number].at, twin[number].fill), "written over");
}

Test(pool, items_stay_where_they_are_and_what_they_are)
{
    struct pool p;
    uint64_t seed = 4;
    uint32_t n = 0;

    pool_init(&p, sizeof(struct item));
    for (int i = 0; i < OPERATIONS; i++) {
        uint32_t number = 1 + (uint32_t)(random_next(&seed) % ITEMS);

        check(&p, number);
        if (twin[number].at != NULL && n > ITEMS / 2) {
            pool_remove(&p, number);
            twin[number].at = NULL;
            n--;
        } else if (n < ITEMS) {
            add(&p, &seed);
            n++;
        }
        cr_assert_eq(p.n, n);
    }
    for (uint32_t number = 1; number <= ITEMS; number++)
        check(&p, number);
    pool_fini(&p);
    cr_expect_eq(pool_bytes(&p), 0);
}

Test(pool, the_last_freed_item_goes_first)
{
    struct pool p;

    pool_init(&p, 4);
    for (uint32_t i = 1; i <= 10; i++)
        cr_expect_eq(pool_add(&p), i);
    pool_remove(&p, 3);
    pool_remove(&p, 7);
    cr_expect_eq(pool_add(&p), 7);
    cr_expect_eq(pool_add(&p), 3);
    cr_expect_eq(pool_add(&p), 11);
    pool_fini(&p);
}

Test(pool, a_number_that_was_never_handed_out_is_a_bug, .signal = SIGABRT)
{
    struct pool p;

    pool_init(&p, 8);
    (void)pool_add(&p);
    pool_remove(&p, 2);
}

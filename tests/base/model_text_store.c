/* SPDX-License-Identifier: Apache-2.0 */
/* The text store against a twin that keeps its own copies: texts stay whole, freed places are used
 * again. */
#include "base/text_store.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>

enum { TEXTS = 3000, OPERATIONS = 100000, SEEDS = 4 };

struct copy {
    uint32_t reference; /* 0: not stored */
    size_t n;
    unsigned char fill;
};

static struct copy twin[TEXTS];

static struct str
text_of(const struct copy *c)
{
    static char bytes[TEXT_STORE_MAX];

    memset(bytes, c->fill, c->n);
    return str_of(bytes, c->n);
}

/* Ticket ids mostly; now and then the empty text and the longest. */
static size_t
some_length(uint64_t *seed)
{
    switch (random_next(seed) % 50) {
    case 0:
        return TEXT_STORE_MAX;
    case 1:
        return 0;
    case 2:
        return random_next(seed) % TEXT_STORE_MAX;
    default:
        return 1 + random_next(seed) % 24;
    }
}

static void
step(struct text_store *s, uint64_t *seed)
{
    struct copy *c = &twin[random_next(seed) % TEXTS];

    if (c->reference != 0) {
        cr_assert(str_equal(text_store_get(s, c->reference), text_of(c)));
        text_store_remove(s, c->reference);
        c->reference = 0;
        return;
    }
    c->n = some_length(seed);
    c->fill = (unsigned char)random_next(seed);
    c->reference = text_store_add(s, text_of(c));
    cr_assert_neq(c->reference, 0);
}

Test(text_store, texts_stay_whole)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct text_store *s = text_store_new();
        uint64_t state = seed;

        memset(twin, 0, sizeof(twin));
        for (int i = 0; i < OPERATIONS; i++)
            step(s, &state);
        for (int i = 0; i < TEXTS; i++)
            if (twin[i].reference != 0)
                cr_assert(str_equal(text_store_get(s, twin[i].reference), text_of(&twin[i])));
        text_store_free(&s);
        cr_expect_null(s);
    }
}

Test(text_store, a_freed_place_is_used_again)
{
    struct text_store *s = text_store_new();
    size_t bytes;

    for (int i = 0; i < 1000; i++)
        (void)text_store_add(s, STR("INC0001234"));
    bytes = text_store_bytes(s);
    for (int i = 0; i < 1000000; i++)
        text_store_remove(s, text_store_add(s, STR("INC0009999")));
    cr_expect_eq(text_store_bytes(s), bytes);
    text_store_free(&s);
}

/* An id takes its length in two bytes and is rounded up to four. */
Test(text_store, an_id_takes_little_more_than_its_bytes)
{
    struct text_store *s = text_store_new();

    for (int i = 0; i < 1000000; i++)
        (void)text_store_add(s, STR("INC0001234"));
    cr_expect_leq(text_store_bytes(s), 12u * 1000000 + 512 * 1024);
    text_store_free(&s);
}

Test(text_store, a_text_that_is_too_long_is_a_bug, .signal = SIGABRT)
{
    struct text_store *s = text_store_new();
    static char bytes[TEXT_STORE_MAX + 1];

    (void)text_store_add(s, str_of(bytes, sizeof(bytes)));
}

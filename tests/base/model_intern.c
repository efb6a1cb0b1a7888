/* SPDX-License-Identifier: Apache-2.0 */
/* The intern table against a twin that counts references of each text in a list. */
#include "base/intern.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>

enum { TEXTS = 900, OPERATIONS = 60000, SEEDS = 8 };

struct entry {
    char text[300];
    size_t n;
    uint32_t references;
    uint32_t number;
};

static struct entry twin[TEXTS];

static struct str
text_of(const struct entry *e)
{
    return str_of(e->text, e->n);
}

/* Different texts, some with a 0 inside, some that are the beginning of others. */
static void
make_texts(uint64_t *seed)
{
    for (int i = 0; i < TEXTS; i++) {
        struct entry *e = &twin[i];
        size_t tail = random_next(seed) % 20 == 0 ? 250 : random_next(seed) % 9;

        *e = (struct entry){0};
        e->n = (size_t)snprintf(e->text, sizeof(e->text), "%d", i);
        for (size_t k = 0; k < tail; k++)
            e->text[e->n++] = k % 3 == 0 ? '\0' : 'x';
    }
}

static void
step(struct intern *in, uint64_t *seed)
{
    struct entry *e = &twin[random_next(seed) % TEXTS];
    uint32_t number;

    switch (random_next(seed) % 5) {
    case 0:
    case 1:
        number = intern_get(in, text_of(e));
        cr_assert(e->references == 0 || number == e->number, "a text has one number");
        cr_assert_neq(number, 0);
        e->number = number;
        e->references++;
        break;
    case 2:
        if (e->references == 0)
            break;
        intern_hold(in, e->number);
        e->references++;
        break;
    default:
        if (e->references == 0)
            break;
        intern_release(in, e->number);
        e->references--;
        break;
    }
    if (e->references > 0)
        cr_assert(str_equal(intern_text(in, e->number), text_of(e)));
}

static void
check_all(struct intern *in)
{
    static unsigned char used[TEXTS * 2 + 2];

    memset(used, 0, sizeof(used));
    for (int i = 0; i < TEXTS; i++) {
        const struct entry *e = &twin[i];

        if (e->references == 0)
            continue;
        cr_assert(str_equal(intern_text(in, e->number), text_of(e)), "text %d", i);
        cr_assert_leq(e->number, TEXTS, "numbers are used again");
        cr_assert_eq(used[e->number]++, 0, "a number has one text");
    }
}

Test(intern, counts_as_its_twin_does)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct intern *in = intern_new();
        uint64_t state = seed;

        make_texts(&state);
        for (int i = 0; i < OPERATIONS; i++) {
            step(in, &state);
            if (i % 5000 == 0)
                check_all(in);
        }
        check_all(in);
        intern_free(&in);
        cr_expect_null(in);
    }
}

Test(intern, the_empty_text_is_number_0_always)
{
    struct intern *in = intern_new();

    cr_expect_eq(intern_get(in, STR("")), 0);
    cr_expect_eq(intern_get(in, str_of(NULL, 0)), 0);
    intern_hold(in, 0);
    for (int i = 0; i < 5; i++)
        intern_release(in, 0);
    cr_expect_eq(intern_text(in, 0).n, 0);
    intern_free(&in);
}

Test(intern, keeps_a_copy)
{
    struct intern *in = intern_new();
    char bytes[] = "email";
    uint32_t number = intern_get(in, str_of(bytes, 5));

    bytes[0] = 'X';
    cr_expect(str_equal(intern_text(in, number), STR("email")));
    cr_expect_eq(intern_get(in, STR("email")), number);
    intern_free(&in);
}

Test(intern, memory_comes_back)
{
    struct intern *in = intern_new();
    size_t before;
    uint32_t number = intern_get(in, STR("a text of some length"));

    intern_release(in, number);
    before = intern_bytes(in);
    for (int i = 0; i < 1000; i++)
        intern_release(in, intern_get(in, STR("a text of some length")));
    cr_expect_eq(intern_bytes(in), before);
    intern_free(&in);
}

Test(intern, releasing_more_than_was_held_is_a_bug, .signal = SIGABRT)
{
    struct intern *in = intern_new();
    uint32_t number = intern_get(in, STR("x"));

    intern_release(in, number);
    intern_release(in, number);
}

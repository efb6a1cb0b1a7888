/* SPDX-License-Identifier: Apache-2.0 */
/* The duplicates table against a list of (id, until) that is never shortened. */
#include "aggregators/tickets/duplicates.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

enum { OPERATIONS = 20000, SEEDS = 12, IDS = 400 };

struct applied {
    uint64_t hash;
    evtime_ms until;
};

static struct applied twin[OPERATIONS];
static size_t n_twin;

static bool
twin_seen(uint64_t hash, evtime_ms now)
{
    for (size_t i = n_twin; i-- > 0;)
        if (twin[i].hash == hash && now <= twin[i].until)
            return true;
    return false;
}

struct collected {
    struct duplicates *into;
    evtime_ms now;
    size_t n;
};

static void
collect(void *context, uint64_t hash, evtime_ms until)
{
    struct collected *c = context;

    cr_assert(twin_seen(hash, until), "an entry that nobody added");
    cr_assert_geq(until, c->now);
    duplicates_restore(c->into, hash, until);
    c->n++;
}

/* A copy made from what is remembered answers the same. */
static void
save_and_load(struct duplicates **d, evtime_ms now, dur_ms within, dur_ms pane)
{
    struct collected c = {.into = duplicates_new(within, pane), .now = now};
    size_t wanted = 0;

    duplicates_each(*d, now, collect, &c);
    for (size_t i = 0; i < n_twin; i++)
        wanted += now <= twin[i].until;
    cr_assert_eq(c.n, wanted);
    duplicates_free(d);
    *d = c.into;
}

static void
run(uint64_t seed)
{
    static const dur_ms horizons[] = {1, 59999, 60000, 3600000};
    dur_ms within = horizons[seed % 4];
    dur_ms pane = seed % 3 == 0 ? 1000 : 60000;
    struct duplicates *d = duplicates_new(within, pane);
    evtime_ms now = 1000000;

    n_twin = 0;
    for (int i = 0; i < OPERATIONS / 4; i++) {
        uint64_t hash = random_next(&seed) % IDS * UINT64_C(0x9E3779B97F4A7C15);
        bool late = random_next(&seed) % 4 == 0;
        evtime_ms t =
            late ? now - (evtime_ms)(random_next(&seed) % (uint64_t)(2 * within + 1)) : now;

        t = t < 0 ? 0 : t;
        cr_assert_eq(duplicates_seen(d, hash, now), twin_seen(hash, now), "step %d", i);
        if (!duplicates_seen(d, hash, now)) {
            duplicates_add(d, hash, t, now);
            twin[n_twin++] = (struct applied){hash, (t + within + pane - 1) / pane * pane};
        }
        now += (evtime_ms)(random_next(&seed) % (uint64_t)(within / 20 + 2));
        if (i % 1000 == 999)
            save_and_load(&d, now, within, pane);
    }
    duplicates_free(&d);
    cr_assert_null(d);
}

Test(duplicates, answers_as_its_twin_does)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed);
}

Test(duplicates, the_horizon_is_rounded_up_to_the_pane_and_included)
{
    struct duplicates *d = duplicates_new(60000, 60000);

    duplicates_add(d, 1, 1, 1); /* 60001 -> 120000 */
    cr_expect(duplicates_seen(d, 1, 120000));
    cr_expect_not(duplicates_seen(d, 1, 120001));
    duplicates_free(&d);
}

Test(duplicates, an_exact_horizon_is_not_rounded)
{
    struct duplicates *d = duplicates_new(60000, 60000);

    duplicates_add(d, 1, 60000, 60000);
    cr_expect(duplicates_seen(d, 1, 120000));
    cr_expect_not(duplicates_seen(d, 1, 120001));
    duplicates_free(&d);
}

Test(duplicates, off_means_that_nothing_was_seen)
{
    struct duplicates *d = duplicates_new(0, 60000);

    duplicates_add(d, 1, 60000, 60000);
    cr_expect_not(duplicates_seen(d, 1, 60000));
    cr_expect_eq(duplicates_bytes(d), 0);
    duplicates_free(&d);
}

Test(duplicates, what_has_passed_is_given_back)
{
    struct duplicates *d = duplicates_new(60000, 1000);
    size_t bytes = 0;

    for (evtime_ms now = 0; now < 5000000; now += 100) {
        duplicates_add(d, (uint64_t)now * UINT64_C(0x9E3779B97F4A7C15), now, now);
        if (now == 1000000)
            bytes = duplicates_bytes(d);
    }
    cr_expect_leq(duplicates_bytes(d), bytes);
    duplicates_free(&d);
}

Test(duplicates, ids_that_differ_have_different_hashes)
{
    cr_expect_neq(duplicates_hash(STR("e1")), duplicates_hash(STR("e2")));
    cr_expect_eq(duplicates_hash(STR("e1")), duplicates_hash(STR("e1")));
}

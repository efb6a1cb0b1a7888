/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hold against a twin that keeps all events in one list and looks for the first each time. W
 * moves as an engine moves it: with each event, in far jumps, and to the first held event when
 * there are too many.
 */
#include "aggregators/tickets/hold.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { HELD_MAX = 800, STEPS = 20000, SEEDS = 40, BODY_MAX = 6000, TAKEN_MAX = 64 };

struct copy {
    struct held held;
    char id[16];
    unsigned char fill;
    size_t size;
};

struct world {
    struct hold *hold;
    struct copy twin[HELD_MAX];
    size_t n;
    evtime_ms w;
    dur_ms disorder;
    uint64_t seed;
    uint64_t position;
    bool id_apart; /* the event_id is not part of the body */
};

static struct world world;

static uint64_t
below(struct world *m, uint64_t n)
{
    return random_next(&m->seed) % n;
}

/* The documented order: occurred_at, source_sequence with absent last, event_id; then the place in
 * the log. */
static bool
goes_before(const struct copy *a, const struct copy *b)
{
    if (a->held.occurred_at != b->held.occurred_at)
        return a->held.occurred_at < b->held.occurred_at;
    if (a->held.has_sequence != b->held.has_sequence)
        return a->held.has_sequence;
    if (a->held.has_sequence && a->held.sequence != b->held.sequence)
        return a->held.sequence < b->held.sequence;
    if (strcmp(a->id, b->id) != 0)
        return strcmp(a->id, b->id) < 0;
    return a->held.position < b->held.position;
}

static size_t
first_of(const struct world *m)
{
    size_t first = 0;

    for (size_t i = 1; i < m->n; i++)
        if (goes_before(&m->twin[i], &m->twin[first]))
            first = i;
    return first;
}

static void
check_taken(struct world *m, const struct held *taken)
{
    size_t first = first_of(m);
    const struct copy *wanted = &m->twin[first];

    cr_assert(m->n > 0 && wanted->held.occurred_at < m->w);
    cr_assert_eq(taken->occurred_at, wanted->held.occurred_at);
    cr_assert_eq(taken->position, wanted->held.position, "%s of %lld", wanted->id,
                 (long long)wanted->held.occurred_at);
    cr_assert(str_equal(taken->event_id, str_from(wanted->id)));
    cr_assert_eq(taken->body.n, wanted->size);
    for (size_t i = m->id_apart ? 0 : strlen(wanted->id); i < taken->body.n; i++)
        cr_assert_eq((unsigned char)taken->body.p[i], wanted->fill);
    m->twin[first] = m->twin[--m->n];
}

/* Everything before W leaves, in order, and nothing else. */
static void
drain(struct world *m)
{
    const struct held *taken;

    while ((taken = hold_take(m->hold, m->w)) != NULL)
        check_taken(m, taken);
    for (size_t i = 0; i < m->n; i++)
        cr_assert_geq(m->twin[i].held.occurred_at, m->w, "an event that W passed is still held");
    cr_assert_eq(hold_count(m->hold), m->n);
}

static void
check_oldest_position(const struct world *m)
{
    uint64_t oldest = hold_oldest_position(m->hold);

    cr_assert(m->n > 0 || oldest == UINT64_MAX);
    for (size_t i = 0; i < m->n; i++)
        cr_assert_leq(oldest, m->twin[i].held.position);
}

static evtime_ms
next_time(struct world *m)
{
    evtime_ms t = m->w + (evtime_ms)below(m, (uint64_t)m->disorder + 2);

    switch (below(m, 2000)) {
    case 0:
        return t + 10 * (dur_ms)DAY_MS * 365; /* the source's clock was set */
    case 1:
        return t + 3 * m->disorder + HOUR_MS;
    default:
        return t;
    }
}

static void
add(struct world *m, evtime_ms t)
{
    static char bytes[BODY_MAX];
    struct copy *c = &m->twin[m->n++];
    size_t n_id;

    *c = (struct copy){.fill = (unsigned char)below(m, 256)};
    n_id = (size_t)snprintf(c->id, sizeof(c->id), "e%llu", (unsigned long long)below(m, 9));
    c->size = below(m, 300) == 0 ? BODY_MAX : 20 + (size_t)below(m, 200);
    c->held.occurred_at = t;
    c->held.has_sequence = below(m, 2) == 0;
    c->held.sequence = c->held.has_sequence ? (int64_t)below(m, 3) - 1 : INT64_MAX;
    c->held.position = ++m->position;
    memset(bytes, c->fill, c->size);
    c->held.body = str_of(bytes, c->size);
    c->held.event_id = str_of(c->id, n_id);
    if (!m->id_apart) {
        memcpy(bytes, c->id, n_id);
        c->held.event_id.p = bytes;
    }
    if (!hold_fits(m->hold, t)) {
        m->n--; /* is not in the hold yet */
        drain(m);
        m->twin[m->n++] = *c;
        cr_assert(hold_fits(m->hold, t), "after a drain every event of the span fits");
    }
    hold_add(m->hold, &c->held, m->w);
    memset(bytes, 0x5A, sizeof(bytes));
}

static void
keep_limit(struct world *m)
{
    while (m->n >= HELD_MAX) {
        evtime_ms first;

        drain(m);
        if (m->n < HELD_MAX)
            break;
        first = hold_first(m->hold);
        cr_assert_eq(first, m->twin[first_of(m)].held.occurred_at);
        m->w = first + 1;
        drain(m);
    }
}

static void
step(struct world *m)
{
    evtime_ms t = next_time(m);

    if (t - m->disorder > m->w)
        m->w = t - m->disorder;
    add(m, t);
    keep_limit(m);
    if (below(m, 50) == 0)
        drain(m);
    if (below(m, 400) == 0) {
        m->w += (evtime_ms)below(m, 3 * (uint64_t)m->disorder + 1); /* a quiet partition */
        drain(m);
    }
    if (below(m, 100) == 0)
        check_oldest_position(m);
}

static void
run(uint64_t seed)
{
    static const dur_ms disorders[] = {
        0, 1, 7, 2047, 2048, 5 * MINUTE_MS, 3 * (dur_ms)HOUR_MS, 40 * (dur_ms)DAY_MS};
    struct world *m = &world;

    *m = (struct world){.seed = seed,
                        .disorder = disorders[seed % 8],
                        .id_apart = seed % 3 == 0,
                        .w = seed % 5 == 0 ? 0 : INT64_C(1772409600000)};
    m->hold = hold_new(m->disorder);
    for (int i = 0; i < STEPS / 10; i++)
        step(m);
    m->w += 2 * m->disorder + 1;
    drain(m);
    cr_assert_eq(m->n, 0);
    cr_assert_eq(hold_count(m->hold), 0);
    cr_assert_eq(hold_oldest_position(m->hold), UINT64_MAX);
    hold_free(&m->hold);
    cr_assert_null(m->hold);
}

Test(hold, lets_events_go_as_its_twin_does)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed);
}

static struct held
simple(evtime_ms t, uint64_t position)
{
    return (struct held){.occurred_at = t,
                         .sequence = INT64_MAX,
                         .position = position,
                         .event_id = STR("e"),
                         .body = STR("body")};
}

Test(hold, the_event_at_w_waits)
{
    struct hold *h = hold_new(MINUTE_MS);
    struct held event = simple(1000, 1);

    hold_add(h, &event, 1000);
    cr_expect_null(hold_take(h, 1000));
    cr_expect_not_null(hold_take(h, 1001));
    hold_free(&h);
}

/* Which copy is applied must not depend on whether its bucket was open when it came. */
Test(hold, copies_of_an_event_leave_in_the_order_of_the_log)
{
    for (int opened = 0; opened < 2; opened++) {
        struct hold *h = hold_new(MINUTE_MS);

        for (uint64_t position = 1; position <= 20; position++) {
            struct held event = simple(5000, position);

            hold_add(h, &event, 100);
            if (opened)
                cr_expect_null(hold_take(h, 5000));
        }
        for (uint64_t position = 1; position <= 20; position++)
            cr_expect_eq(hold_take(h, 6000)->position, position);
        hold_free(&h);
    }
}

Test(hold, memory_is_used_again)
{
    struct hold *h = hold_new(MINUTE_MS);
    size_t bytes = 0;
    evtime_ms w = 0;

    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 2000; i++) {
            struct held event = simple(w + i * 30, 1);

            hold_add(h, &event, w);
        }
        w += MINUTE_MS;
        while (hold_take(h, w) != NULL)
            ;
        if (round == 5)
            bytes = hold_bytes(h);
    }
    cr_expect_eq(hold_bytes(h), bytes);
    hold_free(&h);
}

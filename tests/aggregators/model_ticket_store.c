/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ticket store against a naive list: who is found, who is forgotten when, who has to go when
 * settings.tickets_max is reached. The twin looks at every ticket at each step.
 */
#include "aggregators/tickets/ticket_store.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { IDS = 300, STEPS = 6000, SEEDS = 24 };

struct twin_ticket {
    bool there;
    bool over; /* solved or cancelled */
    evtime_ms last_event;
};

struct world {
    struct settings settings;
    struct ticket_counters counters;
    struct profiles *profiles;
    struct ticket_store *store;
    struct twin_ticket twin[IDS];
    uint64_t seed;
    evtime_ms now;
    uint64_t forgotten;
    uint64_t evicted;
    uint64_t over_limit;
};

static struct world world;

static uint64_t
below(struct world *w, uint64_t n)
{
    return random_next(&w->seed) % n;
}

static evtime_ms
due_at(const struct world *w, const struct twin_ticket *t)
{
    return t->last_event + w->settings.retain_solved_ms;
}

static bool
is_due(const struct world *w, const struct twin_ticket *t)
{
    return w->settings.retain_solved_ms != ALWAYS_MS && t->over && due_at(w, t) <= w->now;
}

static uint32_t
twin_count(const struct world *w)
{
    uint32_t n = 0;

    for (int i = 0; i < IDS; i++)
        n += w->twin[i].there;
    return n;
}

/*
 * The hour in which a ticket is looked at: that of its end, but not one that has passed (a late
 * event may end a ticket in the past: then it is the present one).
 */
static int64_t
hour_of(const struct world *w, const struct twin_ticket *t)
{
    int64_t hour = due_at(w, t) / HOUR_MS;

    return hour < w->now / HOUR_MS ? w->now / HOUR_MS : hour;
}

/* Engine time goes on; who was due in an hour that has passed goes. */
static void
twin_advance(struct world *w, evtime_ms now)
{
    int64_t hour = now / HOUR_MS;

    for (int i = 0; i < IDS; i++) {
        struct twin_ticket *t = &w->twin[i];

        if (w->settings.retain_solved_ms != ALWAYS_MS && t->there && t->over &&
            hour_of(w, t) < hour) {
            t->there = false;
            w->forgotten++;
        }
    }
    w->now = now;
}

/* The limit is reached: all of the earliest hour go; where nobody is over, nobody does. */
static void
twin_make_room(struct world *w)
{
    int64_t earliest = INT64_MAX;

    if (twin_count(w) < w->settings.tickets_max)
        return;
    for (int i = 0; w->settings.retain_solved_ms != ALWAYS_MS && i < IDS; i++)
        if (w->twin[i].there && w->twin[i].over && hour_of(w, &w->twin[i]) < earliest)
            earliest = hour_of(w, &w->twin[i]);
    w->over_limit += earliest == INT64_MAX;
    for (int i = 0; i < IDS; i++)
        if (w->twin[i].there && w->twin[i].over && hour_of(w, &w->twin[i]) == earliest) {
            w->twin[i].there = false;
            w->evicted++;
        }
}

static struct str
id_of(int i, char *buffer, size_t size)
{
    return str_of(buffer, (size_t)snprintf(buffer, size, "INC%06d", i));
}

/* An event of the ticket at time t: found or made, then solved, opened, or only touched. */
static void
event(struct world *w, int i, evtime_ms t)
{
    struct twin_ticket *twin = &w->twin[i];
    char buffer[32];
    struct str id = id_of(i, buffer, sizeof(buffer));
    uint64_t hash = ticket_hash(STR(""), id);
    uint32_t number;
    struct ticket *ticket;
    unsigned step = (unsigned)below(w, 4);

    ticket_store_advance(w->store, w->now);
    number = ticket_store_find(w->store, 0, id, hash, w->now);
    if (twin->there && is_due(w, twin)) {
        twin->there = false;
        w->forgotten++;
    }
    cr_assert_eq(number != 0, twin->there, "%s", buffer);
    if (number == 0) {
        uint32_t tuple[PROFILE_TUPLE_MAX] = {0};

        ticket_store_make_room(w->store);
        twin_make_room(w);
        number = ticket_store_add(w->store, id, hash, profile_get(w->profiles, tuple));
        *twin = (struct twin_ticket){.there = true, .last_event = EVTIME_NONE};
    }
    ticket = ticket_get(w->store, number);
    cr_assert(str_equal(ticket_id(w->store, ticket), id));
    if (step == 0)
        ticket->status = STATUS_SOLVED;
    if (step == 1)
        ticket->status = STATUS_OPEN;
    if (step <= 1)
        twin->over = step == 0;
    if (t > twin->last_event)
        twin->last_event = t;
    ticket->last_event = evtime48_of(twin->last_event);
    (void)ticket_make_talk(w->store, ticket);
    ticket_make_work(w->store, ticket)->last_solve = evtime48_of(i);
    if (below(w, 5) == 0)
        ticket_make_extras(w->store, ticket)->cancel_mark = i;
    ticket_store_touched(w->store, number);
}

static void
check_counters(const struct world *w)
{
    cr_assert_eq(ticket_store_count(w->store), twin_count(w));
    cr_assert_eq(w->counters.tickets_forgotten, w->forgotten);
    cr_assert_eq(w->counters.tickets_evicted, w->evicted);
    cr_assert_eq(w->counters.tickets_over_limit, w->over_limit);
}

static void
check_each(void *context, uint32_t number)
{
    struct world *w = context;
    const struct ticket *t = ticket_get(w->store, number);
    struct str id = ticket_id(w->store, t);
    int i = 0;

    for (size_t k = 3; k < id.n; k++)
        i = i * 10 + (id.p[k] - '0');
    cr_assert(w->twin[i].there);
    cr_assert_eq(evtime48_get(t->last_event), w->twin[i].last_event);
    cr_assert_eq(evtime48_get(ticket_work(w->store, t)->last_solve), i, "its parts are its own");
    cr_assert(ticket_extras(w->store, t) == NULL || ticket_extras(w->store, t)->cancel_mark == i);
}

static void
copy_ticket(struct world *w, struct ticket_store *to, int i)
{
    char buffer[32];
    struct str id = id_of(i, buffer, sizeof(buffer));
    uint64_t hash = ticket_hash(STR(""), id);
    uint32_t old = ticket_store_find(w->store, 0, id, hash, EVTIME_NONE);
    const struct ticket *from = ticket_get(w->store, old);
    uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
    struct ticket *t =
        ticket_get(to, ticket_store_add(to, id, hash, profile_get(w->profiles, tuple)));

    t->status = from->status;
    t->last_event = from->last_event;
    ticket_make_work(to, t)->last_solve = evtime48_of(i);
}

/* Save and load: the same tickets in a new store, which knows no more than they and engine time. */
static void
reload(struct world *w)
{
    struct ticket_store *loaded = ticket_store_new(&w->settings, w->profiles, &w->counters);

    for (int i = IDS; i-- > 0;)
        if (w->twin[i].there)
            copy_ticket(w, loaded, i);
    ticket_store_restored(loaded, w->now);
    ticket_store_free(&w->store);
    w->store = loaded;
}

static void
begin(struct world *w, uint64_t seed)
{
    static const dur_ms retains[] = {
        ALWAYS_MS, 0, 30 * MINUTE_MS, HOUR_MS, 5 * (dur_ms)HOUR_MS, 30 * (dur_ms)DAY_MS};

    *w = (struct world){.settings = scene_settings(), .seed = seed, .now = SCENE_START};
    w->settings.retain_solved_ms = retains[seed % 6];
    w->settings.tickets_max = seed % 4 == 0 ? 40 : seed % 4 == 1 ? 250 : 1000000;
    w->profiles = profiles_new(&w->settings);
    w->store = ticket_store_new(&w->settings, w->profiles, &w->counters);
}

static void
run(uint64_t seed)
{
    struct world *w = &world;

    begin(w, seed);
    for (int i = 0; i < STEPS; i++) {
        evtime_ms late = below(w, 5) == 0 ? (evtime_ms)below(w, 12 * HOUR_MS) : 0;
        evtime_ms step = below(w, 300) == 0 ? (evtime_ms)below(w, 3 * DAY_MS)
                                            : (evtime_ms)below(w, 4 * MINUTE_MS);

        twin_advance(w, w->now + step);
        event(w, (int)below(w, IDS), w->now - late);
        check_counters(w);
        if (i % 500 == 0)
            ticket_store_each(w->store, check_each, w);
        if (seed % 2 == 0 && below(w, 50) == 0)
            reload(w);
    }
    ticket_store_free(&w->store);
    profiles_free(&w->profiles);
}

Test(ticket_store, forgets_as_its_twin_does)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed);
}

Test(ticket_store, tenants_and_ids_together_name_a_ticket)
{
    struct world *w = &world;
    uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
    uint64_t hash = ticket_hash(STR("acme"), STR("T"));
    uint32_t number;

    begin(w, 1);
    tuple[0] = profiles_text(w->profiles, STR("acme"));
    number = ticket_store_add(w->store, STR("T"), hash, profile_get(w->profiles, tuple));
    cr_expect_eq(ticket_store_find(w->store, tuple[0], STR("T"), hash, w->now), number);
    cr_expect_eq(ticket_store_find(w->store, 0, STR("T"), hash, w->now), 0, "another tenant");
    cr_expect_eq(ticket_store_find(w->store, tuple[0], STR("U"), hash, w->now), 0, "the same hash");
    cr_expect_neq(ticket_hash(STR("acme"), STR("T")), ticket_hash(STR(""), STR("T")));
    profiles_text_release(w->profiles, tuple[0]);
    ticket_store_free(&w->store);
    profiles_free(&w->profiles);
}

/* The goal of ARCHITECTURE section 4 for a ticket that was just created: 80 bytes beside its id. */
Test(ticket_store, a_ticket_that_was_just_created_takes_little)
{
    struct world *w = &world;
    uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
    size_t ids;
    size_t bytes;

    begin(w, 6);
    for (int i = 0; i < 90000; i++) {
        char buffer[32];
        struct str id = id_of(i, buffer, sizeof(buffer));

        (void)ticket_store_add(w->store, id, ticket_hash(STR(""), id),
                               profile_get(w->profiles, tuple));
    }
    bytes = ticket_store_bytes(w->store, &ids);
    cr_expect_leq(bytes - ids, 90000u * 80 + 100000);
    cr_expect_leq(ids, 90000u * 12 + 300000);
    ticket_store_free(&w->store);
    profiles_free(&w->profiles);
}

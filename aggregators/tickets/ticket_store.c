/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/tickets/ticket_store.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/text_store.h"

/* A ticket that waits to be forgotten. */
struct wait {
    uint32_t ticket;
    uint32_t next; /* in the same hour, 0 at the end */
};

/* An hour of engine time at whose end the tickets that wait in it are looked at. */
struct hour {
    int64_t number; /* instants / HOUR_MS */
    uint32_t first;
};

struct ticket_store {
    const struct settings *settings;
    struct profiles *profiles;
    struct ticket_counters *counters;
    struct index index; /* (tenant, id) -> number of the ticket */
    struct text_store *texts;
    struct pool tickets;
    struct pool talks;
    struct pool works;
    struct pool extras;

    struct pool waits;
    struct pool hours;
    struct index hour_index; /* hour -> number in `hours` */
    int64_t next_hour;       /* the first that did not pass */
};

struct ticket_store *
ticket_store_new(const struct settings *settings, struct profiles *profiles,
                 struct ticket_counters *counters)
{
    struct ticket_store *s = mem_new(1, sizeof(*s));

    s->settings = settings;
    s->profiles = profiles;
    s->counters = counters;
    s->texts = text_store_new();
    pool_init(&s->tickets, sizeof(struct ticket));
    pool_init(&s->talks, sizeof(struct talk));
    pool_init(&s->works, sizeof(struct work));
    pool_init(&s->extras, sizeof(struct extras));
    pool_init(&s->waits, sizeof(struct wait));
    pool_init(&s->hours, sizeof(struct hour));
    return s;
}

struct ticket *
ticket_get(const struct ticket_store *s, uint32_t ticket)
{
    return pool_get(&s->tickets, ticket);
}

struct str
ticket_id(const struct ticket_store *s, const struct ticket *t)
{
    return text_store_get(s->texts, t->id);
}

void
ticket_store_each(const struct ticket_store *s, ticket_fn *take, void *context)
{
    for (uint32_t ticket = 1; ticket < s->tickets.next; ticket++) {
        const struct ticket *t = ticket_get(s, ticket);

        if (t->present && !t->dead)
            take(context, ticket);
    }
}

static void
free_lists(void *context, uint32_t ticket)
{
    struct ticket_store *s = context;
    struct extras *x = ticket_extras(s, ticket_get(s, ticket));

    if (x == NULL)
        return;
    mem_free(x->reviews);
    mem_free(x->offers);
}

void
ticket_store_free(struct ticket_store **s)
{
    if (*s == NULL)
        return;
    ticket_store_each(*s, free_lists, *s);
    index_fini(&(*s)->index);
    index_fini(&(*s)->hour_index);
    text_store_free(&(*s)->texts);
    pool_fini(&(*s)->tickets);
    pool_fini(&(*s)->talks);
    pool_fini(&(*s)->works);
    pool_fini(&(*s)->extras);
    pool_fini(&(*s)->waits);
    pool_fini(&(*s)->hours);
    mem_free(*s);
    *s = NULL;
}

uint64_t
ticket_hash(struct str tenant, struct str id)
{
    return hash_str(id, tenant.n > 0 ? hash_str(tenant, 0) : 0);
}

void
ticket_store_prefetch_index(const struct ticket_store *s, uint64_t hash)
{
    index_prefetch(&s->index, hash);
}

uint32_t
ticket_store_prefetch_ticket(const struct ticket_store *s, uint64_t hash)
{
    struct index_probe probe = index_probe(&s->index, hash);
    const char *ticket;

    if (!index_next(&s->index, &probe))
        return 0;
    ticket = pool_get(&s->tickets, probe.item);
    __builtin_prefetch(ticket);
    __builtin_prefetch(ticket + sizeof(struct ticket) - 1);
    return probe.item;
}

void
ticket_store_prefetch_parts(const struct ticket_store *s, uint32_t ticket)
{
    const struct ticket *t = ticket_get(s, ticket);

    if (t->talk != 0)
        __builtin_prefetch(pool_get(&s->talks, t->talk));
    if (t->work != 0)
        __builtin_prefetch(pool_get(&s->works, t->work));
    text_store_prefetch(s->texts, t->id);
    profile_prefetch(s->profiles, t->profile);
}

struct talk *
ticket_talk(const struct ticket_store *s, const struct ticket *t)
{
    return t->talk != 0 ? pool_get(&s->talks, t->talk) : NULL;
}

struct work *
ticket_work(const struct ticket_store *s, const struct ticket *t)
{
    return t->work != 0 ? pool_get(&s->works, t->work) : NULL;
}

struct extras *
ticket_extras(const struct ticket_store *s, const struct ticket *t)
{
    return t->extras != 0 ? pool_get(&s->extras, t->extras) : NULL;
}

struct talk *
ticket_make_talk(struct ticket_store *s, struct ticket *t)
{
    struct talk *talk;

    if (t->talk != 0)
        return pool_get(&s->talks, t->talk);
    t->talk = pool_add(&s->talks);
    talk = pool_get(&s->talks, t->talk);
    if (t->cycle_from_creation)
        talk->cycle_start = t->created_at;
    t->cycle_from_creation = 0;
    return talk;
}

struct work *
ticket_make_work(struct ticket_store *s, struct ticket *t)
{
    static const struct evtime48 zero = {{1, 0, 0}}; /* evtime48_of(0) */
    struct work *work;

    if (t->work != 0)
        return pool_get(&s->works, t->work);
    t->work = pool_add(&s->works);
    work = pool_get(&s->works, t->work);
    work->spent = (struct spent){.work = zero, .pending = zero, .hold = zero};
    return work;
}

struct extras *
ticket_make_extras(struct ticket_store *s, struct ticket *t)
{
    struct extras *x;

    if (t->extras != 0)
        return pool_get(&s->extras, t->extras);
    t->extras = pool_add(&s->extras);
    x = pool_get(&s->extras, t->extras);
    x->cancel_mark = x->handed_off = x->reopened = EVTIME_NONE;
    for (int kind = 0; kind < SURVEY_KINDS; kind++)
        x->answers[kind].at = EVTIME_NONE;
    return x;
}

void
ticket_set_profile(struct ticket_store *s, uint32_t *place, uint32_t profile)
{
    uint32_t old = *place;

    *place = profile;
    if (old != 0)
        profile_release(s->profiles, old);
}

uint32_t
ticket_store_text_add(struct ticket_store *s, struct str text)
{
    return text_store_add(s->texts, text);
}

void
ticket_store_text_remove(struct ticket_store *s, uint32_t text)
{
    text_store_remove(s->texts, text);
}

struct str
ticket_store_text(const struct ticket_store *s, uint32_t text)
{
    return text_store_get(s->texts, text);
}

static void
drop_extras(struct ticket_store *s, struct ticket *t)
{
    struct extras *x = ticket_extras(s, t);

    for (int kind = 0; kind < SURVEY_KINDS; kind++)
        ticket_set_profile(s, &x->answers[kind].profile, 0);
    for (size_t i = 0; i < x->n_reviews; i++) {
        ticket_set_profile(s, &x->reviews[i].profile, 0);
        if (x->reviews[i].id != 0)
            text_store_remove(s->texts, x->reviews[i].id);
    }
    for (size_t i = 0; i < x->n_offers; i++) {
        ticket_set_profile(s, &x->offers[i].profile, 0);
        if (x->offers[i].survey_id != 0)
            text_store_remove(s->texts, x->offers[i].survey_id);
    }
    mem_free(x->reviews);
    mem_free(x->offers);
    pool_remove(&s->extras, t->extras);
}

/* Forgets the ticket. Its record stays while it waits in the calendar: the wait names it by number.
 */
static void
forget(struct ticket_store *s, uint32_t ticket)
{
    struct ticket *t = ticket_get(s, ticket);

    index_remove(&s->index,
                 ticket_hash(profile_tenant_text(s->profiles, t->profile), ticket_id(s, t)),
                 ticket);
    if (t->talk != 0) {
        ticket_set_profile(s, &ticket_talk(s, t)->first_reply_profile, 0);
        pool_remove(&s->talks, t->talk);
    }
    if (t->work != 0) {
        ticket_set_profile(s, &ticket_work(s, t)->counted_profile, 0);
        pool_remove(&s->works, t->work);
    }
    if (t->extras != 0)
        drop_extras(s, t);
    text_store_remove(s->texts, t->id);
    ticket_set_profile(s, &t->volume_profile, 0);
    ticket_set_profile(s, &t->profile, 0);
    t->dead = 1;
    if (!t->on_calendar) {
        t->present = 0;
        pool_remove(&s->tickets, ticket);
    }
}

/* True if the ticket is solved or cancelled, so that it may be forgotten. */
static bool
is_over(const struct ticket *t)
{
    return t->cancelled || t->status == STATUS_SOLVED || t->status == STATUS_CLOSED;
}

static evtime_ms
due_at(const struct ticket_store *s, const struct ticket *t)
{
    return evtime48_get(t->last_event) + s->settings->retain_solved_ms;
}

static bool
is_due(const struct ticket_store *s, const struct ticket *t, evtime_ms now)
{
    return s->settings->retain_solved_ms != ALWAYS_MS && is_over(t) && due_at(s, t) <= now;
}

uint32_t
ticket_store_find(struct ticket_store *s, uint32_t tenant, struct str id, uint64_t hash,
                  evtime_ms now)
{
    for (struct index_probe probe = index_probe(&s->index, hash); index_next(&s->index, &probe);) {
        const struct ticket *t = ticket_get(s, probe.item);

        if (profile_tenant(s->profiles, t->profile) != tenant || !str_equal(ticket_id(s, t), id))
            continue;
        if (!is_due(s, t, now))
            return probe.item;
        s->counters->tickets_forgotten++;
        forget(s, probe.item);
        return 0;
    }
    return 0;
}

static uint64_t
hour_hash(int64_t number)
{
    return hash_bytes(&number, sizeof(number), 0);
}

/* The number of the hour in the pool, or 0. */
static uint32_t
find_hour(const struct ticket_store *s, int64_t number)
{
    for (struct index_probe probe = index_probe(&s->hour_index, hour_hash(number));
         index_next(&s->hour_index, &probe);)
        if (((struct hour *)pool_get(&s->hours, probe.item))->number == number)
            return probe.item;
    return 0;
}

static void
put_on_calendar(struct ticket_store *s, uint32_t ticket)
{
    struct ticket *t = ticket_get(s, ticket);
    int64_t number = due_at(s, t) / HOUR_MS;
    uint32_t hour;
    uint32_t w;
    struct wait *wait;
    struct hour *at;

    if (number < s->next_hour)
        number = s->next_hour;
    hour = find_hour(s, number);
    if (hour == 0) {
        hour = pool_add(&s->hours);
        ((struct hour *)pool_get(&s->hours, hour))->number = number;
        index_add(&s->hour_index, hour_hash(number), hour);
    }
    w = pool_add(&s->waits);
    wait = pool_get(&s->waits, w);
    at = pool_get(&s->hours, hour);
    *wait = (struct wait){.ticket = ticket, .next = at->first};
    at->first = w;
    t->on_calendar = 1;
}

void
ticket_store_touched(struct ticket_store *s, uint32_t ticket)
{
    const struct ticket *t = ticket_get(s, ticket);

    if (s->settings->retain_solved_ms != ALWAYS_MS && is_over(t) && !t->on_calendar)
        put_on_calendar(s, ticket);
}

/*
 * Looks at the tickets of an hour: those whose time ends in it are forgotten, others that are still
 * over wait on in a later hour. Who goes is decided by the hour alone, so it does not matter how
 * long a ticket has been waiting in which. Returns how many were forgotten.
 */
static uint32_t
open_hour(struct ticket_store *s, uint32_t hour)
{
    struct hour at = *(struct hour *)pool_get(&s->hours, hour);
    uint32_t forgotten = 0;

    index_remove(&s->hour_index, hour_hash(at.number), hour);
    pool_remove(&s->hours, hour);
    for (uint32_t w = at.first; w != 0;) {
        struct wait wait = *(struct wait *)pool_get(&s->waits, w);
        struct ticket *t = ticket_get(s, wait.ticket);

        pool_remove(&s->waits, w);
        w = wait.next;
        t->on_calendar = 0;
        if (t->dead) {
            t->present = 0;
            pool_remove(&s->tickets, wait.ticket);
        } else if (is_over(t) && due_at(s, t) / HOUR_MS <= at.number) {
            forget(s, wait.ticket);
            forgotten++;
        } else {
            ticket_store_touched(s, wait.ticket);
        }
    }
    return forgotten;
}

void
ticket_store_advance(struct ticket_store *s, evtime_ms now)
{
    int64_t hour = now / HOUR_MS;

    if (hour <= s->next_hour)
        return;
    for (int64_t number = s->next_hour; number < hour && s->hours.n > 0; number++) {
        uint32_t passed = find_hour(s, number);

        s->next_hour = number + 1;
        if (passed != 0)
            s->counters->tickets_forgotten += open_hour(s, passed);
    }
    s->next_hour = hour;
}

static void
touch(void *context, uint32_t ticket)
{
    ticket_store_touched(context, ticket);
}

void
ticket_store_restored(struct ticket_store *s, evtime_ms now)
{
    CHECK(s->hours.n == 0);
    ticket_store_advance(s, now);
    ticket_store_each(s, touch, s);
}

/*
 * limits.tickets is reached: the solved tickets that would be forgotten in the earliest hour go
 * now, all of them, so that who goes does not depend on the order in which they wait.
 */
static void
evict(struct ticket_store *s)
{
    for (int64_t number = s->next_hour; s->hours.n > 0; number++) {
        uint32_t hour = find_hour(s, number);
        uint32_t gone = hour != 0 ? open_hour(s, hour) : 0;

        s->counters->tickets_evicted += gone;
        if (gone > 0)
            return;
    }
    s->counters->tickets_over_limit++;
}

void
ticket_store_make_room(struct ticket_store *s)
{
    if (s->index.n >= s->settings->tickets_max)
        evict(s);
}

uint32_t
ticket_store_add(struct ticket_store *s, struct str id, uint64_t hash, uint32_t profile)
{
    uint32_t ticket;
    struct ticket *t;

    ticket = pool_add(&s->tickets);
    t = ticket_get(s, ticket);
    t->present = 1;
    t->status = STATUS_NEW;
    t->id = text_store_add(s->texts, id);
    t->profile = profile;
    index_add(&s->index, hash, ticket);
    return ticket;
}

uint32_t
ticket_store_count(const struct ticket_store *s)
{
    return s->index.n;
}

size_t
ticket_store_bytes(const struct ticket_store *s, size_t *ret_id_bytes)
{
    *ret_id_bytes = text_store_bytes(s->texts);
    return *ret_id_bytes + index_bytes(&s->index) + pool_bytes(&s->tickets) +
           pool_bytes(&s->talks) + pool_bytes(&s->works) + pool_bytes(&s->extras) +
           pool_bytes(&s->waits) + pool_bytes(&s->hours) + index_bytes(&s->hour_index);
}

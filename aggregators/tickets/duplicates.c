/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue in the order of application, whose front is dropped as engine time passes it, and an
 * index over it. A late event's entry may end before those in front of it; it then waits for them,
 * and the look-up judges by its own end.
 */
#include "aggregators/tickets/duplicates.h"

#include "base/evtime48.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/pool.h"

struct entry {
    uint64_t hash;
    struct evtime48 until; /* the last instant of engine time at which it counts */
    uint32_t next;         /* the entry behind it in the queue, 0 at the end */
};

struct duplicates {
    dur_ms within_ms;
    dur_ms pane_ms;
    struct pool entries;
    struct index index;
    uint32_t first;
    uint32_t last;
};

struct duplicates *
duplicates_new(dur_ms within_ms, dur_ms pane_ms)
{
    struct duplicates *d = mem_new(1, sizeof(*d));

    d->within_ms = within_ms;
    d->pane_ms = pane_ms;
    pool_init(&d->entries, sizeof(struct entry));
    return d;
}

void
duplicates_free(struct duplicates **d)
{
    if (*d == NULL)
        return;
    pool_fini(&(*d)->entries);
    index_fini(&(*d)->index);
    mem_free(*d);
    *d = NULL;
}

uint64_t
duplicates_hash(struct str event_id)
{
    return hash_str(event_id, 0);
}

static struct entry *
entry_of(const struct duplicates *d, uint32_t number)
{
    return pool_get(&d->entries, number);
}

static evtime_ms
until_of(const struct entry *e)
{
    return evtime48_get(e->until);
}

void
duplicates_prefetch(const struct duplicates *d, uint64_t hash)
{
    index_prefetch(&d->index, hash);
}

bool
duplicates_seen(const struct duplicates *d, uint64_t hash, evtime_ms now)
{
    for (struct index_probe probe = index_probe(&d->index, hash); index_next(&d->index, &probe);) {
        const struct entry *e = entry_of(d, probe.item);

        if (e->hash == hash && now <= until_of(e))
            return true;
    }
    return false;
}

static void
drop_passed(struct duplicates *d, evtime_ms now)
{
    while (d->first != 0) {
        struct entry *e = entry_of(d, d->first);
        uint32_t next = e->next;

        if (now <= until_of(e))
            return;
        index_remove(&d->index, e->hash, d->first);
        pool_remove(&d->entries, d->first);
        d->first = next;
        /* Mostly one goes for one that comes: until the next one does, its slot will be near. */
        if (next != 0)
            index_prefetch(&d->index, entry_of(d, next)->hash);
    }
    d->last = 0;
}

void
duplicates_restore(struct duplicates *d, uint64_t hash, evtime_ms until)
{
    uint32_t number = pool_add(&d->entries);
    struct entry *e = entry_of(d, number);

    *e = (struct entry){.hash = hash, .until = evtime48_of(until)};
    if (d->last != 0)
        entry_of(d, d->last)->next = number;
    else
        d->first = number;
    d->last = number;
    index_add(&d->index, hash, number);
}

void
duplicates_add(struct duplicates *d, uint64_t hash, evtime_ms occurred_at, evtime_ms now)
{
    evtime_ms until = ceil_to(occurred_at + d->within_ms, d->pane_ms);

    if (d->within_ms == 0)
        return;
    drop_passed(d, now);
    if (now <= until)
        duplicates_restore(d, hash, until);
}

void
duplicates_each(const struct duplicates *d, evtime_ms now, duplicates_fn *take, void *context)
{
    for (uint32_t number = d->first; number != 0; number = entry_of(d, number)->next)
        if (now <= until_of(entry_of(d, number)))
            take(context, entry_of(d, number)->hash, until_of(entry_of(d, number)));
}

size_t
duplicates_bytes(const struct duplicates *d)
{
    return pool_bytes(&d->entries) + index_bytes(&d->index);
}

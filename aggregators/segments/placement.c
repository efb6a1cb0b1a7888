/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/placement.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* A profile that is looked for. */
struct wanted {
    uint64_t hash;
    size_t key_start;
    size_t key_end;
    uint32_t item; /* the first with its tag, INDEX_ITEM_MAX none */
};

/* How far the steps of a look-up run ahead of each other, so that the memory of each is there when
 * it is needed. */
enum { AHEAD = 12 };

struct placements {
    const struct settings *settings;
    struct segment_table *segments;
    struct placement **items; /* places in use and free ones, which are NULL */
    size_t n_items;
    size_t cap_items;
    uint32_t *free; /* places */
    size_t n_free;
    size_t cap_free;
    struct index index;
    size_t bytes;
    int issue_dimension; /* index into settings.dimensions, -1: not used */

    struct strbuf keys;    /* scratch: of the profiles of a batch */
    struct wanted *wanted; /* scratch: one per profile of a batch */
    size_t cap_wanted;
    uint32_t *found; /* scratch: segments of one profile */
    size_t cap_found;
};

struct placements *
placements_new(const struct settings *settings, struct segment_table *segments)
{
    struct placements *p = mem_new(1, sizeof(*p));

    p->settings = settings;
    p->segments = segments;
    p->issue_dimension = -1;
    for (unsigned i = 0; i < settings->n_dimensions; i++)
        if (settings->dimensions[i].id == DIMENSION_ISSUE_TYPE)
            p->issue_dimension = (int)i;
    return p;
}

uint32_t
placements_count(const struct placements *p)
{
    return (uint32_t)(p->n_items - p->n_free);
}

void
placements_free(struct placements **p)
{
    struct placements *all = *p;

    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n_items; i++)
        mem_free(all->items[i]);
    mem_free(all->items);
    mem_free(all->free);
    index_fini(&all->index);
    strbuf_fini(&all->keys);
    mem_free(all->wanted);
    mem_free(all->found);
    mem_free(all);
    *p = NULL;
}

static void
add_sized(struct strbuf *b, struct str text)
{
    strbuf_add_be32(b, (uint32_t)text.n);
    strbuf_add(b, text);
}

/* Appends the profile as bytes: equal bytes, equal profile. */
static void
add_key(struct strbuf *b, const struct partial_profile *profile)
{
    add_sized(b, profile->tenant);
    for (size_t i = 0; i < profile->values.n; i++)
        add_sized(b, profile->values.v[i]);
    for (size_t i = 0; i < profile->issue_types.n; i++)
        add_sized(b, profile->issue_types.v[i]);
}

static size_t
find_segment(struct placements *p, size_t n, const struct partial_profile *profile,
             uint32_t segmentation, struct str issue_type)
{
    const struct segmentation *s = &p->settings->segmentations[segmentation];
    struct str values[DIMENSIONS_MAX];

    for (unsigned i = 0; i < s->n; i++) {
        bool is_issue = (int)s->dimensions[i] == p->issue_dimension;

        values[i] = is_issue ? issue_type : profile->values.v[s->dimensions[i]];
    }
    p->found = mem_grow(p->found, n, &p->cap_found, sizeof(*p->found));
    p->found[n] = segment_table_make(p->segments, profile->tenant, segmentation, values);
    return n + 1;
}

static bool
has_issue_type(const struct placements *p, uint32_t segmentation)
{
    const struct segmentation *s = &p->settings->segmentations[segmentation];

    for (unsigned i = 0; i < s->n; i++)
        if ((int)s->dimensions[i] == p->issue_dimension)
            return true;
    return false;
}

/* Fills p->found; returns how many. */
static size_t
find_segments(struct placements *p, const struct partial_profile *profile)
{
    size_t n = 0;

    for (unsigned s = 0; s < p->settings->n_segmentations; s++) {
        size_t n_types = has_issue_type(p, s) ? profile->issue_types.n : 0;

        if (n_types == 0)
            n = find_segment(p, n, profile, s, STR(""));
        for (size_t i = 0; i < n_types; i++)
            n = find_segment(p, n, profile, s, profile->issue_types.v[i]);
    }
    return n;
}

static uint32_t
take_place(struct placements *p)
{
    if (p->n_free > 0)
        return p->free[--p->n_free];
    p->items = mem_grow(p->items, p->n_items, &p->cap_items, sizeof(struct placement *));
    CHECK(p->n_items < INDEX_ITEM_MAX);
    return (uint32_t)p->n_items++;
}

static struct placement *
make_placement(struct placements *p, struct str key, uint64_t hash, size_t n)
{
    size_t bytes = sizeof(struct placement) + n * sizeof(uint32_t) + key.n;
    struct placement *placement = mem_new(1, bytes);
    uint32_t item = take_place(p);
    char *text = (char *)(placement->segments + n);

    p->items[item] = placement;
    placement->hash = hash;
    placement->n = (uint32_t)n;
    memcpy(placement->segments, p->found, n * sizeof(uint32_t));
    memcpy(text, key.p, key.n);
    placement->key = str_of(text, key.n);
    index_add(&p->index, hash, item);
    p->bytes += bytes;
    return placement;
}

static struct placement *
find_placement(const struct placements *p, struct str key, uint64_t hash)
{
    for (struct index_probe probe = index_probe(&p->index, hash); index_next(&p->index, &probe);) {
        struct placement *placement = p->items[probe.item];

        if (placement->hash == hash && str_equal(placement->key, key))
            return placement;
    }
    return NULL;
}

/* Keys and hashes of all profiles. */
static void
want(struct placements *p, const struct partial_profile *profiles, size_t n)
{
    if (p->cap_wanted < n) {
        p->cap_wanted = n * 2;
        p->wanted = mem_resize(p->wanted, p->cap_wanted, sizeof(*p->wanted));
    }
    strbuf_clear(&p->keys);
    for (size_t i = 0; i < n; i++) {
        struct wanted *w = &p->wanted[i];

        CHECK(profiles[i].values.n == p->settings->n_dimensions);
        w->key_start = p->keys.n;
        add_key(&p->keys, &profiles[i]);
        w->key_end = p->keys.n;
        w->item = INDEX_ITEM_MAX;
        w->hash = hash_bytes(p->keys.p + w->key_start, w->key_end - w->key_start, 0);
    }
}

/* The steps that a look-up of profile i will take, each asked for some profiles earlier. */
static void
prefetch(struct placements *p, size_t i, size_t n)
{
    if (i + 3 * AHEAD < n)
        index_prefetch(&p->index, p->wanted[i + 3 * AHEAD].hash);
    if (i + 2 * AHEAD < n) {
        struct wanted *w = &p->wanted[i + 2 * AHEAD];
        struct index_probe probe = index_probe(&p->index, w->hash);

        if (index_next(&p->index, &probe)) {
            w->item = probe.item;
            __builtin_prefetch(&p->items[w->item]);
        }
    }
    if (i + AHEAD < n && p->wanted[i + AHEAD].item != INDEX_ITEM_MAX) {
        const char *placement = (const char *)p->items[p->wanted[i + AHEAD].item];

        __builtin_prefetch(placement);
        __builtin_prefetch(placement + 64);
    }
}

void
placements_find(struct placements *p, const struct partial_profile *profiles, size_t n,
                struct placement **ret)
{
    want(p, profiles, n);
    for (size_t i = 0; i < n; i++) {
        const struct wanted *w = &p->wanted[i];
        struct str key = str_of(p->keys.p + w->key_start, w->key_end - w->key_start);

        prefetch(p, i, n);
        ret[i] = find_placement(p, key, w->hash);
        if (ret[i] == NULL)
            ret[i] = make_placement(p, key, w->hash, find_segments(p, &profiles[i]));
    }
}

static void
drop(struct placements *p, uint32_t item)
{
    struct placement *placement = p->items[item];

    p->bytes -= sizeof(*placement) + placement->n * sizeof(uint32_t) + placement->key.n;
    index_remove(&p->index, placement->hash, item);
    mem_free(placement);
    p->items[item] = NULL;
    p->free = mem_grow(p->free, p->n_free, &p->cap_free, sizeof(*p->free));
    p->free[p->n_free++] = item;
}

void
placements_collect(struct placements *p)
{
    for (uint32_t i = 0; i < p->n_items; i++) {
        struct placement *placement = p->items[i];

        if (placement == NULL)
            continue;
        if (!placement->is_waiting) {
            drop(p, i);
            continue;
        }
        placement->is_waiting = false;
        for (uint32_t j = 0; j < placement->n; j++)
            segment_get(p->segments, placement->segments[j])->is_kept = true;
    }
}

size_t
placements_bytes(const struct placements *p)
{
    return index_bytes(&p->index) + p->cap_items * sizeof(struct placement *) +
           p->cap_free * sizeof(*p->free) + p->cap_wanted * sizeof(*p->wanted) + p->keys.cap +
           p->bytes;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/placement.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/strbuf.h"

struct placements {
    const struct settings *settings;
    struct segment_table *segments;
    struct pool items; /* struct placement * */
    struct index index;
    uint32_t *numbers; /* of all items */
    size_t n;
    size_t cap;
    size_t bytes;
    int issue_dimension; /* index into settings.dimensions, -1: not used */

    struct strbuf key;     /* scratch */
    uint32_t *found;       /* scratch */
    size_t cap_found;
};

struct placements *
placements_new(const struct settings *settings, struct segment_table *segments)
{
    struct placements *p = mem_new(1, sizeof(*p));

    p->settings = settings;
    p->segments = segments;
    pool_init(&p->items, sizeof(struct placement *));
    p->issue_dimension = -1;
    for (unsigned i = 0; i < settings->n_dimensions; i++)
        if (settings->dimensions[i].id == DIMENSION_ISSUE_TYPE)
            p->issue_dimension = (int)i;
    return p;
}

struct placement *
placement_get(const struct placements *p, uint32_t number)
{
    struct placement **item = pool_get(&p->items, number);

    return *item;
}

uint32_t
placements_count(const struct placements *p)
{
    return (uint32_t)p->n;
}

void
placements_free(struct placements **p)
{
    struct placements *all = *p;

    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n; i++)
        mem_free(placement_get(all, all->numbers[i]));
    pool_fini(&all->items);
    index_fini(&all->index);
    strbuf_fini(&all->key);
    mem_free(all->numbers);
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

/* The profile as bytes: equal bytes, equal profile. */
static struct str
key_of(struct placements *p, const struct partial_profile *profile)
{
    strbuf_clear(&p->key);
    add_sized(&p->key, profile->tenant);
    for (size_t i = 0; i < profile->values.n; i++)
        add_sized(&p->key, profile->values.v[i]);
    for (size_t i = 0; i < profile->issue_types.n; i++)
        add_sized(&p->key, profile->issue_types.v[i]);
    return strbuf_str(&p->key);
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
make_placement(struct placements *p, struct str key, uint64_t hash, size_t n)
{
    size_t bytes = sizeof(struct placement) + n * sizeof(uint32_t) + key.n;
    struct placement *placement = mem_new(1, bytes);
    uint32_t number = pool_add(&p->items);
    struct placement **item = pool_get(&p->items, number);
    char *text = (char *)(placement->segments + n);

    *item = placement;
    placement->hash = hash;
    placement->n = (uint32_t)n;
    memcpy(placement->segments, p->found, n * sizeof(uint32_t));
    memcpy(text, key.p, key.n);
    placement->key = str_of(text, key.n);
    index_add(&p->index, hash, number);
    p->numbers = mem_grow(p->numbers, p->n, &p->cap, sizeof(*p->numbers));
    p->numbers[p->n++] = number;
    p->bytes += bytes;
    return number;
}

uint32_t
placement_of_profile(struct placements *p, const struct partial_profile *profile)
{
    struct str key = key_of(p, profile);
    uint64_t hash = hash_str(key, 0);

    for (struct index_probe probe = index_probe(&p->index, hash); index_next(&p->index, &probe);) {
        const struct placement *placement = placement_get(p, probe.item);

        if (placement->hash == hash && str_equal(placement->key, key))
            return probe.item;
    }
    CHECK(profile->values.n == p->settings->n_dimensions);
    return make_placement(p, key, hash, find_segments(p, profile));
}

void
placements_collect(struct placements *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n; i++) {
        uint32_t number = p->numbers[i];
        struct placement *placement = placement_get(p, number);

        if (placement->is_waiting) {
            placement->is_waiting = false;
            for (uint32_t j = 0; j < placement->n; j++)
                segment_get(p->segments, placement->segments[j])->is_kept = true;
            p->numbers[kept++] = number;
            continue;
        }
        p->bytes -= sizeof(*placement) + placement->n * sizeof(uint32_t) + placement->key.n;
        index_remove(&p->index, placement->hash, number);
        mem_free(placement);
        pool_remove(&p->items, number);
    }
    p->n = kept;
}

size_t
placements_bytes(const struct placements *p)
{
    return pool_bytes(&p->items) + index_bytes(&p->index) + p->cap * sizeof(*p->numbers) + p->bytes;
}

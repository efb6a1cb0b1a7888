/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/segment_table.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdlib.h>

enum { NO_DIMENSION = -1 };

struct segment_table {
    const struct settings *settings;
    struct pool segments;
    struct pool groups;
    struct index by_id;
    struct index by_group;
    struct strbuf text;             /* scratch */
    size_t text_bytes;              /* of all segments and groups */
    int channel[SEGMENTATIONS_MAX]; /* place of channel in the segmentation, or NO_DIMENSION */

    uint32_t *order; /* ranked segments, then those that were made since */
    size_t n_ranked;
    size_t n;
    size_t cap_order;
    uint32_t *ranks; /* by number */
    size_t cap_ranks;
};

struct segment_table *
segment_table_new(const struct settings *settings)
{
    struct segment_table *t = mem_new(1, sizeof(*t));
    size_t n = settings->n_windows;

    t->settings = settings;
    pool_init(&t->segments, (offsetof(struct segment, newest) + n * sizeof(uint32_t) + 7) / 8 * 8);
    pool_init(&t->groups, sizeof(struct segment_group) + n * sizeof(struct group_mark));
    for (unsigned s = 0; s < settings->n_segmentations; s++) {
        const struct segmentation *segmentation = &settings->segmentations[s];

        t->channel[s] = NO_DIMENSION;
        for (unsigned i = 0; i < segmentation->n; i++)
            if (settings->dimensions[segmentation->dimensions[i]].id == DIMENSION_CHANNEL)
                t->channel[s] = (int)i;
    }
    return t;
}

struct segment *
segment_get(const struct segment_table *t, uint32_t number)
{
    return pool_get(&t->segments, number);
}

struct segment_group *
segment_group_get(const struct segment_table *t, uint32_t number)
{
    return pool_get(&t->groups, number);
}

void
segment_add_age(struct segment *s, enum age_kind kind, evtime_ms birth, int64_t count)
{
    if (s->ages == NULL)
        s->ages = mem_new(AGE_KINDS, sizeof(*s->ages));
    ages_add(&s->ages[kind], birth, count);
}

uint32_t
segment_table_count(const struct segment_table *t)
{
    return (uint32_t)t->n;
}

static size_t
text_bytes(struct str tenant, struct str id, const struct str *values, unsigned n)
{
    size_t bytes = sizeof(struct segment_text) + n * sizeof(struct str) + tenant.n + id.n;

    for (unsigned i = 0; i < n; i++)
        bytes += values[i].n;
    return bytes;
}

static void
free_group(struct segment_table *t, uint32_t number)
{
    struct segment_group *group = segment_group_get(t, number);

    t->text_bytes -= group->n_key;
    index_remove(&t->by_group, group->hash, number);
    mem_free(group->key);
    pool_remove(&t->groups, number);
}

/* Leaves the chain of its group as it is: whoever frees some segments of many chains the others
 * again. */
static void
free_segment(struct segment_table *t, uint32_t number)
{
    struct segment *s = segment_get(t, number);

    if (s->group != 0 && --segment_group_get(t, s->group)->n_segments == 0)
        free_group(t, s->group);
    t->text_bytes -= text_bytes(s->text->tenant, s->text->id, s->text->values,
                                t->settings->segmentations[s->segmentation].n);
    index_remove(&t->by_id, s->text->hash, number);
    mem_free(s->text);
    for (int kind = 0; s->ages != NULL && kind < AGE_KINDS; kind++)
        ages_fini(&s->ages[kind]);
    mem_free(s->ages);
    pool_remove(&t->segments, number);
}

void
segment_table_free(struct segment_table **t)
{
    struct segment_table *table = *t;

    if (table == NULL)
        return;
    for (size_t i = 0; i < table->n; i++)
        free_segment(table, table->order[i]);
    pool_fini(&table->segments);
    pool_fini(&table->groups);
    index_fini(&table->by_id);
    index_fini(&table->by_group);
    strbuf_fini(&table->text);
    mem_free(table->order);
    mem_free(table->ranks);
    mem_free(table);
    *t = NULL;
}

static void
add_escaped(struct strbuf *b, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '|' || c == '=' || c == '\\')
            strbuf_add_char(b, '\\');
        strbuf_add_char(b, c);
    }
}

/* Appends the segment_id, without the dimension at place `without`. */
static void
add_id(struct strbuf *b, const struct settings *settings, uint32_t segmentation,
       const struct str *values, int without)
{
    const struct segmentation *s = &settings->segmentations[segmentation];

    add_escaped(b, s->name);
    for (unsigned i = 0; i < s->n; i++) {
        const struct dimension *d = &settings->dimensions[s->dimensions[i]];

        if ((int)i == without)
            continue;
        strbuf_add_char(b, '|');
        strbuf_add(b, str_from(dimension_names[d->id]));
        if (d->id == DIMENSION_CUSTOM) {
            strbuf_add_char(b, '.');
            add_escaped(b, d->custom_key);
        }
        strbuf_add_char(b, '=');
        add_escaped(b, values[i]);
    }
}

static struct str
copy_text(char **at, struct str text)
{
    struct str copy = str_of(*at, text.n);

    if (text.n > 0)
        memcpy(*at, text.p, text.n);
    *at += text.n;
    return copy;
}

static struct segment_text *
make_text(struct str tenant, struct str id, const struct str *values, unsigned n)
{
    struct segment_text *text = mem_new(1, text_bytes(tenant, id, values, n));
    char *at = (char *)(text->values + n);

    text->tenant = copy_text(&at, tenant);
    text->id = copy_text(&at, id);
    for (unsigned i = 0; i < n; i++)
        text->values[i] = copy_text(&at, values[i]);
    return text;
}

/* The tenant's length in front keeps ("a", "b") and ("ab", "") apart. */
static struct str
group_key(struct segment_table *t, struct str tenant, uint32_t segmentation,
          const struct str *values)
{
    strbuf_clear(&t->text);
    strbuf_add_be32(&t->text, (uint32_t)tenant.n);
    strbuf_add(&t->text, tenant);
    add_id(&t->text, t->settings, segmentation, values, t->channel[segmentation]);
    return strbuf_str(&t->text);
}

static uint32_t
make_group(struct segment_table *t, struct str key)
{
    uint64_t hash = hash_str(key, 0);
    struct segment_group *group;
    uint32_t number;

    for (struct index_probe probe = index_probe(&t->by_group, hash);
         index_next(&t->by_group, &probe);) {
        group = segment_group_get(t, probe.item);
        if (str_equal(str_of(group->key, group->n_key), key))
            return probe.item;
    }
    number = pool_add(&t->groups);
    group = segment_group_get(t, number);
    group->hash = hash;
    group->n_key = key.n;
    group->key = mem_new(1, key.n);
    memcpy(group->key, key.p, key.n);
    index_add(&t->by_group, hash, number);
    t->text_bytes += key.n;
    return number;
}

static void
chain(struct segment_table *t, uint32_t number, struct segment *s)
{
    struct segment_group *group = segment_group_get(t, s->group);

    s->next_in_group = group->first;
    group->first = number;
}

static void
enter_group(struct segment_table *t, uint32_t number, struct segment *s)
{
    if (t->channel[s->segmentation] == NO_DIMENSION)
        return;
    s->group = make_group(t, group_key(t, s->text->tenant, s->segmentation, s->text->values));
    segment_group_get(t, s->group)->n_segments++;
    chain(t, number, s);
}

uint32_t
segment_table_make(struct segment_table *t, struct str tenant, uint32_t segmentation,
                   const struct str *values)
{
    unsigned n = t->settings->segmentations[segmentation].n;
    uint64_t hash;
    struct str id;
    struct segment *s;
    uint32_t number;

    CHECK(segmentation < t->settings->n_segmentations);
    strbuf_clear(&t->text);
    add_id(&t->text, t->settings, segmentation, values, NO_DIMENSION);
    id = strbuf_str(&t->text);
    hash = hash_str(id, hash_str(tenant, 0));
    for (struct index_probe probe = index_probe(&t->by_id, hash); index_next(&t->by_id, &probe);) {
        const struct segment_text *text = segment_get(t, probe.item)->text;

        if (text->hash == hash && str_equal(text->id, id) && str_equal(text->tenant, tenant))
            return probe.item;
    }
    number = pool_add(&t->segments);
    s = segment_get(t, number);
    s->segmentation = (uint16_t)segmentation;
    s->text = make_text(tenant, id, values, n);
    s->text->hash = hash;
    t->text_bytes += text_bytes(tenant, id, values, n);
    enter_group(t, number, s);
    index_add(&t->by_id, hash, number);
    t->order = mem_grow(t->order, t->n, &t->cap_order, sizeof(*t->order));
    t->order[t->n++] = number;
    return number;
}

struct ranked {
    struct str tenant;
    struct str id;
    uint32_t number;
};

static int
compare_keys(const struct ranked *a, const struct ranked *b)
{
    int order = str_compare(a->tenant, b->tenant);

    return order != 0 ? order : str_compare(a->id, b->id);
}

static int
compare_ranked(const void *a, const void *b)
{
    return compare_keys(a, b);
}

static struct ranked
ranked_of(const struct segment_table *t, uint32_t number)
{
    const struct segment_text *text = segment_get(t, number)->text;

    return (struct ranked){text->tenant, text->id, number};
}

/* How many of the first n in the order come before the key. */
static size_t
count_before(const struct segment_table *t, size_t n, const struct ranked *key)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;
        struct ranked other = ranked_of(t, t->order[middle]);

        if (compare_keys(&other, key) < 0)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* Merges the new ones in from the back; what is before the first of them stays. Returns that place.
 */
static size_t
merge_new(struct segment_table *t, const struct ranked *fresh, size_t n_fresh)
{
    size_t end = t->n_ranked; /* of the old ones that were not moved yet */

    for (size_t i = n_fresh; i > 0; i--) {
        size_t place = count_before(t, end, &fresh[i - 1]);

        memmove(&t->order[place + i], &t->order[place], (end - place) * sizeof(*t->order));
        t->order[place + i - 1] = fresh[i - 1].number;
        end = place;
    }
    return end;
}

void
segment_table_rank(struct segment_table *t)
{
    size_t n_fresh = t->n - t->n_ranked;
    struct ranked *fresh;
    size_t first;

    if (n_fresh == 0)
        return;
    fresh = mem_new(n_fresh, sizeof(*fresh));
    for (size_t i = 0; i < n_fresh; i++)
        fresh[i] = ranked_of(t, t->order[t->n_ranked + i]);
    qsort(fresh, n_fresh, sizeof(*fresh), compare_ranked);
    first = merge_new(t, fresh, n_fresh);
    mem_free(fresh);
    t->n_ranked = t->n;
    if (t->cap_ranks < t->segments.next) {
        t->cap_ranks = (size_t)t->segments.next * 2;
        t->ranks = mem_resize(t->ranks, t->cap_ranks, sizeof(*t->ranks));
    }
    for (size_t i = first; i < t->n; i++)
        t->ranks[t->order[i]] = (uint32_t)i;
}

uint32_t
segment_rank(const struct segment_table *t, uint32_t number)
{
    return t->ranks[number];
}

uint32_t
segment_at_rank(const struct segment_table *t, uint32_t rank)
{
    CHECK(rank < t->n && t->n_ranked == t->n);
    return t->order[rank];
}

void
segment_table_collect(struct segment_table *t)
{
    size_t kept = 0;

    segment_table_rank(t);
    for (size_t i = 0; i < t->n; i++) {
        const struct segment *s = segment_get(t, t->order[i]);

        if (s->group != 0)
            segment_group_get(t, s->group)->first = 0;
    }
    for (size_t i = 0; i < t->n; i++) {
        uint32_t number = t->order[i];
        struct segment *s = segment_get(t, number);

        if (s->n_entries == 0 && s->level == 0 && !s->is_kept) {
            free_segment(t, number);
            continue;
        }
        s->is_kept = false;
        if (s->group != 0)
            chain(t, number, s);
        t->ranks[number] = (uint32_t)kept;
        t->order[kept++] = number;
    }
    t->n = t->n_ranked = kept;
}

size_t
segment_table_bytes(const struct segment_table *t)
{
    return pool_bytes(&t->segments) + pool_bytes(&t->groups) + index_bytes(&t->by_id) +
           index_bytes(&t->by_group) + t->text_bytes + t->cap_order * sizeof(*t->order) +
           t->cap_ranks * sizeof(*t->ranks);
}

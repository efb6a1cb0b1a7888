/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/hop/profile.h"

#include "base/check.h"
#include "base/index.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/pool.h"

#include <stdlib.h>

struct profile_item {
    uint32_t references;
    uint32_t tuple[]; /* of width texts */
};

struct profiles {
    struct intern *texts;
    struct pool items;
    struct index index;
    unsigned width;      /* texts in a tuple */
    int issue_dimension; /* place in the tuple of the issue types, 0: not used */
};

struct profiles *
profiles_new(const struct settings *settings)
{
    struct profiles *p = mem_new(1, sizeof(*p));

    p->texts = intern_new();
    p->width = 1 + settings->n_dimensions;
    for (unsigned i = 0; i < settings->n_dimensions; i++)
        if (settings->dimensions[i].id == DIMENSION_ISSUE_TYPE)
            p->issue_dimension = (int)i + 1;
    pool_init(&p->items, sizeof(struct profile_item) + p->width * sizeof(uint32_t));
    return p;
}

void
profiles_free(struct profiles **p)
{
    if (*p == NULL)
        return;
    intern_free(&(*p)->texts);
    pool_fini(&(*p)->items);
    index_fini(&(*p)->index);
    mem_free(*p);
    *p = NULL;
}

size_t
profiles_bytes(const struct profiles *p)
{
    return intern_bytes(p->texts) + pool_bytes(&p->items) + index_bytes(&p->index);
}

uint32_t
profiles_count(const struct profiles *p)
{
    return p->items.n;
}

uint32_t
profiles_text(struct profiles *p, struct str text)
{
    return intern_get(p->texts, text);
}

void
profiles_text_release(struct profiles *p, uint32_t text)
{
    intern_release(p->texts, text);
}

bool
profiles_text_is(const struct profiles *p, uint32_t text, struct str value)
{
    return str_equal(intern_text(p->texts, text), value);
}

static struct profile_item *
item_of(const struct profiles *p, uint32_t profile)
{
    return pool_get(&p->items, profile);
}

static uint64_t
tuple_hash(const struct profiles *p, const uint32_t *tuple)
{
    return hash_bytes(tuple, p->width * sizeof(*tuple), 0);
}

uint32_t
profile_get(struct profiles *p, const uint32_t *tuple)
{
    uint64_t hash = tuple_hash(p, tuple);
    struct profile_item *item;
    uint32_t profile;

    for (struct index_probe probe = index_probe(&p->index, hash); index_next(&p->index, &probe);) {
        item = item_of(p, probe.item);
        if (memcmp(item->tuple, tuple, p->width * sizeof(*tuple)) == 0) {
            item->references++;
            return probe.item;
        }
    }
    profile = pool_add(&p->items);
    item = item_of(p, profile);
    item->references = 1;
    for (unsigned i = 0; i < p->width; i++) {
        item->tuple[i] = tuple[i];
        intern_hold(p->texts, tuple[i]);
    }
    index_add(&p->index, hash, profile);
    return profile;
}

void
profile_hold(struct profiles *p, uint32_t profile)
{
    item_of(p, profile)->references++;
}

void
profile_release(struct profiles *p, uint32_t profile)
{
    struct profile_item *item = item_of(p, profile);

    CHECK(item->references > 0);
    if (--item->references > 0)
        return;
    index_remove(&p->index, tuple_hash(p, item->tuple), profile);
    for (unsigned i = 0; i < p->width; i++)
        intern_release(p->texts, item->tuple[i]);
    pool_remove(&p->items, profile);
}

void
profile_prefetch(const struct profiles *p, uint32_t profile)
{
    __builtin_prefetch(item_of(p, profile));
}

void
profile_prefetch_texts(const struct profiles *p, uint32_t profile)
{
    const uint32_t *tuple = profile_tuple(p, profile);

    for (unsigned i = 0; i < p->width; i++)
        intern_prefetch(p->texts, tuple[i]);
}

const uint32_t *
profile_tuple(const struct profiles *p, uint32_t profile)
{
    return item_of(p, profile)->tuple;
}

uint32_t
profile_tenant(const struct profiles *p, uint32_t profile)
{
    return item_of(p, profile)->tuple[0];
}

struct str
profile_tenant_text(const struct profiles *p, uint32_t profile)
{
    return intern_text(p->texts, profile_tenant(p, profile));
}

uint32_t
profile_with(struct profiles *p, uint32_t profile, unsigned dimension, struct str value)
{
    uint32_t tuple[PROFILE_TUPLE_MAX];
    uint32_t text = intern_get(p->texts, value);
    uint32_t changed;

    memcpy(tuple, item_of(p, profile)->tuple, p->width * sizeof(*tuple));
    tuple[1 + dimension] = text;
    changed = profile_get(p, tuple);
    intern_release(p->texts, text);
    return changed;
}

void
profile_describe(const struct profiles *p, uint32_t profile, struct arena *a,
                 struct partial_profile *ret)
{
    const uint32_t *tuple = profile_tuple(p, profile);

    *ret = (struct partial_profile){.tenant = intern_text(p->texts, tuple[0])};
    ret->values.n = p->width - 1;
    ret->values.v = arena_alloc(a, ret->values.n, sizeof(*ret->values.v));
    for (unsigned i = 1; i < p->width; i++)
        ret->values.v[i - 1] = intern_text(p->texts, tuple[i]);
    if (p->issue_dimension > 0) {
        struct str *packed = &ret->values.v[p->issue_dimension - 1];

        ret->issue_types.v = issue_types_unpack(*packed, a, &ret->issue_types.n);
        *packed = STR("");
    }
}

uint32_t
profile_of_description(struct profiles *p, const struct partial_profile *d)
{
    uint32_t tuple[PROFILE_TUPLE_MAX];
    struct arena a = {0};
    uint32_t profile;

    CHECK(d->values.n == p->width - 1);
    tuple[0] = intern_get(p->texts, d->tenant);
    for (unsigned i = 1; i < p->width; i++) {
        struct str value = d->values.v[i - 1];

        if ((int)i == p->issue_dimension)
            value = issue_types_pack(d->issue_types.v, d->issue_types.n, &a);
        tuple[i] = intern_get(p->texts, value);
    }
    profile = profile_get(p, tuple);
    for (unsigned i = 0; i < p->width; i++)
        intern_release(p->texts, tuple[i]);
    arena_fini(&a);
    return profile;
}

static int
compare_types(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

struct str
issue_types_pack(const struct str *types, size_t n, struct arena *a)
{
    struct str *sorted = arena_alloc(a, n, sizeof(*sorted));
    size_t bytes = 0;
    char *packed;
    char *at;

    if (n == 0)
        return STR("");
    memcpy(sorted, types, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), compare_types);
    for (size_t i = 0; i < n; i++)
        bytes += sizeof(uint32_t) + sorted[i].n;
    packed = at = arena_alloc(a, bytes, 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)sorted[i].n;

        if (length == 0 || (i > 0 && str_equal(sorted[i], sorted[i - 1])))
            continue;
        memcpy(at, &length, sizeof(length));
        memcpy(at + sizeof(length), sorted[i].p, length);
        at += sizeof(length) + length;
    }
    return str_of(packed, (size_t)(at - packed));
}

struct str *
issue_types_unpack(struct str packed, struct arena *a, size_t *ret_n)
{
    struct str *types = arena_alloc(a, packed.n / sizeof(uint32_t), sizeof(*types));
    size_t n = 0;

    for (size_t at = 0; at < packed.n;) {
        uint32_t length;

        memcpy(&length, packed.p + at, sizeof(length));
        types[n++] = str_of(packed.p + at + sizeof(length), length);
        at += sizeof(length) + length;
    }
    *ret_n = n;
    return types;
}

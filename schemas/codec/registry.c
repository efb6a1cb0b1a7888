/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/registry.h"

#include "base/mem.h"

struct entry {
    uint64_t key;
    struct plan *plan; /* NULL unless result is DECODE_OK */
    enum decode_result result;
    struct error *error; /* why not */
};

/*
 * Entries are sorted by key: a topic has tens of schemas, so that finding one is a handful of
 * comparisons, and the last one found is usually the next one wanted.
 */
struct registry {
    registry_load_fn *load;
    void *context;
    void (*free_context)(void *context);
    const struct avro_desc *reader;
    struct entry *v;
    size_t n;
    size_t cap;
    size_t last;
};

struct registry *
registry_new(registry_load_fn *load, void *context, void (*free_context)(void *context),
             const struct avro_desc *reader)
{
    struct registry *r = mem_new(1, sizeof(*r));

    r->load = load;
    r->context = context;
    r->free_context = free_context;
    r->reader = reader;
    return r;
}

static void
fini_entry(struct entry *e)
{
    plan_free(&e->plan);
    mem_free(e->error);
}

void
registry_free(struct registry **registry)
{
    struct registry *r = *registry;

    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n; i++)
        fini_entry(&r->v[i]);
    mem_free(r->v);
    if (r->free_context != NULL)
        r->free_context(r->context);
    mem_free(r);
    *registry = NULL;
}

/* Where the key is, or belongs. */
static size_t
place_of(const struct registry *r, uint64_t key)
{
    size_t low = 0;
    size_t high = r->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (r->v[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes the plan or the error into the table. */
static enum decode_result
keep(struct registry *r, uint64_t key, struct plan *plan, enum decode_result result,
     const struct error *error)
{
    size_t at = place_of(r, key);
    struct entry *e;

    r->v = mem_grow(r->v, r->n, &r->cap, sizeof(*r->v));
    memmove(&r->v[at + 1], &r->v[at], (r->n - at) * sizeof(*r->v));
    r->n++;
    e = &r->v[at];
    *e = (struct entry){.key = key, .plan = plan, .result = result};
    if (result != DECODE_OK) {
        e->error = mem_new(1, sizeof(*error));
        *e->error = *error;
    }
    r->last = at;
    return result;
}

/* Records with ids out of thin air must not fill the memory with sentences about them. */
static void
bound_unknown(struct registry *r)
{
    enum { UNKNOWN_MAX = 1000 };
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += r->v[i].result == DECODE_UNKNOWN_SCHEMA;
    if (n >= UNKNOWN_MAX)
        registry_forget_unknown(r);
}

enum decode_result
registry_add(struct registry *r, uint64_t key, struct str schema_json, struct error *reterr)
{
    struct error error = {0};
    struct plan *plan = NULL;
    size_t at = place_of(r, key);
    enum decode_result result = DECODE_OK;

    CHECK(at == r->n || r->v[at].key != key);
    if (plan_compile(schema_json, r->reader, &plan, &error) != ERR_NONE)
        result = DECODE_IMPOSSIBLE_SCHEMA;
    if (result != DECODE_OK && reterr != NULL)
        *reterr = error;
    return keep(r, key, plan, result, &error);
}

static enum decode_result
load(struct registry *r, uint64_t key, struct error *reterr)
{
    struct error error = {0};
    struct strbuf text = {0};
    enum decode_result result = r->load(r->context, key, &text, &error);

    if (result == DECODE_OK) {
        result = registry_add(r, key, strbuf_str(&text), reterr);
    } else {
        if (reterr != NULL)
            *reterr = error;
        bound_unknown(r);
        keep(r, key, NULL, result, &error);
    }
    strbuf_fini(&text);
    return result;
}

enum decode_result
registry_get(struct registry *r, uint64_t key, const struct plan **ret, struct error *reterr)
{
    size_t at = r->last;

    if (at >= r->n || r->v[at].key != key) {
        at = place_of(r, key);
        if (at == r->n || r->v[at].key != key) {
            enum decode_result result = load(r, key, reterr);

            if (result != DECODE_OK)
                return result;
            at = r->last;
        }
        r->last = at;
    }
    if (r->v[at].result != DECODE_OK) {
        if (reterr != NULL)
            *reterr = *r->v[at].error;
        return r->v[at].result;
    }
    *ret = r->v[at].plan;
    return DECODE_OK;
}

void
registry_forget_unknown(struct registry *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (r->v[i].result == DECODE_UNKNOWN_SCHEMA)
            fini_entry(&r->v[i]);
        else
            r->v[n++] = r->v[i];
    }
    r->n = n;
    r->last = 0;
}

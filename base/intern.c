/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "base/pool.h"

struct text {
    char *p;
    size_t n;
    uint64_t hash;
    uint32_t references;
};

struct intern {
    struct pool texts;
    struct index index;
    size_t bytes;
};

struct intern *
intern_new(void)
{
    struct intern *in = mem_new(1, sizeof(*in));

    pool_init(&in->texts, sizeof(struct text));
    return in;
}

/* A freed item's bytes are the pool's, so only those that the index still names are texts. */
static void
free_texts(struct intern *in, const struct index_slots *slots)
{
    for (uint32_t i = 0; slots->slots != NULL && i <= slots->mask; i++) {
        uint32_t item = (uint32_t)slots->slots[i];

        if (item != 0 && item != (uint32_t)INDEX_MOVED)
            mem_free(((struct text *)pool_get(&in->texts, item - 1))->p);
    }
}

void
intern_free(struct intern **in)
{
    if (*in == NULL)
        return;
    free_texts(*in, &(*in)->index.now);
    free_texts(*in, &(*in)->index.old);
    pool_fini(&(*in)->texts);
    index_fini(&(*in)->index);
    mem_free(*in);
    *in = NULL;
}

uint32_t
intern_get(struct intern *in, struct str text)
{
    uint64_t hash;
    uint32_t number;
    struct text *t;

    if (text.n == 0)
        return 0;
    hash = hash_str(text, 0);
    for (struct index_probe probe = index_probe(&in->index, hash);
         index_next(&in->index, &probe);) {
        t = pool_get(&in->texts, probe.item);
        if (str_equal(str_of(t->p, t->n), text)) {
            t->references++;
            return probe.item;
        }
    }
    number = pool_add(&in->texts);
    t = pool_get(&in->texts, number);
    t->p = mem_resize(NULL, text.n, 1);
    memcpy(t->p, text.p, text.n);
    t->n = text.n;
    t->hash = hash;
    t->references = 1;
    in->bytes += text.n;
    index_add(&in->index, hash, number);
    return number;
}

void
intern_hold(struct intern *in, uint32_t number)
{
    if (number != 0)
        ((struct text *)pool_get(&in->texts, number))->references++;
}

void
intern_release(struct intern *in, uint32_t number)
{
    struct text *t;

    if (number == 0)
        return;
    t = pool_get(&in->texts, number);
    CHECK(t->references > 0);
    if (--t->references > 0)
        return;
    index_remove(&in->index, t->hash, number);
    in->bytes -= t->n;
    mem_free(t->p);
    pool_remove(&in->texts, number);
}

void
intern_prefetch(const struct intern *in, uint32_t number)
{
    if (number != 0)
        __builtin_prefetch(pool_get(&in->texts, number));
}

struct str
intern_text(const struct intern *in, uint32_t number)
{
    const struct text *t;

    if (number == 0)
        return str_of("", 0);
    t = pool_get(&in->texts, number);
    return str_of(t->p, t->n);
}

size_t
intern_bytes(const struct intern *in)
{
    return in->bytes + pool_bytes(&in->texts) + index_bytes(&in->index);
}

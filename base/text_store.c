/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text_store.h"

#include "base/check.h"
#include "base/mem.h"

enum {
    UNIT = 4, /* bytes: what a reference counts in */
    CHUNK_UNITS = 1 << 16,
    HEADER = 2, /* bytes of the length */
    SIZES = (TEXT_STORE_MAX + HEADER) / UNIT + 1
};

struct text_store {
    char **chunks;
    size_t n_chunks;
    size_t cap_chunks;
    uint32_t used;             /* units of the last chunk */
    uint32_t freed[SIZES + 1]; /* by units: the head of a list through the freed places */
};

struct text_store *
text_store_new(void)
{
    struct text_store *s = mem_new(1, sizeof(*s));

    s->used = CHUNK_UNITS;
    return s;
}

void
text_store_free(struct text_store **s)
{
    if (*s == NULL)
        return;
    for (size_t i = 0; i < (*s)->n_chunks; i++)
        mem_free((*s)->chunks[i]);
    mem_free((*s)->chunks);
    mem_free(*s);
    *s = NULL;
}

static char *
place_of(const struct text_store *s, uint32_t reference)
{
    return s->chunks[reference / CHUNK_UNITS] + (size_t)(reference % CHUNK_UNITS) * UNIT;
}

static uint32_t
units_of(size_t n)
{
    return (uint32_t)((n + HEADER + UNIT - 1) / UNIT);
}

static uint32_t
new_place(struct text_store *s, uint32_t units)
{
    uint32_t reference = s->freed[units];

    if (reference != 0) {
        memcpy(&s->freed[units], place_of(s, reference), sizeof(reference));
        return reference;
    }
    if (s->used + units > CHUNK_UNITS) {
        CHECK(s->n_chunks < CHUNK_UNITS);
        s->chunks = mem_grow(s->chunks, s->n_chunks, &s->cap_chunks, sizeof(*s->chunks));
        s->chunks[s->n_chunks] = mem_new(CHUNK_UNITS, UNIT);
        s->used = s->n_chunks == 0 ? 1 : 0;
        s->n_chunks++;
    }
    reference = (uint32_t)(s->n_chunks - 1) * CHUNK_UNITS + s->used;
    s->used += units;
    return reference;
}

uint32_t
text_store_add(struct text_store *s, struct str text)
{
    uint32_t reference;
    uint16_t length = (uint16_t)text.n;

    CHECK(text.n <= TEXT_STORE_MAX);
    reference = new_place(s, units_of(text.n));
    memcpy(place_of(s, reference), &length, HEADER);
    if (text.n > 0)
        memcpy(place_of(s, reference) + HEADER, text.p, text.n);
    return reference;
}

void
text_store_remove(struct text_store *s, uint32_t reference)
{
    uint32_t units = units_of(text_store_get(s, reference).n);

    memcpy(place_of(s, reference), &s->freed[units], sizeof(reference));
    s->freed[units] = reference;
}

void
text_store_prefetch(const struct text_store *s, uint32_t reference)
{
    __builtin_prefetch(place_of(s, reference));
}

struct str
text_store_get(const struct text_store *s, uint32_t reference)
{
    const char *place = place_of(s, reference);
    uint16_t length;

    memcpy(&length, place, HEADER);
    return str_of(place + HEADER, length);
}

size_t
text_store_bytes(const struct text_store *s)
{
    return sizeof(*s) + s->n_chunks * CHUNK_UNITS * UNIT;
}

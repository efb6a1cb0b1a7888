/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/codec_events.h"

#define STORE(base, at, value) memcpy((base) + (at), &(value), sizeof(value))

static void random_slot(const struct avro_field *f, uint64_t *seed, struct arena *arena, char *base,
                        int depth);

/* splitmix64 */
uint64_t
codec_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Of any magnitude: as many small numbers as large ones. */
static int64_t
random_long(uint64_t *seed)
{
    int64_t v = (int64_t)(codec_random(seed) >> (codec_random(seed) % 64));

    return codec_random(seed) % 2 == 0 ? v : -v;
}

static struct str
random_string(uint64_t *seed, struct arena *arena)
{
    static const char *const pieces[] = {
        "a", "Z9", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\"", "\\", "\n", " "};
    size_t n = codec_random(seed) % 12;
    size_t used = 0;
    char *p;

    if (codec_random(seed) % 20 == 0)
        n = codec_random(seed) % 200;
    p = arena_alloc(arena, n * 4, 1);
    for (size_t i = 0; i < n; i++) {
        bool is_plain = codec_random(seed) % 4 != 0;
        const char *piece = pieces[is_plain ? 0 : codec_random(seed) % 9];

        memcpy(p + used, piece, strlen(piece));
        used += strlen(piece);
    }
    return str_of(p, used);
}

static void
random_list(const struct avro_field *f, uint64_t *seed, struct arena *arena, char *base, int depth)
{
    const struct avro_items *items = f->of.items;
    size_t n = depth > 6 ? 0 : codec_random(seed) % 4;
    struct avro_list list = {.v = n > 0 ? arena_alloc(arena, n, items->size) : NULL, .n = n};

    for (size_t i = 0; i < n; i++) {
        char *item = (char *)list.v + i * items->size;

        memset(item, 0, items->size);
        if (f->kind == AVK_MAP) {
            /* Keys of one map differ, or the oracle would keep one entry of two. */
            struct str key = random_string(seed, arena);
            char *p = arena_alloc(arena, key.n + 1, 1);

            memcpy(p + 1, key.p, key.n);
            p[0] = (char)('a' + i);
            key = str_of(p, key.n + 1);
            STORE(item, 0, key);
        }
        random_slot(&items->slot, seed, arena, item, depth + 1);
    }
    STORE(base, f->at, list);
}

static void
random_number(const struct avro_field *f, uint64_t *seed, char *base)
{
    int64_t v = random_long(seed);
    int32_t small = (int32_t)v;
    double wide = (double)v / 8;
    float narrow = (float)wide;

    if (avro_field_is_decimal64(f))
        v %= INT64_C(1000000000000000000);
    if (f->kind == AVK_FIXED && avro_field_is_decimal64(f))
        v %= INT64_C(100000000); /* what four bytes hold */
    if (f->kind == AVK_INT)
        STORE(base, f->at, small);
    else if (f->kind == AVK_FLOAT)
        STORE(base, f->at, narrow);
    else if (f->kind == AVK_DOUBLE)
        STORE(base, f->at, wide);
    else
        STORE(base, f->at, v);
}

static void
random_value(const struct avro_field *f, uint64_t *seed, struct arena *arena, char *base, int depth)
{
    struct str s;
    uint32_t index;

    if (f->kind == AVK_STRING || (f->kind == AVK_BYTES && !avro_field_is_decimal64(f))) {
        s = random_string(seed, arena);
        STORE(base, f->at, s);
    } else if (f->kind == AVK_BOOLEAN || f->kind == AVK_NULL) {
        base[f->at] = f->kind == AVK_BOOLEAN && codec_random(seed) % 2;
    } else if (f->kind == AVK_ENUM) {
        index = (uint32_t)(codec_random(seed) % f->of.named->n);
        STORE(base, f->at, index);
    } else if (f->kind == AVK_RECORD) {
        for (size_t i = 0; i < f->of.named->n; i++)
            random_slot(&f->of.named->fields[i], seed, arena, base + f->at, depth + 1);
    } else if (f->kind == AVK_ARRAY || f->kind == AVK_MAP) {
        random_list(f, seed, arena, base, depth);
    } else if (f->kind == AVK_UNION) {
        index = (uint32_t)(codec_random(seed) % f->of.branches->n);
        random_slot(&f->of.branches->v[index], seed, arena, base + f->at, depth + 1);
        index++;
        STORE(base, f->at, index);
    } else if (f->kind == AVK_FIXED && !avro_field_is_decimal64(f)) {
        for (size_t i = 0; i < f->of.named->size; i++)
            base[f->at + i] = (char)codec_random(seed);
    } else {
        random_number(f, seed, base);
    }
}

static void
random_slot(const struct avro_field *f, uint64_t *seed, struct arena *arena, char *base, int depth)
{
    if (f->is_nullable) {
        base[f->has_at] = codec_random(seed) % 2;
        if (base[f->has_at] == 0)
            return;
    }
    random_value(f, seed, arena, base, depth);
}

void
codec_random_record(const struct avro_desc *desc, uint64_t *seed, struct arena *arena, void *ret)
{
    memset(ret, 0, desc->size);
    for (size_t i = 0; i < desc->n; i++)
        random_slot(&desc->fields[i], seed, arena, ret, 0);
}

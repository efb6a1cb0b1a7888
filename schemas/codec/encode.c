/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/encode.h"

#include "base/check.h"

static void encode_slot(const struct avro_field *f, const char *base, struct strbuf *out);

#define LOAD(base, at, ret) memcpy((ret), (base) + (at), sizeof(*(ret)))

void
avro_encode_long(struct strbuf *out, int64_t v)
{
    uint64_t rest = ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
    char *p = strbuf_reserve(out, 10);
    size_t n = 0;

    while (rest >= 0x80) {
        p[n++] = (char)(rest | 0x80);
        rest >>= 7;
    }
    p[n++] = (char)rest;
    strbuf_added(out, n);
}

static void
encode_bytes(struct strbuf *out, struct str s)
{
    avro_encode_long(out, (int64_t)s.n);
    strbuf_add(out, s);
}

static void
encode_le(struct strbuf *out, uint64_t bits, size_t n)
{
    char *p = strbuf_reserve(out, n);

    for (size_t i = 0; i < n; i++)
        p[i] = (char)(bits >> (8 * i));
    strbuf_added(out, n);
}

/* Two's complement, big-endian: as short as it goes in bytes, all of `size` in a fixed. */
static void
encode_decimal(const struct avro_field *f, int64_t v, struct strbuf *out)
{
    size_t n = 1;

    while (n < 8 && (v >> (8 * n - 1)) != (v >> 63))
        n++;
    if (f->kind == AVK_FIXED) {
        CHECK(n <= f->of.named->size);
        n = f->of.named->size;
    } else {
        avro_encode_long(out, (int64_t)n);
    }
    for (size_t i = n; i > 0; i--)
        strbuf_add_char(out, (char)(i > 8 ? v >> 63 : v >> (8 * (i - 1))));
}

static void
encode_record(const struct avro_desc *desc, const char *base, struct strbuf *out)
{
    for (size_t i = 0; i < desc->n; i++)
        encode_slot(&desc->fields[i], base, out);
}

static void
encode_list(const struct avro_field *f, const char *base, struct strbuf *out)
{
    const struct avro_items *items = f->of.items;
    struct avro_list list;

    LOAD(base, f->at, &list);
    if (list.n > 0)
        avro_encode_long(out, (int64_t)list.n);
    for (size_t i = 0; i < list.n; i++) {
        const char *item = (const char *)list.v + i * items->size;
        struct str key;

        if (f->kind == AVK_MAP) {
            LOAD(item, 0, &key);
            encode_bytes(out, key);
        }
        encode_slot(&items->slot, item, out);
    }
    avro_encode_long(out, 0);
}

static void
encode_union(const struct avro_field *f, const char *base, struct strbuf *out)
{
    uint32_t kind;

    LOAD(base, f->at, &kind);
    CHECK(kind > 0 && kind <= f->of.branches->n);
    avro_encode_long(out, (int64_t)kind - 1);
    encode_slot(&f->of.branches->v[kind - 1], base + f->at, out);
}

static void
encode_number(const struct avro_field *f, const char *base, struct strbuf *out)
{
    int32_t small;
    int64_t v;
    uint32_t bits32;
    uint64_t bits64;

    if (f->kind == AVK_INT || f->kind == AVK_ENUM) {
        LOAD(base, f->at, &small);
        CHECK(f->kind != AVK_ENUM || (uint32_t)small < f->of.named->n);
        avro_encode_long(out, small);
    } else if (f->kind == AVK_FLOAT) {
        LOAD(base, f->at, &bits32);
        encode_le(out, bits32, 4);
    } else if (f->kind == AVK_DOUBLE) {
        LOAD(base, f->at, &bits64);
        encode_le(out, bits64, 8);
    } else {
        LOAD(base, f->at, &v);
        if (f->kind == AVK_LONG)
            avro_encode_long(out, v);
        else
            encode_decimal(f, v, out);
    }
}

static void
encode_value(const struct avro_field *f, const char *base, struct strbuf *out)
{
    struct str s;

    if (avro_field_is_decimal64(f)) {
        encode_number(f, base, out);
        return;
    }
    switch (f->kind) {
    case AVK_NULL:
        break;
    case AVK_BOOLEAN:
        strbuf_add_char(out, base[f->at] != 0);
        break;
    case AVK_INT:
    case AVK_LONG:
    case AVK_FLOAT:
    case AVK_DOUBLE:
    case AVK_ENUM:
        encode_number(f, base, out);
        break;
    case AVK_BYTES:
    case AVK_STRING:
        LOAD(base, f->at, &s);
        encode_bytes(out, s);
        break;
    case AVK_FIXED:
        strbuf_add(out, str_of(base + f->at, f->of.named->size));
        break;
    case AVK_RECORD:
        encode_record(f->of.named, base + f->at, out);
        break;
    case AVK_ARRAY:
    case AVK_MAP:
        encode_list(f, base, out);
        break;
    case AVK_UNION:
        encode_union(f, base, out);
        break;
    }
}

static void
encode_slot(const struct avro_field *f, const char *base, struct strbuf *out)
{
    if (f->is_nullable) {
        bool has = base[f->has_at] != 0;

        /* The index of the branch, 0 or 1 as a zigzag: null is 0 unless it is written behind the
         * type. */
        strbuf_add_char(out, (char)((has != f->null_is_last) << 1));
        if (!has)
            return;
    }
    encode_value(f, base, out);
}

void
avro_encode(const struct avro_desc *desc, const void *value, struct strbuf *out)
{
    CHECK(desc->kind == AVK_RECORD);
    encode_record(desc, value, out);
}

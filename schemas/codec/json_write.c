/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/evtime.h"
#include "schemas/codec/json.h"

static void write_value(const struct avro_field *f, const char *base, unsigned flags,
                        struct strbuf *out);

#define LOAD(base, at, ret) memcpy((ret), (base) + (at), sizeof(*(ret)))

void
avro_json_write_string(struct str s, struct strbuf *out)
{
    static const char hex[] = "0123456789abcdef";
    size_t plain = 0;

    strbuf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char escape[6] = {'\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15]};
        size_t n = 2;

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        strbuf_add(out, str_of(s.p + plain, i - plain));
        plain = i + 1;
        if (c == '\n') {
            escape[1] = 'n';
        } else if (c == '\t') {
            escape[1] = 't';
        } else if (c < ' ') {
            escape[1] = 'u';
            n = 6;
        }
        strbuf_add(out, str_of(escape, n));
    }
    strbuf_add(out, str_of(s.p + plain, s.n - plain));
    strbuf_add_char(out, '"');
}

/* Bytes as the code points 0 to 255. */
static void
write_bytes(struct str s, struct strbuf *out)
{
    struct strbuf text = {0};

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c >= 0x80)
            strbuf_add_char(&text, (char)(0xc0 | (c >> 6)));
        strbuf_add_char(&text, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
    }
    avro_json_write_string(strbuf_str(&text), out);
    strbuf_fini(&text);
}

static void
write_decimal(int64_t v, int scale, struct strbuf *out)
{
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char digits[24];
    size_t at = sizeof(digits);

    for (int i = 0; rest > 0 || i <= scale; i++) {
        if (i == scale && scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    strbuf_add(out, v < 0 ? STR("\"-") : STR("\""));
    strbuf_add(out, str_of(digits + at, sizeof(digits) - at));
    strbuf_add_char(out, '"');
}

static void
write_long(const struct avro_field *f, int64_t v, struct strbuf *out)
{
    bool is_time = f->logical == AVL_TIMESTAMP_MILLIS && v >= 0 && v < EVTIME_MAX;

    if (avro_field_is_decimal64(f)) {
        write_decimal(v, f->scale, out);
    } else if (is_time) {
        strbuf_add_char(out, '"');
        evtime_add_text(out, v);
        strbuf_add_char(out, '"');
    } else {
        strbuf_add_int(out, v);
    }
}

static void
write_double(double v, struct strbuf *out)
{
    if (v - v == 0)
        strbuf_add_double(out, v);
    else
        strbuf_add(out, STR("null"));
}

static void
write_list(const struct avro_field *f, const char *base, unsigned flags, struct strbuf *out)
{
    const struct avro_items *items = f->of.items;
    struct avro_list list;

    LOAD(base, f->at, &list);
    strbuf_add_char(out, f->kind == AVK_MAP ? '{' : '[');
    for (size_t i = 0; i < list.n; i++) {
        const char *item = (const char *)list.v + i * items->size;
        struct str key;

        if (i > 0)
            strbuf_add_char(out, ',');
        if (f->kind == AVK_MAP) {
            LOAD(item, 0, &key);
            avro_json_write_string(key, out);
            strbuf_add_char(out, ':');
        }
        write_value(&items->slot, item, flags, out);
    }
    strbuf_add_char(out, f->kind == AVK_MAP ? '}' : ']');
}

static void
write_union(const struct avro_field *f, const char *base, unsigned flags, struct strbuf *out)
{
    const struct avro_union *u = f->of.branches;
    uint32_t kind;

    LOAD(base, f->at, &kind);
    CHECK(kind <= u->n);
    if (kind == 0 || u->v[kind - 1].kind == AVK_NULL) {
        strbuf_add(out, STR("null"));
        return;
    }
    strbuf_add_char(out, '{');
    avro_json_write_string(str_from(u->names[kind]), out);
    strbuf_add_char(out, ':');
    write_value(&u->v[kind - 1], base + f->at, flags, out);
    strbuf_add_char(out, '}');
}

static void
write_number(const struct avro_field *f, const char *base, struct strbuf *out)
{
    int32_t small;
    int64_t v;
    float narrow;
    double wide;

    if (f->kind == AVK_FLOAT) {
        LOAD(base, f->at, &narrow);
        write_double((double)narrow, out);
    } else if (f->kind == AVK_DOUBLE) {
        LOAD(base, f->at, &wide);
        write_double(wide, out);
    } else if (f->kind == AVK_INT) {
        LOAD(base, f->at, &small);
        strbuf_add_int(out, small);
    } else if (f->kind == AVK_ENUM) {
        LOAD(base, f->at, &small);
        CHECK((uint32_t)small < f->of.named->n);
        avro_json_write_string(str_from(f->of.named->symbols[small]), out);
    } else {
        LOAD(base, f->at, &v);
        write_long(f, v, out);
    }
}

static void
write_plain(const struct avro_field *f, const char *base, unsigned flags, struct strbuf *out)
{
    struct str s;

    switch (f->kind) {
    case AVK_NULL:
        strbuf_add(out, STR("null"));
        break;
    case AVK_BOOLEAN:
        strbuf_add(out, base[f->at] != 0 ? STR("true") : STR("false"));
        break;
    case AVK_STRING:
        LOAD(base, f->at, &s);
        avro_json_write_string(s, out);
        break;
    case AVK_BYTES:
        LOAD(base, f->at, &s);
        write_bytes(s, out);
        break;
    case AVK_FIXED:
        write_bytes(str_of(base + f->at, f->of.named->size), out);
        break;
    case AVK_RECORD:
        avro_json_write(f->of.named, base + f->at, flags, out);
        break;
    case AVK_ARRAY:
    case AVK_MAP:
        write_list(f, base, flags, out);
        break;
    case AVK_UNION:
        write_union(f, base, flags, out);
        break;
    default:
        write_number(f, base, out);
        break;
    }
}

static void
write_value(const struct avro_field *f, const char *base, unsigned flags, struct strbuf *out)
{
    if (f->is_nullable && base[f->has_at] == 0)
        strbuf_add(out, STR("null"));
    else if (avro_field_is_decimal64(f))
        write_number(f, base, out);
    else
        write_plain(f, base, flags, out);
}

/* A null that need not be written: the reader's default for the field is null too. */
static bool
is_absent(const struct avro_field *f, const char *base)
{
    return f->is_nullable && base[f->has_at] == 0 && f->default_json != NULL &&
           strcmp(f->default_json, "null") == 0;
}

void
avro_json_write_fields(const struct avro_field *fields, size_t n, const void *value, unsigned flags,
                       struct strbuf *out)
{
    const char *base = value;

    for (size_t i = 0; i < n; i++) {
        const struct avro_field *f = &fields[i];

        if ((flags & JSON_WRITE_NULLS) == 0 && is_absent(f, base))
            continue;
        strbuf_add_char(out, ',');
        avro_json_write_string(str_from(f->name), out);
        strbuf_add_char(out, ':');
        write_value(f, base, flags, out);
    }
}

void
avro_json_write(const struct avro_desc *desc, const void *value, unsigned flags, struct strbuf *out)
{
    size_t at = out->n;

    avro_json_write_fields(desc->fields, desc->n, value, flags, out);
    if (out->n == at)
        strbuf_add_char(out, '{');
    out->p[at] = '{'; /* where the first comma is */
    strbuf_add_char(out, '}');
}

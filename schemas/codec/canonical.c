/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/canonical.h"

#include "base/mem.h"

/* Named types that were written in full already: from then on they are their name. */
struct writer {
    struct strbuf *out;
    const struct schema **seen;
    size_t n_seen;
    size_t cap;
};

static void add_type(struct writer *w, const struct schema *s);

static void
add_quoted(struct strbuf *out, struct str s)
{
    strbuf_add_char(out, '"');
    strbuf_add(out, s);
    strbuf_add_char(out, '"');
}

static bool
was_seen(struct writer *w, const struct schema *s)
{
    for (size_t i = 0; i < w->n_seen; i++)
        if (w->seen[i] == s)
            return true;
    w->seen = mem_grow(w->seen, w->n_seen, &w->cap, sizeof(*w->seen));
    w->seen[w->n_seen++] = s;
    return false;
}

static void
add_record(struct writer *w, const struct schema *s)
{
    strbuf_add(w->out, STR(",\"fields\":["));
    for (size_t i = 0; i < s->n; i++) {
        strbuf_add(w->out, i > 0 ? STR(",{\"name\":") : STR("{\"name\":"));
        add_quoted(w->out, s->fields[i].name);
        strbuf_add(w->out, STR(",\"type\":"));
        add_type(w, s->fields[i].type);
        strbuf_add_char(w->out, '}');
    }
    strbuf_add(w->out, STR("]}"));
}

static void
add_enum(struct writer *w, const struct schema *s)
{
    strbuf_add(w->out, STR(",\"symbols\":["));
    for (size_t i = 0; i < s->symbols.n; i++) {
        if (i > 0)
            strbuf_add_char(w->out, ',');
        add_quoted(w->out, s->symbols.v[i]);
    }
    strbuf_add(w->out, STR("]}"));
}

static void
add_named(struct writer *w, const struct schema *s)
{
    if (was_seen(w, s)) {
        add_quoted(w->out, s->name);
        return;
    }
    strbuf_add(w->out, STR("{\"name\":"));
    add_quoted(w->out, s->name);
    strbuf_addf(w->out, ",\"type\":\"%s\"", avro_kind_name(s->kind));
    if (s->kind == AVK_RECORD)
        add_record(w, s);
    else if (s->kind == AVK_ENUM)
        add_enum(w, s);
    else
        strbuf_addf(w->out, ",\"size\":%zu}", s->size);
}

static void
add_type(struct writer *w, const struct schema *s)
{
    switch (s->kind) {
    case AVK_FIXED:
    case AVK_ENUM:
    case AVK_RECORD:
        add_named(w, s);
        break;
    case AVK_ARRAY:
    case AVK_MAP:
        strbuf_addf(w->out, "{\"type\":\"%s\",\"%s\":", avro_kind_name(s->kind),
                    s->kind == AVK_ARRAY ? "items" : "values");
        add_type(w, s->items);
        strbuf_add_char(w->out, '}');
        break;
    case AVK_UNION:
        strbuf_add_char(w->out, '[');
        for (size_t i = 0; i < s->n; i++) {
            if (i > 0)
                strbuf_add_char(w->out, ',');
            add_type(w, s->branches[i]);
        }
        strbuf_add_char(w->out, ']');
        break;
    case AVK_NULL:
    case AVK_BOOLEAN:
    case AVK_INT:
    case AVK_LONG:
    case AVK_FLOAT:
    case AVK_DOUBLE:
    case AVK_BYTES:
    case AVK_STRING:
        add_quoted(w->out, str_from(avro_kind_name(s->kind)));
        break;
    }
}

void
canonical_add(const struct schema *schema, struct strbuf *out)
{
    struct writer w = {.out = out};

    add_type(&w, schema);
    mem_free(w.seen);
}

/* Bit by bit: schemas are fingerprinted once, and a table of 256 words would have to be built
 * somewhere. */
uint64_t
canonical_crc64(struct str bytes)
{
    const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
    uint64_t crc = empty;

    for (size_t i = 0; i < bytes.n; i++) {
        crc ^= (unsigned char)bytes.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (empty & (0 - (crc & 1)));
    }
    return crc;
}

uint64_t
canonical_fingerprint(const struct schema *schema)
{
    struct strbuf form = {0};
    uint64_t crc;

    canonical_add(schema, &form);
    crc = canonical_crc64(strbuf_str(&form));
    strbuf_fini(&form);
    return crc;
}

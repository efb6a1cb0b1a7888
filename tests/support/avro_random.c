/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/avro_random.h"

#include "tests/support/codec_events.h"

enum { DEPTH_MAX = 4, FIELDS_MAX = 6 };

struct maker {
    uint64_t *seed;
    bool plain;
    int names; /* so that no name is used twice */
};

static void make_type(struct maker *m, int depth, struct strbuf *w, struct strbuf *r);

static size_t
below(struct maker *m, size_t n)
{
    return codec_random(m->seed) % n;
}

static void
both(struct strbuf *w, struct strbuf *r, const char *text)
{
    strbuf_add(w, str_from(text));
    strbuf_add(r, str_from(text));
}

static void
make_primitive(struct maker *m, struct strbuf *w, struct strbuf *r)
{
    static const char *const pairs[][2] = {
        {"boolean", "boolean"}, {"int", "int"},       {"long", "long"},     {"float", "float"},
        {"double", "double"},   {"string", "string"}, {"bytes", "bytes"},   {"int", "long"},
        {"int", "float"},       {"int", "double"},    {"long", "float"},    {"long", "double"},
        {"float", "double"},    {"string", "bytes"},  {"string", "string"}, {"long", "int"},
    };
    /* The last two are beyond avro-c, or impossible and rare. */
    size_t i = below(m, m->plain ? 13 : 14);

    if (!m->plain && below(m, 150) == 0)
        i = 15;
    strbuf_addf(w, "\"%s\"", pairs[i][0]);
    strbuf_addf(r, "\"%s\"", pairs[i][1]);
}

static void
make_logical(struct maker *m, struct strbuf *w, struct strbuf *r)
{
    static const char *const times[] = {
        "\"long\"",
        "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
        "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}",
    };

    if (below(m, 2) == 0) {
        strbuf_add(w, str_from(times[below(m, 3)]));
        strbuf_add(r, str_from(times[below(m, 3)]));
    } else {
        both(w, r, "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":18,\"scale\":4}");
    }
}

/* A name for both; the reader's may have another namespace, or know the writer's as an alias. */
static void
make_name(struct maker *m, const char *prefix, struct strbuf *w, struct strbuf *r)
{
    int n = m->names++;
    size_t how = m->plain ? 0 : below(m, 6);

    strbuf_addf(w, "\"name\":\"%s%d\"", prefix, n);
    if (how == 1)
        strbuf_addf(r, "\"name\":\"elsewhere.%s%d\"", prefix, n);
    else if (how == 2)
        strbuf_addf(r, "\"name\":\"New%s%d\",\"aliases\":[\"%s%d\"]", prefix, n, prefix, n);
    else
        strbuf_addf(r, "\"name\":\"%s%d\"", prefix, n);
}

static void
make_symbols(struct maker *m, size_t n, size_t from, struct strbuf *out)
{
    strbuf_add(out, STR(",\"symbols\":["));
    for (size_t i = 0; i < n; i++)
        strbuf_addf(out, "%s\"S%zu\"", i > 0 ? "," : "", (from + i) % 7);
    (void)m;
    strbuf_add(out, STR("]"));
}

static void
make_enum(struct maker *m, struct strbuf *w, struct strbuf *r)
{
    size_t n = 1 + below(m, 5);
    size_t from = m->plain ? 0 : below(m, 7);

    both(w, r, "{\"type\":\"enum\",");
    make_name(m, "E", w, r);
    make_symbols(m, n, 0, w);
    make_symbols(m, m->plain ? n : 1 + below(m, 6), from, r);
    if (!m->plain && below(m, 2) == 0)
        strbuf_addf(r, ",\"default\":\"S%zu\"", from);
    both(w, r, "}");
}

static void
make_fixed(struct maker *m, struct strbuf *w, struct strbuf *r)
{
    size_t size = m->plain ? 1 + below(m, 8) : below(m, 9); /* avro-c has no empty ones */

    both(w, r, "{\"type\":\"fixed\",");
    make_name(m, "F", w, r);
    strbuf_addf(w, ",\"size\":%zu}", size);
    strbuf_addf(r, ",\"size\":%zu}", size);
}

static void
make_list(struct maker *m, int depth, struct strbuf *w, struct strbuf *r)
{
    both(w, r,
         below(m, 2) == 0 ? "{\"type\":\"array\",\"items\":" : "{\"type\":\"map\",\"values\":");
    make_type(m, depth + 1, w, r);
    both(w, r, "}");
}

/* What may stand beside null: no union, no null. */
static void
make_solid(struct maker *m, int depth, struct strbuf *w, struct strbuf *r)
{
    if (depth < DEPTH_MAX && below(m, 4) == 0)
        make_list(m, depth, w, r);
    else if (below(m, 4) == 0)
        make_enum(m, w, r);
    else
        make_primitive(m, w, r);
}

static void
put_nullable(struct maker *m, struct str type, bool is_nullable, struct strbuf *out)
{
    if (!is_nullable)
        strbuf_add(out, type);
    else if (below(m, 2) == 0)
        strbuf_addf(out, "[\"null\",%.*s]", STR_ARG(type));
    else
        strbuf_addf(out, "[%.*s,\"null\"]", STR_ARG(type));
}

static void
make_nullable(struct maker *m, int depth, struct strbuf *w, struct strbuf *r)
{
    struct strbuf wt = {0};
    struct strbuf rt = {0};

    make_solid(m, depth, &wt, &rt);
    put_nullable(m, strbuf_str(&wt), m->plain || below(m, 4) != 0, w);
    put_nullable(m, strbuf_str(&rt), m->plain || below(m, 6) != 0, r);
    strbuf_fini(&wt);
    strbuf_fini(&rt);
}

static void make_record(struct maker *m, int depth, const char *name, struct strbuf *w,
                        struct strbuf *r);

/* Branches that cannot be taken for each other; the reader has them in another order and perhaps
 * one less. */
static void
make_union(struct maker *m, int depth, struct strbuf *w, struct strbuf *r)
{
    struct strbuf wt[4] = {{0}};
    struct strbuf rt[4] = {{0}};
    size_t n = 3 + below(m, 2);
    size_t first = below(m, n);
    size_t n_reader = m->plain || below(m, 3) != 0 ? n : n - 1;

    both(&wt[0], &rt[0], "\"null\"");
    both(&wt[1], &rt[1], "\"string\"");
    make_record(m, depth + 1, "U", &wt[2], &rt[2]);
    both(&wt[3], &rt[3], "\"boolean\"");
    both(w, r, "[");
    for (size_t i = 0; i < n; i++)
        strbuf_addf(w, "%s%.*s", i > 0 ? "," : "", STR_ARG(strbuf_str(&wt[i])));
    for (size_t i = 0; i < n_reader; i++)
        strbuf_addf(r, "%s%.*s", i > 0 ? "," : "", STR_ARG(strbuf_str(&rt[(first + i) % n])));
    both(w, r, "]");
    for (size_t i = 0; i < 4; i++) {
        strbuf_fini(&wt[i]);
        strbuf_fini(&rt[i]);
    }
}

static void
make_type(struct maker *m, int depth, struct strbuf *w, struct strbuf *r)
{
    size_t kind = below(m, depth >= DEPTH_MAX ? 7 : 12);

    if (kind < 4)
        make_primitive(m, w, r);
    else if (kind == 4)
        make_enum(m, w, r);
    else if (kind == 5)
        make_fixed(m, w, r);
    else if (kind == 6 && !m->plain)
        make_logical(m, w, r);
    else if (kind <= 8)
        make_nullable(m, depth, w, r);
    else if (kind == 9)
        make_list(m, depth, w, r);
    else if (kind == 10)
        make_record(m, depth + 1, "R", w, r);
    else
        make_union(m, depth, w, r);
}

/* A field that only the reader has, with its default. */
static void
make_added(struct maker *m, int n, struct strbuf *out)
{
    static const char *const types[] = {
        "\"int\",\"default\":-5",
        "\"long\",\"default\":9007199254740993",
        "\"double\",\"default\":0.1",
        "\"float\",\"default\":2",
        "\"boolean\",\"default\":true",
        "\"string\",\"default\":\"a\\u00fc\\\"\"",
        "\"bytes\",\"default\":\"\\u00ff\\u0000\"",
        "[\"null\",\"int\"],\"default\":null",
        "[\"string\",\"null\"],\"default\":\"x\"",
        "[\"boolean\",\"null\",\"string\"],\"default\":false",
        "{\"type\":\"array\",\"items\":[\"null\",\"int\"]},\"default\":[]",
        "{\"type\":\"array\",\"items\":\"long\"},\"default\":[1,-2,3]",
        "{\"type\":\"map\",\"values\":\"string\"},\"default\":{\"k\":\"v\"}",
        "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"},\"default\":7",
    };

    if (below(m, 5) == 0)
        strbuf_addf(out,
                    "{\"name\":\"n%d\",\"type\":{\"type\":\"record\",\"name\":\"D%d\",\"fields\":["
                    "{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":[\"null\",\"int\"],"
                    "\"default\":null}]},\"default\":{\"a\":3}}",
                    n, n);
    else if (below(m, 100) == 0)
        strbuf_addf(out, "{\"name\":\"n%d\",\"type\":\"int\"}", n);
    else
        strbuf_addf(out, "{\"name\":\"n%d\",\"type\":%s}", n,
                    types[below(m, sizeof(types) / sizeof(types[0]))]);
}

static void
make_record(struct maker *m, int depth, const char *name, struct strbuf *w, struct strbuf *r)
{
    struct strbuf kept[FIELDS_MAX] = {{0}};
    size_t n = below(m, FIELDS_MAX + 1);
    size_t first = n > 0 ? below(m, n) : 0;
    bool is_first = true;

    both(w, r, "{\"type\":\"record\",");
    make_name(m, name, w, r);
    both(w, r, ",\"fields\":[");
    for (size_t i = 0; i < n; i++) {
        struct strbuf type = {0};
        int id = m->names++;

        strbuf_addf(w, "%s{\"name\":\"f%d\",\"type\":", i > 0 ? "," : "", id);
        make_type(m, depth + 1, w, &type);
        strbuf_add(w, STR("}"));
        if (below(m, 5) == 0 && !m->plain)
            strbuf_addf(&kept[i], "{\"name\":\"g%d\",\"aliases\":[\"x\",\"f%d\"],\"type\":%.*s}",
                        id, id, STR_ARG(strbuf_str(&type)));
        else if (below(m, 4) != 0)
            strbuf_addf(&kept[i], "{\"name\":\"f%d\",\"type\":%.*s}", id,
                        STR_ARG(strbuf_str(&type)));
        else if (!m->plain && below(m, 2) == 0)
            make_added(m, id, &kept[i]);
        strbuf_fini(&type);
    }
    for (size_t i = 0; i < n; i++) {
        struct str field = strbuf_str(&kept[(first + i) % n]);

        if (field.n > 0)
            strbuf_addf(r, "%s%.*s", is_first ? "" : ",", STR_ARG(field));
        is_first = is_first && field.n == 0;
    }
    both(w, r, "]}");
    for (size_t i = 0; i < FIELDS_MAX; i++)
        strbuf_fini(&kept[i]);
}

void
avro_random_pair(uint64_t *seed, bool plain, struct strbuf *writer, struct strbuf *reader)
{
    struct maker m = {.seed = seed, .plain = plain};

    make_record(&m, 0, "T", writer, reader);
}

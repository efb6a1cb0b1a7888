/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans against two others that resolve schemas: avro-c, where it can, and the plain twin of
 * tests/support for all the rest. Random pairs of schemas, random values; both sides write what
 * they read in the reader's schema, and the bytes must be the same. A failure names its seed.
 */
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"
#include "tests/support/avro_random.h"
#include "tests/support/avro_twin.h"
#include "tests/support/codec_events.h"
#include "tests/support/desc_build.h"

#include <avro.h>
#include <criterion/criterion.h>

#include <stdio.h>

enum { PAIRS = 3000, VALUES = 8 };

struct pair {
    struct arena arena;
    struct strbuf texts[2];
    const struct schema *schemas[2]; /* writer, reader */
    const struct avro_desc *descs[2];
    struct plan *plan;
    struct error error;
};

static void
pair_parse(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        enum err err = schema_parse(strbuf_str(&p->texts[i]), &p->arena, &p->schemas[i], &p->error);

        cr_assert_eq(err, ERR_NONE, "%.*s: %s", STR_ARG(strbuf_str(&p->texts[i])), p->error.text);
        p->descs[i] = desc_build(p->schemas[i], &p->arena);
        cr_assert(p->descs[i] != NULL);
    }
}

static void
pair_fini(struct pair *p)
{
    plan_free(&p->plan);
    strbuf_fini(&p->texts[0]);
    strbuf_fini(&p->texts[1]);
    arena_fini(&p->arena);
}

/* The bytes of a random value of the writer. */
static void
write_value(struct pair *p, uint64_t *seed, struct strbuf *out)
{
    void *value = arena_alloc(&p->arena, p->descs[0]->size, 1);

    codec_random_record(p->descs[0], seed, &p->arena, value);
    avro_encode(p->descs[0], value, out);
}

/* Decodes with the plan; what came of it in the reader's bytes, unless it says otherwise. */
static enum decode_result
read_value(struct pair *p, struct str bytes, bool encode, struct strbuf *out)
{
    char *value = arena_alloc(&p->arena, p->descs[1]->size, 1);
    enum decode_result r;

    memset(value, 0xA5, p->descs[1]->size);
    r = plan_decode(p->plan, bytes, &p->arena, value, NULL);
    if (r == DECODE_OK && encode)
        avro_encode(p->descs[1], value, out);
    return r;
}

static void
compare_with_twin(struct pair *p, struct str bytes, uint64_t seed, int *verdicts)
{
    struct strbuf ours = {0};
    struct strbuf theirs = {0};
    struct str rest = bytes;
    const struct twin *value = twin_read(p->schemas[0], &rest, &p->arena);
    const struct twin *resolved = NULL;
    enum twin_verdict verdict;
    enum decode_result r;

    cr_assert(value != NULL && rest.n == 0, "seed %llu", (unsigned long long)seed);
    verdict = twin_resolve(p->schemas[0], p->schemas[1], value, &p->arena, &resolved);
    verdicts[verdict]++;
    r = read_value(p, bytes, verdict == TWIN_GOOD, &ours);
    cr_assert_eq(r != DECODE_OK, verdict == TWIN_REFUSED, "seed %llu: %s\n%.*s\n%.*s",
                 (unsigned long long)seed, decode_result_sentence(r),
                 STR_ARG(strbuf_str(&p->texts[0])), STR_ARG(strbuf_str(&p->texts[1])));
    if (verdict == TWIN_GOOD) {
        twin_write(p->schemas[1], resolved, &theirs);
        cr_assert(str_equal(strbuf_str(&ours), strbuf_str(&theirs)), "seed %llu\n%.*s\n%.*s",
                  (unsigned long long)seed, STR_ARG(strbuf_str(&p->texts[0])),
                  STR_ARG(strbuf_str(&p->texts[1])));
    }
    strbuf_fini(&ours);
    strbuf_fini(&theirs);
}

/* A cut message is refused, never read; a longer one has bytes left. */
static void
check_lengths(struct pair *p, struct str bytes)
{
    struct strbuf longer = {0};

    for (size_t n = 0; n < bytes.n; n++) {
        /* Of its own size, so that a read behind the end is seen. */
        struct strbuf cut = {0};
        enum decode_result r;

        strbuf_add(&cut, str_of(bytes.p, n));
        r = read_value(p, strbuf_str(&cut), false, NULL);
        cr_assert(r != DECODE_OK && r != DECODE_TRAILING_BYTES, "cut to %zu of %zu", n, bytes.n);
        strbuf_fini(&cut);
    }
    strbuf_add(&longer, bytes);
    strbuf_add_char(&longer, 0);
    cr_assert_eq(read_value(p, strbuf_str(&longer), false, NULL), DECODE_TRAILING_BYTES);
    strbuf_fini(&longer);
}

Test(resolution, agrees_with_the_plain_twin, .timeout = 240)
{
    int verdicts[3] = {0};
    int impossible = 0;

    for (uint64_t i = 0; i < PAIRS; i++) {
        uint64_t seed = i;
        struct pair p = {0};
        struct strbuf bytes = {0};
        enum err err;

        avro_random_pair(&seed, false, &p.texts[0], &p.texts[1]);
        pair_parse(&p);
        err = plan_compile(strbuf_str(&p.texts[0]), p.descs[1], &p.plan, &p.error);
        cr_assert_eq(err == ERR_NONE, twin_is_possible(p.schemas[0], p.schemas[1]),
                     "seed %llu: %s\n%.*s\n%.*s", (unsigned long long)i,
                     err == ERR_NONE ? "compiles" : p.error.text, STR_ARG(strbuf_str(&p.texts[0])),
                     STR_ARG(strbuf_str(&p.texts[1])));
        impossible += err != ERR_NONE;
        for (int k = 0; k < VALUES && err == ERR_NONE; k++) {
            strbuf_clear(&bytes);
            write_value(&p, &seed, &bytes);
            compare_with_twin(&p, strbuf_str(&bytes), i, verdicts);
            if (k == 0 && bytes.n < 200 &&
                read_value(&p, strbuf_str(&bytes), false, NULL) == DECODE_OK)
                check_lengths(&p, strbuf_str(&bytes));
        }
        strbuf_fini(&bytes);
        pair_fini(&p);
    }
    /* The generator must keep making all of them. */
    cr_assert(verdicts[TWIN_GOOD] > PAIRS && verdicts[TWIN_REFUSED] > 100 &&
                  verdicts[TWIN_UNKNOWN_BRANCH] > 100 && impossible > 20,
              "%d good, %d refused, %d unknown, %d impossible", verdicts[0], verdicts[2],
              verdicts[1], impossible);
}

/*
 * Reads the writer's bytes into a value of the reader's and writes that, as avro-c sees it. False
 * where it cannot. (Its other resolver, which views the writer's value, crashes on arrays in
 * arrays.)
 */
static bool
resolve_with_avro_c(const struct pair *p, struct str bytes, struct strbuf *out)
{
    avro_schema_t schemas[2];
    avro_value_iface_t *resolver;
    avro_value_iface_t *generic;
    avro_value_t value;
    avro_value_t view;
    size_t room = bytes.n * 8 + 4096;
    avro_reader_t reader = avro_reader_memory(bytes.p, (int64_t)bytes.n);
    avro_writer_t writer = avro_writer_memory(strbuf_reserve(out, room), (int64_t)room);
    bool is_good;

    for (int i = 0; i < 2; i++)
        cr_assert_eq(avro_schema_from_json_length(p->texts[i].p, p->texts[i].n, &schemas[i]), 0,
                     "%s", avro_strerror());
    generic = avro_generic_class_from_schema(schemas[1]);
    resolver = avro_resolved_writer_new(schemas[0], schemas[1]);
    cr_assert_eq(avro_generic_value_new(generic, &value), 0);
    is_good = resolver != NULL && avro_resolved_writer_new_value(resolver, &view) == 0;
    if (is_good) {
        avro_resolved_writer_set_dest(&view, &value);
        is_good = avro_value_read(reader, &view) == 0 && avro_value_write(writer, &value) == 0;
        strbuf_added(out, (size_t)avro_writer_tell(writer));
        avro_value_decref(&view);
    }
    avro_value_decref(&value);
    avro_value_iface_decref(generic);
    if (resolver != NULL)
        avro_value_iface_decref(resolver);
    avro_schema_decref(schemas[0]);
    avro_schema_decref(schemas[1]);
    avro_reader_free(reader);
    avro_writer_free(writer);
    return is_good;
}

Test(resolution, agrees_with_avro_c_where_it_resolves, .timeout = 240)
{
    int compared = 0;
    int beyond = 0;

    for (uint64_t i = 0; i < PAIRS; i++) {
        uint64_t seed = i + 1000000;
        struct pair p = {0};
        struct strbuf bytes = {0};
        struct strbuf ours = {0};
        struct strbuf theirs = {0};

        avro_random_pair(&seed, true, &p.texts[0], &p.texts[1]);
        pair_parse(&p);
        cr_assert_eq(plan_compile(strbuf_str(&p.texts[0]), p.descs[1], &p.plan, &p.error), ERR_NONE,
                     "seed %llu: %s", (unsigned long long)i, p.error.text);
        write_value(&p, &seed, &bytes);
        cr_assert_eq(read_value(&p, strbuf_str(&bytes), true, &ours), DECODE_OK, "seed %llu",
                     (unsigned long long)i);
        if (resolve_with_avro_c(&p, strbuf_str(&bytes), &theirs)) {
            compared++;
            cr_assert(str_equal(strbuf_str(&ours), strbuf_str(&theirs)), "seed %llu\n%.*s\n%.*s",
                      (unsigned long long)i, STR_ARG(strbuf_str(&p.texts[0])),
                      STR_ARG(strbuf_str(&p.texts[1])));
        } else {
            beyond++;
        }
        strbuf_fini(&bytes);
        strbuf_fini(&ours);
        strbuf_fini(&theirs);
        pair_fini(&p);
    }
    cr_assert(compared > PAIRS * 9 / 10, "%d compared, %d beyond avro-c", compared, beyond);
}

/* A history of ticket_event.avsc: every schema that ever wrote events must still be read as the one
 * of today. */
static const char *const history[] = {
    "schemas/history/ticket_event.1.avsc",
    "schemas/history/ticket_event.next.avsc",
    "schemas/ticket_event.avsc",
};

static void
read_text(const char *path, struct strbuf *out)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    cr_assert(f != NULL, "%s: run the tests in the root of the tree", path);
    while ((n = fread(strbuf_reserve(out, 65536), 1, 65536, f)) > 0)
        strbuf_added(out, n);
    fclose(f);
}

Test(resolution, reads_every_ticket_event_of_the_history)
{
    for (size_t i = 0; i < sizeof(history) / sizeof(history[0]); i++) {
        uint64_t seed = i;
        int verdicts[3] = {0};
        struct pair p = {0};
        struct strbuf bytes = {0};

        read_text(history[i], &p.texts[0]);
        read_text("schemas/ticket_event.avsc", &p.texts[1]);
        pair_parse(&p);
        cr_assert_eq(plan_compile(strbuf_str(&p.texts[0]), p.descs[1], &p.plan, &p.error), ERR_NONE,
                     "%s: %s", history[i], p.error.text);
        for (int k = 0; k < 2000; k++) {
            strbuf_clear(&bytes);
            write_value(&p, &seed, &bytes);
            compare_with_twin(&p, strbuf_str(&bytes), seed, verdicts);
        }
        cr_assert_eq(verdicts[TWIN_REFUSED], 0, "%s", history[i]);
        cr_assert(verdicts[TWIN_GOOD] > 100);
        cr_assert_eq(verdicts[TWIN_UNKNOWN_BRANCH] > 0, strstr(history[i], "next") != NULL);
        strbuf_fini(&bytes);
        pair_fini(&p);
    }
}

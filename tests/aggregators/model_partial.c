/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows on their way to the hop against a twin: a plain list of (profile, pane, second pane, class)
 * with an array of measures and of sketch counts each. What a flush hands over is what the twin has
 * for the engine panes before the edge; what it leaves is found again and added to.
 */
#include "aggregators/hop/partial.h"
#include "schemas/codec/encode.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 400,
    PROFILES = 12,
    MEASURES = 6,
    VALUES = 5, /* different durations */
    OPERATIONS = 4000,
    SEEDS = 12,
    PIECE_MAX = 512 * 1024
};

static const enum measure measure_of[MEASURES] = {MEASURE_volume,  MEASURE_solved,
                                                  MEASURE_level,   MEASURE_late,
                                                  MEASURE_reopens, MEASURE_csat_answers};
static const dur_ms value_of[VALUES] = {0, 1, 59999, 3600000, INT64_C(40000000000)};

struct twin_row {
    bool there;
    unsigned profile;
    evtime_ms pane;
    evtime_ms second; /* EVTIME_NONE: none */
    evtime_ms lateness_class;
    bool has[MEASURES];
    int64_t measures[MEASURES];
    bool has_sum;
    int64_t sum;
    int64_t bins[VALUES];
    bool taken; /* seen in this flush */
};

struct world {
    struct settings settings;
    struct profiles *profiles;
    struct partials *partials;
    uint32_t numbers[PROFILES];
    struct twin_row twin[KEYS];
    uint64_t seed;
    evtime_ms edge;
    unsigned pieces;
    size_t rows;
    struct strbuf bytes;
};

static struct world world;

static uint64_t
below(struct world *w, uint64_t n)
{
    return random_next(&w->seed) % n;
}

static void
begin(struct world *w, uint64_t seed)
{
    *w = (struct world){.seed = seed, .settings = scene_settings(), .edge = SCENE_START};
    w->profiles = profiles_new(&w->settings);
    w->partials = partials_new(MINUTE_MS, w->profiles);
    for (unsigned i = 0; i < PROFILES; i++) {
        uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
        char name[16];

        (void)snprintf(name, sizeof(name), "p%u", i);
        tuple[1] = profiles_text(w->profiles, str_from(name));
        w->numbers[i] = profile_get(w->profiles, tuple);
        profiles_text_release(w->profiles, tuple[1]);
    }
}

static void
end(struct world *w)
{
    for (unsigned i = 0; i < PROFILES; i++)
        profile_release(w->profiles, w->numbers[i]);
    partials_free(&w->partials);
    profiles_free(&w->profiles);
    strbuf_fini(&w->bytes);
}

static evtime_ms
engine_pane(const struct twin_row *r)
{
    return r->lateness_class != 0 ? r->lateness_class : r->pane;
}

static struct twin_row *
twin_find(struct world *w, unsigned profile, evtime_ms pane, evtime_ms second,
          evtime_ms lateness_class)
{
    struct twin_row *spare = NULL;

    for (int i = 0; i < KEYS; i++) {
        struct twin_row *r = &w->twin[i];

        if (!r->there) {
            spare = spare == NULL ? r : spare;
            continue;
        }
        if (r->profile == profile && r->pane == pane && r->second == second &&
            r->lateness_class == lateness_class)
            return r;
    }
    if (spare != NULL)
        *spare = (struct twin_row){.there = true,
                                   .profile = profile,
                                   .pane = pane,
                                   .second = second,
                                   .lateness_class = lateness_class};
    return spare;
}

/* Something happens at an engine time not before the last edge: on time, late, or with a second
 * pane. */
static void
observe(struct world *w)
{
    evtime_ms now = w->edge + (evtime_ms)below(w, 3) * MINUTE_MS;
    bool late = below(w, 3) == 0;
    evtime_ms pane = late ? now - (evtime_ms)(1 + below(w, 5)) * MINUTE_MS : now;
    evtime_ms second = below(w, 6) == 0 ? now : EVTIME_NONE;
    unsigned profile = (unsigned)below(w, PROFILES);
    struct twin_row *r = twin_find(w, profile, pane, second, late ? now : 0);
    struct tally *t;
    int64_t count = below(w, 4) == 0 ? -1 : 1;
    unsigned i;

    if (r == NULL)
        return;
    t = partials_row(w->partials, w->numbers[profile], pane, second, late ? now : 0);
    if (below(w, 2) == 0) {
        i = (unsigned)below(w, MEASURES);
        tally_add(t, measure_of[i], count * 3);
        r->has[i] = true;
        r->measures[i] += count * 3;
        return;
    }
    i = (unsigned)below(w, VALUES);
    tally_add_duration(t, DURATION_response, value_of[i], count);
    r->has_sum = true;
    r->sum += count * value_of[i];
    r->bins[i] += count;
}

static void
check_measures(const struct twin_row *r, const struct partial_row *row)
{
    size_t n = r->has_sum;

    for (int i = 0; i < MEASURES; i++)
        n += r->has[i];
    cr_assert_eq(row->measures.n, n);
    for (size_t k = 0; k < row->measures.n; k++) {
        const struct partial_measure *m = &row->measures.v[k];
        int i = 0;

        cr_assert(k == 0 || m[-1].measure < m->measure, "sorted");
        while (i < MEASURES && (int)measure_of[i] != m->measure)
            i++;
        if (i < MEASURES)
            cr_assert(r->has[i] && r->measures[i] == m->value);
        else
            cr_assert(m->measure == MEASURE_response_ms && m->value == r->sum);
    }
}

static void
check_sketches(const struct twin_row *r, const struct partial_row *row)
{
    size_t n = 0;

    for (int i = 0; i < VALUES; i++)
        n += r->bins[i] != 0;
    cr_assert_eq(row->sketches.n, n > 0);
    if (n == 0)
        return;
    cr_assert_eq(row->sketches.v[0].duration, DURATION_response);
    cr_assert_eq(row->sketches.v[0].bins.n, n);
    for (size_t k = 0; k < n; k++) {
        const struct partial_bin *bin = &row->sketches.v[0].bins.v[k];
        int i = 0;

        while (i < VALUES && (int)sketch_index(value_of[i]) != bin->index)
            i++;
        cr_assert(i < VALUES && r->bins[i] == bin->count);
    }
}

static const struct partial_batch header = {.hop_version = HOP_VERSION,
                                            .source_topic = {"topic", 5},
                                            .source_partition = 7,
                                            .from_edge = 1,
                                            .to_edge = 2,
                                            .fingerprint = 99};

/* The number behind the first letter; the text has no end of its own. */
static unsigned
number_of(struct str name)
{
    unsigned n = 0;

    for (size_t i = 1; i < name.n; i++)
        n = n * 10 + (unsigned)(name.p[i] - '0');
    return n;
}

static void
take(void *context, const struct partial_batch *batch)
{
    struct world *w = context;

    cr_assert_eq(batch->piece, (int)w->pieces);
    w->pieces++;
    cr_assert_geq(batch->pieces, (int)w->pieces);
    cr_assert(batch->hop_version == HOP_VERSION && batch->source_partition == 7 &&
              batch->from_edge == 1 && batch->to_edge == 2 && batch->fingerprint == 99);
    strbuf_clear(&w->bytes);
    avro_encode(&partial_batch_desc, batch, &w->bytes);
    cr_assert_leq(w->bytes.n, PIECE_MAX);
    for (size_t i = 0; i < batch->rows.n; i++) {
        const struct partial_row *row = &batch->rows.v[i];
        struct str name = batch->profiles.v[row->profile].values.v[0];
        struct twin_row *r =
            twin_find(w, number_of(name), row->pane,
                      row->has_second_pane ? row->second_pane : EVTIME_NONE, row->lateness_class);

        cr_assert(r != NULL && !r->taken, "a row that nobody made, or twice");
        r->taken = true;
        check_measures(r, row);
        check_sketches(r, row);
        w->rows++;
    }
}

static void
flush(struct world *w, evtime_ms edge)
{
    size_t wanted = 0;

    for (int i = 0; i < KEYS; i++)
        wanted += w->twin[i].there && (edge == EVTIME_MAX || engine_pane(&w->twin[i]) < edge);
    w->pieces = 0;
    w->rows = 0;
    partials_flush(w->partials, edge, &header, take, w);
    cr_assert_geq(w->pieces, 1u);
    cr_assert_eq(w->rows, wanted);
    for (int i = 0; i < KEYS; i++)
        if (w->twin[i].taken)
            w->twin[i] = (struct twin_row){0};
    for (int i = 0; i < KEYS; i++)
        cr_assert(!w->twin[i].there || edge == EVTIME_MAX || engine_pane(&w->twin[i]) >= edge);
}

static void
save_and_load(struct world *w)
{
    struct partials *loaded = partials_new(MINUTE_MS, w->profiles);
    struct arena arena = {0};
    struct partial_batch batch = {0};

    partials_describe(w->partials, &arena, &batch);
    partials_restore(loaded, &batch);
    w->pieces = 0;
    arena_fini(&arena);
    partials_flush(w->partials, EVTIME_MAX, &header, take, w); /* gives the profiles back */
    for (int i = 0; i < KEYS; i++)
        w->twin[i].taken = false;
    partials_free(&w->partials);
    w->partials = loaded;
}

Test(partial, hands_over_what_its_twin_has)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world *w = &world;

        begin(w, seed);
        for (int i = 0; i < OPERATIONS; i++) {
            observe(w);
            if (below(w, 40) == 0) {
                w->edge += (evtime_ms)(1 + below(w, 2)) * MINUTE_MS;
                flush(w, w->edge);
            }
            if (below(w, 300) == 0)
                save_and_load(w);
        }
        flush(w, EVTIME_MAX);
        flush(w, EVTIME_MAX);
        cr_expect_eq(w->rows, 0);
        cr_expect_eq(profiles_count(w->profiles), PROFILES, "rows give their profiles back");
        end(w);
    }
}

struct sizes {
    struct strbuf bytes;
    size_t pieces;
    size_t rows;
    size_t largest;
    int announced;
};

static void
measure(void *context, const struct partial_batch *batch)
{
    struct sizes *sizes = context;

    strbuf_clear(&sizes->bytes);
    avro_encode(&partial_batch_desc, batch, &sizes->bytes);
    cr_assert_eq(batch->piece, (int)sizes->pieces);
    cr_assert(sizes->announced == 0 || sizes->announced == batch->pieces);
    sizes->announced = batch->pieces;
    sizes->pieces++;
    sizes->rows += batch->rows.n;
    sizes->largest = sizes->bytes.n > sizes->largest ? sizes->bytes.n : sizes->largest;
}

/* `n` rows, each of a profile of its own whose only value has `length` bytes. */
static struct sizes
sizes_of(unsigned n, size_t length)
{
    struct world *w = &world;
    struct sizes sizes = {.pieces = 0};
    char *value = calloc(length, 1);

    begin(w, 1);
    memset(value, 'x', length);
    for (unsigned i = 0; i < n; i++) {
        uint32_t profile;
        char number[16];

        (void)snprintf(number, sizeof(number), "%08u", i);
        memcpy(value, number, 8);
        profile = profile_with(w->profiles, w->numbers[0], 1, str_of(value, length));
        for (int panes = 0; panes < 2; panes++)
            tally_add(
                partials_row(w->partials, profile, SCENE_START + panes * MINUTE_MS, EVTIME_NONE, 0),
                MEASURE_volume, INT64_MAX / 4);
        profile_release(w->profiles, profile);
    }
    partials_flush(w->partials, EVTIME_MAX, &header, measure, &sizes);
    free(value);
    strbuf_fini(&sizes.bytes);
    end(w);
    return sizes;
}

Test(partial, pieces_have_at_most_512_kib)
{
    static const struct {
        unsigned rows;
        size_t length;
    } cases[] = {{30000, 10}, {2000, 1000}, {100, 60000}, {60, 17400}, {30, 17476}, {9, 65535}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sizes sizes = sizes_of(cases[i].rows, cases[i].length);

        cr_expect_eq(sizes.rows, 2 * cases[i].rows);
        cr_expect_eq(sizes.announced, (int)sizes.pieces);
        cr_expect_leq(sizes.largest, PIECE_MAX, "%u x %zu: %zu bytes", cases[i].rows,
                      cases[i].length, sizes.largest);
    }
    cr_expect_gt(sizes_of(30000, 10).pieces, 1, "so this test has seen more than one piece");
}

/* Of the panes, the even ones are of profile 0 and the odd ones of profile 1. */
static void
check_profiles(void *context, const struct partial_batch *batch)
{
    for (size_t i = 0; i < batch->rows.n; i++) {
        const struct partial_row *row = &batch->rows.v[i];
        int64_t number = (row->pane - SCENE_START) / MINUTE_MS;

        cr_assert((size_t)row->profile < batch->profiles.n);
        cr_assert_eq(number_of(batch->profiles.v[row->profile].values.v[0]), number % 2);
    }
    measure(context, batch);
}

/* A row whose durations are many takes many bytes itself; each piece has the profiles of its rows.
 */
Test(partial, sketches_count_towards_a_piece)
{
    struct world *w = &world;
    struct sizes sizes = {.pieces = 0};

    begin(w, 1);
    for (int r = 0; r < 80; r++) {
        struct tally *t = partials_row(w->partials, w->numbers[r % 2], SCENE_START + r * MINUTE_MS,
                                       EVTIME_NONE, 0);

        for (dur_ms ms = 100; ms < INT64_C(30000000000); ms += ms / 150 + 1)
            tally_add_duration(t, DURATION_resolution, ms, 1000);
    }
    partials_flush(w->partials, EVTIME_MAX, &header, check_profiles, &sizes);
    cr_expect_eq(sizes.rows, 80);
    cr_expect_gt(sizes.pieces, 2);
    cr_expect_leq(sizes.largest, PIECE_MAX);
    strbuf_fini(&sizes.bytes);
    end(w);
}

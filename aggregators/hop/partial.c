/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/hop/partial.h"

#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"

enum {
    AHEAD = 8, /* rows */
    PIECE_BYTES = 512 * 1024,
    /* Upper bounds of what one element takes in Avro: varints of at most 10 bytes each. */
    HEADER_BYTES = 512, /* of the batch; the name of a topic has at most 249 bytes */
    ROW_BYTES = 64,
    MEASURE_BYTES = 12,
    SKETCH_BYTES = 24,
    BIN_BYTES = 12,
    AGE_BYTES = 22,
    PROFILE_BYTES = 32
};

struct row_key {
    evtime_ms pane;
    evtime_ms second;
    evtime_ms lateness_class;
    uint32_t profile;
    uint32_t unused; /* 0: the key is hashed as bytes */
};

struct row {
    struct row_key key;
    struct tally tally;
    struct ages ages[AGE_KINDS];
};

struct partials {
    dur_ms pane_ms;
    struct profiles *profiles;
    struct index index;
    struct row *rows; /* rows[n..cap) keep the memory of their tallies */
    size_t n;
    size_t cap;
    size_t last;        /* the row of the last call */
    struct arena arena; /* of the batch that is being handed over */
};

struct partials *
partials_new(dur_ms pane_ms, struct profiles *profiles)
{
    struct partials *p = mem_new(1, sizeof(*p));

    p->pane_ms = pane_ms;
    p->profiles = profiles;
    return p;
}

void
partials_free(struct partials **p)
{
    if (*p == NULL)
        return;
    for (size_t i = 0; i < (*p)->cap; i++) {
        tally_fini(&(*p)->rows[i].tally);
        for (int kind = 0; kind < AGE_KINDS; kind++)
            ages_fini(&(*p)->rows[i].ages[kind]);
    }
    mem_free((*p)->rows);
    index_fini(&(*p)->index);
    arena_fini(&(*p)->arena);
    mem_free(*p);
    *p = NULL;
}

static bool
key_equal(const struct row_key *a, const struct row_key *b)
{
    return a->profile == b->profile && a->pane == b->pane && a->second == b->second &&
           a->lateness_class == b->lateness_class;
}

static struct row *
add_row(struct partials *p, const struct row_key *key, uint64_t hash)
{
    struct row *row;

    if (p->n == p->cap) {
        size_t old = p->cap;

        p->rows = mem_grow(p->rows, p->n, &p->cap, sizeof(*p->rows));
        memset(&p->rows[old], 0, (p->cap - old) * sizeof(*p->rows));
    }
    row = &p->rows[p->n];
    row->key = *key;
    profile_hold(p->profiles, key->profile);
    index_add(&p->index, hash, (uint32_t)p->n);
    p->last = p->n++;
    return row;
}

static struct row *
get_row(struct partials *p, uint32_t profile, evtime_ms pane, evtime_ms second,
        evtime_ms lateness_class)
{
    struct row_key key = {
        .pane = pane, .second = second, .lateness_class = lateness_class, .profile = profile};
    uint64_t hash;

    if (p->last < p->n && key_equal(&p->rows[p->last].key, &key))
        return &p->rows[p->last];
    hash = hash_bytes(&key, sizeof(key), 0);
    for (struct index_probe probe = index_probe(&p->index, hash); index_next(&p->index, &probe);)
        if (key_equal(&p->rows[probe.item].key, &key)) {
            p->last = probe.item;
            return &p->rows[probe.item];
        }
    return add_row(p, &key, hash);
}

struct tally *
partials_row(struct partials *p, uint32_t profile, evtime_ms pane, evtime_ms second,
             evtime_ms lateness_class)
{
    return &get_row(p, profile, pane, second, lateness_class)->tally;
}

void
partials_add_age(struct partials *p, uint32_t profile, evtime_ms pane, evtime_ms lateness_class,
                 enum age_kind kind, evtime_ms birth, int64_t count)
{
    ages_add(&get_row(p, profile, pane, EVTIME_NONE, lateness_class)->ages[kind], birth, count);
}

/* The bins, cut into one sketch per duration. */
static void
describe_bins(const struct tally_bin *bins, size_t n, struct arena *a, struct partial_row *ret)
{
    struct partial_bin *all = arena_alloc(a, n, sizeof(*all));
    size_t durations = 0;

    for (size_t i = 0; i < n; i++)
        durations += i == 0 || tally_bin_duration(bins[i]) != tally_bin_duration(bins[i - 1]);
    ret->sketches.v = arena_alloc(a, durations, sizeof(*ret->sketches.v));
    ret->sketches.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct partial_sketch *to;

        if (i == 0 || tally_bin_duration(bins[i]) != tally_bin_duration(bins[i - 1]))
            ret->sketches.v[ret->sketches.n++] = (struct partial_sketch){
                .duration = (int32_t)tally_bin_duration(bins[i]), .bins.v = all + i};
        to = &ret->sketches.v[ret->sketches.n - 1];
        to->bins.v[to->bins.n++] = (struct partial_bin){.index = (int32_t)tally_bin_index(bins[i]),
                                                        .count = tally_bin_count(bins[i])};
    }
}

static void
describe_tally(const struct tally *t, struct arena *a, struct partial_row *ret)
{
    size_t n = 0;

    ret->measures.v = arena_alloc(a, t->n_values, sizeof(*ret->measures.v));
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++)
        for (uint64_t bits = t->present[word]; bits != 0; bits &= bits - 1, n++)
            ret->measures.v[n] =
                (struct partial_measure){.measure = (int32_t)(word * 64) + __builtin_ctzll(bits),
                                         .value = tally_values(t)[n]};
    ret->measures.n = n;
    describe_bins(tally_bins(t), t->n_bins, a, ret);
}

static void
describe_ages(const struct row *row, struct arena *a, struct partial_row *ret)
{
    size_t n = 0;

    for (int kind = 0; kind < AGE_KINDS; kind++)
        n += row->ages[kind].n;
    ret->ages.v = arena_alloc(a, n, sizeof(*ret->ages.v));
    for (int kind = 0; kind < AGE_KINDS; kind++)
        for (uint32_t i = 0; i < row->ages[kind].n; i++)
            ret->ages.v[ret->ages.n++] = (struct partial_age){.kind = kind,
                                                              .at = row->ages[kind].v[i].birth,
                                                              .count = row->ages[kind].v[i].count};
}

static void
describe_row(const struct row *row, struct arena *a, struct partial_row *ret)
{
    const struct row_key *key = &row->key;

    *ret = (struct partial_row){.pane = key->pane,
                                .has_second_pane = key->second != EVTIME_NONE,
                                .second_pane = key->second != EVTIME_NONE ? key->second : 0,
                                .lateness_class = key->lateness_class};
    describe_tally(&row->tally, a, ret);
    describe_ages(row, a, ret);
}

static size_t
bytes_of_row(const struct partial_row *row)
{
    size_t bytes = ROW_BYTES + row->measures.n * MEASURE_BYTES + row->ages.n * AGE_BYTES;

    for (size_t i = 0; i < row->sketches.n; i++)
        bytes += SKETCH_BYTES + row->sketches.v[i].bins.n * BIN_BYTES;
    return bytes;
}

static size_t
bytes_of_profile(const struct partial_profile *profile)
{
    size_t bytes = PROFILE_BYTES + profile->tenant.n;

    for (size_t i = 0; i < profile->values.n; i++)
        bytes += 4 + profile->values.v[i].n;
    for (size_t i = 0; i < profile->issue_types.n; i++)
        bytes += 4 + profile->issue_types.v[i].n;
    return bytes;
}

/* Rows and profiles on their way into one piece. */
struct piece {
    struct partial_profile *profiles;
    size_t n_profiles;
    struct partial_row *rows;
    size_t n_rows;
    size_t bytes;
};

struct pieces {
    struct piece *v;
    size_t n;
    size_t cap;
    struct index places; /* profile -> place in the current piece's profiles */
    uint32_t *profiles;  /* the profile at each place */
    struct partial_profile *described;
    struct partial_row *rows;
};

static void
start_piece(struct pieces *all)
{
    const struct piece *last = all->n > 0 ? &all->v[all->n - 1] : NULL;
    struct piece next = {.profiles = all->described, .rows = all->rows, .bytes = HEADER_BYTES};

    if (last != NULL) {
        next.profiles = last->profiles + last->n_profiles;
        next.rows = last->rows + last->n_rows;
    }
    all->v = mem_grow(all->v, all->n, &all->cap, sizeof(*all->v));
    all->v[all->n++] = next;
    index_clear(&all->places);
}

/* The place of the profile in the dictionary of the current piece, or -1. */
static int32_t
find_place(const struct pieces *all, uint32_t profile)
{
    const struct piece *piece = &all->v[all->n - 1];
    const uint32_t *names = all->profiles + (piece->profiles - all->described);
    uint64_t hash = hash_bytes(&profile, sizeof(profile), 0);

    for (struct index_probe probe = index_probe(&all->places, hash);
         index_next(&all->places, &probe);)
        if (names[probe.item] == profile)
            return (int32_t)probe.item;
    return -1;
}

static int32_t
add_place(struct pieces *all, uint32_t profile, const struct partial_profile *described)
{
    struct piece *piece = &all->v[all->n - 1];
    struct partial_profile *place = &piece->profiles[piece->n_profiles];

    all->profiles[place - all->described] = profile;
    *place = *described;
    piece->bytes += bytes_of_profile(described);
    index_add(&all->places, hash_bytes(&profile, sizeof(profile), 0), (uint32_t)piece->n_profiles);
    return (int32_t)piece->n_profiles++;
}

/* A row that does not fit, with its profile if that is new there, begins the next piece. */
static void
add_to_piece(struct partials *p, struct pieces *all, const struct row *row)
{
    struct partial_row described;
    const struct piece *piece = &all->v[all->n - 1];
    int32_t place = find_place(all, row->key.profile);
    struct partial_profile profile;
    size_t bytes;

    describe_row(row, &p->arena, &described);
    bytes = bytes_of_row(&described);
    if (place < 0)
        profile_describe(p->profiles, row->key.profile, &p->arena, &profile);
    if (piece->n_rows > 0 &&
        piece->bytes + bytes + (place < 0 ? bytes_of_profile(&profile) : 0) > PIECE_BYTES) {
        if (place >= 0)
            profile = piece->profiles[place];
        place = -1;
        start_piece(all);
    }
    described.profile = place >= 0 ? place : add_place(all, row->key.profile, &profile);
    all->v[all->n - 1].bytes += bytes;
    all->v[all->n - 1].rows[all->v[all->n - 1].n_rows++] = described;
}

static bool
is_ready(const struct partials *p, const struct row *row, evtime_ms edge)
{
    return edge >= EVTIME_MAX ||
           engine_pane_of(row->key.pane, row->key.lateness_class) + p->pane_ms <= edge;
}

/* Forgets the rows that are ready at `edge`; what stays moves to the front and is found again. */
static void
forget(struct partials *p, evtime_ms edge)
{
    size_t kept = 0;

    index_clear(&p->index);
    for (size_t i = 0; i < p->n; i++) {
        struct row row = p->rows[i];

        if (is_ready(p, &row, edge)) {
            profile_release(p->profiles, row.key.profile);
            tally_clear(&p->rows[i].tally);
            for (int kind = 0; kind < AGE_KINDS; kind++)
                ages_clear(&p->rows[i].ages[kind]);
            continue;
        }
        p->rows[i] = p->rows[kept];
        p->rows[kept] = row;
        index_add(&p->index, hash_bytes(&row.key, sizeof(row.key), 0), (uint32_t)kept++);
    }
    p->n = kept;
    p->last = SIZE_MAX;
}

/* With many profiles nothing of a row is near by the time it leaves: asks for what the rows after
 * row i need. */
static void
prefetch(const struct partials *p, size_t i)
{
    if (i + 2 * AHEAD < p->n) {
        tally_prefetch(&p->rows[i + 2 * AHEAD].tally);
        profile_prefetch(p->profiles, p->rows[i + 2 * AHEAD].key.profile);
    }
    if (i + AHEAD < p->n)
        profile_prefetch_texts(p->profiles, p->rows[i + AHEAD].key.profile);
}

void
partials_flush(struct partials *p, evtime_ms edge, const struct partial_batch *header,
               partial_batch_fn *take, void *context)
{
    struct pieces all = {0};
    struct partial_batch batch = *header;

    arena_reset(&p->arena);
    all.profiles = arena_alloc(&p->arena, p->n, sizeof(*all.profiles));
    all.described = arena_alloc(&p->arena, p->n, sizeof(*all.described));
    all.rows = arena_alloc(&p->arena, p->n, sizeof(*all.rows));
    start_piece(&all);
    for (size_t i = 0; i < p->n; i++) {
        prefetch(p, i);
        if (is_ready(p, &p->rows[i], edge))
            add_to_piece(p, &all, &p->rows[i]);
    }
    batch.pieces = (int32_t)all.n;
    for (size_t i = 0; i < all.n; i++) {
        batch.piece = (int32_t)i;
        batch.profiles.v = all.v[i].profiles;
        batch.profiles.n = all.v[i].n_profiles;
        batch.rows.v = all.v[i].rows;
        batch.rows.n = all.v[i].n_rows;
        take(context, &batch);
    }
    mem_free(all.v);
    index_fini(&all.places);
    forget(p, edge);
}

void
partials_describe(const struct partials *p, struct arena *a, struct partial_batch *ret)
{
    ret->profiles.v = arena_alloc(a, p->n, sizeof(*ret->profiles.v));
    ret->rows.v = arena_alloc(a, p->n, sizeof(*ret->rows.v));
    ret->profiles.n = ret->rows.n = p->n;
    for (size_t i = 0; i < p->n; i++) {
        profile_describe(p->profiles, p->rows[i].key.profile, a, &ret->profiles.v[i]);
        describe_row(&p->rows[i], a, &ret->rows.v[i]);
        ret->rows.v[i].profile = (int32_t)i;
    }
}

void
partials_restore(struct partials *p, const struct partial_batch *batch)
{
    for (size_t i = 0; i < batch->rows.n; i++) {
        const struct partial_row *row = &batch->rows.v[i];
        uint32_t profile = profile_of_description(p->profiles, &batch->profiles.v[row->profile]);
        struct tally *t = partials_row(p, profile, row->pane,
                                       row->has_second_pane ? row->second_pane : EVTIME_NONE,
                                       row->lateness_class);

        for (size_t m = 0; m < row->measures.n; m++)
            tally_add(t, (enum measure)row->measures.v[m].measure, row->measures.v[m].value);
        for (size_t s = 0; s < row->sketches.n; s++) {
            const struct partial_sketch *sketch = &row->sketches.v[s];

            for (size_t b = 0; b < sketch->bins.n; b++) {
                struct sketch_bin bin =
                    sketch_bin_of((unsigned)sketch->bins.v[b].index, sketch->bins.v[b].count);

                tally_add_bins(t, (enum duration)sketch->duration, &bin, 1);
            }
        }
        for (size_t k = 0; k < row->ages.n; k++)
            partials_add_age(p, profile, row->pane, row->lateness_class,
                             (enum age_kind)row->ages.v[k].kind, row->ages.v[k].at,
                             row->ages.v[k].count);
        profile_release(p->profiles, profile);
    }
}

size_t
partials_bytes(const struct partials *p)
{
    size_t bytes = index_bytes(&p->index) + p->cap * sizeof(*p->rows);

    for (size_t i = 0; i < p->cap; i++)
        bytes += tally_bytes(&p->rows[i].tally) +
                 (p->rows[i].ages[0].cap + p->rows[i].ages[1].cap) * sizeof(struct age);
    return bytes;
}

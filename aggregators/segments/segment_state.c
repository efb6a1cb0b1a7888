/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Save and load. One record for the engine (time and sources), one per segment with open tickets,
 * one per entry of a window: what changes together is written together, and a changelog of them
 * stays small. Records may be loaded in any order. What can be derived (groups and their volumes,
 * ranks, placements) is not in them.
 */
#include "schemas/segment_state.h"

#include "aggregators/segments/engine_parts.h"
#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"

/* Where the records of a save go, and the memory for them. */
struct saver {
    struct segment_engine *engine;
    segment_state_fn *take;
    void *context;
    struct strbuf key;
    struct strbuf body;
};

static void
take_record(struct saver *s, const struct segment_state *state)
{
    strbuf_clear(&s->body);
    avro_encode(&segment_state_desc, state, &s->body);
    s->take(s->context, strbuf_str(&s->key), strbuf_str(&s->body));
    arena_reset(&s->engine->arena);
}

/* "kind|tenant|segment_id", with the tenant escaped so that it ends where it ends. */
static void
set_key(struct saver *s, const char *kind, const struct segment *segment)
{
    strbuf_clear(&s->key);
    strbuf_add(&s->key, str_from(kind));
    strbuf_add_char(&s->key, '|');
    for (size_t i = 0; i < segment->text->tenant.n; i++) {
        char c = segment->text->tenant.p[i];

        if (c == '|' || c == '\\')
            strbuf_add_char(&s->key, '\\');
        strbuf_add_char(&s->key, c);
    }
    strbuf_add_char(&s->key, '|');
    strbuf_add(&s->key, segment->text->id);
}

static void
save_engine(struct saver *s)
{
    const struct segment_engine *e = s->engine;
    struct segment_state state = {.payload.kind = SEGMENT_STATE_PAYLOAD_SEGMENT_ENGINE_STATE};
    struct segment_engine_state *to = &state.payload.u.segment_engine_state;

    to->fingerprint = (int64_t)e->settings->hop_fingerprint;
    to->has_time = e->time != EVTIME_NONE;
    to->time = to->has_time ? e->time : 0;
    to->sources.n = e->n_sources;
    to->sources.v = arena_alloc(&s->engine->arena, e->n_sources, sizeof(*to->sources.v));
    for (uint32_t i = 0; i < e->n_sources; i++)
        to->sources.v[i] = (struct segment_source_state){.is_heard = e->sources[i].is_heard,
                                                         .to_edge = e->sources[i].to_edge};
    strbuf_clear(&s->key);
    strbuf_add(&s->key, STR("engine"));
    take_record(s, &state);
}

static void
describe_ages(const struct segment *segment, struct arena *a, struct segment_level *to)
{
    for (int kind = 0; segment->ages != NULL && kind < AGE_KINDS; kind++)
        to->ages.n += segment->ages[kind].n;
    to->ages.v = arena_alloc(a, to->ages.n, sizeof(*to->ages.v));
    to->ages.n = 0;
    for (int kind = 0; segment->ages != NULL && kind < AGE_KINDS; kind++)
        for (uint32_t i = 0; i < segment->ages[kind].n; i++)
            to->ages.v[to->ages.n++] =
                (struct segment_age){.kind = kind,
                                     .birth = segment->ages[kind].v[i].birth,
                                     .count = segment->ages[kind].v[i].count};
}

static void
save_level(struct saver *s, const struct segment *segment)
{
    const struct segmentation *segmentation =
        &s->engine->settings->segmentations[segment->segmentation];
    struct segment_state state = {.payload.kind = SEGMENT_STATE_PAYLOAD_SEGMENT_LEVEL};
    struct segment_level *to = &state.payload.u.segment_level;

    to->tenant = segment->text->tenant;
    to->segmentation = segmentation->name;
    to->values.v = segment->text->values;
    to->values.n = segmentation->n;
    to->level = segment->level;
    describe_ages(segment, &s->engine->arena, to);
    set_key(s, "level", segment);
    take_record(s, &state);
}

static void
describe_measures(const struct tally *t, struct arena *a, struct segment_window *to)
{
    to->measures.v = arena_alloc(a, t->n_values, sizeof(*to->measures.v));
    for (int m = 0; m < MEASURES_MAX; m++)
        if (t->present[m / 64] >> (m % 64) & 1)
            to->measures.v[to->measures.n++] =
                (struct segment_measure){.measure = m, .value = tally_get(t, (enum measure)m)};
}

/* The bins, cut into one sketch per duration. */
static void
describe_bins(const struct tally *t, struct arena *a, struct segment_window *to)
{
    const struct tally_bin *bins = tally_bins(t);
    struct segment_bin *all = arena_alloc(a, t->n_bins, sizeof(*all));
    struct segment_sketch *sketch = NULL;

    to->sketches.v = arena_alloc(a, DURATIONS_MAX, sizeof(*to->sketches.v));
    for (uint32_t i = 0; i < t->n_bins; i++) {
        int32_t d = (int32_t)tally_bin_duration(bins[i]);

        if (sketch == NULL || sketch->duration != d) {
            sketch = &to->sketches.v[to->sketches.n++];
            *sketch = (struct segment_sketch){.duration = d, .bins.v = all + i};
        }
        sketch->bins.v[sketch->bins.n++] = (struct segment_bin){
            .index = (int32_t)tally_bin_index(bins[i]), .count = tally_bin_count(bins[i])};
    }
}

static void
describe_histograms(const struct entry *entry, struct arena *a, struct segment_window *to)
{
    to->has_ages = entry->has_ages;
    to->ages.n = entry->ages != NULL ? AGE_KINDS : 0;
    to->ages.v = arena_alloc(a, to->ages.n, sizeof(*to->ages.v));
    for (size_t kind = 0; kind < to->ages.n; kind++) {
        const struct age_histogram *from = &entry->ages[kind];

        to->ages.v[kind] = (struct segment_histogram){
            .n = from->n, .p50_ms = from->p50_ms, .p90_ms = from->p90_ms, .max_ms = from->max_ms};
        to->ages.v[kind].classes.n = AGE_CLASSES;
        to->ages.v[kind].classes.v = arena_alloc(a, AGE_CLASSES, sizeof(int64_t));
        memcpy(to->ages.v[kind].classes.v, from->classes, sizeof(from->classes));
    }
}

static void
save_entry(struct saver *s, const struct segment *segment, const struct entry *entry)
{
    const struct settings *settings = s->engine->settings;
    const struct segmentation *segmentation = &settings->segmentations[segment->segmentation];
    const struct window_spec *spec = &settings->windows[entry->window->spec];
    struct segment_state state = {.payload.kind = SEGMENT_STATE_PAYLOAD_SEGMENT_WINDOW};
    struct segment_window *to = &state.payload.u.segment_window;

    to->tenant = segment->text->tenant;
    to->segmentation = segmentation->name;
    to->values.v = segment->text->values;
    to->values.n = segmentation->n;
    to->window_name = spec->name;
    to->window_start = entry->window->window.start;
    to->window_end = entry->window->window.end;
    to->is_closed = entry->window->is_closed;
    to->level = entry->level;
    to->net_flow = entry->net_flow;
    to->published = entry->n_published;
    to->published_hash = (int64_t)entry->published_hash;
    to->is_early = entry->is_early;
    describe_histograms(entry, &s->engine->arena, to);
    describe_measures(&entry->tally, &s->engine->arena, to);
    describe_bins(&entry->tally, &s->engine->arena, to);
    set_key(s, "window", segment);
    strbuf_add_char(&s->key, '|');
    strbuf_add(&s->key, spec->name);
    strbuf_add_char(&s->key, '|');
    strbuf_add_int(&s->key, to->window_start);
    take_record(s, &state);
}

void
segment_engine_save(struct segment_engine *e, segment_state_fn *take, void *context)
{
    struct saver s = {.engine = e, .take = take, .context = context};

    segment_engine_spread(e);
    save_engine(&s);
    segment_table_rank(e->segments);
    for (uint32_t i = 0; i < segment_table_count(e->segments); i++) {
        const struct segment *segment = segment_get(e->segments, segment_at_rank(e->segments, i));

        if (segment->level != 0 || segment->ages != NULL)
            save_level(&s, segment);
        for (unsigned spec = 0; spec < e->settings->n_windows; spec++)
            for (uint32_t at = segment->newest[spec]; at != 0;) {
                const struct entry *entry = window_entry(e->windows, at);

                save_entry(&s, segment, entry);
                at = entry->older;
            }
    }
    strbuf_fini(&s.key);
    strbuf_fini(&s.body);
}

static enum err
load_engine(struct segment_engine *e, const struct segment_engine_state *from, struct error *reterr)
{
    if ((uint64_t)from->fingerprint != e->settings->hop_fingerprint)
        return error_set(reterr, ERR_CONFIG,
                         "the saved windows are of another configuration: pane, windows or "
                         "segmentations were changed");
    if (from->sources.n != e->n_sources)
        return error_set(reterr, ERR_CONFIG,
                         "the saved state is of %zu input partitions and there are %u now: keys "
                         "have moved away from their state",
                         from->sources.n, e->n_sources);
    for (uint32_t i = 0; i < e->n_sources; i++) {
        e->sources[i].is_heard = from->sources.v[i].is_heard;
        e->sources[i].to_edge = from->sources.v[i].to_edge;
        e->sources[i].restored_edge = from->sources.v[i].to_edge;
    }
    if (from->has_time) {
        e->time = from->time;
        window_table_set_time(e->windows, from->time);
    }
    return ERR_NONE;
}

/* The segment of a record, 0 where this configuration has no such segmentation. */
static uint32_t
find_segment(struct segment_engine *e, struct str tenant, struct str name, const struct str *values,
             size_t n)
{
    for (uint32_t s = 0; s < e->settings->n_segmentations; s++) {
        const struct segmentation *segmentation = &e->settings->segmentations[s];

        if (segmentation->n == n && str_equal(segmentation->name, name))
            return segment_table_make(e->segments, tenant, s, values);
    }
    return 0;
}

static enum err
refuse(struct error *reterr, const char *what, struct str name)
{
    return error_set(reterr, ERR_SCHEMA, "a saved window cannot be read: %s \"%.*s\"", what,
                     STR_ARG(name));
}

static enum err
load_level(struct segment_engine *e, const struct segment_level *from, struct error *reterr)
{
    uint32_t segment =
        find_segment(e, from->tenant, from->segmentation, from->values.v, from->values.n);

    if (segment == 0)
        return refuse(reterr, "unknown segmentation", from->segmentation);
    segment_get(e->segments, segment)->level = from->level;
    for (size_t i = 0; i < from->ages.n; i++) {
        if (from->ages.v[i].kind < 0 || from->ages.v[i].kind >= AGE_KINDS)
            return refuse(reterr, "bad ages in", from->segmentation);
        segment_add_age(segment_get(e->segments, segment), (enum age_kind)from->ages.v[i].kind,
                        from->ages.v[i].birth, from->ages.v[i].count);
    }
    return ERR_NONE;
}

/* False if a number or a bin is not one that this version knows. */
static bool
restore_sketch(struct tally *t, const struct segment_sketch *from)
{
    if (from->duration < 0 || from->duration >= DURATIONS_MAX)
        return false;
    for (size_t i = 0; i < from->bins.n; i++) {
        const struct segment_bin *bin = &from->bins.v[i];
        struct sketch_bin one;

        if (bin->index < 0 || !sketch_index_occurs((unsigned)bin->index) || bin->count == 0 ||
            bin->count > TALLY_COUNT_MAX || bin->count < -TALLY_COUNT_MAX)
            return false;
        one = sketch_bin_of((unsigned)bin->index, bin->count);
        tally_add_bins(t, (enum duration)from->duration, &one, 1);
    }
    return true;
}

static bool
restore_tally(struct tally *t, const struct segment_window *from)
{
    for (size_t i = 0; i < from->measures.n; i++) {
        const struct segment_measure *m = &from->measures.v[i];

        if (m->measure < 0 || m->measure >= MEASURES_MAX)
            return false;
        tally_add(t, (enum measure)m->measure, m->value);
    }
    for (size_t i = 0; i < from->sketches.n; i++)
        if (!restore_sketch(t, &from->sketches.v[i]))
            return false;
    return true;
}

static bool
restore_histograms(struct entry *entry, const struct segment_window *from)
{
    entry->has_ages = from->has_ages;
    if (!from->has_ages || from->ages.n == 0)
        return true;
    if (from->ages.n != AGE_KINDS)
        return false;
    entry->ages = mem_new(AGE_KINDS, sizeof(*entry->ages));
    for (size_t kind = 0; kind < AGE_KINDS; kind++) {
        const struct segment_histogram *h = &from->ages.v[kind];

        if (h->classes.n != AGE_CLASSES)
            return false;
        entry->ages[kind] = (struct age_histogram){
            .n = h->n, .p50_ms = h->p50_ms, .p90_ms = h->p90_ms, .max_ms = h->max_ms};
        memcpy(entry->ages[kind].classes, h->classes.v, sizeof(entry->ages[kind].classes));
    }
    return true;
}

static enum err
load_entry(struct segment_engine *e, const struct segment_window *from, struct error *reterr)
{
    uint32_t segment =
        find_segment(e, from->tenant, from->segmentation, from->values.v, from->values.n);
    struct window w = {from->window_start, from->window_end};
    struct window_state *state;
    struct entry *entry;
    uint32_t spec = 0;

    if (segment == 0)
        return refuse(reterr, "unknown segmentation", from->segmentation);
    while (spec < e->settings->n_windows &&
           !str_equal(e->settings->windows[spec].name, from->window_name))
        spec++;
    if (spec == e->settings->n_windows)
        return refuse(reterr, "unknown window", from->window_name);
    state = window_table_restore(e->windows, spec, w, from->is_closed);
    entry = window_entry(e->windows, window_table_make_entry(e->windows, state, segment));
    entry->level = from->level;
    entry->net_flow = from->net_flow;
    entry->n_published = from->published;
    entry->published_hash = (uint64_t)from->published_hash;
    entry->is_early = from->is_early;
    if (!restore_histograms(entry, from) || !restore_tally(&entry->tally, from))
        return refuse(reterr, "bad values in", from->window_name);
    return ERR_NONE;
}

static enum err
load_state(struct segment_engine *e, const struct segment_state *state, struct error *reterr)
{
    switch (state->payload.kind) {
    case SEGMENT_STATE_PAYLOAD_SEGMENT_ENGINE_STATE:
        return load_engine(e, &state->payload.u.segment_engine_state, reterr);
    case SEGMENT_STATE_PAYLOAD_SEGMENT_LEVEL:
        return load_level(e, &state->payload.u.segment_level, reterr);
    case SEGMENT_STATE_PAYLOAD_SEGMENT_WINDOW:
        return load_entry(e, &state->payload.u.segment_window, reterr);
    case SEGMENT_STATE_PAYLOAD_UNKNOWN:
        return error_set(reterr, ERR_SCHEMA, "saved state of a newer version");
    }
    UNREACHABLE();
}

enum err
segment_engine_load(struct segment_engine *e, struct str key, struct str body, struct error *reterr)
{
    struct segment_state state;
    enum err err = ERR_NONE;

    if (e->plan == NULL)
        err = plan_compile(str_of(segment_state_avsc, SEGMENT_STATE_AVSC_LEN), &segment_state_desc,
                           &e->plan, reterr);
    if (err != ERR_NONE)
        return err;
    if (plan_decode(e->plan, body, &e->arena, &state, NULL) != DECODE_OK)
        err = error_set(reterr, ERR_SCHEMA, "saved state \"%.*s\" cannot be decoded", STR_ARG(key));
    else
        err = load_state(e, &state, reterr);
    arena_reset(&e->arena);
    return err;
}

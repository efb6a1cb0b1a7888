/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/publish.h"

#include "aggregators/metrics/values.h"
#include "base/check.h"
#include "base/index.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"

#include <stddef.h>
#include <stdlib.h>

enum { AHEAD = 8 };

struct offer {
    evtime_ms end;
    uint32_t rank; /* of the segment */
    uint32_t name; /* rank of the window's name */
    uint32_t entry;
};

struct publisher {
    const struct settings *settings;
    struct segment_table *segments;
    struct window_table *windows;
    struct values values;
    uint32_t name_ranks[WINDOWS_MAX];
    enum output outputs[SEGMENTATIONS_MAX];

    struct offer *offers;
    size_t n;
    size_t cap;
    uint64_t edge; /* number of this publication */

    struct rollup
        rollup; /* scratch; of its metrics only those that are computed are ever written */
    struct segment_dimensions_custom_entry custom[DIMENSIONS_MAX];
    struct strbuf metrics; /* scratch */
};

/* Where the dimensions lie in the Segment record; all but custom, which is a map. */
static const struct {
    size_t has;
    size_t at;
} places[DIMENSION_CUSTOM] = {
#define PLACE(id, name)                                                                            \
    [id] = {offsetof(struct segment_dimensions, has_##name),                                       \
            offsetof(struct segment_dimensions, name)}
    PLACE(DIMENSION_CHANNEL, channel),
    PLACE(DIMENSION_QUEUE, queue),
    PLACE(DIMENSION_TEAM, team),
    PLACE(DIMENSION_AGENT, agent),
    PLACE(DIMENSION_PRIORITY, priority),
    PLACE(DIMENSION_SEVERITY, severity),
    PLACE(DIMENSION_ISSUE_TYPE, issue_type),
    PLACE(DIMENSION_PRODUCT, product),
    PLACE(DIMENSION_PRODUCT_LINE, product_line),
    PLACE(DIMENSION_CUSTOMER_TIER, customer_tier),
    PLACE(DIMENSION_REGION, region),
    PLACE(DIMENSION_LANGUAGE, language),
    PLACE(DIMENSION_BRAND, brand),
#undef PLACE
};

static const struct dimension *
dimension_of(const struct settings *settings, uint32_t segmentation, unsigned i)
{
    return &settings->dimensions[settings->segmentations[segmentation].dimensions[i]];
}

struct publisher *
publisher_new(const struct settings *settings, struct segment_table *segments,
              struct window_table *windows)
{
    struct publisher *p = mem_new(1, sizeof(*p));

    p->settings = settings;
    p->segments = segments;
    p->windows = windows;
    values_init(&p->values, settings->metrics);
    for (unsigned i = 0; i < settings->n_windows; i++)
        for (unsigned j = 0; j < settings->n_windows; j++)
            if (str_compare(settings->windows[j].name, settings->windows[i].name) < 0)
                p->name_ranks[i]++;
    for (unsigned s = 0; s < settings->n_segmentations; s++) {
        p->outputs[s] = OUTPUT_ROLLUPS;
        for (unsigned i = 0; i < settings->segmentations[s].n; i++)
            if (dimension_of(settings, s, i)->id == DIMENSION_AGENT)
                p->outputs[s] = OUTPUT_ROLLUPS_AGENT;
    }
    p->rollup.definition_version = DEFINITION_VERSION;
    return p;
}

void
publisher_free(struct publisher **p)
{
    if (*p == NULL)
        return;
    mem_free((*p)->offers);
    strbuf_fini(&(*p)->metrics);
    values_fini(&(*p)->values);
    mem_free(*p);
    *p = NULL;
}

static bool
holds_something(const struct entry *e)
{
    return e->net_flow != 0 || !tally_is_zero(&e->tally);
}

static int
compare_offers(const void *a, const void *b)
{
    const struct offer *x = a;
    const struct offer *y = b;

    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

/* The volume of the segment without its channel: that of all its siblings, added up once per group,
 * window and edge. */
static int64_t
mix_total(struct publisher *p, const struct segment *s, const struct window_state *w)
{
    struct segment_group *group = segment_group_get(p->segments, s->group);
    struct group_mark *mark = &group->marks[w->spec];

    if (mark->summed == w && mark->summed_edge == p->edge)
        return mark->volume;
    mark->summed = w;
    mark->summed_edge = p->edge;
    mark->volume = 0;
    for (uint32_t at = group->first; at != 0; at = segment_get(p->segments, at)->next_in_group) {
        uint32_t entry = window_table_find_entry(p->windows, w, at);

        if (entry != 0)
            mark->volume += tally_get(&window_entry(p->windows, entry)->tally, MEASURE_volume);
    }
    return mark->volume;
}

/* Ages where no ticket is open. */
static const struct age_histogram nobody[AGE_KINDS];

void
publisher_close(struct publisher *p, uint32_t entry)
{
    struct entry *e = window_entry(p->windows, entry);
    const struct segment *s = segment_get(p->segments, e->segment);
    struct age_histogram ages[AGE_KINDS] = {{.n = 0}};

    for (int kind = 0; s->ages != NULL && kind < AGE_KINDS; kind++)
        ages_measure(&s->ages[kind], e->window->window.end, &ages[kind]);
    e->has_ages = true;
    if (ages[AGE_OF_TICKET].n == 0 && ages[AGE_OF_CUSTOMER_MESSAGE].n == 0)
        return;
    e->ages = mem_new(AGE_KINDS, sizeof(*e->ages));
    memcpy(e->ages, ages, sizeof(ages));
}

/* Nothing is published at the close: then the entry never has ages. */
static void
forget_ages(struct entry *e)
{
    mem_free(e->ages);
    e->ages = NULL;
    e->has_ages = false;
}

void
publisher_offer(struct publisher *p, uint32_t entry)
{
    struct entry *e = window_entry(p->windows, entry);

    if (e->n_published == 0 && !e->is_early && !holds_something(e)) {
        forget_ages(e);
        return;
    }
    p->offers = mem_grow(p->offers, p->n, &p->cap, sizeof(*p->offers));
    p->offers[p->n++] = (struct offer){.end = e->window->window.end,
                                       .rank = e->segment, /* made a rank before sorting */
                                       .name = p->name_ranks[e->window->spec],
                                       .entry = entry};
}

/* Fills and encodes the metrics of the entry; returns the hash of the bytes. */
static uint64_t
make_metrics(struct publisher *p, const struct entry *e, const struct segment *s, bool with_ages)
{
    struct values_input input = {
        .tally = &e->tally,
        .level = e->window->is_closed ? e->level : s->level,
        .net_flow = e->net_flow,
        .has_mix = s->group != 0,
    };

    if (with_ages && e->has_ages)
        input.ages = e->ages != NULL ? e->ages : nobody;

    if (input.has_mix)
        input.mix_total = mix_total(p, s, e->window);
    values_fill(&p->values, &input, &p->rollup.metrics);
    strbuf_clear(&p->metrics);
    avro_encode(&metrics_desc, &p->rollup.metrics, &p->metrics);
    return hash_str(strbuf_str(&p->metrics), 0);
}

static void
fill_dimensions(struct publisher *p, const struct segment *s)
{
    struct segment_dimensions *d = &p->rollup.segment;
    char *base = (char *)d;

    *d = (struct segment_dimensions){.custom.v = p->custom};
    for (unsigned i = 0; i < p->settings->segmentations[s->segmentation].n; i++) {
        const struct dimension *dimension = dimension_of(p->settings, s->segmentation, i);

        if (dimension->id == DIMENSION_CUSTOM) {
            d->custom.v[d->custom.n].key = dimension->custom_key;
            d->custom.v[d->custom.n++].value = s->text->values[i];
            continue;
        }
        *(bool *)(base + places[dimension->id].has) = true;
        memcpy(base + places[dimension->id].at, &s->text->values[i], sizeof(struct str));
    }
}

static void
fill_head(struct publisher *p, const struct entry *e, const struct segment *s, evtime_ms watermark)
{
    const struct window_spec *spec = &p->settings->windows[e->window->spec];
    struct rollup *r = &p->rollup;

    r->tenant = s->text->tenant;
    r->segmentation = p->settings->segmentations[s->segmentation].name;
    fill_dimensions(p, s);
    r->segment_id = s->text->id;
    r->window_name = spec->name;
    r->window_start = e->window->window.start;
    r->window_end = e->window->window.end;
    r->zone = spec->zone;
    r->revision = e->n_published;
    r->is_closed = e->window->is_closed;
    r->corrections_until = e->window->window.end + spec->allowed_lateness_ms;
    r->watermark = watermark;
    r->late = tally_get(&e->tally, MEASURE_late);
}

static bool
publish_entry(struct publisher *p, struct entry *e, evtime_ms watermark, bool is_last,
              struct outbox *out)
{
    const struct segment *s = segment_get(p->segments, e->segment);
    bool is_running = !e->window->is_closed;
    bool is_whole = e->n_published == 0 && (!is_running || is_last) && holds_something(e);
    uint64_t hash = make_metrics(p, e, s, e->n_published > 0);

    /* At its close, and at the end of a run, what a window holds is published whether it was before
     * or not. */
    if (!is_whole && (e->n_published > 0 || e->is_early) && hash == e->published_hash) {
        if (e->n_published == 0)
            forget_ages(e);
        return false;
    }
    if (e->n_published == 0 && e->has_ages)
        hash = make_metrics(p, e, s, true);
    fill_head(p, e, s, watermark);
    outbox_add_rollup_parts(out, p->outputs[s->segmentation], &p->rollup, strbuf_str(&p->metrics));
    e->published_hash = hash;
    if (is_running)
        e->is_early = true;
    else
        e->n_published++;
    return true;
}

/* Entries lie far apart: asks for those of later offers, in steps, each of which needs what the one
 * before asked for. */
static void
prefetch_offer(const struct publisher *p, size_t i)
{
    if (i + 2 * AHEAD < p->n)
        window_entry_prefetch(p->windows, p->offers[i + 2 * AHEAD].entry);
    if (i + AHEAD < p->n) {
        const struct entry *e = window_entry(p->windows, p->offers[i + AHEAD].entry);

        tally_prefetch(&e->tally);
        __builtin_prefetch(segment_get(p->segments, e->segment));
    }
    if (i + AHEAD / 2 < p->n) {
        const struct entry *e = window_entry(p->windows, p->offers[i + AHEAD / 2].entry);

        __builtin_prefetch(segment_get(p->segments, e->segment)->text);
    }
}

struct published
publisher_publish(struct publisher *p, evtime_ms watermark, bool is_last, struct outbox *out)
{
    struct published done = {0};

    p->edge++;
    if (p->n == 0)
        return done;
    segment_table_rank(p->segments);
    for (size_t i = 0; i < p->n; i++)
        p->offers[i].rank = segment_rank(p->segments, p->offers[i].rank);
    qsort(p->offers, p->n, sizeof(*p->offers), compare_offers);
    for (size_t i = 0; i < p->n; i++) {
        struct entry *e = window_entry(p->windows, p->offers[i].entry);
        bool is_correction = e->n_published > 0;

        prefetch_offer(p, i);
        if (!publish_entry(p, e, watermark, is_last, out))
            continue;
        done.rollups++;
        done.corrections += is_correction;
    }
    p->n = 0;
    return done;
}

size_t
publisher_bytes(const struct publisher *p)
{
    return sizeof(*p) + p->cap * sizeof(*p->offers) + p->metrics.cap;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/window_table.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/pool.h"

/* The windows of one spec, by end; closed ones first. */
struct window_list {
    struct window_state **v;
    size_t n;
    size_t cap;
    size_t n_closed;
};

struct window_table {
    const struct settings *settings;
    struct segment_table *segments;
    struct pool entries;
    struct window_list lists[WINDOWS_MAX];
    evtime_ms time;

    uint64_t edge; /* number of the running edge */
    uint32_t *changed;
    size_t n_changed;
    size_t cap_changed;

    struct tally *spare; /* of freed entries: cleared, with their memory */
    size_t n_spare;
    size_t cap_spare;
};

struct window_table *
window_table_new(const struct settings *settings, struct segment_table *segments)
{
    struct window_table *t = mem_new(1, sizeof(*t));

    t->settings = settings;
    t->segments = segments;
    t->time = EVTIME_NONE;
    t->edge = 1;
    pool_init(&t->entries, sizeof(struct entry));
    return t;
}

struct entry *
window_entry(const struct window_table *t, uint32_t number)
{
    return pool_get(&t->entries, number);
}

static void
free_window(struct window_table *t, struct window_state *w)
{
    for (size_t i = 0; i < w->n; i++) {
        tally_fini(&window_entry(t, w->entries[i])->tally);
        mem_free(window_entry(t, w->entries[i])->ages);
    }
    mem_free(w->entries);
    mem_free(w);
}

void
window_table_free(struct window_table **t)
{
    struct window_table *table = *t;

    if (table == NULL)
        return;
    for (unsigned s = 0; s < table->settings->n_windows; s++) {
        for (size_t i = 0; i < table->lists[s].n; i++)
            free_window(table, table->lists[s].v[i]);
        mem_free(table->lists[s].v);
    }
    for (size_t i = 0; i < table->n_spare; i++)
        tally_fini(&table->spare[i]);
    mem_free(table->spare);
    mem_free(table->changed);
    pool_fini(&table->entries);
    mem_free(table);
    *t = NULL;
}

void
window_table_set_time(struct window_table *t, evtime_ms time)
{
    CHECK(time >= t->time);
    t->time = time;
}

size_t
window_table_count(const struct window_table *t, uint32_t spec)
{
    return t->lists[spec].n;
}

struct window_state *
window_table_at(const struct window_table *t, uint32_t spec, size_t i)
{
    CHECK(i < t->lists[spec].n);
    return t->lists[spec].v[i];
}

/* The place of the first window of the list that ends at `end` or later. */
static size_t
place_of(const struct window_list *list, evtime_ms end)
{
    size_t low = 0;
    size_t high = list->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->v[middle]->window.end < end)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct window_state *
window_table_get(struct window_table *t, uint32_t spec, struct window w)
{
    struct window_list *list = &t->lists[spec];
    size_t place = place_of(list, w.end);
    struct window_state *state;

    if (place < list->n && list->v[place]->window.end == w.end)
        return list->v[place];
    state = mem_new(1, sizeof(*state));
    state->window = w;
    state->spec = spec;
    state->is_closed = w.end <= t->time;
    list->v = mem_grow(list->v, list->n, &list->cap, sizeof(*list->v));
    memmove(&list->v[place + 1], &list->v[place], (list->n - place) * sizeof(*list->v));
    list->v[place] = state;
    list->n++;
    list->n_closed += state->is_closed;
    return state;
}

struct window_state *
window_table_restore(struct window_table *t, uint32_t spec, struct window w, bool is_closed)
{
    struct window_state *state = window_table_get(t, spec, w);

    if (is_closed && !state->is_closed) {
        state->is_closed = true;
        t->lists[spec].n_closed++;
    }
    return state;
}

/* The segment's youngest entry that ends at or before the window's end; `*ret_newer` is the one
 * behind it in time. */
static uint32_t
seek(const struct window_table *t, const struct window_state *w, uint32_t segment,
     uint32_t *ret_newer)
{
    uint32_t at = segment_get(t->segments, segment)->newest[w->spec];

    *ret_newer = 0;
    while (at != 0 && window_entry(t, at)->window->window.end > w->window.end) {
        *ret_newer = at;
        at = window_entry(t, at)->older;
    }
    return at;
}

uint32_t
window_table_find_entry(const struct window_table *t, const struct window_state *w,
                        uint32_t segment)
{
    uint32_t newer;
    uint32_t at = seek(t, w, segment, &newer);

    return at != 0 && window_entry(t, at)->window == w ? at : 0;
}

/* The segment's level at the end of the windows between `newer` and the entry before it. */
static int64_t
level_before(const struct window_table *t, const struct segment *s, uint32_t newer)
{
    int64_t level = s->level;

    for (; newer != 0; newer = window_entry(t, newer)->newer) {
        const struct entry *e = window_entry(t, newer);

        if (e->window->is_closed)
            return e->level - e->net_flow;
        level -= e->net_flow;
    }
    return level;
}

uint32_t
window_table_make_entry(struct window_table *t, struct window_state *w, uint32_t segment)
{
    struct segment *s = segment_get(t->segments, segment);
    uint32_t newer;
    uint32_t older = seek(t, w, segment, &newer);
    uint32_t number;
    struct entry *e;

    if (older != 0 && window_entry(t, older)->window == w)
        return older;
    number = pool_add(&t->entries);
    e = window_entry(t, number);
    if (t->n_spare > 0)
        e->tally = t->spare[--t->n_spare];
    e->window = w;
    e->segment = segment;
    e->newer = newer;
    e->older = older;
    if (w->is_closed)
        e->level = level_before(t, s, newer);
    if (older != 0)
        window_entry(t, older)->newer = number;
    if (newer != 0)
        window_entry(t, newer)->older = number;
    else
        s->newest[w->spec] = number;
    s->n_entries++;
    w->entries = mem_grow(w->entries, w->n, &w->cap, sizeof(*w->entries));
    w->entries[w->n++] = number;
    return number;
}

void
window_entry_prefetch(const struct window_table *t, uint32_t number)
{
    const char *entry = (const char *)window_entry(t, number);

    __builtin_prefetch(entry);
    __builtin_prefetch(entry + 64);
}

void
window_table_prefetch(const struct window_table *t, uint32_t segment, uint32_t spec)
{
    uint32_t entry = segment_get(t->segments, segment)->newest[spec];

    if (entry != 0)
        window_entry_prefetch(t, entry);
}

void
window_table_prefetch_values(const struct window_table *t, uint32_t segment, uint32_t spec)
{
    uint32_t entry = segment_get(t->segments, segment)->newest[spec];

    if (entry != 0)
        tally_prefetch(&window_entry(t, entry)->tally);
}

void
window_table_change(struct window_table *t, uint32_t entry)
{
    struct entry *e = window_entry(t, entry);

    CHECK(e->window->is_closed);
    if (e->is_changed)
        return;
    e->is_changed = true;
    t->changed = mem_grow(t->changed, t->n_changed, &t->cap_changed, sizeof(*t->changed));
    t->changed[t->n_changed++] = entry;
}

void
window_table_change_group(struct window_table *t, const struct window_state *w, uint32_t segment)
{
    uint32_t number = segment_get(t->segments, segment)->group;
    struct segment_group *group;
    struct group_mark *mark;

    if (number == 0)
        return;
    group = segment_group_get(t->segments, number);
    mark = &group->marks[w->spec];
    if (mark->changed == w && mark->changed_edge == t->edge)
        return;
    mark->changed = w;
    mark->changed_edge = t->edge;
    for (uint32_t at = group->first; at != 0; at = segment_get(t->segments, at)->next_in_group) {
        uint32_t entry = window_table_find_entry(t, w, at);

        if (entry != 0)
            window_table_change(t, entry);
    }
}

const uint32_t *
window_table_changed(const struct window_table *t, size_t *ret_n)
{
    *ret_n = t->n_changed;
    return t->changed;
}

void
window_table_clear_changed(struct window_table *t)
{
    for (size_t i = 0; i < t->n_changed; i++)
        window_entry(t, t->changed[i])->is_changed = false;
    t->n_changed = 0;
    t->edge++;
}

struct window
window_taking_level(const struct window_spec *spec, evtime_ms pane, evtime_ms lateness_class)
{
    evtime_ms final = lateness_class - spec->allowed_lateness_ms;
    evtime_ms after = lateness_class != 0 && final > pane ? final : pane;
    struct window w = window_last_holding(spec, after);
    struct window previous = window_previous(spec, w);

    while (previous.end > after) {
        w = previous;
        previous = window_previous(spec, w);
    }
    return w;
}

void
window_table_change_level(struct window_table *t, uint32_t segment,
                          struct window_state *const *taking, int64_t change)
{
    struct segment *s = segment_get(t->segments, segment);
    unsigned n_windows = t->settings->n_windows;

    /* All entries first: a new one takes its level from the others, so these must agree with the
     * segment's. */
    for (unsigned spec = 0; spec < n_windows; spec++)
        (void)window_table_make_entry(t, taking[spec], segment);
    CHECK(!__builtin_add_overflow(s->level, change, &s->level));
    for (unsigned spec = 0; spec < n_windows; spec++) {
        uint32_t at = s->newest[spec];

        for (;; at = window_entry(t, at)->older) {
            struct entry *e = window_entry(t, at);

            if (e->window->is_closed) {
                e->level += change;
                window_table_change(t, at);
            }
            if (e->window == taking[spec]) {
                e->net_flow += change;
                break;
            }
        }
    }
}

evtime_ms
window_table_next_end(const struct window_table *t)
{
    evtime_ms next = EVTIME_MAX;

    for (unsigned s = 0; s < t->settings->n_windows; s++) {
        const struct window_list *list = &t->lists[s];

        if (list->n_closed < list->n && list->v[list->n_closed]->window.end < next)
            next = list->v[list->n_closed]->window.end;
    }
    return next;
}

enum { AHEAD = 8 };

static void
prefetch_closing(const struct window_table *t, const struct window_state *w, size_t i)
{
    const struct entry *e;

    if (i + 2 * AHEAD < w->n)
        window_entry_prefetch(t, w->entries[i + 2 * AHEAD]);
    if (i + AHEAD >= w->n)
        return;
    e = window_entry(t, w->entries[i + AHEAD]);
    __builtin_prefetch(segment_get(t->segments, e->segment));
    tally_prefetch(&e->tally); /* for whoever asks what the entry holds */
}

struct window_state *
window_table_close_next(struct window_table *t, evtime_ms end)
{
    for (unsigned s = 0; s < t->settings->n_windows; s++) {
        struct window_list *list = &t->lists[s];
        struct window_state *w;

        if (list->n_closed == list->n || list->v[list->n_closed]->window.end > end)
            continue;
        w = list->v[list->n_closed++];
        for (size_t i = 0; i < w->n; i++) {
            struct entry *e = window_entry(t, w->entries[i]);

            prefetch_closing(t, w, i);
            e->level = level_before(t, segment_get(t->segments, e->segment), e->newer);
        }
        w->is_closed = true;
        return w;
    }
    return NULL;
}

static void
free_entry(struct window_table *t, uint32_t number)
{
    struct entry *e = window_entry(t, number);
    struct segment *s = segment_get(t->segments, e->segment);

    /* Windows become final in the order of their ends, so this is the segment's oldest entry. */
    CHECK(e->older == 0);
    if (e->newer != 0)
        window_entry(t, e->newer)->older = 0;
    else
        s->newest[e->window->spec] = 0;
    s->n_entries--;
    tally_clear(&e->tally);
    mem_free(e->ages);
    t->spare = mem_grow(t->spare, t->n_spare, &t->cap_spare, sizeof(*t->spare));
    t->spare[t->n_spare++] = e->tally;
    pool_remove(&t->entries, number);
}

void
window_table_drop_final(struct window_table *t, evtime_ms time)
{
    CHECK(t->n_changed == 0);
    for (unsigned s = 0; s < t->settings->n_windows; s++) {
        struct window_list *list = &t->lists[s];
        dur_ms lateness = t->settings->windows[s].allowed_lateness_ms;
        size_t n = 0;

        for (; n < list->n_closed && list->v[n]->window.end + lateness <= time; n++) {
            struct window_state *w = list->v[n];

            for (size_t i = 0; i < w->n; i++)
                free_entry(t, w->entries[i]);
            mem_free(w->entries);
            mem_free(w);
        }
        if (n == 0)
            continue;
        memmove(list->v, list->v + n, (list->n - n) * sizeof(*list->v));
        list->n -= n;
        list->n_closed -= n;
    }
}

size_t
window_table_bytes(const struct window_table *t)
{
    size_t bytes = pool_bytes(&t->entries) + t->cap_changed * sizeof(*t->changed) +
                   t->cap_spare * sizeof(*t->spare);

    for (unsigned s = 0; s < t->settings->n_windows; s++) {
        const struct window_list *list = &t->lists[s];

        bytes += list->cap * sizeof(struct window_state *) + list->n * sizeof(struct window_state);
        for (size_t i = 0; i < list->n; i++) {
            const struct window_state *w = list->v[i];

            bytes += w->cap * sizeof(*w->entries);
            for (size_t j = 0; j < w->n; j++)
                bytes += tally_bytes(&window_entry(t, w->entries[j])->tally);
        }
    }
    for (size_t i = 0; i < t->n_spare; i++)
        bytes += tally_bytes(&t->spare[i]);
    return bytes;
}

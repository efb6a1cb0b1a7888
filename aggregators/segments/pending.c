/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/segments/pending.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/strbuf.h"

struct bucket {
    evtime_ms pane;
    struct strbuf rows;
};

_Static_assert(sizeof(struct pending_row) % 8 == 0 && sizeof(struct pending_age) % 8 == 0,
               "what lies behind a row is aligned");

struct pending {
    struct bucket *v; /* by pane, the latest first, so that the next one is at the end */
    size_t n;
    size_t cap;
    struct strbuf *spare; /* memory of buckets that were done with */
    size_t n_spare;
    size_t cap_spare;
    struct strbuf *taken;
    size_t n_taken;
    size_t cap_taken;
};

struct pending *
pending_new(void)
{
    return mem_new(1, sizeof(struct pending));
}

void
pending_free(struct pending **p)
{
    struct pending *all = *p;

    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n; i++)
        strbuf_fini(&all->v[i].rows);
    for (size_t i = 0; i < all->n_spare; i++)
        strbuf_fini(&all->spare[i]);
    for (size_t i = 0; i < all->n_taken; i++)
        strbuf_fini(&all->taken[i]);
    mem_free(all->taken);
    mem_free(all->v);
    mem_free(all->spare);
    mem_free(all);
    *p = NULL;
}

static struct strbuf *
bucket_of(struct pending *p, evtime_ms pane)
{
    size_t low = 0;
    size_t high = p->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (p->v[middle].pane > pane)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < p->n && p->v[low].pane == pane)
        return &p->v[low].rows;
    p->v = mem_grow(p->v, p->n, &p->cap, sizeof(*p->v));
    memmove(&p->v[low + 1], &p->v[low], (p->n - low) * sizeof(*p->v));
    p->n++;
    p->v[low] = (struct bucket){.pane = pane};
    if (p->n_spare > 0)
        p->v[low].rows = p->spare[--p->n_spare];
    return &p->v[low].rows;
}

static void
add_bytes(struct strbuf *b, const void *p, size_t n)
{
    strbuf_add(b, str_of(p, n));
}

/* Appends the bins of all sketches, in the order of their keys (CHECK); returns how many. */
static uint32_t
add_bins(struct strbuf *b, const struct partial_row *row)
{
    uint32_t n = 0;
    uint32_t last = 0;

    for (size_t i = 0; i < row->sketches.n; i++) {
        const struct partial_sketch *sketch = &row->sketches.v[i];

        for (size_t j = 0; j < sketch->bins.n; j++) {
            const struct partial_bin *from = &sketch->bins.v[j];
            struct tally_bin bin =
                tally_bin_of((enum duration)sketch->duration, (unsigned)from->index, from->count);

            CHECK(n == 0 || tally_bin_key(bin) > last);
            last = tally_bin_key(bin);
            add_bytes(b, &bin, sizeof(bin));
            n++;
        }
    }
    return n;
}

static void
add_age(struct strbuf *b, const struct partial_age *age)
{
    struct pending_age copy = {.kind = age->kind, .age = {age->at, age->count}};

    CHECK(age->kind >= 0 && age->kind < AGE_KINDS);
    add_bytes(b, &copy, sizeof(copy));
}

/* The measures of a row: the level apart, the others each once and in order. */
static void
collect_measures(const struct partial_row *row, struct pending_row *head, int64_t *values)
{
    int64_t sums[MEASURES_MAX];

    for (size_t i = 0; i < row->measures.n; i++) {
        const struct partial_measure *m = &row->measures.v[i];
        uint64_t bit = UINT64_C(1) << (m->measure & 63);

        CHECK(m->measure >= 0 && m->measure < MEASURES_MAX);
        if (m->measure == MEASURE_level) {
            head->level += m->value;
            continue;
        }
        sums[m->measure] = m->value + (head->present[m->measure / 64] & bit ? sums[m->measure] : 0);
        head->present[m->measure / 64] |= bit;
    }
    for (unsigned word = 0; word < MEASURES_MAX / 64; word++)
        for (uint64_t bits = head->present[word]; bits != 0; bits &= bits - 1)
            values[head->n_values++] = sums[word * 64 + (unsigned)__builtin_ctzll(bits)];
}

void
pending_add(struct pending *p, struct placement *placement, const struct partial_row *row)
{
    struct strbuf *b = bucket_of(p, pending_pane_of(row));
    struct pending_row head = {.pane = row->pane,
                               .second_pane = row->has_second_pane ? row->second_pane : EVTIME_NONE,
                               .lateness_class = row->lateness_class,
                               .placement = placement,
                               .n_ages = (uint32_t)row->ages.n};
    int64_t values[MEASURES_MAX];
    size_t start = b->n;

    collect_measures(row, &head, values);
    add_bytes(b, &head, sizeof(head));
    add_bytes(b, values, head.n_values * sizeof(*values));
    for (size_t i = 0; i < row->ages.n; i++)
        add_age(b, &row->ages.v[i]);
    head.n_bins = add_bins(b, row);
    memcpy(b->p + start, &head, sizeof(head));
}

evtime_ms
pending_next_pane(const struct pending *p)
{
    return p->n > 0 ? p->v[p->n - 1].pane : EVTIME_MAX;
}

struct str
pending_take(struct pending *p)
{
    CHECK(p->n > 0);
    p->taken = mem_grow(p->taken, p->n_taken, &p->cap_taken, sizeof(*p->taken));
    p->taken[p->n_taken] = p->v[--p->n].rows;
    return strbuf_str(&p->taken[p->n_taken++]);
}

void
pending_done(struct pending *p)
{
    for (size_t i = 0; i < p->n_taken; i++) {
        strbuf_clear(&p->taken[i]);
        p->spare = mem_grow(p->spare, p->n_spare, &p->cap_spare, sizeof(*p->spare));
        p->spare[p->n_spare++] = p->taken[i];
    }
    p->n_taken = 0;
}

static const int64_t *
values_of(const struct pending_row *row)
{
    return (const void *)(row + 1);
}

const struct pending_age *
pending_row_ages(const struct pending_row *row)
{
    return (const void *)(values_of(row) + row->n_values);
}

static const struct tally_bin *
bins_of(const struct pending_row *row)
{
    return (const void *)(pending_row_ages(row) + row->n_ages);
}

const struct pending_row *
pending_read(struct str *rows)
{
    const struct pending_row *row = (const void *)rows->p;
    size_t bytes;

    if (rows->n == 0)
        return NULL;
    bytes = (size_t)((const char *)(bins_of(row) + row->n_bins) - rows->p);
    CHECK(bytes <= rows->n);
    *rows = str_of(rows->p + bytes, rows->n - bytes);
    return row;
}

void
pending_row_add_to(const struct pending_row *row, struct tally *t)
{
    tally_add_parts(t, row->present, values_of(row), bins_of(row), row->n_bins);
}

void
pending_mark(const struct pending *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct str rows = strbuf_str(&p->v[i].rows);

        for (const struct pending_row *row; (row = pending_read(&rows)) != NULL;)
            row->placement->is_waiting = true;
    }
}

size_t
pending_bytes(const struct pending *p)
{
    size_t bytes = p->cap * sizeof(*p->v) + p->cap_spare * sizeof(*p->spare) +
                   p->cap_taken * sizeof(*p->taken);

    for (size_t i = 0; i < p->n; i++)
        bytes += p->v[i].rows.cap;
    for (size_t i = 0; i < p->n_taken; i++)
        bytes += p->taken[i].cap;
    for (size_t i = 0; i < p->n_spare; i++)
        bytes += p->spare[i].cap;
    return bytes;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_queue.h"

#include "base/check.h"
#include "base/mem.h"

enum { CHILDREN = 4, BUCKETS = 32768, BUCKET_MS = MINUTE_MS };

void
queue_fini(struct queue *q)
{
    mem_free(q->v);
    *q = (struct queue){0};
}

static bool
is_before(struct queue_item a, struct queue_item b)
{
    return a.at != b.at ? a.at < b.at : a.what < b.what;
}

void
queue_add(struct queue *q, struct queue_item item)
{
    size_t at = q->n;

    q->v = mem_grow(q->v, q->n, &q->cap, sizeof(*q->v));
    q->n++;
    while (at > 0 && is_before(item, q->v[(at - 1) / CHILDREN])) {
        q->v[at] = q->v[(at - 1) / CHILDREN];
        at = (at - 1) / CHILDREN;
    }
    q->v[at] = item;
}

const struct queue_item *
queue_peek(const struct queue *q)
{
    return q->n > 0 ? &q->v[0] : NULL;
}

/* The place of the least child of `at`; q->n if it has none. */
static size_t
least_child(const struct queue *q, size_t at)
{
    size_t first = at * CHILDREN + 1;
    size_t end = first + CHILDREN < q->n ? first + CHILDREN : q->n;
    size_t least = first;

    if (first >= q->n)
        return q->n;
    for (size_t i = first + 1; i < end; i++)
        if (is_before(q->v[i], q->v[least]))
            least = i;
    return least;
}

struct queue_item
queue_take(struct queue *q)
{
    struct queue_item taken;
    struct queue_item last;
    size_t at = 0;
    size_t child;

    CHECK(q->n > 0);
    taken = q->v[0];
    last = q->v[--q->n];
    while ((child = least_child(q, at)) < q->n && is_before(q->v[child], last)) {
        q->v[at] = q->v[child];
        at = child;
    }
    if (q->n > 0)
        q->v[at] = last;
    return taken;
}

struct bucket {
    struct queue_item *v;
    size_t n;
    size_t cap;
};

struct calendar {
    struct queue near;  /* before near_end */
    evtime_ms near_end; /* a multiple of BUCKET_MS */
    size_t n_in_buckets;
    struct queue far;               /* was beyond the buckets when it came */
    struct bucket buckets[BUCKETS]; /* of the minutes from near_end on, by minute modulo BUCKETS */
};

struct calendar *
calendar_new(evtime_ms start)
{
    struct calendar *c = mem_new(1, sizeof(*c));

    c->near_end = ceil_to(start, BUCKET_MS);
    return c;
}

void
calendar_free(struct calendar **calendar)
{
    struct calendar *c = *calendar;

    if (c == NULL)
        return;
    queue_fini(&c->near);
    queue_fini(&c->far);
    for (size_t i = 0; i < BUCKETS; i++)
        mem_free(c->buckets[i].v);
    mem_free(c);
    *calendar = NULL;
}

static struct bucket *
bucket_of(struct calendar *c, evtime_ms at)
{
    return &c->buckets[at / BUCKET_MS % BUCKETS];
}

void
calendar_add(struct calendar *c, struct queue_item item)
{
    if (item.at < c->near_end) {
        queue_add(&c->near, item);
    } else if (item.at - c->near_end < (dur_ms)BUCKETS * BUCKET_MS) {
        struct bucket *b = bucket_of(c, item.at);

        b->v = mem_grow(b->v, b->n, &b->cap, sizeof(*b->v));
        b->v[b->n++] = item;
        c->n_in_buckets++;
    } else {
        queue_add(&c->far, item);
    }
}

/* Takes the next minute into the heap. The bucket's memory goes, or it would be kept for weeks. */
static void
advance(struct calendar *c)
{
    struct bucket *b = bucket_of(c, c->near_end);
    const struct queue_item *first;

    for (size_t i = 0; i < b->n; i++)
        queue_add(&c->near, b->v[i]);
    c->n_in_buckets -= b->n;
    mem_free(b->v);
    *b = (struct bucket){0};
    c->near_end += BUCKET_MS;
    while ((first = queue_peek(&c->far)) != NULL && first->at < c->near_end)
        queue_add(&c->near, queue_take(&c->far));
}

const struct queue_item *
calendar_peek(struct calendar *c)
{
    while (c->near.n == 0 && (c->n_in_buckets > 0 || c->far.n > 0))
        advance(c);
    return queue_peek(&c->near);
}

struct queue_item
calendar_take(struct calendar *c)
{
    CHECK(calendar_peek(c) != NULL);
    return queue_take(&c->near);
}

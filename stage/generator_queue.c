/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_queue.h"

#include "base/check.h"
#include "base/mem.h"

enum { CHILDREN = 4 };

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

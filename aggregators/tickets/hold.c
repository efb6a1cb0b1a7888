/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/tickets/hold.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdalign.h>

enum {
    BUCKETS = 4096, /* of the ring; a power of two */
    BUCKETS_OF_SPAN =
        BUCKETS / 2, /* that max_out_of_orderness is cut into: the held span never laps the ring */
    CHUNK_BYTES = 2048, /* some events: in a quiet stream a bucket has few */
    LINE_BYTES = 64     /* of the processor's cache */
};

struct chunk {
    struct chunk *next;
    size_t used; /* of the bucket's newest chunk: see there */
    size_t cap;
    alignas(max_align_t) char bytes[];
};

/* Adding an event touches a bucket that was not touched for long: what it must read of the newest
 * chunk is here. */
struct bucket {
    struct chunk *chunks; /* newest first */
    size_t used;          /* of the newest */
    size_t room;          /* left in it */
    uint64_t oldest_position;
};

struct heap {
    struct held **v;
    size_t n;
    size_t cap;
};

struct hold {
    dur_ms width_ms;
    int64_t open; /* number (time / width) of the bucket that is in the heap; buckets before it are
                     empty */
    struct heap heap;
    struct bucket buckets[BUCKETS];
    uint64_t filled[BUCKETS / 64]; /* bit: the bucket has chunks */
    struct chunk *spare;           /* chunks of CHUNK_BYTES for later use */
    uint64_t n;
    size_t bytes;
};

struct hold *
hold_new(dur_ms max_out_of_orderness_ms)
{
    struct hold *h = mem_new(1, sizeof(*h));

    h->width_ms = max_out_of_orderness_ms / BUCKETS_OF_SPAN + 1;
    return h;
}

static void
free_chunks(struct chunk *chunk)
{
    while (chunk != NULL) {
        struct chunk *next = chunk->next;

        mem_free(chunk);
        chunk = next;
    }
}

void
hold_free(struct hold **h)
{
    if (*h == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        free_chunks((*h)->buckets[i].chunks);
    free_chunks((*h)->spare);
    mem_free((*h)->heap.v);
    mem_free(*h);
    *h = NULL;
}

/*
 * The order in which events are applied. Copies of an event are told apart by their place in the
 * log: which of them goes first must not depend on when the bucket was opened.
 */
static bool
goes_before(const struct held *a, const struct held *b)
{
    int order;

    if (a->occurred_at != b->occurred_at)
        return a->occurred_at < b->occurred_at;
    if (a->has_sequence != b->has_sequence)
        return a->has_sequence;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence;
    order = str_compare(a->event_id, b->event_id);
    return order != 0 ? order < 0 : a->position < b->position;
}

static void
heap_push(struct heap *heap, struct held *event)
{
    size_t at = heap->n;

    heap->v = mem_grow(heap->v, heap->n, &heap->cap, sizeof(struct held *));
    heap->n++;
    while (at > 0 && goes_before(event, heap->v[(at - 1) / 2])) {
        heap->v[at] = heap->v[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->v[at] = event;
}

static struct held *
heap_pop(struct heap *heap)
{
    struct held *first = heap->v[0];
    struct held *last = heap->v[--heap->n];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= heap->n)
            break;
        if (child + 1 < heap->n && goes_before(heap->v[child + 1], heap->v[child]))
            child++;
        if (!goes_before(heap->v[child], last))
            break;
        heap->v[at] = heap->v[child];
        at = child;
    }
    heap->v[at] = last;
    return first;
}

static size_t
aligned(size_t n)
{
    return (n + alignof(struct held) - 1) & ~(alignof(struct held) - 1);
}

/* Puts an empty chunk with room for `bytes` in front of the bucket's others. */
static void
add_chunk(struct hold *h, struct bucket *bucket, size_t bytes)
{
    struct chunk *chunk = h->spare;

    if (bytes <= CHUNK_BYTES && chunk != NULL) {
        h->spare = chunk->next;
    } else {
        size_t cap = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

        chunk = mem_resize(NULL, sizeof(*chunk) + cap, 1);
        chunk->cap = cap;
        h->bytes += sizeof(*chunk) + cap;
    }
    if (bucket->chunks != NULL)
        bucket->chunks->used = bucket->used;
    chunk->next = bucket->chunks;
    bucket->chunks = chunk;
    bucket->used = 0;
    bucket->room = chunk->cap;
}

/* Bytes behind the body for an event_id that is not part of it. */
static size_t
apart(const struct held *event)
{
    const char *p = event->event_id.p;

    return p >= event->body.p && p + event->event_id.n <= event->body.p + event->body.n
               ? 0
               : event->event_id.n;
}

static size_t
bytes_of(const struct held *event)
{
    return sizeof(*event) + aligned(event->body.n + apart(event));
}

static struct held *
store(struct hold *h, struct bucket *bucket, const struct held *event)
{
    size_t bytes = bytes_of(event);
    struct held *copy;
    char *body;

    if (bucket->room < bytes)
        add_chunk(h, bucket, bytes);
    copy = (struct held *)(void *)(bucket->chunks->bytes + bucket->used);
    body = (char *)(copy + 1);
    bucket->used += bytes;
    bucket->room -= bytes;
    *copy = *event;
    memcpy(body, event->body.p, event->body.n);
    copy->body.p = body;
    if (apart(event) > 0) {
        memcpy(body + event->body.n, event->event_id.p, event->event_id.n);
        copy->event_id.p = body + event->body.n;
    } else {
        copy->event_id.p = body + (event->event_id.p - event->body.p);
    }
    return copy;
}

/* The bucket is empty: its chunks go to the spare ones, large ones back to the heap. */
static void
drop_bucket(struct hold *h, size_t place)
{
    struct chunk *chunk = h->buckets[place].chunks;

    while (chunk != NULL) {
        struct chunk *next = chunk->next;

        if (chunk->cap == CHUNK_BYTES) {
            chunk->next = h->spare;
            h->spare = chunk;
        } else {
            h->bytes -= sizeof(*chunk) + chunk->cap;
            mem_free(chunk);
        }
        chunk = next;
    }
    h->buckets[place] = (struct bucket){.chunks = NULL};
    h->filled[place / 64] &= ~(UINT64_C(1) << (place % 64));
}

/* Nothing is held: the ring may start anywhere, so it starts at the bucket of `w`. */
static void
open_empty(struct hold *h, evtime_ms w)
{
    size_t place = (size_t)h->open & (BUCKETS - 1);

    if (h->buckets[place].chunks != NULL)
        drop_bucket(h, place);
    h->open = w > 0 ? w / h->width_ms : 0;
}

bool
hold_fits(const struct hold *h, evtime_ms occurred_at)
{
    return h->n == 0 || occurred_at / h->width_ms - h->open < BUCKETS;
}

void
hold_add(struct hold *h, const struct held *event, evtime_ms w)
{
    int64_t number = event->occurred_at / h->width_ms;
    size_t place = (size_t)number & (BUCKETS - 1);
    struct bucket *bucket = &h->buckets[place];
    struct held *copy;

    if (h->n == 0)
        open_empty(h, w);
    CHECK(event->occurred_at >= w && number >= h->open && number - h->open < BUCKETS);
    if (bucket->chunks == NULL) {
        h->filled[place / 64] |= UINT64_C(1) << (place % 64);
        bucket->oldest_position = event->position;
    }
    if (event->position < bucket->oldest_position)
        bucket->oldest_position = event->position;
    copy = store(h, bucket, event);
    h->n++;
    if (number == h->open)
        heap_push(&h->heap, copy);
}

/* Distance from ring place `from` to the next filled one, itself included. There is one. */
static size_t
distance_to_filled(const struct hold *h, size_t from)
{
    for (size_t distance = 0; distance < BUCKETS;) {
        size_t place = (from + distance) & (BUCKETS - 1);
        uint64_t word = h->filled[place / 64] >> (place % 64);

        if (word != 0)
            return distance + (size_t)__builtin_ctzll(word);
        distance += 64 - place % 64;
    }
    UNREACHABLE();
}

/* Brings the newest chunk of a bucket near. */
static void
prefetch(const struct bucket *bucket)
{
    for (size_t at = 0; at < bucket->used; at += LINE_BYTES)
        __builtin_prefetch(bucket->chunks->bytes + at);
}

/* Puts the first bucket with events into the (empty) heap. */
static void
open_next(struct hold *h, int64_t number)
{
    struct bucket *bucket = &h->buckets[(size_t)number & (BUCKETS - 1)];

    h->open = number;
    prefetch(&h->buckets[(size_t)(number + 1) & (BUCKETS - 1)]);
    bucket->chunks->used = bucket->used;
    for (struct chunk *chunk = bucket->chunks; chunk != NULL; chunk = chunk->next)
        for (size_t at = 0; at < chunk->used;) {
            struct held *event = (struct held *)(void *)(chunk->bytes + at);

            heap_push(&h->heap, event);
            at += bytes_of(event);
        }
}

/* Number of the first bucket that still has events, which are not in the heap. */
static int64_t
next_bucket(struct hold *h)
{
    size_t place = (size_t)h->open & (BUCKETS - 1);

    if (h->buckets[place].chunks != NULL)
        drop_bucket(h, place);
    return h->open + (int64_t)distance_to_filled(h, place);
}

/* Nothing before `w` is left, and `number` is the first bucket with events: the ring's start
 * follows W. */
static void
follow(struct hold *h, int64_t number, evtime_ms w)
{
    if (w / h->width_ms >= number)
        open_next(h, number);
    else if (w / h->width_ms > h->open)
        h->open = w / h->width_ms;
}

const struct held *
hold_take(struct hold *h, evtime_ms w)
{
    if (h->heap.n == 0) {
        int64_t number;

        if (h->n == 0)
            return NULL;
        number = next_bucket(h);
        if (number * h->width_ms >= w) {
            follow(h, number, w);
            return NULL;
        }
        open_next(h, number);
    }
    if (h->heap.v[0]->occurred_at >= w)
        return NULL;
    h->n--;
    return heap_pop(&h->heap);
}

evtime_ms
hold_first(struct hold *h)
{
    CHECK(h->n > 0);
    if (h->heap.n == 0)
        open_next(h, next_bucket(h));
    return h->heap.v[0]->occurred_at;
}

uint64_t
hold_count(const struct hold *h)
{
    return h->n;
}

uint64_t
hold_oldest_position(const struct hold *h)
{
    uint64_t oldest = UINT64_MAX;

    for (size_t i = 0; h->n > 0 && i < BUCKETS; i++)
        if (h->buckets[i].chunks != NULL && h->buckets[i].oldest_position < oldest)
            oldest = h->buckets[i].oldest_position;
    return oldest;
}

size_t
hold_bytes(const struct hold *h)
{
    return sizeof(*h) + h->bytes + h->heap.cap * sizeof(*h->heap.v);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/check.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static size_t
bytes_of(size_t n, size_t size)
{
    size_t bytes;

    CHECK(!__builtin_mul_overflow(n, size, &bytes));
    return bytes > 0 ? bytes : 1;
}

static void *
must_have(void *p, size_t bytes)
{
    if (p == NULL) {
        fprintf(stderr,
                "ticketstream: no memory for %zu bytes: lower limits.tickets or "
                "limits.held_events, or use a larger "
                "machine\n",
                bytes);
        abort();
    }
    return p;
}

void *
mem_new(size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);

    return must_have(calloc(1, bytes), bytes);
}

void *
mem_resize(void *p, size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);

    return must_have(realloc(p, bytes), bytes);
}

void
mem_free(void *p)
{
    free(p);
}

void *
mem_grow(void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    *cap = *cap > 0 ? *cap * 2 : 8;
    return mem_resize(v, *cap, size);
}

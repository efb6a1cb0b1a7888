/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory from the heap, for tables that grow. Sizes are checked for overflow; when the machine has
 * no memory left the process ends with a sentence (every table has a limit in the configuration, so
 * this is a wrong limit or a machine too small, and there is nothing to save that the log does not
 * have).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* `n * size` bytes, zeroed. Never NULL. */
void *mem_new(size_t n, size_t size);
/* `p` resized to `n * size` bytes; what is new is not zeroed. Never NULL for n > 0. */
void *mem_resize(void *p, size_t n, size_t size);
/* Frees; accepts NULL. */
void mem_free(void *p);

/*
 * Makes room for one more element behind the `n` of a growing array `v` of capacity `*cap`,
 * doubling it. Returns the (possibly moved) array.
 */
void *mem_grow(void *v, size_t n, size_t *cap, size_t size);

#endif

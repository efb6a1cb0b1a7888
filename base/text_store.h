/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct text_store: very many short texts (ticket ids), each named by a 32-bit reference. A text
 * lies with its length in front in chunks of 256 KiB; freed places are kept by size and used again.
 * At most 16 GiB.
 */
#ifndef BASE_TEXT_STORE_H
#define BASE_TEXT_STORE_H

#include "base/str.h"

enum { TEXT_STORE_MAX = 4096 }; /* bytes of one text */

struct text_store;

struct text_store *text_store_new(void);
void text_store_free(struct text_store **s);
/* Stores a copy; the reference is never 0. */
uint32_t text_store_add(struct text_store *s, struct str text);
void text_store_remove(struct text_store *s, uint32_t reference);
/* Brings the text near. */
void text_store_prefetch(const struct text_store *s, uint32_t reference);
/* Borrowed until the text is removed. */
struct str text_store_get(const struct text_store *s, uint32_t reference);
size_t text_store_bytes(const struct text_store *s);

#endif

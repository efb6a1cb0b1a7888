/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct intern: each different text once, named by a small number. Number 0 is the empty text,
 * always there. Texts are counted: intern_get() and intern_hold() add a reference, intern_release()
 * gives one back, and a text without references is freed and its number used again.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/str.h"

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern **in);
/* The number of the text, with one more reference for the caller. */
uint32_t intern_get(struct intern *in, struct str text);
void intern_hold(struct intern *in, uint32_t number);
void intern_release(struct intern *in, uint32_t number);
/* Brings the text's record near. */
void intern_prefetch(const struct intern *in, uint32_t number);
/* Borrowed until the number is released for the last time. */
struct str intern_text(const struct intern *in, uint32_t number);
size_t intern_bytes(const struct intern *in);

#endif

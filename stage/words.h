/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for people who mistype: the nearest of some words, and lists of words as text.
 */
#ifndef STAGE_WORDS_H
#define STAGE_WORDS_H

#include "base/str.h"
#include "base/strbuf.h"

/*
 * Of `n` words the one that was probably meant by `word`: the least edit distance (a swap of
 * neighbours counts once), if at most a third of the letters are wrong; the first of several.
 * Upper case counts as lower case, '-' as '_'. NULL if none is near.
 */
const char *nearest_word(struct str word, const char *const *words, size_t n);

/*
 * Lists of words in tables are one string, '|' between: takes the first word off `*list`. False at
 * the end.
 */
bool words_next(struct str *list, struct str *ret);
/* The place of `word` in the list, -1 if it is not there. */
int words_find(struct str list, struct str word);
/* Appends "a, b or c". */
void words_add_text(struct strbuf *out, struct str list);
/* As nearest_word(), among the words of a list; .p is NULL if none is near. */
struct str words_nearest(struct str word, struct str list);

/* Appends the bytes in double quotes, control characters and quotes escaped, cut after 60 bytes. */
void add_quoted(struct strbuf *out, struct str s);

#endif

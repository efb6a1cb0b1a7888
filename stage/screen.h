/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct screen: pictures on the whole terminal, one after another, and the keys typed meanwhile.
 * It draws on the alternate screen, so what was there before comes back at the end.
 *
 * No flicker and no half lines: a picture is one write(), between the marks of a synchronised
 * update, and holds only the lines that differ from the picture before it. No line wraps: it is cut
 * at the width of the terminal. After a change of size, and after the process was stopped and
 * continued, everything is drawn anew.
 */
#ifndef STAGE_SCREEN_H
#define STAGE_SCREEN_H

#include "base/strbuf.h"
#include "stage/terminal.h"

struct screen;

/* `in` is where keys come from; it may be anything. The terminal is given back by screen_close(),
 * and by every signal that ends the process. */
struct screen *screen_open(int out, int in);
void screen_close(struct screen **screen);

struct terminal_size screen_get_size(const struct screen *s);
/* Shows lines of UTF-8 text with a '\n' behind each; colours ("\033[...m") may be in them. What
 * does not fit is not shown. */
void screen_show(struct screen *s, struct str lines);
/* Waits for a key, at most so long; 0 asks only. True if one was typed. */
bool screen_wait_key(struct screen *s, double seconds);

/* `text` without what is behind its first `columns` columns. Appended. Colours take no column and
 * are ended where text with colours is cut. */
void screen_add_cut(struct strbuf *out, struct str text, int columns);

#endif

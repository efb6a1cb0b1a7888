/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal: what it is, whole writes, and a guard over its state.
 *
 * Whatever the process does to a terminal it must undo on every way out. The guard knows the bytes
 * that undo it: terminal_guard_end() writes them, and so does the handler of each signal that ends
 * or stops the process, which then goes on to do what the signal does by itself. So a process that
 * is interrupted ends by SIGINT (130 in a shell), and one that is stopped gives the screen back
 * until it is continued.
 *
 * One guard at a time; one thread.
 */
#ifndef STAGE_TERMINAL_H
#define STAGE_TERMINAL_H

#include "base/str.h"

struct terminal_size {
    int columns;
    int rows;
};

/* A terminal that understands cursor moves (TERM is neither empty nor "dumb"), and is ours to draw
 * on: a process in the background leaves it alone. */
bool terminal_can_draw(int fd);
/* A terminal, and NO_COLOR is not set. */
bool terminal_has_colours(int fd);
/* The locale of the environment says UTF-8. */
bool terminal_is_utf8(void);
/* 80 x 24 where it does not say. */
struct terminal_size terminal_get_size(int fd);
/* All of it, however many writes it takes; errors are ignored: there is nobody to tell. */
void terminal_write(int fd, struct str s);

struct terminal_guard {
    int out;
    int in;         /* its keys come at once and are not shown; -1: leave the input alone */
    struct str on;  /* written by start and after the process was continued; both outlive it */
    struct str off; /* undoes it */
};

void terminal_guard_start(const struct terminal_guard *guard);
/* Does nothing where none was started. */
void terminal_guard_end(void);
/* True once after the process was stopped and continued: what was drawn is gone. */
bool terminal_was_continued(void);

#endif

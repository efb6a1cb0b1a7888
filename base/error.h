/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures of the outside world: an `enum err` returned by value and the sentence in the last
 * parameter, which is written only on failure. The table error.tbl says for each code what the
 * process exits with and what a caller does.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/check.h"

enum err {
#define ERROR(name, exit_code, action, sentence) ERR_##name,
#include "base/error.tbl"
#undef ERROR
};

enum err_action { ERR_ACTION_GO_ON, ERR_ACTION_RETRY, ERR_ACTION_SKIP, ERR_ACTION_STOP };

struct error {
    enum err code;
    char text[512]; /* one sentence for a person, with the place; cut when longer */
};

/* Fills `*reterr` (which may be NULL) and returns `code`, so that a failing function ends in one
 * line. */
enum err error_set(struct error *reterr, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *err_sentence(enum err code);
int err_exit_code(enum err code);
enum err_action err_action_of(enum err code);

#endif

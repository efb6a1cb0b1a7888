/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *sentence;
    int exit_code;
    enum err_action action;
} errors[] = {
#define ERROR(name, code, what, words) {words, code, ERR_ACTION_##what},
#include "base/error.tbl"
#undef ERROR
};

enum err
error_set(struct error *reterr, enum err code, const char *format, ...)
{
    va_list args;

    if (reterr == NULL)
        return code;
    reterr->code = code;
    va_start(args, format);
    vsnprintf(reterr->text, sizeof(reterr->text), format, args);
    va_end(args);
    return code;
}

const char *
err_sentence(enum err code)
{
    return errors[code].sentence;
}

int
err_exit_code(enum err code)
{
    return errors[code].exit_code;
}

enum err_action
err_action_of(enum err code)
{
    return errors[code].action;
}

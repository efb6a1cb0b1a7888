/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/config_report.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 4, 0))) static void
add(struct config_report *r, bool is_error, struct yaml_place place, const char *format,
    va_list args)
{
    char text[512];
    int n;

    r->n_errors += is_error;
    /* Half of the places are for errors only, so there is one to tell wherever one was counted. */
    if (r->n >= (is_error ? CONFIG_REMARKS_MAX : CONFIG_REMARKS_MAX / 2))
        return;
    n = vsnprintf(text, sizeof text, format, args);
    CHECK(n >= 0);
    if (n >= (int)sizeof text)
        n = (int)sizeof text - 1;
    r->remarks = mem_grow(r->remarks, r->n, &r->cap, sizeof *r->remarks);
    r->remarks[r->n] = (struct config_remark){.place = place,
                                              .number = r->n,
                                              .text = arena_copy(r->arena, str_of(text, (size_t)n)),
                                              .is_error = is_error};
    r->n++;
}

void
config_error(struct config_report *r, struct yaml_place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(r, true, place, format, args);
    va_end(args);
}

void
config_warning(struct config_report *r, struct yaml_place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(r, false, place, format, args);
    va_end(args);
}

static int
compare(const void *x, const void *y)
{
    const struct config_remark *a = x, *b = y;

    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void
config_report_sort(struct config_report *r)
{
    if (r->n > 0)
        qsort(r->remarks, r->n, sizeof *r->remarks, compare);
}

static void
add_line(const struct config_report *r, const struct config_remark *remark, struct strbuf *out)
{
    strbuf_addf(out, "%.*s:%u:%u: ", STR_ARG(r->name), remark->place.line, remark->place.column);
    strbuf_add(out, remark->text);
}

void
config_report_add_errors(const struct config_report *r, struct strbuf *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < r->n && shown < CONFIG_ERRORS_SHOWN; i++) {
        if (!r->remarks[i].is_error)
            continue;
        add_line(r, &r->remarks[i], out);
        strbuf_add_char(out, '\n');
        shown++;
    }
    if (shown < r->n_errors)
        strbuf_addf(out, "%.*s: %zu more errors\n", STR_ARG(r->name), r->n_errors - shown);
}

enum err
config_report_first(const struct config_report *r, struct error *reterr)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct config_remark *remark = &r->remarks[i];

        if (remark->is_error)
            return error_set(reterr, ERR_CONFIG, "%.*s:%u:%u: %.*s", STR_ARG(r->name),
                             remark->place.line, remark->place.column, STR_ARG(remark->text));
    }
    UNREACHABLE();
}

size_t
config_report_warnings(const struct config_report *r, const struct str **ret)
{
    struct str *lines = arena_alloc(r->arena, r->n > 0 ? r->n : 1, sizeof *lines);
    struct strbuf line = {0};
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (r->remarks[i].is_error)
            continue;
        strbuf_clear(&line);
        add_line(r, &r->remarks[i], &line);
        lines[n++] = arena_copy(r->arena, strbuf_str(&line));
    }
    strbuf_fini(&line);
    *ret = lines;
    return n;
}

void
config_report_fini(struct config_report *r)
{
    mem_free(r->remarks);
    r->remarks = NULL;
    r->n = r->cap = 0;
}

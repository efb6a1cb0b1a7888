/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a configuration: errors and warnings with their places, collected in any order
 * and told in the order of the file.
 */
#ifndef STAGE_CONFIG_REPORT_H
#define STAGE_CONFIG_REPORT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "stage/yaml.h"

enum { CONFIG_ERRORS_SHOWN = 20, CONFIG_REMARKS_MAX = 500 };

struct config_remark {
    struct yaml_place place;
    size_t number; /* of its arrival */
    struct str text;
    bool is_error;
};

/* Plain data; begin with {.name = ..., .arena = ...}, end with config_report_fini(). */
struct config_report {
    struct str name; /* of the file */
    struct arena *arena;
    struct config_remark *remarks;
    size_t n;
    size_t cap;
    size_t n_errors;
};

void config_error(struct config_report *r, struct yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void config_warning(struct config_report *r, struct yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sorts the remarks by place; those of one place keep their order. */
void config_report_sort(struct config_report *r);
/* Appends "FILE:LINE:COLUMN: TEXT" and a line end for the first CONFIG_ERRORS_SHOWN errors, then
 * how many are left. */
void config_report_add_errors(const struct config_report *r, struct strbuf *out);
/* The first error into `*reterr`; returns ERR_CONFIG. There must be one. */
enum err config_report_first(const struct config_report *r, struct error *reterr);
/* The warnings as lines without line ends, in the arena. */
size_t config_report_warnings(const struct config_report *r, const struct str **ret);
void config_report_fini(struct config_report *r);

#endif

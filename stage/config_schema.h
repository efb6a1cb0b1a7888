/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of configuration keys (config_keys.tbl) and what follows from it alone: which keys may
 * stand where, how their values are written, which are required. What keys mean to each other is
 * checked by config_windows.c and its siblings.
 *
 * Values are read by the getters below, which know the presets. A value that the table's check
 * has refused reads as CONFIG_BAD (or empty, or -1), so the later checks can leave it out.
 */
#ifndef STAGE_CONFIG_SCHEMA_H
#define STAGE_CONFIG_SCHEMA_H

#include "base/evtime.h"
#include "stage/config_report.h"
#include "stage/yaml.h"

enum config_type {
    CONFIG_MAP,     /* known keys */
    CONFIG_NAMES,   /* names of the user's */
    CONFIG_DATES,   /* the names are dates */
    CONFIG_SCALARS, /* anything -> text, not looked at */
    CONFIG_LIST,
    CONFIG_ONE_OR_LIST,
    CONFIG_TEXT,
    CONFIG_NAME, /* letters, digits, '.', '_', '-' */
    CONFIG_WORD,
    CONFIG_DURATION,
    CONFIG_LENGTH, /* a duration > 0 */
    CONFIG_COUNT,
    CONFIG_NUMBER,
    CONFIG_SCALE,
    CONFIG_ZONE,
    CONFIG_DATE,
    CONFIG_WEEK,
    CONFIG_SPANS,
    CONFIG_TARGET,
    CONFIG_THRESHOLD,
    CONFIG_TYPES
};

enum config_since {
    CONFIG_SINCE_WORKS,
    CONFIG_SINCE_RUN,      /* harmless where only files are read */
    CONFIG_SINCE_REGISTRY, /* the rest: known, a warning says that it has no effect */
    CONFIG_SINCE_SLA
};

enum config_need { CONFIG_NEED_OPTIONAL, CONFIG_NEED_REQUIRED };

struct config_key {
    const char *path;
    enum config_type type;
    const char *words;
    enum config_since since;
    enum config_need need;
    const char *preset;
    const char *example;
    const char *meaning;
};

extern const struct config_key config_keys[];
extern const size_t n_config_keys;

#define CONFIG_BAD          INT64_MIN
#define CONFIG_DURATION_MAX (INT64_C(36525) * DAY_MS)

/* What a type is called: "a duration (...)". */
const char *config_type_text(enum config_type type);
/* "SLA clocks" of CONFIG_SINCE_SLA; "" for what has an effect. */
const char *config_since_text(enum config_since since);

/* Checks the whole document (NULL: an empty one) against the table. */
void config_check_shape(struct config_report *r, const struct yaml_node *root);

/*
 * The getters: `path` is a path of the table, its last part the key to look up in `map` (NULL: no
 * such mapping). Absent: the preset.
 */
bool config_is_given(const struct yaml_node *map, const char *path);
/* The value's node, NULL if absent. */
const struct yaml_node *config_node(const struct yaml_node *map, const char *path);
/* In ms; -1 where the word of the table stands instead; CONFIG_BAD without value. */
dur_ms config_duration(const struct yaml_node *map, const char *path);
/* Text of a scalar, empty without value. */
struct str config_text(const struct yaml_node *map, const char *path);
/* Index among the words of the table, -1 without value. */
int config_word(const struct yaml_node *map, const char *path);
/* 0 without value. */
uint64_t config_count(const struct yaml_node *map, const char *path);
/* Where to point: the value's place, or the mapping's where the key is absent. */
struct yaml_place config_place(const struct yaml_node *map, const char *path);

#endif

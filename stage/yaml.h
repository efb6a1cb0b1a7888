/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML document as a small tree in which every key and every value knows its line and column, so
 * that whoever reads a configuration can say where it is wrong. JSON is YAML, too.
 *
 * What a configuration does not need is refused with a sentence: anchors and aliases (they make a
 * small file a huge tree), tags, keys that are not text, a key given twice, a second document, more
 * than YAML_DEPTH_MAX levels, YAML_MEMBERS_MAX keys side by side or YAML_BYTES_MAX bytes. Values
 * are not typed: a scalar is its text, and the reader of the key decides what it means.
 */
#ifndef STAGE_YAML_H
#define STAGE_YAML_H

#include "base/error.h"
#include "base/str.h"

enum { YAML_DEPTH_MAX = 16, YAML_BYTES_MAX = 1 << 20, YAML_MEMBERS_MAX = 4096 };

/* Both counted from 1; columns are characters. */
struct yaml_place {
    unsigned line;
    unsigned column;
};

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node;

/* A member of a mapping. */
struct yaml_member {
    struct str key;
    struct yaml_place place; /* of the key */
    const struct yaml_node *value;
};

/* Plain data, read only; lives as long as its tree. */
struct yaml_node {
    enum yaml_kind kind;
    bool plain; /* of a scalar: written without quotes */
    struct yaml_place place;
    struct str text;                      /* of a scalar */
    size_t n;                             /* of a sequence or mapping */
    const struct yaml_node *const *items; /* of a sequence */
    const struct yaml_member *members;    /* of a mapping, in the order of the file */
};

struct yaml_tree;

/* Where and why a text could not be read. */
struct yaml_problem {
    struct yaml_place place;
    char text[256];
};

/* False if the text cannot be read: `*problem` says why. `*ret` is freed by yaml_tree_free(). */
bool yaml_tree_parse(struct str text, struct yaml_tree **ret, struct yaml_problem *problem);
void yaml_tree_free(struct yaml_tree **tree);

/* The document, NULL if the text holds none (empty, or nothing but comments). */
const struct yaml_node *yaml_tree_root(const struct yaml_tree *tree);
/* The member of that key, NULL if there is none; `mapping` may be NULL. */
const struct yaml_member *yaml_find(const struct yaml_node *mapping, struct str key);
/* True for a plain scalar that is empty, "~" or "null". */
bool yaml_is_null(const struct yaml_node *node);

#endif

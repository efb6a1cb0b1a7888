/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree is built from libyaml's events by descent, one call per level, so that a limit on the
 * depth is a limit on the stack. All of it lies in one arena.
 */
#include "stage/yaml.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

struct yaml_tree {
    struct arena arena;
    const struct yaml_node *root;
};

/* State of one yaml_tree_parse(). */
struct reader {
    yaml_parser_t parser;
    struct str text;
    struct arena *arena;
    struct yaml_problem *problem;
    unsigned depth;
};

static bool read_node(struct reader *r, const yaml_event_t *event, const struct yaml_node **ret);

static struct yaml_place
place_of(yaml_mark_t mark)
{
    return (struct yaml_place){.line = (unsigned)mark.line + 1,
                               .column = (unsigned)mark.column + 1};
}

__attribute__((format(printf, 3, 4))) static bool
refuse(struct reader *r, struct yaml_place place, const char *format, ...)
{
    va_list args;

    r->problem->place = place;
    va_start(args, format);
    (void)vsnprintf(r->problem->text, sizeof r->problem->text, format, args);
    va_end(args);
    return false;
}

/* True if the character at that place is a tab, which YAML does not take for indentation. */
static bool
is_tab(const struct reader *r, yaml_mark_t mark)
{
    struct str rest = r->text;
    const char *end;

    for (size_t line = 0; line < mark.line; line++) {
        end = rest.n > 0 ? memchr(rest.p, '\n', rest.n) : NULL;
        if (end == NULL)
            return false;
        rest = str_of(end + 1, rest.n - (size_t)(end + 1 - rest.p));
    }
    return mark.column < rest.n && rest.p[mark.column] == '\t';
}

/* The next event; on success the caller deletes it. */
static bool
next(struct reader *r, yaml_event_t *event)
{
    const yaml_parser_t *p = &r->parser;

    if (yaml_parser_parse(&r->parser, event))
        return true;
    if (p->error == YAML_READER_ERROR)
        return refuse(r, place_of(p->mark), "not UTF-8 text (byte %zu: %s)", p->problem_offset,
                      p->problem != NULL ? p->problem : "cannot be read");
    if (is_tab(r, p->problem_mark))
        return refuse(r, place_of(p->problem_mark), "a tab: YAML is indented with blanks");
    return refuse(r, place_of(p->problem_mark), "not YAML: %s%s%s",
                  p->problem != NULL ? p->problem : "cannot be read", p->context != NULL ? " " : "",
                  p->context != NULL ? p->context : "");
}

/* What is refused on any node. */
static bool
check_extras(struct reader *r, struct yaml_place place, const yaml_char_t *anchor,
             const yaml_char_t *tag)
{
    if (anchor != NULL)
        return refuse(r, place,
                      "anchors (&%.60s) are not supported: write the value out where it "
                      "is used",
                      (const char *)anchor);
    if (tag != NULL)
        return refuse(r, place, "tags (%.60s) are not supported: a value is its text",
                      (const char *)tag);
    return true;
}

static struct str
copy_text(struct reader *r, const yaml_event_t *event)
{
    return arena_copy(r->arena,
                      str_of((const char *)event->data.scalar.value, event->data.scalar.length));
}

static bool
read_scalar(struct reader *r, const yaml_event_t *event, struct yaml_node *node)
{
    node->kind = YAML_SCALAR;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = copy_text(r, event);
    if (node->text.n > 0 && memchr(node->text.p, 0, node->text.n) != NULL)
        return refuse(r, node->place, "a value holds a zero byte");
    return check_extras(r, node->place, event->data.scalar.anchor, event->data.scalar.tag);
}

/* What grows on the heap while a collection is read moves to the arena when its length is known. */
static const void *
settle(struct reader *r, void *v, size_t n, size_t size)
{
    void *kept = arena_alloc(r->arena, n > 0 ? n : 1, size);

    if (n > 0)
        memcpy(kept, v, n * size);
    return kept;
}

static bool
read_sequence(struct reader *r, struct yaml_node *node)
{
    const struct yaml_node **items = NULL;
    size_t cap = 0;
    bool is_read = true;

    while (is_read) {
        yaml_event_t event;

        is_read = next(r, &event);
        if (!is_read)
            break;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        items = mem_grow(items, node->n, &cap, sizeof *items);
        is_read = read_node(r, &event, &items[node->n++]);
        yaml_event_delete(&event);
    }
    node->kind = YAML_SEQUENCE;
    if (is_read)
        node->items = settle(r, items, node->n, sizeof *items);
    mem_free(items);
    return is_read;
}

/* The key of a member, from its event. */
static bool
read_key(struct reader *r, const yaml_event_t *event, const struct yaml_member *members, size_t n,
         struct yaml_member *ret)
{
    ret->place = place_of(event->start_mark);
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(r, ret->place, "a key must be text");
    if (!check_extras(r, ret->place, event->data.scalar.anchor, event->data.scalar.tag))
        return false;
    ret->key = copy_text(r, event);
    if (ret->key.n > 0 && memchr(ret->key.p, 0, ret->key.n) != NULL)
        return refuse(r, ret->place, "a key holds a zero byte");
    if (n == YAML_MEMBERS_MAX)
        return refuse(r, ret->place, "more than %d keys side by side", YAML_MEMBERS_MAX);
    for (size_t i = 0; i < n; i++)
        if (str_equal(members[i].key, ret->key))
            return refuse(r, ret->place, "key \"%.*s\" is given twice, first at line %u",
                          ret->key.n < 60 ? (int)ret->key.n : 60, ret->key.p,
                          members[i].place.line);
    return true;
}

static bool
read_mapping(struct reader *r, struct yaml_node *node)
{
    struct yaml_member *members = NULL;
    size_t cap = 0;
    bool is_read = true;

    while (is_read) {
        yaml_event_t event;
        struct yaml_member member;

        is_read = next(r, &event);
        if (!is_read)
            break;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        is_read = read_key(r, &event, members, node->n, &member);
        yaml_event_delete(&event);
        if (!is_read || !next(r, &event)) {
            is_read = false;
            break;
        }
        is_read = read_node(r, &event, &member.value);
        yaml_event_delete(&event);
        members = mem_grow(members, node->n, &cap, sizeof *members);
        members[node->n++] = member;
    }
    node->kind = YAML_MAPPING;
    if (is_read)
        node->members = settle(r, members, node->n, sizeof *members);
    mem_free(members);
    return is_read;
}

static bool
read_collection(struct reader *r, const yaml_event_t *event, struct yaml_node *node)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *anchor =
        is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    const yaml_char_t *tag =
        is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    bool is_read;

    if (!check_extras(r, node->place, anchor, tag))
        return false;
    if (r->depth == YAML_DEPTH_MAX)
        return refuse(r, node->place, "more than %d levels", YAML_DEPTH_MAX);
    r->depth++;
    is_read = is_mapping ? read_mapping(r, node) : read_sequence(r, node);
    r->depth--;
    return is_read;
}

static bool
read_node(struct reader *r, const yaml_event_t *event, const struct yaml_node **ret)
{
    struct yaml_node *node = arena_alloc(r->arena, 1, sizeof *node);

    *node = (struct yaml_node){.place = place_of(event->start_mark)};
    *ret = node;
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(r, event, node);
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(r, node->place, "aliases (*%.60s) are not supported: write the value out",
                      (const char *)event->data.alias.anchor);
    CHECK(event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT);
    return read_collection(r, event, node);
}

/* All events of the stream; the first document is the tree, a second one is refused. */
static bool
read_stream(struct reader *r, struct yaml_tree *tree)
{
    bool is_read = true;
    bool is_end = false;

    while (is_read && !is_end) {
        yaml_event_t event;

        is_read = next(r, &event);
        if (!is_read)
            break;
        if (event.type == YAML_STREAM_END_EVENT)
            is_end = true;
        else if (event.type == YAML_DOCUMENT_START_EVENT && tree->root != NULL)
            is_read = refuse(r, place_of(event.start_mark), "a second document: one is expected");
        else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
                 event.type != YAML_DOCUMENT_END_EVENT)
            is_read = read_node(r, &event, &tree->root);
        yaml_event_delete(&event);
    }
    return is_read;
}

bool
yaml_tree_parse(struct str text, struct yaml_tree **ret, struct yaml_problem *problem)
{
    struct yaml_tree *tree = mem_new(1, sizeof *tree);
    struct reader r = {.arena = &tree->arena, .problem = problem};
    bool is_read;

    if (text.n > YAML_BYTES_MAX) {
        mem_free(tree);
        return refuse(&r, (struct yaml_place){1, 1}, "longer than %d bytes", YAML_BYTES_MAX);
    }
    if (str_starts(text, STR("\xEF\xBB\xBF"))) /* a byte order mark */
        text = str_of(text.p + 3, text.n - 3);
    r.text = text;
    CHECK(yaml_parser_initialize(&r.parser));
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.n > 0 ? text.p : ""),
                                 text.n);
    is_read = read_stream(&r, tree);
    yaml_parser_delete(&r.parser);
    if (is_read)
        *ret = tree;
    else
        yaml_tree_free(&tree);
    return is_read;
}

void
yaml_tree_free(struct yaml_tree **tree)
{
    if (*tree == NULL)
        return;
    arena_fini(&(*tree)->arena);
    mem_free(*tree);
    *tree = NULL;
}

const struct yaml_node *
yaml_tree_root(const struct yaml_tree *tree)
{
    return tree->root;
}

const struct yaml_member *
yaml_find(const struct yaml_node *mapping, struct str key)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->n; i++)
        if (str_equal(mapping->members[i].key, key))
            return &mapping->members[i];
    return NULL;
}

bool
yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && node->plain &&
           (node->text.n == 0 || str_equal(node->text, STR("~")) ||
            str_equal(node->text, STR("null")));
}

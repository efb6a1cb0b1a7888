/* SPDX-License-Identifier: Apache-2.0 */
/* The getters of config_schema.h: a key's value, or the preset that the table names. */
#include "base/check.h"
#include "stage/config_schema.h"
#include "stage/config_text.h"
#include "stage/words.h"

static const struct config_key *
row_of(const char *path)
{
    for (size_t i = 0; i < n_config_keys; i++)
        if (strcmp(config_keys[i].path, path) == 0)
            return &config_keys[i];
    UNREACHABLE();
}

static struct str
key_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    return str_from(dot != NULL ? dot + 1 : path);
}

const struct yaml_node *
config_node(const struct yaml_node *map, const char *path)
{
    const struct yaml_member *member = yaml_find(map, key_of(path));

    return member != NULL ? member->value : NULL;
}

bool
config_is_given(const struct yaml_node *map, const char *path)
{
    return config_node(map, path) != NULL;
}

struct str
config_text(const struct yaml_node *map, const char *path)
{
    const struct yaml_node *node = config_node(map, path);

    if (node == NULL)
        return str_from(row_of(path)->preset);
    return node->kind == YAML_SCALAR ? node->text : STR("");
}

dur_ms
config_duration(const struct yaml_node *map, const char *path)
{
    const struct config_key *row = row_of(path);
    struct str text = config_text(map, path);
    dur_ms d;

    CHECK(row->type == CONFIG_DURATION || row->type == CONFIG_LENGTH);
    if (text.n > 0 && words_find(str_from(row->words), text) >= 0)
        return -1;
    if (!duration_parse(text, &d) || d > CONFIG_DURATION_MAX ||
        (row->type == CONFIG_LENGTH && d == 0))
        return CONFIG_BAD;
    return d;
}

int
config_word(const struct yaml_node *map, const char *path)
{
    const struct config_key *row = row_of(path);
    struct str text = config_text(map, path);

    CHECK(row->type == CONFIG_WORD);
    return text.n > 0 ? words_find(str_from(row->words), text) : -1;
}

uint64_t
config_count(const struct yaml_node *map, const char *path)
{
    const struct config_key *row = row_of(path);
    uint64_t min, max, number;

    CHECK(row->type == CONFIG_COUNT && text_range(str_from(row->words), &min, &max));
    return text_count(config_text(map, path), min, max, &number) ? number : 0;
}

struct yaml_place
config_place(const struct yaml_node *map, const char *path)
{
    const struct yaml_node *node = config_node(map, path);

    if (node != NULL)
        return node->place;
    return map != NULL ? map->place : (struct yaml_place){1, 1};
}

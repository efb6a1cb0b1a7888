/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/config_doc.h"

#include "aggregators/settings.h"
#include "stage/config_build.h"
#include "stage/options.h"
#include "stage/verbs.h"
#include "stage/words.h"

#include <stdio.h>

static const char head[] =
    "# Configuration\n"
    "\n"
    "<!-- Printed by `ticketstream config-doc` from stage/config_keys.tbl; a test compares. -->\n"
    "\n"
    "One YAML file (JSON is YAML, too). `ticketstream check -c FILE` checks it and says in words "
    "what "
    "it means.\n"
    "\n"
    "Nothing in the file is ignored: an unknown key, a wrong type or a bad value is an error with "
    "file, "
    "line and column,\n"
    "and the exit code is 78. A key that shapes the numbers has no default: it is *required*. A "
    "key of a "
    "feature that this\n"
    "version does not have yet is known: its shape is checked, and a warning says that it has no "
    "effect.\n"
    "Anchors, aliases and tags are refused.\n"
    "\n"
    "Durations: `250ms`, `90s`, `15m`, `4h`, `2d`, sums such as `1h30m`. A target in a business "
    "calendar "
    "refuses `d`, since\n"
    "a day there has no fixed length. Names: letters, digits, `.`, `_` and `-`. Spans: "
    "`[[\"09:00\", \"12:00\"], ...]`, each\n"
    "from earlier to later, up to `\"24:00\"`.\n"
    "\n"
    "In the tables `*` is a name of yours, or each item of a list.\n";

/* Table cells: '|' would end the cell, and "<key>" would be taken for markup outside of code. */
static void
add_cell(struct strbuf *out, const char *text, bool is_code)
{
    for (; *text != 0; text++) {
        if (*text == '<' && !is_code) {
            strbuf_add(out, STR("&lt;"));
            continue;
        }
        if (*text == '|')
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, *text);
    }
}

/* What a type is called in a table, where the page's head has said how it is written. */
static const char *
type_name(enum config_type type)
{
    static const char *const names[CONFIG_TYPES] = {
        [CONFIG_DURATION] = "duration",
        [CONFIG_LENGTH] = "duration above 0",
        [CONFIG_NAME] = "name",
        [CONFIG_SPANS] = "spans",
    };

    return names[type] != NULL ? names[type] : config_type_text(type);
}

static void
add_type(struct strbuf *out, const struct config_key *key)
{
    struct str words = str_from(key->words);

    if (key->type != CONFIG_WORD)
        add_cell(out, type_name(key->type), false);
    if (words.n == 0)
        return;
    if (key->type == CONFIG_COUNT) {
        strbuf_addf(out, " (%s)", key->words);
        return;
    }
    if (key->type != CONFIG_WORD)
        strbuf_add(out, STR(", or "));
    words_add_text(out, words);
}

static void
add_key(struct strbuf *out, const struct config_key *key)
{
    const char *later = config_since_text(key->since);

    strbuf_addf(out, "| `%s` | ", key->path);
    add_type(out, key);
    strbuf_add(out, STR(" | "));
    if (key->need == CONFIG_NEED_REQUIRED)
        strbuf_add(out, STR("*required*"));
    else if (key->preset[0] != 0)
        strbuf_addf(out, "`%s`", key->preset);
    strbuf_add(out, STR(" | "));
    add_cell(out, key->meaning, false);
    if (later[0] != 0)
        strbuf_addf(out, ". *No effect yet: comes with %s.*", later);
    else if (key->since == CONFIG_SINCE_RUN)
        strbuf_add(out, STR(". *Read by `run`; files do not need it.*"));
    strbuf_add(out, STR(" | `"));
    add_cell(out, key->example, true);
    strbuf_add(out, STR("` |\n"));
}

/* The part of a path before its first '.'. */
static struct str
top_of(const char *path)
{
    const char *dot = strchr(path, '.');

    return dot != NULL ? str_of(path, (size_t)(dot - path)) : str_from(path);
}

static bool
is_section(const struct config_key *key)
{
    return key->type <= CONFIG_ONE_OR_LIST;
}

static void
add_tables(struct strbuf *out)
{
    static const char columns[] = "\n| Key | Value | Default | Meaning | Example |\n"
                                  "|---|---|---|---|---|\n";
    struct str top = {0};

    strbuf_addf(out, "\n## Single keys\n%s", columns);
    for (size_t i = 0; i < n_config_keys; i++)
        if (strchr(config_keys[i].path, '.') == NULL && !is_section(&config_keys[i]))
            add_key(out, &config_keys[i]);
    for (size_t i = 0; i < n_config_keys; i++) {
        const struct config_key *key = &config_keys[i];
        struct str key_top = top_of(key->path);

        if (strchr(key->path, '.') == NULL && !is_section(key))
            continue;
        if (!str_equal(top, key_top))
            strbuf_addf(out, "\n## `%.*s`\n%s", STR_ARG(key_top), columns);
        top = key_top;
        add_key(out, key);
    }
}

static void
add_lists(struct strbuf *out)
{
    strbuf_add(out, STR("\n## Dimensions\n\nA segmentation may name: "));
    for (int i = 0; i < DIMENSION_CUSTOM; i++)
        strbuf_addf(out, "%s`%s`", i > 0 ? ", " : "", dimension_names[i]);
    strbuf_add(out, STR(" (each of a ticket's issue types for `issue_type`), and `custom.<key>`.\n"
                        "Each dimension once; a ticket that lacks one has the value `\"\"` "
                        "there.\n"));
    strbuf_add(out,
               STR("\n## Packs of metrics\n\n`metrics:` takes `all`, a pack, a metric id, or a "
                   "list of packs and ids. Metrics that are still planned are null.\n\n"
                   "| Pack | What | Metrics |\n|---|---|---|\n"));
    for (size_t i = 0; i < n_config_packs; i++) {
        struct str ids = str_from(config_packs[i].ids);
        struct str id;
        const char *comma = "";

        strbuf_addf(out, "| `%s` | %s | ", config_packs[i].name, config_packs[i].sentence);
        while (words_next(&ids, &id)) {
            strbuf_addf(out, "%s`%.*s`", comma, STR_ARG(id));
            comma = ", ";
        }
        strbuf_add(out, STR(" |\n"));
    }
}

void
config_doc_add(struct strbuf *out)
{
    strbuf_add(out, str_from(head));
    add_tables(out);
    add_lists(out);
}

int
verb_config_doc(int argc, char **argv)
{
    const struct command command = {
        .synopsis = "config-doc",
        .text = "Prints docs/config.md from the table of configuration keys.\n"};
    struct strbuf out = {0};
    int exit_code;

    if (!command_parse(&command, argc, argv, &exit_code))
        return exit_code;
    config_doc_add(&out);
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three steps: text -> tree (yaml.c), tree against the table of keys (config_schema.c), tree ->
 * struct config with the checks that need several keys (config_sections.c, config_windows.c, ...).
 * The third step runs even if the second found errors, so that all of them are told at once.
 */
#include "stage/config.h"

#include "base/check.h"
#include "base/mem.h"
#include "stage/config_build.h"

#include <errno.h>
#include <stdio.h>

static struct config *
config_new(struct str name)
{
    struct config *c = mem_new(1, sizeof *c);

    c->memory = mem_new(1, sizeof *c->memory);
    c->name = arena_copy(&c->memory->arena, name);
    return c;
}

void
config_free(struct config **c)
{
    struct config_memory *memory;

    if (*c == NULL)
        return;
    memory = (*c)->memory;
    zones_fini(&memory->zones);
    yaml_tree_free(&memory->tree);
    arena_fini(&memory->arena);
    mem_free(memory);
    mem_free(*c);
    *c = NULL;
}

static void
build(struct config_build *b)
{
    config_check_shape(&b->report, b->root);
    if (b->root != NULL && b->root->kind != YAML_MAPPING)
        return;
    config_build_core(b);
    config_build_segmentations(b);
    config_build_windows(b);
    config_build_metrics(b);
    config_build_channels(b);
    config_build_surveys(b);
    config_check_sla(b);
}

enum err
config_parse(struct str text, struct str name, struct config **ret, struct strbuf *lines,
             struct error *reterr)
{
    struct config *c = config_new(name);
    struct config_build b = {.c = c, .report = {.name = c->name, .arena = &c->memory->arena}};
    struct yaml_problem problem;
    enum err err = ERR_NONE;

    if (yaml_tree_parse(text, &c->memory->tree, &problem)) {
        b.root = yaml_tree_root(c->memory->tree);
        build(&b);
    } else {
        config_error(&b.report, problem.place, "%s", problem.text);
    }
    config_report_sort(&b.report);
    if (b.report.n_errors > 0) {
        if (lines != NULL)
            config_report_add_errors(&b.report, lines);
        err = config_report_first(&b.report, reterr);
        config_report_fini(&b.report);
        config_free(&c);
        return err;
    }
    c->n_warnings = config_report_warnings(&b.report, &c->warnings);
    config_report_fini(&b.report);
    config_build_fingerprints(c);
    *ret = c;
    return ERR_NONE;
}

/* The file into `text`; what is longer than a configuration may be is cut behind that, and refused
 * later. */
static enum err
read_text(const char *path, struct strbuf *text, struct error *reterr)
{
    FILE *file = fopen(path, "rb");
    size_t got = 1;
    int failure;

    if (file == NULL)
        return error_set(reterr, ERR_CONFIG, "%s: %s", path, strerror(errno));
    while (got > 0 && text->n <= YAML_BYTES_MAX) {
        got = fread(strbuf_reserve(text, 65536), 1, 65536, file);
        strbuf_added(text, got);
    }
    failure = ferror(file) ? errno : 0;
    (void)fclose(file);
    if (failure != 0)
        return error_set(reterr, ERR_CONFIG, "%s: %s", path, strerror(failure));
    return ERR_NONE;
}

static enum err
load(const char *path, struct config **ret, struct strbuf *lines, struct error *reterr)
{
    struct strbuf text = {0};
    enum err err = read_text(path, &text, reterr);

    if (err == ERR_NONE)
        err = config_parse(strbuf_str(&text), str_from(path), ret, lines, reterr);
    strbuf_fini(&text);
    return err;
}

enum err
config_load(const char *path, struct config **ret, struct error *reterr)
{
    return load(path, ret, NULL, reterr);
}

int
config_load_or_say(const char *path, struct config **ret)
{
    struct strbuf lines = {0};
    struct error error;
    enum err err = load(path, ret, &lines, &error);

    if (err != ERR_NONE && lines.n == 0)
        strbuf_addf(&lines, "%s\n", error.text);
    for (size_t i = 0; err == ERR_NONE && i < (*ret)->n_warnings; i++)
        strbuf_addf(&lines, "%.*s\n", STR_ARG((*ret)->warnings[i]));
    if (lines.n > 0)
        (void)fwrite(lines.p, 1, lines.n, stderr);
    strbuf_fini(&lines);
    return err_exit_code(err);
}

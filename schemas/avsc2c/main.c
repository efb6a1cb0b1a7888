/* SPDX-License-Identifier: Apache-2.0 */
/*
 * avsc2c IN.avsc OUTBASE: from a schema to OUTBASE.h (structs) and OUTBASE.c (tables). Run by the
 * build. avro-c judges first whether the text is a schema at all, so that what we publish is not
 * only our own reading of the specification.
 */
#include "base/mem.h"
#include "schemas/avsc2c/emit.h"

#include <avro.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err
read_file(const char *path, struct strbuf *ret, struct error *reterr)
{
    FILE *file = fopen(path, "rb");
    size_t n;

    if (file == NULL)
        return error_set(reterr, ERR_IO, "%s", strerror(errno));
    do {
        n = fread(strbuf_reserve(ret, 65536), 1, 65536, file);
        strbuf_added(ret, n);
    } while (n > 0);
    fclose(file);
    return ERR_NONE;
}

/* Leaves the file alone when it would not change, so that nothing is compiled again for nothing. */
static enum err
write_file(struct str base, const char *suffix, struct str text, struct error *reterr)
{
    struct strbuf path = {0};
    struct strbuf old = {0};
    enum err err = ERR_NONE;

    strbuf_addf(&path, "%.*s%s", STR_ARG(base), suffix);
    strbuf_add_char(&path, '\0');
    if (read_file(path.p, &old, reterr) != ERR_NONE || !str_equal(strbuf_str(&old), text)) {
        FILE *file = fopen(path.p, "wb");

        if (file == NULL || fwrite(text.p, 1, text.n, file) != text.n)
            err = error_set(reterr, ERR_IO, "%s: %s", path.p, strerror(errno));
        if (file != NULL && fclose(file) != 0)
            err = error_set(reterr, ERR_IO, "%s: %s", path.p, strerror(errno));
    }
    strbuf_fini(&path);
    strbuf_fini(&old);
    return err;
}

static enum err
judge(struct str text, struct error *reterr)
{
    avro_schema_t schema;

    if (avro_schema_from_json_length(text.p, text.n, &schema) != 0)
        return error_set(reterr, ERR_SCHEMA, "avro-c refuses it: %s", avro_strerror());
    avro_schema_decref(schema);
    return ERR_NONE;
}

/* The schema's text without white space, in the order of the file. */
static void
compact(struct str text, struct strbuf *out)
{
    json_t *json = json_loadb(text.p, text.n, 0, NULL);
    char *dump;

    CHECK(json != NULL);
    dump = json_dumps(json, JSON_COMPACT);
    CHECK(dump != NULL);
    strbuf_add(out, str_from(dump));
    free(dump);
    json_decref(json);
}

static struct str
last_part(struct str path)
{
    size_t at = path.n;

    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return str_of(path.p + at, path.n - at);
}

static enum err
generate(struct str text, struct str base, struct arena *arena, struct error *reterr)
{
    const struct schema *top;
    struct emit_order order = {0};
    struct strbuf avsc = {0};
    struct strbuf header = {0};
    struct strbuf source = {0};
    enum err err = judge(text, reterr);

    if (err == ERR_NONE)
        err = schema_parse(text, arena, &top, reterr);
    if (err == ERR_NONE)
        err = emit_order_types(top, &order, reterr);
    if (err == ERR_NONE)
        err = emit_check_defaults(&order, reterr);
    if (err == ERR_NONE) {
        compact(text, &avsc);
        emit_types(&order, top, last_part(base), strbuf_str(&avsc), &header);
        emit_tables(&order, top, last_part(base), strbuf_str(&avsc), &source);
        err = write_file(base, ".h", strbuf_str(&header), reterr);
    }
    if (err == ERR_NONE)
        err = write_file(base, ".c", strbuf_str(&source), reterr);
    mem_free(order.v);
    strbuf_fini(&avsc);
    strbuf_fini(&header);
    strbuf_fini(&source);
    return err;
}

int
main(int argc, char **argv)
{
    struct arena arena = {0};
    struct strbuf text = {0};
    struct error error;
    enum err err;

    if (argc != 3) {
        fprintf(stderr, "usage: avsc2c IN.avsc OUTBASE\n");
        return err_exit_code(ERR_USAGE);
    }
    err = read_file(argv[1], &text, &error);
    if (err == ERR_NONE)
        err = generate(strbuf_str(&text), str_from(argv[2]), &arena, &error);
    if (err != ERR_NONE)
        fprintf(stderr, "avsc2c: %s: %s\n", argv[1], error.text);
    strbuf_fini(&text);
    arena_fini(&arena);
    return err_exit_code(err);
}

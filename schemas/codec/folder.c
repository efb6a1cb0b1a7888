/* SPDX-License-Identifier: Apache-2.0 */
/* The folder behind a registry. Files are named by id; their fingerprints are worked out when one
 * is first asked for. */
#include "base/mem.h"
#include "schemas/codec/canonical.h"
#include "schemas/codec/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct file {
    uint64_t fingerprint;
    char *name;
};

struct folder {
    char *path;
    enum framing framing;
    struct file *files; /* not for confluent framing: there the id is the name */
    size_t n;
    size_t cap;
};

static char *
copy(struct str s)
{
    char *p = mem_new(s.n + 1, 1);

    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return p;
}

static void
folder_free(void *context)
{
    struct folder *f = context;

    for (size_t i = 0; i < f->n; i++)
        mem_free(f->files[i].name);
    mem_free(f->files);
    mem_free(f->path);
    mem_free(f);
}

/* Reads a file of the folder; more than a schema may have is cut, which the parser then refuses. */
static bool
read_file(const struct folder *f, const char *name, struct strbuf *out)
{
    struct strbuf path = {0};
    FILE *file;
    size_t n;

    strbuf_addf(&path, "%s/%s", f->path, name);
    strbuf_add_char(&path, '\0');
    file = fopen(path.p, "rb");
    strbuf_fini(&path);
    if (file == NULL)
        return false;
    do {
        n = fread(strbuf_reserve(out, 65536), 1, 65536, file);
        strbuf_added(out, n);
    } while (n > 0 && out->n <= SCHEMA_TEXT_MAX);
    n = (size_t)ferror(file);
    fclose(file);
    return n == 0;
}

/* Files that are no schemas have no fingerprint and cannot be meant. */
static void
add_file(struct folder *f, const char *name)
{
    struct strbuf text = {0};
    struct arena arena = {0};
    const struct schema *schema;

    if (read_file(f, name, &text) &&
        schema_parse(strbuf_str(&text), &arena, &schema, NULL) == ERR_NONE) {
        f->files = mem_grow(f->files, f->n, &f->cap, sizeof(*f->files));
        f->files[f->n++] = (struct file){.fingerprint = canonical_fingerprint(schema),
                                         .name = copy(str_from(name))};
    }
    arena_fini(&arena);
    strbuf_fini(&text);
}

static void
scan(struct folder *f)
{
    DIR *dir = opendir(f->path);
    struct dirent *entry;

    for (size_t i = 0; i < f->n; i++)
        mem_free(f->files[i].name);
    f->n = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);

        if (n > 5 && strcmp(entry->d_name + n - 5, ".avsc") == 0)
            add_file(f, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

static enum decode_result
load_id(struct folder *f, uint64_t id, struct strbuf *out, struct error *reterr)
{
    char name[32];

    snprintf(name, sizeof(name), "%llu.avsc", (unsigned long long)id);
    if (read_file(f, name, out))
        return DECODE_OK;
    error_set(reterr, ERR_SCHEMA, "schema id %llu: no file %s in %s", (unsigned long long)id, name,
              f->path);
    return DECODE_UNKNOWN_SCHEMA;
}

static enum decode_result
load_fingerprint(struct folder *f, uint64_t key, struct strbuf *out, struct error *reterr)
{
    scan(f);
    for (size_t i = 0; i < f->n; i++)
        if (f->files[i].fingerprint == key && read_file(f, f->files[i].name, out))
            return DECODE_OK;
    error_set(reterr, ERR_SCHEMA, "schema with fingerprint %016llx: no such file in %s",
              (unsigned long long)key, f->path);
    return DECODE_UNKNOWN_SCHEMA;
}

static enum decode_result
load_only(struct folder *f, struct strbuf *out, struct error *reterr)
{
    scan(f);
    if (f->n == 1 && read_file(f, f->files[0].name, out))
        return DECODE_OK;
    error_set(reterr, ERR_SCHEMA, "raw framing needs one schema in %s, there are %zu", f->path,
              f->n);
    return DECODE_UNKNOWN_SCHEMA;
}

static enum decode_result
folder_load(void *context, uint64_t key, struct strbuf *out, struct error *reterr)
{
    struct folder *f = context;

    switch (f->framing) {
    case FRAMING_CONFLUENT:
        return load_id(f, key, out, reterr);
    case FRAMING_SINGLE_OBJECT:
        return load_fingerprint(f, key, out, reterr);
    case FRAMING_RAW:
        return load_only(f, out, reterr);
    }
    return DECODE_UNKNOWN_SCHEMA;
}

enum err
registry_open_folder(const char *path, enum framing framing, const struct avro_desc *reader,
                     struct registry **ret, struct error *reterr)
{
    struct folder *f;
    DIR *dir = opendir(path);

    if (dir == NULL)
        return error_set(reterr, ERR_IO, "folder of schemas %s: %s", path, strerror(errno));
    closedir(dir);
    f = mem_new(1, sizeof(*f));
    f->path = copy(str_from(path));
    f->framing = framing;
    *ret = registry_new(folder_load, f, folder_free, reader);
    return ERR_NONE;
}

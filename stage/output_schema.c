/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/output_schema.h"

#include "base/mem.h"
#include "stage/options.h"

#include <dirent.h>
#include <stdio.h>

enum {
    SCHEMA_FILE_MAX = 4 * 1024 * 1024,
    NAME_MAX_LEN = 15, /* of "4294967295.avsc" */
    FINGERPRINT_BYTES = 8
};

/* The number in "17.avsc"; 0 if the name is not of that form. */
static uint32_t
id_of_name(const char *name)
{
    char digits[NAME_MAX_LEN + 1];
    const char *dot = strrchr(name, '.');
    uint64_t id;

    if (dot == NULL || strcmp(dot, ".avsc") != 0 || dot - name > NAME_MAX_LEN)
        return 0;
    memcpy(digits, name, (size_t)(dot - name));
    digits[dot - name] = '\0';
    return option_number(digits, UINT32_MAX, &id) ? (uint32_t)id : 0;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* True if the texts are the same but for white space between tokens. */
static bool
same_json(struct str a, struct str compact)
{
    bool quoted = false;
    size_t j = 0;

    for (size_t i = 0; i < a.n; i++) {
        if (!quoted && is_space(a.p[i]))
            continue;
        if (j == compact.n || a.p[i] != compact.p[j++])
            return false;
        if (quoted && a.p[i] == '\\') {
            if (++i == a.n || j == compact.n || a.p[i] != compact.p[j++])
                return false;
        } else if (a.p[i] == '"') {
            quoted = !quoted;
        }
    }
    return j == compact.n;
}

static bool
file_has_text(const char *folder, const char *name, struct str text)
{
    struct strbuf path = {0};
    struct strbuf bytes = {0};
    FILE *file;
    size_t n = 1;

    strbuf_addf(&path, "%s/%s", folder, name);
    strbuf_add_char(&path, '\0');
    file = fopen(path.p, "rb");
    strbuf_fini(&path);
    if (file == NULL)
        return false;
    while (n > 0 && bytes.n < SCHEMA_FILE_MAX) {
        n = fread(strbuf_reserve(&bytes, BUFSIZ), 1, BUFSIZ, file);
        strbuf_added(&bytes, n);
    }
    (void)fclose(file);
    n = same_json(strbuf_str(&bytes), text);
    strbuf_fini(&bytes);
    return n != 0;
}

uint32_t
output_schema_find(const char *folder, const struct avro_desc *desc)
{
    struct str text = str_of(desc->avsc, desc->avsc_len);
    DIR *dir = opendir(folder);
    struct dirent *entry;
    uint32_t found = 0;

    if (dir == NULL)
        return 0;
    /* The least id, so that the order of the folder's entries does not matter. */
    while ((entry = readdir(dir)) != NULL) {
        uint32_t id = id_of_name(entry->d_name);

        if (id != 0 && (found == 0 || id < found) && file_has_text(folder, entry->d_name, text))
            found = id;
    }
    (void)closedir(dir);
    return found;
}

bool
output_schema_prefix(const struct config *config, const struct avro_desc *desc,
                     struct strbuf *prefix, struct error *reterr)
{
    struct strbuf folder = {0};
    uint32_t id;

    if (config->output_framing == CONFIG_FRAMING_RAW)
        return true;
    if (config->output_framing == CONFIG_FRAMING_SINGLE_OBJECT) {
        strbuf_add(prefix, STR("\xc3\x01"));
        for (int i = 0; i < FINGERPRINT_BYTES; i++)
            strbuf_add_char(prefix, (char)(desc->fingerprint >> (8 * i)));
        return true;
    }
    strbuf_add(&folder, config->output_schemas);
    strbuf_add_char(&folder, '\0');
    id = folder.n > 1 ? output_schema_find(folder.p, desc) : 0;
    strbuf_add_char(prefix, '\0');
    strbuf_add_be32(prefix, id);
    if (id == 0)
        error_set(reterr, ERR_CONFIG,
                  "output: no file ID.avsc %s%s holds the schema %s: records carry the id 0",
                  folder.n > 1 ? "in " : "(output.schemas is not set)", folder.p, desc->name);
    strbuf_fini(&folder);
    return id != 0;
}

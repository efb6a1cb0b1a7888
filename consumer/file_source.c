/* SPDX-License-Identifier: Apache-2.0 */
#include "consumer/file_source.h"

#include "consumer/container_source.h"
#include "consumer/line_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MAGIC_MAX = 4 };

static const struct str container_magic = {"Obj\x01", 4};
static const struct str gzip_magic = {"\x1f\x8b", 2};

static enum err
read_magic(const char *path, char *magic, struct str *ret, struct error *reterr)
{
    FILE *file = fopen(path, "rb");
    size_t n;
    int problem;

    if (file == NULL)
        return error_set(reterr, ERR_INPUT, "%s: %s", path, strerror(errno));
    errno = 0;
    n = fread(magic, 1, MAGIC_MAX, file);
    problem = ferror(file) != 0 ? errno : 0;
    (void)fclose(file);
    if (problem != 0)
        return error_set(reterr, ERR_INPUT, "%s: %s", path, strerror(problem));
    *ret = str_of(magic, n);
    return ERR_NONE;
}

static bool
ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path);
    size_t m = strlen(suffix);

    return n >= m && strcmp(path + n - m, suffix) == 0;
}

enum err
file_source_open(const char *path, struct source **ret, struct error *reterr)
{
    char bytes[MAGIC_MAX];
    struct str magic;
    enum err err = read_magic(path, bytes, &magic, reterr);

    if (err != ERR_NONE)
        return err;
    if (str_starts(magic, container_magic))
        return container_source_open(path, ret, reterr);
    /* An empty file has no events; otherwise a wrong name means a wrong or damaged file. */
    if (ends_with(path, ".avro") && magic.n > 0)
        return error_set(reterr, ERR_INPUT,
                         "%s: offset 0: not an Avro container file (it does not start with "
                         "\"Obj\" and 1)",
                         path);
    if (ends_with(path, ".gz") && magic.n > 0 && !str_starts(magic, gzip_magic))
        return error_set(reterr, ERR_INPUT, "%s: offset 0: not a gzip file", path);
    return line_source_open(path, ret, reterr);
}

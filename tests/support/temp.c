/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/temp.h"

#include "base/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
temp_init(struct temp *t)
{
    const char *root = getenv("TMPDIR");

    (void)snprintf(t->folder, sizeof(t->folder), "%s/ticketstream-XXXXXX",
                   root != NULL && strlen(root) < 32 ? root : "/tmp");
    CHECK(mkdtemp(t->folder) != NULL);
}

void
temp_fini(struct temp *t)
{
    DIR *dir = opendir(t->folder);
    struct dirent *entry;

    CHECK(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlink(temp_path(t, entry->d_name));
    (void)closedir(dir);
    CHECK(rmdir(t->folder) == 0);
}

const char *
temp_path(struct temp *t, const char *name)
{
    CHECK(strlen(name) < 120);
    (void)snprintf(t->path, sizeof(t->path), "%s/%.120s", t->folder, name);
    return t->path;
}

const char *
temp_write(struct temp *t, const char *name, struct str bytes)
{
    FILE *file = fopen(temp_path(t, name), "wb");

    CHECK(file != NULL);
    CHECK(bytes.n == 0 || fwrite(bytes.p, 1, bytes.n, file) == bytes.n);
    CHECK(fclose(file) == 0);
    return t->path;
}

bool
temp_read(struct temp *t, const char *name, struct strbuf *out)
{
    FILE *file = fopen(temp_path(t, name), "rb");
    size_t n = 1;

    if (file == NULL)
        return false;
    while (n > 0) {
        n = fread(strbuf_reserve(out, BUFSIZ), 1, BUFSIZ, file);
        strbuf_added(out, n);
    }
    (void)fclose(file);
    return true;
}

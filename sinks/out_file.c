/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/out_file.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024 };

static enum err
failed(const char *path, const char *what, struct error *reterr)
{
    return error_set(reterr, ERR_IO, "%s: %s: %s", path, what, strerror(errno));
}

/* "a/b" + "c" + ".part"; a NULL folder is left out. */
static char *
join(const char *folder, const char *name, const char *suffix)
{
    size_t n = (folder != NULL ? strlen(folder) + 1 : 0) + strlen(name) + strlen(suffix) + 1;
    char *path = mem_new(n, 1);

    (void)snprintf(path, n, "%s%s%s%s", folder != NULL ? folder : "", folder != NULL ? "/" : "",
                   name, suffix);
    return path;
}

static bool
is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err
out_folder_make(const char *folder, struct error *reterr)
{
    char *path = join(NULL, folder, "");
    enum err err = ERR_NONE;

    for (char *p = path + 1; err == ERR_NONE; p++) {
        char c = *p;

        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && !is_folder(path))
            err = failed(path, "cannot make the folder", reterr);
        *p = c;
        if (c == '\0')
            break;
    }
    mem_free(path);
    return err;
}

enum err
out_file_open(struct out_file *f, const char *folder, const char *name, struct error *reterr)
{
    *f = (struct out_file){.path = join(folder, name, ""), .part = join(folder, name, ".part")};
    f->file = fopen(f->part, "wb");
    if (f->file == NULL)
        return failed(f->part, "cannot write", reterr);
    (void)setvbuf(f->file, NULL, _IOFBF, BUFFER);
    return ERR_NONE;
}

enum err
out_file_write(struct out_file *f, struct str bytes, struct error *reterr)
{
    CHECK(f->file != NULL);
    if (bytes.n > 0 && fwrite(bytes.p, 1, bytes.n, f->file) != bytes.n)
        return failed(f->part, "cannot write", reterr);
    return ERR_NONE;
}

enum err
out_file_commit(struct out_file *f, struct error *reterr)
{
    FILE *file = f->file;

    CHECK(file != NULL);
    f->file = NULL;
    if (fclose(file) != 0) {
        enum err err = failed(f->part, "cannot write", reterr);

        (void)unlink(f->part);
        return err;
    }
    if (rename(f->part, f->path) != 0)
        return failed(f->path, "cannot rename", reterr);
    return ERR_NONE;
}

void
out_file_fini(struct out_file *f)
{
    if (f->file != NULL) {
        (void)fclose(f->file);
        (void)unlink(f->part);
    }
    mem_free(f->path);
    mem_free(f->part);
    *f = (struct out_file){0};
}

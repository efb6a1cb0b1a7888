/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for libFuzzer where the compiler has none: feeds every file of the corpus folder to the
 * target, in the order of their names, and then each of its prefixes (cut inputs are where decoders
 * break). So every input that ever failed stays a test in all presets.
 *
 * A corpus that is missing or empty is a failure: a test that fed nothing has proved nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Prefixes of long files cost the square of their length; these suffice to cut every header. */
#define PREFIXES_MAX 512

/* The target gets a heap copy of exactly its size, so that ASan sees a read past the end. */
static void
feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int
feed_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *data = NULL;
    size_t size = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    for (size_t room = 0, n = 1; n > 0; size += n) {
        if (size == room) {
            room = room * 2 + 65536;
            data = realloc(data, room);
            if (data == NULL)
                abort();
        }
        n = fread(data + size, 1, room - size, file);
    }
    (void)fclose(file);
    feed(data, size);
    for (size_t n = 0; n < size && n < PREFIXES_MAX; n++)
        feed(data, n);
    free(data);
    return 1;
}

int
main(int argc, char **argv)
{
    struct dirent **entries;
    int n, fed = 0;

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    n = scandir(argv[1], &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.')
            fed += feed_file(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    (void)printf("%d files of %s fed\n", fed, argv[1]);
    return fed > 0 ? 0 : 1;
}

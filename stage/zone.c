/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/zone.h"

#include "base/mem.h"
#include "stage/words.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { NAME_MAX_BYTES = 64, PATH_MAX_BYTES = 1024, FILE_MAX_BYTES = 1 << 20 };

/*
 * "Europe/Berlin": parts of letters, digits, '_', '+' and '-', at most three. So a name can never
 * leave the folder, and never names a file that is not a zone by its form (posixrules, *.tab).
 */
static bool
is_zone_name(struct str name)
{
    unsigned parts = 1;
    bool is_part_empty = true;

    if (name.n == 0 || name.n > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (c == '/') {
            if (is_part_empty)
                return false;
            parts++;
            is_part_empty = true;
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '+' || c == '-') {
            is_part_empty = false;
        } else {
            return false;
        }
    }
    return !is_part_empty && parts <= 3;
}

static const char *
folder(void)
{
    const char *given = getenv("TZDIR");

    return given != NULL && given[0] != 0 ? given : "/usr/share/zoneinfo";
}

/* The file's bytes behind the end of `out`; false if it cannot be read or is too long. */
static bool
read_file(struct str name, struct strbuf *out)
{
    char path[PATH_MAX_BYTES];
    int n = snprintf(path, sizeof path, "%s/%.*s", folder(), STR_ARG(name));
    size_t got = 1, total = 0;
    FILE *file;

    if (n < 0 || (size_t)n >= sizeof path)
        return false;
    file = fopen(path, "rb");
    if (file == NULL)
        return false;
    while (got > 0 && total <= FILE_MAX_BYTES) {
        got = fread(strbuf_reserve(out, 65536), 1, 65536, file);
        strbuf_added(out, got);
        total += got;
    }
    n = ferror(file); /* a folder opens, but does not read */
    (void)fclose(file);
    return n == 0 && total > 0 && total <= FILE_MAX_BYTES;
}

/* The nearest of the names in tzdata.zi: lines "Z NAME ..." and "L TARGET NAME". */
static struct str
nearest_zone(struct str name, const struct strbuf *database, struct strbuf *names)
{
    const char *p = database->p;
    const char *end = p + database->n;

    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *from = p + 2;
        const char *to;

        if (line_end == NULL)
            line_end = end;
        if (line_end - p > 2 && (p[0] == 'Z' || p[0] == 'L') && p[1] == ' ') {
            to = memchr(from, ' ', (size_t)(line_end - from));
            if (p[0] == 'L' && to != NULL) {
                from = to + 1;
                to = NULL;
            }
            if (to == NULL)
                to = line_end;
            strbuf_add_char(names, '|');
            strbuf_add(names, str_of(from, (size_t)(to - from)));
        }
        p = line_end + 1;
    }
    return words_nearest(name, strbuf_str(names));
}

static enum err
refuse(struct str name, struct error *reterr)
{
    struct strbuf database = {0};
    struct strbuf names = {0};
    struct strbuf quoted = {0};
    struct str near = {0};
    enum err err;

    add_quoted(&quoted, name);
    if (read_file(STR("tzdata.zi"), &database))
        near = nearest_zone(name, &database, &names);
    if (near.n > 0)
        err = error_set(reterr, ERR_CONFIG, "unknown zone %.*s; did you mean \"%.*s\"?",
                        STR_ARG(strbuf_str(&quoted)), STR_ARG(near));
    else
        err = error_set(reterr, ERR_CONFIG,
                        "unknown zone %.*s: expected a name of the system's tz database, such as "
                        "Europe/Berlin or UTC",
                        STR_ARG(strbuf_str(&quoted)));
    strbuf_fini(&quoted);
    strbuf_fini(&names);
    strbuf_fini(&database);
    return err;
}

enum err
zones_get(struct zones *zones, struct str name, const struct tz **ret, struct error *reterr)
{
    struct strbuf bytes = {0};
    struct zone zone = {0};
    enum err err;

    if (str_equal(name, STR("UTC"))) {
        *ret = tz_utc();
        return ERR_NONE;
    }
    for (size_t i = 0; i < zones->n; i++) {
        if (str_equal(name, tz_name(zones->v[i].tz))) {
            *ret = zones->v[i].tz;
            return ERR_NONE;
        }
    }
    if (!is_zone_name(name) || !read_file(name, &bytes)) {
        strbuf_fini(&bytes);
        return refuse(name, reterr);
    }
    err = tz_new(strbuf_str(&bytes), name, &zone.tz, reterr);
    if (err == ERR_NONE) {
        zone.rules_hash = XXH3_64bits_withSeed(bytes.p, bytes.n, 0);
        zones->v = mem_grow(zones->v, zones->n, &zones->cap, sizeof *zones->v);
        zones->v[zones->n++] = zone;
        *ret = zone.tz;
    }
    strbuf_fini(&bytes);
    return err;
}

uint64_t
zones_rules_hash(const struct zones *zones, const struct tz *tz)
{
    for (size_t i = 0; i < zones->n; i++)
        if (zones->v[i].tz == tz)
            return zones->v[i].rules_hash;
    return 0;
}

void
zones_fini(struct zones *zones)
{
    for (size_t i = 0; i < zones->n; i++)
        tz_free(&zones->v[i].tz);
    mem_free(zones->v);
    *zones = (struct zones){0};
}

void
zones_add_version(struct strbuf *out)
{
    struct strbuf database = {0};
    struct str start = STR("# version ");
    const char *end = NULL;

    /* The first line of tzdata.zi. */
    if (read_file(STR("tzdata.zi"), &database) && str_starts(strbuf_str(&database), start))
        end = memchr(database.p, '\n', database.n);
    if (end != NULL)
        strbuf_add(out, str_of(database.p + start.n, (size_t)(end - database.p) - start.n));
    else
        strbuf_add(out, STR("unknown"));
    strbuf_fini(&database);
}

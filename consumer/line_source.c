/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window over the bytes of the file slides forward:
 *
 *     bytes   | handed out | the line being looked for ...... | not yet read
 *             0          start        scanned             end           cap
 *
 * zlib's file reader passes bytes through where they are not gzip, so there is one way for both.
 */
#include "consumer/line_source.h"

#include "base/mem.h"
#include "consumer/file_bytes.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

enum {
    CHUNK = 256 * 1024,
    /* Of an oversized line this much is kept for the dead letter; the rest of it is dropped. */
    LINE_KEPT_MAX = 64 * 1024 * 1024
};

struct line_source {
    struct source source;
    char *path;
    gzFile file;
    char *bytes;
    size_t start;
    size_t scanned;
    size_t end;
    size_t cap;
    uint64_t line;        /* lines that were found so far */
    uint64_t bytes_total; /* of the file when it was opened, before gunzip */
    bool at_end;          /* nothing more can be read */
    struct error
        failure; /* why not, where it is not the end of the file; told behind the last whole line */
};

static void
line_source_close(struct source *source)
{
    struct line_source *s = (struct line_source *)source;

    if (s->file != NULL)
        (void)gzclose(s->file);
    mem_free(s->path);
    mem_free(s->bytes);
    mem_free(s);
}

/* Room for a chunk behind `end`: by moving the rest to the front, else by growing. */
static void
make_room(struct line_source *s)
{
    if (s->cap - s->end >= CHUNK)
        return;
    if (s->start > 0) {
        memmove(s->bytes, s->bytes + s->start, s->end - s->start);
        s->scanned -= s->start;
        s->end -= s->start;
        s->start = 0;
    }
    while (s->cap - s->end < CHUNK) {
        s->cap = s->cap > 0 ? 2 * s->cap : 2 * CHUNK;
        s->bytes = mem_resize(s->bytes, s->cap, 1);
    }
}

static void
note_failure(struct line_source *s, int code)
{
    unsigned long long line = s->line;

    if (code == Z_ERRNO)
        error_set(&s->failure, ERR_INPUT, "%s: behind line %llu: %s", s->path, line,
                  strerror(errno));
    else
        error_set(&s->failure, ERR_INPUT, "%s: behind line %llu: the gzip data is %s at byte %lld",
                  s->path, line, code == Z_BUF_ERROR ? "cut" : "damaged",
                  (long long)gzoffset(s->file));
}

static void
read_more(struct line_source *s)
{
    int code = Z_OK;
    int n;

    make_room(s);
    n = gzread(s->file, s->bytes + s->end, CHUNK);
    if (n > 0)
        s->end += (size_t)n;
    if (n == CHUNK)
        return;
    s->at_end = true;
    (void)gzerror(s->file, &code);
    if (code != Z_OK)
        note_failure(s, code);
}

/* The line at `start` if its end is there (or the file's); `*ret_more` if more bytes are needed. */
static struct str
find_line(struct line_source *s, bool *ret_more)
{
    char *newline =
        s->scanned < s->end ? memchr(s->bytes + s->scanned, '\n', s->end - s->scanned) : NULL;
    struct str line;

    *ret_more = newline == NULL && !s->at_end;
    if (*ret_more) {
        s->scanned = s->end;
        return (struct str){0};
    }
    line = str_of(s->bytes + s->start,
                  (newline != NULL ? (size_t)(newline - s->bytes) : s->end) - s->start);
    s->start += line.n + (newline != NULL);
    s->scanned = s->start;
    return line;
}

/*
 * The line at `start` is longer than what is kept: drops what comes until its end. The kept part
 * stays where it is; `start` moves behind the line.
 */
static struct str
drop_rest(struct line_source *s)
{
    size_t kept = s->end - s->start;
    struct str line;
    char *newline;

    for (;;) {
        newline = memchr(s->bytes + s->start + kept, '\n', s->end - s->start - kept);
        if (newline != NULL || s->at_end)
            break;
        s->end = s->start + kept;
        read_more(s);
    }
    line = str_of(s->bytes + s->start, kept);
    s->start = newline != NULL ? (size_t)(newline - s->bytes) + 1 : s->end;
    s->scanned = s->start;
    return line;
}

static struct str
next_line(struct line_source *s)
{
    for (;;) {
        bool more;
        struct str line = find_line(s, &more);

        if (!more)
            return line;
        if (s->end - s->start > LINE_KEPT_MAX)
            return drop_rest(s);
        read_more(s);
    }
}

static bool
is_blank(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
            return false;
    return true;
}

static enum err
line_source_next(struct source *source, struct record *ret, bool *ret_end, struct error *reterr)
{
    struct line_source *s = (struct line_source *)source;

    while (!s->at_end || s->start < s->end) {
        struct str line = next_line(s);

        if (s->failure.code != ERR_NONE && s->start == s->end)
            break; /* what is left is the start of a line whose rest is lost */
        if (s->line++ == 0 && str_starts(line, STR("\xef\xbb\xbf")))
            line = str_of(line.p + 3, line.n - 3);
        if (is_blank(line))
            continue;
        *ret_end = false;
        *ret =
            (struct record){.form = RECORD_JSON,
                            .bytes = line,
                            .timestamp = EVTIME_NONE,
                            .position = s->line,
                            .refusal = line.n > INTAKE_RECORD_MAX ? DECODE_OVERSIZED : DECODE_OK};
        return ERR_NONE;
    }
    *ret_end = true;
    if (s->failure.code == ERR_NONE)
        return ERR_NONE;
    *reterr = s->failure;
    s->failure.code = ERR_NONE;
    s->start = s->end;
    return reterr->code;
}

static void
line_source_tell(const struct source *source, struct source_progress *ret)
{
    const struct line_source *s = (const struct line_source *)source;

    ret->bytes_total = s->bytes_total;
    ret->bytes = s->at_end ? s->bytes_total : (uint64_t)gzoffset(s->file);
}

enum err
line_source_open(const char *path, struct source **ret, struct error *reterr)
{
    static const struct source_ops ops = {
        .next = line_source_next, .close = line_source_close, .tell = line_source_tell};
    struct line_source *s = mem_new(1, sizeof(*s));

    s->source.ops = &ops;
    s->bytes_total = file_bytes(path);
    s->path = mem_new(strlen(path) + 1, 1);
    memcpy(s->path, path, strlen(path));
    s->file = gzopen(path, "rb");
    if (s->file == NULL) {
        enum err err = error_set(reterr, ERR_INPUT, "%s: %s", path, strerror(errno));

        line_source_close(&s->source);
        return err;
    }
    (void)gzbuffer(s->file, CHUNK);
    *ret = &s->source;
    return ERR_NONE;
}

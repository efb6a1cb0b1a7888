/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/event_writer.h"

#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "schemas/event_flat.h"
#include "schemas/event_json.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER = 256 * 1024 };

struct event_writer {
    char *path;
    char *part;                         /* its name until the commit */
    gzFile lines;                       /* .jsonl, .jsonl.gz; else NULL */
    struct container_writer *container; /* .avro; else NULL */
    bool is_flat;                       /* of a container: its records */
    struct strbuf record;
};

static bool
ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path);
    size_t m = strlen(suffix);

    return n >= m && strcmp(path + n - m, suffix) == 0;
}

static char *
copy(const char *path, const char *suffix)
{
    size_t n = strlen(path) + strlen(suffix) + 1;
    char *text = mem_new(n, 1);

    (void)snprintf(text, n, "%s%s", path, suffix);
    return text;
}

static enum err
failed(const struct event_writer *w, struct error *reterr)
{
    return error_set(reterr, ERR_IO, "%s: cannot write: %s", w->part, strerror(errno));
}

static enum err
open_container(struct event_writer *w, const struct event_form *form,
               const struct container_meta *meta, size_t n_meta, struct error *reterr)
{
    w->is_flat = form != NULL && form->is_flat;
    return container_writer_open(w->part, w->is_flat ? &ticket_event_flat_desc : &ticket_event_desc,
                                 form != NULL ? form->codec : CONTAINER_DEFLATE, meta, n_meta,
                                 &w->container, reterr);
}

static enum err
open_file(struct event_writer *w, const struct event_form *form, const struct container_meta *meta,
          size_t n_meta, struct error *reterr)
{
    bool is_gzip = ends_with(w->path, ".jsonl.gz");

    if (ends_with(w->path, ".avro"))
        return open_container(w, form, meta, n_meta, reterr);
    if (!is_gzip && !ends_with(w->path, ".jsonl"))
        return error_set(reterr, ERR_USAGE, "%s: the suffix is none of .jsonl, .jsonl.gz, .avro",
                         w->path);
    if (n_meta > 0)
        return error_set(reterr, ERR_USAGE, "%s: only a container file (.avro) has metadata",
                         w->path);
    if (form != NULL)
        return error_set(reterr, ERR_USAGE,
                         "%s: only a container file (.avro) has a codec or flat records", w->path);
    /* "T": as it is, without gzip. */
    w->lines = gzopen(w->part, is_gzip ? "wb9" : "wbT");
    if (w->lines == NULL)
        return failed(w, reterr);
    (void)gzbuffer(w->lines, BUFFER);
    return ERR_NONE;
}

enum err
event_writer_open(const char *path, const struct container_meta *meta, size_t n_meta,
                  struct event_writer **ret, struct error *reterr)
{
    return event_writer_open_as(path, NULL, meta, n_meta, ret, reterr);
}

enum err
event_writer_open_as(const char *path, const struct event_form *form,
                     const struct container_meta *meta, size_t n_meta, struct event_writer **ret,
                     struct error *reterr)
{
    struct event_writer *w = mem_new(1, sizeof(*w));
    enum err err;

    w->path = copy(path, "");
    w->part = copy(path, ".part");
    err = open_file(w, form, meta, n_meta, reterr);
    if (err != ERR_NONE) {
        event_writer_close(&w);
        return err;
    }
    *ret = w;
    return ERR_NONE;
}

void
event_writer_set_level(struct event_writer *w, int level)
{
    if (w->container != NULL)
        container_writer_set_level(w->container, level);
    else
        (void)gzsetparams(w->lines, level, Z_DEFAULT_STRATEGY);
}

static void
encode_flat(const struct ticket_event *event, struct strbuf *out)
{
    struct ticket_event_flat flat;
    struct arena arena = {0};

    event_to_flat(event, &arena, &flat);
    avro_encode(&ticket_event_flat_desc, &flat, out);
    arena_fini(&arena);
}

void
event_writer_encode(const struct event_writer *w, const struct ticket_event *event,
                    struct strbuf *out)
{
    if (w->container != NULL && w->is_flat) {
        encode_flat(event, out);
    } else if (w->container != NULL) {
        avro_encode(&ticket_event_desc, event, out);
    } else {
        event_json_write(event, out);
        strbuf_add_char(out, '\n');
    }
}

enum err
event_writer_add_encoded(struct event_writer *w, struct str bytes, struct error *reterr)
{
    if (w->container != NULL)
        return container_writer_add(w->container, bytes, reterr);
    if (gzwrite(w->lines, bytes.p, (unsigned)bytes.n) != (int)bytes.n)
        return failed(w, reterr);
    return ERR_NONE;
}

enum err
event_writer_add(struct event_writer *w, const struct ticket_event *event, struct error *reterr)
{
    strbuf_clear(&w->record);
    event_writer_encode(w, event, &w->record);
    return event_writer_add_encoded(w, strbuf_str(&w->record), reterr);
}

enum err
event_writer_commit(struct event_writer *w, struct error *reterr)
{
    enum err err = ERR_NONE;

    if (w->container != NULL) {
        err = container_writer_close(&w->container, reterr);
    } else {
        gzFile lines = w->lines;

        w->lines = NULL;
        if (gzclose(lines) != Z_OK)
            err = failed(w, reterr);
    }
    if (err == ERR_NONE && rename(w->part, w->path) != 0)
        err = failed(w, reterr);
    if (err != ERR_NONE)
        (void)unlink(w->part);
    return err;
}

void
event_writer_close(struct event_writer **writer)
{
    struct event_writer *w = *writer;
    struct error ignored;

    if (w == NULL)
        return;
    if (w->lines != NULL || w->container != NULL) {
        if (w->lines != NULL)
            (void)gzclose(w->lines);
        if (container_writer_close(&w->container, &ignored) != ERR_NONE)
            ignored.code = ERR_NONE;
        (void)unlink(w->part);
    }
    strbuf_fini(&w->record);
    mem_free(w->path);
    mem_free(w->part);
    mem_free(w);
    *writer = NULL;
}

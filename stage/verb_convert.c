/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `convert`: events of one file into another form. Strict: what cannot be carried over whole ends
 * it, with the place, unless --skip-bad says to count such records and go on. What an event says is
 * not judged here (that is the intake's job when it is used): a conversion must not lose what it
 * can hold.
 */
#include "base/mem.h"
#include "consumer/file_source.h"
#include "stage/event_writer.h"
#include "stage/options.h"
#include "stage/people.h"
#include "stage/verbs.h"

struct arguments {
    struct option_list files; /* IN, OUT */
    struct option_list meta;
    const char *codec; /* NULL: the usual one */
    bool flat;
    bool skip_bad;
};

struct conversion {
    const struct arguments *a;
    struct source *source;
    struct event_writer *writer;
    struct intake *intake;
    uint64_t written;
    uint64_t skipped;
    uint64_t unknown_fields;
};

static const char text[] =
    "Converts ticket events between JSON Lines (.jsonl, .jsonl.gz) and Avro container files\n"
    "(.avro). The suffix of OUT says what is written; what IN is, its content says.\n"
    "The same events make the same bytes.\n";

/* One record; ERR_INPUT with its place if it cannot be carried over. */
static enum err
convert_record(struct conversion *c, const struct record *record, struct error *reterr)
{
    const char *unit = record->form == RECORD_JSON ? "" : "record ";
    struct intake_result result;
    const char *why;

    intake_decode(c->intake, record, &result);
    c->unknown_fields += result.unknown_fields;
    if (result.refusal == DECODE_OK && result.event->payload.kind != TICKET_EVENT_PAYLOAD_UNKNOWN) {
        c->written++;
        return event_writer_add(c->writer, result.event, reterr);
    }
    c->skipped++;
    if (c->a->skip_bad)
        return ERR_NONE;
    why = result.refusal == DECODE_OK ? "its event type is not known"
                                      : decode_result_sentence(result.refusal);
    return error_set(reterr, ERR_INPUT, "%s:%s%llu: %s%s%s%s%s", c->a->files.v[0], unit,
                     (unsigned long long)record->position,
                     result.refusal == DECODE_OK ? "" : decode_result_reason(result.refusal),
                     result.refusal == DECODE_OK ? "" : ": ", why, result.field != NULL ? ": " : "",
                     result.field != NULL ? result.field : "");
}

static enum err
convert_all(struct conversion *c, struct error *reterr)
{
    bool at_end = false;
    enum err err = ERR_NONE;

    while (err == ERR_NONE && !at_end) {
        struct record record;

        err = source_next(c->source, &record, &at_end, reterr);
        if (err == ERR_NONE && !at_end)
            err = convert_record(c, &record, reterr);
    }
    if (err == ERR_NONE)
        err = event_writer_commit(c->writer, reterr);
    return err;
}

/* "key=value" of each --meta; borrows from the command line. */
static bool
read_meta(const struct option_list *options, struct container_meta *meta)
{
    for (size_t i = 0; i < options->n; i++) {
        const char *equal = strchr(options->v[i], '=');

        if (equal == NULL || equal == options->v[i])
            return people_refuse("--meta: \"%s\" is not of the form key=value", options->v[i]);
        meta[i].key = str_of(options->v[i], (size_t)(equal - options->v[i]));
        meta[i].value = str_from(equal + 1);
        if (str_starts(meta[i].key, STR("avro.")))
            return people_refuse("--meta: keys that start with \"avro.\" belong to the format");
    }
    return true;
}

static bool
read_form(const struct arguments *a, struct event_form *ret)
{
    *ret = (struct event_form){.codec = CONTAINER_DEFLATE, .is_flat = a->flat};
    if (a->codec == NULL || container_codec_find(str_from(a->codec), &ret->codec))
        return true;
    return people_refuse("--codec: \"%s\" is none of null, deflate, snappy, zstandard", a->codec);
}

static void
say_result(const struct conversion *c)
{
    struct strbuf line = {0};

    people_add_count(&line, c->written, "event", "events");
    if (c->skipped > 0)
        strbuf_addf(&line, ", %llu bad records skipped", (unsigned long long)c->skipped);
    if (c->unknown_fields > 0)
        strbuf_addf(&line, ", %llu unknown fields left out", (unsigned long long)c->unknown_fields);
    people_say("%.*s -> %s", STR_ARG(strbuf_str(&line)), c->a->files.v[1]);
    strbuf_fini(&line);
}

/* `form` is NULL where nothing was said about it. */
static int
convert(const struct arguments *a, const struct event_form *form, const struct container_meta *meta)
{
    struct intake_limits limits = {.now = EVTIME_NONE};
    struct conversion c = {.a = a};
    struct error error;
    enum err err = file_source_open(a->files.v[0], &c.source, &error);

    if (err == ERR_NONE)
        err = event_writer_open_as(a->files.v[1], form, meta, a->meta.n, &c.writer, &error);
    c.intake = intake_new(&limits);
    if (err == ERR_NONE)
        err = convert_all(&c, &error);
    if (err == ERR_NONE)
        say_result(&c);
    else
        people_say("%s", error.text);
    intake_free(&c.intake);
    event_writer_close(&c.writer);
    source_close(&c.source);
    return err_exit_code(err);
}

int
verb_convert(int argc, char **argv)
{
    struct arguments a = {0};
    const struct option_row rows[] = {
        {.name = "codec",
         .value = "NAME",
         .one = &a.codec,
         .help = "of a container file: null, deflate (the default),\nsnappy or zstandard"},
        {.name = "flat",
         .flag = &a.flat,
         .help = "write flat records, the fields of all event types side by side, for\n"
                 "tools that map no unions (schemas/ticket_event_flat.avsc)"},
        {.name = "meta",
         .value = "KEY=VALUE",
         .many = &a.meta,
         .help = "goes into the header of a container file;\nmay be repeated"},
        {.name = "skip-bad",
         .flag = &a.skip_bad,
         .help = "leave out records that cannot be converted, and count them"},
    };
    const struct command command = {.synopsis = "convert IN OUT",
                                    .text = text,
                                    .rows = rows,
                                    .n_rows = sizeof(rows) / sizeof(rows[0]),
                                    .arguments = &a.files,
                                    .arguments_min = 2,
                                    .arguments_max = 2};
    struct container_meta *meta = NULL;
    struct event_form form;
    int exit_code = err_exit_code(ERR_USAGE);

    if (command_parse(&command, argc, argv, &exit_code)) {
        meta = mem_new(a.meta.n + 1, sizeof(*meta));
        exit_code = err_exit_code(ERR_USAGE);
        if (read_meta(&a.meta, meta) && read_form(&a, &form))
            exit_code = convert(&a, a.flat || a.codec != NULL ? &form : NULL, meta);
    }
    mem_free(meta);
    option_list_fini(&a.files);
    option_list_fini(&a.meta);
    return exit_code;
}

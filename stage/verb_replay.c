/* SPDX-License-Identifier: Apache-2.0 */
/* `replay`: files in, files out, through the engines of stage/replay.h. */
#include "base/mem.h"
#include "consumer/file_source.h"
#include "sinks/jsonl_sink.h"
#include "sinks/out_file.h"
#include "stage/config.h"
#include "stage/options.h"
#include "stage/output_schema.h"
#include "stage/people.h"
#include "stage/progress.h"
#include "stage/replay.h"
#include "stage/verbs.h"

#include <unistd.h>

enum { PARTITIONS_MAX = 1024 };

struct arguments {
    const char *config;
    struct option_list inputs;
    const char *output;
    const char *partitions;
    const char *now;
    const char *as_of;
    bool raw;
};

static const char text[] =
    "Runs the engines on files of ticket events and writes what they publish into DIR:\n"
    "rollups.jsonl, sla.jsonl, alerts.jsonl, late.jsonl, dlq.jsonl and summary.json.\n"
    "\n"
    "A file is JSON Lines, gzip'd JSON Lines or an Avro container file; its content decides.\n"
    "Each --input is one source partition, read in its own order; between them the one with\n"
    "the lowest watermark goes first. Nothing is sorted.\n"
    "\n"
    "A record that cannot be used goes to dlq.jsonl with its reason. A file that is damaged\n"
    "gives what stands before the damage; all outputs are written, and the exit code is 65.\n";

static bool
parse(int argc, char **argv, struct arguments *a, int *ret_exit)
{
    const struct option_row rows[] = {
        {.name = "config",
         .letter = 'c',
         .value = "FILE",
         .one = &a->config,
         .required = true,
         .help = "the configuration"},
        {.name = "input",
         .value = "FILE",
         .many = &a->inputs,
         .required = true,
         .help = "events of one source partition; may be repeated"},
        {.name = "output",
         .value = "DIR",
         .one = &a->output,
         .required = true,
         .help = "folder of the results, made where it is missing"},
        {.name = "partitions",
         .value = "N",
         .one = &a->partitions,
         .help = "split the one input by ticket, as a topic of N partitions would"},
        {.name = "raw",
         .flag = &a->raw,
         .help = "write keys and values as Kafka gets them too (rollups.kv, ...)"},
        {.name = "now",
         .value = "TIME",
         .one = &a->now,
         .help = "what max_future_skew is judged against where an event\nhas no recorded_at; "
                 "not judged without it"},
        {.name = "as-of",
         .value = "TIME",
         .one = &a->as_of,
         .help = "the end of the run; \"end\": the latest end of the windows\nthat hold the last "
                 "event. Default: the last event"},
    };
    const struct command command = {.synopsis = "replay -c FILE --input FILE... --output DIR",
                                    .text = text,
                                    .rows = rows,
                                    .n_rows = sizeof(rows) / sizeof(rows[0])};

    return command_parse(&command, argc, argv, ret_exit);
}

/* The values that are numbers and times; false after a sentence on stderr. */
static bool
read_values(const struct arguments *a, struct replay_options *options)
{
    uint64_t partitions = a->inputs.n;

    options->now = EVTIME_NONE;
    options->end = REPLAY_END_LAST_EVENT;
    if (a->partitions != NULL &&
        (!option_number(a->partitions, PARTITIONS_MAX, &partitions) || partitions == 0))
        return people_refuse("--partitions: \"%s\" is not a number of 1 to %d", a->partitions,
                             PARTITIONS_MAX);
    if (a->partitions != NULL && partitions > 1 && a->inputs.n > 1)
        return people_refuse("--partitions splits one input; %zu were given", a->inputs.n);
    if (a->partitions != NULL && a->inputs.n > 1)
        partitions = a->inputs.n;
    options->partitions = (uint32_t)partitions;
    if (a->now != NULL && !people_read_time(a->now, &options->now))
        return people_refuse("--now: \"%s\" is not a time such as 2026-03-02T08:00:00Z", a->now);
    if (a->as_of == NULL)
        return true;
    options->end = REPLAY_END_GIVEN;
    if (strcmp(a->as_of, "end") == 0)
        options->end = REPLAY_END_LAST_WINDOW;
    else if (!people_read_time(a->as_of, &options->as_of))
        return people_refuse("--as-of: \"%s\" is not a time such as 2026-03-02T08:00:00Z, or "
                             "\"end\"",
                             a->as_of);
    return true;
}

static enum err
open_sources(const struct option_list *inputs, struct source **sources, struct error *reterr)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; i < inputs->n && err == ERR_NONE; i++)
        err = file_source_open(inputs->v[i], &sources[i], reterr);
    return err;
}

static enum err
open_sink(const struct arguments *a, const struct config *config, struct sink **ret,
          struct error *reterr)
{
    struct jsonl_sink_options options = {.folder = a->output, .raw = a->raw};
    struct strbuf prefix = {0};
    struct error problem;
    enum err err;

    if (a->raw && !output_schema_prefix(config, &rollup_desc, &prefix, &problem))
        people_say("%s", problem.text);
    options.rollup_prefix = strbuf_str(&prefix);
    err = jsonl_sink_open(&options, ret, reterr);
    strbuf_fini(&prefix);
    return err;
}

static enum err
write_summary(const char *folder, const struct replay_summary *summary, struct error *reterr)
{
    struct out_file file;
    struct strbuf json = {0};
    enum err err = out_file_open(&file, folder, "summary.json", reterr);

    replay_summary_add_json(&json, summary);
    if (err == ERR_NONE)
        err = out_file_write(&file, strbuf_str(&json), reterr);
    if (err == ERR_NONE)
        err = out_file_commit(&file, reterr);
    out_file_fini(&file);
    strbuf_fini(&json);
    return err;
}

/* What is told while the run goes on. */
struct telling {
    struct source **sources;
    size_t n_sources;
    struct progress *progress;
};

static void
tell_problem(void *context, const struct error *error)
{
    struct telling *t = context;

    progress_erase(t->progress);
    people_say("%s", error->text);
}

static void
tell_progress(void *context, const struct replay_progress *at)
{
    struct telling *t = context;
    struct progress_values values = {.events = at->consumed, .time = at->last_event};
    bool is_known = true;

    if (!progress_is_due(t->progress))
        return;
    for (size_t i = 0; i < t->n_sources; i++) {
        struct source_progress source = source_tell(t->sources[i]);

        values.bytes += source.bytes;
        values.bytes_total += source.bytes_total;
        is_known = is_known && source.bytes_total > 0;
    }
    if (!is_known)
        values.bytes = values.bytes_total = 0;
    progress_draw(t->progress, &values);
}

static void
tell_summary(const struct replay_summary *s, const char *folder, double seconds)
{
    struct strbuf line = {0};
    uint64_t refused = s->consumed - s->counters.applied - s->counters.duplicates -
                       s->counters.test - s->counters.ignored - s->counters.after_as_of;

    people_add_count(&line, s->consumed, "event", "events");
    strbuf_add(&line, STR(" of "));
    people_add_count(&line, s->tickets, "ticket", "tickets");
    strbuf_add(&line, STR(": "));
    people_add_count(&line, s->rollups, "rollup", "rollups");
    strbuf_add(&line, STR(", "));
    people_add_count(&line, s->late_closed, "late event", "late events");
    strbuf_add(&line, STR(", "));
    people_add_count(&line, refused, "dead letter", "dead letters");
    strbuf_addf(&line, " in %.2f s -> %s", seconds, folder);
    people_say("%.*s", STR_ARG(strbuf_str(&line)));
    strbuf_fini(&line);
}

static enum err
run(const struct arguments *a, struct replay_options *options, struct source **sources,
    struct sink *sink, struct replay_summary *ret, struct error *reterr)
{
    struct telling telling = {sources, a->inputs.n, progress_open(STDERR_FILENO)};
    struct replay *replay;
    enum err err;

    options->progress = tell_progress;
    options->progress_context = &telling;
    replay = replay_new(options, sink);
    err = replay_run(replay, sources, a->inputs.n, tell_problem, &telling, reterr);
    if (err == ERR_NONE)
        err = replay_finish(replay, reterr);
    progress_close(&telling.progress);
    if (err == ERR_NONE)
        err = sink_commit(sink, reterr);
    if (err == ERR_NONE) {
        replay_summarize(replay, ret);
        err = write_summary(a->output, ret, reterr);
    }
    replay_free(&replay);
    return err;
}

static int
replay(const struct arguments *a, struct replay_options *options, const struct config *config)
{
    struct source **sources = mem_new(a->inputs.n, sizeof(struct source *));
    struct sink *sink = NULL;
    struct replay_summary summary;
    struct error error;
    double start = people_seconds();
    enum err err = open_sources(&a->inputs, sources, &error);
    int exit_code;

    options->settings = &config->settings;
    options->topic = config->input_topic;
    if (err == ERR_NONE)
        err = open_sink(a, config, &sink, &error);
    if (err == ERR_NONE)
        err = run(a, options, sources, sink, &summary, &error);
    if (err == ERR_NONE)
        tell_summary(&summary, a->output, people_seconds() - start);
    else
        people_say("%s", error.text);
    exit_code = err == ERR_NONE && summary.broken_sources > 0 ? err_exit_code(ERR_INPUT)
                                                              : err_exit_code(err);
    sink_close(&sink);
    for (size_t i = 0; i < a->inputs.n; i++)
        source_close(&sources[i]);
    mem_free(sources);
    return exit_code;
}

int
verb_replay(int argc, char **argv)
{
    struct arguments a = {0};
    struct replay_options options = {0};
    struct config *config = NULL;
    int exit_code = 0;

    if (parse(argc, argv, &a, &exit_code)) {
        if (!read_values(&a, &options))
            exit_code = err_exit_code(ERR_USAGE);
        else
            exit_code = config_load_or_say(a.config, &config);
        if (exit_code == 0)
            exit_code = replay(&a, &options, config);
    }
    config_free(&config);
    option_list_fini(&a.inputs);
    return exit_code;
}

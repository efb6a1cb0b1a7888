/* SPDX-License-Identifier: Apache-2.0 */
/* `demo`: a real help desk's log through the engines, and a picture of what came of it. */
#include "base/mem.h"
#include "consumer/file_source.h"
#include "stage/config.h"
#include "stage/demo_picture.h"
#include "stage/options.h"
#include "stage/people.h"
#include "stage/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Where the examples are: in the source tree, where they were installed, or below the working
 * folder. */
static const char *const roots[] = {".", TICKETSTREAM_SOURCE_DIR, TICKETSTREAM_SHARE_DIR};

#define DATA   "examples/servicenow/incidents.avro"
#define CONFIG "examples/servicenow/demo.yaml"

static const char heading[] =
    "ticketstream demo: one year of an IT help desk\n"
    "data: ServiceNow incident log by C. Amaral, M. Fantinato, S. Peres (UCI, 2018),\n"
    "      CC BY 4.0, doi.org/10.24432/C57S4H, made into ticket events\n\n";

static const char next_steps[] = "\nNext\n"
                                 "  ./dev ticketstream check -c %s\n"
                                 "  ./dev ticketstream replay -c %s \\\n"
                                 "      --input %s --output out\n"
                                 "  ./dev ticketstream convert %s events.jsonl\n";

struct arguments {
    const char *data;
    const char *config;
};

/* The path below the first root that has it; NULL if none has. To be freed. */
static char *
find_example(const char *name)
{
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        struct strbuf path = {0};

        if (strcmp(roots[i], ".") != 0)
            strbuf_addf(&path, "%s/", roots[i]);
        strbuf_addf(&path, "%s", name);
        strbuf_add_char(&path, '\0');
        if (access(path.p, R_OK) == 0)
            return path.p;
        strbuf_fini(&path);
    }
    people_say("%s is not here: run it in the source tree, or name a file with --data", name);
    return NULL;
}

static bool
is_utf8_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && value[0] != '\0')
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL;
    }
    return false;
}

static void
tell_problem(void *context, const struct error *error)
{
    (void)context;
    people_say("%s", error->text);
}

static enum err
compute(const struct config *config, struct source *source, struct demo_results *results,
        struct replay_summary *summary, struct error *reterr)
{
    struct replay_options options = {.settings = &config->settings,
                                     .topic = config->input_topic,
                                     .partitions = 1,
                                     .now = EVTIME_NONE};
    struct sink *sink = demo_sink_new(&config->settings, results);
    struct replay *replay = replay_new(&options, sink);
    enum err err = replay_run(replay, &source, 1, tell_problem, NULL, reterr);

    if (err == ERR_NONE)
        err = replay_finish(replay, reterr);
    if (err == ERR_NONE)
        replay_summarize(replay, summary);
    replay_free(&replay);
    sink_close(&sink);
    return err;
}

static void
print_picture(const struct demo_picture *picture, const struct arguments *a, bool is_example)
{
    struct strbuf out = {0};

    if (is_example)
        strbuf_add(&out, str_from(heading));
    else
        strbuf_addf(&out, "ticketstream demo: %s\n\n", a->data);
    demo_picture_add(&out, picture);
    strbuf_addf(&out, next_steps, a->config, a->config, a->data, a->data);
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
}

static int
demo(const struct arguments *a, bool is_example)
{
    struct demo_results results = {0};
    struct replay_summary summary = {0};
    struct config *config = NULL;
    struct source *source = NULL;
    struct error error;
    double start = people_seconds();
    enum err err = ERR_NONE;
    int exit_code = config_load_or_say(a->config, &config);

    if (exit_code != 0)
        return exit_code;
    err = file_source_open(a->data, &source, &error);
    if (err == ERR_NONE)
        err = compute(config, source, &results, &summary, &error);
    if (err == ERR_NONE) {
        struct demo_picture picture = {.settings = &config->settings,
                                       .results = &results,
                                       .summary = &summary,
                                       .seconds = people_seconds() - start,
                                       .colours =
                                           isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
                                       .blocks = is_utf8_locale()};

        print_picture(&picture, a, is_example);
    } else {
        people_say("%s", error.text);
    }
    exit_code = summary.broken_sources > 0 ? err_exit_code(ERR_INPUT) : err_exit_code(err);
    source_close(&source);
    demo_results_fini(&results);
    config_free(&config);
    return exit_code;
}

int
verb_demo(int argc, char **argv)
{
    struct arguments a = {0};
    const struct option_row rows[] = {
        {.name = "data",
         .value = "FILE",
         .one = &a.data,
         .help = "events; default: the ServiceNow log of the examples"},
        {.name = "config",
         .letter = 'c',
         .value = "FILE",
         .one = &a.config,
         .help = "the configuration; default: the one beside that log"},
    };
    const struct command command = {
        .synopsis = "demo [--data FILE] [-c FILE]",
        .text = "Replays a log of ticket events and prints what came of it: tickets, windows and\n"
                "the busiest segments.\n",
        .rows = rows,
        .n_rows = sizeof(rows) / sizeof(rows[0])};
    bool is_example;
    char *data = NULL;
    char *config = NULL;
    int exit_code = err_exit_code(ERR_INPUT);

    if (!command_parse(&command, argc, argv, &exit_code))
        return exit_code;
    is_example = a.data == NULL;
    if (a.data == NULL)
        a.data = data = find_example(DATA);
    if (a.config == NULL)
        a.config = config = find_example(CONFIG);
    exit_code =
        a.data != NULL && a.config != NULL ? demo(&a, is_example) : err_exit_code(ERR_INPUT);
    mem_free(data);
    mem_free(config);
    return exit_code;
}

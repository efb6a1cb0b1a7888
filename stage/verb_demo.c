/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `demo`: a real help desk's log through the engines. On a terminal a film of it, then everywhere a
 * picture of what came of it.
 */
#include "base/mem.h"
#include "consumer/file_source.h"
#include "stage/config.h"
#include "stage/demo_live.h"
#include "stage/demo_picture.h"
#include "stage/options.h"
#include "stage/people.h"
#include "stage/terminal.h"
#include "stage/verbs.h"

#include <stdio.h>
#include <unistd.h>

/* Where the examples are: in the source tree, where they were installed, or below the working
 * folder. */
static const char *const roots[] = {".", TICKETSTREAM_SOURCE_DIR, TICKETSTREAM_SHARE_DIR};

#define DATA   "examples/servicenow/incidents.avro"
#define CONFIG "examples/servicenow/demo.yaml"

#define TITLE "one year of an IT help desk"

static const char heading[] =
    "ticketstream demo: " TITLE "\n"
    "data: ServiceNow incident log by C. Amaral, M. Fantinato, S. Peres (UCI, 2018),\n"
    "      CC BY 4.0, doi.org/10.24432/C57S4H, made into ticket events\n\n";

static const char next_steps[] = "\nNext\n"
                                 "  ./dev ticketstream check -c %s\n"
                                 "  ./dev ticketstream replay -c %s \\\n"
                                 "      --input %s --output out\n"
                                 "  ./dev ticketstream convert %s events.jsonl\n";

/* Of the film. Below the smallest size there is no film, just the picture. */
enum { SECONDS_USUAL = 12, SPEED_MAX = 100, COLUMNS_MIN = 60, ROWS_MIN = 20, COLUMNS_PIPE = 80 };

struct arguments {
    const char *data;
    const char *config;
    const char *speed;
    bool is_fast;
    bool is_example; /* `data` is the log of the examples */
    double seconds;  /* of the film */
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

static void
tell_problem(void *context, const struct error *error)
{
    (void)context;
    people_say("%s", error->text);
}

static enum err
compute(const struct arguments *a, const struct config *config, struct demo_results *results,
        struct replay_summary *summary, struct error *reterr)
{
    struct replay_options options = {.settings = &config->settings,
                                     .topic = config->input_topic,
                                     .partitions = 1,
                                     .now = EVTIME_NONE};
    struct source *source = NULL;
    struct replay *replay;
    struct sink *sink;
    enum err err = file_source_open(a->data, &source, reterr);

    if (err != ERR_NONE)
        return err;
    sink = demo_sink_new(&config->settings, 0, results);
    replay = replay_new(&options, sink);
    err = replay_run(replay, &source, 1, tell_problem, NULL, reterr);
    if (err == ERR_NONE)
        err = replay_finish(replay, reterr);
    if (err == ERR_NONE)
        replay_summarize(replay, summary);
    replay_free(&replay);
    sink_close(&sink);
    source_close(&source);
    return err;
}

static void
print_picture(const struct demo_picture *picture, const struct arguments *a)
{
    struct strbuf out = {0};

    if (a->is_example)
        strbuf_add(&out, str_from(heading));
    else
        strbuf_addf(&out, "ticketstream demo: %s\n\n", a->data);
    demo_picture_add(&out, picture);
    strbuf_addf(&out, next_steps, a->config, a->config, a->data, a->data);
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
}

static bool
can_be_film(void)
{
    struct terminal_size size = terminal_get_size(STDOUT_FILENO);

    return terminal_can_draw(STDOUT_FILENO) && size.columns >= COLUMNS_MIN && size.rows >= ROWS_MIN;
}

/* The film, where there can be one, or the plain run. */
static enum err
run(const struct arguments *a, const struct config *config, struct demo_picture *picture,
    struct demo_results *results, struct replay_summary *summary, struct error *reterr)
{
    struct demo_live live = {.config = config,
                             .data = a->data,
                             .title = a->is_example ? TITLE : a->data,
                             .style = picture->style,
                             .out = STDOUT_FILENO,
                             .in = STDIN_FILENO,
                             .seconds = a->seconds};
    double start = people_seconds();
    enum err err;

    if (can_be_film())
        return demo_live_run(&live, results, summary, &picture->seconds, reterr);
    err = compute(a, config, results, summary, reterr);
    picture->seconds = people_seconds() - start;
    return err;
}

static int
demo(const struct arguments *a)
{
    struct demo_results results = {0};
    struct replay_summary summary = {0};
    struct demo_picture picture = {.results = &results, .summary = &summary};
    struct config *config = NULL;
    struct error error;
    int exit_code = config_load_or_say(a->config, &config);
    enum err err;

    if (exit_code != 0)
        return exit_code;
    picture.settings = &config->settings;
    picture.style = (struct cells_style){.colours = terminal_has_colours(STDOUT_FILENO),
                                         .blocks = terminal_is_utf8()};
    err = run(a, config, &picture, &results, &summary, &error);
    picture.columns =
        terminal_can_draw(STDOUT_FILENO) ? terminal_get_size(STDOUT_FILENO).columns : COLUMNS_PIPE;
    if (err == ERR_NONE)
        print_picture(&picture, a);
    else
        people_say("%s", error.text);
    exit_code = summary.broken_sources > 0 ? err_exit_code(ERR_INPUT) : err_exit_code(err);
    demo_results_fini(&results);
    config_free(&config);
    return exit_code;
}

/* False after a sentence on stderr. */
static bool
read_speed(struct arguments *a)
{
    uint64_t speed = 1;

    if (a->speed != NULL && (!option_number(a->speed, SPEED_MAX, &speed) || speed == 0))
        return people_refuse("--speed: \"%s\" is not a number of 1 to %d", a->speed, SPEED_MAX);
    a->seconds = a->is_fast ? 0 : (double)SECONDS_USUAL / (double)speed;
    return true;
}

static bool
parse(int argc, char **argv, struct arguments *a, int *ret_exit)
{
    const struct option_row rows[] = {
        {.name = "data",
         .value = "FILE",
         .one = &a->data,
         .help = "events; default: the ServiceNow log of the examples"},
        {.name = "config",
         .letter = 'c',
         .value = "FILE",
         .one = &a->config,
         .help = "the configuration; default: the one beside that log"},
        {.name = "speed",
         .value = "N",
         .one = &a->speed,
         .help = "N times as fast on a terminal; at 1 it takes 12 seconds"},
        {.name = "fast", .flag = &a->is_fast, .help = "without pauses"},
    };
    const struct command command = {
        .synopsis = "demo [--data FILE] [-c FILE] [--speed N]",
        .text = "Replays a log of ticket events and prints what came of it: tickets, windows and\n"
                "the busiest segments. On a terminal it shows the log in fast motion before; any\n"
                "key goes to the end, Ctrl-C ends it.\n",
        .rows = rows,
        .n_rows = sizeof(rows) / sizeof(rows[0])};

    return command_parse(&command, argc, argv, ret_exit);
}

int
verb_demo(int argc, char **argv)
{
    struct arguments a = {0};
    char *data = NULL;
    char *config = NULL;
    int exit_code = err_exit_code(ERR_INPUT);

    if (!parse(argc, argv, &a, &exit_code))
        return exit_code;
    if (!read_speed(&a))
        return err_exit_code(ERR_USAGE);
    a.is_example = a.data == NULL;
    if (a.data == NULL)
        a.data = data = find_example(DATA);
    if (a.config == NULL)
        a.config = config = find_example(CONFIG);
    exit_code = a.data != NULL && a.config != NULL ? demo(&a) : err_exit_code(ERR_INPUT);
    mem_free(data);
    mem_free(config);
    return exit_code;
}

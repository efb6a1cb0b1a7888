/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/explain.h"
#include "stage/options.h"
#include "stage/verbs.h"

#include <stdio.h>

enum { EXIT_USAGE = 64 };

/* A number of the command line into `*ret`, which keeps its value where none was given. */
static bool
read_number(const char *name, const char *text, uint64_t *ret)
{
    if (text == NULL || option_number(text, UINT64_C(1000000000000), ret))
        return true;
    (void)fprintf(stderr, "ticketstream: option \"--%s\" wants a whole number, found \"%s\"\n",
                  name, text);
    return false;
}

int
verb_check(int argc, char **argv)
{
    const char *file = NULL, *rate = NULL, *tickets = NULL, *segments = NULL;
    const struct option_row rows[] = {
        {.name = "config",
         .letter = 'c',
         .value = "FILE",
         .help = "the configuration",
         .one = &file,
         .required = true},
        {.name = "rate",
         .value = "N",
         .help = "events a second of a partition, for the estimate of memory\n(default 1000)",
         .one = &rate},
        {.name = "tickets",
         .value = "N",
         .help = "tickets of a partition (default 1000000)",
         .one = &tickets},
        {.name = "segments",
         .value = "N",
         .help = "segments in all (default 1000)",
         .one = &segments},
    };
    const struct command command = {
        .synopsis = "check -c FILE",
        .text =
            "Checks a configuration and says in words what it means: which windows close when,\n"
            "what is late, what is a duplicate, what memory it may take. Errors have file,\n"
            "line and column; with one the exit code is 78.\n",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0]};
    struct explain_load load = {.rate = 1000, .tickets = 1000000, .segments = 1000};
    struct strbuf out = {0};
    struct config *config = NULL;
    int exit_code;

    if (!command_parse(&command, argc, argv, &exit_code))
        return exit_code;
    if (!read_number("rate", rate, &load.rate) || !read_number("tickets", tickets, &load.tickets) ||
        !read_number("segments", segments, &load.segments))
        return EXIT_USAGE;
    exit_code = config_load_or_say(file, &config);
    if (exit_code != 0)
        return exit_code;
    explain_add(&out, config, &load);
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
    config_free(&config);
    return 0;
}

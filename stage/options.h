/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of a verb, as a table: what may be given, where its value goes, and the sentence that
 * `--help` prints for it. One parser for all verbs: `--name value`, `--name=value`, `-c value`,
 * `--` ends the options, positional arguments may stand between them. Unknown options are named,
 * with the nearest known one.
 *
 *     struct option_list inputs = {0};
 *     const char *output = NULL;
 *     bool raw = false;
 *     const struct option_row rows[] = {
 *         {.name = "input", .value = "FILE", .help = "events, one source partition", .many =
 * &inputs, .required = true},
 *         {.name = "output", .value = "DIR", .help = "where the results go", .one = &output,
 * .required = true},
 *         {.name = "raw", .help = "keys and values too", .flag = &raw},
 *     };
 *     const struct command command = {.synopsis = "replay -c FILE --input FILE... --output DIR",
 * .text = "...", .rows = rows, .n_rows = 3}; if (!command_parse(&command, argc, argv, &exit_code))
 *         return exit_code;
 *     ...
 *     option_list_fini(&inputs);
 */
#ifndef STAGE_OPTIONS_H
#define STAGE_OPTIONS_H

#include "base/str.h"
#include "base/strbuf.h"

/* The values of an option that may be repeated, in the order of the command line. Borrows from
 * argv. */
struct option_list {
    const char **v;
    size_t n;
    size_t cap;
};

/* Exactly one of flag, one and many is set. */
struct option_row {
    const char *name;         /* without the dashes */
    char letter;              /* 'c' for -c, 0: none */
    const char *value;        /* what its value is called in the help ("FILE"); NULL for a flag */
    const char *help;         /* a sentence; '\n' breaks the line */
    bool *flag;               /* set to true */
    const char **one;         /* given twice is an error */
    struct option_list *many; /* each one is added */
    bool required;
};

struct command {
    const char *synopsis; /* behind "ticketstream " in the help */
    const char *text;     /* paragraphs of the help, ending in '\n', or NULL */
    const struct option_row *rows;
    size_t n_rows;
    /* Positional arguments; NULL: there are none. `arguments_min..max` are wanted. */
    struct option_list *arguments;
    size_t arguments_min;
    size_t arguments_max;
};

/*
 * Reads argv[1..argc) (argv[0] is the verb). True: go on. False: `*ret_exit` is what the process
 * ends with: 0 after
 * `--help` (printed on stdout), 64 after a sentence on stderr that names what was not understood.
 */
bool command_parse(const struct command *c, int argc, char **argv, int *ret_exit);
/* The same without a word on stdout or stderr: the help or the sentence is appended to `out`. */
bool command_parse_to(const struct command *c, int argc, char **argv, int *ret_exit,
                      struct strbuf *out);
/* Appends the help. */
void command_add_help(const struct command *c, struct strbuf *out);

void option_list_fini(struct option_list *list);

/* Reads a decimal number of 0..max; false if the text is not one. */
bool option_number(const char *text, uint64_t max, uint64_t *ret);

#endif

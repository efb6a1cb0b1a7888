/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/options.h"

#include <criterion/criterion.h>

/* A command line with one option of each kind, and what came of it. */
struct line {
    bool raw;
    const char *config;
    struct option_list inputs;
    struct option_list arguments;
    struct strbuf out;
    int exit_code;
    bool is_good;
};

static struct line
parse(size_t arguments_max, int argc, const char *const *argv)
{
    struct line l = {.exit_code = -1};
    const struct option_row rows[] = {
        {.name = "config",
         .letter = 'c',
         .value = "FILE",
         .help = "the file",
         .one = &l.config,
         .required = true},
        {.name = "input", .value = "FILE", .help = "events\none each", .many = &l.inputs},
        {.name = "raw", .letter = 'r', .help = "keys, too", .flag = &l.raw},
    };
    const struct command command = {.synopsis = "test -c FILE",
                                    .text = "What it does.\n",
                                    .rows = rows,
                                    .n_rows = 3,
                                    .arguments = arguments_max > 0 ? &l.arguments : NULL,
                                    .arguments_min = arguments_max > 1 ? 1 : 0,
                                    .arguments_max = arguments_max};
    char *copy[16];

    for (int i = 0; i < argc; i++)
        copy[i] = (char *)(uintptr_t)argv[i];
    l.is_good = command_parse_to(&command, argc, copy, &l.exit_code, &l.out);
    strbuf_add_char(&l.out, 0);
    return l;
}

#define PARSE(max, ...)                                                                            \
    parse(max, (int)(sizeof(const char *[]){"test", __VA_ARGS__} / sizeof(char *)),                \
          (const char *[]){"test", __VA_ARGS__})

static void
fini(struct line *l)
{
    option_list_fini(&l->inputs);
    option_list_fini(&l->arguments);
    strbuf_fini(&l->out);
}

Test(options, reads_every_form)
{
    struct line l = PARSE(2, "--input", "a", "one", "-cfile", "--input=b", "-r", "--", "--raw");

    cr_assert(l.is_good, "%s", l.out.p);
    cr_expect_str_eq(l.config, "file");
    cr_expect(l.raw);
    cr_assert_eq(l.inputs.n, 2);
    cr_expect_str_eq(l.inputs.v[0], "a");
    cr_expect_str_eq(l.inputs.v[1], "b");
    cr_assert_eq(l.arguments.n, 2);
    cr_expect_str_eq(l.arguments.v[0], "one");
    cr_expect_str_eq(l.arguments.v[1], "--raw");
    fini(&l);
}

/* A lone "-" is an argument (standard input). */
Test(options, a_dash_is_an_argument)
{
    struct line l = PARSE(1, "-c", "f", "-");

    cr_assert(l.is_good, "%s", l.out.p);
    cr_expect_str_eq(l.arguments.v[0], "-");
    fini(&l);
}

static void
expect_refusal(struct line l, const char *sentence)
{
    cr_expect_not(l.is_good);
    cr_expect_eq(l.exit_code, 64);
    cr_expect_str_eq(l.out.p, sentence);
    fini(&l);
}

#define TRY "\nTry \"ticketstream test --help\".\n"

Test(options, names_what_it_does_not_understand)
{
    expect_refusal(PARSE(0, "-c", "f", "--inputs", "x"),
                   "ticketstream: unknown option \"--inputs\"; did you mean \"--input\"?" TRY);
    expect_refusal(PARSE(0, "-c", "f", "--zzz=1"), "ticketstream: unknown option \"--zzz\"" TRY);
    expect_refusal(PARSE(0, "-c", "f", "-x"), "ticketstream: unknown option \"-x\"" TRY);
    expect_refusal(PARSE(0, "-c", "f", "word"), "ticketstream: takes no arguments: \"word\"" TRY);
    expect_refusal(PARSE(1, "-c", "f", "a", "b"), "ticketstream: one argument too many: \"b\"" TRY);
    expect_refusal(PARSE(2, "-c", "f"),
                   "ticketstream: arguments are missing: ticketstream test -c FILE" TRY);
}

Test(options, names_what_is_missing_or_too_much)
{
    expect_refusal(PARSE(0, "--raw"),
                   "ticketstream: option \"--config FILE\" is missing: the file" TRY);
    expect_refusal(PARSE(0, "--config"),
                   "ticketstream: option \"--config\" wants a value: --config FILE" TRY);
    expect_refusal(PARSE(0, "--config="),
                   "ticketstream: option \"--config\" wants a value: --config FILE" TRY);
    expect_refusal(PARSE(0, "-c", "f", "--config", "g"),
                   "ticketstream: option \"--config\" is given twice" TRY);
    expect_refusal(PARSE(0, "-c", "f", "--raw=1"),
                   "ticketstream: option \"raw\" takes no value" TRY);
}

Test(options, prints_the_help)
{
    struct line l = PARSE(0, "--help");

    cr_expect_not(l.is_good);
    cr_expect_eq(l.exit_code, 0);
    cr_expect_str_eq(l.out.p, "usage: ticketstream test -c FILE\n"
                              "\n"
                              "What it does.\n"
                              "\n"
                              "options:\n"
                              "  -c, --config FILE     the file\n"
                              "      --input FILE      events\n"
                              "                        one each\n"
                              "  -r, --raw             keys, too\n"
                              "  -h, --help            this text\n");
    fini(&l);
}

Test(options, numbers_are_whole_and_bounded)
{
    uint64_t n = 7;

    cr_expect(option_number("0", 10, &n));
    cr_expect_eq(n, 0);
    cr_expect(option_number("10", 10, &n));
    cr_expect_eq(n, 10);
    cr_expect(option_number("18446744073709551615", UINT64_MAX, &n));
    cr_expect_eq(n, UINT64_MAX);
    n = 7;
    cr_expect_not(option_number("18446744073709551616", UINT64_MAX, &n));
    cr_expect_not(option_number("11", 10, &n));
    cr_expect_not(option_number("9", 3, &n));
    cr_expect_not(option_number("", 10, &n));
    cr_expect_not(option_number("-1", 10, &n));
    cr_expect_not(option_number("1x", 10, &n));
    cr_expect_eq(n, 7);
}

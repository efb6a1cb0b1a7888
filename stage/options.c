/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/options.h"

#include "base/check.h"
#include "base/mem.h"
#include "stage/words.h"

#include <stdio.h>

enum { EXIT_USAGE = 64, OPTIONS_MAX = 32, HELP_COLUMN = 24 };

/* State of one command_parse(). */
struct parser {
    const struct command *c;
    struct strbuf *out;
    char **argv;
    int argc;
    int at; /* of the argument that is read */
    bool given[OPTIONS_MAX];
    bool is_help;
};

/* "Try 'ticketstream VERB --help'" behind every sentence. */
static bool
refuse(struct parser *p)
{
    struct str synopsis = str_from(p->c->synopsis);
    const char *blank = memchr(synopsis.p, ' ', synopsis.n);
    struct str verb = blank != NULL ? str_of(synopsis.p, (size_t)(blank - synopsis.p)) : synopsis;

    strbuf_addf(p->out, "\nTry \"ticketstream %.*s --help\".\n", STR_ARG(verb));
    return false;
}

static void
say(struct parser *p, const char *before, struct str what, const char *behind)
{
    strbuf_addf(p->out, "ticketstream: %s", before);
    add_quoted(p->out, what);
    strbuf_add(p->out, str_from(behind));
}

static const struct option_row *
find_name(const struct command *c, struct str name)
{
    for (size_t i = 0; i < c->n_rows; i++)
        if (str_equal(name, str_from(c->rows[i].name)))
            return &c->rows[i];
    return NULL;
}

static const struct option_row *
find_letter(const struct command *c, char letter)
{
    for (size_t i = 0; i < c->n_rows; i++)
        if (c->rows[i].letter == letter && letter != 0)
            return &c->rows[i];
    return NULL;
}

static bool
refuse_unknown(struct parser *p, struct str given, struct str name)
{
    const char *names[OPTIONS_MAX + 1];
    const char *near;

    for (size_t i = 0; i < p->c->n_rows; i++)
        names[i] = p->c->rows[i].name;
    names[p->c->n_rows] = "help";
    near = nearest_word(name, names, p->c->n_rows + 1);
    say(p, "unknown option ", given, "");
    if (near != NULL)
        strbuf_addf(p->out, "; did you mean \"--%s\"?", near);
    return refuse(p);
}

static void
list_add(struct option_list *list, const char *value)
{
    list->v = mem_grow(list->v, list->n, &list->cap, sizeof *list->v);
    list->v[list->n++] = value;
}

/* Stores what an option was given; `attached` is the text behind '=' or behind its letter, or NULL.
 */
static bool
take(struct parser *p, const struct option_row *row, const char *attached)
{
    bool *given = &p->given[row - p->c->rows];
    const char *value = attached;

    if (row->flag != NULL) {
        if (attached != NULL) {
            say(p, "option ", str_from(row->name), " takes no value");
            return refuse(p);
        }
        *row->flag = true;
        return true;
    }
    if (value == NULL && p->at + 1 < p->argc)
        value = p->argv[++p->at];
    if (value == NULL || value[0] == 0) {
        strbuf_addf(p->out, "ticketstream: option \"--%s\" wants a value: --%s %s", row->name,
                    row->name, row->value);
        return refuse(p);
    }
    if (*given && row->one != NULL) {
        strbuf_addf(p->out, "ticketstream: option \"--%s\" is given twice", row->name);
        return refuse(p);
    }
    *given = true;
    if (row->one != NULL)
        *row->one = value;
    else
        list_add(row->many, value);
    return true;
}

static bool
take_long(struct parser *p, const char *argument)
{
    struct str name = str_from(argument + 2);
    const char *equals = memchr(name.p, '=', name.n);
    const struct option_row *row;

    if (equals != NULL)
        name.n = (size_t)(equals - name.p);
    row = find_name(p->c, name);
    if (row == NULL && str_equal(name, STR("help"))) {
        p->is_help = true;
        return true;
    }
    if (row == NULL)
        return refuse_unknown(p, str_of(argument, name.n + 2), name);
    return take(p, row, equals != NULL ? equals + 1 : NULL);
}

/* "-c FILE" or "-cFILE". */
static bool
take_short(struct parser *p, const char *argument)
{
    const struct option_row *row = find_letter(p->c, argument[1]);

    if (row == NULL && str_equal(str_from(argument), STR("-h"))) {
        p->is_help = true;
        return true;
    }
    if (row == NULL)
        return refuse_unknown(p, str_from(argument), str_from(argument + 1));
    return take(p, row, argument[2] != 0 ? argument + 2 : NULL);
}

static bool
take_argument(struct parser *p, const char *argument)
{
    struct option_list *arguments = p->c->arguments;

    if (arguments != NULL && arguments->n < p->c->arguments_max) {
        list_add(arguments, argument);
        return true;
    }
    say(p,
        arguments != NULL ? "one argument too many: " : "takes no arguments: ", str_from(argument),
        "");
    return refuse(p);
}

static bool
check_wanted(struct parser *p)
{
    const struct command *c = p->c;

    for (size_t i = 0; i < c->n_rows; i++)
        if (c->rows[i].required && !p->given[i]) {
            strbuf_addf(p->out, "ticketstream: option \"--%s %s\" is missing: %s", c->rows[i].name,
                        c->rows[i].value, c->rows[i].help);
            return refuse(p);
        }
    if (c->arguments != NULL && c->arguments->n < c->arguments_min) {
        strbuf_addf(p->out, "ticketstream: arguments are missing: ticketstream %s", c->synopsis);
        return refuse(p);
    }
    return true;
}

bool
command_parse_to(const struct command *c, int argc, char **argv, int *ret_exit, struct strbuf *out)
{
    struct parser p = {.c = c, .out = out, .argv = argv, .argc = argc};
    bool is_read = true;
    bool is_over = false; /* "--" was seen */

    CHECK(c->n_rows <= OPTIONS_MAX);
    for (p.at = 1; p.at < argc && is_read && !p.is_help; p.at++) {
        const char *argument = argv[p.at];

        if (is_over || argument[0] != '-' || argument[1] == 0)
            is_read = take_argument(&p, argument);
        else if (str_equal(str_from(argument), STR("--")))
            is_over = true;
        else if (argument[1] == '-')
            is_read = take_long(&p, argument);
        else
            is_read = take_short(&p, argument);
    }
    if (is_read && p.is_help) {
        command_add_help(c, out);
        *ret_exit = 0;
        return false;
    }
    *ret_exit = EXIT_USAGE;
    return is_read && check_wanted(&p);
}

bool
command_parse(const struct command *c, int argc, char **argv, int *ret_exit)
{
    struct strbuf out = {0};
    bool is_good = command_parse_to(c, argc, argv, ret_exit, &out);

    if (!is_good)
        (void)fwrite(out.p, 1, out.n, *ret_exit == 0 ? stdout : stderr);
    strbuf_fini(&out);
    return is_good;
}

/* One option: its form, and from HELP_COLUMN on its sentence, line by line. */
static void
add_row(const struct option_row *row, struct strbuf *out)
{
    size_t start = out->n;
    const char *line = row->help;

    if (row->letter != 0)
        strbuf_addf(out, "  -%c, --%s", row->letter, row->name);
    else
        strbuf_addf(out, "      --%s", row->name);
    if (row->value != NULL)
        strbuf_addf(out, " %s", row->value);
    if (out->n - start + 2 > HELP_COLUMN) {
        strbuf_add_char(out, '\n');
        start = out->n;
    }
    while (line != NULL) {
        const char *end = strchr(line, '\n');

        while (out->n - start < HELP_COLUMN)
            strbuf_add_char(out, ' ');
        strbuf_add(out, end != NULL ? str_of(line, (size_t)(end - line)) : str_from(line));
        strbuf_add_char(out, '\n');
        start = out->n;
        line = end != NULL ? end + 1 : NULL;
    }
}

void
command_add_help(const struct command *c, struct strbuf *out)
{
    static const struct option_row help = {.name = "help", .letter = 'h', .help = "this text"};

    strbuf_addf(out, "usage: ticketstream %s\n", c->synopsis);
    if (c->text != NULL)
        strbuf_addf(out, "\n%s", c->text);
    strbuf_add(out, STR("\noptions:\n"));
    for (size_t i = 0; i < c->n_rows; i++)
        add_row(&c->rows[i], out);
    add_row(&help, out);
}

void
option_list_fini(struct option_list *list)
{
    mem_free(list->v);
    *list = (struct option_list){0};
}

bool
option_number(const char *text, uint64_t max, uint64_t *ret)
{
    uint64_t number = 0;

    if (text[0] == 0)
        return false;
    for (const char *p = text; *p != 0; p++) {
        uint64_t digit = (uint64_t)(unsigned char)*p - '0';

        if (digit > 9 || digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret = number;
    return true;
}

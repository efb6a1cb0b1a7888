/* SPDX-License-Identifier: Apache-2.0 */
/* The program: a table of verbs. */
#include "base/str.h"
#include "stage/verbs.h"
#include "stage/words.h"

#include <stdio.h>

enum { EXIT_USAGE = 64, EXIT_OUTPUT = 74 };

static const struct verb {
    const char *name;
    const char *sentence; /* NULL: not listed */
    verb_fn *run;
} verbs[] = {
    {"replay", "run the engines on files: rollups, late events, a summary", verb_replay},
    {"convert", "ticket events between JSON Lines and container files", verb_convert},
    {"generate", "make up the events of a help desk, as many as you like", verb_generate},
    {"check", "check a configuration, and say in words what it means", verb_check},
    {"demo", "replay a real help desk's log and show what came of it", verb_demo},
    {"version", "versions of the program and of what it stands on", verb_version},
    {"config-doc", NULL, verb_config_doc},
    {"metrics-doc", NULL, verb_metrics_doc},
};

enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

static void
print_help(FILE *file)
{
    (void)fputs(
        "usage: ticketstream VERB [options]\n"
        "\n"
        "A stage between Kafka topics: reads events about support tickets, keeps the state\n"
        "of every open ticket, publishes per-segment metrics for each window.\n"
        "\n"
        "verbs:\n",
        file);
    for (int i = 0; i < N_VERBS; i++)
        if (verbs[i].sentence != NULL)
            (void)fprintf(file, "  %-10s%s\n", verbs[i].name, verbs[i].sentence);
    (void)fputs("\n"
                "\"ticketstream VERB --help\" tells the options of one.\n"
                "Start with: ticketstream check -c config/example.yaml\n",
                file);
}

static int
refuse_verb(const char *name)
{
    const char *names[N_VERBS];
    struct strbuf text = {0};
    const char *near;

    for (int i = 0; i < N_VERBS; i++)
        names[i] = verbs[i].name;
    near = nearest_word(str_from(name), names, N_VERBS);
    strbuf_add(&text, STR("ticketstream: unknown verb "));
    add_quoted(&text, str_from(name));
    if (near != NULL)
        strbuf_addf(&text, "; did you mean \"%s\"?", near);
    strbuf_add(&text, STR("\nTry \"ticketstream --help\".\n"));
    (void)fwrite(text.p, 1, text.n, stderr);
    strbuf_fini(&text);
    return EXIT_USAGE;
}

static const struct verb *
find_verb(const char *name)
{
    for (int i = 0; i < N_VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static bool
is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

static int
run(int argc, char **argv)
{
    static char help[] = "--help";
    const struct verb *verb;

    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], "--version", "-V", "version"))
        return verb_version(argc - 1, argv + 1);
    if (is_one_of(argv[1], "--help", "-h", "help")) {
        verb = argc > 2 ? find_verb(argv[2]) : NULL;
        if (argc > 2 && verb == NULL)
            return refuse_verb(argv[2]);
        if (verb != NULL)
            return verb->run(2, (char *[]){argv[2], help, NULL});
        print_help(stdout);
        return 0;
    }
    verb = find_verb(argv[1]);
    return verb != NULL ? verb->run(argc - 1, argv + 1) : refuse_verb(argv[1]);
}

int
main(int argc, char **argv)
{
    int code = run(argc, argv);

    /* What was not written did not happen: a full disk is not a success. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fputs("ticketstream: standard output could not be written\n", stderr);
        return code != 0 ? code : EXIT_OUTPUT;
    }
    return code;
}

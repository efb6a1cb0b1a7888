/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `generate`: ticket events of any number, to try the stage with. The world is in
 * stage/generator.h, the way into the files in stage/generator_output.h; here are the options.
 */
#include "stage/generator.h"
#include "stage/generator_output.h"
#include "stage/options.h"
#include "stage/people.h"
#include "stage/verbs.h"
#include "stage/words.h"

#include <stdlib.h>

enum { RATE_MAX = 100000000, LEVEL_MAX = 9, PERCENT = 100 };

#define TICKETS_MAX   UINT64_C(1000000000000)
#define DURATION_MAX  ((dur_ms)366 * DAY_MS)
#define DEFAULT_START "2026-01-05T00:00:00Z"

static const char text[] =
    "Makes up the events of a help desk, seeded: the same options make the same bytes. Tickets\n"
    "come in by the shape of a week and live their lives to the end, with every type of event:\n"
    "messages, bots, assignments, escalations, status changes, reopenings, merges, surveys,\n"
    "reviews. OUT is a container file (.avro), JSON Lines (.jsonl) or gzip'd JSON Lines\n"
    "(.jsonl.gz). Events stand in the order in which they arrive: without --disorder and --late\n"
    "that is the order of event time.\n"
    "\n"
    "examples:\n"
    "  ticketstream generate events.avro\n"
    "  ticketstream generate --tickets 10000000 --rate 200000 --week round-the-clock big.avro\n"
    "  ticketstream generate --disorder 5m --late 0.1% --duplicates 1% --partitions 4 in.jsonl\n";

/* The options as they were given; NULL: the default. */
struct given {
    const char *tickets;
    const char *rate;
    const char *start;
    const char *seed;
    const char *week;
    const char *segments;
    const char *agents;
    const char *customers;
    const char *tenants;
    const char *partitions;
    const char *disorder;
    const char *late;
    const char *late_by;
    const char *duplicates;
    const char *level;
    struct option_list out;
};

static bool
read_number(const char *name, const char *given, uint64_t min, uint64_t max, uint64_t *value)
{
    if (given == NULL)
        return true;
    if (option_number(given, max, value) && *value >= min)
        return true;
    return people_refuse("--%s: \"%s\" is not a number of %llu to %llu", name, given,
                         (unsigned long long)min, (unsigned long long)max);
}

static bool
read_number32(const char *name, const char *given, uint32_t max, uint32_t *value)
{
    uint64_t wide = *value;
    bool is_good = read_number(name, given, 1, max, &wide);

    *value = (uint32_t)wide;
    return is_good;
}

/* "0.02" or "2%". */
static bool
read_share(const char *name, const char *given, uint32_t *ret)
{
    char *end;
    double value;

    if (given == NULL)
        return true;
    value = strtod(given, &end);
    if (*end == '%' && end > given) {
        value /= PERCENT;
        end++;
    }
    if (end == given || *end != 0 || !(value >= 0 && value <= 1))
        return people_refuse("--%s: \"%s\" is not a share, such as 0.01 or 1%%", name, given);
    *ret = (uint32_t)(value * OUTPUT_SHARE_ONE + 0.5);
    return true;
}

static bool
read_duration(const char *name, const char *given, dur_ms *ret)
{
    if (given == NULL || (duration_parse(str_from(given), ret) && *ret <= DURATION_MAX))
        return true;
    return people_refuse("--%s: \"%s\" is not a duration of at most 366d, such as 90s or 1h30m",
                         name, given);
}

static bool
read_world(const struct given *given, struct generator_options *o)
{
    struct world_sizes *sizes = &o->sizes;

    return read_number("tickets", given->tickets, 1, TICKETS_MAX, &o->tickets) &&
           read_number("rate", given->rate, 1, RATE_MAX, &o->rate) &&
           read_number("seed", given->seed, 0, UINT64_MAX, &sizes->seed) &&
           read_number32("segments", given->segments, WORLD_SEGMENTS_MAX, &sizes->segments) &&
           read_number32("agents", given->agents, CHANCE_ZIPF_MAX, &sizes->agents) &&
           read_number32("customers", given->customers, UINT32_MAX, &sizes->customers) &&
           read_number32("tenants", given->tenants, CHANCE_ZIPF_MAX, &sizes->tenants);
}

/* What must hold among them. */
static bool
read_time(const struct given *given, struct generator_options *o)
{
    if (!people_read_time(given->start != NULL ? given->start : DEFAULT_START, &o->start) ||
        o->start < 0)
        return people_refuse("--start: \"%s\" is not a time, such as %s", given->start,
                             DEFAULT_START);
    if (o->tickets / o->rate > (uint64_t)(EVTIME_MAX - o->start) / DAY_MS - 10 * 366)
        return people_refuse("%llu tickets at %llu a day would not be over before the year 9990",
                             (unsigned long long)o->tickets, (unsigned long long)o->rate);
    o->week = week_find(str_from(given->week != NULL ? given->week : "office"));
    if (o->week == NULL)
        return people_refuse("--week: \"%s\" is not %s", given->week, week_names());
    return true;
}

static bool
read_output(const struct given *given, struct generator_output_options *o)
{
    uint64_t level = (uint64_t)o->level;
    bool is_good =
        read_number32("partitions", given->partitions, OUTPUT_PARTITIONS_MAX, &o->partitions) &&
        read_number("level", given->level, 1, LEVEL_MAX, &level) &&
        read_duration("disorder", given->disorder, &o->disorder_ms) &&
        read_duration("late-by", given->late_by, &o->late_by_ms) &&
        read_share("late", given->late, &o->late) &&
        read_share("duplicates", given->duplicates, &o->duplicates);

    o->level = (int)level;
    if (is_good && o->late_by_ms == 0)
        return people_refuse("--late-by: must be more than 0s");
    return is_good;
}

static enum err
write_events(struct generator *g, struct generator_output *o, struct error *reterr)
{
    const struct ticket_event *event;
    enum err err = ERR_NONE;

    while (err == ERR_NONE && (event = generator_next(g)) != NULL)
        err = generator_output_add(o, event, reterr);
    return err == ERR_NONE ? generator_output_commit(o, reterr) : err;
}

static void
say_done(const struct generator_options *world, const struct generator_output_options *options,
         const struct generator_counts *counts, double seconds)
{
    struct strbuf line = {0};

    people_add_count(&line, counts->events + counts->duplicates, "event", "events");
    strbuf_add(&line, STR(" of "));
    people_add_count(&line, world->tickets, "ticket", "tickets");
    if (counts->duplicates > 0) {
        strbuf_add(&line, STR(", "));
        people_add_count(&line, counts->duplicates, "duplicate", "duplicates");
    }
    if (counts->late > 0) {
        strbuf_add(&line, STR(", "));
        people_add_number(&line, counts->late);
        strbuf_addf(&line, " delayed beyond the disorder");
    }
    strbuf_addf(&line, " -> %s", options->path);
    if (options->partitions > 1)
        strbuf_addf(&line, " (-0 to -%u)", (unsigned)options->partitions - 1);
    people_say("%.*s in %.1f s", STR_ARG(strbuf_str(&line)), seconds);
    strbuf_fini(&line);
}

static int
generate(const struct generator_options *world, const struct generator_output_options *options)
{
    double began = people_seconds();
    struct generator_output *output = NULL;
    struct generator *generator = NULL;
    struct error error;
    enum err err = generator_output_open(options, &output, &error);

    if (err == ERR_NONE) {
        generator = generator_new(world);
        err = write_events(generator, output, &error);
    }
    if (err == ERR_NONE)
        say_done(world, options, generator_output_counts(output), people_seconds() - began);
    else
        people_say("%s", error.text);
    generator_free(&generator);
    generator_output_close(&output);
    return err_exit_code(err);
}

static bool
parse(int argc, char **argv, struct given *g, int *ret_exit)
{
    const struct option_row rows[] = {
        {.name = "tickets", .value = "N", .one = &g->tickets, .help = "default 10000"},
        {.name = "rate",
         .value = "N",
         .one = &g->rate,
         .help = "tickets a day of event time, on average\nover a week; default 1000"},
        {.name = "start",
         .value = "TIME",
         .one = &g->start,
         .help = "event time of the start; default\n" DEFAULT_START ", a Monday"},
        {.name = "seed", .value = "N", .one = &g->seed, .help = "default 1"},
        {.name = "week",
         .value = "SHAPE",
         .one = &g->week,
         .help = "office (default; agents work Monday to\nFriday, 8 to 18 UTC) or round-the-clock"},
        {.name = "segments",
         .value = "N",
         .one = &g->segments,
         .help = "sets of team, product and issue type\nthat tickets come in; default 60"},
        {.name = "agents", .value = "N", .one = &g->agents, .help = "default 40"},
        {.name = "customers", .value = "N", .one = &g->customers, .help = "default 5000"},
        {.name = "tenants",
         .value = "N",
         .one = &g->tenants,
         .help = "default 1, the one without a name"},
        {.name = "partitions",
         .value = "N",
         .one = &g->partitions,
         .help = "split by ticket into files, named OUT-0\nand so on before the suffix"},
        {.name = "disorder",
         .value = "DURATION",
         .one = &g->disorder,
         .help = "each event is delayed by up to that"},
        {.name = "late",
         .value = "SHARE",
         .one = &g->late,
         .help = "events that are delayed by more, such as\n0.001 or 0.1%"},
        {.name = "late-by",
         .value = "DURATION",
         .one = &g->late_by,
         .help = "by how much more at most; default 1h"},
        {.name = "duplicates",
         .value = "SHARE",
         .one = &g->duplicates,
         .help = "events that arrive twice, at most the\ndisorder apart"},
        {.name = "level",
         .value = "N",
         .one = &g->level,
         .help = "effort of compression, 1 (default, fast)\nto 9 (small)"},
    };
    const struct command command = {.synopsis = "generate [options] OUT",
                                    .text = text,
                                    .rows = rows,
                                    .n_rows = sizeof(rows) / sizeof(rows[0]),
                                    .arguments = &g->out,
                                    .arguments_min = 1,
                                    .arguments_max = 1};

    return command_parse(&command, argc, argv, ret_exit);
}

int
verb_generate(int argc, char **argv)
{
    struct generator_options world = {
        .sizes = {.seed = 1, .segments = 60, .agents = 40, .tenants = 1, .customers = 5000},
        .tickets = 10000,
        .rate = 1000};
    struct generator_output_options output = {.partitions = 1, .level = 1, .late_by_ms = HOUR_MS};
    struct given given = {0};
    int exit_code = err_exit_code(ERR_USAGE);

    if (parse(argc, argv, &given, &exit_code)) {
        exit_code = err_exit_code(ERR_USAGE);
        if (read_world(&given, &world) && read_time(&given, &world) &&
            read_output(&given, &output)) {
            output.path = given.out.v[0];
            output.seed = world.sizes.seed;
            exit_code = generate(&world, &output);
        }
    }
    option_list_fini(&given.out);
    return exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations that are wrong, each with the exact sentence, and where it points. */
#include "stage/config.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>

#define INPUT                                                                                      \
    "input: {max_out_of_orderness: 5m, source_delay: 15m, max_future_skew: 1h, "                   \
    "duplicates_within: 2h}\n"
#define RETAIN        "retain_solved: 90d\n"
#define SEGMENTATIONS "segmentations: {all: [], by_channel: [channel]}\n"
#define WINDOWS       "windows: {1h: {every: 1h, allowed_lateness: 1d}}\n"
/* What is under test begins in line 5. */
#define MINIMAL           INPUT RETAIN SEGMENTATIONS WINDOWS
#define BUT_WINDOWS       INPUT RETAIN SEGMENTATIONS
#define BUT_SEGMENTATIONS INPUT RETAIN WINDOWS
#define OFFICE            "calendars: {office: {timezone: UTC, weekly_hours: 24x7}}\n"

struct bad {
    const char *text;
    const char *lines;
};

static const struct bad bads[] = {
    /* keys */
    {BUT_WINDOWS "windows: {1h: {every: 1h, allowed_latness: 1d}}",
     "c:4:27: unknown key \"allowed_latness\" in windows.1h; did you mean \"allowed_lateness\"?\n"},
    {MINIMAL "inptu: 1", "c:5:1: unknown key \"inptu\"; did you mean \"input\"?\n"},
    {MINIMAL "limits: {bytes: 1}",
     "c:5:10: unknown key \"bytes\" in limits; known are held_events or tickets\n"},
    {MINIMAL "limits.tickets: 1", "c:5:1: unknown key \"limits.tickets\"; keys are nested: write "
                                  "each part below the one before it\n"},
    {MINIMAL "pane: 1m\npane: 2m", "c:6:1: key \"pane\" is given twice, first at line 5\n"},
    {MINIMAL "pane", "c:6:1: not YAML: could not find expected ':' while scanning a simple key\n"},
    {"[]", "c:1:1: expected a mapping, lines of \"key: value\"\n"},
    /* required keys */
    {RETAIN SEGMENTATIONS WINDOWS
     "input: {max_out_of_orderness: 5m, source_delay: 15m, duplicates_within: 1h}",
     "c:4:8: input.max_future_skew is missing and has no default: how far ahead of its recording "
     "an event may claim "
     "to have happened before it is refused; for example max_future_skew: 1h\n"},
    {INPUT SEGMENTATIONS WINDOWS, "c:1:1: retain_solved is missing and has no default: how long a "
                                  "solved ticket is kept after its last event; "
                                  "\"always\" = for ever; for example retain_solved: 90d\n"},
    {BUT_WINDOWS "windows: {1h: {every: 1h}}",
     "c:4:15: windows.1h.allowed_lateness is missing and has no default: how long after its end "
     "late events still "
     "correct a window; \"0s\": what was published at the close stands; for example "
     "allowed_lateness: 1d\n"},
    /* types and values */
    {MINIMAL "pane: 5 minutes", "c:5:7: pane: expected a duration above 0 such as 90s, 15m or "
                                "1h30m (ms, s, m, h, d), found \"5 minutes\"; for "
                                "example pane: 1m\n"},
    {MINIMAL "pane: 0s", "c:5:7: pane: expected a duration above 0 such as 90s, 15m or 1h30m (ms, "
                         "s, m, h, d), found \"0s\"; for example "
                         "pane: 1m\n"},
    {MINIMAL "workers: 0",
     "c:5:10: workers: expected a whole number, 1..1024, found \"0\"; for example workers: 1\n"},
    {MINIMAL "workers: [1]",
     "c:5:10: workers: expected a whole number, 1..1024, found a list; for example workers: 1\n"},
    {MINIMAL "delivery: exactly-once", "c:5:11: delivery: expected one of exactly_once or "
                                       "at_least_once, found \"exactly-once\"; did you mean "
                                       "\"exactly_once\"?\n"},
    {MINIMAL "limits:", "c:5:8: limits: expected a mapping, found nothing; for example limits: "
                        "{held_events: 1000000}\n"},
    {MINIMAL "topics: {late: \"a b\"}", "c:5:16: topics.late: expected a name of letters, digits, "
                                        "\".\", \"_\" and \"-\", found \"a b\"; for example "
                                        "late: support.late\n"},
    {MINIMAL "topics: {late: t, dlq: t}",
     "c:5:24: topics.dlq: \"t\" is the name of topics.late, too\n"},
    {MINIMAL "kafka: {a: {b: 1}}", "c:5:9: kafka: expected a name and text\n"},
    {RETAIN SEGMENTATIONS WINDOWS "input: {max_out_of_orderness: 5m, source_delay: 4m, "
                                  "max_future_skew: 1h, duplicates_within: 1h}",
     "c:4:49: input.source_delay: 4m is less than max_out_of_orderness (5m): an event that may "
     "come that late may "
     "reach the topic that late; write 5m or more\n"},
    /* segmentations */
    {BUT_SEGMENTATIONS "segmentations: {a: [chanel]}",
     "c:4:21: segmentations.a: unknown dimension \"chanel\"; did you mean \"channel\"?\n"},
    {BUT_SEGMENTATIONS "segmentations: {a: [plan]}",
     "c:4:21: segmentations.a: unknown dimension \"plan\"; did you mean \"custom.<key>\"?\n"},
    {BUT_SEGMENTATIONS "segmentations: {a: [custom.]}",
     "c:4:21: segmentations.a: unknown dimension \"custom.\"; did you mean \"custom.<key>\"?\n"},
    {BUT_SEGMENTATIONS "segmentations: {a: [team, team]}",
     "c:4:27: segmentations.a: dimension \"team\" is named twice\n"},
    {BUT_SEGMENTATIONS "segmentations: {a: team}",
     "c:4:20: segmentations.a: expected a list, found \"team\"; for example by_channel: "
     "[channel]\n"},
    {BUT_SEGMENTATIONS "segmentations: {}",
     "c:4:16: segmentations: expected at least one; for example all: []\n"},
    {BUT_SEGMENTATIONS "segmentations: {all: [team]}",
     "c:4:22: segmentations.all: \"all\" is the name of the segmentation without dimensions; write "
     "all: [] or choose "
     "another name\n"},
    {BUT_SEGMENTATIONS "segmentations: {\"\": []}",
     "c:4:17: segmentations: a name must have 1 to 200 bytes\n"},
    /* windows */
    {BUT_WINDOWS "windows: {x: {every: 90s, allowed_lateness: 1d}}",
     "c:4:22: windows.x.every: 90s is not a multiple of the pane (1m), which must divide every "
     "window, offset and "
     "lateness\n"},
    {BUT_WINDOWS "windows: {x: {every: 1h, allowed_lateness: 90s}}",
     "c:4:44: windows.x.allowed_lateness: 90s is not a multiple of the pane (1m), which must "
     "divide every window, "
     "offset and lateness\n"},
    {BUT_WINDOWS "windows: {x: {every: 1h, length: 90m, allowed_lateness: 1d}}",
     "c:4:34: windows.x.length: 90m is not a multiple of every (1h)\n"},
    {BUT_WINDOWS "windows: {x: {every: 1h, offset: 1h, allowed_lateness: 1d}}",
     "c:4:34: windows.x.offset: 1h is not less than every (1h)\n"},
    {BUT_WINDOWS "windows: {x: {every: 1h, zone: UTC, allowed_lateness: 1d}}",
     "c:4:32: windows.x.zone: only a calendar window has a zone: windows with `every` are aligned "
     "to "
     "1970-01-01T00:00:00Z plus `offset`\n"},
    {BUT_WINDOWS "windows: {x: {calendar: day, every: 1h, zone: UTC, allowed_lateness: 1d}}",
     "c:4:37: windows.x.every: a window has either `every` or `calendar`\n"},
    {BUT_WINDOWS "windows: {x: {calendar: day, allowed_lateness: 1d}}",
     "c:4:14: windows.x.zone: is missing and has no default: whose days, weeks and months these "
     "are; for example "
     "zone: Europe/Berlin, or zone: UTC\n"},
    {BUT_WINDOWS "windows: {x: {calendar: dya, zone: UTC, allowed_lateness: 1d}}",
     "c:4:25: windows.x.calendar: expected one of day, week, month, quarter or year, found "
     "\"dya\"; did you mean "
     "\"day\"?\n"},
    {BUT_WINDOWS "windows: {x: {calendar: day, zone: ../../etc/passwd, allowed_lateness: 1d}}",
     "c:4:36: unknown zone \"../../etc/passwd\": expected a name of the system's tz database, such "
     "as Europe/Berlin or "
     "UTC\n"},
    {BUT_WINDOWS
     "pane: 1h\nwindows: {x: {calendar: day, zone: Asia/Kathmandu, allowed_lateness: 1d}}",
     "c:5:36: windows.x.zone: the pane (1h) does not divide the local midnights of Asia/Kathmandu; "
     "take a smaller "
     "pane, such as 15m or 1m\n"},
    {BUT_WINDOWS "windows: {x: {allowed_lateness: 1d}}",
     "c:4:14: windows.x: every or calendar is missing: the window's length; for example every: 1h, "
     "or calendar: day "
     "with zone: Europe/Berlin\n"},
    {BUT_WINDOWS "windows: {}", "c:4:10: windows: expected at least one window; for example 1h: "
                                "{every: 1h, allowed_lateness: 1d}\n"},
    /* metrics, channels, surveys */
    {MINIMAL "metrics: first_respons_time",
     "c:5:10: metrics: unknown metric or pack \"first_respons_time\"; did you mean "
     "\"first_response_time\"?\n"},
    {MINIMAL "channels: {fb: socail}", "c:5:16: channels.fb: expected one of email, chat, phone, "
                                       "social, web, bot or self_service, found \"socail\"; did "
                                       "you mean \"social\"?\n"},
    {MINIMAL "surveys: {csat: {scale: \"1-6\"}}",
     "c:5:25: surveys.csat.positive is missing, and has a default only for the usual scales: the "
     "answer from which on "
     "one is positive; for example positive: 4\n"},
    {MINIMAL "surveys: {csat: {scale: \"5-1\"}}",
     "c:5:25: surveys.csat.scale: expected a scale, lowest-highest, found \"5-1\"; for example "
     "scale: \"1-5\"\n"},
    {MINIMAL "surveys: {csat: {positive: 6}}",
     "c:5:28: surveys.csat.positive: 6 is not on the scale 1-5\n"},
    {MINIMAL "surveys: {nps: {scale: \"1-10\"}}",
     "c:5:24: surveys.nps.scale: expected one of 0-10, found \"1-10\"; did you mean \"0-10\"?\n"},
    /* what comes later is checked, too */
    {MINIMAL OFFICE "sla: [{name: a, calendar: office, targets: {first_reply: 2d}}]",
     "c:6:58: target \"2d\" counts days, which have no fixed length in a business calendar: write "
     "hours; for example "
     "16h\n"},
    {MINIMAL OFFICE "sla: [{name: a, calendar: ofice, targets: {first_reply: 2h}}]",
     "c:6:27: calendar \"ofice\" is not among `calendars`\n"},
    {MINIMAL "sla: [{name: a, targets: {}}, {name: a, targets: {}}]",
     "c:5:38: two policies have the name \"a\"\n"},
    {MINIMAL "sla: [{name: a, when: {prio: high}, targets: {resolution: {by: teem, x: 1h}}}]",
     "c:5:30: unknown dimension \"prio\"; did you mean \"custom.<key>\"?\n"
     "c:5:64: unknown dimension \"teem\"; did you mean \"team\"?\n"},
    {MINIMAL "calendars: {o: {timezone: UTC, weekly_hours: {mon: [[\"17:00\", \"09:00\"]]}}}",
     "c:5:53: calendars.o.weekly_hours.mon: expected a list of spans [\"HH:MM\", \"HH:MM\"], each "
     "from earlier to later, "
     "found a list; for example mon: [[\"09:00\", \"17:00\"]]\n"},
    {MINIMAL "calendars: {o: {timezone: UTC, weekly_hours: {mon: []}}}",
     "c:5:46: a calendar without any open time: a clock in it would never move\n"},
    {MINIMAL OFFICE "reporting_calendar: home",
     "c:6:21: calendar \"home\" is not among `calendars`\n"},
};

ParameterizedTestParameters(config_errors, say_what_and_where)
{
    return cr_make_param_array(const struct bad, (struct bad *)(uintptr_t)bads,
                               sizeof bads / sizeof bads[0]);
}

ParameterizedTest(const struct bad *bad, config_errors, say_what_and_where)
{
    struct config *c = NULL;
    struct strbuf lines = {0};
    struct error error = {0};

    cr_expect_eq(config_parse(str_from(bad->text), STR("c"), &c, &lines, &error), ERR_CONFIG);
    cr_expect_null(c);
    strbuf_add_char(&lines, 0);
    cr_expect_str_eq(lines.p, bad->lines);
    cr_expect(strncmp(error.text, bad->lines, strlen(error.text)) == 0, "%s", error.text);
    strbuf_fini(&lines);
}

/* An empty file: every required key is told, in the order of the table. */
Test(config_errors, an_empty_file_lacks_every_required_key)
{
    static const char *const keys[] = {"input.max_out_of_orderness",
                                       "input.source_delay",
                                       "input.max_future_skew",
                                       "input.duplicates_within",
                                       "retain_solved",
                                       "segmentations",
                                       "windows"};
    struct config *c = NULL;
    struct strbuf lines = {0};
    struct error error;
    char *line;

    cr_expect_eq(config_parse(STR("# nothing\n"), STR("c"), &c, &lines, &error), ERR_CONFIG);
    strbuf_add_char(&lines, 0);
    line = strtok(lines.p, "\n");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct strbuf start = {0};

        strbuf_addf(&start, "c:1:1: %s is missing and has no default: ", keys[i]);
        cr_assert_not_null(line, "%s", keys[i]);
        cr_expect(str_starts(str_from(line), strbuf_str(&start)), "%s", line);
        strbuf_fini(&start);
        line = strtok(NULL, "\n");
    }
    cr_expect_null(line);
    strbuf_fini(&lines);
}

Test(config_errors, are_told_in_the_order_of_the_file_and_bounded)
{
    struct strbuf text = {0};
    struct strbuf lines = {0};
    struct config *c = NULL;
    struct error error;
    unsigned n = 0;

    strbuf_add(&text, STR(MINIMAL));
    for (int i = 0; i < 30; i++)
        strbuf_addf(&text, "zz%d: 1\n", i);
    cr_expect_eq(config_parse(strbuf_str(&text), STR("c"), &c, &lines, &error), ERR_CONFIG);
    strbuf_add_char(&lines, 0);
    for (char *line = strtok(lines.p, "\n"); line != NULL; line = strtok(NULL, "\n"), n++) {
        unsigned at = 0;

        if (n < 20) {
            cr_expect(sscanf(line, "c:%u:1: unknown key", &at) == 1, "%s", line);
            cr_expect_eq(at, 5 + n);
        } else {
            cr_expect_str_eq(line, "c: 10 more errors");
        }
    }
    cr_expect_eq(n, 21);
    strbuf_fini(&text);
    strbuf_fini(&lines);
}

Test(config_errors, a_file_that_is_not_there_is_named)
{
    struct config *c = NULL;
    struct error error = {0};

    cr_expect_eq(config_load("tests/stage/no_such.yaml", &c, &error), ERR_CONFIG);
    cr_expect_str_eq(error.text, "tests/stage/no_such.yaml: No such file or directory");
    cr_expect_eq(config_load("tests/stage", &c, &error), ERR_CONFIG);
    cr_expect_str_eq(error.text, "tests/stage: Is a directory");
    cr_expect_null(c);
}

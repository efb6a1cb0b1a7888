/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations that are good: what is read, what the defaults are, what the fingerprints see. */
#include "aggregators/metrics/catalogue.h"
#include "stage/config.h"
#include "stage/config_build.h"
#include "stage/config_text.h"
#include "stage/words.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define INPUT                                                                                      \
    "input: {max_out_of_orderness: 5m, source_delay: 15m, max_future_skew: 1h, "                   \
    "duplicates_within: 2h}\n"
#define RETAIN        "retain_solved: 90d\n"
#define SEGMENTATIONS "segmentations: {all: [], by_channel: [channel]}\n"
#define WINDOWS       "windows: {1h: {every: 1h, allowed_lateness: 1d}}\n"
#define MINIMAL       INPUT RETAIN SEGMENTATIONS WINDOWS

static struct config *
load(const char *text)
{
    struct config *c = NULL;
    struct strbuf lines = {0};
    struct error error = {0};
    enum err err = config_parse(str_from(text), STR("c.yaml"), &c, &lines, &error);

    cr_assert_eq(err, ERR_NONE, "%s", error.text);
    cr_assert_eq(lines.n, 0);
    strbuf_fini(&lines);
    return c;
}

static struct config *
load_file(const char *path)
{
    struct config *c = NULL;
    struct error error = {0};

    cr_assert_eq(config_load(path, &c, &error), ERR_NONE, "%s", error.text);
    return c;
}

static void
expect_text(struct str s, const char *expected)
{
    cr_expect(str_equal(s, str_from(expected)), "%.*s, not %s", STR_ARG(s), expected);
}

static bool
has_metric(const struct settings *s, const char *id)
{
    const struct metric *m = metric_find(str_from(id));
    size_t number = (size_t)(m - metrics);

    cr_assert_not_null(m);
    return (s->metrics[number / 64] >> number % 64 & 1) != 0;
}

Test(config, reads_what_shapes_the_numbers)
{
    struct config *c = load(MINIMAL);
    const struct settings *s = &c->settings;

    cr_expect_eq(s->max_out_of_orderness_ms, 5 * MINUTE_MS);
    cr_expect_eq(s->source_delay_ms, 15 * MINUTE_MS);
    cr_expect_eq(s->max_future_skew_ms, HOUR_MS);
    cr_expect_eq(s->duplicates_within_ms, 2 * HOUR_MS);
    cr_expect_eq(s->retain_solved_ms, 90 * (dur_ms)DAY_MS);
    cr_assert_eq(s->n_dimensions, 1);
    cr_expect_eq(s->dimensions[0].id, DIMENSION_CHANNEL);
    cr_assert_eq(s->n_segmentations, 2);
    expect_text(s->segmentations[0].name, "all");
    cr_expect_eq(s->segmentations[0].n, 0);
    cr_expect_eq(s->segmentations[1].n, 1);
    cr_expect_eq(s->segmentations[1].dimensions[0], 0);
    cr_assert_eq(s->n_windows, 1);
    expect_text(s->windows[0].name, "1h");
    cr_expect_eq(s->windows[0].kind, WINDOW_FIXED);
    cr_expect_eq(s->windows[0].every_ms, HOUR_MS);
    cr_expect_eq(s->windows[0].length_ms, HOUR_MS);
    cr_expect_eq(s->windows[0].offset_ms, 0);
    cr_expect_eq(s->windows[0].allowed_lateness_ms, DAY_MS);
    cr_expect_eq(s->windows[0].emit_early_ms, 0);
    expect_text(s->windows[0].zone, "UTC");
    config_free(&c);
    cr_expect_null(c);
}

Test(config, has_defaults_only_where_no_number_changes)
{
    struct config *c = load(MINIMAL);
    const struct settings *s = &c->settings;

    cr_expect_eq(s->pane_ms, MINUTE_MS);
    cr_expect_eq(s->held_events_max, 1000000);
    cr_expect_eq(s->tickets_max, 100000000);
    for (unsigned i = 0; i < METRIC_NUMBERS; i++)
        cr_expect(has_metric(s, metrics[i].id));
    cr_expect_eq(s->n_channels, 0);
    cr_expect_eq(s->surveys[SURVEY_CSAT].positive, 4);
    cr_expect_eq(s->surveys[SURVEY_CES].high, 7);
    cr_expect_eq(s->surveys[SURVEY_CES].positive, 5);
    cr_expect_eq(s->surveys[SURVEY_NPS].high, 10);
    expect_text(c->application_id, "");
    expect_text(c->input_topic, "support.ticket.events");
    expect_text(c->input_schemas, "");
    cr_expect_eq(c->input_framing, CONFIG_FRAMING_CONFLUENT);
    expect_text(c->topics[CONFIG_TOPIC_ROLLUPS_AGENT], "support.rollups.agent");
    expect_text(c->topics[CONFIG_TOPIC_DLQ], "support.dlq");
    cr_expect_eq(c->workers, 1);
    expect_text(c->instance, "a");
    cr_expect_eq(c->max_drift_ms, HOUR_MS);
    cr_expect_eq(c->delivery, CONFIG_EXACTLY_ONCE);
    cr_expect_eq(c->commit_interval_ms, 100);
    cr_expect_eq(c->checkpoint_interval_ms, 10000);
    cr_expect_eq(c->n_kafka, 0);
    cr_expect_eq(c->n_warnings, 0);
    config_free(&c);
}

Test(config, reads_the_samples)
{
    struct config *c = load_file("config/minimal.yaml");

    cr_expect_eq(c->settings.source_delay_ms, NEVER_MS);
    config_free(&c);
    c = load_file("config/example.yaml");
    cr_expect_eq(c->n_warnings, 0);
    expect_text(c->application_id, "support");
    cr_assert_eq(c->n_kafka, 1);
    expect_text(c->kafka[0].key, "bootstrap.servers");
    expect_text(c->kafka[0].value, "localhost:9092");
    cr_expect_eq(c->kafka[0].column, 3);
    cr_assert_eq(c->settings.n_windows, 4);
    cr_expect_eq(c->settings.windows[1].length_ms, 8 * HOUR_MS);
    cr_expect_eq(c->settings.windows[2].kind, WINDOW_DAY);
    cr_expect_not_null(c->settings.windows[2].tz);
    expect_text(c->settings.windows[3].zone, "Europe/Berlin");
    cr_assert_eq(c->settings.n_channels, 2);
    expect_text(c->settings.channels[0].from, "live chat");
    expect_text(c->settings.channels[0].to, "chat");
    config_free(&c);
}

Test(config, json_is_yaml)
{
    struct config *c =
        load("{\"input\": {\"max_out_of_orderness\": \"5m\", \"source_delay\": "
             "\"never\", \"max_future_skew\": \"1h\", \"duplicates_within\": \"0s\"}, "
             "\"retain_solved\": \"always\", \"segmentations\": {\"all\": []}, "
             "\"windows\": {\"1h\": {\"every\": \"1h\", \"allowed_lateness\": \"0s\"}}}");

    cr_expect_eq(c->settings.retain_solved_ms, ALWAYS_MS);
    cr_expect_eq(c->settings.duplicates_within_ms, 0);
    config_free(&c);
}

Test(config, dimensions_are_shared_and_custom_ones_told_apart)
{
    struct config *c = load(INPUT RETAIN WINDOWS "segmentations:\n"
                                                 "  a: [team, custom.plan, priority]\n"
                                                 "  b: [priority, issue_type]\n"
                                                 "  c: [custom.plan, custom.tier, custom.a.b]\n");
    const struct settings *s = &c->settings;

    cr_assert_eq(s->n_dimensions, 6);
    cr_expect_eq(s->segmentations[1].dimensions[0], s->segmentations[0].dimensions[2]);
    cr_expect_eq(s->segmentations[2].dimensions[0], s->segmentations[0].dimensions[1]);
    cr_expect_eq(s->dimensions[1].id, DIMENSION_CUSTOM);
    expect_text(s->dimensions[1].custom_key, "plan");
    expect_text(s->dimensions[s->segmentations[2].dimensions[2]].custom_key, "a.b");
    config_free(&c);
}

Test(config, metrics_are_all_a_pack_or_a_list)
{
    struct config *c = load(MINIMAL "metrics: [csat, speed]");

    cr_expect(has_metric(&c->settings, "csat"));
    cr_expect(has_metric(&c->settings, "next_reply_time"));
    cr_expect_not(has_metric(&c->settings, "nps"));
    config_free(&c);
    c = load(MINIMAL "metrics: nps");
    cr_expect(has_metric(&c->settings, "nps"));
    cr_expect_not(has_metric(&c->settings, "csat"));
    config_free(&c);
    for (size_t i = 0; i < n_config_packs; i++) {
        char text[1024];

        (void)snprintf(text, sizeof text, MINIMAL "metrics: %s", config_packs[i].name);
        c = load(text);
        cr_expect_null(metric_find(str_from(config_packs[i].name)),
                       "a pack has the name of a metric");
        config_free(&c);
    }
}

Test(config, surveys_have_scales_directions_and_known_positives)
{
    struct config *c =
        load(MINIMAL "surveys: {csat: {scale: \"0-1\"}, ces: {scale: \"1-5\", positive: 2, "
                     "direction: lower_is_easier}}");

    cr_expect_eq(c->settings.surveys[SURVEY_CSAT].low, 0);
    cr_expect_eq(c->settings.surveys[SURVEY_CSAT].positive, 1);
    cr_expect_not(c->settings.surveys[SURVEY_CSAT].reversed);
    cr_expect_eq(c->settings.surveys[SURVEY_CES].high, 5);
    cr_expect_eq(c->settings.surveys[SURVEY_CES].positive, 2);
    cr_expect(c->settings.surveys[SURVEY_CES].reversed);
    config_free(&c);
    /* 1 and 2 of five are what 4 and 5 are on the other scale. */
    c = load(MINIMAL "surveys: {csat: {direction: lower_is_better}}");
    cr_expect_eq(c->settings.surveys[SURVEY_CSAT].positive, 2);
    config_free(&c);
}

Test(config, keys_of_later_features_are_known_and_say_so)
{
    struct config *c =
        load(INPUT RETAIN SEGMENTATIONS
             "windows: {1h: {every: 1h, allowed_lateness: 1d, emit_early_every: 5m}}\n"
             "reporting_calendar: office\n"
             "calendars: {office: {timezone: UTC, weekly_hours: 24x7}}\n"
             "sla: [{name: gold, targets: {first_reply: 4h}}]\n"
             "metrics: [csat, contacts]\n");
    static const char *const lines[] = {
        "c.yaml:5:1: reporting_calendar: known, but without effect in this version (comes with the "
        "SLA clocks)",
        "c.yaml:6:1: calendars: known, but without effect in this version (comes with the SLA "
        "clocks)",
        "c.yaml:7:1: sla: known, but without effect in this version (comes with the SLA clocks)",
        "c.yaml:8:17: metrics: contacts is planned: it is null in this version",
    };

    cr_assert_eq(c->n_warnings, sizeof lines / sizeof lines[0]);
    for (size_t i = 0; i < c->n_warnings; i++)
        expect_text(c->warnings[i], lines[i]);
    cr_expect_eq(c->settings.windows[0].emit_early_ms, 5 * MINUTE_MS);
    config_free(&c);
}

/* The whole contract example: no key of it is unknown. */
Test(config, takes_the_keys_of_the_design)
{
    struct config *c = load_file("tests/fuzz/corpus/config/design.yaml");

    cr_expect_eq(c->settings.n_windows, 2);
    cr_expect_gt(c->n_warnings, 0);
    config_free(&c);
}

static void
fingerprints(const char *text, uint64_t *ret, uint64_t *ret_hop)
{
    struct config *c = load(text);

    *ret = c->settings.fingerprint;
    *ret_hop = c->settings.hop_fingerprint;
    config_free(&c);
}

Test(config, the_fingerprint_sees_meaning_not_spelling)
{
    static const char *const same[] = {
        "# comment\n" WINDOWS SEGMENTATIONS RETAIN INPUT,
        INPUT "retain_solved: 2160h\n" SEGMENTATIONS WINDOWS "pane: 60s\n",
        MINIMAL "application_id: x\nworkers: 4\ncommit_interval: 1s\ntopics: {late: other}\n"
                "kafka: {client.id: x}\n",
        MINIMAL "surveys: {csat: {scale: \"1-5\", positive: 4}}\nmetrics: all\n",
    };
    static const char *const same_hop[] = {
        INPUT "retain_solved: 91d\n" SEGMENTATIONS WINDOWS,
        MINIMAL "metrics: speed\n",
        MINIMAL "channels: {fb: social}\n",
        MINIMAL "surveys: {csat: {positive: 3}}\n",
        MINIMAL "limits: {held_events: 5}\n",
    };
    static const char *const other_hop[] = {
        MINIMAL "pane: 30s\n",
        INPUT RETAIN WINDOWS "segmentations: {all: [], by_channel: [team]}\n",
        INPUT RETAIN SEGMENTATIONS "windows: {1h: {every: 1h, allowed_lateness: 2d}}\n",
        INPUT RETAIN SEGMENTATIONS "windows: {2h: {every: 1h, allowed_lateness: 1d}}\n",
    };
    uint64_t f, hop, other, other_h;

    fingerprints(MINIMAL, &f, &hop);
    cr_expect_neq(f, hop);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        fingerprints(same[i], &other, &other_h);
        cr_expect(other == f && other_h == hop, "%s", same[i]);
    }
    for (size_t i = 0; i < sizeof same_hop / sizeof same_hop[0]; i++) {
        fingerprints(same_hop[i], &other, &other_h);
        cr_expect(other != f && other_h == hop, "%s", same_hop[i]);
    }
    for (size_t i = 0; i < sizeof other_hop / sizeof other_hop[0]; i++) {
        fingerprints(other_hop[i], &other, &other_h);
        cr_expect(other != f && other_h != hop, "%s", other_hop[i]);
    }
}

/* ---- the table of keys itself ---- */

static void
check_preset(const struct config_key *key)
{
    dur_ms d;
    uint64_t min, max, n;
    struct str preset = str_from(key->preset);
    bool is_word = words_find(str_from(key->words), preset) >= 0;

    if (key->type == CONFIG_WORD)
        cr_expect(is_word, "%s", key->path);
    if (key->type == CONFIG_DURATION || key->type == CONFIG_LENGTH)
        cr_expect(is_word || duration_parse(preset, &d), "%s", key->path);
    if (key->type == CONFIG_COUNT)
        cr_expect(text_range(str_from(key->words), &min, &max) && text_count(preset, min, max, &n),
                  "%s", key->path);
}

/* "key: value" reads as that key; a value alone is an item's. */
static void
check_example(const struct config_key *key)
{
    const char *dot = strrchr(key->path, '.');
    const char *last = dot != NULL ? dot + 1 : key->path;
    struct yaml_tree *tree = NULL;
    struct yaml_problem problem;
    const struct yaml_node *root;

    cr_assert(yaml_tree_parse(str_from(key->example), &tree, &problem), "%s: %s", key->path,
              problem.text);
    root = yaml_tree_root(tree);
    if (strcmp(last, "*") != 0) {
        cr_expect(root->kind == YAML_MAPPING && root->n == 1, "%s", key->path);
        cr_expect_not_null(yaml_find(root, str_from(last)), "%s", key->path);
    }
    if (strcmp(last, "*") != 0 && (key->type == CONFIG_DURATION || key->type == CONFIG_LENGTH))
        cr_expect_neq(config_duration(root, key->path), CONFIG_BAD, "%s", key->path);
    if (strcmp(last, "*") != 0 && key->type == CONFIG_WORD)
        cr_expect_geq(config_word(root, key->path), 0, "%s", key->path);
    yaml_tree_free(&tree);
}

Test(config, the_table_of_keys_holds_together)
{
    for (size_t i = 0; i < n_config_keys; i++) {
        const struct config_key *key = &config_keys[i];
        const char *dot = strrchr(key->path, '.');
        bool has_parent = dot == NULL;

        for (size_t j = 0; j < i; j++) {
            cr_expect_str_neq(key->path, config_keys[j].path);
            has_parent |= strlen(config_keys[j].path) == (size_t)(dot - key->path) &&
                          strncmp(config_keys[j].path, key->path, (size_t)(dot - key->path)) == 0;
        }
        cr_expect(has_parent, "%s stands before its mapping, or without", key->path);
        cr_expect(key->need == CONFIG_NEED_OPTIONAL || key->preset[0] == 0, "%s", key->path);
        cr_expect_neq(key->meaning[0], 0, "%s", key->path);
        if (key->preset[0] != 0)
            check_preset(key);
        check_example(key);
    }
}

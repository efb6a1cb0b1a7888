/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "stage/config_build.h"

static const struct yaml_node *
section(const struct config_build *b, const char *path)
{
    return config_node(b->root, path);
}

static void
build_input(struct config_build *b)
{
    const struct yaml_node *input = section(b, "input");
    struct settings *s = &b->c->settings;

    b->c->input_topic = config_text(input, "input.topic");
    b->c->input_framing = (enum config_framing)config_word(input, "input.framing");
    b->c->input_schemas = config_text(input, "input.schemas");
    s->max_out_of_orderness_ms = config_duration(input, "input.max_out_of_orderness");
    s->source_delay_ms = config_duration(input, "input.source_delay");
    s->max_future_skew_ms = config_duration(input, "input.max_future_skew");
    s->duplicates_within_ms = config_duration(input, "input.duplicates_within");
    if (s->max_out_of_orderness_ms != CONFIG_BAD && s->source_delay_ms != CONFIG_BAD &&
        s->source_delay_ms != NEVER_MS && s->source_delay_ms < s->max_out_of_orderness_ms) {
        struct str delay = config_text(input, "input.source_delay");
        struct str disorder = config_text(input, "input.max_out_of_orderness");

        config_error(&b->report, config_place(input, "input.source_delay"),
                     "input.source_delay: %.*s is less than max_out_of_orderness (%.*s): an event "
                     "that may come that late may reach the topic that late; write %.*s or more",
                     STR_ARG(delay), STR_ARG(disorder), STR_ARG(disorder));
    }
}

static void
build_kafka(struct config_build *b)
{
    const struct yaml_node *kafka = section(b, "kafka");
    struct config_property *properties;

    if (kafka == NULL || kafka->kind != YAML_MAPPING)
        return;
    properties = arena_alloc(b->report.arena, kafka->n > 0 ? kafka->n : 1, sizeof *properties);
    for (size_t i = 0; i < kafka->n; i++) {
        const struct yaml_member *member = &kafka->members[i];

        properties[i] = (struct config_property){.key = member->key,
                                                 .value = member->value->text,
                                                 .line = member->place.line,
                                                 .column = member->place.column};
    }
    b->c->kafka = properties;
    b->c->n_kafka = kafka->n;
}

static void
build_output(struct config_build *b)
{
    static const char *const paths[CONFIG_TOPICS] = {
        [CONFIG_TOPIC_ROLLUPS] = "topics.rollups",
        [CONFIG_TOPIC_ROLLUPS_AGENT] = "topics.rollups_agent",
        [CONFIG_TOPIC_FORECASTS] = "topics.forecasts",
        [CONFIG_TOPIC_SLA] = "topics.sla",
        [CONFIG_TOPIC_ALERTS] = "topics.alerts",
        [CONFIG_TOPIC_LATE] = "topics.late",
        [CONFIG_TOPIC_DLQ] = "topics.dlq",
    };
    const struct yaml_node *output = section(b, "output");
    const struct yaml_node *topics = section(b, "topics");

    b->c->output_framing = (enum config_framing)config_word(output, "output.framing");
    b->c->output_schemas = config_text(output, "output.schemas");
    for (int i = 0; i < CONFIG_TOPICS; i++) {
        b->c->topics[i] = config_text(topics, paths[i]);
        for (int j = 0; j < i; j++)
            if (b->c->topics[i].n > 0 && str_equal(b->c->topics[i], b->c->topics[j]))
                config_error(&b->report, config_place(topics, paths[i]),
                             "%s: \"%.*s\" is the name of %s, too", paths[i],
                             STR_ARG(b->c->topics[i]), paths[j]);
    }
}

void
config_build_core(struct config_build *b)
{
    const struct yaml_node *limits = section(b, "limits");
    struct config *c = b->c;

    build_input(b);
    build_kafka(b);
    build_output(b);
    c->application_id = config_text(b->root, "application_id");
    c->settings.retain_solved_ms = config_duration(b->root, "retain_solved");
    c->settings.pane_ms = config_duration(b->root, "pane");
    c->settings.held_events_max = config_count(limits, "limits.held_events");
    c->settings.tickets_max = config_count(limits, "limits.tickets");
    c->workers = (unsigned)config_count(b->root, "workers");
    c->instance = config_text(b->root, "instance");
    c->max_drift_ms = config_duration(b->root, "max_drift");
    c->delivery = (enum config_delivery)config_word(b->root, "delivery");
    c->commit_interval_ms = config_duration(b->root, "commit_interval");
    c->checkpoint_interval_ms = config_duration(b->root, "checkpoint_interval");
}

const struct tz *
config_zone(struct config_build *b, const struct yaml_node *node)
{
    const struct tz *tz = NULL;
    struct error error;

    if (node == NULL || node->kind != YAML_SCALAR || node->text.n == 0)
        return NULL;
    if (zones_get(&b->c->memory->zones, node->text, &tz, &error) == ERR_NONE)
        return tz;
    config_error(&b->report, node->place, "%s", error.text);
    return NULL;
}

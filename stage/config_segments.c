/* SPDX-License-Identifier: Apache-2.0 */
/* Segmentations, metrics, channels and surveys. */
#include "aggregators/metrics/catalogue.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "stage/config_build.h"
#include "stage/config_text.h"
#include "stage/words.h"

const struct config_pack config_packs[] = {
#define PACK(name, ids, sentence) {name, ids, sentence},
#include "stage/metric_packs.tbl"
#undef PACK
};
const size_t n_config_packs = sizeof config_packs / sizeof config_packs[0];

/* An error about a text: "segmentations.by_x: unknown dimension "y"; did you mean "z"?" */
static void
unknown(struct config_build *b, const struct yaml_node *node, struct str shown, const char *what,
        struct str near)
{
    struct strbuf text = {0};

    strbuf_addf(&text, "%.*s: unknown %s ", STR_ARG(shown), what);
    add_quoted(&text, node->text);
    if (near.n > 0)
        strbuf_addf(&text, "; did you mean \"%.*s\"?", STR_ARG(near));
    config_error(&b->report, node->place, "%.*s", STR_ARG(strbuf_str(&text)));
    strbuf_fini(&text);
}

/* ---- segmentations ---- */

bool
config_dimension(struct str text, struct dimension *ret, struct str *near)
{
    struct str custom = STR("custom.");
    const char *word;

    *ret = (struct dimension){0};
    if (str_starts(text, custom) && text.n > custom.n) {
        *ret = (struct dimension){.id = DIMENSION_CUSTOM,
                                  .custom_key = str_of(text.p + custom.n, text.n - custom.n)};
        return true;
    }
    for (int i = 0; i < DIMENSION_CUSTOM; i++) {
        if (str_equal(text, str_from(dimension_names[i]))) {
            ret->id = (enum dimension_id)i;
            return true;
        }
    }
    word = nearest_word(text, dimension_names, DIMENSION_CUSTOM);
    if (near != NULL && word != NULL)
        *near = str_from(word);
    return false;
}

/* The place of the dimension among those that some segmentation uses, added if new; -1: no room. */
static int
dimension_index(struct settings *s, struct dimension d)
{
    for (unsigned i = 0; i < s->n_dimensions; i++)
        if (s->dimensions[i].id == d.id && str_equal(s->dimensions[i].custom_key, d.custom_key))
            return (int)i;
    if (s->n_dimensions == DIMENSIONS_MAX)
        return -1;
    s->dimensions[s->n_dimensions] = d;
    return (int)s->n_dimensions++;
}

static struct str
shown_name(struct str name, struct strbuf *out)
{
    strbuf_clear(out);
    strbuf_addf(out, "segmentations.%.*s", name.n < 60 ? (int)name.n : 60, name.p);
    return strbuf_str(out);
}

static void
add_dimension(struct config_build *b, struct segmentation *segmentation,
              const struct yaml_node *node, struct str shown)
{
    struct settings *s = &b->c->settings;
    struct str near = {0};
    struct dimension d;
    int index;

    if (node->kind != YAML_SCALAR || node->text.n == 0)
        return;
    if (!config_dimension(node->text, &d, &near)) {
        unknown(b, node, shown, "dimension", near.n > 0 ? near : STR("custom.<key>"));
        return;
    }
    index = dimension_index(s, d);
    if (index < 0) {
        config_error(&b->report, node->place,
                     "%.*s: more than %d dimensions in all segmentations together", STR_ARG(shown),
                     DIMENSIONS_MAX);
        return;
    }
    for (unsigned i = 0; i < segmentation->n; i++) {
        if (segmentation->dimensions[i] == index) {
            config_error(&b->report, node->place, "%.*s: dimension \"%.*s\" is named twice",
                         STR_ARG(shown), STR_ARG(node->text));
            return;
        }
    }
    segmentation->dimensions[segmentation->n++] = (uint8_t)index;
}

void
config_build_segmentations(struct config_build *b)
{
    const struct yaml_node *node = config_node(b->root, "segmentations");
    struct settings *s = &b->c->settings;
    struct strbuf shown = {0};

    if (node == NULL || node->kind != YAML_MAPPING)
        return;
    if (node->n == 0)
        config_error(&b->report, node->place,
                     "segmentations: expected at least one; for example all: []");
    if (node->n > SEGMENTATIONS_MAX) {
        config_error(&b->report, node->place, "segmentations: %zu of them, at most %d are possible",
                     node->n, SEGMENTATIONS_MAX);
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_member *member = &node->members[i];
        struct segmentation *segmentation = &s->segmentations[s->n_segmentations];
        struct str name = shown_name(member->key, &shown);

        if (member->value->kind != YAML_SEQUENCE)
            continue;
        s->n_segmentations++;
        segmentation->name = member->key;
        for (size_t j = 0; j < member->value->n; j++)
            add_dimension(b, segmentation, member->value->items[j], name);
        if (str_equal(member->key, STR("all")) && segmentation->n > 0)
            config_error(&b->report, member->value->place,
                         "segmentations.all: \"all\" is the name of the segmentation without "
                         "dimensions; write all: [] or choose another name");
    }
    strbuf_fini(&shown);
}

/* ---- metrics ---- */

static void
set_metric(struct settings *s, size_t number)
{
    CHECK(number < sizeof s->metrics * 8);
    s->metrics[number / 64] |= UINT64_C(1) << number % 64;
}

static bool
set_pack(struct settings *s, struct str name)
{
    for (size_t i = 0; i < n_config_packs; i++) {
        struct str ids = str_from(config_packs[i].ids);
        struct str id;

        if (!str_equal(name, str_from(config_packs[i].name)))
            continue;
        while (words_next(&ids, &id)) {
            const struct metric *metric = metric_find(id);

            CHECK(metric != NULL);
            set_metric(s, (size_t)(metric - metrics));
        }
        return true;
    }
    return false;
}

static const char *
nearest_metric(struct str text)
{
    const char *words[METRIC_NUMBERS + 64];
    size_t n = 0;

    CHECK(n_config_packs < 60);
    words[n++] = "all";
    for (size_t i = 0; i < n_config_packs; i++)
        words[n++] = config_packs[i].name;
    for (int i = 0; i < METRIC_NUMBERS; i++)
        words[n++] = metrics[i].id;
    return nearest_word(text, words, n);
}

/* One word of `metrics:`. */
static void
add_metric(struct config_build *b, const struct yaml_node *node)
{
    struct settings *s = &b->c->settings;
    const struct metric *metric;
    const char *near;

    if (node->kind != YAML_SCALAR || node->text.n == 0)
        return;
    metric = metric_find(node->text);
    if (metric != NULL) {
        set_metric(s, (size_t)(metric - metrics));
        if (metric->since == 0)
            config_warning(&b->report, node->place,
                           "metrics: %s is planned: it is null in this version", metric->id);
        return;
    }
    if (set_pack(s, node->text))
        return;
    if (str_equal(node->text, STR("all"))) {
        for (size_t i = 0; i < METRIC_NUMBERS; i++)
            set_metric(s, i);
        return;
    }
    near = nearest_metric(node->text);
    unknown(b, node, STR("metrics"), "metric or pack", near != NULL ? str_from(near) : STR(""));
}

void
config_build_metrics(struct config_build *b)
{
    static const struct yaml_node all = {
        .kind = YAML_SCALAR, .plain = true, .text = {.p = "all", .n = 3}};
    const struct yaml_node *node = config_node(b->root, "metrics");

    if (node == NULL)
        add_metric(b, &all);
    else if (node->kind == YAML_SEQUENCE)
        for (size_t i = 0; i < node->n; i++)
            add_metric(b, node->items[i]);
    else
        add_metric(b, node);
}

/* ---- channels ---- */

void
config_build_channels(struct config_build *b)
{
    const struct yaml_node *node = config_node(b->root, "channels");
    struct channel_alias *aliases;
    size_t n = 0;

    if (node == NULL || node->kind != YAML_MAPPING)
        return;
    aliases = arena_alloc(b->report.arena, node->n > 0 ? node->n : 1, sizeof *aliases);
    for (size_t i = 0; i < node->n; i++)
        if (node->members[i].value->kind == YAML_SCALAR)
            aliases[n++] = (struct channel_alias){.from = node->members[i].key,
                                                  .to = node->members[i].value->text};
    b->c->settings.channels = aliases;
    b->c->settings.n_channels = n;
}

/* ---- surveys ---- */

/* The scales that METRICS.md knows, with the first positive answer. */
static const struct {
    int kind;
    double low;
    double high;
    double positive;
} known_scales[] = {
    {SURVEY_CSAT, 1, 5, 4},
    {SURVEY_CSAT, 0, 1, 1},
    {SURVEY_CES, 1, 7, 5},
};

/* Whole numbers in the table above: compared by distance, not by bits. */
static bool
is_same(double x, double y)
{
    return x - y < 1e-9 && y - x < 1e-9;
}

/* `positive` of a known scale; on a reversed scale its mirror. False if the scale is not known. */
static bool
preset_positive(int kind, struct survey_scale *scale)
{
    for (size_t i = 0; i < sizeof known_scales / sizeof known_scales[0]; i++) {
        if (known_scales[i].kind != kind || !is_same(known_scales[i].low, scale->low) ||
            !is_same(known_scales[i].high, scale->high))
            continue;
        scale->positive = scale->reversed ? scale->low + scale->high - known_scales[i].positive
                                          : known_scales[i].positive;
        return true;
    }
    return false;
}

struct survey_paths {
    const char *survey;
    const char *scale;
    const char *positive;
    const char *direction;
};

static void
build_survey(struct config_build *b, int kind, const struct survey_paths *paths)
{
    const struct yaml_node *surveys = config_node(b->root, "surveys");
    const struct yaml_node *node = config_node(surveys, paths->survey);
    struct survey_scale scale = {0};

    if (!text_scale(config_text(node, paths->scale), &scale.low, &scale.high))
        return;
    scale.reversed = config_word(node, paths->direction) == 1;
    if (!config_is_given(node, paths->positive)) {
        if (!preset_positive(kind, &scale))
            config_error(&b->report, config_place(node, paths->scale),
                         "%s is missing, and has a default only for the usual scales: the answer "
                         "from which on one is positive; for example positive: 4",
                         paths->positive);
    } else if (text_number(config_text(node, paths->positive), &scale.positive) &&
               (scale.positive < scale.low || scale.positive > scale.high)) {
        config_error(&b->report, config_place(node, paths->positive),
                     "%s: %.*s is not on the scale %.*s", paths->positive,
                     STR_ARG(config_text(node, paths->positive)),
                     STR_ARG(config_text(node, paths->scale)));
    }
    b->c->settings.surveys[kind] = scale;
}

void
config_build_surveys(struct config_build *b)
{
    static const struct survey_paths csat = {"surveys.csat", "surveys.csat.scale",
                                             "surveys.csat.positive", "surveys.csat.direction"};
    static const struct survey_paths ces = {"surveys.ces", "surveys.ces.scale",
                                            "surveys.ces.positive", "surveys.ces.direction"};

    build_survey(b, SURVEY_CSAT, &csat);
    build_survey(b, SURVEY_CES, &ces);
    /* Promoters answer 9 or 10. */
    b->c->settings.surveys[SURVEY_NPS] = (struct survey_scale){.low = 0, .high = 10, .positive = 9};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of metrics. A metric's row comes from the catalogue, the fields of a kind from the
 * schema of the rollup: nothing is written here that either of them could contradict.
 */
#include "stage/metrics_doc.h"

#include "aggregators/metrics/catalogue.h"
#include "base/check.h"
#include "schemas/rollup.h"
#include "stage/options.h"
#include "stage/verbs.h"

#include <stdio.h>

enum { KINDS = METRIC_HISTOGRAM + 1 };

/* What the kinds are called, the record that holds one, and how its fields are to be read. */
static const struct {
    const char *name;
    const struct avro_desc *record;
    const char *sentence;
} kinds[KINDS] = {
    [METRIC_COUNT] = {"count", &count_metric_desc, "what happened in the window, exact"},
    [METRIC_LEVEL] = {"level", &count_metric_desc, "the state at the window's end, exact"},
    [METRIC_NET_FLOW] = {"net flow", &count_metric_desc,
                         "the level less that of the previous window, exact; may be below 0"},
    [METRIC_RATIO] = {"ratio", &ratio_metric_desc,
                      "numerator / denominator, a fraction; low, high and low_sample are null"},
    [METRIC_SAMPLE] = {"share", &ratio_metric_desc,
                       "numerator / denominator of a sample, with the Wilson interval (z = 1.96) "
                       "and low_sample (denominator < 30)"},
    [METRIC_POINTS] = {"points", &ratio_metric_desc,
                       "points / possible points; low, high and low_sample are null"},
    [METRIC_MIX] = {"mix", &ratio_metric_desc,
                    "a segment's part of the segment without its channel; null elsewhere"},
    [METRIC_MEAN] = {"mean", &mean_metric_desc, "sum / n; scores have 6 decimals"},
    [METRIC_MONEY] = {"money", &money_mean_metric_desc, "sum / n, with 4 decimals"},
    [METRIC_SCORE] = {"score", &score_metric_desc,
                      "100 (promoters - detractors) / n, from -100 to 100"},
    [METRIC_DURATION] = {"duration", &duration_metric_desc,
                         "milliseconds; count and sum_ms are exact, the others "
                         "from a sketch (nearest rank, at most 0.5 % off), null where count is 0"},
    [METRIC_HISTOGRAM] = {"ages", &histogram_metric_desc,
                          "tickets by age: below 1 day, 1 to 3, 3 to 7, 7 to 14, 14 to 30, 30 days "
                          "and more (from inclusive); p50, p90 by nearest rank and the greatest "
                          "age, null where there is no ticket"},
};

static const char head[] =
    "# Metrics\n"
    "\n"
    "<!-- Printed by `ticketstream metrics-doc` from the catalogue's table; a test compares. -->\n"
    "\n"
    "Every metric of the catalogue (`aggregators/metrics/catalogue.tbl`) is a field of the\n"
    "rollup's `metrics`, under its id. Those of the first table are computed. Those of the\n"
    "second one are planned: null in every record, never 0. `metrics:` of the configuration\n"
    "chooses; what is not chosen is null, too.\n"
    "\n"
    "*Counted at* says which instant places a fact: it counts in each window that holds the\n"
    "instant, in the segment that the ticket had then. *Since* is the `definition_version`\n"
    "that first had the metric as it stands here. Rules by number:\n"
    "[metrics-rules.md](metrics-rules.md).\n";

/* A '<' would be taken for markup, a '|' for the end of the cell. */
static void
add_cell(struct strbuf *out, const char *text)
{
    for (; *text != 0; text++) {
        if (*text == '<') {
            strbuf_add(out, STR("&lt;"));
            continue;
        }
        if (*text == '|')
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, *text);
    }
}

static bool
is_abbreviation(struct str word)
{
    static const char *const words[] = {"csat", "nps", "ces", "qa", "sla", "clv"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_equal(word, str_from(words[i])))
            return true;
    return false;
}

static char
upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* "sla_at_risk" is "SLA at risk". */
static void
add_name(struct strbuf *out, const char *id)
{
    const char *from = id;

    while (*from != 0) {
        struct str word = str_of(from, strcspn(from, "_"));
        bool is_all = is_abbreviation(word);

        if (from != id)
            strbuf_add_char(out, ' ');
        for (size_t i = 0; i < word.n; i++) {
            bool is_first = from == id && i == 0;

            strbuf_add_char(out, is_all || is_first ? upper(word.p[i]) : word.p[i]);
        }
        from += word.n;
        from += *from == '_';
    }
}

static void
add_kinds(struct strbuf *out)
{
    strbuf_add(out, STR("\n## Kinds\n\nA value over nothing is null, never 0.\n\n"
                        "| Kind | Fields | Read as |\n|---|---|---|\n"));
    for (int kind = 0; kind < KINDS; kind++) {
        const struct avro_desc *record = kinds[kind].record;

        CHECK(record != NULL);
        strbuf_addf(out, "| %s | ", kinds[kind].name);
        for (size_t i = 0; i < record->n; i++)
            strbuf_addf(out, "%s`%s`", i > 0 ? ", " : "", record->fields[i].name);
        strbuf_add(out, STR(" | "));
        add_cell(out, kinds[kind].sentence);
        strbuf_add(out, STR(" |\n"));
    }
}

static void
add_metric(struct strbuf *out, const struct metric *m)
{
    strbuf_addf(out, "| `%s` | ", m->id);
    add_name(out, m->id);
    strbuf_addf(out, " | %s | %s | ", m->unit, kinds[m->kind].name);
    add_cell(out, m->formula);
    strbuf_add(out, STR(" | "));
    add_cell(out, m->window);
    if (m->since > 0)
        strbuf_addf(out, " | %d", m->since);
    strbuf_add(out, STR(" |\n"));
}

static int
count_metrics(bool is_computed)
{
    int n = 0;

    for (int i = 0; i < METRIC_NUMBERS; i++)
        n += (metrics[i].since > 0) == is_computed;
    return n;
}

static void
add_metrics(struct strbuf *out, bool is_computed)
{
    for (int i = 0; i < METRIC_NUMBERS; i++)
        if ((metrics[i].since > 0) == is_computed)
            add_metric(out, &metrics[i]);
}

void
metrics_doc_add(struct strbuf *out)
{
    strbuf_add(out, str_from(head));
    add_kinds(out);
    strbuf_addf(out,
                "\n## Computed: %d\n\n"
                "| Id | Name | Unit | Kind | Formula | Counted at | Since |\n"
                "|---|---|---|---|---|---|---|\n",
                count_metrics(true));
    add_metrics(out, true);
    strbuf_addf(out,
                "\n## Planned: %d\n\n"
                "| Id | Name | Unit | Kind | Formula | Counted at |\n"
                "|---|---|---|---|---|---|\n",
                count_metrics(false));
    add_metrics(out, false);
}

int
verb_metrics_doc(int argc, char **argv)
{
    const struct command command = {.synopsis = "metrics-doc",
                                    .text =
                                        "Prints docs/metrics.md from the catalogue of metrics.\n"};
    struct strbuf out = {0};
    int exit_code;

    if (!command_parse(&command, argc, argv, &exit_code))
        return exit_code;
    metrics_doc_add(&out);
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
    return 0;
}

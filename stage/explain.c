/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/explain.h"

#include "aggregators/metrics/catalogue.h"
#include "base/check.h"
#include "stage/explain_text.h"

enum { MARGIN = 2, INDENT = 16 };

/* ---- what is computed ---- */

static void
add_dimensions(struct strbuf *text, const struct settings *s,
               const struct segmentation *segmentation)
{
    for (unsigned i = 0; i < segmentation->n; i++) {
        const struct dimension *d = &s->dimensions[segmentation->dimensions[i]];

        strbuf_addf(text, "%s%s", i > 0 ? ", " : "", dimension_names[d->id]);
        if (d->id == DIMENSION_CUSTOM)
            strbuf_addf(text, ".%.*s", STR_ARG(d->custom_key));
    }
    if (segmentation->n == 0)
        strbuf_add(text, STR("everything in one segment"));
    for (unsigned i = 0; i < segmentation->n; i++) {
        enum dimension_id id = s->dimensions[segmentation->dimensions[i]].id;

        if (id == DIMENSION_ISSUE_TYPE)
            strbuf_add(text, STR(" (a ticket with several issue types counts in each)"));
    }
}

static bool
has_agent(const struct settings *s, const struct segmentation *segmentation)
{
    for (unsigned i = 0; i < segmentation->n; i++)
        if (s->dimensions[segmentation->dimensions[i]].id == DIMENSION_AGENT)
            return true;
    return false;
}

static void
add_metrics(struct strbuf *out, const struct settings *s, unsigned indent)
{
    unsigned computed = 0, planned = 0;
    struct strbuf list = {0};

    for (unsigned i = 0; i < METRIC_NUMBERS; i++) {
        if ((s->metrics[i / 64] >> i % 64 & 1) == 0)
            continue;
        if (metrics[i].since == 0) {
            planned++;
            continue;
        }
        strbuf_addf(&list, "%s%s", computed > 0 ? ", " : "", metrics[i].id);
        computed++;
    }
    strbuf_add_char(out, '\n');
    text_add_item(out, MARGIN, indent, STR("metrics"), "%u: %.*s%s", computed,
                  STR_ARG(strbuf_str(&list)),
                  computed == 0 ? "none that this version computes" : "");
    if (planned > 0)
        text_add_item(out, MARGIN, indent, STR(""), "%u more are planned: they are null.", planned);
    strbuf_fini(&list);
}

static void
add_survey(struct strbuf *text, const char *name, const struct survey_scale *scale)
{
    strbuf_addf(text, "%s%s ", text->n > 0 ? "; " : "", name);
    strbuf_add_double(text, scale->low);
    strbuf_add_char(text, '-');
    strbuf_add_double(text, scale->high);
    strbuf_addf(text, ", positive %s ", scale->reversed ? "up to" : "from");
    strbuf_add_double(text, scale->positive);
    strbuf_add(text, scale->reversed ? STR("") : STR(" on"));
}

static void
add_maps(struct strbuf *out, const struct settings *s, unsigned indent)
{
    struct strbuf text = {0};

    for (size_t i = 0; i < s->n_channels; i++)
        strbuf_addf(&text, "%s\"%.*s\" is %.*s", i > 0 ? ", " : "", STR_ARG(s->channels[i].from),
                    STR_ARG(s->channels[i].to));
    if (s->n_channels > 0)
        text_add_item(out, MARGIN, indent, STR("channels"), "%.*s; others as they come.",
                      STR_ARG(strbuf_str(&text)));
    strbuf_clear(&text);
    add_survey(&text, "csat", &s->surveys[SURVEY_CSAT]);
    add_survey(&text, "ces", &s->surveys[SURVEY_CES]);
    text_add_item(out, MARGIN, indent, STR("surveys"),
                  "%.*s; nps 0-10, 9 and 10 promote, 0 to 6 detract. Answers off the scale are "
                  "left out.",
                  STR_ARG(strbuf_str(&text)));
    strbuf_fini(&text);
}

void
explain_add_segments(struct strbuf *out, const struct config *c)
{
    const struct settings *s = &c->settings;
    struct strbuf text = {0};
    unsigned indent = INDENT;

    text_add_heading(out, "WHAT IS COMPUTED");
    for (unsigned i = 0; i < s->n_segmentations; i++)
        if (s->segmentations[i].name.n + MARGIN + 2 > indent && s->segmentations[i].name.n < 30)
            indent = (unsigned)s->segmentations[i].name.n + MARGIN + 2;
    for (unsigned i = 0; i < s->n_segmentations; i++) {
        const struct segmentation *segmentation = &s->segmentations[i];

        strbuf_clear(&text);
        add_dimensions(&text, s, segmentation);
        if (has_agent(s, segmentation))
            strbuf_addf(&text, " (published to %.*s)",
                        STR_ARG(c->topics[CONFIG_TOPIC_ROLLUPS_AGENT]));
        text_add_item(out, MARGIN, indent, segmentation->name, "%.*s", STR_ARG(strbuf_str(&text)));
    }
    add_metrics(out, s, indent);
    add_maps(out, s, indent);
    strbuf_fini(&text);
}

/* ---- time ---- */

static void
add_disorder(struct strbuf *out, const struct config *c, struct strbuf *text)
{
    const char *disorder = text_duration(text, c->settings.max_out_of_orderness_ms);

    if (c->settings.max_out_of_orderness_ms == 0) {
        text_add_item(out, MARGIN, INDENT, STR("order"),
                      "Each source partition has a watermark: its newest event time "
                      "(max_out_of_orderness 0s). No event waits for an older one.");
        text_add_item(out, MARGIN, INDENT, STR("late"),
                      "An event older than the newest of its partition is late. It is applied at "
                      "once, and counts in those of its windows that can still be corrected; if "
                      "one cannot, the event goes to %.*s as well.",
                      STR_ARG(c->topics[CONFIG_TOPIC_LATE]));
        return;
    }
    text_add_item(out, MARGIN, INDENT, STR("order"),
                  "Each source partition has a watermark: its newest event time less %s "
                  "(max_out_of_orderness). Events wait until it has passed them and are then "
                  "applied in order of time, so disorder of up to %s changes no number.",
                  disorder, disorder);
    text_add_item(out, MARGIN, INDENT, STR("late"),
                  "An event behind the watermark is late: more than %s older than the newest of "
                  "its partition. It is applied at once, and counts in those of its windows that "
                  "can still be corrected; if one cannot, the event goes to %.*s as well.",
                  disorder, STR_ARG(c->topics[CONFIG_TOPIC_LATE]));
}

static void
add_late_example(struct strbuf *out, const struct config *c)
{
    /* 2026-03-02T09:00:00Z */
    const evtime_ms w = INT64_C(1772442000000);
    struct strbuf newest = {0};

    text_add_clock(&newest, tz_utc(), w + c->settings.max_out_of_orderness_ms);
    text_add_item(out, MARGIN, INDENT, STR(""),
                  "Example: after an event of %.*s one of 08:59:59.999 is late, one of 09:00 is "
                  "not.",
                  STR_ARG(strbuf_str(&newest)));
    strbuf_fini(&newest);
}

static void
add_quiet(struct strbuf *out, const struct config *c, struct strbuf *text)
{
    dur_ms delay = c->settings.source_delay_ms;

    if (delay == NEVER_MS)
        text_add_item(out, MARGIN, INDENT, STR("quiet"),
                      "A partition without new events stops the time of all (source_delay: never): "
                      "results are a function of the events alone, and windows wait.");
    else
        text_add_item(out, MARGIN, INDENT, STR("quiet"),
                      "The watermark of a partition without new events, read to its end, follows "
                      "the clock %s behind (source_delay): an event that reaches the topic later "
                      "than that after it happened may be late.",
                      text_duration(text, delay));
}

void
explain_add_time(struct strbuf *out, const struct config *c)
{
    const struct settings *s = &c->settings;
    struct strbuf text = {0};
    struct strbuf pane = {0};

    text_add_heading(out, "TIME");
    add_disorder(out, c, &text);
    add_late_example(out, c);
    add_quiet(out, c, &text);
    text_add_item(out, MARGIN, INDENT, STR("future"),
                  "An event more than %s ahead of its recording (max_future_skew) is refused, goes "
                  "to %.*s, and moves no watermark.",
                  text_duration(&text, s->max_future_skew_ms),
                  STR_ARG(c->topics[CONFIG_TOPIC_DLQ]));
    if (s->duplicates_within_ms > 0)
        text_add_item(out, MARGIN, INDENT, STR("duplicates"),
                      "The id of an event is remembered until the watermark is %s past its time "
                      "(duplicates_within, rounded up to the pane); a second event with that id "
                      "is dropped.",
                      text_duration(&text, s->duplicates_within_ms));
    else
        text_add_item(out, MARGIN, INDENT, STR("duplicates"),
                      "Every copy of an event counts (duplicates_within: 0s).");
    text_add_item(out, MARGIN, INDENT, STR("grain"),
                  "Time goes from pane to pane of %s: windows close and are corrected at its "
                  "edges.",
                  text_duration(&pane, s->pane_ms));
    if (s->retain_solved_ms == ALWAYS_MS)
        text_add_item(out, MARGIN, INDENT, STR("tickets"),
                      "Tickets are never forgotten (retain_solved: always).");
    else
        text_add_item(out, MARGIN, INDENT, STR("tickets"),
                      "A ticket that is solved, merged, spam or deleted is forgotten %s after its "
                      "last event (retain_solved); an event after that finds a ticket never seen: "
                      "it makes no reopening, no level and no duration since creation.",
                      text_duration(&text, s->retain_solved_ms));
    strbuf_fini(&pane);
    strbuf_fini(&text);
}

void
explain_add(struct strbuf *out, const struct config *c, const struct explain_load *load)
{
    const struct settings *s = &c->settings;

    text_add_item(out, 0, 0, STR(""), "%.*s is good: %u %s, %u %s.", STR_ARG(c->name),
                  s->n_segmentations, s->n_segmentations == 1 ? "segmentation" : "segmentations",
                  s->n_windows, s->n_windows == 1 ? "window" : "windows");
    explain_add_segments(out, c);
    explain_add_time(out, c);
    explain_add_windows(out, c);
    explain_add_memory(out, c, load);
    explain_add_notes(out, c, load);
}

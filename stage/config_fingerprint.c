/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints: XXH3 with seed 0 over a canonical text of what shapes results. The text is built
 * from the settings, not from the file, so that spelling, order of the sections and comments do not
 * count: "60m" is "1h". Order does count where names stand in an order that reaches the output.
 */
#include "base/check.h"
#include "base/strbuf.h"
#include "stage/config_build.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A text with its length before it, so that no two lists of texts look alike. */
static void
add_text(struct strbuf *out, struct str s)
{
    strbuf_addf(out, "%zu:", s.n);
    strbuf_add(out, s);
    strbuf_add_char(out, ' ');
}

static void
add_number(struct strbuf *out, const char *name, int64_t v)
{
    strbuf_addf(out, "%s=", name);
    strbuf_add_int(out, v);
    strbuf_add_char(out, '\n');
}

static void
add_window(struct strbuf *out, const struct window_spec *w, const struct zones *zones)
{
    strbuf_add(out, STR("window "));
    add_text(out, w->name);
    add_text(out, w->zone);
    strbuf_addf(out, "%d %016llx\n", (int)w->kind,
                (unsigned long long)zones_rules_hash(zones, w->tz));
    add_number(out, "every", w->every_ms);
    add_number(out, "length", w->length_ms);
    add_number(out, "offset", w->offset_ms);
    add_number(out, "allowed_lateness", w->allowed_lateness_ms);
    add_number(out, "emit_early_every", w->emit_early_ms);
}

static void
add_hop(struct strbuf *out, const struct settings *s, const struct zones *zones)
{
    add_number(out, "engine", ENGINE_VERSION);
    add_number(out, "pane", s->pane_ms);
    for (unsigned i = 0; i < s->n_dimensions; i++) {
        strbuf_addf(out, "dimension %s ", dimension_names[s->dimensions[i].id]);
        add_text(out, s->dimensions[i].custom_key);
        strbuf_add_char(out, '\n');
    }
    for (unsigned i = 0; i < s->n_segmentations; i++) {
        const struct segmentation *segmentation = &s->segmentations[i];

        strbuf_add(out, STR("segmentation "));
        add_text(out, segmentation->name);
        for (unsigned j = 0; j < segmentation->n; j++)
            strbuf_addf(out, "%u ", segmentation->dimensions[j]);
        strbuf_add_char(out, '\n');
    }
    for (unsigned i = 0; i < s->n_windows; i++)
        add_window(out, &s->windows[i], zones);
}

static void
add_rest(struct strbuf *out, const struct settings *s)
{
    add_number(out, "max_out_of_orderness", s->max_out_of_orderness_ms);
    add_number(out, "source_delay", s->source_delay_ms);
    add_number(out, "max_future_skew", s->max_future_skew_ms);
    add_number(out, "duplicates_within", s->duplicates_within_ms);
    add_number(out, "retain_solved", s->retain_solved_ms);
    add_number(out, "held_events", (int64_t)s->held_events_max);
    add_number(out, "tickets", (int64_t)s->tickets_max);
    for (size_t i = 0; i < sizeof s->metrics / sizeof s->metrics[0]; i++)
        strbuf_addf(out, "metrics %016llx\n", (unsigned long long)s->metrics[i]);
    for (size_t i = 0; i < s->n_channels; i++) {
        strbuf_add(out, STR("channel "));
        add_text(out, s->channels[i].from);
        add_text(out, s->channels[i].to);
        strbuf_add_char(out, '\n');
    }
    for (int i = 0; i < SURVEY_KINDS; i++)
        strbuf_addf(out, "survey %d %.6f %.6f %.6f %d\n", i, s->surveys[i].low, s->surveys[i].high,
                    s->surveys[i].positive, s->surveys[i].reversed);
}

void
config_build_fingerprints(struct config *c)
{
    struct strbuf text = {0};

    add_hop(&text, &c->settings, &c->memory->zones);
    c->settings.hop_fingerprint = XXH3_64bits_withSeed(text.p, text.n, 0);
    add_rest(&text, &c->settings);
    c->settings.fingerprint = XXH3_64bits_withSeed(text.p, text.n, 0);
    strbuf_fini(&text);
}

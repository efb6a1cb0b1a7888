/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows, and what the pane must divide: edges of the segment engine's time are pane edges, so a
 * window that began or ended between two of them could not be told apart from its neighbours.
 */
#include "aggregators/windows/window.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "base/tz.h"
#include "stage/config_build.h"

#include <stdarg.h>
#include <stdio.h>

/* One window while it is read. */
struct reading {
    struct config_build *b;
    const struct yaml_node *node;
    struct window_spec *spec;
};

static void
add_window_key(struct strbuf *out, const struct reading *r, const char *path)
{
    strbuf_addf(out, "windows.%.*s.%s", r->spec->name.n < 60 ? (int)r->spec->name.n : 60,
                r->spec->name.p, strrchr(path, '.') + 1);
}

/* An error of one key of the window: "windows.1h.every: " and the sentence. */
__attribute__((format(printf, 3, 4))) static void
refuse(const struct reading *r, const char *path, const char *format, ...)
{
    struct strbuf text = {0};
    char sentence[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    add_window_key(&text, r, path);
    config_error(&r->b->report, config_place(r->node, path), "%.*s: %s", STR_ARG(strbuf_str(&text)),
                 sentence);
    strbuf_fini(&text);
}

static bool
is_given(const struct reading *r, const char *path)
{
    return config_is_given(r->node, path);
}

/* The value must be a multiple of the pane. */
static void
check_pane(const struct reading *r, const char *path, dur_ms value)
{
    dur_ms pane = r->b->c->settings.pane_ms;
    struct strbuf text = {0};

    if (value == CONFIG_BAD || pane <= 0 || value % pane == 0)
        return;
    duration_add_text(&text, pane);
    refuse(r, path,
           "%.*s is not a multiple of the pane (%.*s), which must divide every window, "
           "offset and lateness",
           STR_ARG(config_text(r->node, path)), STR_ARG(strbuf_str(&text)));
    strbuf_fini(&text);
}

static void
read_fixed(struct reading *r)
{
    struct window_spec *w = r->spec;
    struct str every = config_text(r->node, "windows.*.every");

    w->kind = WINDOW_FIXED;
    w->zone = STR("UTC");
    w->tz = tz_utc();
    w->every_ms = config_duration(r->node, "windows.*.every");
    w->length_ms = is_given(r, "windows.*.length") ? config_duration(r->node, "windows.*.length")
                                                   : w->every_ms;
    w->offset_ms = config_duration(r->node, "windows.*.offset");
    check_pane(r, "windows.*.every", w->every_ms);
    if (w->every_ms == CONFIG_BAD)
        return;
    if (is_given(r, "windows.*.length") && w->length_ms != CONFIG_BAD &&
        w->length_ms % w->every_ms != 0)
        refuse(r, "windows.*.length", "%.*s is not a multiple of every (%.*s)",
               STR_ARG(config_text(r->node, "windows.*.length")), STR_ARG(every));
    if (w->offset_ms != CONFIG_BAD && w->offset_ms >= w->every_ms)
        refuse(r, "windows.*.offset", "%.*s is not less than every (%.*s)",
               STR_ARG(config_text(r->node, "windows.*.offset")), STR_ARG(every));
    check_pane(r, "windows.*.offset", w->offset_ms);
    if (is_given(r, "windows.*.zone"))
        refuse(r, "windows.*.zone",
               "only a calendar window has a zone: windows with `every` are "
               "aligned to 1970-01-01T00:00:00Z plus `offset`");
}

static void
read_calendar(struct reading *r)
{
    static const char *const not_here[] = {"windows.*.every", "windows.*.length",
                                           "windows.*.offset"};
    struct window_spec *w = r->spec;
    int word = config_word(r->node, "windows.*.calendar");
    dur_ms pane = r->b->c->settings.pane_ms;
    const struct tz *tz;

    for (size_t i = 0; i < sizeof not_here / sizeof not_here[0]; i++)
        if (is_given(r, not_here[i]))
            refuse(r, not_here[i], "a window has either `every` or `calendar`");
    if (!is_given(r, "windows.*.zone")) {
        refuse(r, "windows.*.zone",
               "is missing and has no default: whose days, weeks and months "
               "these are; for example zone: Europe/Berlin, or zone: UTC");
        return;
    }
    tz = config_zone(r->b, config_node(r->node, "windows.*.zone"));
    w->zone = config_text(r->node, "windows.*.zone");
    if (word < 0 || tz == NULL)
        return;
    w->kind = (enum window_kind)(WINDOW_DAY + word);
    w->tz = tz;
    if (pane > 0 && !window_fits_pane(w, pane)) {
        struct strbuf text = {0};

        duration_add_text(&text, pane);
        refuse(r, "windows.*.zone",
               "the pane (%.*s) does not divide the local midnights of %.*s; "
               "take a smaller pane, such as 15m or 1m",
               STR_ARG(strbuf_str(&text)), STR_ARG(w->zone));
        strbuf_fini(&text);
    }
}

static void
read_window(struct reading *r)
{
    struct window_spec *w = r->spec;

    if (is_given(r, "windows.*.calendar"))
        read_calendar(r);
    else if (is_given(r, "windows.*.every"))
        read_fixed(r);
    else
        config_error(&r->b->report, r->node->place,
                     "windows.%.*s: every or calendar is missing: the window's length; for example "
                     "every: 1h, or calendar: day with zone: Europe/Berlin",
                     w->name.n < 60 ? (int)w->name.n : 60, w->name.p);
    w->allowed_lateness_ms = config_duration(r->node, "windows.*.allowed_lateness");
    check_pane(r, "windows.*.allowed_lateness", w->allowed_lateness_ms);
    if (is_given(r, "windows.*.emit_early_every")) {
        w->emit_early_ms = config_duration(r->node, "windows.*.emit_early_every");
        check_pane(r, "windows.*.emit_early_every", w->emit_early_ms);
    }
}

void
config_build_windows(struct config_build *b)
{
    const struct yaml_node *windows = config_node(b->root, "windows");
    struct settings *s = &b->c->settings;

    if (windows == NULL || windows->kind != YAML_MAPPING)
        return;
    if (windows->n == 0)
        config_error(&b->report, windows->place,
                     "windows: expected at least one window; for example 1h: {every: 1h, "
                     "allowed_lateness: 1d}");
    if (windows->n > WINDOWS_MAX) {
        config_error(&b->report, windows->place, "windows: %zu windows, at most %d are possible",
                     windows->n, WINDOWS_MAX);
        return;
    }
    for (size_t i = 0; i < windows->n; i++) {
        struct reading r = {
            .b = b, .node = windows->members[i].value, .spec = &s->windows[s->n_windows]};

        if (r.node->kind != YAML_MAPPING)
            continue;
        s->n_windows++;
        r.spec->name = windows->members[i].key;
        read_window(&r);
    }
}

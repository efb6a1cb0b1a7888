/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What memory a configuration may take, and what in it may surprise. The sizes per item are rounded
 * up from what was measured; they are for planning, not for accounting.
 */
#include "base/check.h"
#include "stage/explain.h"
#include "stage/explain_text.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    MARGIN = 2,
    INDENT = 30,
    EVENT_BYTES = 200,  /* a held event: its record and where it stands */
    ID_BYTES = 38,      /* a remembered event id, with its place in the index */
    TICKET_BYTES = 155, /* created, assigned and answered, with about 12 bytes of id */
    WINDOW_BYTES = 1500 /* a segment in a window: measures, and sketches of a few durations */
};

/* "  held events          60 MB  " and the sentence behind it. */
__attribute__((format(printf, 4, 5))) static void
add_line(struct strbuf *out, const char *what, double bytes, const char *format, ...)
{
    char sentence[512];
    struct strbuf label = {0};
    struct strbuf size = {0};
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    text_add_bytes(&size, bytes);
    strbuf_addf(&label, "%-16s%8.*s", what, STR_ARG(strbuf_str(&size)));
    text_add_item(out, MARGIN, INDENT, strbuf_str(&label), "%s", sentence);
    strbuf_fini(&size);
    strbuf_fini(&label);
}

static double
seconds(dur_ms d)
{
    return (double)d / SECOND_MS;
}

/* Distance of the starts of a calendar window, at most. */
static dur_ms
step_of(const struct window_spec *w)
{
    static const int days[] = {[WINDOW_DAY] = 1,
                               [WINDOW_WEEK] = 7,
                               [WINDOW_MONTH] = 31,
                               [WINDOW_QUARTER] = 92,
                               [WINDOW_YEAR] = 366};

    return w->kind == WINDOW_FIXED ? w->every_ms : days[w->kind] * (dur_ms)DAY_MS;
}

/* Windows of one segment that are open or can be corrected at one time. */
static uint64_t
windows_kept(const struct settings *s)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < s->n_windows; i++) {
        const struct window_spec *w = &s->windows[i];
        dur_ms step = step_of(w);
        dur_ms length = w->kind == WINDOW_FIXED ? w->length_ms : step;

        n += (uint64_t)((length + w->allowed_lateness_ms + step - 1) / step) + 1;
    }
    return n;
}

void
explain_add_memory(struct strbuf *out, const struct config *c, const struct explain_load *load)
{
    const struct settings *s = &c->settings;
    double rate = (double)load->rate;
    struct strbuf a = {0}, b = {0}, d = {0};
    uint64_t kept = windows_kept(s);

    text_add_heading(out, "MEMORY, ABOUT");
    text_add_item(out, MARGIN, MARGIN, STR(""),
                  "For a source partition with %s events a second and %s tickets, and %s segments "
                  "in all (other loads: --rate, --tickets, --segments):",
                  text_number_of(&a, load->rate), text_number_of(&b, load->tickets),
                  text_number_of(&d, load->segments));
    strbuf_add_char(out, '\n');
    add_line(out, "held events", rate * seconds(s->max_out_of_orderness_ms) * EVENT_BYTES,
             "%s/s for %s at %d B; at most %s events (limits.held_events)",
             text_number_of(&a, load->rate), text_duration(&b, s->max_out_of_orderness_ms),
             EVENT_BYTES, text_number_of(&d, s->held_events_max));
    if (s->duplicates_within_ms > 0)
        add_line(out, "event ids", rate * seconds(s->duplicates_within_ms + s->pane_ms) * ID_BYTES,
                 "%s/s for %s at %d B", text_number_of(&a, load->rate),
                 text_duration(&b, s->duplicates_within_ms), ID_BYTES);
    add_line(out, "tickets", (double)load->tickets * TICKET_BYTES,
             "%s at %d B with their ids; at most %s (limits.tickets)",
             text_number_of(&a, load->tickets), TICKET_BYTES, text_number_of(&b, s->tickets_max));
    add_line(out, "windows", (double)load->segments * (double)kept * WINDOW_BYTES,
             "%s segments, each in %s windows that are open or can be corrected, at %d B",
             text_number_of(&a, load->segments), text_number_of(&b, kept), WINDOW_BYTES);
    strbuf_fini(&a);
    strbuf_fini(&b);
    strbuf_fini(&d);
}

/* ---- notes ---- */

struct notes {
    struct strbuf *out;
    const struct config *c;
    unsigned n;
};

__attribute__((format(printf, 2, 3))) static void
add_note(struct notes *notes, const char *format, ...)
{
    char sentence[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (notes->n++ == 0)
        text_add_heading(notes->out, "NOTE");
    text_add_item(notes->out, MARGIN, MARGIN + 2, STR("-"), "%s", sentence);
}

static void
note_time(struct notes *notes)
{
    const struct settings *s = &notes->c->settings;

    if (s->source_delay_ms == NEVER_MS)
        add_note(notes, "source_delay: never: a partition that is empty or has gone quiet keeps "
                        "every window open. Right for files and for topics whose partitions are "
                        "never quiet; else write a duration.");
    if (s->duplicates_within_ms == 0)
        add_note(notes, "duplicates_within: 0s: an event that is delivered twice counts twice.");
    if (s->retain_solved_ms == ALWAYS_MS)
        add_note(notes, "retain_solved: always: memory grows with every ticket there ever was.");
    for (unsigned i = 0; i < s->n_windows && s->retain_solved_ms != ALWAYS_MS; i++)
        if (s->windows[i].allowed_lateness_ms > s->retain_solved_ms) {
            add_note(notes,
                     "retain_solved is shorter than the allowed_lateness of windows.%.*s: "
                     "late events for tickets already forgotten still count in it, as for "
                     "tickets never seen.",
                     STR_ARG(s->windows[i].name));
            break;
        }
}

/* The largest pane that the windows allow; the grain costs rows. */
static dur_ms
largest_pane(const struct settings *s)
{
    dur_ms pane = 0;

    for (unsigned i = 0; i < s->n_windows; i++) {
        const struct window_spec *w = &s->windows[i];
        const dur_ms parts[] = {w->kind == WINDOW_FIXED ? w->every_ms : s->pane_ms, w->length_ms,
                                w->offset_ms, w->allowed_lateness_ms, w->emit_early_ms};

        for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++)
            for (dur_ms rest = parts[j]; rest != 0;) {
                dur_ms next = pane % rest;

                pane = rest;
                rest = next;
            }
    }
    return pane;
}

static bool
has_same_dimensions(const struct segmentation *a, const struct segmentation *b)
{
    uint64_t x = 0, y = 0;

    for (unsigned i = 0; i < a->n; i++)
        x |= UINT64_C(1) << a->dimensions[i];
    for (unsigned i = 0; i < b->n; i++)
        y |= UINT64_C(1) << b->dimensions[i];
    return x == y;
}

static void
note_shape(struct notes *notes)
{
    const struct settings *s = &notes->c->settings;
    struct strbuf a = {0}, b = {0};
    dur_ms pane = largest_pane(s);

    for (unsigned i = 0; i < s->n_windows; i++)
        if (s->windows[i].allowed_lateness_ms == 0)
            add_note(notes,
                     "windows.%.*s has allowed_lateness 0s: what comes after its close is "
                     "never counted in it.",
                     STR_ARG(s->windows[i].name));
    for (unsigned i = 0; i < s->n_segmentations; i++)
        for (unsigned j = 0; j < i; j++)
            if (has_same_dimensions(&s->segmentations[i], &s->segmentations[j]))
                add_note(notes,
                         "%.*s and %.*s have the same dimensions: every number is published "
                         "twice.",
                         STR_ARG(s->segmentations[j].name), STR_ARG(s->segmentations[i].name));
    if (pane >= 15 * s->pane_ms)
        add_note(notes,
                 "pane: the windows would allow %s instead of %s: fewer rows between the "
                 "engines, and no difference to what is on time.",
                 text_duration(&a, pane), text_duration(&b, s->pane_ms));
    strbuf_fini(&a);
    strbuf_fini(&b);
}

void
explain_add_notes(struct strbuf *out, const struct config *c, const struct explain_load *load)
{
    struct notes notes = {.out = out, .c = c};
    const struct settings *s = &c->settings;

    note_time(&notes);
    note_shape(&notes);
    if ((double)load->rate * seconds(s->max_out_of_orderness_ms) > (double)s->held_events_max)
        add_note(&notes, "limits.held_events is less than the events of max_out_of_orderness at "
                         "this rate: the watermark would run ahead (counted), and disorder become "
                         "lateness.");
    if (load->tickets > s->tickets_max)
        add_note(&notes, "limits.tickets is less than the tickets assumed here.");
    /* Warnings with a place were told when the file was read. */
    if (notes.n == 0 && c->n_warnings == 0)
        strbuf_add(out, STR("\nNothing in it needs a warning.\n"));
}

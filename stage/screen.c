/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/screen.h"

#include "base/mem.h"

#include <poll.h>
#include <unistd.h>

struct screen {
    int out;
    int in;
    struct terminal_size size; /* of the picture that is shown */
    struct strbuf *shown;      /* its lines, from the top */
    size_t n_shown;
    struct strbuf bytes; /* of one picture */
    struct strbuf line;
};

/* Alternate screen, no cursor, no wrapping; and back. */
static const char on[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char off[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

struct screen *
screen_open(int out, int in)
{
    struct screen *s = mem_new(1, sizeof(*s));
    struct terminal_guard guard = {.out = out,
                                   .in = terminal_can_draw(in) ? in : -1,
                                   .on = str_from(on),
                                   .off = str_from(off)};

    s->out = out;
    s->in = guard.in;
    terminal_guard_start(&guard);
    return s;
}

static void
forget_lines(struct screen *s)
{
    for (size_t i = 0; i < s->n_shown; i++)
        strbuf_fini(&s->shown[i]);
    mem_free(s->shown);
    s->shown = NULL;
    s->n_shown = 0;
}

void
screen_close(struct screen **screen)
{
    struct screen *s = *screen;

    if (s == NULL)
        return;
    terminal_guard_end();
    forget_lines(s);
    strbuf_fini(&s->bytes);
    strbuf_fini(&s->line);
    mem_free(s);
    *screen = NULL;
}

struct terminal_size
screen_get_size(const struct screen *s)
{
    return terminal_get_size(s->out);
}

/* The bytes of a "\033[...x" at the start of the text. */
static size_t
escape_bytes(struct str text)
{
    size_t i = 2;

    while (i < text.n && (text.p[i] < '@' || text.p[i] > '~'))
        i++;
    return i < text.n ? i + 1 : text.n;
}

void
screen_add_cut(struct strbuf *out, struct str text, int columns)
{
    bool has_colours = false;
    size_t i = 0;

    while (i < text.n) {
        if (text.p[i] == '\033' && text.n - i > 2 && text.p[i + 1] == '[') {
            has_colours = true;
            i += escape_bytes(str_of(text.p + i, text.n - i));
            continue;
        }
        /* A byte that goes on a character takes no column. */
        if (((unsigned char)text.p[i] & 0xc0) != 0x80 && columns-- == 0)
            break;
        i++;
    }
    strbuf_add(out, str_of(text.p, i));
    if (i < text.n && has_colours)
        strbuf_add(out, STR("\033[0m"));
}

static void
start_anew(struct screen *s, struct terminal_size size)
{
    forget_lines(s);
    s->size = size;
    s->n_shown = (size_t)size.rows;
    s->shown = mem_new(s->n_shown, sizeof(*s->shown));
    strbuf_add(&s->bytes, STR("\033[2J"));
}

static void
show_line(struct screen *s, size_t row, struct str text)
{
    struct strbuf *shown = &s->shown[row];

    strbuf_clear(&s->line);
    screen_add_cut(&s->line, text, s->size.columns);
    if (str_equal(strbuf_str(shown), strbuf_str(&s->line)))
        return;
    strbuf_addf(&s->bytes, "\033[%zu;1H", row + 1);
    strbuf_add(&s->bytes, strbuf_str(&s->line));
    strbuf_add(&s->bytes, STR("\033[K"));
    strbuf_clear(shown);
    strbuf_add(shown, strbuf_str(&s->line));
}

void
screen_show(struct screen *s, struct str lines)
{
    struct terminal_size size = screen_get_size(s);
    bool was_continued = terminal_was_continued();

    strbuf_clear(&s->bytes);
    strbuf_add(&s->bytes, STR("\033[?2026h"));
    if (was_continued || size.columns != s->size.columns || size.rows != s->size.rows)
        start_anew(s, size);
    for (size_t row = 0; row < s->n_shown; row++) {
        const char *end = lines.n > 0 ? memchr(lines.p, '\n', lines.n) : NULL;
        size_t n = end != NULL ? (size_t)(end - lines.p) : lines.n;

        show_line(s, row, str_of(lines.p, n));
        n += end != NULL;
        if (n > 0)
            lines = str_of(lines.p + n, lines.n - n);
    }
    strbuf_add(&s->bytes, STR("\033[?2026l"));
    terminal_write(s->out, strbuf_str(&s->bytes));
}

bool
screen_wait_key(struct screen *s, double seconds)
{
    struct pollfd in = {.fd = s->in, .events = POLLIN}; /* poll() passes over a negative one */
    char keys[64];

    if (poll(&in, 1, (int)(seconds * 1000)) <= 0 || (in.revents & (POLLIN | POLLHUP)) == 0)
        return false;
    return read(s->in, keys, sizeof(keys)) != 0 || (in.revents & POLLHUP) != 0;
}

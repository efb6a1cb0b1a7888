/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/progress.h"

#include "base/mem.h"
#include "stage/cells.h"
#include "stage/people.h"
#include "stage/screen.h"
#include "stage/terminal.h"

enum { BAR_COLUMNS = 24, SHARE_COLUMNS = 6, FPS = 10 };

struct progress {
    int fd;
    bool can_draw;
    bool is_drawn;
    double start; /* seconds, of people_seconds() */
    double last;  /* when it was drawn */
    struct cells_style style;
    struct strbuf text;
};

static const char erase[] = "\r\033[K";

struct progress *
progress_open(int fd)
{
    struct progress *p = mem_new(1, sizeof(*p));
    struct terminal_guard guard = {.out = fd, .in = -1, .off = str_from(erase)};

    p->fd = fd;
    p->can_draw = terminal_can_draw(fd);
    p->style =
        (struct cells_style){.colours = terminal_has_colours(fd), .blocks = terminal_is_utf8()};
    p->start = p->last = people_seconds();
    if (p->can_draw)
        terminal_guard_start(&guard);
    return p;
}

void
progress_close(struct progress **progress)
{
    struct progress *p = *progress;

    if (p == NULL)
        return;
    if (p->can_draw)
        terminal_guard_end();
    strbuf_fini(&p->text);
    mem_free(p);
    *progress = NULL;
}

bool
progress_is_due(struct progress *p)
{
    return p->can_draw && people_seconds() - p->last >= 1.0 / FPS;
}

static void
add_values(struct strbuf *out, const struct progress *p, const struct progress_values *v)
{
    double seconds = p->last - p->start;

    if (v->bytes_total > 0) {
        uint64_t bytes = v->bytes < v->bytes_total ? v->bytes : v->bytes_total;
        struct strbuf share = {0};

        cells_add_bar(out, p->style, (int64_t)bytes, (int64_t)v->bytes_total, BAR_COLUMNS);
        strbuf_addf(&share, "%d %%", (int)(100.0 * (double)bytes / (double)v->bytes_total));
        cells_add_right(out, strbuf_str(&share), SHARE_COLUMNS);
        strbuf_add(out, STR("  "));
        strbuf_fini(&share);
    }
    people_add_count(out, v->events, "event", "events");
    if (v->time != EVTIME_NONE) {
        strbuf_add(out, STR("  "));
        cells_add_date(out, v->time);
    }
    if (seconds > 0) {
        strbuf_add(out, STR("  "));
        people_add_number(out, (uint64_t)((double)v->events / seconds));
        strbuf_add(out, STR("/s"));
    }
}

void
progress_draw(struct progress *p, const struct progress_values *values)
{
    struct strbuf line = {0};

    if (!p->can_draw)
        return;
    p->last = people_seconds();
    p->is_drawn = true;
    add_values(&line, p, values);
    strbuf_clear(&p->text);
    strbuf_add_char(&p->text, '\r');
    /* The last column stays free: some terminals wrap when it is written. */
    screen_add_cut(&p->text, strbuf_str(&line), terminal_get_size(p->fd).columns - 1);
    strbuf_add(&p->text, STR("\033[K"));
    terminal_write(p->fd, strbuf_str(&p->text));
    strbuf_fini(&line);
}

void
progress_erase(struct progress *p)
{
    if (p->is_drawn)
        terminal_write(p->fd, str_from(erase));
    p->is_drawn = false;
}

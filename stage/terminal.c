/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/terminal.h"

#include "base/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { COLUMNS_USUAL = 80, ROWS_USUAL = 24 };

/* Signals that end the process; SIGABRT is a failed CHECK. SIGTSTP stops it. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS};

enum { N_ENDING = sizeof(ending) / sizeof(ending[0]) };

/* Global because a signal handler has no other way to it. Complete before a handler is set. */
static struct {
    struct terminal_guard guard;
    volatile sig_atomic_t is_on;
    volatile sig_atomic_t was_continued;
    bool has_input; /* `input` is what `in` was before */
    struct termios input;
    struct sigaction before[N_ENDING];
    struct sigaction before_stop;
} held;

static bool
is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

bool
terminal_can_draw(int fd)
{
    const char *term = getenv("TERM");
    pid_t foreground;

    if (isatty(fd) == 0 || term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
        return false;
    foreground = tcgetpgrp(fd);
    return foreground < 0 || foreground == getpgrp();
}

bool
terminal_has_colours(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) != 0 && !is_set("NO_COLOR") && (term == NULL || strcmp(term, "dumb") != 0);
}

bool
terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && value[0] != '\0')
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL ||
                   strstr(value, "utf-8") != NULL;
    }
    return false;
}

struct terminal_size
terminal_get_size(int fd)
{
    struct terminal_size size = {COLUMNS_USUAL, ROWS_USUAL};
    struct winsize window;

    if (ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0)
        size = (struct terminal_size){window.ws_col, window.ws_row};
    return size;
}

/* Called by the handlers too: nothing here but write(). */
void
terminal_write(int fd, struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (n > 0)
            s = str_of(s.p + n, s.n - (size_t)n);
    }
}

static void
give_back(void)
{
    terminal_write(held.guard.out, held.guard.off);
    if (held.has_input)
        (void)tcsetattr(held.guard.in, TCSANOW, &held.input);
}

static void
take(void)
{
    struct termios input = held.input;

    /* Ctrl-C and Ctrl-Z stay signals. */
    input.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    input.c_cc[VMIN] = 0;
    input.c_cc[VTIME] = 0;
    if (held.has_input) {
        (void)tcsetattr(held.guard.in, TCSANOW, &input);
        (void)tcflush(held.guard.in, TCIFLUSH); /* what was typed before was not meant for us */
    }
    terminal_write(held.guard.out, held.guard.on);
}

/* Lets the signal, which is blocked while its handler runs, do what it does by itself. */
static void
raise_unhandled(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t set;

    (void)sigaction(number, &usual, NULL);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, number);
    (void)raise(number);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
end_by_signal(int number)
{
    if (held.is_on)
        give_back();
    raise_unhandled(number);
}

static void
stop_by_signal(int number)
{
    struct sigaction again = {.sa_handler = stop_by_signal, .sa_flags = SA_RESTART};
    int saved = errno;

    if (held.is_on)
        give_back();
    raise_unhandled(number); /* returns when the process is continued */
    (void)sigaction(number, &again, NULL);
    if (held.is_on)
        take();
    held.was_continued = 1;
    errno = saved;
}

static void
set_handlers(void)
{
    struct sigaction action = {.sa_handler = end_by_signal};

    (void)sigfillset(&action.sa_mask);
    for (int i = 0; i < N_ENDING; i++) {
        (void)sigaction(ending[i], NULL, &held.before[i]);
        if (held.before[i].sa_handler != SIG_IGN) /* nohup stays nohup */
            (void)sigaction(ending[i], &action, NULL);
    }
    action = (struct sigaction){.sa_handler = stop_by_signal, .sa_flags = SA_RESTART};
    (void)sigaction(SIGTSTP, NULL, &held.before_stop);
    if (held.before_stop.sa_handler != SIG_IGN)
        (void)sigaction(SIGTSTP, &action, NULL);
}

void
terminal_guard_start(const struct terminal_guard *guard)
{
    CHECK(!held.is_on);
    held.guard = *guard;
    held.has_input = guard->in >= 0 && tcgetattr(guard->in, &held.input) == 0;
    held.is_on = 1;
    set_handlers();
    take();
}

void
terminal_guard_end(void)
{
    if (!held.is_on)
        return;
    give_back();
    held.is_on = 0;
    for (int i = 0; i < N_ENDING; i++)
        (void)sigaction(ending[i], &held.before[i], NULL);
    (void)sigaction(SIGTSTP, &held.before_stop, NULL);
}

bool
terminal_was_continued(void)
{
    bool was = held.was_continued != 0;

    held.was_continued = 0;
    return was;
}

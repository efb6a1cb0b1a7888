# SPDX-License-Identifier: Apache-2.0
"""A terminal for tests: a pseudo-terminal of a given size and what a screen would show.

The emulator knows the escape codes that the program uses and fails on every other one, on a line
that runs over the width, and on an update that is cut in the middle.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

TOKEN = re.compile(r"\033\[(\??)([0-9;]*)([A-Za-z])|([\r\n])|([^\033\r\n]+)")


class Screen:
    """Feed it what the program wrote; `frames` are the pictures, a list of lines each."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.main = [""]  # lines of the normal screen, with what scrolled away
        self.alternate = None
        self.row = self.column = 0
        self.cursor = self.wraps = True
        self.updating = False
        self.colours = 0
        self.frames = []
        self.problems = []

    def feed(self, text):
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if token is None:
                raise AssertionError(f"not understood: {text[at:at + 20]!r}")
            at = token.end()
            private, numbers, letter, line_end, plain = token.groups()
            if plain is not None:
                self.put(plain)
            elif line_end is not None:
                self.end_line(line_end)
            elif private:
                self.switch(numbers, letter == "h")
            else:
                self.order(letter, numbers)

    def put(self, plain):
        if any(ord(c) < 32 or 0x7f <= ord(c) < 0xa0 for c in plain):
            self.problems.append(f"control characters: {plain!r}")
        lines = self.alternate if self.alternate is not None else self.main
        row = self.row if self.alternate is not None else len(lines) - 1
        line = lines[row].ljust(self.column)
        lines[row] = line[:self.column] + plain + line[self.column + len(plain):]
        self.column += len(plain)
        if self.column > self.columns and not self.wraps:
            self.problems.append(f"over the width: {lines[row]!r}")

    def end_line(self, c):
        self.column = 0
        if c == "\n":
            if self.alternate is not None:
                self.problems.append("a line end in a picture")
            self.main.append("")

    def switch(self, number, is_on):
        if number == "25":
            self.cursor = is_on
        elif number == "7":
            self.wraps = is_on
        elif number == "1049":
            self.alternate = [""] * self.rows if is_on else None
            self.column = len(self.main[-1])
        elif number == "2026":
            if is_on == self.updating:
                self.problems.append("updates in one another")
            self.updating = is_on
            if not is_on:
                self.frames.append([line.rstrip() for line in self.alternate])
        else:
            raise AssertionError(f"switch {number}")

    def order(self, letter, numbers):
        if letter == "H":
            row, column = (int(n) for n in numbers.split(";"))
            self.row, self.column = row - 1, column - 1
            if not 0 <= self.row < self.rows:
                self.problems.append(f"row {row}")
        elif letter == "K":
            if self.alternate is not None:
                self.alternate[self.row] = self.alternate[self.row][:self.column]
            else:
                self.main[-1] = self.main[-1][:self.column]
        elif letter == "J" and numbers == "2":
            self.alternate = [""] * self.rows
        elif letter == "m":
            self.colours += numbers != "0"
        else:
            raise AssertionError(f"order {numbers}{letter}")


class Run:
    """A program on a terminal of its own, which is its controlling terminal."""

    def __init__(self, arguments, columns=80, rows=24, environment=None, cwd=None, shell=False):
        base = {k: v for k, v in os.environ.items()
                if k not in ("LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "TERM")}
        base.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environment or {})})
        self.data = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if cwd:
                    os.chdir(cwd)
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                if shell:
                    self.start_job()
                os.execve(arguments[0], [str(a) for a in arguments], base)
            finally:
                os._exit(127)

    @staticmethod
    def start_job():
        """What a shell does: the program becomes a job in the foreground, which can be stopped.

        Returns in the job; the shell says its pid and when it stops, and ends as it does.
        """
        job = os.fork()
        if job == 0:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpgrp())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            return
        os.write(1, b"[job %d]" % job)
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                os._exit(os.waitstatus_to_exitcode(status) & 0xff)
            os.write(1, b"[stopped]")

    def read(self, seconds=60, until=None, behind=0):
        """Reads to the end, or until the bytes are there, behind the first so many."""
        end = time.monotonic() + seconds
        while until is None or until not in self.data[behind:]:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"nothing for {seconds} s; so far {self.data[-200:]!r}")
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                piece = b""
            if not piece:
                if until is not None:
                    raise AssertionError(f"ended without {until!r}")
                break
            self.data += piece

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.fd, keys)

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def kill(self, number):
        os.kill(self.pid, number)

    def finish(self):
        """Reads the rest; returns the exit code, negative for a signal."""
        self.read()
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)

    def screen(self, columns=80, rows=24):
        screen = Screen(columns, rows)
        screen.feed(self.data.decode())
        return screen

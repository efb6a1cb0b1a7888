# SPDX-License-Identifier: Apache-2.0
"""`demo`: the film on a terminal, one picture at the end of it and in a pipe; the progress of `replay`."""

import os
import re
import signal
import subprocess
import time
import unittest

import terminal
from program import ROOT, Case, created, event

SERVICENOW = ROOT / "examples/servicenow/incidents.avro"
EVENTS = [e for i in range(200) for e in (
    created(i, f"T-{i}", f"2026-03-{2 + i // 10:02}T08:{i % 60:02}:00Z", channel=("email", "chat")[i % 3 == 0]),
    event("TicketStatusChanged", 1000 + i, f"T-{i}", f"2026-03-{2 + i // 10 + i % 3:02}T{9 + i % 5:02}:00:00Z", to="solved"))]
EVENTS.sort(key=lambda e: e["occurred_at"])


class Demo(Case):
    def arguments(self):
        windows = {"1d": {"every": "1d", "allowed_lateness": "0s"}, "30d": {"every": "365d", "allowed_lateness": "0s"}}
        config = self.config(windows=windows, input_max_out_of_orderness="6h")
        return [self.program, "demo", "--data", str(self.write("in.jsonl", EVENTS)), "-c", str(config)]

    def in_pipe(self, **environment):
        clean = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR")}
        done = subprocess.run(self.arguments(), capture_output=True, timeout=60, check=True, env={**clean, **environment})
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    def test_the_numbers(self):
        text = self.in_pipe(LC_ALL="C")
        self.assertIn("400 events of 200 tickets, 2026-03-02 to 2026-03-23", text)
        self.assertRegex(text, r"volume 200, backlog 0 \(peak \d+ on 2026-03-\d\d\)")
        self.assertRegex(text, r"\nemail +133 #########")
        self.assertRegex(text, r"\nchat +67 ")
        self.assertIn("created/day ", text)

    def test_80_columns_of_plain_text_in_a_pipe(self):
        for locale in ("C", "C.UTF-8"):
            text = self.in_pipe(LC_ALL=locale)
            self.assertNotIn("\033", text)
            picture = text.split("\nNext\n")[0]
            for line in picture.splitlines()[1:]:
                self.assertLessEqual(len(line), 80, line)
                self.assertEqual(line, line.rstrip())
            self.assertEqual(locale == "C", text.isascii())

    def test_a_file_that_is_not_there(self):
        _, err = self.run_program("demo", "--data", "no.avro", "-c", self.config(), expect=65)
        self.assertIn("no.avro", err)

    @unittest.skipUnless(SERVICENOW.exists(), "the data of the example is not there")
    def test_the_log_of_the_examples(self):
        out, _ = self.run_program("demo")
        self.assertIn("CC BY 4.0", out)
        self.assertIn("24,918 tickets", out)
        self.assertIn("reopened 331 times", out)
        for line in out.splitlines():
            if str(ROOT) not in line:
                self.assertLessEqual(len(line), 80, line)


class Film(Case):
    """On a terminal: every picture is looked at."""

    arguments = Demo.arguments

    def start(self, *options, data=None, **where):
        arguments = [self.program, "demo"] if data == "example" else self.arguments()
        return terminal.Run([*arguments, *options], cwd=self.folder, **where)

    def check(self, run, columns, rows):
        """The screen, after the checks that hold for every run that ended by itself."""
        self.assertEqual(run.finish(), 0, run.data[-500:])
        screen = run.screen(columns, rows)
        self.assertEqual(screen.problems, [])
        self.assert_given_back(screen)
        for frame in screen.frames:
            self.assertEqual(len(frame), rows)
            for line in frame:
                self.assertLessEqual(len(line), columns)
        return screen

    def assert_given_back(self, screen):
        self.assertTrue(screen.cursor)
        self.assertTrue(screen.wraps)
        self.assertFalse(screen.updating)
        self.assertIsNone(screen.alternate)

    def assert_summary(self, screen):
        text = "\n".join(screen.main)
        self.assertIn("400 events of 200 tickets, 2026-03-02 to 2026-03-23", text)
        self.assertRegex(text, r"\nemail +133 █")
        self.assertIn("\nNext\n", text)

    def test_the_film_and_the_summary(self):
        for columns, rows in ((80, 24), (160, 50), (60, 20), (200, 70)):
            with self.subTest(columns=columns, rows=rows):
                screen = self.check(self.start("--fast", columns=columns, rows=rows), columns, rows)
                self.assertGreater(len(screen.frames), 100)
                self.assert_summary(screen)
                last = screen.frames[-1]
                self.assertIn("100 %", last[2])
                self.assertIn("400 events", last[2])
                self.assertRegex(last[2], "^Mon 2026-03-23 ")
                self.assertTrue(any(line.startswith("by_channel") for line in last))
                self.assertTrue(last[-1].startswith("any key"))
                # Time and events only go forward, and what is known grows with them.
                days = [frame[2][4:14] for frame in screen.frames]
                self.assertEqual(days, sorted(days))
                counts = [int(re.match(r"created (\d+) ", f[4])[1]) for f in screen.frames if f[4]]
                self.assertEqual(counts, sorted(counts))
                self.assertLess(counts[0], 20)
                self.assertGreater(counts[-1], 180)

    def test_columns_never_touch(self):
        for columns, rows in ((80, 24), (120, 40), (160, 50)):
            screen = self.check(self.start("--fast", columns=columns, rows=rows), columns, rows)
            rows_seen = 0
            for line in screen.frames[-1] + screen.main:
                if re.match(r"(email|chat) ", line):
                    rows_seen += 1
                    # volume, bar, backlog, peak, p50, p90, reopen
                    self.assertRegex(line, r"^\w+ +[\d,]+ [█▏▎▍▌▋▊▉]+ +\d+ +\d+ +([\d.]+ (s|min|h|d)|-)"
                                           r" +([\d.]+ (s|min|h|d)|-) +([\d.]+ %|-)")
            self.assertEqual(rows_seen, 4)

    def test_what_the_last_picture_says_is_what_the_rollups_say(self):
        run = self.start("--fast")
        screen = self.check(run, 80, 24)
        results = self.replay(self.folder / "in.jsonl", config=self.folder / "config.yaml")
        closed = [r for r in results.rollups if r["window_name"] == "1d" and r["is_closed"]]
        for channel in ("email", "chat"):
            mine = [r for r in closed if r["segment_id"] == f"by_channel|channel={channel}"]
            volume = sum(r["metrics"]["ticket_volume"]["value"] for r in mine)
            backlog = max(mine, key=lambda r: r["window_end"])["metrics"]["backlog"]["value"]
            peak = max(r["metrics"]["backlog"]["value"] for r in mine)
            (line,) = [line for line in screen.frames[-1] if line.startswith(channel)]
            self.assertRegex(line, rf"^{channel} +{volume} [█▏▎▍▌▋▊▉]+ +{backlog} +{peak} ")

    def test_no_colours_when_asked(self):
        screen = self.check(self.start("--fast", environment={"NO_COLOR": "1"}), 80, 24)
        self.assertEqual(screen.colours, 0)
        self.assertGreater(len(screen.frames), 100)
        self.assertGreater(self.check(self.start("--fast"), 80, 24).colours, 100)

    def test_ascii_where_the_locale_is_not_utf8(self):
        run = self.start("--fast", environment={"LC_ALL": "C"})
        self.check(run, 80, 24)
        self.assertTrue(run.data.isascii())

    def test_a_dumb_or_tiny_terminal_has_no_film(self):
        for where in ({"environment": {"TERM": "dumb"}}, {"columns": 40, "rows": 10}):
            run = self.start(**where)
            self.assertEqual(run.finish(), 0)
            self.assertEqual(run.screen(200, 50).frames, [])
            self.assertIn(b"\r\nNext\r\n", run.data)

    def test_a_key_goes_to_the_end(self):
        run = self.start()
        run.read(until=b"\033[?2026l")
        self.assertFalse(run.echoes())
        start = time.monotonic()
        run.type(b"q")
        screen = self.check(run, 80, 24)
        self.assertLess(time.monotonic() - start, 6)
        self.assertLess(len(screen.frames), 120)
        self.assert_summary(screen)

    def test_signals_give_the_screen_back(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGABRT):
            with self.subTest(signal=number):
                run = self.start()
                run.read(until=b"\033[?2026l")
                run.kill(number)
                self.assertEqual(run.finish(), -number)
                screen = run.screen()
                self.assertIsNone(screen.alternate)
                self.assertTrue(screen.cursor)
                self.assertTrue(screen.wraps)
                self.assertNotIn(b"Next", run.data)

    def test_ctrl_c(self):
        run = self.start()
        run.read(until=b"\033[?2026l")
        run.type(b"\x03")
        self.assertEqual(run.finish(), -signal.SIGINT)
        self.assertTrue(run.data.endswith(b"\033[?25h\033[?1049l"), run.data[-40:])

    def test_stopped_and_continued(self):
        run = self.start("--speed", "4", shell=True)
        run.read(until=b"\033[?2026l")
        job = int(re.search(rb"\[job (\d+)\]", run.data)[1])
        os.kill(job, signal.SIGTSTP)
        run.read(until=b"[stopped]")
        self.assertTrue(run.echoes())
        screen = run.screen()
        self.assertIsNone(screen.alternate)
        self.assertTrue(screen.cursor)
        before = len(run.data)
        os.kill(job, signal.SIGCONT)
        screen = self.check(run, 80, 24)
        self.assertIn(b"\033[?1049h", run.data[before:])
        self.assert_summary(screen)

    def test_a_change_of_size(self):
        run = self.start("--speed", "4", columns=160, rows=50)
        run.read(until=b"\033[?2026l")
        before = len(run.data)
        run.resize(90, 30)
        run.read(until=b"\033[2J", behind=before)
        at = run.data.index(b"\033[2J", before) - len("\033[?2026h")
        self.assertEqual(run.finish(), 0)
        screen = terminal.Screen(90, 30)
        screen.alternate = [""] * 30
        screen.feed(run.data[at:].decode())
        self.assertEqual(screen.problems, [])
        self.assertTrue(all(len(frame) == 30 for frame in screen.frames))
        self.assertTrue(screen.frames[-1][29].startswith("any key"))

    def test_any_size(self):
        run = self.start("--speed", "6")
        for columns, rows in ((1, 1), (10, 3), (40, 10), (500, 100), (79, 14), (161, 36), (80, 24)):
            run.read(until=b"\033[?2026l", behind=len(run.data))
            run.resize(columns, rows)
        self.assertEqual(run.finish(), 0)
        self.assert_given_back(run.screen(500, 100))

    def test_overlapping_windows_and_no_segment_of_all(self):
        path = self.write("in.jsonl", EVENTS)
        config = self.config(windows={"6h": {"every": "6h", "length": "1d", "allowed_lateness": "0s"}},
                             segmentations={"by_channel": ["channel"]})
        run = terminal.Run([self.program, "demo", "--fast", "--data", str(path), "-c", str(config)])
        screen = self.check(run, 80, 24)
        self.assertTrue(screen.frames[-1][4].startswith("by_channel") or screen.frames[-1][5].startswith("by_channel"),
                        screen.frames[-1])
        self.assertIn('below: the last window of "6h", from 2026-03-2', "\n".join(screen.main))

    def test_data_that_would_control_the_terminal(self):
        data = [created(i, f"T-{i}", f"2026-03-02T08:{i:02}:00Z", channel="a\x1b[2J\x07\u009b1m\x7fb") for i in range(9)]
        path = self.write("evil.jsonl", data)
        config = self.config(windows={"1h": {"every": "1h", "allowed_lateness": "0s"}})
        run = terminal.Run([self.program, "demo", "--fast", "--data", str(path), "-c", str(config)])
        screen = self.check(run, 80, 24)
        self.assertIn("a?[2J??1m?b ", "\n".join(screen.main))

    def test_a_log_without_events(self):
        path = self.write("none.jsonl", b"")
        run = terminal.Run([self.program, "demo", "--fast", "--data", str(path), "-c", str(self.config())])
        self.assertIn("0 events of 0 tickets", "\n".join(self.check(run, 80, 24).main))

    def test_a_damaged_file_is_told_behind_the_film(self):
        path = self.write("in.jsonl", EVENTS)
        subprocess.run(["gzip", "-kf", path], check=True)
        cut = self.write("cut.gz", (self.folder / "in.jsonl.gz").read_bytes()[:-400])
        run = terminal.Run([self.program, "demo", "--fast", "--data", str(cut), "-c", str(self.config())])
        self.assertEqual(run.finish(), 65)
        screen = run.screen()
        self.assertEqual(screen.problems, [])
        self.assertIn("cut.gz: behind line", "\n".join(screen.main))

    @unittest.skipUnless(SERVICENOW.exists(), "the data of the example is not there")
    def test_the_example(self):
        for columns, rows in ((80, 24), (160, 50)):
            screen = self.check(self.start("--fast", data="example", columns=columns, rows=rows), columns, rows)
            self.assertIn("24,918 tickets", "\n".join(screen.main))
            self.assertIn("peak 1,869 on 2016-03-16", screen.frames[-1][4])
            teams = [line for line in screen.frames[-1] if "Group " in line]
            self.assertGreaterEqual(len(teams), 3 if rows == 24 else 12)


class Progress(Case):
    """`replay` tells on a terminal how far it is, and leaves nothing behind."""

    def start(self, **where):
        data = [created(i, f"T-{i}", f"2026-03-02T{8 + i // 36000:02}:{i // 600 % 60:02}:{i // 10 % 60:02}Z")
                for i in range(120_000)]
        path = self.write("in.jsonl", data)
        return terminal.Run([self.program, "replay", "-c", str(self.config()), "--input", str(path),
                             "--output", str(self.folder / "out")], **where)

    def test_a_bar(self):
        run = self.start()
        self.assertEqual(run.finish(), 0)
        bars = re.findall(r"\r([^\r\n]*events[^\r\n]*/s)\033\[K", run.data.decode())
        self.assertGreater(len(bars), 0)
        counts = []
        for bar in bars:
            plain = re.sub("\033\\[[0-9]*m", "", bar)
            self.assertLess(len(plain), 80)
            match = re.fullmatch(r"[█▏▎▍▌▋▊▉ ]{24} +(\d+) %  ([\d,]+) events  2026-03-02  [\d,]+/s", plain)
            self.assertIsNotNone(match, plain)
            counts.append((int(match[1]), int(match[2].replace(",", ""))))
        self.assertEqual(counts, sorted(counts))
        screen = run.screen()
        self.assertEqual(screen.problems, [])
        self.assertRegex("\n".join(screen.main), r"\Aticketstream: 120,000 events of 120,000 tickets: .*\n\Z")

    def test_narrow(self):
        run = self.start(columns=30)
        self.assertEqual(run.finish(), 0)
        summary = run.data.decode().rindex("\r\033[K")
        screen = terminal.Screen(30, 24)
        screen.feed(run.data.decode()[:summary])
        self.assertEqual(screen.problems, [])

    def test_interrupted(self):
        run = self.start()
        run.read(until=b"/s\033[K")
        run.kill(signal.SIGINT)
        self.assertEqual(run.finish(), -signal.SIGINT)
        self.assertEqual(run.screen().main, [""])

    def test_nothing_where_there_is_no_terminal(self):
        self.write("in.jsonl", EVENTS)
        self.replay(self.folder / "in.jsonl")
        self.assertEqual(self.stderr.count("\n"), 1)
        self.assertNotIn("\r", self.stderr)
        self.assertNotIn("\033", self.stderr)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""`demo`: one picture, in a pipe and on a terminal."""

import os
import pty
import re
import subprocess
import unittest

from program import ROOT, Case, created, event

EVENTS = [e for i in range(200) for e in (
    created(i, f"T-{i}", f"2026-03-{2 + i // 10:02}T08:{i % 60:02}:00Z", channel=("email", "chat")[i % 3 == 0]),
    event("TicketStatusChanged", 1000 + i, f"T-{i}", f"2026-03-{2 + i // 10:02}T{9 + i % 5:02}:00:00Z", to="solved"))]
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

    def on_terminal(self, **environment):
        master, slave = pty.openpty()
        clean = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        with subprocess.Popen(self.arguments(), stdout=slave, env={**clean, **environment}) as child:
            os.close(slave)
            data = b""
            while True:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                data += piece
            self.assertEqual(child.wait(60), 0)
        os.close(master)
        return data.decode()

    def test_the_numbers(self):
        text = self.in_pipe(LC_ALL="C")
        self.assertIn("400 events of 200 tickets, 2026-03-02 to 2026-03-21", text)
        self.assertRegex(text, r"volume 200, backlog 0 \(peak \d+\)")
        self.assertRegex(text, r"\nemail +133 #########")
        self.assertRegex(text, r"\nchat +67 ")
        self.assertIn("created per 1d", text)

    def test_80_columns_of_plain_text_in_a_pipe(self):
        for locale in ("C", "C.UTF-8"):
            text = self.in_pipe(LC_ALL=locale)
            self.assertNotIn("\033", text)
            picture = text.split("\nNext\n")[0]
            for line in picture.splitlines()[1:]:
                self.assertLessEqual(len(line), 80, line)
                self.assertEqual(line, line.rstrip())
            self.assertEqual(locale == "C", text.isascii())

    def test_colours_on_a_terminal_unless_asked_not_to(self):
        text = self.on_terminal(LC_ALL="C.UTF-8")
        self.assertIn("\033[32m", text)
        self.assertEqual(len(re.findall("\033\\[[0-9]+m", text)), 2 * text.count("\033[0m"))
        self.assertNotIn("\033", self.on_terminal(NO_COLOR="1"))

    def test_a_file_that_is_not_there(self):
        _, err = self.run_program("demo", "--data", "no.avro", "-c", self.config(), expect=65)
        self.assertIn("no.avro", err)

    @unittest.skipUnless((ROOT / "examples/servicenow/incidents.avro").exists(), "the demo's data is not there yet")
    def test_the_log_of_the_examples(self):
        out, _ = self.run_program("demo")
        self.assertIn("CC BY 4.0", out)
        self.assertIn("24,918 tickets", out)
        self.assertIn("reopened 331 times", out)
        for line in out.splitlines():
            if str(ROOT) not in line:
                self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    unittest.main()

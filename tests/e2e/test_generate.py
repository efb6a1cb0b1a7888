# SPDX-License-Identifier: Apache-2.0
"""`generate`: the files it writes, what `replay` makes of them, and the oracle's word on it."""

import gzip
import json
import re
import subprocess
import sys
import unittest

from program import ROOT, Case

ORACLE = ROOT / "tests" / "oracle"
sys.path.insert(0, str(ORACLE))
import arrival  # noqa: E402  (its partitioner is written apart from ours)
import lacking  # noqa: E402

SEGMENTATIONS = {"all": [], "by_team": ["team", "priority"], "by_issue": ["issue_type", "custom.plan"],
                 "by_channel": ["channel"], "by_agent": ["agent"]}
WINDOWS = {"1h": {"every": "1h", "allowed_lateness": "1d"},
           "1d": {"calendar": "day", "zone": "UTC", "allowed_lateness": "2d"}}


class Generate(Case):
    def generate(self, *options, out="events.jsonl", expect=0):
        """Writes a file; what was said on stderr."""
        stdout, stderr = self.run_program("generate", *options, out, expect=expect)
        self.assertEqual(stdout, "")
        return stderr

    def lines(self, name="events.jsonl"):
        return (self.folder / name).read_bytes().splitlines()

    def counts(self, said):
        """(events, duplicates, delayed beyond the disorder) as the program counted them."""
        def number(pattern):
            found = re.search(r"([\d,]+) " + pattern, said)
            return int(found.group(1).replace(",", "")) if found else 0
        return number("events?"), number("duplicates?"), number("delayed")


class Files(Generate):
    def test_the_same_options_make_the_same_bytes(self):
        for out in ("a.avro", "a.jsonl", "a.jsonl.gz"):
            self.generate("--tickets", 200, "--disorder", "5m", "--duplicates", "1%", out=out)
            first = (self.folder / out).read_bytes()
            self.generate("--tickets", 200, "--disorder", "5m", "--duplicates", "1%", out=out)
            self.assertEqual(first, (self.folder / out).read_bytes(), out)
        self.generate("--tickets", 200, "--disorder", "5m", "--duplicates", "1%", "--seed", 2, out="b.avro")
        self.assertNotEqual((self.folder / "a.avro").read_bytes(), (self.folder / "b.avro").read_bytes())

    def test_every_form_holds_the_same_events(self):
        self.generate("--tickets", 300, out="a.jsonl")
        self.generate("--tickets", 300, out="a.jsonl.gz")
        self.generate("--tickets", 300, "--level", 9, out="a.avro")
        lines = (self.folder / "a.jsonl").read_bytes()
        self.assertEqual(gzip.decompress((self.folder / "a.jsonl.gz").read_bytes()), lines)
        self.run_program("convert", "a.avro", "back.jsonl")
        self.assertEqual((self.folder / "back.jsonl").read_bytes(), lines)
        self.run_program("convert", "a.jsonl", "there.avro")
        self.assertEqual((self.folder / "there.avro").read_bytes(), (self.folder / "a.avro").read_bytes())

    def test_partitions_share_out_the_tickets(self):
        self.generate("--tickets", 300, out="all.jsonl")
        said = self.generate("--tickets", 300, "--partitions", 4, out="part.jsonl")
        self.assertIn("part.jsonl (-0 to -3)", said)
        self.assertFalse((self.folder / "part.jsonl").exists())
        parts = [self.lines(f"part-{i}.jsonl") for i in range(4)]
        for number, part in enumerate(parts):
            self.assertTrue(part)
            for line in part:
                self.assertEqual(arrival.partition_of(json.loads(line)["ticket_id"], 4), number)
        self.assertEqual(sorted(line for part in parts for line in part), sorted(self.lines("all.jsonl")))

    def test_tenants_and_segments_are_as_many_as_asked(self):
        self.generate("--tickets", 3000, "--tenants", 3, "--segments", 8, "--agents", 5)
        created = [json.loads(line) for line in self.lines() if b'"TicketCreated"' in line]
        self.assertEqual({e["tenant"] for e in created}, {"tenant-1", "tenant-2", "tenant-3"})
        sets = {(a["team"], a["product"], a["issue_types"][0]) for a in (e["attrs"] for e in created)}
        self.assertEqual(len(sets), 8)
        agents = {e["to_agent"] for e in map(json.loads, self.lines()) if e.get("to_agent")}
        self.assertEqual(agents, {f"agent-{i}" for i in range(1, 6)})

    def test_start_and_rate_place_the_stream(self):
        self.generate("--tickets", 2000, "--rate", 10000, "--start", "2024-02-29T12:00:00+01:00",
                      "--week", "round-the-clock")
        times = [e["occurred_at"] for e in map(json.loads, self.lines()) if e["event_type"] == "TicketCreated"]
        self.assertEqual(times, sorted(times))
        self.assertTrue(times[0].startswith("2024-02-29T11:0"), times[0])
        # 10,000 a day on average are 100 in a quarter of an hour of the day.
        self.assertTrue("2024-02-29T14" < times[-1] < "2024-02-29T17", times[-1])

    def test_disorder_changes_the_order_and_nothing_else(self):
        self.generate("--tickets", 200, out="a.jsonl")
        self.generate("--tickets", 200, "--disorder", "10m", "--late", "1%", out="b.jsonl")
        events = [json.loads(line) for line in self.lines("b.jsonl")]
        arrivals = [event.pop("recorded_at") for event in events]
        self.assertEqual(arrivals, sorted(arrivals))
        key = lambda event: (event["ticket_id"], event["source_sequence"])  # noqa: E731
        self.assertNotEqual([key(e) for e in events], [key(json.loads(line)) for line in self.lines("a.jsonl")])
        self.assertEqual(sorted(events, key=key), sorted(map(json.loads, self.lines("a.jsonl")), key=key))

    def test_bad_options_name_themselves(self):
        cases = {("--tickets", "0"): "--tickets", ("--rate", "x"): "--rate", ("--seed", "-1"): "--seed",
                 ("--week", "weekend"): "office or round-the-clock", ("--late", "2"): "--late",
                 ("--duplicates", "1%%"): "--duplicates", ("--disorder", "5"): "--disorder",
                 ("--late-by", "0s"): "--late-by", ("--partitions", "1001"): "--partitions",
                 ("--level", "10"): "--level", ("--start", "now"): "--start",
                 ("--tickets", "1000000000", "--rate", "1"): "year"}
        for options, word in cases.items():
            self.assertIn(word, self.generate(*options, expect=64), options)
        self.assertIn(".avro", self.generate(out="events.txt", expect=64))
        self.assertEqual(list(self.folder.iterdir()), [])


class Replayed(Generate):
    def config(self, **changes):
        changes = {"input_duplicates_within": "30d", "segmentations": SEGMENTATIONS, "windows": WINDOWS, **changes}
        return super().config(**changes)

    def test_everything_is_applied_and_nothing_is_odd(self):
        events, _, _ = self.counts(self.generate("--tickets", 2000, out="events.avro"))
        summary = self.replay("events.avro").summary
        self.assertEqual((summary["consumed"], summary["applied"]), (events, events))
        for name in ("late", "duplicates", "test", "ignored", "after_as_of"):
            self.assertEqual(summary[name], 0, name)
        self.assertEqual(summary["refused"], {})
        for name in ("status_mismatch", "after_cancel", "unknown_status", "created_again", "negative_duration",
                     "sentiment_invalid", "unknown_fields"):
            self.assertEqual(summary["counters"][name], 0, name)

    def test_disorder_inside_the_limit_changes_no_rollup(self):
        self.generate("--tickets", 400, out="a.avro")
        self.generate("--tickets", 400, "--disorder", "5m", out="b.avro")
        a = self.replay("a.avro", output="a", options=["--as-of", "2026-03-01T00:00:00Z"])
        b = self.replay("b.avro", output="b", options=["--as-of", "2026-03-01T00:00:00Z"])
        self.assertEqual(b.summary["late"], 0)
        self.assertEqual(a.bytes_of("rollups.jsonl"), b.bytes_of("rollups.jsonl"))

    def test_duplicates_are_as_many_as_said(self):
        for disorder in ([], ["--disorder", "5m"]):
            said = self.generate("--tickets", 800, "--duplicates", "2%", *disorder, out="events.avro")
            events, duplicates, _ = self.counts(said)
            summary = self.replay("events.avro").summary
            self.assertEqual((summary["consumed"], summary["duplicates"]), (events, duplicates))
            self.assertTrue(100 < duplicates < 320, duplicates)
            self.assertEqual(summary["late"], 0)

    def test_late_events_are_those_that_were_delayed_more(self):
        said = self.generate("--tickets", 800, "--disorder", "5m", "--late", "1%", "--late-by", "6h",
                             out="events.avro")
        _, _, delayed = self.counts(said)
        late = self.replay("events.avro").summary["late"]
        # One that nothing overtook by enough is not late after all.
        self.assertTrue(0.5 * delayed < late <= delayed, (late, delayed))

    def test_the_oracle_agrees(self):
        self.generate("--tickets", 250, "--rate", 120, "--tenants", 2, "--disorder", "5m", "--late", "1%",
                      "--late-by", "4h", "--duplicates", "2%", "--partitions", 2, "--segments", 12)
        config = self.config()
        without = lacking.skipped(self.program)
        inputs = ["events-0.jsonl", "events-1.jsonl"]
        got = self.replay(*inputs, config=config)
        self.assertGreater(len(got.rollups), 1000)
        (self.folder / "expected").mkdir()
        command = [sys.executable, ORACLE / "oracle.py", "-c", config, "--output", self.folder / "expected"]
        for name in inputs:
            command += ["--input", self.folder / name]
        if without:
            command += ["--without", ",".join(without)]
        self.python(command)
        command = [sys.executable, ORACLE / "compare.py", self.folder / "expected", got.folder]
        if without:
            command += ["--ignore-new", ",".join(without)]
        self.python(command)

    def python(self, command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])


if __name__ == "__main__":
    unittest.main()

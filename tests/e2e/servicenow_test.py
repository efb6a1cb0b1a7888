#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the ServiceNow log from 1, 4 and 16 partitions and compares with its right answers.

    servicenow_test.py PROGRAM [EVENTS]     (default: examples/servicenow/incidents.avro)

The answers are in examples/servicenow/facts.json; they were worked out from the CSV of the log by
other means. No event of the log is late, so the rollups of all three runs are the same bytes.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "servicenow"
EVENTS = 134083
HOUR_MS = 3600_000
SKETCH_ERROR = 0.005
PARTITIONS = (1, 4, 16)
COUNTS = {"ticket_volume": "created", "reopens": "reopens", "solve_events": "solve_events",
          "closed_events": "closed_events", "escalations": "escalations",
          "solved_tickets": "created"}


class Checks:
    def __init__(self):
        self.failed = 0

    def equal(self, what, found, expected):
        self.true(what, found == expected, f"{found} instead of {expected}")

    def near(self, what, found, expected, relative):
        ok = found is not None and abs(found - expected) <= relative * abs(expected)
        self.true(what, ok, f"{found} instead of {expected}")

    def true(self, what, ok, why):
        if not ok:
            self.failed += 1
            print(f"FAILED {what}: {why}")


def replay(program, events, n_partitions, output):
    command = [program, "replay", "-c", str(EXAMPLE / "demo.yaml"), "--input", str(events),
               "--partitions", str(n_partitions), "--output", str(output)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED exit {done.returncode}: {' '.join(command)}")


def standing_records(path):
    """The last record of each (segment, window): {(window_name, segmentation, segment_id, start)}."""
    records = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            r = json.loads(line)
            key = (r["window_name"], r["segmentation"], r["segment_id"], r["window_start"])
            records[key] = r
    return records


def metric(record, name, field="value"):
    return (record["metrics"].get(name) or {}).get(field)


def check_whole_log(checks, records, facts):
    found = [r for (window, segmentation, _, _), r in records.items()
             if (window, segmentation) == ("all_time", "all")]
    checks.equal("windows of all_time", len(found), 1)
    if not found:
        return
    whole = found[0]
    for name, fact in COUNTS.items():
        checks.equal(name, metric(whole, name), facts[fact])
    checks.equal("backlog at the end", metric(whole, "backlog"), 0)
    hours = facts["resolution_h"]
    count = metric(whole, "resolution_time", "count")
    checks.equal("resolution_time.count", count, hours["count"])
    if count:
        mean = metric(whole, "resolution_time", "sum_ms") / count / HOUR_MS
        checks.equal("mean of resolution_time", round(mean, 4), hours["mean"])
    for p in ("p50", "p90", "p95"):
        value = metric(whole, "resolution_time", p + "_ms")
        # The facts are rounded to 0.0001 h, less than a thousandth of the sketch's bound.
        checks.near(p + " of resolution_time", value and value / HOUR_MS, hours[p],
                    SKETCH_ERROR * 1.002)


def check_days(checks, records, facts):
    days = {}
    for (window, segmentation, _, start), r in records.items():
        if (window, segmentation) == ("1d", "all") and metric(r, "ticket_volume"):
            days[start[:10]] = metric(r, "ticket_volume")
    checks.equal("days with created tickets", sorted(days), sorted(facts["opened_per_day"]))
    for day, expected in facts["opened_per_day"].items():
        checks.equal(f"created on {day}", days.get(day), expected)


def check_segments(checks, records, facts):
    """Each incident has one value of each dimension, so the segments of one sum up to all."""
    for segmentation in ("by_priority", "by_team", "by_category", "by_channel"):
        for name in ("ticket_volume", "solve_events", "reopens"):
            total = sum(metric(r, name) or 0 for (window, s, _, _), r in records.items()
                        if (window, s) == ("all_time", segmentation))
            checks.equal(f"{name}, sum of {segmentation}", total, facts[COUNTS[name]])


def check_summary(checks, path):
    summary = json.loads(path.read_text(encoding="utf-8"))
    for name in ("consumed", "applied"):
        checks.equal(f"summary: {name}", summary[name], EVENTS)
    for name in ("late", "duplicates", "test", "ignored", "after_as_of"):
        checks.equal(f"summary: {name}", summary[name], 0)
    checks.equal("summary: refused", sum(summary["refused"].values()), 0)


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 64
    events = pathlib.Path(arguments[1]) if len(arguments) > 1 else EXAMPLE / "incidents.avro"
    facts = json.loads((EXAMPLE / "facts.json").read_text(encoding="utf-8"))
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        outputs = {n: pathlib.Path(folder) / f"p{n}" for n in PARTITIONS}
        for n, output in outputs.items():
            output.mkdir()
            replay(arguments[0], events, n, output)
            check_summary(checks, output / "summary.json")
        first = (outputs[1] / "rollups.jsonl").read_bytes()
        for n in PARTITIONS[1:]:
            same = (outputs[n] / "rollups.jsonl").read_bytes() == first
            checks.true(f"rollups of {n} partitions", same, "not the bytes of 1 partition")
        # Looked at one by one as well: where the bytes differ, this tells which numbers do.
        for output in outputs.values():
            records = standing_records(output / "rollups.jsonl")
            check_whole_log(checks, records, facts)
            check_days(checks, records, facts)
            check_segments(checks, records, facts)
            del records
    print(f"{EVENTS} events, {PARTITIONS} partitions: "
          + (f"{checks.failed} checks failed" if checks.failed else "all answers right"))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

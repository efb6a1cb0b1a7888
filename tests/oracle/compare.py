# SPDX-License-Identifier: Apache-2.0
"""Compares two folders of replay's files: what was expected (the oracle's) and what was got.

    python3 compare.py EXPECTED_DIR GOT_DIR [--limit 10]

Exact on order, keys, counts, sums, levels, ratios, revisions, late and watermarks; what an engine reads from
its quantile sketch must be within 0.5 % of the exact value (ages: and 1 ms). Prints the first differences; exits
1 on any. What --ignore-new names is not compared: metrics that a program does not compute yet."""

import argparse
import json
import math
import os
import sys

SKETCH = 0.005
SHOWN = 8       # differences of one record
QUANTILES = {"min_ms", "max_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms"}
WILSON = {"low", "high"}
HISTOGRAMS = {"backlog_age", "time_since_customer_message"}
ENVELOPE = ("tenant", "segmentation", "segment", "segment_id", "window_name", "window_start", "window_end",
            "zone", "revision", "is_closed", "corrections_until", "watermark", "late", "definition_version")
SUMMARY = ("consumed", "applied", "late", "duplicates", "test", "ignored", "after_as_of", "refused")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(name, expected, got, slack=1e-9):
    """Whether one field of a metric agrees."""
    if is_number(expected) and is_number(got):
        if name in QUANTILES:
            return abs(got - expected) <= SKETCH * abs(expected) + slack
        if name in WILSON:
            return math.isclose(expected, got, rel_tol=1e-12, abs_tol=1e-15)
    return type(expected) is type(got) and expected == got or (
        is_number(expected) and is_number(got) and expected == got)


def metric_differences(metric, expected, got):
    """[(field, expected, got)] of one metric; an absent metric is null."""
    slack = 1 if metric in HISTOGRAMS else 1e-9
    if expected is None or got is None:
        return [] if expected is got else [("", expected, got)]
    found = []
    for field in sorted(expected.keys() | got.keys()):
        left, right = expected.get(field), got.get(field)
        if not same(field, left, right, slack):
            found.append((field, left, right))
    return found


def record_differences(expected, got, ignore=()):
    """[(what, expected, got)] of two rollups."""
    found = [(name, expected.get(name), got.get(name)) for name in ENVELOPE
             if expected.get(name) != got.get(name)]
    left, right = expected["metrics"], got.get("metrics") or {}
    for metric in sorted(left.keys() | right.keys()):
        if metric in ignore:
            continue
        for field, one, other in metric_differences(metric, left.get(metric), right.get(metric)):
            found.append((f"{metric}.{field}" if field else metric, one, other))
    return found


def record_key(record):
    return (record.get("watermark"), record.get("window_end"), record.get("tenant"),
            record.get("segment_id"), record.get("window_name"), record.get("window_start"))


def show_key(record):
    names = ("tenant", "segment_id", "window_name", "window_start", "watermark", "revision")
    return " ".join(f"{name}={record.get(name)!r}" for name in names)


class Report:
    """Differences, printed as they come up to a limit."""

    def __init__(self, limit, out):
        self.limit = limit
        self.out = out
        self.count = 0

    def say(self, text):
        self.count += 1
        if self.count <= self.limit:
            print(text, file=self.out)


def read_lines(directory, name):
    path = os.path.join(directory, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def compare_rollups(expected, got, report, ignore):
    by_key = {}
    for record in got:
        key = record_key(record)
        if key in by_key:
            report.say(f"published twice at one edge: {show_key(record)}")
        by_key[key] = record
    for record in expected:
        other = by_key.pop(record_key(record), None)
        if other is None:
            report.say(f"missing record: {show_key(record)}")
            continue
        found = record_differences(record, other, ignore)
        if found:
            shown = [f"\n    {what}: expected {left!r}, got {right!r}" for what, left, right in found[:SHOWN]]
            more = f"\n    and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            report.say(f"{show_key(record)}{''.join(shown)}{more}")
    for record in by_key.values():
        report.say(f"record not expected: {show_key(record)}")
    if not report.count:
        for number, (left, right) in enumerate(zip(expected, got)):
            if record_key(left) != record_key(right):
                report.say(f"order: record {number}: expected {show_key(left)}, got {show_key(right)}")
                break


def _late_view(one):
    held = sorted((w["window_name"], w["window_start"]) for w in one.get("windows") or ())
    return one.get("value"), one.get("reason"), tuple(held)


def _dead_view(one):
    return one.get("value"), one.get("reason")


def compare_bags(name, expected, got, view, report):
    """Between partitions the order of these lines is free, so they are compared as bags."""
    left, right = sorted(map(view, expected), key=repr), sorted(map(view, got), key=repr)
    if left == right:
        return
    for one in left:
        if left.count(one) != right.count(one):
            report.say(f"{name}: expected {left.count(one)} time(s), got {right.count(one)}: {one!r}")
            return
    report.say(f"{name}: not expected: {next(one for one in right if one not in left)!r}")


def compare(expected_dir, got_dir, limit=10, ignore=(), out=sys.stdout):
    """The number of differences."""
    report = Report(limit, out)
    files = {}
    for name in ("rollups.jsonl", "late.jsonl", "dlq.jsonl"):
        files[name] = read_lines(expected_dir, name), read_lines(got_dir, name)
        if files[name][1] is None:
            report.say(f"{name} is missing")
            return report.count
    compare_rollups(*files["rollups.jsonl"], report, ignore)
    compare_bags("late.jsonl", *files["late.jsonl"], _late_view, report)
    compare_bags("dlq.jsonl", *files["dlq.jsonl"], _dead_view, report)
    with open(os.path.join(expected_dir, "summary.json"), encoding="utf-8") as file:
        expected = json.load(file)
    with open(os.path.join(got_dir, "summary.json"), encoding="utf-8") as file:
        got = json.load(file)
    for name in SUMMARY:
        if expected.get(name) != got.get(name):
            report.say(f"summary.json {name}: expected {expected.get(name)!r}, got {got.get(name)!r}")
    return report.count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("expected")
    parser.add_argument("got")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--ignore", action="append", default=[], help="a metric id not to compare")
    parser.add_argument("--ignore-new", default="", help="metric ids not computed by the program: ID,ID")
    args = parser.parse_args()
    count = compare(args.expected, args.got, args.limit, args.ignore + args.ignore_new.split(","))
    if count:
        print(f"{count} differences")
    else:
        print("same")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

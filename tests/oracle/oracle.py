# SPDX-License-Identifier: Apache-2.0
"""Recomputes what `ticketstream replay` must publish, from the same JSON Lines, by brute force.

    python3 oracle.py -c CONFIG.json --input F.jsonl [--input ...] [--partitions N] [--as-of T|end] [--now T]

prints the records of rollups.jsonl; with --output DIR it writes rollups.jsonl, summary.json, late.jsonl and
dlq.jsonl. Three passes: arrival.py models the watermark of each source partition and gives the sequence in
which events are applied; tickets.py walks it and writes down every fact; windows.py recomputes each window
from its facts at every edge at which it can change. It shares no code and no table with the engines."""

import argparse
import base64
import gzip
import json
import os
import sys

import arrival
import tickets
import windows
from config import Config, instant, show_instant


def read_file(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as file:
        return [line.rstrip(b"\r\n") for line in file if line.strip()]


def time_argument(text):
    ms = int(text) if text.isdigit() else instant(text)
    if ms is None:
        raise argparse.ArgumentTypeError(f"not a time: {text}")
    return ms


def split(events, partitions):
    parts = [[] for _ in range(partitions)]
    for event in events:
        parts[arrival.partition_of(event.ticket, partitions)].append(event)
    return parts


def as_of_end(config, last):
    """The latest end among the configured windows that hold the last event."""
    return max(end for window in config.windows for _, end in window.holding(last))


def run(config, inputs, partitions=1, as_of=None, now=None):
    """(records, ledger) for the lines of each input; as_of is a time, "end" or None."""
    ledger = arrival.Ledger()
    parts = [arrival.read_lines(config, lines, now, ledger) for lines in inputs]
    if partitions > 1:
        parts = split(parts[0], partitions)
    times = [event.t for events in parts for event in events]
    if as_of in (None, "end"):
        last = max(times, default=0)
        as_of = as_of_end(config, last) if as_of == "end" else last
    applications = arrival.arrive(config, parts, as_of, ledger)
    return windows.publish(config, *tickets.facts_of(config, applications), as_of + 1), ledger


def _text(line):
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(line).decode()


def _write(path, objects):
    with open(path, "w", encoding="utf-8") as file:
        for one in objects:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def write(directory, records, ledger):
    os.makedirs(directory, exist_ok=True)
    _write(os.path.join(directory, "rollups.jsonl"), records)
    _write(os.path.join(directory, "summary.json"), [ledger.summary()])
    _write(os.path.join(directory, "dlq.jsonl"), [{**one, "value": _text(one["value"])} for one in ledger.dead])
    late = [{**one, "value": _text(one["value"]),
             "windows": [{**w, "window_start": show_instant(w["window_start"])} for w in one["windows"]]}
            for one in ledger.late]
    _write(os.path.join(directory, "late.jsonl"), late)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("-c", dest="config", required=True)
    parser.add_argument("--input", action="append", required=True)
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--as-of", type=lambda text: text if text == "end" else time_argument(text))
    parser.add_argument("--now", type=time_argument)
    parser.add_argument("--output")
    parser.add_argument("--without", default="", help="metric ids that are not computed: ID,ID")
    args = parser.parse_args()
    if args.partitions > 1 and len(args.input) > 1:
        parser.error("--partitions splits one input")
    config = Config.read(args.config)
    config.leave_out(args.without.split(","))
    inputs = [read_file(path) for path in args.input]
    records, ledger = run(config, inputs, args.partitions, args.as_of, args.now)
    if args.output:
        write(args.output, records, ledger)
    else:
        for record in records:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

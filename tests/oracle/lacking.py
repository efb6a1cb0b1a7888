# SPDX-License-Identifier: Apache-2.0
"""What the oracle computes and a program does not compute yet.

    python3 lacking.py --program PATH       prints the ids that comparisons leave out: ID,ID

Beside metrics that may be emit_early_every. Nothing is left out once SKIP_WHAT_THE_PROGRAM_LACKS is False.

A program leaves a metric out of `metrics` where it does not compute it; one small stream, whose window closes
with records, shows which. Publishing depends on the measures, so the oracle must leave them out, too:
`oracle.py --without`, `compare.py --ignore-new`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import metrics
from cases import Stream

SKIP_WHAT_THE_PROGRAM_LACKS = True      # until the engines have every metric; then False, for good
EARLY = "emit_early_every"              # no metric, but it can lack as one
CONFIG = {
    "application_id": "probe",
    "input": {"topic": "t", "framing": "raw", "schemas": "schemas", "max_out_of_orderness": "0s",
              "source_delay": "1h", "max_future_skew": "1h", "duplicates_within": "1h"},
    "retain_solved": "always", "segmentations": {"by_channel": ["channel"]}, "metrics": "all",
    "windows": {"w": {"every": "10m", "allowed_lateness": "10m", "emit_early_every": "5m"}},
}


def probe(program, folder):
    """The records that the program publishes of two tickets."""
    stream = Stream().created(10).reply(20).created(30, "T2").status(40, "solved").pass_time(700)
    with open(os.path.join(folder, "events.jsonl"), "wb") as file:
        file.write(b"".join(line + b"\n" for line in stream.lines))
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(CONFIG, file)
    command = [program, "replay", "-c", "config.json", "--input", "events.jsonl", "--output", "got"]
    os.makedirs(os.path.join(folder, "got"))
    subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL, timeout=60, check=True)
    with open(os.path.join(folder, "got", "rollups.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def lacking(program):
    """The ids, sorted."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        records = probe(program, folder)
    shown = {name for record in records for name, value in record["metrics"].items() if value is not None}
    if not any(record["is_closed"] for record in records):
        raise RuntimeError("the program publishes no closed window of the probe")
    lacks = metrics.known() - shown
    if all(record["is_closed"] for record in records):
        lacks.add(EARLY)
    return sorted(lacks)


def skipped(program):
    """What the comparisons leave out by themselves."""
    return lacking(program) if SKIP_WHAT_THE_PROGRAM_LACKS else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True, type=os.path.abspath)
    print(",".join(skipped(parser.parse_args().program)))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The ServiceNow log through the program and through the independent oracle: every record of the
rollups must agree. Once as the log is, and once as a bad network would deliver it: events up to two
hours late where one hour is allowed, and one in fifty twice.

    servicenow_oracle_test.py PROGRAM [EVENTS]     (default: examples/servicenow/incidents.avro)
"""

import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORACLE = ROOT / "tests" / "oracle"
CONFIG = {
    "application_id": "servicenow",
    "input": {"topic": "events", "framing": "raw", "max_out_of_orderness": "1h",
              "source_delay": "never", "max_future_skew": "1h", "duplicates_within": "2h"},
    "retain_solved": "30d",
    "pane": "30m",
    "segmentations": {
        "all": [],
        "by_group": ["team", "priority"],
        "by_category": ["issue_type", "channel"],
        "by_impact": ["custom.impact"],
        "by_person": ["agent"],
    },
    "windows": {
        "6h": {"every": "6h", "allowed_lateness": "30m"},
        "1w": {"every": "7d", "offset": "4d", "allowed_lateness": "1d"},
        "all_time": {"every": "3650d", "allowed_lateness": "0s"},
    },
    "metrics": "all",
    "channels": {"Phone": "phone", "Email": "email", "Self service": "self_service"},
}
DELAY_MAX_S = 2 * 3600
DUPLICATE_SHARE = 0.02
SEED = 20160229


def disordered(lines):
    """The lines in an order of arrival that a seed decides."""
    rng = random.Random(SEED)
    arrivals = []
    for line in lines:
        text = json.loads(line)["occurred_at"]
        # convert may write epoch milliseconds or RFC 3339: both are times of the contract.
        time_s = (text / 1000 if isinstance(text, int) else
                  datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
        for _ in range(2 if rng.random() < DUPLICATE_SHARE else 1):
            arrivals.append((time_s + rng.uniform(0, DELAY_MAX_S), len(arrivals), line))
    return [line for _, _, line in sorted(arrivals)]


def run(*command):
    """What the command printed."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        print(done.stdout, end="")
        sys.exit(f"FAILED exit {done.returncode}: {' '.join(map(str, command))}")
    return done.stdout


def compare(program, folder, name, lines, n_partitions):
    """Both folders of one way of delivery are written, then compared."""
    events = folder / f"{name}.jsonl"
    events.write_text("".join(lines), encoding="utf-8")
    config = folder / "config.json"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    expected, got = folder / f"{name}.expected", folder / f"{name}.got"
    got.mkdir()
    common = ("-c", config, "--input", events, "--partitions", n_partitions)
    run(program, "replay", *common, "--output", got)
    lacks = run(sys.executable, "-B", ORACLE / "lacking.py", "--program", program).strip()
    if lacks:
        print(f"not compared, since the program does not compute them: {lacks}")
    run(sys.executable, "-B", ORACLE / "oracle.py", *common, "--output", expected,
        "--without", lacks)
    run(sys.executable, "-B", ORACLE / "compare.py", expected, got, "--ignore-new", lacks)
    summary = json.loads((expected / "summary.json").read_text(encoding="utf-8"))
    with open(expected / "rollups.jsonl", encoding="utf-8") as records:
        n_records = sum(1 for _ in records)
    print(f"{name}: {n_records} records agree, {json.dumps(summary)}")
    return summary


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 64
    program = pathlib.Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        if len(arguments) > 1:
            events = pathlib.Path(arguments[1])
        else:
            events = folder / "incidents.jsonl"
            run(program, "convert", ROOT / "examples" / "servicenow" / "incidents.avro", events)
        with open(events, encoding="utf-8") as file:
            lines = file.readlines()
        compare(program, folder, "as_it_is", lines, 4)
        summary = compare(program, folder, "disordered", disordered(lines), 3)
        if summary["late"] == 0 or summary["duplicates"] == 0:
            sys.exit("FAILED: the disordered log had no late event or no duplicate")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

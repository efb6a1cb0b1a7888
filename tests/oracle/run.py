# SPDX-License-Identifier: Apache-2.0
"""Runs the program and the oracle on generated streams and compares what they say.

    python3 run.py --program PATH --seeds 1..100 [--events N] [--profile P] [--keep DIR]

Each seed is one stream with one configuration. The files of a seed that differs are kept, and its number is
printed, so that `streams.py --seed N` makes the same again. Exits 1 if any seed differs.

While lacking.SKIP_WHAT_THE_PROGRAM_LACKS stands, metrics that the program does not compute at all are left out
of both sides, and named. --ignore-new ID,ID names them by hand; `--ignore-new none`: none."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import compare
import lacking
import oracle
import streams
from config import Config


def seeds(text):
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def expect(folder, names, extra, without=()):
    """Writes the oracle's files for a stream."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--as-of", type=lambda text: text if text == "end" else oracle.time_argument(text))
    args = parser.parse_args(extra)
    config = Config.read(os.path.join(folder, "config.json"))
    config.leave_out(without)
    inputs = [oracle.read_file(os.path.join(folder, name)) for name in names]
    records, ledger = oracle.run(config, inputs, args.partitions, args.as_of)
    oracle.write(os.path.join(folder, "expected"), records, ledger)
    return len(records)


def replay(program, folder, names, extra):
    """Runs the program; returns a sentence on failure, else None."""
    command = [program, "replay", "-c", "config.json", "--output", "got", *extra]
    for name in names:
        command += ["--input", name]
    with open(os.path.join(folder, "command.txt"), "w", encoding="utf-8") as file:
        file.write(" ".join(command) + "\n")
    os.makedirs(os.path.join(folder, "got"), exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "the program did not end within 120 s"
    if done.returncode:
        return f"the program ended with {done.returncode}: {done.stderr.strip()[-500:]}"
    return None


def run_seed(args, seed, folder):
    """The number of differences of one seed."""
    plan = streams.make_plan(seed, args.events, args.tenants, args.profile, args.extras)
    names, extra = streams.write(plan, folder)
    began = time.monotonic()
    records = expect(folder, names, extra, args.without)
    took = time.monotonic() - began
    problem = replay(args.program, folder, names, extra)
    label = f"seed {seed} ({plan.profile}, {len(names)} input(s) {' '.join(extra)})"
    if problem:
        print(f"{label}: {problem}")
        return 1
    count = compare.compare(os.path.join(folder, "expected"), os.path.join(folder, "got"), args.limit,
                            [*args.ignore, *args.without])
    if count:
        print(f"{label}: {count} differences")
    elif args.verbose:
        print(f"{label}: {records} records agree (oracle {took:.1f} s)")
    return count


def left_out(named, program):
    """The ids of --ignore-new; without it, what the program lacks."""
    if named is not None:
        return [] if named == "none" else named.split(",")
    without = lacking.skipped(program)
    if without:
        print(f"not compared, since the program does not compute them: {' '.join(without)}")
    return without


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True, type=os.path.abspath)
    parser.add_argument("--seeds", type=seeds, default=seeds("1..20"))
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--tenants", type=int)
    parser.add_argument("--profile", choices=streams.PROFILES)
    parser.add_argument("--extras", action="store_true", help="hopping windows, too")
    parser.add_argument("--keep", help="folder for the files of failures (default: a temporary one)")
    parser.add_argument("--limit", type=int, default=4, help="differences shown for each seed")
    parser.add_argument("--stop-after", type=int, default=10, help="failing seeds")
    parser.add_argument("--ignore", action="append", default=[], help="a metric id not to compare")
    parser.add_argument("--ignore-new", help="metric ids that the program does not compute: ID,ID or none")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    args.without = left_out(args.ignore_new, args.program)
    root = args.keep or tempfile.mkdtemp(prefix="oracle-")
    failed = []
    for seed in args.seeds:
        folder = os.path.join(root, f"seed-{seed}")
        shutil.rmtree(folder, ignore_errors=True)
        if run_seed(args, seed, folder):
            failed.append(seed)
            print(f"    files: {folder}")
            if len(failed) >= args.stop_after:
                break
        else:
            shutil.rmtree(folder)
        sys.stdout.flush()
    if failed:
        print(f"{len(failed)} of {len(args.seeds)} seeds differ: {failed}")
        return 1
    if not args.keep:
        shutil.rmtree(root)
    print(f"{len(args.seeds)} seeds agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())

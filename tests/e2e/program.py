# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program, a folder per test, and readers of its outputs."""

import base64
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

CONFIG = {
    "input": {
        "max_out_of_orderness": "5m",
        "source_delay": "never",
        "max_future_skew": "1h",
        "duplicates_within": "1h",
    },
    "retain_solved": "always",
    "segmentations": {"all": [], "by_channel": ["channel"]},
    "windows": {"1h": {"every": "1h", "allowed_lateness": "1d"}},
}


def event(event_type, number, ticket="T-1", at="2026-03-02T08:00:00Z", **fields):
    """A flat event; its id is made of the number."""
    return {"event_type": event_type, "event_id": f"e{number}", "ticket_id": ticket, "occurred_at": at, **fields}


def created(number, ticket="T-1", at="2026-03-02T08:00:00Z", channel="email", **fields):
    return event("TicketCreated", number, ticket, at, attrs={"channel": channel}, **fields)


def read_kv(path):
    """The records of a .kv file as (key, value)."""
    data = path.read_bytes()
    records, at = [], 0
    while at < len(data):
        parts = []
        for _ in range(2):
            (size,) = struct.unpack_from(">I", data, at)
            parts.append(data[at + 4:at + 4 + size])
            at += 4 + size
        records.append(tuple(parts))
    return records


def unbase64(text):
    return base64.b64decode(text, validate=True)


class Case(unittest.TestCase):
    """A test with a folder of its own that runs the program."""

    def setUp(self):
        program = os.environ.get("TICKETSTREAM")
        if not program:
            self.skipTest("TICKETSTREAM does not name the program")
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ticketstream-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_program(self, *arguments, expect=0):
        """Runs it in the test's folder; returns (stdout, stderr)."""
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, timeout=120,
                              capture_output=True, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, expect, f"stdout: {out}\nstderr: {err}")
        return out, err

    def write(self, name, content):
        """Bytes as they are; a list of events and raw lines as JSON Lines."""
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in content]
            path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    def config(self, **changes):
        """The configuration as a JSON file; `input_x=...` changes a key of `input`."""
        config = json.loads(json.dumps(CONFIG))
        for key, value in changes.items():
            if key.startswith("input_"):
                config["input"][key[6:]] = value
            else:
                config[key] = value
        return self.write("config.yaml", json.dumps(config).encode())

    def replay(self, *inputs, options=(), expect=0, config=None, output="out"):
        """Replays the inputs and returns the run's results."""
        arguments = ["replay", "-c", config or self.config(), "--output", self.folder / output]
        for path in inputs:
            arguments += ["--input", path]
        _, self.stderr = self.run_program(*arguments, *options, expect=expect)
        return Results(self.folder / output)


class Results:
    """The files of one replay."""

    def __init__(self, folder):
        self.folder = folder
        self.summary = json.loads((folder / "summary.json").read_text())
        self.rollups = self.lines("rollups.jsonl")
        self.late = self.lines("late.jsonl")
        self.dlq = self.lines("dlq.jsonl")

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]

    def bytes_of(self, name):
        return (self.folder / name).read_bytes()

    def metric(self, name, segment_id="all", window_name=None):
        """The values of one metric, in the order of the records of one segment."""
        return [r["metrics"][name] for r in self.rollups if r["segment_id"] == segment_id
                and window_name in (None, r["window_name"])]

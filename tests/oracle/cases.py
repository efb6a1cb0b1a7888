# SPDX-License-Identifier: Apache-2.0
"""Small hand-made streams for the oracle's own tests. Times are seconds after 2026-03-02T08:00:00Z."""

import json

import oracle
from config import Config, show_instant

BASE = 1_772_438_400_000


class Stream:
    """Lines of one source partition; event ids count up unless one is given."""

    def __init__(self):
        self.lines = []

    def add(self, event_type, at, ticket="T1", **own):
        event = {"event_type": event_type, "event_id": f"e{len(self.lines):03d}", "ticket_id": ticket,
                 "occurred_at": BASE + int(at * 1000), **own}
        self.lines.append(json.dumps(event).encode())
        return self

    def raw(self, line):
        self.lines.append(line)
        return self

    def created(self, at, ticket="T1", **own):
        return self.add("TicketCreated", at, ticket, **own)

    def status(self, at, to, ticket="T1", **own):
        return self.add("TicketStatusChanged", at, ticket, to=to, **own)

    def reply(self, at, ticket="T1", **own):
        return self.add("MessagePosted", at, ticket, **{"author_kind": "agent", "visibility": "public", **own})

    def customer(self, at, ticket="T1", **own):
        return self.reply(at, ticket, **{"author_kind": "customer", **own})

    def bot(self, at, ticket="T1", **own):
        return self.reply(at, ticket, **{"author_kind": "bot", **own})

    def pass_time(self, at):
        """An event that changes nothing but moves the watermark."""
        return self.add("TicketSplit", at, "clock")


def config(disorder="0s", retain="always", duplicates="1h", windows=None, segmentations=None, **other):
    return Config(json.dumps({
        "input": {"max_out_of_orderness": disorder, "max_future_skew": "1h", "duplicates_within": duplicates},
        "retain_solved": retain, "pane": "1m", "segmentations": segmentations or {"all": []},
        "windows": windows or {"w": {"every": "10m", "allowed_lateness": "10m"}}, **other}))


class Result:
    """What the oracle says of one or several streams."""

    def __init__(self, *streams, as_of=None, partitions=1, now=None, without=(), **settings):
        as_of = as_of if as_of in (None, "end") else BASE + int(as_of * 1000)
        settings = config(**settings)
        settings.leave_out(without)
        self.records, ledger = oracle.run(
            settings, [s.lines for s in streams], partitions, as_of, now)
        self.summary = ledger.summary()
        self.late = ledger.late
        self.dead = [one["reason"] for one in ledger.dead]

    def of(self, start=0, segment="all", window="w"):
        """All records of one window, as published."""
        return [r for r in self.records if r["segment_id"] == segment and r["window_name"] == window
                and r["window_start"] == show_instant(BASE + start * 1000)]

    def metric(self, name, start=0, segment="all", window="w"):
        """A metric of the last record of a window; None where nothing was published."""
        found = self.of(start, segment, window)
        return found[-1]["metrics"].get(name) if found else None

    def value(self, name, start=0, segment="all", window="w"):
        found = self.metric(name, start, segment, window)
        return found and found["value"]

    def duration(self, name, start=0, segment="all", window="w"):
        """(count, sum in seconds) of a duration."""
        found = self.metric(name, start, segment, window)
        return found and (found["count"], found["sum_ms"] / 1000)

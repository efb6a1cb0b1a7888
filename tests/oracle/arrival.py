# SPDX-License-Identifier: Apache-2.0
"""How the events of one source partition arrive: the watermark, the hold, duplicates and lateness.

The result is plain data: the sequence of applications, each with its engine time, and what became of
every line that was not applied (ARCHITECTURE.md section 3, INTERFACES.md section 5)."""

import heapq

import intake


def murmur2(data):
    """The hash of Java clients' default partitioner."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i:i + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if len(data) > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def partition_of(ticket, partitions):
    return (murmur2(ticket.encode()) & 0x7FFFFFFF) % partitions


class Ledger:
    """What became of the lines of all partitions."""

    def __init__(self):
        self.counts = dict.fromkeys(
            ("consumed", "applied", "late", "duplicates", "test", "ignored", "after_as_of"), 0)
        self.refused = {}
        self.late = []
        self.dead = []

    def refuse(self, line, reason):
        self.refused[reason] = self.refused.get(reason, 0) + 1
        self.dead.append({"reason": reason, "value": line})

    def summary(self):
        return {**self.counts, "refused": dict(sorted(self.refused.items()))}


class Application:
    """An event as a ticket engine applies it: `c` is the engine time."""

    __slots__ = ("event", "c", "late")

    def __init__(self, event, c, late):
        self.event = event
        self.c = c
        self.late = late


def read_lines(config, lines, now, ledger):
    """The accepted events of the lines in their order; refusals go to the ledger."""
    events = []
    for line in lines:
        ledger.counts["consumed"] += 1
        try:
            events.append(intake.read(line, config.future_skew, now))
        except intake.Refused as refusal:
            ledger.refuse(line, refusal.args[0])
    return events


class Partition:
    """One source partition, event by event."""

    def __init__(self, config, as_of, ledger):
        self.config = config
        self.cap = as_of + 1
        self.ledger = ledger
        self.watermark = -1
        self.hold = []
        self.arrivals = 0
        self.applied_ids = {}
        self.applications = []

    def _is_duplicate(self, event, c):
        horizon = self.config.duplicates_within
        t = self.applied_ids.get(event.id)
        if not horizon or t is None:
            return False
        pane = self.config.pane
        return c <= -(-(t + horizon) // pane) * pane

    def _apply(self, event, c, late):
        counts = self.ledger.counts
        if self._is_duplicate(event, c):
            counts["duplicates"] += 1
            return
        self.applied_ids[event.id] = max(event.t, self.applied_ids.get(event.id, 0))
        counts["applied"] += 1
        self.applications.append(Application(event, c, late))
        if late:
            counts["late"] += 1
            self._report_late(event)

    def _report_late(self, event):
        missed = []
        for window in self.config.windows:
            for start, end in window.holding(event.t):
                if self.watermark >= end + window.lateness:
                    missed.append({"window_name": window.name, "window_start": start})
        if missed:
            self.ledger.late.append({"reason": "window_closed", "windows": missed, "value": event.line})

    def _move(self, watermark):
        """The watermark moves on; what it passed is applied in order."""
        self.watermark = max(self.watermark, min(watermark, self.cap))
        while self.hold and self.hold[0][2].t < self.watermark:
            event = heapq.heappop(self.hold)[2]
            self._apply(event, event.t, False)

    def take(self, event):
        counts = self.ledger.counts
        ahead = event.t - self.config.disorder
        if event.test:
            counts["test"] += 1
        elif not event.known:
            counts["ignored"] += 1
        elif event.t >= self.cap:
            counts["after_as_of"] += 1
        elif event.t < self.watermark:
            self._apply(event, self.watermark, True)
        else:
            self.arrivals += 1
            heapq.heappush(self.hold, (event.order, self.arrivals, event))
        self._move(ahead)
        while len(self.hold) > self.config.held_events:
            self._move(self.hold[0][2].t + 1)

    def finish(self):
        self._move(self.cap)


def arrive(config, partitions, as_of, ledger):
    """The applications of each partition (a list of accepted events), partition after partition."""
    result = []
    for events in partitions:
        partition = Partition(config, as_of, ledger)
        for event in events:
            partition.take(event)
        partition.finish()
        result.append(partition.applications)
    return result

# SPDX-License-Identifier: Apache-2.0
"""The configuration as the oracle reads it: JSON text of the shape that the stage reads as YAML.

Only what decides numbers is read. Times and durations are integer milliseconds."""

import datetime
import json
import re
import zoneinfo

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))")
MILLISECOND = datetime.timedelta(milliseconds=1)


def duration(text):
    """Milliseconds of "1h30m"."""
    parts = re.findall(r"(\d+)(ms|s|m|h|d)", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise ValueError(f"not a duration: {text!r}")
    return sum(int(n) * UNITS[u] for n, u in parts)


def instant(text):
    """Epoch milliseconds (floored) of an RFC 3339 time with an offset, or None where it is none."""
    match = RFC3339.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    try:
        when = datetime.datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    ms = (when - EPOCH) // MILLISECOND
    ms += int(((match[7] or "") + "000")[:3])
    if match[9]:
        if int(match[10]) > 23 or int(match[11]) > 59:
            return None
        offset = (int(match[10]) * 60 + int(match[11])) * 60_000
        ms -= offset if match[9] == "+" else -offset
    return ms


def show_instant(ms):
    when = EPOCH + datetime.timedelta(milliseconds=ms)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


class Fixed:
    """Windows of a fixed length, one each `every` ms, aligned to the epoch plus an offset."""

    def __init__(self, name, spec):
        self.name = name
        self.every = duration(spec["every"])
        self.length = duration(spec.get("length", spec["every"]))
        self.offset = duration(spec.get("offset", "0s"))
        self.lateness = duration(spec.get("allowed_lateness", "0s"))
        early = spec.get("emit_early_every")
        self.early = duration(early) if early else None
        self.zone = "UTC"

    def holding(self, t):
        """The windows that hold t, oldest first."""
        start = (t - self.offset) // self.every * self.every + self.offset
        found = []
        while start + self.length > t:
            found.append((start, start + self.length))
            start -= self.every
        return found[::-1]

    def previous(self, window):
        return window[0] - self.every, window[1] - self.every

    def first_ending_after(self, t):
        """The window with the least end > t."""
        return self.holding(t)[0]


class Calendar:
    """Days, weeks (from Monday), months, quarters or years of an IANA zone."""

    def __init__(self, name, spec):
        self.name = name
        self.unit = spec["calendar"]
        self.zone = spec.get("zone", "UTC")
        self.tz = zoneinfo.ZoneInfo(self.zone)
        self.lateness = duration(spec.get("allowed_lateness", "0s"))
        early = spec.get("emit_early_every")
        self.early = duration(early) if early else None
        self.last = (0, 0)

    def _first_day(self, day):
        if self.unit == "day":
            return day
        if self.unit == "week":
            return day - datetime.timedelta(days=day.weekday())
        if self.unit == "month":
            return day.replace(day=1)
        if self.unit == "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        if self.unit == "year":
            return day.replace(month=1, day=1)
        raise ValueError(f"calendar: {self.unit!r}")

    def _next_day(self, first):
        longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[self.unit]
        return self._first_day(first + datetime.timedelta(days=longest))

    def _midnight(self, day):
        local = datetime.datetime(day.year, day.month, day.day, tzinfo=self.tz)
        return (local.astimezone(UTC) - EPOCH) // MILLISECOND

    def _of(self, t):
        local = (EPOCH + datetime.timedelta(milliseconds=t)).astimezone(self.tz)
        first = self._first_day(local.date())
        return self._midnight(first), self._midnight(self._next_day(first))

    def holding(self, t):
        if not self.last[0] <= t < self.last[1]:
            self.last = self._of(t)
        return [self.last]

    def previous(self, window):
        return self._of(window[0] - 1)

    def first_ending_after(self, t):
        return self.holding(t)[0]


class Config:
    """Everything of the configuration that decides numbers."""

    def __init__(self, text):
        raw = json.loads(text)
        source = raw["input"]
        self.disorder = duration(source["max_out_of_orderness"])
        self.future_skew = duration(source["max_future_skew"])
        self.duplicates_within = duration(source["duplicates_within"])
        retain = raw["retain_solved"]
        self.retain_solved = None if retain == "always" else duration(retain)
        self.pane = duration(raw.get("pane", "1m"))
        self.segmentations = [(name, tuple(dims or ())) for name, dims in raw["segmentations"].items()]
        self.windows = [Calendar(n, s) if "calendar" in s else Fixed(n, s) for n, s in raw["windows"].items()]
        self.metrics = raw.get("metrics", "all")
        self.channels = raw.get("channels") or {}
        self.surveys = raw.get("surveys") or {}
        self.without = frozenset()
        self.held_events = (raw.get("limits") or {}).get("held_events", 1_000_000)

    def leave_out(self, ids):
        """Metrics that are not computed; emit_early_every can be one of the ids."""
        self.without = frozenset(ids)
        if "emit_early_every" in self.without:
            for window in self.windows:
                window.early = None

    @classmethod
    def read(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(file.read())

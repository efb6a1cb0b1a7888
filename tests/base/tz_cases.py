#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes zones as TZif bytes, and what Python's zoneinfo and datetime answer for them:

    tests/support/zones.inc                 the bytes
    tests/base/tz_cases.inc                 offsets, and instants of local times
    tests/aggregators/window_cases.inc      days, weeks, months, quarters and years

The bytes are written too, so that the answers stay right when the machine's zones change. Needs the
zones of the machine, and zic for the slim ones (those that leave as much as they can to the rule).
"""
import datetime
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zoneinfo

ZONES = [
    ("Europe/Berlin", "fat"), ("Europe/Berlin", "slim"), ("America/New_York", "slim"),
    ("Australia/Lord_Howe", "fat"), ("Australia/Lord_Howe", "slim"), ("Africa/Casablanca", "slim"),
    ("Asia/Kathmandu", "slim"), ("Pacific/Apia", "slim"), ("Europe/Dublin", "slim"),
    ("America/Nuuk", "slim"), ("Asia/Gaza", "slim"), ("Pacific/Kwajalein", "slim"),
    ("America/Sao_Paulo", "slim"), ("Africa/Monrovia", "slim"), ("UTC", "slim"),
]
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)
DAY_S = 86400
KINDS = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
END_2100 = 4102444800
END_9998 = 253339142400


def machine_file(name):
    for folder in zoneinfo.TZPATH:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    sys.exit(f"tz_cases.py: no {name} below {zoneinfo.TZPATH}")


def compile_slim(folder):
    zic = shutil.which("zic") or shutil.which("zic", path="/usr/sbin:/sbin")
    if zic is None:
        sys.exit("tz_cases.py: no zic")
    subprocess.run([zic, "-b", "slim", "-d", folder, machine_file("tzdata.zi")], check=True)


def seconds(delta):
    return delta // SECOND


def offset_at(zone, utc_s):
    utc = (EPOCH + utc_s * SECOND).replace(tzinfo=datetime.timezone.utc)
    return seconds(utc.astimezone(zone).utcoffset())


def instant_of(zone, local_s):
    """fold=0: the first of two, and the offset before a gap."""
    local = (EPOCH + local_s * SECOND).replace(tzinfo=zone, fold=0)
    return local_s - seconds(local.utcoffset())


def changes(zone):
    """Every instant of 1970-2100 at which the offset changes, by bisection of days."""
    found = []
    before = offset_at(zone, 0)
    for day in range(1, END_2100 // DAY_S + 1):
        low, high = (day - 1) * DAY_S, day * DAY_S
        after = offset_at(zone, high)
        if after != before:
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append((high, before, after))
        before = after
    return found


def period_of(kind, date):
    """First day of the period that holds the date, and of the one after it."""
    day = datetime.timedelta(days=1)
    if kind == "DAY":
        return date, date + day
    if kind == "WEEK":
        first = date - date.weekday() * day
        return first, first + 7 * day
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[kind]
    first = (date.month - 1) // months * months
    after = first + months
    return (datetime.date(date.year, first + 1, 1),
            datetime.date(date.year + after // 12, after % 12 + 1, 1))


def window_of(zone, kind, utc_s):
    date = (EPOCH + (utc_s + offset_at(zone, utc_s)) * SECOND).date()
    first, after = period_of(kind, date)
    return tuple(instant_of(zone, (d - EPOCH.date()).days * DAY_S) for d in (first, after))


def write_rows(file, kind, name, rows):
    file.write(f"static const struct {kind} {name}[] = {{\n")
    line = "   "
    for row in rows:
        text = " {" + ", ".join(str(v) for v in row) + "},"
        if len(line) + len(text) > 98:
            file.write(line + "\n")
            line = "   "
        line += text
    file.write(line + "\n};\n")


def write_zone(file, name, form, data):
    file.write(f'    {{"{name}", "{form}", {len(data)}, (const unsigned char[]){{\n')
    line = "     "
    for byte in data:
        text = f"{byte},"
        if len(line) + len(text) > 100:
            file.write(line + "\n")
            line = "     "
        line += text
    file.write(line + "}},\n")


def write_inc(path):
    file = open(os.path.join(TESTS, path), "w", encoding="ascii")
    file.write("/* SPDX-License-Identifier: Apache-2.0 */\n"
               "/* Written by tests/base/tz_cases.py from the tz database (public domain). */\n"
               "/* clang-format off */\n")
    return file


def cases_of(number, zone, rng):
    instants, locals_, windows = [], [], []
    found = changes(zone)
    near = [c for i, c in enumerate(found) if i < 6 or i % 12 < 2 or i > len(found) - 3]
    for i, (at, before, after) in enumerate(near):
        instants += [(number, t, offset_at(zone, t)) for t in (at - 1, at)]
        first, last = at + min(before, after), at + max(before, after)
        for t in (first - 1, first, (first + last) // 2, last - 1, last):
            locals_.append((number, t, instant_of(zone, t)))
        for kind in KINDS if i % 4 == 0 else KINDS[:1]:
            windows += [(number, f"WINDOW_{kind}", t, *window_of(zone, kind, t)) for t in (at - 1, at)]
    for end, n in ((END_2100, 20), (END_9998, 10)):
        for _ in range(n):
            t = rng.randrange(DAY_S, end)
            instants.append((number, t, offset_at(zone, t)))
            midnight = t - t % DAY_S
            locals_.append((number, midnight, instant_of(zone, midnight)))
            kind = rng.choice(KINDS)
            windows.append((number, f"WINDOW_{kind}", t, *window_of(zone, kind, t)))
    return instants, locals_, windows


def main():
    instants, locals_, windows = [], [], []
    with tempfile.TemporaryDirectory() as folder, write_inc("support/zones.inc") as file:
        compile_slim(folder)
        file.write("const struct zone_file zone_files[] = {\n")
        for number, (name, form) in enumerate(ZONES):
            path = os.path.join(folder, name) if form == "slim" else machine_file(name)
            with open(path, "rb") as zone_file:
                data = zone_file.read()
            write_zone(file, name, form, data)
            zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(data), key=name)
            cases = cases_of(number, zone, random.Random(f"{name} {form}"))
            for rows, more in zip((instants, locals_, windows), cases):
                rows += more
        file.write("};\n")
    with write_inc("base/tz_cases.inc") as file:
        write_rows(file, "instant_case", "instant_cases", instants)
        write_rows(file, "local_case", "local_cases", locals_)
    with write_inc("aggregators/window_cases.inc") as file:
        write_rows(file, "window_case", "window_cases", windows)


if __name__ == "__main__":
    main()

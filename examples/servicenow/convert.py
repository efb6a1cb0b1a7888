#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the ServiceNow incident log (servicenow_incidents.csv) into ticket events, one JSON a line.

    convert.py servicenow_incidents.csv[.gz] incidents.jsonl[.gz]      (- is stdin or stdout)

A row of the log is the state of one incident after one update. A row makes events only where it
differs from the row before it of the same incident (file order); README.md has the table.

Where the log leaves a choice:

* TicketCreated stands at `opened_at` and has status `new`. The state of the first row is what the
  incident was at that row's `sys_updated_at`: where it is not New, a status change there follows.
  With the first row's state as the status of TicketCreated, the 1,819 incidents that were first
  written down as Resolved would be solved in no time: the mean of the resolution time would be
  165.3239 h instead of 165.3259 h. All counts are the same either way.
* Resolution is read from the rows that enter Resolved or Closed. The columns resolved_at, closed_at,
  closed_code and resolved_by hold the final value on every row: a stream must not know them early.
* Five incidents have an update before they were opened. Their events keep their times; the one whose
  status changed before its creation keeps the status that it had reached.
* The state `-100` (five rows) is no status. `?` is an absent value.
* Local times are written as if they were UTC: the log names no zone.
* A change of group or person is an assignment. It is a transfer where `reassignment_count` grew
  (23,414 times, as the source counts them), initial where somebody takes an incident that nobody had,
  and of no kind otherwise.
"""

import csv
import datetime
import gzip
import io
import json
import sys

STATUS = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Vendor": "hold",
    "Awaiting Problem": "hold",
    "Awaiting Evidence": "hold",
    "Resolved": "solved",
    "Closed": "closed",
}
ABSENT = "?"

# Column of the log -> name in attrs. Values stay as the source writes them; the configuration maps
# channels. team and agent are not here: they move by TicketAssigned.
ATTRS = {"contact_type": "channel", "priority": "priority", "location": "region"}
CUSTOM = ("subcategory", "impact", "urgency")

COLUMNS = ("number", "incident_state", "reassignment_count", "caller_id", "opened_at",
           "sys_updated_at", "category", "assignment_group", "assigned_to", *ATTRS, *CUSTOM)


class BadInput(Exception):
    """The log is not what it should be; the text says where."""


def parse_time(text):
    """'29/2/2016 01:16' -> '2016-02-29T01:16:00Z', which also sorts as text."""
    time = datetime.datetime.strptime(text, "%d/%m/%Y %H:%M")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def value(row, column):
    """The value of a column, "" where it is absent."""
    return "" if row[column] == ABSENT else row[column]


def all_attrs(row):
    """The attrs of a first row: what is absent is left out."""
    attrs = {name: value(row, column) for column, name in ATTRS.items()}
    attrs["team"] = value(row, "assignment_group")
    attrs["agent"] = value(row, "assigned_to")
    attrs["issue_types"] = [value(row, "category")] if value(row, "category") else []
    attrs["custom"] = {name: value(row, name) for name in CUSTOM if value(row, name)}
    return {name: v for name, v in attrs.items() if v}


def changed_attrs(before, row):
    """The attrs that this row changes: "" and [] clear a value."""
    attrs = {name: value(row, column) for column, name in ATTRS.items()
             if row[column] != before[column]}
    if row["category"] != before["category"]:
        attrs["issue_types"] = [value(row, "category")] if value(row, "category") else []
    custom = {name: value(row, name) for name in CUSTOM if row[name] != before[name]}
    if custom:
        attrs["custom"] = custom
    return attrs


def assignment(before, row):
    """The fields of TicketAssigned, or None where neither group nor person nor the count moved."""
    grew = int(row["reassignment_count"]) > int(before["reassignment_count"])
    fields, cleared = {}, {}
    for column, name in (("assigned_to", "agent"), ("assignment_group", "team")):
        if row[column] == before[column]:
            continue
        if value(before, column):
            fields["from_" + name] = value(before, column)
        if value(row, column):
            fields["to_" + name] = value(row, column)
        else:
            cleared[name] = ""
    if not grew and not fields:
        return None
    if grew:
        fields["kind"] = "transfer"
    elif "to_agent" in fields and "from_agent" not in fields:
        fields["kind"] = "initial"
    if cleared:
        fields["attrs"] = cleared
    return fields


def is_raised(before, row):
    """Priorities are '1 - Critical' to '4 - Low'."""
    return value(row, "priority") and value(before, "priority") > value(row, "priority")


class Incident:
    """One incident on its way through the log. Events of one row share time and row number; the kind
    at the end of event_id decides their order then: assigned, attributes, created, escalated, status.
    So the status goes last, and a solve is credited to the holder whom the same row names."""

    def __init__(self, row_number, row):
        self.number = row["number"]
        self.status = "new"
        self.before = row
        self.events = []
        fields = {"status": "new", "attrs": all_attrs(row)}
        if value(row, "caller_id"):
            fields["customer_id"] = row["caller_id"]
        if value(row, "contact_type"):
            fields["created_via"] = row["contact_type"]
        self.add(row_number, parse_time(row["opened_at"]), "TicketCreated", "created", fields)
        self.step_status(row_number, row)

    def add(self, row_number, time, event_type, kind, fields):
        event = {"event_type": event_type, "event_id": f"{self.number}-{row_number}-{kind}",
                 "ticket_id": self.number, "occurred_at": time, "source_sequence": row_number}
        event.update(fields)
        self.events.append(event)

    def step_status(self, row_number, row):
        status = STATUS.get(row["incident_state"])
        if status is None and row["incident_state"] != "-100":
            raise BadInput(f"unknown incident_state {row['incident_state']!r}")
        if status is not None and status != self.status:
            self.add(row_number, parse_time(row["sys_updated_at"]), "TicketStatusChanged", "status",
                     {"from": self.status, "to": status})
            self.status = status

    def update(self, row_number, row):
        time = parse_time(row["sys_updated_at"])
        fields = assignment(self.before, row)
        if fields is not None:
            self.add(row_number, time, "TicketAssigned", "assigned", fields)
        attrs = changed_attrs(self.before, row)
        raised = {}
        if is_raised(self.before, row):
            raised["priority"] = attrs.pop("priority")
        if attrs:
            self.add(row_number, time, "TicketAttributesChanged", "attributes", {"attrs": attrs})
        if raised:
            self.add(row_number, time, "TicketEscalated", "escalated",
                     {"kind": "managerial", "trigger": "priority raised", "attrs": raised})
        self.step_status(row_number, row)
        self.before = row


def convert(lines):
    """Lines of the CSV -> the list of events, ordered by (occurred_at, row number, event_id)."""
    reader = csv.DictReader(lines)
    missing = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
    if missing:
        raise BadInput(f"line 1: no column {', '.join(missing)}")
    incidents = {}
    for row_number, row in enumerate(reader, 1):
        try:
            if row["number"] in incidents:
                incidents[row["number"]].update(row_number, row)
            else:
                incidents[row["number"]] = Incident(row_number, row)
        except (ValueError, TypeError, BadInput) as error:
            raise BadInput(f"line {reader.line_num}: {error}") from error
    events = [event for incident in incidents.values() for event in incident.events]
    events.sort(key=lambda e: (e["occurred_at"], e["source_sequence"], e["event_id"]))
    return events


def open_text(path, mode):
    if path == "-":
        stream = sys.stdin.buffer if mode == "r" else sys.stdout.buffer
        return io.TextIOWrapper(stream, encoding="utf-8", newline="")
    if path.endswith(".gz") and mode == "w":
        # No name and no time in the header: the same log gives the same bytes.
        return io.TextIOWrapper(gzip.GzipFile(path, "wb", mtime=0), encoding="utf-8", newline="")
    opener = gzip.open if path.endswith(".gz") else open
    return opener(path, mode + "t", encoding="utf-8", newline="")


def main(arguments):
    if len(arguments) != 2:
        print("usage: convert.py servicenow_incidents.csv[.gz] OUT.jsonl[.gz]", file=sys.stderr)
        return 64
    try:
        with open_text(arguments[0], "r") as lines:
            events = convert(lines)
    except BadInput as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 65
    with open_text(arguments[1], "w") as out:
        for event in events:
            out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{len(events)} events", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

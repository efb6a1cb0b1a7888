#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of convert.py: each rule of the mapping on rows written here, and the right answers of the
whole log where the environment names it (SERVICENOW_CSV=path of the CSV, gzip'd or not)."""

import collections
import json
import math
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import convert  # noqa: E402

ROW = {
    "number": "INC1", "incident_state": "New", "reassignment_count": "0", "caller_id": "Caller 1",
    "opened_at": "29/2/2016 01:16", "sys_updated_at": "29/2/2016 01:23", "category": "Category 5",
    "assignment_group": "Group 7", "assigned_to": "?", "contact_type": "Phone",
    "priority": "3 - Moderate", "location": "Location 1", "subcategory": "?",
    "impact": "2 - Medium", "urgency": "2 - Medium",
}


def events_of(*changes):
    """The events of rows, each ROW with the changes of all earlier ones and its own."""
    row, lines = dict(ROW), [",".join(ROW)]
    for change in changes:
        row.update(change)
        lines.append(",".join(row.values()))
    return convert.convert(lines)


def later(**change):
    return {"sys_updated_at": "1/3/2016 10:00", **change}


class Mapping(unittest.TestCase):
    def only(self, events, event_type):
        found = [e for e in events if e["event_type"] == event_type]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_created(self):
        created, = events_of({})
        self.assertEqual(created, {
            "event_type": "TicketCreated", "event_id": "INC1-1-created", "ticket_id": "INC1",
            "occurred_at": "2016-02-29T01:16:00Z", "source_sequence": 1, "status": "new",
            "attrs": {"channel": "Phone", "priority": "3 - Moderate", "region": "Location 1",
                      "team": "Group 7", "issue_types": ["Category 5"],
                      "custom": {"impact": "2 - Medium", "urgency": "2 - Medium"}},
            "customer_id": "Caller 1", "created_via": "Phone"})

    def test_first_row_that_is_not_new_is_a_status_change_at_its_own_time(self):
        created, status = events_of({"incident_state": "Resolved"})
        self.assertEqual((created["occurred_at"], created["status"]),
                         ("2016-02-29T01:16:00Z", "new"))
        self.assertEqual((status["occurred_at"], status["from"], status["to"]),
                         ("2016-02-29T01:23:00Z", "new", "solved"))

    def test_every_state(self):
        states = [*convert.STATUS, "Active"]
        events = events_of(*[later(incident_state=state) for state in states])
        self.assertEqual([e["to"] for e in events if "to" in e],
                         ["open", "pending", "hold", "solved", "closed", "open"])

    def test_minus_100_is_no_status(self):
        events = events_of({}, later(incident_state="-100"), later(incident_state="New"))
        self.assertEqual(len(events), 1)

    def test_unknown_state_is_named_with_its_line(self):
        with self.assertRaisesRegex(convert.BadInput, "line 3: .*'Lost'"):
            events_of({}, later(incident_state="Lost"))

    def test_bad_time_is_named_with_its_line(self):
        with self.assertRaisesRegex(convert.BadInput, "line 2: .*2016-02-29"):
            events_of({"opened_at": "2016-02-29"})

    def test_column_missing(self):
        with self.assertRaisesRegex(convert.BadInput, "no column .*priority"):
            convert.convert([",".join(c for c in ROW if c != "priority")])

    def test_row_that_changes_nothing_makes_nothing(self):
        self.assertEqual(len(events_of({}, later(), later())), 1)

    def test_taken_by_somebody_is_initial(self):
        event = self.only(events_of({}, later(assigned_to="Resolver 2")), "TicketAssigned")
        self.assertEqual((event["kind"], event["to_agent"]), ("initial", "Resolver 2"))
        self.assertNotIn("to_team", event)

    def test_count_that_grew_is_a_transfer_and_absent_clears(self):
        event = self.only(events_of({"assigned_to": "Resolver 2"}, later(
            assigned_to="?", assignment_group="Group 8", reassignment_count="1")), "TicketAssigned")
        self.assertEqual(event["kind"], "transfer")
        self.assertEqual((event["from_team"], event["to_team"]), ("Group 7", "Group 8"))
        self.assertEqual(event["from_agent"], "Resolver 2")
        self.assertNotIn("to_agent", event)
        self.assertEqual(event["attrs"], {"agent": ""})

    def test_count_that_grew_alone(self):
        event = self.only(events_of({}, later(reassignment_count="1")), "TicketAssigned")
        self.assertEqual(event["kind"], "transfer")

    def test_person_to_person_has_no_kind(self):
        event = self.only(events_of({"assigned_to": "Resolver 2"}, later(assigned_to="Resolver 3")),
                          "TicketAssigned")
        self.assertNotIn("kind", event)

    def test_priority_up_and_down(self):
        up = self.only(events_of({}, later(priority="1 - Critical")), "TicketEscalated")
        self.assertEqual((up["kind"], up["attrs"]), ("managerial", {"priority": "1 - Critical"}))
        down = self.only(events_of({}, later(priority="4 - Low")), "TicketAttributesChanged")
        self.assertEqual(down["attrs"], {"priority": "4 - Low"})

    def test_attributes(self):
        event = self.only(events_of({}, later(category="?", contact_type="Email", impact="?",
                                              subcategory="Subcategory 3", location="?")),
                          "TicketAttributesChanged")
        self.assertEqual(event["attrs"], {
            "channel": "Email", "region": "", "issue_types": [],
            "custom": {"subcategory": "Subcategory 3", "impact": ""}})

    def test_status_is_the_last_event_of_its_row(self):
        events = events_of({}, later(incident_state="Resolved", assigned_to="Resolver 2",
                                     category="Category 6", priority="1 - Critical"))
        self.assertEqual([e["event_id"] for e in events],
                         ["INC1-1-created", "INC1-2-assigned", "INC1-2-attributes",
                          "INC1-2-escalated", "INC1-2-status"])

    def test_sorted_by_time_then_row(self):
        events = events_of({}, {"number": "INC2", "opened_at": "28/2/2016 00:00"},
                           {"number": "INC3", "opened_at": "28/2/2016 00:00"})
        self.assertEqual([e["ticket_id"] for e in events], ["INC2", "INC3", "INC1"])


def fold(events):
    """The right answers from the events alone: steps between unsolved and {solved, closed}."""
    solved, created, last_solve, count = {}, {}, {}, collections.Counter()
    reopened, per_day = set(), collections.Counter()
    for event in events:
        ticket, kind = event["ticket_id"], event["event_type"]
        time = convert.datetime.datetime.fromisoformat(event["occurred_at"].replace("Z", "+00:00"))
        if kind == "TicketCreated":
            created[ticket] = time
            per_day[event["occurred_at"][:10]] += 1
        elif kind == "TicketStatusChanged":
            now = event["to"] in ("solved", "closed")
            count["closed_events"] += event["to"] == "closed"
            if now and not solved.get(ticket, False):
                count["solve_events"] += 1
                last_solve[ticket] = time
            elif not now and solved.get(ticket, False):
                count["reopens"] += 1
                reopened.add(ticket)
            solved[ticket] = now
        count["reassignments"] += event.get("kind") == "transfer"
        count["escalations"] += kind == "TicketEscalated"
    hours = sorted((last_solve[t] - created[t]).total_seconds() / 3600 for t in last_solve)

    def rank(p):
        return round(hours[math.ceil(p * len(hours) / 100) - 1], 4)

    return {"created": len(created), "tickets_reopened": len(reopened), **count,
            "resolution_h": {"count": len(hours), "mean": round(sum(hours) / len(hours), 4),
                             "p50": rank(50), "p90": rank(90), "p95": rank(95)},
            "opened_per_day": dict(per_day)}


@unittest.skipUnless("SERVICENOW_CSV" in os.environ, "SERVICENOW_CSV does not name the log")
class WholeLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with convert.open_text(os.environ["SERVICENOW_CSV"], "r") as lines:
            cls.events = convert.convert(lines)

    def test_right_answers(self):
        facts = json.loads((HERE / "facts.json").read_text(encoding="utf-8"))
        facts.pop("about")
        self.assertEqual(fold(self.events), facts)

    def test_event_ids_are_unique(self):
        self.assertEqual(len({e["event_id"] for e in self.events}), len(self.events))

    def test_order(self):
        keys = [(e["occurred_at"], e["source_sequence"]) for e in self.events]
        self.assertEqual(keys, sorted(keys))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""A line of JSON Lines becomes an event, or a refusal with its reason word (METRICS.md 1.0.1 rule 1)."""

import json

from config import instant

KNOWN = {
    "TicketCreated", "TicketStatusChanged", "MessagePosted", "TicketAssigned", "TicketEscalated",
    "TicketAttributesChanged", "TicketChannelMoved", "BotHandedOff", "TicketMerged", "TicketSplit",
    "TicketMarkedSpam", "TicketDeleted", "TicketRestored", "FcrEligibilitySet", "SlaPolicyApplied",
    "SlaPolicyRemoved", "SurveyOffered", "SurveyBounced", "SurveyResponded", "SentimentScored",
    "QaReviewCompleted",
}
AUTHORS = {"customer", "agent", "bot", "system"}
VISIBILITIES = {"public", "internal"}
SURVEYS = {"csat", "ces", "nps"}
YEAR_10000 = 253_402_300_800_000


class Refused(Exception):
    """The record goes to the dead letters; the argument is the reason word."""


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _string(raw, name, required=False):
    value = raw.get(name)
    if value is None:
        if required:
            raise Refused("missing_field")
        return None
    if not isinstance(value, str):
        raise Refused("bad_value")
    if required and value == "":
        raise Refused("missing_field")
    return value


def _symbol(raw, name, symbols):
    value = _string(raw, name, required=True)
    if value not in symbols:
        raise Refused("unknown_enum")
    return value


def _amount(raw, name):
    value = raw.get(name)
    if value is None:
        raise Refused("missing_field")
    if not _number(value) or abs(value) > 1_000_000:
        raise Refused("bad_value")
    return value


def _time(raw, name, required):
    value = raw.get(name)
    if value is None:
        if required:
            raise Refused("missing_field")
        return None
    if isinstance(value, str):
        value = instant(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("bad_value")
    if not 0 <= value < YEAR_10000:
        raise Refused("time_out_of_range")
    return value


def _check_attrs(attrs):
    if attrs is None:
        return None
    if not isinstance(attrs, dict):
        raise Refused("bad_value")
    for name, value in attrs.items():
        if value is None:
            continue
        if name == "issue_types":
            good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        elif name == "custom":
            good = isinstance(value, dict) and all(v is None or isinstance(v, str) for v in value.values())
        else:
            good = isinstance(value, str)
        if not good:
            raise Refused("bad_value")
    return attrs


def _check_own(event):
    """The fields of the type without which the event says nothing."""
    kind, raw = event.type, event.raw
    if kind == "TicketStatusChanged":
        _string(raw, "to", required=True)
    elif kind == "MessagePosted":
        _symbol(raw, "author_kind", AUTHORS)
        _symbol(raw, "visibility", VISIBILITIES)
    elif kind in ("SurveyOffered", "SurveyBounced", "SurveyResponded"):
        _symbol(raw, "kind", SURVEYS)
        if kind == "SurveyResponded" and raw.get("score") is not None and not _number(raw["score"]):
            raise Refused("bad_value")
    elif kind == "SentimentScored":
        if raw.get("score") is not None and not _number(raw["score"]):
            raise Refused("bad_value")
    elif kind == "TicketMerged":
        _string(raw, "into", required=True)
    elif kind == "QaReviewCompleted":
        _amount(raw, "points")
        if _amount(raw, "possible") <= 0:
            raise Refused("bad_value")


class Event:
    """One accepted record. `order` is the order inside a ticket and inside the hold."""

    __slots__ = ("raw", "line", "type", "id", "ticket", "tenant", "t", "order", "test", "known", "attrs")

    def __init__(self, raw, line):
        self.raw = raw
        self.line = line
        self.id = _string(raw, "event_id", required=True)
        self.ticket = _string(raw, "ticket_id", required=True)
        self.t = _time(raw, "occurred_at", required=True)
        self.tenant = _string(raw, "tenant") or ""
        self.type = _string(raw, "event_type")
        self.test = raw.get("test") or False
        sequence = raw.get("source_sequence")
        if not isinstance(self.test, bool):
            raise Refused("bad_value")
        if sequence is not None and (not isinstance(sequence, int) or isinstance(sequence, bool)):
            raise Refused("bad_value")
        self.order = (self.t, sequence is None, sequence or 0, self.id.encode())
        self.known = self.type in KNOWN
        self.attrs = _check_attrs(raw.get("attrs"))
        if self.known:
            _check_own(self)


def read(line, future_skew, now):
    """The event of one line (bytes without the line end); raises Refused."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("bad_utf8") from None
    try:
        raw = json.loads(text)
    except ValueError:
        raise Refused("bad_json") from None
    if not isinstance(raw, dict):
        raise Refused("bad_json")
    event = Event(raw, line)
    judge = _time(raw, "recorded_at", required=False)
    judge = now if judge is None else judge
    if judge is not None and event.t > judge + future_skew:
        raise Refused("time_in_future")
    return event

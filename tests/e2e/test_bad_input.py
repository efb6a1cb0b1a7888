# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad input: a dead letter with its word, or exit 65 with file and place; never a stop.

Container files are written here by hand (Python's standard library has no Avro), so that any byte can
be wrong.
"""

import gzip
import json
import unittest
import zlib

from program import ROOT, Case, created, event, unbase64

SYNC = bytes(range(16))
SCHEMA = (ROOT / "schemas" / "ticket_event.avsc").read_bytes()


def number(n):
    """A zigzag varint."""
    n = (n << 1) ^ (n >> 63)
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def text(data):
    data = data.encode() if isinstance(data, str) else data
    return number(len(data)) + data


SMALL = json.dumps({
    "type": "record", "name": "TicketEvent", "namespace": "ticketstream", "fields": [
        {"name": "event_id", "type": "string"},
        {"name": "ticket_id", "type": "string"},
        {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "payload", "type": [
            {"type": "record", "name": "TicketCreated", "fields": []},
            {"type": "record", "name": "TicketTeleported", "fields": [{"name": "where", "type": "string"}]},
            {"type": "record", "name": "MessagePosted", "fields": [
                {"name": "author_kind", "type": {"type": "enum", "name": "AuthorKind",
                                                 "symbols": ["agent", "oracle"]}},
                {"name": "visibility", "type": {"type": "enum", "name": "Visibility",
                                                "symbols": ["public"]}}]}]}]})
T = 1772438400000


def small(number_, payload=b"\0", ticket="T-1", at=T):
    return text(f"e{number_}") + text(ticket) + number(at) + payload


def header(schema=SMALL, codec=b"null"):
    return (b"Obj\1" + number(2) + text("avro.schema") + text(schema) + text("avro.codec") + text(codec)
            + number(0) + SYNC)


def block(*records, codec=b"null", count=None):
    data = b"".join(records)
    if codec == b"deflate":
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = packer.compress(data) + packer.flush()
    return number(len(records) if count is None else count) + number(len(data)) + data + SYNC


class Lines(Case):
    def check(self, line, reason, key="T-1", options=()):
        """The line is a dead letter; what stands before and behind it is applied."""
        r = self.replay(self.write("in.jsonl", [created(1), line, created(2, "T-2")]), options=options)
        raw = line if isinstance(line, bytes) else json.dumps(line).encode()
        self.assertEqual(r.summary["refused"], {reason: 1}, line)
        self.assertEqual(r.summary["applied"], 2)
        self.assertEqual(r.metric("ticket_volume"), [{"value": 2}])
        self.assertEqual(list(r.dlq[0]), ["key", "reason", "value"])
        self.assertEqual((r.dlq[0]["key"], r.dlq[0]["reason"]), (key, reason))
        try:
            self.assertEqual(r.dlq[0]["value"], raw.decode())
        except UnicodeDecodeError:
            self.assertEqual(unbase64(r.dlq[0]["value"]), raw)

    def test_bad_json(self):
        for line in (b"{", b"nonsense", b"[]", b"7", b'{"event_id":"e9"', b"{} {}"):
            self.check(line, "bad_json", key="")

    def test_bad_utf8(self):
        self.check(b'{"event_id":"\xff"}', "bad_utf8", key="")

    def test_missing_field(self):
        for name in ("event_id", "occurred_at"):
            line = created(9)
            del line[name]
            self.check(line, "missing_field")
        line = created(9)
        del line["ticket_id"]
        self.check(line, "missing_field", key="")
        self.check(event("TicketStatusChanged", 9), "missing_field")
        self.check(event("MessagePosted", 9, author_kind="agent"), "missing_field")
        self.check(event("TicketMerged", 9), "missing_field")

    def test_bad_value(self):
        self.check({**created(9), "occurred_at": "soon"}, "bad_value")
        self.check({**created(9), "attrs": []}, "bad_value")
        self.check(event("QaReviewCompleted", 9, points=1, possible=0), "bad_value")

    def test_unknown_enum(self):
        self.check(event("MessagePosted", 9, author_kind="ghost", visibility="public"), "unknown_enum")
        self.check(event("SurveyResponded", 9, kind="stars"), "unknown_enum")

    def test_times(self):
        self.check(created(9, at="1969-12-31T23:59:59.999Z"), "time_out_of_range")
        self.check(created(9, at="2026-03-02T10:00:00Z", recorded_at="2026-03-02T08:59:59.999Z"), "time_in_future")
        self.check(created(9, at="2026-03-02T10:00:00Z"), "time_in_future",
                   options=["--now", "2026-03-02T08:00:00Z"])

    def test_oversized(self):
        line = json.dumps({**created(9), "source": "x" * (1 << 20)}).encode()
        r = self.replay(self.write("in.jsonl", [created(1), line, created(2, "T-2")]))
        self.assertEqual(r.summary["refused"], {"oversized": 1})
        self.assertEqual(r.dlq[0]["value"], line.decode())
        self.assertEqual(r.summary["applied"], 2)

    def test_a_future_event_does_not_move_the_watermark(self):
        r = self.replay(self.write("in.jsonl", [
            created(1), created(2, "T-2", "2030-01-01T00:00:00Z"), created(3, "T-3", "2026-03-02T07:00:00Z")]),
            options=["--now", "2026-03-02T08:00:00Z"])
        self.assertEqual(r.summary["refused"], {"time_in_future": 1})
        self.assertEqual([x["window_start"][11:13] for x in r.rollups if x["segment_id"] == "all"], ["07", "08"])

    def test_an_unknown_status_and_an_unknown_type_are_no_dead_letters(self):
        r = self.replay(self.write("in.jsonl", [created(1), event("TicketStatusChanged", 2, to="asleep"),
                                                event("TicketTeleported", 3)]))
        self.assertEqual((r.summary["refused"], r.summary["ignored"]), ({}, 1))
        self.assertEqual(r.summary["counters"]["unknown_status"], 1)

    def test_events_of_tickets_never_created(self):
        r = self.replay(self.write("in.jsonl", [
            event("MessagePosted", 1, author_kind="agent", visibility="public"),
            event("TicketStatusChanged", 2, to="solved"), event("TicketMerged", 3, "T-9", into="T-1")]))
        self.assertEqual(r.summary["applied"], 3)
        self.assertEqual(r.metric("solve_events"), [{"value": 1}])
        self.assertEqual(r.metric("ticket_volume"), [{"value": 0}])
        self.assertEqual(r.metric("resolution_time")[0]["count"], 0)

    def test_gzip_cut_in_the_middle(self):
        lines = b"".join(json.dumps(created(i, f"T-{i}")).encode() + b"\n" for i in range(5000))
        packed = gzip.compress(lines)
        good = self.write("good.jsonl", [created(9001, "T-good")])
        r = self.replay(self.write("in.jsonl.gz", packed[:len(packed) // 2]), good, expect=65)
        self.assertIn("in.jsonl.gz: behind line ", self.stderr)
        self.assertTrue(100 < r.summary["applied"] < 5000)
        self.assertIn('"T-good"', (self.folder / "good.jsonl").read_text())


class Containers(Case):
    def test_a_good_one_of_an_older_schema(self):
        for codec in (b"null", b"deflate"):
            r = self.replay(self.write("in.avro", header(codec=codec) + block(small(1), small(2, ticket="T-2"), codec=codec)))
            self.assertEqual(r.summary["applied"], 2)
            self.assertEqual(r.metric("ticket_volume"), [{"value": 2}])

    def test_a_payload_that_we_do_not_know_is_ignored(self):
        r = self.replay(self.write("in.avro", header() + block(small(1), small(2, b"\2" + text("moon")), small(3, ticket="T-2"))))
        self.assertEqual((r.summary["applied"], r.summary["ignored"]), (2, 1))

    def test_broken_records_are_dead_letters_and_the_next_is_found(self):
        bad = text(b"\xff\xfe") + text("T-1") + number(T) + b"\0"
        r = self.replay(self.write("in.avro", header() + block(
            small(1), bad, small(3, b"\4\2\0"), small(4, at=-1), small(5, ticket=""), small(6, ticket="T-6"))))
        self.assertEqual(r.summary["refused"], {"bad_utf8": 1, "unknown_enum": 1, "time_out_of_range": 1,
                                                "missing_field": 1})
        self.assertEqual(r.summary["applied"], 2)
        self.assertEqual(unbase64(r.dlq[0]["value"]), bad)
        self.assertEqual([d["key"] for d in r.dlq], ["", "T-1", "T-1", ""])

    def test_negative_lengths_and_cut_records(self):
        negative = number(-5) + b"xxxxx"
        r = self.replay(self.write("in.avro", header() + block(small(1), negative) + block(small(2, ticket="T-2"))))
        self.assertEqual((r.summary["refused"], r.summary["applied"]), ({"bad_value": 1}, 2))
        cut = small(9)[:-3]
        r = self.replay(self.write("in.avro", header() + block(small(1), cut) + block(small(2, ticket="T-2"))))
        self.assertEqual((r.summary["refused"], r.summary["applied"]), ({"truncated": 1}, 2))

    def test_cut_in_the_middle_of_a_block(self):
        whole = header() + block(*[small(i, ticket=f"T-{i}") for i in range(10)])
        second = block(*[small(i, ticket=f"T-{i}") for i in range(10, 20)])
        for n in (1, len(second) // 2, len(second) - 1):
            r = self.replay(self.write("in.avro", whole + second[:n]), expect=65)
            self.assertIn(f"in.avro: the file ends in the middle of the block at byte {len(whole)}", self.stderr)
            self.assertEqual(r.metric("ticket_volume"), [{"value": 10}], "whole blocks are used")

    def test_a_cut_file_does_not_stop_the_others(self):
        cut = self.write("cut.avro", header() + block(small(1))[:-4])
        r = self.replay(cut, self.write("good.jsonl", [created(7, "T-7")]), expect=65)
        self.assertEqual(r.summary["applied"], 1)
        self.assertEqual(r.summary["counters"]["broken_inputs"], 1)

    def test_damage_between_blocks(self):
        first, second = block(small(1)), block(small(2, ticket="T-2"))
        bad = first[:-1] + b"!"
        self.replay(self.write("in.avro", header() + bad + second), expect=65)
        self.assertIn("no sync marker", self.stderr)
        self.replay(self.write("in.avro", header(codec=b"deflate") + block(small(1))), expect=65)
        self.assertIn("inflated", self.stderr)
        self.replay(self.write("in.avro", header() + number(1) + number(-7)), expect=65)
        self.assertIn("damaged block", self.stderr)
        self.replay(self.write("in.avro", header() + number(1) + number(1 << 40)), expect=65)
        self.assertIn("too large", self.stderr)


class Refused(Case):
    """What is found before anything is read ends the run at once: 65, and nothing is written."""

    def check(self, name, content, *sentences):
        path = self.write(name, content)
        arguments = ["replay", "-c", self.config(), "--input", path, "--output", "out"]
        _, err = self.run_program(*arguments, expect=65)
        for sentence in (name, *sentences):
            self.assertIn(sentence, err)
        self.assertFalse((self.folder / "out").exists())

    def test_wrong_magic(self):
        self.check("in.avro", b"Obj\2" + header()[4:], "offset 0")
        self.check("in.jsonl.gz", b"{}\n", "offset 0")

    def test_a_header_that_is_cut_or_damaged(self):
        self.check("in.avro", header()[:40], "header")
        self.check("in.avro", b"Obj\1" + number(-1 << 40), "header")
        self.check("in.avro", b"Obj\1" + number(1) + number(1 << 60), "header")

    def test_an_unknown_codec(self):
        self.check("in.avro", header(codec=b"bzip2") + block(small(1)), "bzip2")

    def test_impossible_schemas(self):
        self.check("in.avro", header("{"), "schema")
        self.check("in.avro", header('"long"'), "cannot be read as TicketEvent")
        self.check("in.avro", header(SMALL.replace('"long"', '"string"')), "occurred_at")
        self.check("in.avro", header(SMALL.replace("ticket_id", "ticket_no")), "ticket_id")

    def test_a_file_that_is_not_there(self):
        _, err = self.run_program("replay", "-c", self.config(), "--input", "nowhere.jsonl", "--output", "out", expect=65)
        self.assertIn("nowhere.jsonl: No such file", err)

    def test_the_command_line(self):
        path = self.write("in.jsonl", [created(1)])
        good = ["replay", "-c", self.config(), "--input", path, "--output", "out"]
        for bad, word in ((["--partitions", "0"], "--partitions"), (["--partitions", "many"], "many"),
                          (["--now", "noon"], "noon"), (["--as-of", "never"], "never"),
                          (["--input", path, "--partitions", "4"], "--partitions"), (["--colour"], "--colour")):
            _, err = self.run_program(*good, *bad, expect=64)
            self.assertIn(word, err)
        _, err = self.run_program("replay", "-c", self.config(), "--output", "out", expect=64)
        self.assertIn("--input", err)
        _, err = self.run_program("replay", "-c", "no.yaml", "--input", path, "--output", "out", expect=78)
        self.assertIn("no.yaml", err)
        _, err = self.run_program("replay", "-c", self.config(surprise=1), "--input", path, "--output", "out", expect=78)
        self.assertIn("surprise", err)

    def test_an_output_that_cannot_be_written(self):
        path = self.write("in.jsonl", [created(1)])
        self.write("file", b"")
        _, err = self.run_program("replay", "-c", self.config(), "--input", path, "--output", "file/out", expect=74)
        self.assertIn("file", err)


if __name__ == "__main__":
    unittest.main()

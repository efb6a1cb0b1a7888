# SPDX-License-Identifier: Apache-2.0
"""`convert`: there and back without a loss, the same bytes each time, and strict about what it cannot carry."""

import gzip
import json
import unittest
import zlib

from program import Case, created, event

T = 1772438400000

# One event of every type with every field set.
FULL = [
    event("TicketCreated", 1, customer_id="C", created_via="form", initiated_by="agent", status="open",
          parent_ticket_id="T-0", fcr_eligible=False, recorded_at="2026-03-02T08:00:01.500Z", source_sequence=-7,
          tenant="acme", source="desk", correlation_id="x", actor={"kind": "agent", "id": "ann"}, test=True,
          attrs={"channel": "email", "queue": "q", "team": "t", "agent": "a", "priority": "p", "severity": "s",
                 "issue_types": ["a", "", "c|=\\"], "product": "pr", "product_line": "pl", "customer_tier": "ct",
                 "region": "r", "language": "l", "brand": "b", "custom": {"plan": "gold", "": "x"}}),
    event("TicketStatusChanged", 2, **{"from": "open", "to": "pending", "reason": "auto_close"}),
    event("MessagePosted", 3, message_id="m", author_kind="customer", visibility="public", auto_response=True,
          channel="chat", in_reply_to="m0"),
    event("TicketAssigned", 4, from_agent="a", to_agent="b", from_team="c", to_team="d", from_queue="e", to_queue="f",
          kind="transfer"),
    event("TicketEscalated", 5, from_tier="1", to_tier="2", kind="managerial", trigger="customer"),
    event("TicketAttributesChanged", 6, classified_by="model", confidence=0.1, attrs={"issue_types": []}),
    event("TicketChannelMoved", 7, **{"from": "social", "to": "email", "private": True}),
    event("BotHandedOff", 8),
    event("TicketMerged", 9, into="T-2"),
    event("TicketSplit", 10, from_ticket="T-3"),
    event("TicketMarkedSpam", 11), event("TicketDeleted", 12), event("TicketRestored", 13),
    event("FcrEligibilitySet", 14, eligible=False, reason="policy"),
    event("SlaPolicyApplied", 15, policy_id="gold", version="3", clock_start="created",
          targets={"first_reply": 3600000}, due={"resolution": "2026-03-03T08:00:00.000Z"}),
    event("SlaPolicyRemoved", 16, policy_id="gold", version="3"),
    event("SurveyOffered", 17, survey_id="s", kind="csat"),
    event("SurveyBounced", 18, survey_id="s", kind="nps"),
    event("SurveyResponded", 19, survey_id="s", kind="ces", scale="1-7", score=6.5, comment_present=True,
          supersedes="s0"),
    event("SentimentScored", 20, message_id="m", score=-0.123456789012345, model="x", model_version="1"),
    event("QaReviewCompleted", 21, review_id="r", agent="ann", points=4.5, possible=5,
          criteria=[{"name": "tone", "points": 1, "possible": 2}], supersedes="r0"),
]


SYNC = b"0123456789abcdef"
FOREIGN = json.dumps({"type": "record", "name": "record", "fields": [
    {"name": "event_type", "type": "string"},
    {"name": "event_id", "type": ["null", "string"]},
    {"name": "ticket_id", "type": ["null", "string"]},
    {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "to", "type": ["null", "string"]}]})


def number(value):
    value, out = (value << 1) ^ (value >> 63), b""
    while value >= 0x80:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return number(len(data)) + data


def foreign(event_type, event_id, to=None, ticket="T-1"):
    """A flat record as a tool writes it that knows only these columns."""
    tail = b"\0" if to is None else b"\2" + text(to)
    return text(event_type) + b"\2" + text(event_id) + b"\2" + text(ticket) + number(T) + tail


def pack(codec, data):
    """Packed by the book, without packing: 60 to 255 bytes."""
    if codec == "snappy":
        size = bytes([len(data) & 0x7f | 0x80, len(data) >> 7]) if len(data) > 127 else bytes([len(data)])
        return size + bytes([60 << 2, len(data) - 1]) + data + zlib.crc32(data).to_bytes(4, "big")
    if codec == "zstandard":
        head = (len(data) << 3 | 1).to_bytes(3, "little")
        return b"\x28\xb5\x2f\xfd\x20" + bytes([len(data)]) + head + data
    return data


def container(codec, *records):
    data = pack(codec, b"".join(records))
    return (b"Obj\1" + number(2) + text("avro.schema") + text(FOREIGN) + text("avro.codec") + text(codec) + number(0)
            + SYNC + number(len(records)) + text(data) + SYNC)


def same(want, got):
    """True if every field of `want` is in `got` with the same value (times in milliseconds)."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(k in got and same(v, got[k]) for k, v in want.items())
    if isinstance(want, list):
        return len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, str) and want.endswith("Z") and "T" in want:
        return want.rstrip("Z").removesuffix(".000") == got.rstrip("Z").removesuffix(".000")
    return want == got


class Convert(Case):
    def convert(self, source, target, *options, expect=0):
        _, err = self.run_program("convert", source, target, *options, expect=expect)
        return err

    def test_every_field_of_every_type_there_and_back(self):
        self.write("in.jsonl", FULL)
        self.convert("in.jsonl", "a.avro")
        self.convert("a.avro", "back.jsonl")
        back = [json.loads(line) for line in (self.folder / "back.jsonl").read_text().splitlines()]
        self.assertEqual(len(back), len(FULL))
        for want, got in zip(FULL, back):
            self.assertTrue(same(want, got), f"{want}\n{got}")

    def test_flat_records_keep_every_field_of_every_type(self):
        self.write("in.jsonl", FULL)
        self.convert("in.jsonl", "a.jsonl")
        self.convert("in.jsonl", "flat.avro", "--flat")
        self.assertIn(b"TicketEventFlat", (self.folder / "flat.avro").read_bytes())
        self.convert("flat.avro", "back.jsonl")
        self.assertEqual((self.folder / "a.jsonl").read_text(), (self.folder / "back.jsonl").read_text())
        back = [json.loads(line) for line in (self.folder / "back.jsonl").read_text().splitlines()]
        self.assertEqual(len(back), len(FULL))
        for want, got in zip(FULL, back):
            self.assertTrue(same(want, got), f"{want}\n{got}")
        self.convert("flat.avro", "again.avro", "--flat")
        self.assertEqual((self.folder / "flat.avro").read_bytes(), (self.folder / "again.avro").read_bytes())
        self.convert("flat.avro", "nested.avro")
        self.convert("in.jsonl", "a.avro")
        self.assertEqual((self.folder / "a.avro").read_bytes(), (self.folder / "nested.avro").read_bytes())

    def test_a_flat_file_gives_the_same_rollups(self):
        """Held and late events too: of a flat record what waits is not what was read."""
        self.run_program("generate", "in.avro", "--tickets", "300", "--seed", "5", "--disorder", "5m",
                         "--late", "0.02", "--late-by", "3d", "--duplicates", "0.05")
        config = self.config(segmentations={"all": [], "by": ["channel", "team", "priority"]})
        want = self.replay("in.avro", config=config, output="want")
        self.assertGreater(want.summary["applied"], 1000)
        self.assertGreater(want.summary["late"], 10)
        for codec in ("deflate", "zstandard"):
            self.convert("in.avro", "flat.avro", "--flat", "--codec", codec)
            got = self.replay("flat.avro", config=config, output=codec)
            self.assertEqual(want.bytes_of("rollups.jsonl"), got.bytes_of("rollups.jsonl"))
            for key in ("applied", "late", "refused"):
                self.assertEqual(want.summary[key], got.summary[key], key)
            self.assertEqual([x["key"] for x in want.late], [x["key"] for x in got.late])

    def test_every_codec(self):
        self.write("in.jsonl", FULL * 200)
        self.convert("in.jsonl", "want.jsonl")
        sizes = {}
        for codec in ("null", "deflate", "snappy", "zstandard"):
            for form in ((), ("--flat",)):
                self.convert("in.jsonl", "a.avro", "--codec", codec, *form)
                self.assertIn(b"avro.codec" + bytes([2 * len(codec)]) + codec.encode(),
                              (self.folder / "a.avro").read_bytes()[:40000])
                self.convert("a.avro", "back.jsonl")
                self.assertEqual((self.folder / "want.jsonl").read_bytes(), (self.folder / "back.jsonl").read_bytes())
                sizes[codec, form] = (self.folder / "a.avro").stat().st_size
        for (codec, form), size in sizes.items():
            if codec != "null":
                self.assertLess(size * 3, sizes["null", form], codec)
        self.convert("in.jsonl", "b.avro")
        self.assertEqual((self.folder / "b.avro").stat().st_size, sizes["deflate", ()])

    def test_a_damaged_block_is_named_with_its_place(self):
        self.write("in.jsonl", FULL * 20)
        for codec, word in (("deflate", "inflated"), ("snappy", "checksum"), ("zstandard", "zstandard")):
            self.convert("in.jsonl", "a.avro", "--codec", codec)
            data = bytearray((self.folder / "a.avro").read_bytes())
            if codec == "snappy":
                data[-17] ^= 1
            else:
                del data[-26:-18]
                data[-18:-18] = b"\xff" * 8
            self.write("bad.avro", bytes(data))
            err = self.convert("bad.avro", "out.jsonl", expect=65)
            self.assertRegex(err, rf"bad\.avro: .*{word}.* at byte [1-9][0-9]* \(0 whole blocks before\)")
            self.assertEqual([p.name for p in self.folder.glob("out*")], [])

    def test_the_second_way_round_is_the_same_bytes(self):
        self.write("in.jsonl", FULL)
        self.convert("in.jsonl", "a.avro")
        self.convert("a.avro", "b.jsonl.gz")
        self.convert("b.jsonl.gz", "b.avro")
        self.convert("b.avro", "c.jsonl")
        self.assertEqual((self.folder / "a.avro").read_bytes(), (self.folder / "b.avro").read_bytes())
        self.assertEqual(gzip.decompress((self.folder / "b.jsonl.gz").read_bytes()),
                         (self.folder / "c.jsonl").read_bytes())

    def test_the_same_events_make_the_same_file(self):
        self.write("in.jsonl", FULL * 500)
        for suffix in ("avro", "jsonl.gz"):
            self.convert("in.jsonl", f"a.{suffix}")
            self.convert("in.jsonl", f"b.{suffix}")
            self.assertEqual((self.folder / f"a.{suffix}").read_bytes(), (self.folder / f"b.{suffix}").read_bytes())

    def test_metadata(self):
        self.write("in.jsonl", FULL)
        self.convert("in.jsonl", "a.avro", "--meta", "attribution=UCI, CC BY 4.0", "--meta", "empty=")
        self.assertIn(b"attribution", (self.folder / "a.avro").read_bytes()[:20000])
        self.assertIn(b"UCI, CC BY 4.0", (self.folder / "a.avro").read_bytes()[:20000])
        self.assertIn("avro.", self.convert("in.jsonl", "b.avro", "--meta", "avro.codec=x", expect=64))
        self.assertIn("key=value", self.convert("in.jsonl", "b.avro", "--meta", "x", expect=64))
        self.assertIn("metadata", self.convert("in.jsonl", "b.jsonl", "--meta", "a=b", expect=64))

    def test_a_bad_line_ends_it_with_its_place(self):
        for line, word in ((b"{", "bad_json"), (b'{"event_type":"TicketCreated"}', "missing_field"),
                           (json.dumps(event("TicketTeleported", 9)).encode(), "event type")):
            self.write("in.jsonl", [created(1), line, created(2)])
            err = self.convert("in.jsonl", "out.avro", expect=65)
            self.assertIn("in.jsonl:2: ", err)
            self.assertIn(word, err)
            self.assertFalse((self.folder / "out.avro").exists())
            self.assertEqual([p.name for p in self.folder.glob("out*")], [])

    def test_on_request_bad_lines_are_left_out_and_counted(self):
        self.write("in.jsonl", [created(1), b"{", created(2), event("TicketTeleported", 3)])
        err = self.convert("in.jsonl", "out.jsonl", "--skip-bad")
        self.assertIn("2 bad records skipped", err)
        self.assertEqual(len((self.folder / "out.jsonl").read_text().splitlines()), 2)

    def test_what_it_does_not_judge(self):
        """An event that the intake would refuse for what it says is carried over all the same."""
        self.write("in.jsonl", [created(1, at=-5), created(2, ticket="")])
        self.convert("in.jsonl", "a.avro")
        r = self.replay(self.folder / "a.avro")
        self.assertEqual(r.summary["refused"], {"time_out_of_range": 1, "missing_field": 1})

    def test_an_empty_file(self):
        self.write("in.jsonl", b"")
        self.convert("in.jsonl", "a.avro")
        self.convert("a.avro", "b.jsonl")
        self.assertEqual((self.folder / "b.jsonl").read_bytes(), b"")

    def test_the_command_line(self):
        self.write("in.jsonl", [created(1)])
        self.assertIn("suffix", self.convert("in.jsonl", "out.csv", expect=64))
        err = self.convert("in.jsonl", "out.avro", "--codec", "bzip2", expect=64)
        self.assertIn("null, deflate, snappy, zstandard", err)
        self.assertIn("container", self.convert("in.jsonl", "out.jsonl", "--codec", "null", expect=64))
        self.assertIn("container", self.convert("in.jsonl", "out.jsonl.gz", "--flat", expect=64))
        self.assertEqual([p.name for p in self.folder.glob("out*")], [])
        self.run_program("convert", "in.jsonl", expect=64)
        self.assertIn("No such file", self.convert("no.jsonl", "out.avro", expect=65))
        self.convert("in.jsonl", "no/out.avro", expect=74)


class Foreign(Case):
    """Flat files of another writer."""

    def test_every_codec(self):
        records = (foreign("TicketCreated", "e1"), foreign("TicketStatusChanged", "e2", "solved"))
        for codec in ("null", "snappy", "zstandard"):
            self.write("in.avro", container(codec, *records))
            r = self.replay("in.avro", output=codec)
            self.assertEqual((r.summary["applied"], r.summary["refused"]), (2, {}))
            self.assertEqual((r.metric("ticket_volume"), r.metric("solved_tickets")), ([{"value": 1}], [{"value": 1}]))

    def test_bad_records_are_dead_letters_and_the_next_is_found(self):
        bad = [foreign("TicketStatusChanged", "e2"), foreign("TicketStatusChanged", b"\xff", "open"),
               foreign("BotHandedOff", "e" * 1025), foreign("TicketCreated", "")]
        self.write("in.avro", container("null", foreign("TicketCreated", "e1"), *bad, foreign("Tickled", "e5"),
                                        foreign("TicketCreated", "e6", ticket="T-2")))
        r = self.replay("in.avro")
        self.assertEqual((r.summary["applied"], r.summary["ignored"]), (2, 1))
        self.assertEqual(r.summary["refused"], {"missing_field": 2, "bad_utf8": 1, "oversized": 1})
        self.assertEqual([d["reason"] for d in r.dlq], ["missing_field", "bad_utf8", "oversized", "missing_field"])
        _, err = self.run_program("convert", "in.avro", "out.jsonl", expect=65)
        self.assertIn("in.avro:record 2: missing_field: ", err)
        self.assertTrue(err.rstrip().endswith(": to"), err)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""`convert`: there and back without a loss, the same bytes each time, and strict about what it cannot carry."""

import gzip
import json
import unittest

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
        self.run_program("convert", "in.jsonl", expect=64)
        self.assertIn("No such file", self.convert("no.jsonl", "out.avro", expect=65))
        self.convert("in.jsonl", "no/out.avro", expect=74)


if __name__ == "__main__":
    unittest.main()

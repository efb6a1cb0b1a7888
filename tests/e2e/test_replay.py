# SPDX-License-Identifier: Apache-2.0
"""`replay` from files to files: small cases worked by hand, and the accounts of summary.json."""

import gzip
import json
import unittest

from program import ROOT, Case, created, event, read_kv

LIFE = [
    created(1, customer_id="C-9", status="new"),
    event("MessagePosted", 2, at="2026-03-02T08:05:12Z", author_kind="agent", visibility="public"),
    event("TicketStatusChanged", 3, at="2026-03-02T08:30:00Z", to="solved"),
    created(4, "T-2", "2026-03-02T09:10:00Z", channel="chat"),
    event("TicketStatusChanged", 5, "T-1", "2026-03-02T10:00:00Z", to="open"),
]


class Rollups(Case):
    def test_a_life_by_hand(self):
        r = self.replay(self.write("in.jsonl", LIFE))
        self.assertEqual([(x["segment_id"], x["window_start"], x["revision"], x["is_closed"], x["watermark"])
                          for x in r.rollups if x["segmentation"] == "all"],
                         [("all", "2026-03-02T08:00:00.000Z", 0, True, "2026-03-02T09:00:00.000Z"),
                          ("all", "2026-03-02T09:00:00.000Z", 0, True, "2026-03-02T10:00:00.000Z"),
                          ("all", "2026-03-02T10:00:00.000Z", 0, False, "2026-03-02T10:00:00.001Z")])
        self.assertEqual(r.metric("ticket_volume"), [{"value": 1}, {"value": 1}, {"value": 0}])
        self.assertEqual(r.metric("backlog"), [{"value": 0}, {"value": 1}, {"value": 2}])
        self.assertEqual(r.metric("net_flow"), [{"value": 0}, {"value": 1}, {"value": 1}])
        self.assertEqual(r.metric("reopens"), [{"value": 0}, {"value": 0}, {"value": 1}])
        first = r.metric("first_response_time")[0]
        self.assertEqual((first["count"], first["sum_ms"]), (1, 312000))
        self.assertAlmostEqual(first["p50_ms"], 312000, delta=312000 * 0.005)
        self.assertEqual(r.metric("resolution_time")[0]["sum_ms"], 1800000)
        self.assertEqual(r.metric("ticket_volume", "by_channel|channel=chat"), [{"value": 1}])
        self.assertEqual(r.rollups[0]["segment"], {})
        self.assertEqual(r.rollups[1]["segment"], {"channel": "email"})
        self.assertEqual((r.late, r.dlq), ([], []))

    def test_the_same_input_gives_the_same_bytes(self):
        path = self.write("in.jsonl", LIFE)
        a = self.replay(path, output="a", options=["--raw"])
        b = self.replay(path, output="b", options=["--raw"])
        for name in sorted(p.name for p in a.folder.iterdir()):
            self.assertEqual(a.bytes_of(name), b.bytes_of(name), name)

    def test_lines_gzip_and_container_give_the_same(self):
        lines = self.write("in.jsonl", LIFE)
        packed = self.write("in.jsonl.gz", gzip.compress(lines.read_bytes()))
        container = self.folder / "in.avro"
        self.run_program("convert", lines, container)
        want = self.replay(lines).bytes_of("rollups.jsonl")
        for path in (packed, container):
            self.assertEqual(self.replay(path).bytes_of("rollups.jsonl"), want, path.name)

    def test_no_events(self):
        r = self.replay(self.write("in.jsonl", b""))
        self.assertEqual((r.rollups, r.late, r.dlq), ([], [], []))
        self.assertEqual(r.summary["consumed"], 0)

    def test_tenants_stay_apart(self):
        r = self.replay(self.write("in.jsonl", [created(1, tenant="a"), created(2, tenant="b"),
                                                created(3, "T-3", tenant="b")]))
        self.assertEqual([(x["tenant"], x["metrics"]["ticket_volume"]["value"])
                          for x in r.rollups if x["segmentation"] == "all"], [("a", 1), ("b", 2)])


class End(Case):
    """Where a run ends: --as-of."""

    def test_by_default_at_the_last_event(self):
        r = self.replay(self.write("in.jsonl", [created(1), created(2, "T-2", "2026-03-02T08:59:59.999Z")]))
        self.assertEqual([x["is_closed"] for x in r.rollups], [True, True])
        r = self.replay(self.write("in.jsonl", [created(1), created(2, "T-2", "2026-03-02T08:59:59.998Z")]))
        self.assertEqual({(x["is_closed"], x["watermark"]) for x in r.rollups},
                         {(False, "2026-03-02T08:59:59.999Z")})

    def test_end_is_the_latest_end_of_the_windows_that_hold_the_last_event(self):
        windows = {"1h": {"every": "1h", "allowed_lateness": "1d"}, "6h": {"every": "6h", "allowed_lateness": "0s"}}
        r = self.replay(self.write("in.jsonl", [created(1)]), options=["--as-of", "end"],
                        config=self.config(windows=windows, segmentations={"all": []}))
        self.assertEqual([(x["window_name"], x["is_closed"], x["window_end"]) for x in r.rollups],
                         [("1h", True, "2026-03-02T09:00:00.000Z"), ("6h", True, "2026-03-02T12:00:00.000Z")])

    def test_a_given_time_cuts_the_events_behind_it(self):
        r = self.replay(self.write("in.jsonl", LIFE), options=["--as-of", "2026-03-02T09:10:00Z"])
        self.assertEqual(r.summary["after_as_of"], 1)
        self.assertEqual(r.summary["applied"], 4)
        self.assertEqual(r.metric("backlog"), [{"value": 0}, {"value": 1}])
        self.assertEqual(r.rollups[-1]["watermark"], "2026-03-02T09:10:00.001Z")

    def test_a_given_time_behind_all_events_closes_what_ended_by_then(self):
        r = self.replay(self.write("in.jsonl", LIFE), options=["--as-of", "2026-03-03T00:00:00Z"])
        self.assertTrue(all(x["is_closed"] for x in r.rollups))

    def test_milliseconds_are_a_time_too(self):
        r = self.replay(self.write("in.jsonl", LIFE), options=["--as-of", "1772442600000"])
        self.assertEqual(r.summary["after_as_of"], 1)


class Late(Case):
    def test_a_late_event_corrects_what_is_open_and_is_told_where_it_is_not(self):
        windows = {"1h": {"every": "1h", "allowed_lateness": "1h"}, "10m": {"every": "10m", "allowed_lateness": "0s"}}
        late = created(3, "T-late", "2026-03-02T08:20:00Z")
        r = self.replay(self.write("in.jsonl", [
            created(1), created(2, "T-2", "2026-03-02T09:35:00Z"), late, created(4, "T-3", "2026-03-02T12:00:00Z")]),
            config=self.config(windows=windows, segmentations={"all": []}))
        self.assertEqual(r.summary["late"], 1)
        self.assertEqual(r.late, [{"key": "T-late", "reason": "window_closed",
                                   "windows": [{"window_name": "10m", "window_start": "2026-03-02T08:20:00.000Z"}],
                                   "value": json.dumps(late)}])
        hours = [(x["window_start"][11:16], x["revision"], x["late"], x["metrics"]["ticket_volume"]["value"])
                 for x in r.rollups if x["window_name"] == "1h"]
        self.assertEqual(hours[:2], [("08:00", 0, 0, 1), ("08:00", 1, 1, 2)])

    def test_all_windows_of_a_hop_that_are_closed_are_named(self):
        windows = {"hop": {"every": "10m", "length": "30m", "allowed_lateness": "0s"}}
        r = self.replay(self.write("in.jsonl", [
            created(1), created(2, "T-2", "2026-03-02T08:40:00Z"), created(3, "T-3", "2026-03-02T08:11:00Z")]),
            config=self.config(windows=windows, segmentations={"all": []}))
        # W is 08:35: of the three windows that hold 08:11, those that end 08:20 and 08:30 are closed.
        self.assertEqual([w["window_start"][11:16] for w in r.late[0]["windows"]], ["07:50", "08:00"])


class Accounts(Case):
    """Every record that comes in is in summary.json, under one word."""

    def test_each_word(self):
        r = self.replay(self.write("in.jsonl", [
            created(1),
            created(1),
            event("TicketTeleported", 2),
            created(3, "T-3", test=True),
            created(4, "T-4", at="2026-03-02T07:00:00Z", surprise=1),
            created(5, "T-5", at="2026-03-05T07:00:00Z"),
            {"event_id": "x"},
            b"{",
        ]), options=["--as-of", "2026-03-04T00:00:00Z"])
        counters = r.summary.pop("counters")
        self.assertEqual(r.summary, {"consumed": 8, "applied": 2, "late": 1, "duplicates": 1, "test": 1, "ignored": 1,
                                     "after_as_of": 1, "refused": {"missing_field": 1, "bad_json": 1}})
        self.assertEqual(counters["unknown_fields"], 1)
        self.assertEqual(counters["tickets"], 2)

    def test_refused_goes_before_test_before_ignored_before_after_as_of(self):
        r = self.replay(self.write("in.jsonl", [
            created(1),
            event("TicketMerged", 2, test=True),
            event("TicketTeleported", 3, test=True),
            event("TicketTeleported", 4, at="2027-01-01T00:00:00Z"),
        ]), options=["--as-of", "2026-03-04T00:00:00Z"])
        self.assertEqual((r.summary["refused"], r.summary["test"], r.summary["ignored"], r.summary["after_as_of"]),
                         ({"missing_field": 1}, 1, 1, 0))

    def test_test_events_and_unknown_types_move_the_watermark(self):
        for mover in (created(2, "T-2", "2026-03-02T12:00:00Z", test=True),
                      event("TicketTeleported", 2, at="2026-03-02T12:00:00Z")):
            r = self.replay(self.write("in.jsonl", [created(1), mover]))
            self.assertTrue(r.rollups[0]["is_closed"])


class Partitions(Case):
    def lives(self):
        for i in range(300):
            at = f"2026-03-{2 + i // 100:02}T{i // 5 % 20:02}:{i % 5 * 7:02}:00Z"
            yield created(i, f"T-{i}", at, channel=("email", "chat", "phone")[i % 3])
            yield event("MessagePosted", 1000 + i, f"T-{i}", at, author_kind="agent", visibility="public")

    def test_their_number_does_not_show(self):
        path = self.write("in.jsonl", sorted(self.lives(), key=lambda e: e["occurred_at"]))
        want = self.replay(path, options=["--raw"])
        for n in (2, 4, 16):
            got = self.replay(path, options=["--raw", "--partitions", n])
            self.assertEqual(got.bytes_of("rollups.kv"), want.bytes_of("rollups.kv"), n)
            self.assertEqual(got.summary["applied"], 600)

    def test_inputs_are_partitions_each_with_a_watermark_of_its_own(self):
        a = self.write("a.jsonl", [created(1), created(2, "T-2", "2026-03-02T12:00:00Z")])
        b = self.write("b.jsonl", [created(3, "T-3", "2026-03-02T08:10:00Z")])
        both = self.replay(a, b)
        self.assertEqual(both.summary["late"], 0, "b is behind a, and yet nothing of it is late")
        self.assertEqual(both.metric("ticket_volume"), [{"value": 2}, {"value": 1}])
        one = self.replay(self.write("c.jsonl", a.read_bytes() + b.read_bytes()))
        self.assertEqual(one.summary["late"], 1)

    def test_an_input_without_events_does_not_keep_the_others_from_ending(self):
        a = self.write("a.jsonl", LIFE)
        empty = self.write("b.jsonl", b"")
        want = self.replay(a).bytes_of("rollups.jsonl")
        self.assertEqual(self.replay(a, empty).bytes_of("rollups.jsonl"), want)


class Raw(Case):
    AGENT = {"all": [], "by_agent": ["agent"]}

    def files(self, **changes):
        r = self.replay(self.write("in.jsonl", [event("TicketCreated", 1, attrs={"agent": "ann"})]),
                        options=["--raw"], config=self.config(segmentations=self.AGENT, **changes))
        return r, read_kv(r.folder / "rollups.kv"), read_kv(r.folder / "rollups.agent.kv")

    def test_keys_and_where_agents_go(self):
        r, rollups, agents = self.files()
        self.assertEqual([k for k, _ in rollups], [b"all|1h|1772438400000"])
        self.assertEqual([k for k, _ in agents], [b"by_agent|agent=ann|1h|1772438400000"])
        self.assertEqual(len(r.rollups), 2)
        self.assertEqual(r.bytes_of("sla.kv"), b"")

    def test_confluent_framing_has_the_id_of_the_file_with_our_schema(self):
        _, rollups, _ = self.files()
        self.assertEqual(rollups[0][1][:5], b"\0\0\0\0\0")
        self.assertIn("Rollup", self.stderr)
        ids = self.folder / "ids"
        ids.mkdir()
        schema = json.loads((ROOT / "schemas" / "rollup.avsc").read_text())
        (ids / "7.avsc").write_text('"string"')
        (ids / "12.avsc").write_text(json.dumps(schema, indent=3))
        _, rollups, agents = self.files(output={"framing": "confluent", "schemas": str(ids)})
        self.assertEqual(rollups[0][1][:5], b"\0\0\0\0\x0c")
        self.assertEqual(agents[0][1][:5], b"\0\0\0\0\x0c")
        self.assertNotIn("Rollup", self.stderr)

    def test_the_other_framings(self):
        _, confluent, _ = self.files()
        _, raw, _ = self.files(output={"framing": "raw"})
        _, single, _ = self.files(output={"framing": "single_object"})
        self.assertEqual(raw[0][1], confluent[0][1][5:])
        self.assertEqual(single[0][1][:2], b"\xc3\x01")
        self.assertEqual(single[0][1][10:], raw[0][1])

    def test_keys_of_a_tenant(self):
        r = self.replay(self.write("in.jsonl", [created(1, tenant="acme")]), options=["--raw"])
        self.assertEqual(read_kv(r.folder / "rollups.kv")[0][0], b"acme|all|1h|1772438400000")


if __name__ == "__main__":
    unittest.main()

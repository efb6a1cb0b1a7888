# SPDX-License-Identifier: Apache-2.0
"""Hand-worked cases of arrival (watermark, hold, duplicates, lateness classes, as-of) and of publishing
(closes, corrections, revisions, levels, early records, the last edge), and tests of the comparison itself."""

import copy
import io
import json
import os
import random
import tempfile
import unittest

import arrival
import compare
import intake
import oracle
import streams
from cases import BASE, Result, Stream
from config import Calendar, Fixed, duration, instant, show_instant

HOUR = 3_600_000


def watermarks(records):
    return [(instant(r["watermark"]) - BASE) / 1000 for r in records]


class Arrival(unittest.TestCase):
    """ARCHITECTURE.md section 3."""

    def test_disorder_inside_the_limit_is_no_disorder(self):
        s = Stream().status(60, "solved").created(0).status(59, "open").pass_time(700)
        r = Result(s, disorder="1m")
        self.assertEqual((r.summary["late"], r.value("solve_events")), (0, 1))
        self.assertEqual(r.duration("agent_work_time"), (1, 60))

    def test_an_event_at_the_watermark_is_not_late(self):
        s = Stream().pass_time(100).created(40, "A").created(39.999, "B").pass_time(700)
        self.assertEqual(Result(s, disorder="1m").summary["late"], 1)

    def test_duplicates_fall_to_the_first_within_the_horizon(self):
        # Applied at 10; the horizon is 10 + 300 s, rounded up to 360 s.
        for again, expected in ((360, 1), (361, 0)):
            s = Stream().add("TicketEscalated", 10, event_id="x").add("TicketEscalated", again, event_id="x")
            r = Result(s.pass_time(700), duplicates="5m")
            self.assertEqual(r.summary["duplicates"], expected)
            self.assertEqual(r.value("escalations"), 2 - expected)

    def test_duplicates_are_not_dropped_when_switched_off(self):
        s = Stream().add("TicketEscalated", 10, event_id="x").add("TicketEscalated", 10, event_id="x")
        self.assertEqual(Result(s.pass_time(700), duplicates="0s").value("escalations"), 2)

    def test_a_full_hold_moves_the_watermark(self):
        # Two may wait: the third makes W 1.001 s, the fourth is late then.
        s = Stream().created(1, "A").created(2, "B").created(3, "C").created(0.5, "D").pass_time(900)
        r = Result(s, disorder="10m", limits={"held_events": 2})
        self.assertEqual((r.summary["late"], r.value("ticket_volume")), (1, 4))

    def test_after_as_of_moves_the_watermark_to_the_cap(self):
        s = Stream().created(10).created(700, "B").created(550, "C").created(601, "D")
        r = Result(s, as_of=600)
        self.assertEqual((r.summary["after_as_of"], r.summary["late"], r.summary["applied"]), (2, 1, 2))
        self.assertEqual((r.value("ticket_volume"), r.value("backlog")), (2, 2))

    def test_future_is_judged_by_recorded_at_then_by_now(self):
        s = Stream().created(3600).created(3601, "B").created(9000, "C", recorded_at=BASE + 5_400_000)
        r = Result(s, now=BASE)
        self.assertEqual(r.summary["refused"], {"time_in_future": 1})

    def test_late_events_of_closed_windows_are_reported(self):
        s = Stream().pass_time(1200).created(599).pass_time(1199).created(600, "B")
        r = Result(s, windows={"w": {"every": "10m", "allowed_lateness": "10m"}, "h": {"every": "1h"}})
        self.assertEqual([one["windows"] for one in r.late], [[{"window_name": "w", "window_start": BASE}]])
        self.assertEqual(r.summary["late"], 3)

    def test_partitions_keep_tickets_together_as_java_clients_do(self):
        # The vectors of Kafka's own test of murmur2, as unsigned numbers.
        for text, signed in (("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536),
                             ("a-little-bit-longer-string", -1486304829),
                             ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971), ("abc", 479470107)):
            self.assertEqual(arrival.murmur2(text.encode()), signed & 0xFFFFFFFF)

    def test_each_partition_has_its_own_watermark(self):
        ahead, behind = Stream().pass_time(900), Stream().created(10)
        r = Result(ahead, behind)
        self.assertEqual((r.summary["late"], watermarks(r.of()), r.value("ticket_volume")), (0, [600], 1))


class Publishing(unittest.TestCase):
    """When a record is published, and with which revision and watermark."""

    def test_a_correction_stands_at_the_first_edge_after_its_class(self):
        # Engine time of the late creation is W = 1000 s: class 960, so edge 1020.
        s = Stream().created(10).pass_time(1000).created(20, "B").pass_time(2000)
        found = Result(s).of()
        self.assertEqual(watermarks(found), [600, 1020])
        self.assertEqual([(r["revision"], r["late"], r["is_closed"]) for r in found], [(0, 0, True), (1, 1, True)])
        self.assertEqual(instant(found[0]["corrections_until"]), BASE + 1_200_000)

    def test_corrections_of_one_edge_come_together(self):
        s = Stream().created(10).pass_time(1000).created(20, "B").created(30, "C").pass_time(2000)
        self.assertEqual([r["metrics"]["ticket_volume"]["value"] for r in Result(s).of()], [1, 3])

    def test_a_late_fact_before_the_close_belongs_to_the_close(self):
        s = Stream().pass_time(500).created(20, "B").pass_time(2000)
        found = Result(s).of()
        self.assertEqual((watermarks(found), found[0]["late"]), ([600], 1))

    def test_a_late_fact_at_the_very_edge_is_a_correction(self):
        # W = 600 exactly: class 600 is not < 600.
        s = Stream().created(10).pass_time(600).created(20, "B").pass_time(2000)
        self.assertEqual(watermarks(Result(s).of()), [600, 660])

    def test_a_window_that_becomes_not_empty_is_published_without_revision(self):
        s = Stream().pass_time(1000).created(20).pass_time(2000)
        found = Result(s).of()
        self.assertEqual([(x, r["revision"]) for x, r in zip(watermarks(found), found)], [(1020, 0)])

    def test_a_record_that_falls_to_zero_is_published(self):
        s = Stream().add("SurveyResponded", 10, kind="csat", score=5).pass_time(700)
        s.add("SurveyResponded", 700, kind="csat", score=1).pass_time(2000)
        found = Result(s).of()
        self.assertEqual([r["metrics"]["csat"]["denominator"] for r in found], [1, 0])

    def test_a_change_that_changes_no_value_publishes_nothing(self):
        # Restored in the minute in which it was deleted.
        s = Stream().created(10).add("TicketDeleted", 700).add("TicketRestored", 710).pass_time(2000)
        self.assertEqual(len(Result(s).of()), 1)

    def test_deleted_and_restored_at_different_edges_publishes_twice_more(self):
        s = Stream().created(10).add("TicketDeleted", 700).add("TicketRestored", 770).pass_time(2000)
        r = Result(s)
        self.assertEqual([x["metrics"]["ticket_volume"]["value"] for x in r.of()], [1, 0, 1])
        self.assertEqual([x["revision"] for x in r.of()], [0, 1, 2])

    def test_a_restore_after_the_limit_leaves_the_volume_taken(self):
        s = Stream().created(10).add("TicketDeleted", 700).add("TicketRestored", 1200).pass_time(3000)
        r = Result(s)
        self.assertEqual((r.value("ticket_volume"), r.value("backlog"), r.value("backlog", start=600)), (0, 1, 0))
        self.assertEqual(r.value("backlog", start=1200), 1)

    def test_a_published_window_follows_the_level_of_an_earlier_one(self):
        s = Stream().created(610).pass_time(1290).created(10, "B").pass_time(3000)
        r = Result(s, windows={"w": {"every": "10m", "allowed_lateness": "1h"}})
        self.assertEqual([x["metrics"]["backlog"]["value"] for x in r.of(600)], [1, 2])
        self.assertEqual([x["metrics"]["net_flow"]["value"] for x in r.of(600)], [1, 1])

    def test_channel_mix_follows_its_sibling(self):
        s = Stream().created(10, attrs={"channel": "email"}).created(20, "B", attrs={"channel": "web"})
        s.pass_time(1000).created(30, "C", attrs={"channel": "web"}).pass_time(2000)
        r = Result(s, segmentations={"all": [], "c": ["channel"]})
        self.assertEqual([x["metrics"]["channel_mix"]["denominator"] for x in r.of(segment="c|channel=email")], [2, 3])
        self.assertEqual(r.metric("channel_mix", segment="c|channel=web"),
                         {"numerator": 2, "denominator": 3, "value": 2 / 3})
        self.assertNotIn("channel_mix", r.of()[0]["metrics"])

    def test_the_default_end_publishes_open_windows(self):
        r = Result(Stream().created(10).created(700, "B"))
        self.assertEqual([x["is_closed"] for x in r.records], [True, False])
        self.assertEqual(watermarks(r.records), [600, 700.001])
        self.assertEqual(r.value("backlog", start=600), 2)

    def test_the_last_edge_takes_rows_of_every_class(self):
        # The late fact has class 720, the last edge is at 720.001: the next full edge would be 780.
        s = Stream().created(10).pass_time(720).created(20, "B")
        found = Result(s).of()
        self.assertEqual(watermarks(found), [600, 720.001])

    def test_as_of_end_closes_all_windows_of_the_last_event(self):
        s = Stream().created(10)
        r = Result(s, as_of="end", windows={"w": {"every": "10m"}, "h": {"every": "1h"}})
        self.assertEqual([(x["window_name"], x["is_closed"]) for x in r.records], [("w", True), ("h", True)])
        self.assertEqual(watermarks(r.records), [600, 3600])

    def test_as_of_before_an_edge_closes_once(self):
        # as-of 599.999 s: W ends at 600 s, which is the close; the late row of class 600 is in it.
        s = Stream().created(10).pass_time(900).created(20, "B")
        found = Result(s, as_of=599.999).of()
        self.assertEqual([(x, r["revision"], r["late"]) for x, r in zip(watermarks(found), found)], [(600, 0, 1)])

    def test_the_order_of_an_edge(self):
        s = Stream()
        for ticket, tenant, channel in (("A", "b", "x"), ("B", "a", "y"), ("C", "a", "x")):
            s.created(10, ticket, tenant=tenant, attrs={"channel": channel})
        r = Result(s.pass_time(3600), segmentations={"c": ["channel"], "all": []}, windows={
            "w10": {"every": "10m"}, "w1h": {"every": "1h"}, "w1h-too": {"every": "1h"}})
        self.assertEqual([(x["tenant"], x["segment_id"], x["window_name"]) for x in r.records if
                          x["window_name"] != "w10"],
                         [(t, i, w) for t, i in (("a", "all"), ("a", "c|channel=x"), ("a", "c|channel=y"),
                                                 ("b", "all"), ("b", "c|channel=x")) for w in ("w1h", "w1h-too")])

    def test_early_records_when_something_changed(self):
        s = Stream().created(10).created(660, "B").pass_time(2000)
        found = Result(s, windows={"w": {"every": "30m", "emit_early_every": "5m"}}).of()
        self.assertEqual(watermarks(found), [300, 900, 1800])
        self.assertEqual([(r["revision"], r["is_closed"]) for r in found], [(0, False), (0, False), (0, True)])

    def test_tenants_do_not_mix(self):
        s = Stream().created(10, tenant="a").created(11, tenant="b").status(20, "solved", tenant="b").pass_time(700)
        r = Result(s)
        self.assertEqual([(x["tenant"], x["metrics"]["solved_tickets"]["value"],
                           x["metrics"]["backlog"]["value"]) for x in r.of()], [("a", 0, 1), ("b", 1, 0)])


class Windows(unittest.TestCase):
    """Edges of windows."""

    def test_tumbling_with_an_offset(self):
        weeks = Fixed("w", {"every": "7d", "offset": "4d"})
        self.assertEqual(weeks.holding(BASE), [(instant("2026-03-02T00:00:00Z"), instant("2026-03-09T00:00:00Z"))])

    def test_hopping(self):
        hop = Fixed("h", {"every": "10m", "length": "20m"})
        self.assertEqual(hop.holding(BASE), [(BASE - 600_000, BASE + 600_000), (BASE, BASE + 1_200_000)])

    def test_calendar_days_over_daylight_saving(self):
        day = Calendar("d", {"calendar": "day", "zone": "Europe/Berlin"})
        start, end = day.holding(instant("2026-03-29T12:00:00Z"))[0]
        self.assertEqual((show_instant(start), (end - start) // HOUR), ("2026-03-28T23:00:00.000Z", 23))
        self.assertEqual(day.previous((start, end)), (start - 24 * HOUR, start))

    def test_longer_calendar_windows(self):
        for unit, first in (("week", "2026-03-02"), ("month", "2026-03-01"), ("quarter", "2026-01-01"),
                            ("year", "2026-01-01")):
            start = Calendar("c", {"calendar": unit}).holding(BASE + 90_000_000)[0][0]
            self.assertEqual(show_instant(start)[:10], first)

    def test_durations_and_instants(self):
        self.assertEqual((duration("1h30m"), duration("250ms")), (5_400_000, 250))
        self.assertEqual(instant("2026-03-02T09:30:00.123999+01:30"), BASE + 123)
        self.assertIsNone(instant("2026-03-02T09:30:00"))


class Invariants(unittest.TestCase):
    """What must hold of any stream without late events."""

    SEGMENTATIONS = {"all": [], "by_channel": ["channel"], "by_team_channel": ["team", "channel"]}
    SUMMED = ("ticket_volume", "solve_events", "closed_events", "reopens", "escalations", "net_flow")

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def stream(self, seed):
        """(config, accepted lines by time) of a seed; no limit on the hold, so that nothing is late."""
        plan = streams.make_plan(seed, 300, profile="disorder")
        names, _ = streams.write(plan, self.folder.name)
        with open(os.path.join(self.folder.name, "config.json"), encoding="utf-8") as file:
            raw = json.load(file)
        raw.update(limits={}, segmentations=self.SEGMENTATIONS)
        lines = [line for name in names for line in oracle.read_file(os.path.join(self.folder.name, name))]
        lines.sort(key=lambda line: intake.read(line, 10**15, None).t)
        return oracle.Config(json.dumps(raw)), lines

    def test_levels_follow_the_flow_and_segments_add_up(self):
        for seed in range(8):
            config, lines = self.stream(seed)
            for window in config.windows:
                window.early = None
            records, ledger = oracle.run(config, [lines])
            self.assertEqual(ledger.counts["late"], 0)
            level, sums = {}, {}
            for record in records:
                key = record["tenant"], record["segment_id"], record["window_name"]
                metrics = record["metrics"]
                if record["revision"] == 0:
                    level[key] = level.get(key, 0) + metrics["net_flow"]["value"]
                    self.assertEqual(metrics["backlog"]["value"], level[key], (seed, key))
            final = {(r["tenant"], r["segment_id"], r["window_name"], r["window_start"]): r for r in records}
            for (tenant, _, name, start), record in final.items():
                row = sums.setdefault((tenant, name, start), {})
                at = row.setdefault(record["segmentation"], dict.fromkeys(self.SUMMED, 0))
                for metric in self.SUMMED:
                    at[metric] += record["metrics"][metric]["value"]
            for row in sums.values():
                for segmentation in self.SEGMENTATIONS:
                    empty = dict.fromkeys(self.SUMMED, 0)
                    self.assertEqual(row.get(segmentation, empty), row.get("all", empty), seed)

    def test_arrival_and_partitions_do_not_matter(self):
        for seed in range(8):
            config, lines = self.stream(seed)
            config.duplicates_within = 10**9
            expected, _ = oracle.run(config, [lines])
            rng = random.Random(seed)
            delayed = [(intake.read(line, 10**15, None).t + config.disorder * rng.random(), line) for line in lines]
            shuffled = [line for _, line in sorted(delayed)]
            for partitions in (1, 5):
                got, ledger = oracle.run(config, [shuffled], partitions)
                self.assertEqual(ledger.counts["late"], 0)
                self.assertEqual(got, expected, (seed, partitions))


class Comparison(unittest.TestCase):
    """A difference that is planted is found."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.expected = os.path.join(cls.folder.name, "expected")
        names, _ = streams.write(streams.make_plan(3, 150, profile="wild"), cls.folder.name)
        cls.config = os.path.join(cls.folder.name, "config.json")
        lines = [oracle.read_file(os.path.join(cls.folder.name, name)) for name in names]
        cls.records, cls.ledger = oracle.run(oracle.Config.read(cls.config), lines)
        oracle.write(cls.expected, cls.records, cls.ledger)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def differences(self, change=None, summary=None):
        records = copy.deepcopy(self.records)
        if change:
            change(records)
        got = os.path.join(self.folder.name, "got")
        oracle.write(got, records, self.ledger)
        if summary:
            with open(os.path.join(got, "summary.json"), "w", encoding="utf-8") as file:
                json.dump({**self.ledger.summary(), **summary}, file)
        return compare.compare(self.expected, got, out=io.StringIO())

    def set(self, *path):
        *path, value = path

        def change(records):
            at = next(r for r in records if r["metrics"]["first_response_time"]["count"])
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = value(at[path[-1]]) if callable(value) else value
        return change

    def test_the_same_is_the_same(self):
        self.assertEqual(self.differences(), 0)

    def test_planted_differences(self):
        first = ("metrics", "first_response_time")
        plants = [self.set("revision", 7), self.set("late", 99), self.set(*first, "sum_ms", lambda v: v + 1),
                  self.set(*first, "p50_ms", lambda v: v * 1.006), self.set(*first, None),
                  self.set("metrics", "backlog", "value", lambda v: v + 1), self.set("is_closed", None),
                  self.set("metrics", "resolution_rate", "value", 0.1234), lambda records: records.pop(),
                  lambda records: records.append(dict(records[0], watermark="x")), lambda records: records.reverse()]
        for number, plant in enumerate(plants):
            self.assertGreater(self.differences(plant), 0, number)
        self.assertEqual(self.differences(summary={"late": 1000}), 1)

    def test_the_sketch_may_be_off_by_half_a_percent(self):
        change = self.set("metrics", "first_response_time", "p50_ms", lambda v: v * 1.0049)
        self.assertEqual(self.differences(change), 0)


if __name__ == "__main__":
    unittest.main()

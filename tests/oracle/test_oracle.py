# SPDX-License-Identifier: Apache-2.0
"""The oracle's own tests: answers worked out by hand from METRICS.md 1.0.1, rule by rule.

Windows are 10 minutes with 10 minutes of allowed lateness unless a test says otherwise; seconds count from a
window's start. A final TicketSplit moves the watermark where a window must close."""

import unittest

from cases import Result, Stream


class Input(unittest.TestCase):
    """Rule 1."""

    def test_every_reason_to_refuse(self):
        s = Stream()
        s.raw(b"{").raw(b"[]").raw(b"\xff{}")
        s.raw(b'{"event_type":"TicketCreated","ticket_id":"T","occurred_at":1}')
        s.raw(b'{"event_type":"TicketCreated","event_id":"x","ticket_id":"T"}')
        s.raw(b'{"event_type":"TicketCreated","event_id":"x","ticket_id":"T","occurred_at":"noon"}')
        s.raw(b'{"event_type":"TicketCreated","event_id":"x","ticket_id":"T","occurred_at":-1}')
        s.add("MessagePosted", 1, author_kind="ghost", visibility="public")
        s.add("MessagePosted", 1, author_kind="agent")
        s.add("TicketStatusChanged", 1).add("TicketMerged", 1).add("SurveyOffered", 1, kind="thumbs")
        s.add("QaReviewCompleted", 1, points=1, possible=0)
        s.created(4000, recorded_at="2026-03-02T08:00:00Z")
        r = Result(s)
        self.assertEqual(r.summary["refused"], {
            "bad_json": 2, "bad_utf8": 1, "missing_field": 5, "bad_value": 2, "time_out_of_range": 1,
            "unknown_enum": 2, "time_in_future": 1})
        self.assertEqual(r.summary["consumed"], 14)
        self.assertEqual(r.records, [])

    def test_test_events_and_unknown_types_are_not_applied(self):
        s = Stream().created(1, test=True).add("TicketExploded", 2, attrs={"channel": "x"}).created(3)
        r = Result(s.pass_time(700))
        self.assertEqual((r.summary["test"], r.summary["ignored"], r.summary["applied"]), (1, 1, 2))
        self.assertEqual(r.value("ticket_volume"), 1)

    def test_order_is_time_then_sequence_then_id(self):
        # Same instant: the sequence decides, and an event without one comes last.
        s = Stream().status(5, "solved", source_sequence=2).status(5, "open", source_sequence=1)
        s.created(1).status(5, "pending")
        r = Result(s.pass_time(700), disorder="1m")
        self.assertEqual((r.value("solve_events"), r.value("reopens"), r.value("backlog")), (1, 1, 1))

    def test_unknown_status_changes_nothing(self):
        s = Stream().created(1).status(5, "frozen").pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("backlog"), r.summary["applied"]), (1, 3))


class Segments(unittest.TestCase):
    """Rule 2."""

    SEGMENTATIONS = {"by_agent": ["agent"], "by_issue": ["issue_type"], "by_channel": ["channel"],
                     "by_plan": ["custom.plan"], "all": []}

    def test_credit_of_a_reply_is_its_author(self):
        s = Stream().created(0, attrs={"agent": "ann"}).reply(60, actor={"kind": "agent", "id": "bob"})
        s.status(90, "solved").pass_time(700)
        r = Result(s, segmentations=self.SEGMENTATIONS)
        self.assertEqual(r.duration("first_response_time", segment="by_agent|agent=bob"), (1, 60))
        self.assertEqual(r.duration("first_response_time", segment="by_agent|agent=ann"), (0, 0))
        self.assertEqual(r.value("solved_tickets", segment="by_agent|agent=ann"), 1)

    def test_several_issue_types_count_in_each_and_once_in_all(self):
        s = Stream().created(0, attrs={"issue_types": ["a", "b", "a"]}).created(1, "T2").pass_time(700)
        r = Result(s, segmentations=self.SEGMENTATIONS)
        for segment, volume in (("by_issue|issue_type=a", 1), ("by_issue|issue_type=b", 1),
                                ("by_issue|issue_type=", 1), ("all", 2)):
            self.assertEqual(r.value("ticket_volume", segment=segment), volume, segment)

    def test_own_fields_win_over_attrs_and_empty_clears(self):
        s = Stream().created(0, attrs={"channel": "email", "custom": {"plan": "gold"}})
        s.add("TicketChannelMoved", 10, to="phone", attrs={"channel": "web", "custom": {"plan": ""}})
        s.add("TicketEscalated", 20).pass_time(700)
        r = Result(s, segmentations=self.SEGMENTATIONS)
        self.assertEqual(r.value("escalations", segment="by_channel|channel=phone"), 1)
        self.assertEqual(r.value("escalations", segment="by_plan|custom.plan="), 1)
        self.assertEqual(r.of(segment="by_plan|custom.plan=gold")[0]["segment"], {"custom": {"plan": "gold"}})

    def test_channels_are_mapped_and_ids_escaped(self):
        s = Stream().created(0, attrs={"channel": "live chat", "issue_types": ["a|b=c\\"]}).pass_time(700)
        r = Result(s, segmentations=self.SEGMENTATIONS, channels={"live chat": "chat"})
        self.assertEqual(r.value("ticket_volume", segment="by_channel|channel=chat"), 1)
        self.assertEqual(r.value("ticket_volume", segment="by_issue|issue_type=a\\|b\\=c\\\\"), 1)


class Retractions(unittest.TestCase):
    """Rules 3 and 11."""

    def test_a_merge_takes_the_volume_while_the_window_can_be_corrected(self):
        s = Stream().created(5).created(10, "T2").add("TicketMerged", 1199, into="T2").pass_time(3000)
        r = Result(s)
        self.assertEqual([x["metrics"]["ticket_volume"]["value"] for x in r.of()], [2, 1])
        self.assertEqual([x["revision"] for x in r.of()], [0, 1])

    def test_a_merge_at_the_limit_comes_too_late(self):
        s = Stream().created(5).created(10, "T2").add("TicketMerged", 1200, into="T2").pass_time(3000)
        r = Result(s)
        self.assertEqual(r.value("ticket_volume"), 2)
        self.assertEqual(r.value("backlog", start=1200), 1)

    def test_restored_volume_returns_and_so_does_the_backlog(self):
        s = Stream().created(5).add("TicketMarkedSpam", 20).add("TicketRestored", 30).pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("ticket_volume"), r.value("backlog"), r.value("net_flow")), (1, 1, 1))

    def test_a_cancelled_ticket_makes_no_facts_but_moves(self):
        s = Stream().created(5).add("TicketDeleted", 20).status(30, "solved").reply(35).add("TicketEscalated", 40)
        s.add("TicketRestored", 50).status(60, "open").pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("solve_events"), r.value("escalations"), r.value("reopens")), (0, 0, 1))
        self.assertEqual(r.duration("first_response_time"), (0, 0))
        self.assertEqual(r.value("backlog"), 1)

    def test_rows_that_cancel_out_publish_nothing(self):
        s = Stream().created(5).add("TicketDeleted", 20).pass_time(700)
        self.assertEqual(Result(s).of(), [])


class Solves(unittest.TestCase):
    """Rules 4 and 5."""

    def test_solved_twice_in_a_window_counts_once_by_the_last_solve(self):
        s = Stream().created(0, attrs={"team": "a"}).status(60, "solved").status(120, "open")
        s.add("TicketAttributesChanged", 130, attrs={"team": "b"}).status(180, "solved").pass_time(700)
        r = Result(s, segmentations={"all": [], "t": ["team"]})
        self.assertEqual((r.value("solve_events"), r.value("solved_tickets"), r.value("reopens")), (2, 1, 1))
        self.assertEqual(r.duration("resolution_time"), (1, 180))
        self.assertEqual(r.duration("first_resolution_time"), (1, 60))
        self.assertEqual(r.value("solved_tickets", segment="t|team=a"), 0)
        self.assertEqual(r.value("solved_tickets", segment="t|team=b"), 1)
        self.assertEqual(r.value("solve_events", segment="t|team=a"), 1)

    def test_solved_in_two_windows_counts_in_both_and_once_in_the_window_that_holds_both(self):
        s = Stream().created(0).status(60, "solved").status(120, "open").status(660, "solved").pass_time(3700)
        r = Result(s, windows={"w": {"every": "10m"}, "h": {"every": "1h"}})
        self.assertEqual((r.value("solved_tickets"), r.value("solved_tickets", start=600)), (1, 1))
        self.assertEqual(r.value("solved_tickets", window="h"), 1)
        self.assertEqual(r.duration("resolution_time", window="h"), (1, 660))

    def test_closed_after_solved_adds_nothing_but_a_closed_event(self):
        s = Stream().created(0).status(60, "solved").status(70, "closed").status(80, "closed").pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("solve_events"), r.value("closed_events")), (1, 1))

    def test_created_closed_is_a_solve_and_a_closed_event(self):
        r = Result(Stream().created(0, status="closed").pass_time(700))
        self.assertEqual((r.value("solve_events"), r.value("closed_events"), r.value("backlog")), (1, 1, 0))
        self.assertEqual(r.duration("resolution_time"), (1, 0))

    def test_time_per_status(self):
        # new 0-10, open 10-30, pending 30-70, hold 70-100, solved 100-150, open 150-160, solved.
        s = Stream().created(0).status(10, "open").status(30, "pending").status(70, "hold")
        s.status(100, "solved").status(150, "open").status(160, "closed").pass_time(700)
        r = Result(s)
        self.assertEqual(r.duration("resolution_time"), (1, 160))
        self.assertEqual(r.duration("resolution_time_excluding_wait"), (1, 120))
        self.assertEqual(r.duration("agent_work_time"), (1, 40))
        self.assertEqual(r.duration("requester_wait_time"), (1, 70))
        self.assertEqual(r.duration("first_resolution_time"), (1, 100))


class Replies(unittest.TestCase):
    """Rules 6 and 7."""

    def test_first_response_needs_a_human_in_public(self):
        s = Stream().created(0).reply(10, visibility="internal").reply(20, author_kind="bot")
        s.reply(30, auto_response=True).reply(40).reply(50).pass_time(700)
        r = Result(s)
        self.assertEqual(r.duration("first_response_time"), (1, 40))
        self.assertEqual(r.duration("response_time"), (1, 40))
        self.assertEqual(r.duration("next_reply_time"), (0, 0))

    def test_agent_initiated_starts_at_the_first_customer_message(self):
        s = Stream().created(0, initiated_by="agent").reply(10).customer(30).customer(40).reply(50).pass_time(700)
        r = Result(s)
        self.assertEqual(r.duration("first_response_time"), (1, 20))
        self.assertEqual(r.duration("response_time"), (1, 20))

    def test_system_initiated_opens_no_cycle(self):
        r = Result(Stream().created(0, initiated_by="system").reply(10).pass_time(700))
        self.assertEqual(r.duration("first_response_time"), (1, 10))
        self.assertEqual(r.duration("response_time"), (0, 0))

    def test_a_cycle_starts_at_the_oldest_message_and_a_solve_ends_it_uncounted(self):
        s = Stream().created(0).reply(10).customer(20).customer(25).reply(50).customer(60).status(70, "solved")
        s.reply(80).status(85, "closed").customer(90).reply(100).pass_time(700)
        r = Result(s)
        self.assertEqual(r.duration("response_time"), (3, 10 + 30 + 10))
        self.assertEqual(r.duration("next_reply_time"), (2, 40))

    def test_counters_on_the_solve(self):
        s = Stream().customer(1).created(5).reply(10).customer(15).add("TicketAssigned", 20, to_agent="ann")
        s.add("TicketAssigned", 21, to_agent="bob").add("TicketAssigned", 22, kind="transfer")
        s.add("TicketAssigned", 23, kind="initial").add("TicketAttributesChanged", 24, attrs={"agent": "cem"})
        s.reply(30).status(40, "solved").pass_time(700)
        r = Result(s)
        self.assertEqual(r.metric("interactions_per_ticket"), {"sum": 2, "n": 1, "value": 2})
        self.assertEqual(r.metric("customer_messages_per_ticket"), {"sum": 2, "n": 1, "value": 2})
        self.assertEqual(r.metric("handoffs_per_ticket"), {"sum": 2, "n": 1, "value": 2})

    def test_a_transfer_is_a_handoff_even_as_the_first_assignment(self):
        s = Stream().created(0).add("TicketAssigned", 5, kind="requeue").status(9, "solved").pass_time(700)
        self.assertEqual(Result(s).metric("handoffs_per_ticket")["sum"], 1)


class Rates(unittest.TestCase):
    """Rule 8, and the ratios of INTERFACES.md section 3."""

    def test_flow_ratios(self):
        s = Stream().created(0).created(1, "T2").add("TicketEscalated", 5).add("TicketEscalated", 6)
        s.status(10, "solved").status(20, "open").status(30, "solved").pass_time(700)
        r = Result(s)
        self.assertEqual(r.metric("escalation_rate"), {"numerator": 1, "denominator": 2, "value": 0.5})
        self.assertEqual(r.metric("reopen_rate"), {"numerator": 1, "denominator": 2, "value": 0.5})
        self.assertEqual(r.metric("resolution_rate"), {"numerator": 1, "denominator": 2, "value": 0.5})
        self.assertEqual(r.value("escalations"), 2)

    def test_nothing_over_nothing_is_null(self):
        r = Result(Stream().add("TicketEscalated", 5).pass_time(700))
        self.assertEqual(r.metric("escalation_rate"), {"numerator": 1, "denominator": 0, "value": None})


class Levels(unittest.TestCase):
    """Rule 9."""

    def test_backlog_is_the_level_before_the_end_and_flows_with_moves(self):
        s = Stream().created(0, attrs={"team": "a"}).created(600, "T2", attrs={"team": "a"})
        s.add("TicketAttributesChanged", 700, attrs={"team": "b"}).status(1300, "solved").pass_time(1900)
        r = Result(s, segmentations={"all": [], "t": ["team"]})
        self.assertEqual([r.value("backlog", start=x) for x in (0, 600, 1200)], [1, 2, 1])
        self.assertEqual([r.value("net_flow", start=x) for x in (0, 600, 1200)], [1, 1, -1])
        self.assertEqual(r.value("net_flow", start=600, segment="t|team=b"), 1)
        self.assertEqual(r.of(600, "t|team=a")[0]["metrics"]["backlog"]["value"], 1)
        self.assertEqual(r.of(600, "t|team=a")[0]["metrics"]["net_flow"]["value"], 0)

    def test_a_level_without_flow_publishes_nothing(self):
        r = Result(Stream().created(0).pass_time(1900))
        self.assertEqual((len(r.of(0)), r.of(600), r.of(1200)), (1, [], []))

    def test_a_late_creation_corrects_the_levels_that_can_still_be_corrected(self):
        # W is 1790 - 60 = 1730 when the creation of t = 590 comes: window 0 (until 1200) is closed for good,
        # window 600 (until 1800) and those after it are not.
        s = Stream().created(5, "T0").created(610, "T1").created(1210, "T2").pass_time(1790).created(590, "T3")
        r = Result(s.pass_time(4000), disorder="1m")
        self.assertEqual((r.value("backlog"), r.value("ticket_volume")), (1, 1))
        self.assertEqual([x["metrics"]["backlog"]["value"] for x in r.of(600)], [2, 3])
        self.assertEqual([x["metrics"]["net_flow"]["value"] for x in r.of(600)], [1, 2])
        self.assertEqual(r.value("ticket_volume", start=600), 1)
        self.assertEqual((r.value("backlog", start=1200), r.value("net_flow", start=1200)), (4, 1))

    def test_a_late_change_enters_no_earlier_than_the_last_move(self):
        # Moved to team b at 700; a late solve of t = 500 may not lower b before 700.
        s = Stream().created(0, attrs={"team": "a"}).add("TicketAttributesChanged", 700, attrs={"team": "b"})
        s.pass_time(900).status(500, "solved").pass_time(2000)
        r = Result(s, disorder="1m", segmentations={"t": ["team"]},
                   windows={"w": {"every": "10m", "allowed_lateness": "1h"}})
        self.assertEqual(r.value("backlog", segment="t|team=a"), 1)
        self.assertEqual(r.value("net_flow", start=600, segment="t|team=a"), -1)
        self.assertEqual(r.of(600, "t|team=b"), [])
        self.assertEqual(r.value("solve_events", segment="t|team=b"), 1)


class WithoutCreation(unittest.TestCase):
    """Rule 10."""

    def test_facts_that_need_no_creation_count(self):
        s = Stream().customer(1).reply(5).status(9, "solved").pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("ticket_volume"), r.value("backlog"), r.value("solved_tickets")), (0, 0, 1))
        self.assertEqual(r.duration("response_time"), (1, 4))
        self.assertEqual(r.duration("first_response_time"), (0, 0))
        self.assertEqual(r.duration("resolution_time"), (0, 0))

    def test_a_creation_later_in_the_order_keeps_the_status(self):
        s = Stream().status(1, "solved").created(5, status="open").status(65, "open").status(90, "solved")
        r = Result(s.pass_time(700))
        self.assertEqual((r.value("ticket_volume"), r.value("backlog"), r.value("solve_events")), (1, 0, 2))
        self.assertEqual(r.duration("resolution_time"), (1, 85))
        self.assertEqual(r.duration("agent_work_time"), (1, 25))
        self.assertEqual(r.duration("first_resolution_time"), (0, 0))

    def test_a_second_creation_changes_nothing(self):
        s = Stream().created(1).created(5, status="solved", attrs={"team": "x"}).add("TicketEscalated", 9)
        r = Result(s.pass_time(700), segmentations={"all": [], "t": ["team"]})
        self.assertEqual((r.value("ticket_volume"), r.value("solve_events")), (1, 0))
        self.assertEqual(r.value("escalations", segment="t|team="), 1)
        self.assertEqual(r.summary["applied"], 4)

    def test_a_solved_ticket_is_forgotten_at_the_instant(self):
        for at, reopens in ((60 + 299, 1), (60 + 300, 0)):
            s = Stream().created(1).status(60, "solved").status(at, "open").pass_time(700)
            self.assertEqual(Result(s, retain="5m").value("reopens"), reopens, at)

    def test_an_unsolved_ticket_is_kept(self):
        s = Stream().created(1).reply(2000).pass_time(2500)
        self.assertEqual(Result(s, retain="5m").duration("first_response_time", start=1800), (1, 1999))


class Surveys(unittest.TestCase):
    """Rules 12 and 14."""

    def answer(self, stream, at, kind, score, **own):
        return stream.add("SurveyResponded", at, survey_id="s", kind=kind, score=score, **own)

    def test_the_last_valid_answer_wins(self):
        s = Stream()
        self.answer(s, 10, "csat", 2)
        self.answer(s, 20, "csat", 5)
        self.answer(s, 30, "csat", 9)
        self.answer(s, 40, "csat", None)
        r = Result(s.pass_time(700))
        csat = r.metric("csat")
        self.assertEqual((csat["numerator"], csat["denominator"], csat["value"]), (1, 1, 1.0))
        self.assertTrue(csat["low_sample"])

    def test_an_answer_in_a_later_window_is_taken_from_the_earlier(self):
        s = Stream().created(0)
        self.answer(s, 10, "nps", 3)
        self.answer(s, 610, "nps", 10)
        r = Result(s.pass_time(1300))
        self.assertEqual(r.metric("nps"), {"promoters": 0, "detractors": 0, "n": 0, "value": None})
        self.assertEqual(r.metric("nps", start=600), {"promoters": 1, "detractors": 0, "n": 1, "value": 100})

    def test_scales(self):
        s = Stream()
        for number, (kind, score) in enumerate((("ces", 7), ("ces", 4), ("ces", 0), ("csat", 1), ("nps", 7))):
            own = {"scale": "0-1"} if kind == "csat" else {}
            s.add("SurveyResponded", 10 + number, f"T{number}", kind=kind, score=score, **own)
        r = Result(s.pass_time(700))
        self.assertEqual(r.metric("ces"), {"sum": 11, "n": 2, "value": 5.5})
        self.assertEqual((r.metric("ces_positive")["numerator"], r.metric("csat")["numerator"]), (1, 1))
        self.assertEqual(r.metric("nps"), {"promoters": 0, "detractors": 0, "n": 1, "value": 0})

    def test_wilson_interval(self):
        # The example of INTERFACES.md section 3: 7 of 8.
        s = Stream()
        for number in range(8):
            s.add("SurveyResponded", 10, f"T{number}", kind="csat", score=5 if number else 1)
        csat = Result(s.pass_time(700)).metric("csat")
        self.assertEqual((csat["value"], round(csat["low"], 3), round(csat["high"], 3)), (0.875, 0.529, 0.978))

    def test_reviews_are_taken_back_by_id_and_by_supersedes(self):
        s = Stream()
        for at, review, points, own in ((10, "a", 1, {}), (20, "a", 2, {}), (30, "b", 4, {}),
                                        (40, "c", 7.5, {"supersedes": "a"})):
            s.add("QaReviewCompleted", at, review_id=review, agent="ann", points=points, possible=10, **own)
        r = Result(s.pass_time(700), segmentations={"g": ["agent"]})
        self.assertEqual(r.metric("qa_score", segment="g|agent=ann"),
                         {"numerator": 11.5, "denominator": 20, "value": 0.575})

    def test_percentiles_are_nearest_rank(self):
        s = Stream()
        for number in range(10):
            s.created(0, f"T{number}", initiated_by="system").reply(number + 1, f"T{number}")
        found = Result(s.pass_time(700), disorder="1m").metric("first_response_time")
        self.assertEqual([found[p] for p in ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "min_ms", "max_ms")],
                         [5000, 9000, 10000, 10000, 1000, 10000])


class Late(unittest.TestCase):
    """Rule 13: W is 60 s behind the newest event."""

    def run_late(self, stream, until=900, **settings):
        return Result(stream.pass_time(until), disorder="1m", **settings)

    def test_a_late_status_older_than_the_mark_is_dropped(self):
        s = Stream().created(0).status(200, "open").pass_time(400).status(190, "solved").status(210, "hold")
        s.status(450, "solved")
        r = self.run_late(s)
        self.assertEqual((r.value("solve_events"), r.summary["late"], r.of()[0]["late"]), (1, 2, 0))
        self.assertEqual(r.duration("requester_wait_time"), (1, 450))
        self.assertEqual(r.duration("agent_work_time"), (1, 210))

    def test_each_part_of_a_late_event_stands_for_itself(self):
        s = Stream().created(0).status(100, "open").add("TicketAttributesChanged", 300, attrs={"team": "a"})
        s.pass_time(400).status(200, "solved", attrs={"team": "b"})
        r = self.run_late(s, segmentations={"t": ["team"]})
        self.assertEqual(r.value("solve_events", segment="t|team=a"), 1)
        self.assertEqual(r.of(segment="t|team=b"), [])

    def test_a_late_creation_fills_what_is_empty(self):
        s = Stream().add("TicketEscalated", 100, attrs={"team": "a"}).pass_time(400)
        s.created(90, attrs={"team": "b", "priority": "high"})
        r = self.run_late(s, segmentations={"t": ["team", "priority"]})
        self.assertEqual(r.value("ticket_volume", segment="t|team=a|priority=high"), 1)

    def test_an_older_reply_takes_the_place_of_the_first(self):
        s = Stream().created(0).reply(200).pass_time(400).reply(50)
        r = self.run_late(s)
        self.assertEqual(r.duration("first_response_time"), (1, 50))
        self.assertEqual(r.duration("response_time"), (1, 200))
        self.assertEqual(r.of()[0]["late"], 1)

    def test_a_late_reply_older_than_the_cycle_does_not_close_it(self):
        s = Stream().created(0).reply(10).customer(200).pass_time(400).reply(100).reply(500)
        r = self.run_late(s)
        self.assertEqual(r.duration("next_reply_time"), (1, 300))

    def test_a_late_message_before_the_last_reply_opens_nothing(self):
        s = Stream().created(0).reply(200).pass_time(400).customer(150).reply(500)
        self.assertEqual(self.run_late(s).duration("response_time"), (1, 200))

    def test_a_late_answer_older_than_the_one_that_counts_changes_nothing(self):
        s = Stream().add("SurveyResponded", 200, kind="csat", score=5).pass_time(400)
        s.add("SurveyResponded", 100, kind="csat", score=1)
        csat = self.run_late(s).metric("csat")
        self.assertEqual((csat["numerator"], csat["denominator"]), (1, 1))

    def test_a_negative_duration_is_left_out(self):
        # The creation of t = 250 comes late and after a late step may still come at 220.
        s = Stream().status(200, "open").pass_time(400).created(250).status(220, "solved")
        r = self.run_late(s)
        self.assertEqual((r.value("solved_tickets"), r.duration("resolution_time")), (1, (0, 0)))

    def test_a_late_cancel_older_than_a_restore_is_dropped(self):
        s = Stream().created(0).add("TicketDeleted", 100).add("TicketRestored", 200).pass_time(400)
        s.add("TicketMarkedSpam", 150)
        self.assertEqual(self.run_late(s).value("ticket_volume"), 1)


if __name__ == "__main__":
    unittest.main()

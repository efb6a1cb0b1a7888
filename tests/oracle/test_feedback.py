# SPDX-License-Identifier: Apache-2.0
"""Hand-worked cases of the rest of the ticket topic: METRICS.md 1.0.1 rule 16, the ageing histograms of rule 9
and emit_early_every. As in test_oracle.py, windows are 10 minutes with 10 minutes of allowed lateness, and
seconds count from a window's start."""

import unittest

import compare
import lacking
import metrics
from cases import BASE, Result, Stream
from config import instant

DAY = 86_400
EMPTY = {"lt_1d": 0, "d1_3": 0, "d3_7": 0, "d7_14": 0, "d14_30": 0, "ge_30d": 0,
         "p50_ms": None, "p90_ms": None, "max_ms": None}


def aged(*ages, **buckets):
    """The histogram of these buckets with p50, p90 and maximum in seconds."""
    return {**EMPTY, **buckets, **dict(zip(("p50_ms", "p90_ms", "max_ms"), (int(age * 1000) for age in ages)))}


class FirstReplies(unittest.TestCase):
    """first_response_time_any, _since_handoff, _since_reopen."""

    AGENTS = {"g": ["agent"]}

    def test_any_takes_a_bot_but_no_auto_response_and_no_note(self):
        s = Stream().created(0).bot(5, auto_response=True).bot(10, visibility="internal").bot(20).bot(25).reply(40)
        r = Result(s.pass_time(700))
        self.assertEqual(r.duration("first_response_time_any"), (1, 20))
        self.assertEqual(r.duration("first_response_time"), (1, 40))

    def test_any_takes_a_person_and_credits_the_author(self):
        s = Stream().created(0, attrs={"agent": "ann"}).reply(30, actor={"kind": "agent", "id": "bob"})
        r = Result(s.pass_time(700), segmentations=self.AGENTS)
        self.assertEqual(r.duration("first_response_time_any", segment="g|agent=bob"), (1, 30))

    def test_any_of_a_bot_belongs_to_the_agent_of_the_ticket(self):
        s = Stream().created(0, attrs={"agent": "ann"}).bot(30, actor={"kind": "agent", "id": "bob"})
        r = Result(s.pass_time(700), segmentations=self.AGENTS)
        self.assertEqual(r.duration("first_response_time_any", segment="g|agent=ann"), (1, 30))

    def test_any_starts_where_first_response_time_starts(self):
        s = Stream().created(0, initiated_by="agent").bot(10).customer(30).bot(45).pass_time(700)
        self.assertEqual(Result(s).duration("first_response_time_any"), (1, 15))

    def test_a_late_older_message_replaces_nothing_in_any(self):
        s = Stream().created(0).bot(200).pass_time(400).bot(50).reply(60).pass_time(900)
        r = Result(s, disorder="1m")
        self.assertEqual(r.duration("first_response_time_any"), (1, 200))
        self.assertEqual(r.duration("first_response_time"), (1, 60))

    def test_a_first_message_on_a_cancelled_ticket_still_was_the_first(self):
        s = Stream().created(0).add("TicketDeleted", 10).bot(20).reply(25).add("TicketRestored", 30).bot(40).reply(50)
        r = Result(s.pass_time(700))
        self.assertEqual(r.duration("first_response_time_any"), (0, 0))

    def test_since_handoff_is_the_first_person_at_or_after_the_first_handoff(self):
        s = Stream().created(0).reply(10).add("BotHandedOff", 20).bot(25).add("BotHandedOff", 40).reply(50)
        r = Result(s.reply(60).pass_time(700))
        self.assertEqual(r.duration("first_response_time_since_handoff"), (1, 30))

    def test_since_handoff_needs_no_creation_and_may_be_0(self):
        s = Stream().add("BotHandedOff", 20).reply(20, actor={"kind": "agent", "id": "bob"}).pass_time(700)
        r = Result(s, segmentations=self.AGENTS)
        self.assertEqual(r.duration("first_response_time_since_handoff", segment="g|agent=bob"), (1, 0))

    def test_a_late_reply_before_the_handoff_is_not_since_it(self):
        s = Stream().created(0).add("BotHandedOff", 200).pass_time(400).reply(150).reply(180).reply(410)
        r = Result(s.pass_time(900), disorder="1m")
        self.assertEqual(r.duration("first_response_time_since_handoff"), (1, 210))

    def test_since_reopen_counts_from_the_last_reopening(self):
        s = Stream().created(0).bot(5).status(10, "solved").status(20, "open").status(30, "solved")
        s.status(40, "open").reply(55).status(60, "solved").status(70, "open").reply(80).pass_time(700)
        self.assertEqual(Result(s).duration("first_response_time_since_reopen"), (1, 15))

    def test_a_reply_before_the_reopening_leaves_nothing_to_count(self):
        s = Stream().created(0).reply(5).status(10, "solved").status(20, "open").reply(30).pass_time(700)
        self.assertEqual(Result(s).duration("first_response_time_since_reopen"), (0, 0))

    def test_a_late_reply_before_the_reopening_spoils_it(self):
        s = Stream().created(0).status(100, "solved").status(200, "open").pass_time(400).reply(150).reply(410)
        r = Result(s.pass_time(900), disorder="1m")
        self.assertEqual(r.duration("first_response_time_since_reopen"), (0, 0))
        self.assertEqual(r.duration("first_response_time"), (1, 150))


class Surveys(unittest.TestCase):
    """survey_response_rate and survey_delay."""

    def offered(self, stream, at, survey="s1", kind="csat", **own):
        return stream.add("SurveyOffered", at, survey_id=survey, kind=kind, **own)

    def bounced(self, stream, at, survey="s1"):
        return stream.add("SurveyBounced", at, survey_id=survey, kind="csat")

    def test_answers_that_count_over_offers_of_any_kind(self):
        s = Stream()
        self.offered(s, 1), self.offered(s, 2, "s2", "nps"), self.offered(s, 3, "s3", "ces"), self.offered(s, 4)
        for at, kind, score in ((10, "csat", 5), (11, "csat", 1), (12, "csat", 9), (13, "nps", 7), (14, "ces", None)):
            s.add("SurveyResponded", at, survey_id="s1", kind=kind, score=score)
        r = Result(s.pass_time(700))
        self.assertEqual(r.metric("survey_response_rate"), {"numerator": 2, "denominator": 4, "value": 0.5})

    def test_a_bounce_takes_the_offer_back_where_it_was_counted(self):
        s = Stream().status(10, "solved", attrs={"team": "a"})
        self.offered(s, 40)
        s.add("TicketAttributesChanged", 50, attrs={"team": "b"})
        self.bounced(s, 650)
        r = Result(s.pass_time(2000), segmentations={"t": ["team"]})
        found = r.of(segment="t|team=a")
        self.assertEqual([x["metrics"]["survey_response_rate"]["denominator"] for x in found], [1, 0])
        self.assertEqual([x["metrics"]["survey_delay"]["sum_ms"] for x in found], [30_000, 0])
        self.assertEqual(r.of(segment="t|team=b"), [])

    def test_a_bounce_at_the_limit_comes_too_late(self):
        for at, offers in ((1199, 0), (1200, 1)):
            s = Stream().created(0)
            self.offered(s, 40)
            self.bounced(s, at)
            self.assertEqual(Result(s.pass_time(3000)).metric("survey_response_rate")["denominator"], offers, at)

    def test_each_bounce_takes_back_the_last_offer_of_its_id(self):
        offers = []
        for bounces in range(4):
            s = Stream().status(10, "solved")
            self.offered(s, 20), self.offered(s, 50), self.offered(s, 60, "s2")
            for number in range(bounces):
                self.bounced(s, 100 + number)
            r = Result(s.pass_time(700))
            offers.append((r.metric("survey_response_rate")["denominator"], *r.duration("survey_delay")))
        self.assertEqual(offers, [(3, 3, 10 + 40 + 50), (2, 2, 10 + 50), (1, 1, 50), (1, 1, 50)])

    def test_an_unknown_id_bounces_nothing(self):
        s = Stream()
        self.bounced(s, 10)
        self.offered(s, 20)
        self.bounced(s, 30, "s2")
        self.assertEqual(Result(s.pass_time(700)).metric("survey_response_rate")["denominator"], 1)

    def test_the_delay_is_from_the_last_solve(self):
        s = Stream().created(0)
        self.offered(s, 5)
        s.status(10, "solved").status(20, "open").status(30, "solved").status(35, "closed")
        self.offered(s, 42)
        r = Result(s.pass_time(700))
        self.assertEqual(r.duration("survey_delay"), (1, 12))
        self.assertEqual(r.metric("survey_response_rate")["denominator"], 2)

    def test_a_late_offer_before_the_solve_has_no_delay(self):
        s = Stream().created(0).status(300, "solved").pass_time(400)
        self.offered(s, 200)
        r = Result(s.pass_time(900), disorder="1m")
        self.assertEqual((r.duration("survey_delay"), r.of()[0]["late"]), ((0, 0), 1))
        self.assertEqual(r.metric("survey_response_rate")["denominator"], 1)

    def test_offers_and_bounces_on_a_cancelled_ticket_change_nothing(self):
        s = Stream().created(0)
        self.offered(s, 5)
        s.add("TicketDeleted", 10)
        self.bounced(s, 20), self.offered(s, 30)
        s.add("TicketRestored", 40)
        for bounces, offers in ((0, 1), (1, 0), (2, 0)):
            again = Stream()
            again.lines = list(s.lines)
            for number in range(bounces):
                self.bounced(again, 50 + number)
            r = Result(again.pass_time(700))
            self.assertEqual(r.metric("survey_response_rate")["denominator"], offers, bounces)


class Sentiment(unittest.TestCase):
    """sentiment, sentiment_negative, sentiment_change."""

    def scored(self, stream, at, score, message="m1"):
        return stream.add("SentimentScored", at, message_id=message, score=score, model="m", model_version="1")

    def run_scores(self, *scores):
        s = Stream()
        for number, score in enumerate(scores):
            self.scored(s, 10 + number, score)
        return Result(s.pass_time(700))

    def test_every_score_in_range_counts_and_so_does_a_second_one(self):
        r = self.run_scores(-1, 1, 0.5, -0.25, 0, 1.000001, -7)
        self.assertEqual(r.metric("sentiment"), {"sum": 0.25, "n": 5, "value": 0.05})
        self.assertEqual(r.metric("sentiment_negative"), {"numerator": 2, "denominator": 5, "value": 0.4})

    def test_scores_are_rounded_to_6_decimals(self):
        self.assertEqual(self.run_scores(0.1234567, 0.3333333).metric("sentiment")["sum"], 0.45679)

    def test_a_missing_score_is_left_out_and_one_that_is_no_number_refused(self):
        s = Stream().add("SentimentScored", 1, message_id="m").add("SentimentScored", 2, message_id="m", score="x")
        self.assertEqual(Result(s).summary["refused"], {"bad_value": 1})

    def test_the_change_counts_at_each_solve_of_two_scores_or_more(self):
        s = Stream().created(0)
        self.scored(s, 5, -0.5).status(10, "solved").status(15, "open")
        self.scored(s, 20, 9)
        self.scored(s, 25, 0.25).status(30, "solved").status(35, "open")
        self.scored(s, 40, 1).status(50, "closed").pass_time(700)
        self.assertEqual(Result(s).metric("sentiment_change"), {"sum": 2.25, "n": 2, "value": 1.125})

    def test_first_and_last_are_by_time(self):
        # The score of 100 comes late and is the first one; that of 150 is neither first nor last.
        s = Stream().created(0)
        self.scored(s, 200, 0.5)
        self.scored(s, 300, 0.75)
        s.pass_time(400)
        self.scored(s, 100, -1)
        self.scored(s, 150, 0)
        s.status(450, "solved").pass_time(900)
        self.assertEqual(Result(s, disorder="1m").metric("sentiment_change")["sum"], 1.75)


class Solves(unittest.TestCase):
    """qa_sample_rate, solves_without_reply, pause_share."""

    def test_reviews_that_count_over_solved_tickets(self):
        s = Stream().created(0).status(10, "solved").status(20, "open").status(30, "solved")
        for at, review, own in ((40, "a", {}), (50, "b", {"supersedes": "a"}), (60, "c", {}), (70, "d", {})):
            s.add("QaReviewCompleted", at, review_id=review, agent="ann", points=1, possible=2, **own)
        r = Result(s.pass_time(700))
        self.assertEqual(r.metric("qa_sample_rate"), {"numerator": 3, "denominator": 1, "value": 3})

    def test_solves_without_a_reply_of_a_person(self):
        s = Stream().created(0).bot(5).reply(6, visibility="internal").reply(7, auto_response=True)
        s.status(10, "solved").status(20, "open").status(30, "solved").status(35, "closed").status(40, "open")
        s.reply(45).status(50, "solved").created(60, "T2", status="closed").pass_time(700)
        r = Result(s)
        self.assertEqual((r.value("solves_without_reply"), r.value("solve_events")), (3, 4))

    def test_the_pause_share_hangs_on_the_last_solve_of_the_window(self):
        # new 0-10, open 10-30, pending 30-70, hold 70-100, solved 100-150, open 150-160, solved.
        s = Stream().created(0).status(10, "open").status(30, "pending").status(70, "hold")
        s.status(100, "solved").status(150, "open").status(160, "solved").pass_time(700)
        self.assertEqual(Result(s).metric("pause_share"),
                         {"numerator": 70_000, "denominator": 110_000, "value": 70_000 / 110_000})

    def test_no_pause_share_without_creation(self):
        s = Stream().status(10, "pending").status(50, "solved").pass_time(700)
        self.assertEqual(Result(s).metric("pause_share"), {"numerator": 0, "denominator": 0, "value": None})


class Ages(unittest.TestCase):
    """backlog_age and time_since_customer_message: rule 9, row 20."""

    AGE, SINCE = "backlog_age", "time_since_customer_message"

    def test_buckets_begin_with_their_bound(self):
        # Ages at 600: 1 d, 3 d, 7 d, 14 d, 30 d, and the last minute is 0 old.
        s = Stream()
        for number, days in enumerate((30, 14, 7, 3, 1)):
            s.created(600 - days * DAY, f"T{number}")
        s.created(590, "T9").pass_time(700)
        self.assertEqual(Result(s).metric(self.AGE), aged(
            3 * DAY, 30 * DAY, 30 * DAY, lt_1d=1, d1_3=1, d3_7=1, d7_14=1, d14_30=1, ge_30d=1))

    def test_creation_is_rounded_up_to_the_pane(self):
        s = Stream().created(600 - DAY - 59.999, "A").created(600 - DAY + 0.001, "B").created(300, "C")
        r = Result(s.pass_time(700))
        self.assertEqual(r.metric(self.AGE), aged(DAY - 60, DAY, DAY, lt_1d=2, d1_3=1))

    def test_percentiles_are_nearest_rank_over_the_ages(self):
        s = Stream()
        for minutes in range(10):
            s.created(minutes * 60, f"T{minutes}")
        # Ages 10, 9, ... 1 minutes: the 5th and the 9th of the ascending ones.
        self.assertEqual(Result(s.pass_time(700)).metric(self.AGE), aged(300, 540, 600, lt_1d=10))

    def test_solved_ones_drop_out_and_reopened_ones_keep_their_age(self):
        s = Stream().created(60).created(120, "T2").created(180, "T3").status(300, "solved").status(700, "open")
        s.add("TicketDeleted", 710, "T2").status(1300, "solved", "T3").pass_time(1900)
        r = Result(s)
        self.assertEqual([r.metric(self.AGE, start=x) for x in (0, 600, 1200)],
                         [aged(420, 480, 480, lt_1d=2), aged(1020, 1140, 1140, lt_1d=2),
                          aged(1740, 1740, 1740, lt_1d=1)])

    def test_they_move_with_the_ticket(self):
        s = Stream().created(60, attrs={"team": "a"}).created(650, "T2", attrs={"team": "a"})
        s.add("TicketAttributesChanged", 700, attrs={"team": "b"}).pass_time(1300)
        r = Result(s, segmentations={"t": ["team"]})
        self.assertEqual(r.metric(self.AGE, 600, "t|team=a"), aged(540, 540, 540, lt_1d=1))
        self.assertEqual(r.metric(self.AGE, 600, "t|team=b"), aged(1140, 1140, 1140, lt_1d=1))
        self.assertEqual(r.metric(self.SINCE, 600, "t|team=b"), aged(1140, 1140, 1140, lt_1d=1))

    def test_the_last_customer_message_counts_and_creation_by_a_customer_is_one(self):
        s = Stream().created(60, "A").created(120, "B").customer(240, "B").customer(250, "B", auto_response=True)
        s.customer(300, "B", visibility="internal").created(60, "C", initiated_by="agent")
        s.created(60, "D", initiated_by="system").customer(480, "D").pass_time(700)
        r = Result(s, disorder="5m")
        self.assertEqual(r.metric(self.AGE)["lt_1d"], 4)
        self.assertEqual(r.metric(self.SINCE), aged(360, 540, 540, lt_1d=3))

    def test_a_message_from_before_the_creation_is_one(self):
        s = Stream().customer(60).created(120, initiated_by="agent").pass_time(700)
        self.assertEqual(Result(s).metric(self.SINCE), aged(540, 540, 540, lt_1d=1))

    def test_a_late_message_shows_from_the_next_close_on(self):
        # T1's message of 500 comes at W = 700; the record of 0 is corrected at 780 by the volume of T2.
        s = Stream().created(0).pass_time(700).customer(480).created(590, "T2").created(750, "T3").pass_time(2000)
        r = Result(s)
        self.assertEqual([x["metrics"]["backlog"]["value"] for x in r.of()], [1, 2])
        self.assertEqual([x["metrics"][self.SINCE] for x in r.of()], [aged(600, 600, 600, lt_1d=1)] * 2)
        self.assertEqual(r.metric(self.SINCE, start=600), aged(600, 720, 720, lt_1d=3))

    def test_an_older_late_message_is_not_the_last(self):
        s = Stream().created(0).customer(300).pass_time(400).customer(100).pass_time(700)
        self.assertEqual(Result(s).metric(self.SINCE), aged(300, 300, 300, lt_1d=1))

    def test_null_where_nothing_was_published_at_the_close_and_in_open_windows(self):
        s = Stream().pass_time(700).created(20).created(1250, "T2").pass_time(1300)
        r = Result(s)
        self.assertEqual([(x["is_closed"], self.AGE in x["metrics"]) for x in r.of()], [(True, False)])
        self.assertEqual([(x["is_closed"], self.AGE in x["metrics"]) for x in r.of(1200)], [(False, False)])

    def test_a_record_of_the_close_without_tickets_shows_an_empty_histogram(self):
        s = Stream().created(0).status(10, "solved").pass_time(700)
        self.assertEqual((Result(s).metric(self.AGE), Result(s).metric(self.SINCE)), (EMPTY, EMPTY))

    def test_a_close_at_the_last_edge_takes_late_events_where_they_still_count(self):
        # as-of 599.999: W ends at 600, where the late creation is applied.
        for lateness, tickets in (("10m", 2), ("0m", 1)):
            s = Stream().created(10).pass_time(900).created(20, "B")
            r = Result(s, as_of=599.999, windows={"w": {"every": "10m", "allowed_lateness": lateness}})
            self.assertEqual((r.value("backlog"), r.metric(self.AGE)["lt_1d"]), (tickets, tickets))


class Early(unittest.TestCase):
    """emit_early_every."""

    def run_early(self, stream, every="4m", **window):
        return Result(stream, windows={"w": {"every": "10m", "emit_early_every": every, **window}}).of()

    def shown(self, records):
        return [((instant(r["watermark"]) - BASE) / 1000, r["is_closed"], r["revision"],
                 r["metrics"]["ticket_volume"]["value"]) for r in records]

    def test_edges_count_from_the_start_of_the_window(self):
        s = Stream().created(239.999).created(240, "T2").created(500, "T3").pass_time(700)
        self.assertEqual(self.shown(self.run_early(s)), [(240, False, 0, 1), (480, False, 0, 2), (600, True, 0, 3)])

    def test_an_edge_without_a_change_is_silent(self):
        s = Stream().created(10).pass_time(700)
        self.assertEqual(self.shown(self.run_early(s)), [(240, False, 0, 1), (600, True, 0, 1)])

    def test_only_the_close_has_ages(self):
        found = self.run_early(Stream().created(10).pass_time(700))
        self.assertEqual(["backlog_age" in r["metrics"] for r in found], [False, True])

    def test_a_window_that_falls_back_to_nothing_says_so_once(self):
        s = Stream().created(10).add("TicketDeleted", 300).pass_time(700)
        self.assertEqual(self.shown(self.run_early(s)), [(240, False, 0, 1), (480, False, 0, 0)])


class Lacking(unittest.TestCase):
    """Metrics that a program does not compute yet leave no trace in what is expected of it."""

    def test_facts_of_left_out_metrics_publish_nothing(self):
        s = Stream().add("SentimentScored", 1, score=0.5).pass_time(700)
        self.assertEqual(len(Result(s).records), 1)
        self.assertEqual(len(Result(s, without=["sentiment", "sentiment_negative"]).records), 0)
        self.assertEqual(len(Result(s, without=["sentiment"]).records), 1)

    def test_late_events_without_a_fact_left_are_not_counted(self):
        s = Stream().created(0).pass_time(400).add("SurveyOffered", 100, kind="csat").pass_time(700)
        self.assertEqual(Result(s).of()[0]["late"], 1)
        self.assertEqual(Result(s, without=["survey_response_rate", "survey_delay"]).of()[0]["late"], 0)

    def test_a_metric_of_kept_measures_leaves_them(self):
        self.assertEqual(metrics.unused(["survey_response_rate"]), {"offers"})
        self.assertEqual(metrics.unused(["qa_sample_rate", "sentiment"]), {"qa_n", "sentiment_sum"})
        self.assertNotIn(lacking.EARLY, metrics.known())

    def test_ages_may_be_off_by_half_a_percent_and_a_millisecond(self):
        exact = aged(100, 100, 100, lt_1d=1)
        for off, differences in ((501, 0), (-501, 0), (502, 1)):
            got = {**exact, "p50_ms": exact["p50_ms"] + off}
            self.assertEqual(len(compare.metric_differences("backlog_age", exact, got)), differences, off)
        self.assertEqual(len(compare.metric_differences("survey_delay", exact, {**exact, "p50_ms": 100_501})), 1)
        self.assertEqual(len(compare.metric_differences("backlog_age", exact, {**exact, "d1_3": 1})), 1)
        self.assertEqual(len(compare.metric_differences("backlog_age", exact, None)), 1)


if __name__ == "__main__":
    unittest.main()

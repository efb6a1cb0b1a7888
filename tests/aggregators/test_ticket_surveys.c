/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rule 16: survey offers, sentiment, reviews by number, solves and their pauses. */
#include "tests/support/scene.h"

#include <criterion/criterion.h>

static struct settings settings;
static struct scene *s;

static void
start(void)
{
    settings = scene_settings();
    s = scene_new(&settings);
}

static void
stop(void)
{
    scene_free(&s);
}

TestSuite(offers, .init = start, .fini = stop);
TestSuite(sentiment, .init = start, .fini = stop);
TestSuite(solves, .init = start, .fini = stop);

static void
say(struct ticket_event event)
{
    cr_assert_eq(scene_say(s, event), TICKET_HELD);
}

static void
say_late(struct ticket_event event)
{
    if (ticket_engine_watermark(s->engine) < minute(100))
        scene_advance(s, minute(100));
    cr_assert_eq(scene_say(s, event), TICKET_LATE);
}

static int64_t
sum(enum measure m)
{
    return scene_sum(s, m, ALL);
}

static struct ticket_event
event_offered(const char *ticket, evtime_ms t, const char *survey)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_SURVEY_OFFERED);

    event.payload.u.survey_offered =
        (struct survey_offered){.survey_id = str_from(survey), .kind = SURVEY_KIND_CSAT};
    return event;
}

static struct ticket_event
event_bounced(const char *ticket, evtime_ms t, const char *survey)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_SURVEY_BOUNCED);

    event.payload.u.survey_bounced =
        (struct survey_bounced){.survey_id = str_from(survey), .kind = SURVEY_KIND_CSAT};
    return event;
}

static struct ticket_event
event_score(const char *ticket, evtime_ms t, double score)
{
    struct ticket_event event = event_of(ticket, t, TICKET_EVENT_PAYLOAD_SENTIMENT_SCORED);

    event.payload.u.sentiment_scored =
        (struct sentiment_scored){.message_id = STR("m"), .has_score = true, .score = score};
    return event;
}

static void
expect_offers(int64_t offers, int64_t delays, int64_t in_minutes)
{
    scene_end(s);
    cr_expect(sum(MEASURE_surveys_offered) == offers, "%lld offers",
              (long long)sum(MEASURE_surveys_offered));
    cr_expect(scene_count(s, DURATION_survey_delay, ALL) == delays, "%lld delays",
              (long long)scene_count(s, DURATION_survey_delay, ALL));
    cr_expect(sum(MEASURE_survey_delay_ms) == minutes(in_minutes), "%lld ms",
              (long long)sum(MEASURE_survey_delay_ms));
}

Test(offers, are_measured_from_the_last_solve)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_status("T", minute(30), STATUS_SOLVED));
    say(event_status("T", minute(32), STATUS_CLOSED));
    say(event_offered("T", minute(34), "a"));
    say(event_offered("T", minute(36), "b"));
    expect_offers(2, 2, 4 + 6);
}

Test(offers, of_a_ticket_never_solved_have_no_delay)
{
    say(event_created("T", minute(0)));
    say(event_offered("T", minute(5), "a"));
    say(event_status("T", minute(10), STATUS_SOLVED));
    expect_offers(1, 0, 0);
}

Test(offers, that_bounce_are_taken_back_where_they_were_counted)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_with(event_offered("T", minute(12), "a"), "team", "one"));
    say(event_with(event_offered("T", minute(13), "b"), "team", "two"));
    say(event_with(event_bounced("T", minute(20), "a"), "team", "three"));
    say(event_bounced("T", minute(21), "a"));
    say(event_bounced("T", minute(21), "never offered"));
    say(event_bounced("U", minute(21), "b"));
    expect_offers(1, 1, 3);
    cr_expect_eq(scene_sum(s, MEASURE_surveys_offered, WHERE(.team = "one")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_surveys_offered, WHERE(.team = "two")), 1);
}

Test(offers, of_one_id_bounce_one_by_one)
{
    say(event_offered("T", minute(1), "a"));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_offered("T", minute(5), "a"));
    say(event_bounced("T", minute(6), "a"));
    expect_offers(1, 0, 0);
}

Test(offers, bounce_in_any_order)
{
    say(event_status("T", minute(0), STATUS_SOLVED));
    say(event_offered("T", minute(1), "a"));
    say(event_offered("T", minute(2), "b"));
    say(event_offered("T", minute(4), "c"));
    say(event_bounced("T", minute(6), "a"));
    say(event_bounced("T", minute(7), "c"));
    expect_offers(1, 1, 2);
}

/* Rule 3: the windows that are final when the bounce comes keep the offer. */
Test(offers, stay_in_windows_that_are_no_longer_corrected)
{
    evtime_ms bounce = minute(0) + 2 * (dur_ms)DAY_MS;

    say(event_offered("T", minute(5), "a"));
    say(event_bounced("T", bounce, "a"));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_surveys_offered,
                           WHERE(.to = minute(60), .class_below = minute(60) + DAY_MS)),
                 1, "the hour");
    cr_expect_eq(sum(MEASURE_surveys_offered), 0, "the day");
}

Test(offers, and_bounces_of_a_cancelled_ticket_make_no_fact)
{
    say(event_offered("T", minute(1), "a"));
    say(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_offered("T", minute(3), "b"));
    say(event_bounced("T", minute(4), "a"));
    expect_offers(1, 0, 0);
}

Test(offers, answers_of_every_kind_count_once_each)
{
    say(event_offered("T", minute(1), "a"));
    say(event_answer("T", minute(2), SURVEY_KIND_CSAT, 5));
    say(event_answer("T", minute(3), SURVEY_KIND_CSAT, 1));
    say(event_answer("T", minute(4), SURVEY_KIND_NPS, 7));
    say(event_answer("T", minute(5), SURVEY_KIND_CES, 9));
    say(event_answer("U", minute(5), SURVEY_KIND_CES, 2));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_survey_answers), 3);
    cr_expect_eq(sum(MEASURE_surveys_offered), 1);
}

Test(sentiment, is_every_score_between_minus_one_and_one)
{
    struct ticket_event nothing = event_score("T", minute(6), 0);

    nothing.payload.u.sentiment_scored.has_score = false;
    say(event_score("T", minute(0), -1));
    say(event_score("T", minute(1), 1));
    say(event_score("T", minute(2), 0));
    say(event_score("T", minute(3), -0.0000004));
    say(event_score("T", minute(3), 0.1234567));
    say(event_score("T", minute(4), 1.0001));
    say(event_score("T", minute(5), -1.0001));
    say(nothing);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_sentiment_scores), 5);
    cr_expect_eq(sum(MEASURE_sentiment_sum), 123457);
    cr_expect_eq(sum(MEASURE_sentiment_negative), 2, "below 0 before it is rounded");
    cr_expect_eq(ticket_engine_counters(s->engine)->sentiment_invalid, 3);
}

Test(sentiment, of_a_message_scored_again_counts_again)
{
    say(event_score("T", minute(0), 0.5));
    say(event_score("T", minute(1), -0.25));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_sentiment_scores), 2);
    cr_expect_eq(sum(MEASURE_sentiment_sum), 250000);
    cr_expect_eq(sum(MEASURE_sentiment_changes), 0, "nothing was solved");
}

Test(sentiment, change_is_last_less_first_at_each_solve)
{
    say(event_score("T", minute(0), 0.5));
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(event_status("T", minute(2), STATUS_OPEN));
    say(event_score("T", minute(3), 1));
    say(event_score("T", minute(4), -0.25));
    say(event_with(event_status("T", minute(5), STATUS_SOLVED), "team", "one"));
    say(event_status("T", minute(6), STATUS_OPEN));
    say(event_with(event_status("T", minute(7), STATUS_CLOSED), "team", "two"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_sentiment_changes), 2, "the first solve had one score");
    cr_expect_eq(scene_sum(s, MEASURE_sentiment_change_sum, WHERE(.team = "one")), -750000);
    cr_expect_eq(scene_sum(s, MEASURE_sentiment_change_sum, WHERE(.team = "two")), -750000);
}

Test(sentiment, late_scores_are_first_or_last_by_their_time)
{
    say(event_score("T", minute(50), 0.5));
    say(event_score("T", minute(60), 0.25));
    say_late(event_score("T", minute(40), -0.5));
    say_late(event_score("T", minute(55), 1));
    say_late(event_score("T", minute(60), 0.75));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_sentiment_scores), 5);
    cr_expect_eq(sum(MEASURE_sentiment_change_sum), 1250000, "from -0.5 to 0.75");
}

Test(solves, without_reply_count_at_each_solve_event)
{
    say(event_created("T", minute(0)));
    say(event_message("T", minute(1), AUTHOR_KIND_BOT));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_status("T", minute(3), STATUS_OPEN));
    say(event_status("T", minute(4), STATUS_SOLVED));
    say(event_status("T", minute(5), STATUS_OPEN));
    say(event_reply("T", minute(6)));
    say(event_status("T", minute(7), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solves_without_reply), 2);
    cr_expect_eq(sum(MEASURE_solve_events), 3);
}

Test(solves, with_a_reply_before_the_creation_are_not_without)
{
    say(event_reply("T", minute(0)));
    say(event_created("T", minute(1)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solves_without_reply), 0);
}

static void
expect_pauses(const struct row_filter *f, int64_t paused, int64_t unsolved)
{
    cr_expect(scene_sum(s, MEASURE_paused_ms, f) == minutes(paused), "paused %lld ms",
              (long long)scene_sum(s, MEASURE_paused_ms, f));
    cr_expect(scene_sum(s, MEASURE_unsolved_ms, f) == minutes(unsolved), "unsolved %lld ms",
              (long long)scene_sum(s, MEASURE_unsolved_ms, f));
}

Test(solves, pauses_are_pending_and_hold_since_creation)
{
    say(event_status("T", minute(0), STATUS_PENDING));
    say(event_created("T", minute(5)));
    say(event_status("T", minute(10), STATUS_OPEN));
    say(event_status("T", minute(30), STATUS_HOLD));
    say(event_status("T", minute(35), STATUS_NEW));
    say(event_status("T", minute(45), STATUS_SOLVED));
    scene_end(s);
    expect_pauses(ALL, 5 + 5, 40);
}

/* The earlier solve leaves windows that hold the later one, with its pauses of then. */
Test(solves, pauses_hang_on_the_last_solve_in_the_window)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_PENDING));
    say(event_status("T", minute(30), STATUS_SOLVED));
    say(event_status("T", minute(70), STATUS_HOLD));
    say(event_with(event_status("T", minute(75), STATUS_SOLVED), "team", "two"));
    scene_end(s);
    expect_pauses(WHERE(.from = minute(0), .to = minute(60)), 20, 30);
    expect_pauses(WHERE(.from = minute(60), .to = minute(120)), 25, 35);
    expect_pauses(WHERE(.from = minute(0), .to = minute(120)), 25, 35);
    expect_pauses(WHERE(.team = "", .from = minute(0), .to = minute(120)), 0, 0);
}

Test(solves, pauses_need_the_creation)
{
    say(event_status("T", minute(0), STATUS_PENDING));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_PENDING));
    say(event_created("T", minute(25)));
    say(event_status("T", minute(30), STATUS_SOLVED));
    scene_end(s);
    expect_pauses(ALL, 5, 5);
    cr_expect_eq(sum(MEASURE_solved), 1, "one of them in a window that holds both");
}

TestSuite(review_numbers, .init = start, .fini = stop);

Test(review_numbers, are_those_that_count)
{
    struct ticket_event event = event_review("T", minute(5), "c", 1, 1);

    event.payload.u.qa_review_completed.has_supersedes = true;
    event.payload.u.qa_review_completed.supersedes = STR("b");
    say(event_review("T", minute(0), "a", 1, 2));
    say(event_review("T", minute(1), "b", 1, 2));
    say(event_review("T", minute(2), "", 1, 2));
    say(event_review("T", minute(3), "", 1, 2));
    say(event_review("T", minute(4), "a", 2, 2));
    say(event);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reviews), 4, "a, c, and the two without id");
}

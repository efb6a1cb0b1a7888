/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rule 13: what an event before W still changes. */
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

static void
say(struct ticket_event event)
{
    cr_assert_eq(scene_say(s, event), TICKET_HELD);
}

/* The watermark is at minute 100 before the first late event. */
static void
say_late(struct ticket_event event)
{
    if (ticket_engine_watermark(s->engine) < minute(100))
        scene_advance(s, minute(100));
    cr_assert_eq(scene_say(s, event), TICKET_LATE);
}

static struct ticket_event
changed(const char *ticket, evtime_ms t)
{
    return event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED);
}

static struct ticket_event
assigned_to(evtime_ms t, const char *agent)
{
    struct ticket_event event = event_assigned("T", t, ASSIGNMENT_KIND_TRANSFER);

    event.payload.u.ticket_assigned.has_to_agent = true;
    event.payload.u.ticket_assigned.to_agent = str_from(agent);
    return event;
}

static int64_t
sum(enum measure m, const struct row_filter *f)
{
    return scene_sum(s, m, f);
}

static int64_t
count(enum duration d)
{
    return scene_count(s, d, ALL);
}

static uint64_t
approximate(void)
{
    return ticket_engine_counters(s->engine)->late_approximate;
}

TestSuite(late_reply, .init = start, .fini = stop);
TestSuite(late_message, .init = start, .fini = stop);
TestSuite(newer_only, .init = start, .fini = stop);
TestSuite(late_fact, .init = start, .fini = stop);

Test(late_reply, replaces_the_recorded_first_one)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_reply("T", minute(20)));
    say(event_with(changed("T", minute(30)), "team", "two"));
    say_late(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms, WHERE(.team = "one")), 0, "one fact taken back");
    cr_expect_eq(sum(MEASURE_first_response_ms, WHERE(.from = minute(5), .to = minute(6))),
                 minutes(5));
    cr_expect_eq(sum(MEASURE_first_response_ms, WHERE(.team = "two")), minutes(5), "as it is now");
    cr_expect_eq(approximate(), 1);
}

Test(late_reply, may_be_replaced_again)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(20)));
    say_late(event_reply("T", minute(15)));
    say_late(event_reply("T", minute(10)));
    say_late(event_reply("T", minute(12)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(10));
}

Test(late_reply, before_the_start_is_no_first_one)
{
    say(event_created("T", minute(10)));
    say(event_reply("T", minute(20)));
    say_late(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(10));
}

Test(late_reply, newer_than_the_first_one_replaces_nothing)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(20)));
    say_late(event_reply("T", minute(30)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(20));
    cr_expect_eq(count(DURATION_response), 1, "no cycle was open");
}

Test(late_reply, of_the_instant_of_the_first_one_is_not_older)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_reply("T", minute(20)));
    say(event_with(changed("T", minute(30)), "team", "two"));
    say_late(event_reply("T", minute(20)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms, WHERE(.team = "one")), minutes(20));
    cr_expect_eq(approximate(), 0);
}

Test(late_reply, is_the_first_one_where_there_was_none)
{
    say(event_created("T", minute(0)));
    say_late(event_reply("T", minute(30)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(30));
    cr_expect_eq(sum(MEASURE_response_ms, ALL), minutes(30));
    cr_expect_eq(count(DURATION_next_reply), 0);
}

Test(late_reply, at_or_after_the_start_of_an_open_cycle_closes_it)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_question("T", minute(50)));
    say_late(event_reply("T", minute(50)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 1);
    cr_expect_eq(sum(MEASURE_next_reply_ms, ALL), 0);
}

Test(late_reply, before_the_start_of_an_open_cycle_leaves_it_open)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_question("T", minute(50)));
    say_late(event_reply("T", minute(49)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 1);
    cr_expect_eq(sum(MEASURE_next_reply_ms, ALL), minutes(60));
}

Test(late_reply, counts_among_the_replies_of_the_ticket)
{
    say(event_created("T", minute(0)));
    say_late(event_reply("T", minute(30)));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_replies, ALL), 1);
}

Test(late_message, opens_a_cycle_if_none_is_open_and_nothing_answered_after_it)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(10)));
    say_late(event_question("T", minute(10)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_next_reply_ms, ALL), minutes(100));
}

Test(late_message, before_the_last_reply_opens_none)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(10)));
    say_late(event_question("T", minute(9)));
    say(event_reply("T", minute(110)));
    say(event_status("T", minute(120), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 0);
    cr_expect_eq(sum(MEASURE_solved_customer_messages, ALL), 1, "it was said all the same");
}

Test(late_message, before_the_latest_reply_opens_none_whichever_came_last)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(50)));
    say_late(event_reply("T", minute(20)));
    say_late(event_question("T", minute(30)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 0);
}

Test(late_message, at_the_instant_of_the_last_solve_opens_one)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say_late(event_question("T", minute(10)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_response_ms, ALL), minutes(100));
}

Test(late_message, before_a_creation_by_an_agent_starts_no_first_response)
{
    say(event_created_by("T", minute(10), INITIATED_BY_AGENT, STATUS_NEW));
    say_late(event_question("T", minute(5)));
    say(event_question("T", minute(110)));
    say(event_reply("T", minute(115)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(5));
    cr_expect_eq(sum(MEASURE_response_ms, ALL), minutes(110), "the cycle keeps its start");
}

Test(late_message, before_the_last_solve_opens_none)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say_late(event_question("T", minute(9)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
}

Test(late_message, leaves_the_start_of_an_open_cycle)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(10)));
    say(event_question("T", minute(50)));
    say_late(event_question("T", minute(40)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_next_reply_ms, ALL), minutes(60));
}

Test(late_message, a_late_solve_closes_any_cycle)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(10)));
    say(event_question("T", minute(50)));
    say_late(event_status("T", minute(40), STATUS_SOLVED));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 0);
    cr_expect_eq(sum(MEASURE_solve_events, WHERE(.from = minute(40), .to = minute(41))), 1);
}

Test(newer_only, a_status_before_the_last_one_makes_no_step)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(50), STATUS_OPEN));
    say_late(event_status("T", minute(49), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 0);
    cr_expect_eq(sum(MEASURE_late, ALL), 0);
    cr_expect_eq(approximate(), 1);
}

Test(newer_only, a_status_at_the_very_time_of_the_mark_is_applied)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(50), STATUS_OPEN));
    say_late(event_status("T", minute(50), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(50));
}

Test(newer_only, a_creation_is_a_mark_of_the_status)
{
    say(event_created("T", minute(50)));
    say_late(event_status("T", minute(49), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 0);
}

Test(newer_only, a_creation_that_kept_the_status_reached_is_none)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_created("T", minute(50)));
    say_late(event_status("T", minute(30), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens, WHERE(.from = minute(30), .to = minute(31))), 1);
}

Test(newer_only, an_unknown_status_moves_no_mark)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(50), STATUS_UNKNOWN));
    say_late(event_status("T", minute(40), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
}

Test(newer_only, an_assignment_before_the_last_one_is_no_handoff_and_sets_nothing)
{
    say(event_created("T", minute(0)));
    say(assigned_to(minute(50), "ann"));
    say_late(assigned_to(minute(49), "bob"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, WHERE(.agent = "ann")), 1);
}

Test(newer_only, an_assignment_at_the_mark_is_applied)
{
    say(event_created("T", minute(0)));
    say(assigned_to(minute(50), "ann"));
    say_late(assigned_to(minute(50), "bob"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, WHERE(.agent = "bob")), 2);
}

Test(newer_only, attributes_of_any_key_are_one_mark)
{
    say(event_created("T", minute(0)));
    say(event_with(changed("T", minute(50)), "priority", "high"));
    say_late(event_with(changed("T", minute(49)), "channel", "chat"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.channel = "", .priority = "high")), 1);
}

Test(newer_only, attributes_of_any_event_move_the_mark)
{
    say(event_created("T", minute(0)));
    say(event_with(event_reply("T", minute(50)), "priority", "high"));
    say_late(event_with(changed("T", minute(49)), "channel", "chat"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.channel = "", .priority = "high")), 1);
}

Test(newer_only, a_channel_move_shares_the_mark_of_attributes)
{
    struct ticket_event moved =
        event_of("T", minute(49), TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED);

    moved.payload.u.ticket_channel_moved.has_to = true;
    moved.payload.u.ticket_channel_moved.to = STR("phone");
    say(event_created("T", minute(0)));
    say(event_with(changed("T", minute(50)), "priority", "high"));
    say_late(moved);
    moved.occurred_at = minute(60);
    say_late(moved);
    say_late(event_with(changed("T", minute(59)), "channel", "chat"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.channel = "phone")), 1);
    cr_expect_eq(approximate(), 2);
}

Test(newer_only, each_part_of_an_event_stands_for_itself)
{
    say(event_created("T", minute(0)));
    say(event_with(changed("T", minute(50)), "team", "one"));
    say_late(event_with(assigned_to(minute(40), "bob"), "team", "two"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, WHERE(.agent = "bob", .team = "one")), 1);
}

Test(newer_only, a_cancellation_before_the_last_restore_changes_nothing)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(40), TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM));
    say(event_of("T", minute(50), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say_late(event_of("T", minute(45), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_level, ALL), 1);
}

Test(newer_only, a_cancellation_at_the_very_time_of_the_restore_is_applied)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(40), TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM));
    say(event_of("T", minute(50), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say_late(event_of("T", minute(50), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 0);
}

Test(newer_only, an_answer_or_review_of_the_same_time_replaces_the_one_that_counts)
{
    say(event_answer("T", minute(50), SURVEY_KIND_CSAT, 5));
    say(event_review("T", minute(50), "r", 1, 2));
    say_late(event_answer("T", minute(50), SURVEY_KIND_CSAT, 1));
    say_late(event_review("T", minute(50), "r", 2, 2));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_csat_positive, ALL), 0);
    cr_expect_eq(sum(MEASURE_csat_answers, ALL), 1);
    cr_expect_eq(sum(MEASURE_qa_points, ALL), 2000000);
}

Test(newer_only, a_newer_late_cancellation_takes_the_volume_back)
{
    say(event_created("T", minute(0)));
    say_late(event_of("T", minute(45), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.to = minute(1))), 0);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = minute(100))), 1, "c is W");
    cr_expect_eq(sum(MEASURE_level, WHERE(.from = minute(45), .to = minute(46))), -1);
}

Test(newer_only, an_older_answer_or_review_changes_nothing)
{
    say(event_answer("T", minute(50), SURVEY_KIND_CSAT, 5));
    say(event_review("T", minute(50), "r", 1, 2));
    say_late(event_answer("T", minute(49), SURVEY_KIND_CSAT, 1));
    say_late(event_review("T", minute(49), "r", 2, 2));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_csat_positive, ALL), 1);
    cr_expect_eq(sum(MEASURE_csat_answers, ALL), 1);
    cr_expect_eq(sum(MEASURE_qa_points, ALL), 1000000);
    cr_expect_eq(sum(MEASURE_late, ALL), 0);
}

Test(newer_only, a_review_older_than_any_that_it_would_take_back_changes_nothing)
{
    struct ticket_event both = event_review("T", minute(45), "b", 2, 2);

    both.payload.u.qa_review_completed.has_supersedes = true;
    both.payload.u.qa_review_completed.supersedes = STR("a");
    say(event_review("T", minute(40), "a", 1, 2));
    say(event_review("T", minute(50), "b", 1, 2));
    say_late(both);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_points, ALL), 2000000);
    cr_expect_eq(sum(MEASURE_qa_possible, ALL), 4000000);
}

Test(late_fact, counts_at_its_time_in_the_profile_that_the_ticket_has_now)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_with(changed("T", minute(50)), "team", "two"));
    say_late(event_of("T", minute(20), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    scene_end(s);
    cr_expect_eq(
        sum(MEASURE_escalations, WHERE(.team = "two", .from = minute(20), .to = minute(21))), 1);
    cr_expect_eq(sum(MEASURE_late, WHERE(.team = "two", .from = minute(20), .to = minute(21))), 1);
    cr_expect_eq(sum(MEASURE_late, ALL), 1);
}

Test(late_fact, several_facts_of_an_event_are_late_once)
{
    say(event_created("T", minute(0)));
    say_late(event_status("T", minute(20), STATUS_CLOSED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_closed_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_late, ALL), 1);
    cr_expect_eq(ticket_engine_counters(s->engine)->late, 1);
}

Test(late_fact, an_event_without_facts_is_applied_and_late_nowhere)
{
    say(event_created("T", minute(0)));
    say_late(event_question("T", minute(20)));
    say_late(event_of("T", minute(21), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_late, ALL), 0);
    cr_expect_eq(ticket_engine_counters(s->engine)->late, 2);
    cr_expect_eq(ticket_engine_counters(s->engine)->applied, 3);
}

Test(late_fact, a_cancelled_ticket_makes_none_whatever_its_time)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(40)));
    say(event_of("T", minute(50), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say_late(event_of("T", minute(20), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    say_late(event_reply("T", minute(20)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations, ALL), 0);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(40));
    cr_expect_eq(sum(MEASURE_late, ALL), 0);
}

Test(late_fact, a_late_solve_closes_the_ticket)
{
    say(event_created("T", minute(0)));
    say_late(event_status("T", minute(20), STATUS_SOLVED));
    say(event_status("T", minute(110), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens, ALL), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(20));
}

Test(late_fact, two_late_solves_of_a_window_are_one_there)
{
    say(event_created("T", minute(0)));
    say_late(event_status("T", minute(20), STATUS_SOLVED));
    say_late(event_status("T", minute(22), STATUS_OPEN));
    say_late(event_status("T", minute(25), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(0), .to = minute(60))), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, WHERE(.from = minute(0), .to = minute(60))),
                 minutes(25));
}

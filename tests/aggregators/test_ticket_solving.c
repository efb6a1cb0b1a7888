/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rules 4, 5, 7, 8 and 10: solves, durations of tickets, handoffs, escalations,
 * creation. */
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

TestSuite(solves, .init = start, .fini = stop);
TestSuite(times, .init = start, .fini = stop);
TestSuite(handoffs, .init = start, .fini = stop);
TestSuite(escalations, .init = start, .fini = stop);
TestSuite(creations, .init = start, .fini = stop);

Test(solves, every_step_from_unsolved_to_solved_or_closed_is_one)
{
    static const enum status unsolved[] = {STATUS_NEW, STATUS_OPEN, STATUS_PENDING, STATUS_HOLD};
    int64_t at = 0;

    for (int i = 0; i < 4; i++) {
        char name[2] = {(char)('A' + i), 0};

        say(event_created_by(name, minute(at++), INITIATED_BY_SYSTEM, unsolved[i]));
        say(event_status(name, minute(at++), i % 2 == 0 ? STATUS_SOLVED : STATUS_CLOSED));
    }
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 4);
    cr_expect_eq(sum(MEASURE_solved, ALL), 4);
    cr_expect_eq(sum(MEASURE_closed_events, ALL), 2);
}

Test(solves, closed_after_solved_adds_a_closed_event_only)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_CLOSED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_closed_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_solved, ALL), 1);
    cr_expect_eq(count(DURATION_resolution), 1);
}

Test(solves, solved_after_closed_is_neither_a_solve_nor_a_reopening)
{
    say(event_status("T", minute(0), STATUS_CLOSED));
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(event_status("T", minute(2), STATUS_CLOSED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_closed_events, ALL), 2);
    cr_expect_eq(sum(MEASURE_reopens, ALL), 0);
}

Test(solves, the_state_of_the_engine_decides_not_from)
{
    struct ticket_event event = event_status("T", minute(10), STATUS_OPEN);

    event.payload.u.ticket_status_changed.has_from = true;
    event.payload.u.ticket_status_changed.from = STATUS_SOLVED;
    say(event_created("T", minute(0)));
    say(event);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens, ALL), 0);
    cr_expect_eq(ticket_engine_counters(s->engine)->status_mismatch, 1);
}

Test(solves, the_same_status_again_is_no_step)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
}

Test(solves, an_unknown_status_changes_nothing_and_is_counted)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_with(event_status("T", minute(20), STATUS_UNKNOWN), "channel", "chat"));
    say(event_status("T", minute(30), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens, WHERE(.channel = "chat")), 1, "its attributes hold");
    cr_expect_eq(ticket_engine_counters(s->engine)->unknown_status, 1);
}

Test(solves, solve_events_and_reopens_count_all)
{
    say(event_created("T", minute(0)));
    for (int i = 0; i < 3; i++) {
        say(event_status("T", minute(10 + 20 * i), STATUS_SOLVED));
        say(event_status("T", minute(20 + 20 * i), STATUS_OPEN));
    }
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 3);
    cr_expect_eq(sum(MEASURE_reopens, ALL), 3);
}

Test(solves, a_window_counts_a_ticket_once_in_the_segment_of_its_last_solve_there)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_with(event_status("T", minute(20), STATUS_OPEN), "team", "two"));
    say(event_status("T", minute(30), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.team = "one", .from = minute(0), .to = minute(60))), 0);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.team = "two", .from = minute(0), .to = minute(60))), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, WHERE(.from = minute(0), .to = minute(60))),
                 minutes(30));
    cr_expect_eq(count(DURATION_resolution), 1);
}

Test(solves, solves_in_two_windows_count_in_both_and_once_where_both_are_held)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_status("T", minute(50), STATUS_SOLVED));
    say(event_with(event_status("T", minute(55), STATUS_OPEN), "team", "two"));
    say(event_status("T", minute(70), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.team = "one", .from = minute(0), .to = minute(60))), 1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.team = "two", .from = minute(60), .to = minute(120))),
                 1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.team = "one", .from = minute(0), .to = minute(120))),
                 0);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(0), .to = minute(120))), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, WHERE(.from = minute(0), .to = minute(60))),
                 minutes(50));
    cr_expect_eq(sum(MEASURE_resolution_ms, WHERE(.from = minute(0), .to = minute(120))),
                 minutes(70));
}

Test(solves, three_solves_in_three_hours_are_one_each_and_one_together)
{
    say(event_created("T", minute(0)));
    for (int i = 0; i < 3; i++) {
        say(event_status("T", minute(50 + 60 * i), STATUS_SOLVED));
        say(event_status("T", minute(55 + 60 * i), STATUS_OPEN));
    }
    scene_end(s);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(60 * i), .to = minute(60 * i + 60))),
                     1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(0), .to = minute(120))), 1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(60), .to = minute(180))), 1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(0), .to = minute(180))), 1);
}

Test(solves, counters_of_the_ticket_hang_on_the_counted_solve)
{
    static const struct {
        enum measure measure;
        int64_t earlier;
        int64_t last;
    } counters[] = {{MEASURE_solved_replies, 1, 2},
                    {MEASURE_solved_customer_messages, 2, 3},
                    {MEASURE_solved_handoffs, 1, 3}};

    say(event_created("T", minute(0)));
    say(event_question("T", minute(1)));
    say(event_question("T", minute(2)));
    say(event_reply("T", minute(3)));
    say(event_assigned("T", minute(4), ASSIGNMENT_KIND_REQUEUE));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_question("T", minute(20)));
    say(event_status("T", minute(21), STATUS_OPEN));
    say(event_assigned("T", minute(22), ASSIGNMENT_KIND_TRANSFER));
    say(event_assigned("T", minute(23), ASSIGNMENT_KIND_TRANSFER));
    say(event_reply("T", minute(24)));
    say(event_status("T", minute(30), STATUS_SOLVED));
    scene_end(s);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(sum(counters[i].measure, ALL), counters[i].last);
        cr_expect_eq(sum(counters[i].measure, WHERE(.to = minute(15))), counters[i].earlier);
    }
}

Test(solves, a_creation_with_status_solved_is_a_solve_at_that_instant)
{
    say(event_created_by("A", minute(0), INITIATED_BY_CUSTOMER, STATUS_SOLVED));
    say(event_created_by("B", minute(0), INITIATED_BY_CUSTOMER, STATUS_CLOSED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 2);
    cr_expect_eq(sum(MEASURE_closed_events, ALL), 1);
    cr_expect_eq(count(DURATION_resolution), 2);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), 0);
}

Test(solves, without_a_known_creation_they_count_but_have_no_duration)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_solved, ALL), 1);
    cr_expect_eq(count(DURATION_resolution), 0);
    cr_expect_eq(count(DURATION_agent_work), 0);
}

Test(solves, a_solve_before_the_creation_is_taken_back_without_durations)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_created("T", minute(20)));
    say(event_status("T", minute(30), STATUS_OPEN));
    say(event_status("T", minute(40), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.from = minute(0), .to = minute(60))), 1);
    cr_expect_eq(count(DURATION_resolution), 1);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(20));
    cr_expect_eq(count(DURATION_first_resolution), 0, "not at the first solve");
}

Test(times, resolution_includes_the_time_solved_before_a_reopening)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(100), STATUS_OPEN));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, WHERE(.from = minute(60))), minutes(110));
    cr_expect_eq(sum(MEASURE_agent_work_ms, WHERE(.from = minute(60))), minutes(20));
}

Test(times, first_resolution_is_at_the_first_solve_only_and_never_taken_back)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_status("T", minute(30), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_resolution), 1);
    cr_expect_eq(sum(MEASURE_first_resolution_ms, ALL), minutes(10));
}

Test(times, wait_work_and_requester_wait_are_by_status)
{
    say(event_created("T", minute(0)));                 /* new: 3 */
    say(event_status("T", minute(3), STATUS_OPEN));     /* open: 4 */
    say(event_status("T", minute(7), STATUS_PENDING));  /* pending: 10 */
    say(event_status("T", minute(17), STATUS_HOLD));    /* hold: 20 */
    say(event_status("T", minute(37), STATUS_OPEN));    /* open: 5 */
    say(event_status("T", minute(42), STATUS_PENDING)); /* pending: 1 */
    say(event_status("T", minute(43), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(43));
    cr_expect_eq(sum(MEASURE_resolution_excluding_wait_ms, ALL), minutes(32));
    cr_expect_eq(sum(MEASURE_agent_work_ms, ALL), minutes(12));
    cr_expect_eq(sum(MEASURE_requester_wait_ms, ALL), minutes(32));
    cr_expect_eq(count(DURATION_resolution_excluding_wait), 1);
    cr_expect_eq(count(DURATION_requester_wait), 1);
}

Test(times, time_per_status_starts_at_the_creation)
{
    say(event_status("T", minute(0), STATUS_PENDING));
    say(event_created("T", minute(10)));
    say(event_status("T", minute(15), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(5));
    cr_expect_eq(sum(MEASURE_resolution_excluding_wait_ms, ALL), 0);
    cr_expect_eq(sum(MEASURE_agent_work_ms, ALL), 0);
}

Test(times, milliseconds_are_kept)
{
    say(event_created("T", minute(0) + 1));
    say(event_status("T", minute(0) + 2, STATUS_HOLD));
    say(event_status("T", minute(0) + 4, STATUS_PENDING));
    say(event_status("T", minute(1), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), 59999);
    cr_expect_eq(sum(MEASURE_agent_work_ms, ALL), 1);
    cr_expect_eq(sum(MEASURE_requester_wait_ms, ALL), 3);
    cr_expect_eq(sum(MEASURE_resolution_excluding_wait_ms, ALL), 3);
}

Test(handoffs, transfer_and_requeue_count_whatever_they_change)
{
    say(event_created("T", minute(0)));
    say(event_assigned("T", minute(1), ASSIGNMENT_KIND_TRANSFER));
    say(event_assigned("T", minute(2), ASSIGNMENT_KIND_REQUEUE));
    say(event_status("T", minute(9), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, ALL), 2);
}

Test(handoffs, without_kind_one_counts_unless_it_is_the_first)
{
    say(event_created("T", minute(0)));
    say(event_assigned("T", minute(1), (enum assignment_kind)ASSIGNMENT_KIND_COUNT));
    say(event_assigned("T", minute(2), (enum assignment_kind)ASSIGNMENT_KIND_COUNT));
    say(event_assigned("T", minute(3), ASSIGNMENT_KIND_UNKNOWN));
    say(event_status("T", minute(9), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, ALL), 2, "an unknown kind is none");
}

Test(handoffs, an_initial_one_is_the_first_and_never_counts)
{
    say(event_created("T", minute(0)));
    say(event_assigned("T", minute(1), ASSIGNMENT_KIND_INITIAL));
    say(event_assigned("T", minute(2), ASSIGNMENT_KIND_INITIAL));
    say(event_assigned("T", minute(3), (enum assignment_kind)ASSIGNMENT_KIND_COUNT));
    say(event_status("T", minute(9), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, ALL), 1);
}

Test(handoffs, attribute_changes_never_count)
{
    say(event_created("T", minute(0)));
    say(event_with(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED),
                   "agent", "ann"));
    say(event_with(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED),
                   "agent", "bob"));
    say(event_status("T", minute(9), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, ALL), 0);
}

Test(handoffs, counters_include_what_was_before_the_creation)
{
    say(event_assigned("T", minute(0), ASSIGNMENT_KIND_TRANSFER));
    say(event_reply("T", minute(1)));
    say(event_question("T", minute(2)));
    say(event_created("T", minute(3)));
    say(event_status("T", minute(9), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved_handoffs, ALL), 1);
    cr_expect_eq(sum(MEASURE_solved_replies, ALL), 1);
    cr_expect_eq(sum(MEASURE_solved_customer_messages, ALL), 1);
}

Test(escalations, all_count_and_the_first_of_each_ticket_apart)
{
    say(event_of("A", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    say(event_of("A", minute(1), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    say(event_of("B", minute(2), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations, ALL), 3);
    cr_expect_eq(sum(MEASURE_first_escalations, ALL), 2);
}

Test(creations, volume_counts_at_the_creation_in_its_segment)
{
    say(event_with(event_created("T", minute(5)), "channel", "email"));
    say(event_with(event_status("T", minute(6), STATUS_OPEN), "channel", "chat"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.channel = "email", .from = minute(5), .to = minute(6))),
                 1);
}

Test(creations, none_is_no_volume_and_no_level)
{
    say(event_question("T", minute(0)));
    say(event_status("T", minute(1), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 0);
    cr_expect_eq(sum(MEASURE_level, ALL), 0);
}

Test(creations, one_that_comes_later_keeps_the_status_reached)
{
    say(event_status("T", minute(0), STATUS_SOLVED));
    say(event_created("T", minute(1)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_level, ALL), 0);
    cr_expect_eq(sum(MEASURE_reopens, ALL), 0);
}

Test(creations, events_that_reach_no_status_leave_it_to_the_creation)
{
    say(event_question("T", minute(0)));
    say(event_created_by("T", minute(1), INITIATED_BY_CUSTOMER, STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
}

Test(creations, a_second_one_changes_nothing_attributes_neither)
{
    say(event_with(event_created("T", minute(0)), "channel", "email"));
    say(event_with(event_created_by("T", minute(1), INITIATED_BY_AGENT, STATUS_SOLVED), "channel",
                   "chat"));
    say(event_reply("T", minute(2)));
    say(event_status("T", minute(3), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_solve_events, ALL), 1);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.channel = "email")), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(2),
                 "opened by the customer as before");
    cr_expect_eq(ticket_engine_counters(s->engine)->created_again, 1);
    cr_expect_eq(ticket_engine_counters(s->engine)->applied, 4);
}

Test(creations, an_unknown_status_of_a_creation_is_new)
{
    say(event_created_by("T", minute(0), INITIATED_BY_CUSTOMER, STATUS_UNKNOWN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_level, ALL), 1);
    cr_expect_eq(ticket_engine_counters(s->engine)->unknown_status, 1);
}

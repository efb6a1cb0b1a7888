/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rule 6 and the credit of rule 2: messages, first responses, cycles. */
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

/* Two events of one instant in the order in which they are told. */
static struct ticket_event
number(struct ticket_event event, int64_t sequence)
{
    event.has_source_sequence = true;
    event.source_sequence = sequence;
    return event;
}

static int64_t
sum(enum measure m)
{
    return scene_sum(s, m, ALL);
}

static int64_t
count(enum duration d)
{
    return scene_count(s, d, ALL);
}

TestSuite(first_response, .init = start, .fini = stop);
TestSuite(cycles, .init = start, .fini = stop);
TestSuite(credit, .init = start, .fini = stop);

Test(first_response, is_the_first_human_reply_after_the_creation)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(5)));
    say(event_reply("T", minute(9)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(5));
    cr_expect_eq(scene_sum(s, MEASURE_first_response_ms, WHERE(.from = minute(5), .to = minute(6))),
                 minutes(5), "counted where the reply is");
}

Test(first_response, at_the_instant_of_the_creation_is_0)
{
    say(number(event_created("T", minute(0)), 1));
    say(number(event_reply("T", minute(0)), 2));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms), 0);
}

Test(first_response, internal_notes_bots_and_auto_responses_are_no_human_reply)
{
    struct ticket_event note = event_reply("T", minute(1));
    struct ticket_event automatic = event_reply("T", minute(2));

    note.payload.u.message_posted.visibility = VISIBILITY_INTERNAL;
    automatic.payload.u.message_posted.auto_response = true;
    say(event_created("T", minute(0)));
    say(note);
    say(automatic);
    say(event_message("T", minute(3), AUTHOR_KIND_BOT));
    say(event_message("T", minute(4), AUTHOR_KIND_SYSTEM));
    say(event_reply("T", minute(5)));
    say(event_status("T", minute(6), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(5));
    cr_expect_eq(sum(MEASURE_solved_replies), 1);
}

Test(first_response, starts_at_the_creation_by_the_system)
{
    say(event_created_by("T", minute(0), INITIATED_BY_SYSTEM, STATUS_NEW));
    say(event_reply("T", minute(7)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(7));
    cr_expect_eq(count(DURATION_response), 0, "no customer has said anything");
}

Test(first_response, starts_at_the_first_customer_message_where_an_agent_opened)
{
    say(event_created_by("T", minute(0), INITIATED_BY_AGENT, STATUS_NEW));
    say(event_reply("T", minute(1)));
    say(event_question("T", minute(10)));
    say(event_question("T", minute(12)));
    say(event_reply("T", minute(15)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(5));
}

Test(first_response, a_customer_message_before_a_creation_by_an_agent_starts_nothing)
{
    say(event_question("T", minute(0)));
    say(event_created_by("T", minute(5), INITIATED_BY_AGENT, STATUS_NEW));
    say(event_reply("T", minute(8)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 0);
    cr_expect_eq(sum(MEASURE_response_ms), minutes(8), "the message is answered all the same");
}

Test(first_response, counts_whatever_the_status)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(5));
}

Test(first_response, a_reply_before_the_creation_is_none)
{
    say(event_reply("T", minute(0)));
    say(event_created("T", minute(1)));
    say(event_reply("T", minute(3)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(2));
}

Test(first_response, is_once_per_ticket_also_after_a_reopening)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_status("T", minute(3), STATUS_OPEN));
    say(event_reply("T", minute(4)));
    scene_end(s);
    cr_expect_eq(count(DURATION_first_response), 1);
}

Test(cycles, go_from_the_oldest_unanswered_message_to_the_next_reply)
{
    say(event_created("T", minute(0)));
    say(event_question("T", minute(2)));
    say(event_reply("T", minute(5)));
    say(event_question("T", minute(20)));
    say(event_question("T", minute(22)));
    say(event_reply("T", minute(30)));
    say(event_reply("T", minute(31)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 2);
    cr_expect_eq(sum(MEASURE_response_ms), minutes(5 + 10));
}

Test(cycles, next_reply_time_leaves_out_the_first_response)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(5)));
    say(event_question("T", minute(20)));
    say(event_reply("T", minute(30)));
    scene_end(s);
    cr_expect_eq(count(DURATION_next_reply), 1);
    cr_expect_eq(sum(MEASURE_next_reply_ms), minutes(10));
}

Test(cycles, a_creation_by_an_agent_or_the_system_opens_none)
{
    say(event_created_by("A", minute(0), INITIATED_BY_AGENT, STATUS_NEW));
    say(event_created_by("B", minute(0), INITIATED_BY_SYSTEM, STATUS_NEW));
    say(event_reply("A", minute(5)));
    say(event_reply("B", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
}

Test(cycles, a_message_at_the_instant_of_the_creation_is_the_same)
{
    say(number(event_created("T", minute(0)), 1));
    say(number(event_reply("T", minute(0)), 2));
    say(number(event_question("T", minute(0)), 3));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 1);
    cr_expect_eq(sum(MEASURE_response_ms), 0);
}

Test(cycles, a_creation_at_the_instant_of_a_message_is_the_same)
{
    say(number(event_question("T", minute(0)), 1));
    say(number(event_reply("T", minute(0)), 2));
    say(number(event_created("T", minute(0)), 3));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 1);
    cr_expect_eq(sum(MEASURE_response_ms), 0);
}

Test(cycles, open_on_a_solved_ticket_too)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_question("T", minute(10)));
    say(event_reply("T", minute(14)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_next_reply_ms), minutes(4));
}

Test(cycles, a_solve_closes_one_uncounted)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
    cr_expect_eq(count(DURATION_first_response), 1);
}

Test(cycles, closed_after_solved_closes_none)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_question("T", minute(5)));
    say(event_status("T", minute(6), STATUS_CLOSED));
    say(event_reply("T", minute(9)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_response_ms), minutes(4));
}

Test(cycles, a_creation_with_status_solved_has_none)
{
    say(event_created_by("T", minute(0), INITIATED_BY_CUSTOMER, STATUS_SOLVED));
    say(event_reply("T", minute(9)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
}

Test(cycles, internal_and_automatic_messages_of_a_customer_open_none)
{
    struct ticket_event note = event_question("T", minute(1));
    struct ticket_event automatic = event_question("T", minute(2));

    note.payload.u.message_posted.visibility = VISIBILITY_INTERNAL;
    automatic.payload.u.message_posted.auto_response = true;
    say(note);
    say(automatic);
    say(event_reply("T", minute(5)));
    say(event_status("T", minute(6), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
    cr_expect_eq(sum(MEASURE_solved_customer_messages), 0);
}

Test(cycles, need_no_creation_and_the_reply_is_then_a_next_one)
{
    say(event_question("T", minute(0)));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 1);
    cr_expect_eq(count(DURATION_next_reply), 1);
    cr_expect_eq(count(DURATION_first_response), 0);
}

Test(cycles, an_open_one_lives_through_a_creation_after_it)
{
    say(event_question("T", minute(0)));
    say(event_created("T", minute(3)));
    say(event_reply("T", minute(5)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_response_ms), minutes(5));
    cr_expect_eq(sum(MEASURE_first_response_ms), minutes(2));
}

Test(credit, a_reply_counts_for_its_author_and_the_ticket_s_team)
{
    say(event_with(event_with(event_created("T", minute(0)), "agent", "ann"), "team", "one"));
    say(event_by(event_reply("T", minute(5)), ACTOR_KIND_AGENT, "bob"));
    say(event_status("T", minute(6), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_first_response, WHERE(.agent = "bob", .team = "one")), 1);
    cr_expect_eq(scene_count(s, DURATION_response, WHERE(.agent = "bob", .team = "one")), 1);
    cr_expect_eq(scene_count(s, DURATION_first_response, WHERE(.agent = "ann")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.agent = "ann")), 1, "a solve: the assignee");
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.agent = "bob")), 0);
}

Test(credit, an_actor_that_is_no_agent_or_has_no_id_leaves_it_to_the_ticket)
{
    struct ticket_event nameless = event_by(event_reply("T", minute(7)), ACTOR_KIND_AGENT, "");

    say(event_with(event_created("T", minute(0)), "agent", "ann"));
    say(event_by(event_reply("T", minute(5)), ACTOR_KIND_API, "robot"));
    say(event_question("T", minute(6)));
    say(nameless);
    nameless = event_by(event_reply("T", minute(9)), ACTOR_KIND_AGENT, "x");
    nameless.actor.has_id = false;
    say(event_question("T", minute(8)));
    say(nameless);
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_response, WHERE(.agent = "ann")), 3);
    cr_expect_eq(count(DURATION_response), 3);
}

Test(credit, attributes_come_before_the_fact_then_own_fields)
{
    struct ticket_event event =
        event_with(event_assigned("T", minute(1), ASSIGNMENT_KIND_TRANSFER), "agent", "from-attrs");

    event.payload.u.ticket_assigned.has_to_agent = true;
    event.payload.u.ticket_assigned.to_agent = STR("own-field");
    say(event_created("T", minute(0)));
    say(event);
    say(event_with(event_status("T", minute(2), STATUS_SOLVED), "channel", "chat"));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.agent = "own-field", .channel = "chat")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.agent = "", .channel = "")), 1);
}

Test(credit, the_channel_of_a_message_or_created_via_is_not_the_ticket_s)
{
    struct ticket_event created = event_created("T", minute(0));
    struct ticket_event reply = event_reply("T", minute(1));

    created.payload.u.ticket_created.has_created_via = true;
    created.payload.u.ticket_created.created_via = STR("phone");
    reply.payload.u.message_posted.has_channel = true;
    reply.payload.u.message_posted.channel = STR("phone");
    say(created);
    say(reply);
    scene_end(s);
    cr_expect_eq(scene_rows(s, WHERE(.channel = "phone")), 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rule 16: first responses by anyone, since the bot's handoff, since a reopening. */
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

TestSuite(first_answers, .init = start, .fini = stop);
TestSuite(since_handoff, .init = start, .fini = stop);
TestSuite(since_reopen, .init = start, .fini = stop);

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

static struct ticket_event
event_bot(const char *ticket, evtime_ms t)
{
    return event_message(ticket, t, AUTHOR_KIND_BOT);
}

static struct ticket_event
handed_off(const char *ticket, evtime_ms t)
{
    return event_of(ticket, t, TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF);
}

/* Ends the scene; the duration has that count and that sum, in minutes. */
static void
expect(enum duration d, enum measure sum, int64_t count, int64_t in_minutes)
{
    scene_end(s);
    cr_expect(scene_count(s, d, ALL) == count, "%lld of them", (long long)scene_count(s, d, ALL));
    cr_expect(scene_sum(s, sum, ALL) == minutes(in_minutes), "%lld ms",
              (long long)scene_sum(s, sum, ALL));
}

static void
expect_any(int64_t count, int64_t in_minutes)
{
    expect(DURATION_first_response_any, MEASURE_first_response_any_ms, count, in_minutes);
}

static void
expect_handoff(int64_t count, int64_t in_minutes)
{
    expect(DURATION_first_response_since_handoff, MEASURE_first_response_since_handoff_ms, count,
           in_minutes);
}

static void
expect_reopen(int64_t count, int64_t in_minutes)
{
    expect(DURATION_first_response_since_reopen, MEASURE_first_response_since_reopen_ms, count,
           in_minutes);
}

Test(first_answers, of_a_bot_count_and_of_people_too)
{
    say(event_created("A", minute(0)));
    say(event_created("B", minute(0)));
    say(event_bot("A", minute(5)));
    say(event_reply("B", minute(7)));
    say(event_reply("A", minute(10)));
    expect_any(2, 5 + 7);
    cr_expect_eq(scene_sum(s, MEASURE_first_response_ms, ALL), minutes(10 + 7));
}

Test(first_answers, are_public_and_no_auto_response)
{
    struct ticket_event note = event_bot("T", minute(1));
    struct ticket_event receipt = event_bot("T", minute(2));

    note.payload.u.message_posted.visibility = VISIBILITY_INTERNAL;
    receipt.payload.u.message_posted.auto_response = true;
    say(event_created("T", minute(0)));
    say(note);
    say(receipt);
    say(event_question("T", minute(3)));
    say(event_bot("T", minute(4)));
    expect_any(1, 4);
}

Test(first_answers, start_where_first_response_time_starts)
{
    say(event_created_by("T", minute(0), INITIATED_BY_AGENT, STATUS_OPEN));
    say(event_bot("T", minute(3)));
    say(event_question("T", minute(5)));
    say(event_bot("T", minute(8)));
    say(event_bot("T", minute(9)));
    say(event_bot("unknown", minute(9)));
    expect_any(1, 3);
}

Test(first_answers, are_in_the_segment_of_the_reply)
{
    say(event_with(event_with(event_created("A", minute(0)), "team", "one"), "agent", "ann"));
    say(event_by(event_with(event_reply("A", minute(4)), "team", "two"), ACTOR_KIND_AGENT, "bob"));
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_first_response_any, WHERE(.team = "two", .agent = "bob")),
                 1);
    cr_expect_eq(scene_count(s, DURATION_first_response_any, ALL), 1);
}

/* Rule 13 corrects first_response_time only. */
Test(first_answers, stay_when_an_older_one_comes_late)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(10)));
    say_late(event_reply("T", minute(4)));
    expect_any(1, 10);
    cr_expect_eq(scene_sum(s, MEASURE_first_response_ms, ALL), minutes(4));
}

Test(first_answers, come_late_too)
{
    say(event_created("T", minute(0)));
    say_late(event_bot("T", minute(4)));
    expect_any(1, 4);
}

Test(first_answers, of_a_cancelled_ticket_make_no_fact)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM));
    say(event_bot("T", minute(2)));
    expect_any(0, 0);
}

Test(since_handoff, is_the_first_human_reply_after_the_first_one)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(3)));
    say(handed_off("T", minute(5)));
    say(event_bot("T", minute(6)));
    say(handed_off("T", minute(7)));
    say(event_reply("T", minute(9)));
    say(event_reply("T", minute(11)));
    expect_handoff(1, 4);
}

Test(since_handoff, takes_a_reply_of_the_same_instant)
{
    say(event_created("T", minute(0)));
    say(handed_off("T", minute(5)));
    say(event_reply("T", minute(5)));
    say(event_reply("T", minute(8)));
    expect_handoff(1, 0);
}

Test(since_handoff, needs_no_creation)
{
    say(handed_off("T", minute(5)));
    say(event_reply("T", minute(8)));
    expect_handoff(1, 3);
}

Test(since_handoff, is_not_corrected_by_a_late_reply)
{
    say(event_created("T", minute(0)));
    say(handed_off("T", minute(5)));
    say(event_reply("T", minute(20)));
    say_late(event_reply("T", minute(6)));
    expect_handoff(1, 15);
}

Test(since_handoff, passes_over_a_late_reply_from_before_it)
{
    say(event_created("T", minute(0)));
    say(handed_off("T", minute(50)));
    say_late(event_reply("T", minute(6)));
    cr_assert_eq(scene_say(s, event_reply("T", minute(120))), TICKET_HELD);
    expect_handoff(1, 70);
}

Test(since_reopen, is_the_first_human_reply_after_the_last_reopening)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_status("T", minute(30), STATUS_SOLVED));
    say(event_status("T", minute(40), STATUS_OPEN));
    say(event_bot("T", minute(41)));
    say(event_reply("T", minute(45)));
    say(event_reply("T", minute(50)));
    expect_reopen(1, 5);
}

Test(since_reopen, is_none_where_a_human_replied_before_it)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(5)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_reply("T", minute(25)));
    expect_reopen(0, 0);
}

Test(since_reopen, comes_once_per_ticket)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_reply("T", minute(22)));
    say(event_status("T", minute(30), STATUS_SOLVED));
    say(event_status("T", minute(40), STATUS_OPEN));
    say(event_reply("T", minute(45)));
    expect_reopen(1, 2);
}

Test(since_reopen, counts_a_reply_on_a_ticket_solved_again)
{
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_OPEN));
    say(event_status("T", minute(30), STATUS_CLOSED));
    say(event_reply("T", minute(33)));
    expect_reopen(1, 13);
}
